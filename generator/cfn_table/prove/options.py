"""What the caller decides about a proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProveOptions:
    """How access patterns are executed, and where.

    Attributes:
        engines: names of engines, each of which gives a report of its own; see `cfn-table prove --engine`.
        jar: path of DynamoDBLocal.jar; None to look for it.
        endpoint_url: an API that speaks DynamoDB's protocol; takes the place of `engines`.
        stack_name: a stack that is deployed, in whose table the patterns are executed; takes the place of `engines`.
        region: the Region of the endpoint or the stack; None for that of the AWS configuration.
        profile: the profile of the AWS configuration; None for the default one.
        parameters: values for the template's parameters.
        patterns: names of the access patterns to execute; empty for all.
        seed: what the generated items and arguments follow from.
        draft: whether the design is proven as it is, instead of its published version.
        confirm: asked, with what is about to happen, before anything is written to a table that others may use;
            None refuses.
        progress: told what is done next, in a few words; None where nobody listens.
    """

    engines: tuple[str, ...] = ("moto",)
    jar: str | None = None
    endpoint_url: str | None = None
    stack_name: str | None = None
    region: str | None = None
    profile: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[str, ...] = ()
    seed: int = 0
    draft: bool = False
    confirm: Callable[[str], bool] | None = None
    progress: Callable[[str], None] | None = None
