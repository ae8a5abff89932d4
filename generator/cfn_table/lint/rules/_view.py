"""What a rule sees of a template, and what it says about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cfn_table.findings import Severity

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One breach of a rule.

    Attributes:
        path: keys and list indexes from the top of the template to what is wrong.
        message: as in `Finding`.
        help: what to do here, if that is more than the rule's own `HELP`.
        severity: where it is not the rule's own `SEVERITY`.
        at_value: whether the value at `path` is meant, and not its key.
    """

    path: Path
    message: str
    help: str = ""
    severity: Severity | None = None
    at_value: bool = False


class Rule(Protocol):
    """What each module of this package holds beside its docstring."""

    SEVERITY: Severity
    HELP: str

    def check(self, template: TemplateView, /) -> Iterator[Problem]:
        """All breaches of the rule in a template."""


class TemplateView:
    """A decoded template, in which short intrinsics (`!Ref X`) stand as mappings (`{"Ref": "X"}`).

    Attributes:
        data: the template.
        size: length of its text in bytes (UTF-8).
    """

    def __init__(self, data: Mapping[str, Any], *, size: int) -> None:
        self.data = data
        self.size = size
