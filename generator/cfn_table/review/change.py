"""One thing that a change of a template or a design does."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Final

from cfn_table.findings import Location, Severity

Path = tuple[str | int, ...]


class _Absent:
    """The value of what is not there."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""The old value of what is added, and the new value of what is removed."""


class Effect(enum.StrEnum):
    """What an update does, from harmless to worst."""

    NONE = "none"
    """Nothing that anybody notices: an update in place, or no update at all."""
    INTERRUPTION = "interruption"
    """The resource stays, and what it does may stop for a while."""
    DELETION = "deletion"
    """A resource that holds no data of its own goes."""
    REPLACEMENT = "replacement"
    """Another resource takes its place, with another identity."""
    ORPHAN = "orphan"
    """The resource stays in the account and leaves the stack."""
    DATA_LOSS = "data-loss"
    """Stored data is deleted, or can no longer be found."""
    REFUSED = "refused"
    """CloudFormation or the service does not do it: the deployment fails."""

    @property
    def rank(self) -> int:
        """How bad it is; larger is worse."""
        return list(Effect).index(self)


class Access(enum.StrEnum):
    """What a change does to what somebody may do."""

    NONE = ""
    WIDER = "wider"
    NARROWER = "narrower"
    BOTH = "both"
    UNDECIDED = "undecided"

    @property
    def may_be_wider(self) -> bool:
        """Whether somebody may, or could, do what they could not."""
        return self in (Access.WIDER, Access.BOTH, Access.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes, and what follows from it.

    Attributes:
        rule: the law that is about it, such as `exports-stay`.
        effect: see `Effect`.
        severity: ERROR for what a reviewer must not miss (data loss, refused), WARNING for what they should know
            (replacements, what breaks dependents, wider permissions), NOTE for the rest.
        message: one line, lower case, no full stop; names in backticks.
        help: what to do about it; may be empty.
        resource: the logical id (of the new template, of the old one where it is removed); empty for what is no
            resource, such as an export or an entity.
        resource_type: such as `AWS::DynamoDB::Table`; empty likewise.
        path: in the template that has it: `("Resources", "Table", "Properties", "KeySchema")`; or the place in the
            contract: `("entities", "user", "keys", "PK")`.
        old, new: the values, as plain data with unknown texts as `${…}`; `ABSENT` for what is not there.
        certain: False where it depends on something that is not known: it may happen.
        when: conditions of the template under which it happens, sorted; empty where always. `("IsProd", True)`.
        breaking: whether a dependent that does nothing can break: an importing stack, a caller, whoever uses the types.
        access: what it does to permissions.
        examples: for permissions, example requests; else further lines that explain it, such as what depends on it.
        location: in the text of the template (the new one; the old one for what is removed); None where unknown.
        design: the line of the design that makes it; None where there is no design.
    """

    rule: str
    effect: Effect
    severity: Severity
    message: str
    help: str = ""
    resource: str = ""
    resource_type: str = ""
    path: Path = ()
    old: Any = ABSENT
    new: Any = ABSENT
    certain: bool = True
    when: tuple[tuple[str, bool], ...] = ()
    breaking: bool = False
    access: Access = Access.NONE
    examples: tuple[str, ...] = ()
    location: Location | None = field(default=None, compare=False)
    design: Location | None = field(default=None, compare=False)

    def sort_key(self) -> tuple[Any, ...]:
        """Order in every output: the worst first, then by resource, place and rule."""
        severities = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
        return (
            severities.index(self.severity),
            -self.effect.rank,
            not self.certain,
            self.resource,
            tuple(map(str, self.path)),
            self.rule,
            self.when,
            self.message,
        )
