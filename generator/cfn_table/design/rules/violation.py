"""What a design rule yields: a message, a help, and the path of the words that break the law."""

from __future__ import annotations

from dataclasses import dataclass

from cfn_table.design.design import Design, Policy
from cfn_table.findings import Location, Severity


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of a design rule.

    Attributes:
        message: one line, lower case, no full stop; the user's words in backticks.
        path: where it is in the design, or in `policy` where there is one: `("entities", "user", "keys", "PK")`.
        help: what to do.
        severity: another severity than the rule's own.
        policy: the policy whose file `path` leads into; None for the design file.
        key: whether the key at `path` is meant, not its value.
    """

    message: str
    path: tuple[str | int, ...]
    help: str = ""
    severity: Severity | None = None
    policy: Policy | None = None
    key: bool = False

    def location(self, design: Design) -> Location:
        """Where the violation is."""
        if self.policy is not None:
            return self.policy.locate(*self.path)
        return design.locate_key(*self.path) if self.key else design.locate(*self.path)
