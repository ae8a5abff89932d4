"""The design rules: laws that a design keeps before anything is built from it. One file each, listed here once.

A rule is a module with `NAME`, `SEVERITY` and `check(design)`, a pure function that yields `Violation`s. Its docstring is its
documentation: what it checks, why that matters, an example, what to write instead, known problems, and the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from cfn_table.design.design import Design
from cfn_table.design.rules import patterns_are_possible
from cfn_table.findings import Finding

RULES: Final[tuple[ModuleType, ...]] = (patterns_are_possible,)
"""Every design rule, in the order of its name."""


def check_design(design: Design) -> list[Finding]:
    """What the design rules find, sorted by place; findings that the design suppresses are left out."""
    suppressed = design.file.lint.suppress
    found = [finding for finding in _all(design) if finding.rule not in suppressed]
    return sorted(found, key=Finding.sort_key)


def _all(design: Design) -> Iterator[Finding]:
    for rule in RULES:
        for violation in rule.check(design):
            yield Finding(
                violation.rule or rule.NAME,
                violation.severity or rule.SEVERITY,
                violation.message,
                help=violation.help,
                location=violation.location(design),
            )
