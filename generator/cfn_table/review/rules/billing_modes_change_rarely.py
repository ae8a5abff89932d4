"""A table keeps its billing mode.

Why: DynamoDB takes four changes from provisioned to on-demand in 24 hours. A provisioned table throttles where its
capacity is too small, and every index needs a capacity of its own. An on-demand table has none: an update that leaves
`ProvisionedThroughput` where it was is refused.

Example:
    BillingMode: PROVISIONED     # was PAY_PER_REQUEST

Use instead: nothing, if it is meant; the throughput goes with the mode.

Known problems: of global tables, whose throughput has other names, and of tables that become provisioned, it is not
looked at whether a throughput is stated.

Source: developer guide, "Considerations when switching capacity modes"; template reference, AWS::DynamoDB::Table
"ProvisionedThroughput".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair, ResourceChange
from cfn_table.review.rules._made import step
from cfn_table.review.rules._settings import changed_settings

NAME: Final = "billing-modes-change-rarely"
_DEFAULT: Final = "PROVISIONED"
_THROUGHPUT: Final = "ProvisionedThroughput"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table of which it is another."""
    for each in changed_settings(pair, "BillingMode"):
        what = step(each.old or _DEFAULT, each.new or _DEFAULT, certain=each.certain)
        message = f"the billing mode of {each.owner} {what}"
        left = _left(each.change) if each.new == "PAY_PER_REQUEST" else ""
        if left:
            yield each.told(
                pair,
                NAME,
                f"{message}, and {left} still states `{_THROUGHPUT}`",
                effect=Effect.REFUSED,
                help=f"leave `{_THROUGHPUT}` out, of the table and of each index",
            )
        else:
            help = "DynamoDB takes four changes to on-demand in 24 hours; a provisioned table has a limit"
            yield each.told(pair, NAME, message, help=help)


def _left(change: ResourceChange) -> str:
    """What states a throughput that an on-demand table cannot have, in words; empty for nothing."""
    properties = change.new.properties if change.new is not None else {}
    if _THROUGHPUT in properties:
        return "the table"
    indexes = properties.get("GlobalSecondaryIndexes")
    named = indexes if isinstance(indexes, dict) else {}
    return next((f"index `{name}`" for name, index in named.items() if _THROUGHPUT in index), "")
