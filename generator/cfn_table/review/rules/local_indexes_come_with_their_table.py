"""The local secondary indexes of a table stay as they were when it was made.

Why: DynamoDB makes them with the table, and has no operation that adds, changes or removes one. CloudFormation refuses
the update of a Table; a GlobalTable it replaces.

Example:
    LocalSecondaryIndexes: [{IndexName: byDate, ...}]    # of a table that exists

Use instead: a global secondary index, or another table.

Known problems: none.

Source: API reference, CreateTable and UpdateTable; template reference, AWS::DynamoDB::Table "LocalSecondaryIndexes";
registry schema of AWS::DynamoDB::GlobalTable, conditionalCreateOnlyProperties.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._indexes import LOCAL, index_differences
from cfn_table.review.rules._made import made
from cfn_table.review.rules._replaced import replaced
from cfn_table.review.values import TABLE_TYPES

NAME: Final = "local-indexes-come-with-their-table"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each local secondary index that is not as it was."""
    yield from replaced(
        pair,
        NAME,
        lambda kind, path: kind in TABLE_TYPES and path[:1] == (LOCAL,),
        wanted="use a global secondary index; a new table is empty: see `cfn-table rollout`",
        kept="use a global secondary index, or a table of another name: see `cfn-table rollout`",
    )
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change) or change.new is None:
            continue
        if change.new.type == "AWS::DynamoDB::GlobalTable":
            continue  # replaced, see above
        for name, each in index_differences(change, LOCAL).items():
            word = "added" if each.old is NO_VALUE else "removed" if each.new is NO_VALUE else "changed"
            yield made(
                pair,
                NAME,
                change,
                ("Properties", LOCAL, name),
                f"local index `{name}` is {word}, and a table has the local indexes that it was made with",
                effect=Effect.REFUSED,
                help="use a global secondary index, or another table: see `cfn-table rollout`",
                old=each.old,
                new=each.new,
                certain=each.certain,
                breaking=each.old is not NO_VALUE,
            )
