"""Every way in which cfn-table can fail, as exceptions that carry data instead of prose.

`CfnTableError` is the one base class of failures that the user can act on; the command line prints them as findings and
exits with `exit_status`. `InternalError` is different: it means that cfn-table is wrong, and asks for a report.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from cfn_table.findings import Finding, Location, Severity


class CfnTableError(Exception):
    """Base of all errors that the user can act on.

    Attributes:
        findings: what was found, at least one `Finding`; the first one is the message of the exception.
        exit_status: what the command line exits with (1: something was found; 2: the input cannot be used).
    """

    exit_status: ClassVar[int] = 2
    rule: ClassVar[str] = "input"

    def __init__(
        self, message: str, *, help: str = "", location: Location | None = None, rule: str | None = None
    ) -> None:
        super().__init__(message)
        self.findings: tuple[Finding, ...] = (
            Finding(rule or self.rule, Severity.ERROR, message, help=help, location=location),
        )

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> CfnTableError:
        """An error that carries several findings; `findings` must not be empty."""
        found = tuple(findings)
        error = cls(found[0].message)
        error.findings = found
        return error

    @property
    def message(self) -> str:
        """The first finding's message: one line, lower case, no full stop."""
        return self.findings[0].message

    @property
    def help(self) -> str:
        """What the user can do about the first finding; may be empty."""
        return self.findings[0].help

    @property
    def location(self) -> Location | None:
        """Where the first finding is, if it is in a file."""
        return self.findings[0].location


class InputError(CfnTableError):
    """The input cannot become a design or a template: syntax, schema, an unknown reference, or I/O."""


class UsageError(CfnTableError):
    """The command line or a function was called in a way that has no meaning."""

    rule = "usage"


class RefusedError(CfnTableError):
    """The input was understood and the answer is no: a stale build, a refused version, a failing lint gate."""

    exit_status = 1
    rule = "refused"


class InternalError(Exception):
    """cfn-table itself is wrong. Never raised for bad input; the command line asks for a report."""
