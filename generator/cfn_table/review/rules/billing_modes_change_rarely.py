"""A table keeps its billing mode.

Why: DynamoDB takes four changes from provisioned to on-demand in 24 hours. A provisioned table throttles where its
capacity is too small, and every index needs a capacity of its own.

Example:
    BillingMode: PROVISIONED     # was PAY_PER_REQUEST

Use instead: nothing, if it is meant.

Known problems: none.

Source: developer guide, "Considerations when switching capacity modes".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import made, step
from cfn_table.review.values import certainly_differ

NAME: Final = "billing-modes-change-rarely"
_PROPERTY: Final = "BillingMode"
_DEFAULT: Final = "PROVISIONED"


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
                f"the billing mode of `{change.logical_id}` {step(old or _DEFAULT, new or _DEFAULT)}",
                effect=Effect.NONE,
                help="DynamoDB takes four changes to on-demand in 24 hours; a provisioned table has a limit",
                old=old,
                new=new,
                certain=certainly_differ(old, new),
            )
