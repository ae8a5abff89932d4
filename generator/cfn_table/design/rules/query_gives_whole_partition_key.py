"""A query gives one value for every partition key attribute, and sort key attributes from the left.

Why: DynamoDB reads one partition per Query, and a part of a partition key is no condition that it takes.

Example:
    feed: {operation: Query, entity: [post, comment]}   # with PK POST#{id} and COMMENT#{id}

Use instead: one partition key for what is read together, or a pattern for each entity.

Known problems: none.

Source: DynamoDB developer guide, "Key condition expressions for the Query operation".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import breaches
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "query-gives-whole-partition-key"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every query without one whole partition key."""
    yield from breaches(design, NAME)
