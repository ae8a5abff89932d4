"""A table keeps its name.

Why: another `TableName` is another table: a new, empty one takes the place of the old, and what the items of the old
become is up to its UpdateReplacePolicy. The same holds of `ImportSourceSpecification`, from which a table is made.

Example:
    TableName: kv-storage-data      # was kv-storage

Use instead: the old name. Where another is wanted, a second table beside the first, a copy, and a switch: `cfn-table
rollout` has the steps.

Known problems: none.

Source: registry schema of AWS::DynamoDB::Table, createOnlyProperties; template reference, "TableName".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change
from cfn_table.review.pair import Pair
from cfn_table.review.rules._replaced import replaced
from cfn_table.review.values import TABLE_TYPES

NAME: Final = "table-names-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table that gets another name, or another source."""
    yield from replaced(
        pair,
        NAME,
        lambda kind, path: (
            kind in TABLE_TYPES
            and path[:1] not in (("KeySchema",), ("AttributeDefinitions",), ("LocalSecondaryIndexes",))
        ),
        wanted="keep the name; to move to another table see `cfn-table rollout`, which copies the items first",
        kept="keep what it was made from: a table is imported once",
    )
