"""A sort key condition can match the keys of the pattern's entities, and nothing sorts into it by accident.

Why: a condition that begins otherwise than the keys never finds anything. `begins_with` with a whole value also finds
longer ones: `KEY#{key}` with key `a` finds `KEY#ab`.

Example:
    list_orders: {operation: Query, entity: order, sort_key: {begins_with: "ODER#{prefix}"}}   # the key is ORDER#{id}

Use instead: text as in the template, the delimiter behind a whole value, and another name for a part of a value:
`ORDER#{prefix}`.

Known problems: none.

Source: DynamoDB developer guide, "Key condition expressions for the Query operation"; strings are ordered by UTF-8
bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import breaches
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "sort-conditions-match-their-templates"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every sort key condition that finds nothing, or too much."""
    yield from breaches(design, NAME)
