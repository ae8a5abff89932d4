"""Every index serves an access pattern.

Why: each write is copied into each index that holds the item, and paid for again.

Example:
    indexes: [{name: GSI2, key: {partition: status}}]   # and no pattern has `index: GSI2`

Use instead: the pattern that the index is for, or no index. Adding one later costs one update.

Known problems: vector indexes are not looked at: they are read by SearchVectors, which is no access pattern of a
design.

Source: DynamoDB developer guide, "General guidelines for secondary indexes": keep the number of indexes to a minimum.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "indexes-are-used"
SEVERITY = Severity.WARNING


def check(design: Design) -> Iterator[Violation]:
    """A violation for every index that no pattern reads."""
    used = {pattern.index for pattern in design.file.access_patterns.values()}
    for position, index in enumerate(design.file.indexes):
        if index.ref not in used:
            path = ("indexes", position, "id" if index.id else "name")
            yield Violation(f"no access pattern reads index `{index.ref}`", path, "remove the index, or add a pattern")
