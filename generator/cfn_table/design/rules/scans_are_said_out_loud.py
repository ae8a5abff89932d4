"""A Scan says why: it has a description.

Why: a Scan reads and pays for the whole table or index, IAM cannot limit it to partitions, and it grows slower with the
data. Sometimes that is right, for an export or a job at night; then the next reader should know.

Example:
    all_users: {operation: Scan, entity: user}

Use instead: a Query of an index; or `description: Nightly export, outside of business hours`.

Known problems: none. A Scan with a description is still listed, as a note.

Source: DynamoDB developer guide, "Best practices for querying and scanning data".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "scans-are-said-out-loud"
SEVERITY = Severity.WARNING


def check(design: Design) -> Iterator[Violation]:
    """A warning for every Scan without a description, a note for every other."""
    for name, pattern in design.file.access_patterns.items():
        if "Scan" not in pattern.operation:
            continue
        path = ("access_patterns", name, "operation")
        message = f"access pattern `{name}` reads all of {design.keys_of(pattern.index).title}"
        if pattern.description:
            yield Violation(message, path, severity=Severity.NOTE)
        else:
            yield Violation(f"{message}, and does not say why", path, "add a `description`, or use a Query")
