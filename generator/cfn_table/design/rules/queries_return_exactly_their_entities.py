"""A query returns items of the entities that it names, and of no others.

Why: a program that expects orders and gets invoices among them fails, or worse, does not. Where other entities have
keys in the same range, a filter by the type attribute keeps them out; where nothing tells the entities apart, the
pattern cannot be served.

Example:
    order:   {type: DOC, keys: {PK: "USER#{userId}", SK: "DOC#{id}"}, …}
    invoice: {type: DOC, keys: {PK: "USER#{userId}", SK: "DOC#INVOICE#{id}"}, …}
    list_orders: {operation: Query, entity: order}

Use instead: different types, keys that begin differently, or a pattern that names both entities.

Known problems: what costs too much to compare counts as shared, so a filter is added rather than left out.

Source: DynamoDB developer guide, "Filter expressions for the Query operation".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import breaches
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "queries-return-exactly-their-entities"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every query whose items cannot be told from others."""
    yield from breaches(design, NAME)
