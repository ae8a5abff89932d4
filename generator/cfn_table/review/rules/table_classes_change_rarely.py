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

from cfn_table.review.change import Change
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import step
from cfn_table.review.rules._settings import changed_settings

NAME: Final = "table-classes-change-rarely"
_DEFAULT: Final = "STANDARD"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table, or replica, of which it is another."""
    for each in changed_settings(pair, "TableClass"):
        message = f"the class of {each.owner} {step(each.old or _DEFAULT, each.new or _DEFAULT, certain=each.certain)}"
        yield each.told(pair, NAME, message, help="DynamoDB takes two changes in 30 days")
