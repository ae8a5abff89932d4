"""Every entity is part of an access pattern.

Why: items that no pattern reads or writes are often left over, or a pattern is missing.

Example:
    entities: {audit: {keys: {PK: "AUDIT#{id}"}, attributes: {id: string}}}
    access_patterns: {}

Use instead: a pattern that names the entity, or a smaller design.

Known problems: a Scan that names no entity counts as using all.

Source: follows from the data model.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import patterns_and_parts, views_of
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "entities-are-used"
SEVERITY = Severity.NOTE


def check(design: Design) -> Iterator[Violation]:
    """A violation for every entity that no pattern names."""
    used = {view.name for _, _, pattern in patterns_and_parts(design) for view in views_of(design, pattern)}
    for name in design.entities:
        if name not in used:
            yield Violation(f"no access pattern uses entity `{name}`", ("entities", name), "add one", key=True)
