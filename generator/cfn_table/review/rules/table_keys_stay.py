"""A table keeps its key.

Why: a table with another key is another table. CloudFormation makes a new, empty one and removes the old; where the
template names the table, it refuses, since two tables cannot have one name.

Example:
    KeySchema: [{AttributeName: id, KeyType: HASH}]     # was PK and SK

Use instead: a second table with the new key, a copy, and a switch: `cfn-table rollout` has the templates.

Known problems: none.

Source: registry schema of AWS::DynamoDB::Table, conditionalCreateOnlyProperties; user guide, "Custom names".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change
from cfn_table.review.pair import Pair
from cfn_table.review.rules._replaced import replaced
from cfn_table.review.values import TABLE_TYPES

NAME: Final = "table-keys-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table that gets another key."""
    yield from replaced(
        pair,
        NAME,
        lambda kind, path: kind in TABLE_TYPES and path == ("KeySchema",),
        wanted="keep the key; to move to another table see `cfn-table rollout`, which copies the items first",
        kept="CloudFormation cannot replace a table under its name: see `cfn-table rollout` for the migration",
    )
