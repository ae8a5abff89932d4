"""What a source of a review gives: one side, or the sides of all designs of a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from cfn_table.errors import CfnTableError
from cfn_table.findings import Finding, Severity
from cfn_table.review.side import Side


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What sources need beside their names.

    Attributes:
        region: of stacks and tables; else that of the environment or the profile.
        profile: of the AWS configuration; else that of the environment.
        endpoint_url: of another engine than AWS.
        stdin: the text that `-` stands for, a template.
    """

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    stdin: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One side, with what has to be said of how it was found.

    Attributes:
        side: the side.
        notes: remarks for the review.
    """

    side: Side
    notes: tuple[str, ...] = ()

    @property
    def design_name(self) -> str:
        """The name of the design that it was made from; empty for what is no template of ours."""
        if self.side.design is not None:
            return self.side.design.name
        if self.side.contract is not None and isinstance(self.side.contract.get("design"), str):
            return str(self.side.contract["design"])
        return name_in_metadata(self.side.data)


NOWHERE = Found(Side("", None))
"""The side of a design that is new, or removed."""


def name_in_metadata(template: Mapping[str, Any]) -> str:
    """The name of the design that generated a template; empty where none did."""
    found: Any = template
    for step in ("Metadata", "CfnTable", "Design"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def together(errors: Sequence[CfnTableError]) -> CfnTableError:
    """Several errors as one, with the gravest exit status, without notes beside them; `errors` must not be empty.

    What is wrong in a commit cannot be mended there, which its help says.
    """
    worst = max(errors, key=lambda error: error.exit_status)
    found = [_in_commit(finding) for error in errors for finding in error.findings]
    return type(worst).of([each for each in found if each.severity is not Severity.NOTE] or found)


def _in_commit(finding: Finding) -> Finding:
    place, advice = finding.location, "a commit stays as it is: compare with one that has no error"
    if place is None or not place.line or not place.path.startswith("git:") or advice in finding.help:
        return finding
    return replace(finding, help=f"{finding.help}; {advice}" if finding.help else advice)


class Whole(Protocol):
    """Several designs: those of a project, as it is or as it was."""

    @property
    def title(self) -> str:
        """How messages name it."""

    @property
    def unreadable(self) -> tuple[CfnTableError, ...]:
        """What keeps files from being read as designs of whatever name."""

    def names(self) -> list[str]:
        """The names of its designs that can be read, sorted."""

    def find(self, name: str) -> Found:
        """The side of a design; `NOWHERE` where it has none of that name."""


@dataclass(frozen=True, slots=True)
class Single:
    """One side, found when it is asked for.

    Attributes:
        load: finds it.
        name: as the user named it.
        files: of designs, the files.
        here: the design file, where it is one of the project's working tree.
    """

    load: Callable[[], Found]
    name: str
    files: tuple[Path, ...] = ()
    here: Path | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """A side that is understood only beside the other one: a table has no logical id of its own.

    Attributes:
        against: finds it beside the other side; gives both, the other one with its table alone.
        name: as the user named it.
        table: the table's name.
    """

    against: Callable[[Found], tuple[Found, Found]]
    name: str
    table: str
