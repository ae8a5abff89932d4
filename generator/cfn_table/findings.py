"""One value type for everything that is found: by the design rules, by cfn-lint, by a command that refuses.

A finding says which law is broken (`rule`), how bad that is, what is wrong in the user's words, what to do about it,
and where. How findings look in a terminal, in SARIF or in a pull request is the business of `cfn_table.formats`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Final


class Severity(enum.StrEnum):
    """How bad a finding is: an error blocks publishing, a warning is shown, a note is listed on request."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


LONGEST_LINE: Final = 2000
"""How many characters a line has at most that documents repeat."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file that the user wrote, or in a template that cfn-table wrote.

    Attributes:
        path: the file as the user would name it (relative to the current folder where possible), or `<stdin>`.
        line: 1-based; 0 when the finding is about the file as a whole.
        column: 1-based, in characters; 0 when the finding is about a whole line or file.
        text: the line itself, without its line end, so that it can be shown; empty where it is not known.
    """

    path: str
    line: int = 0
    column: int = 0
    text: str = field(default="", compare=False)

    @property
    def quotable(self) -> str:
        """The line for a document that repeats it; empty where it is long, as a template of one line is."""
        return self.text if len(self.text) <= LONGEST_LINE else ""

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        rule: the law that is broken, such as `query-gives-whole-partition-key`, or a cfn-lint id such as `E3004`.
        severity: see `Severity`.
        message: one line, lower case, no full stop; the user's own words stand in backticks.
        help: what to do about it, apart from the message; may be empty.
        location: where, if the place is known.
        path: where in a template it is, such as `("Resources", "Table", "Properties")`; empty where that is not
            known. Does not count in comparisons.
    """

    rule: str
    severity: Severity
    message: str
    help: str = ""
    location: Location | None = None
    path: tuple[str | int, ...] = field(default=(), compare=False)

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of findings in every output: by file, then line, column, rule and message."""
        place = self.location or Location("")
        return (place.path, place.line, place.column, self.rule, self.message)

    def to_data(self, *, text: bool = False) -> dict[str, Any]:
        """The finding as plain JSON data, without its path; `location` is None where the place is not known.

        Args:
            text: whether the line itself belongs to the location.
        """
        place = self.location
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "message": self.message,
            "help": self.help,
            "location": place
            and {
                "path": place.path,
                "line": place.line,
                "column": place.column,
                **({"text": place.quotable} if text else {}),
            },
        }
