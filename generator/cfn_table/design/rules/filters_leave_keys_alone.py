"""A query's filter leaves its own key attributes alone.

Why: DynamoDB refuses a Query whose filter names a key attribute of what it reads.

Example:
    list_orders: {operation: Query, entity: order, filter: {SK: {begins_with: "ORDER#2024"}}}

Use instead: a sort key condition: `sort_key: {begins_with: "ORDER#2024"}`.

Known problems: none.

Source: API reference, Query: a filter expression cannot contain partition key or sort key attributes.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import breaches
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "filters-leave-keys-alone"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every query that filters by a key attribute."""
    yield from breaches(design, NAME)
