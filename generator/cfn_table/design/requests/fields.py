"""Which fields of an access pattern which operations take."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Final

from cfn_table.design.model import PatternBase
from cfn_table.design.requests.request import BATCHES, TRANSACTIONS, Underivable

TAKEN_BY: Final[AnyMapping[str, tuple[str, ...]]] = {
    "entity": ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheck", "Query", "Scan", *BATCHES),
    "index": ("Query", "Scan"),
    "sort_key": ("Query",),
    "filter": ("Query", "Scan"),
    "order": ("Query",),
    "limit": ("Query", "Scan"),
    "condition": ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheck"),
    "returns": ("GetItem", "Query", "Scan", "BatchGetItem"),
    "set": ("UpdateItem",),
    "add": ("UpdateItem",),
    "remove": ("UpdateItem",),
    "parts": TRANSACTIONS,
}
"""Field of an access pattern → the operations that take it (DynamoDB API reference, each operation's parameters)."""


def refuse_senseless_fields(pattern: PatternBase, operations: tuple[str, ...]) -> None:
    """Raise Underivable for the first field that none of the operations takes."""
    for name, takers in TAKEN_BY.items():
        if name in pattern.model_fields_set and not set(takers) & set(operations):
            listed = takers[0] if len(takers) == 1 else f"{', '.join(takers[:-1])} and {takers[-1]}"
            raise Underivable(
                "patterns-say-what-their-operation-takes",
                f"{operations[0]} takes no `{name}`",
                "its parts have entities" if name == "entity" else f"only {listed} take{'s' * (len(takers) == 1)} it",
                name,
            )
