"""One side of a review: a template, and the design and contract that it has, where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cfn_table.design.design import Design
    from cfn_table.synth.read import TemplateText


@dataclass(frozen=True, slots=True)
class Side:
    """A template as it was, or as it is to be.

    Attributes:
        name: as the user would name it: a path, `kv-storage@1.0.0`, `git:main`, `stack:kv-storage`.
        template: the template; None where the side does not exist (a new design, a removed one).
        design: the design that it was made from, for places in it; None where it is not known.
        contract: the parsed contract.json; None where there is none.
        version: the design's version; empty where it is not known.
        parameters: values of parameters that are known, because the stack is deployed.
        imports: name of an export → the stacks that import it; None where that is not known.
    """

    name: str
    template: TemplateText | None
    design: Design | None = None
    contract: Mapping[str, Any] | None = None
    version: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    imports: Mapping[str, tuple[str, ...]] | None = None

    @property
    def data(self) -> Mapping[str, Any]:
        """The template's data; empty where the side does not exist."""
        return self.template.data if self.template is not None else {}
