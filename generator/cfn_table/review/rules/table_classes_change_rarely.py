"""A table keeps its class.

Why: DynamoDB takes two changes of the class in 30 days, and the third fails.

Example:
    TableClass: STANDARD_INFREQUENT_ACCESS      # was STANDARD

Use instead: nothing, if it is meant.

Known problems: the number of changes that were made is not known.

Source: developer guide, "Table classes".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import made, step
from cfn_table.review.values import certainly_differ

NAME: Final = "table-classes-change-rarely"
_PROPERTY: Final = "TableClass"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table of which it is another."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        old, new = change.values(_PROPERTY)
        if old != new:
            yield made(
                pair,
                NAME,
                change,
                ("Properties", _PROPERTY),
                f"the class of `{change.logical_id}` {step(old or 'STANDARD', new or 'STANDARD')}",
                effect=Effect.NONE,
                help="DynamoDB takes two changes in 30 days",
                old=old,
                new=new,
                certain=certainly_differ(old, new),
            )
