"""A resource keeps its type.

Why: CloudFormation refuses to change the type of a resource under its logical id. From Table to GlobalTable is a
migration with an import, not an update.

Example:
    KVStorageTable: {Type: AWS::DynamoDB::GlobalTable, ...}    # was AWS::DynamoDB::Table

Use instead: another logical id for the new type; for a table that is to become global, retain it, remove it from the
stack, and import it as AWS::DynamoDB::GlobalTable.

Known problems: none.

Source: CloudFormation's answer "Update of resource type is not permitted"; developer guide, "Global tables"
(migrating).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import made

NAME: Final = "resource-types-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each logical id that stands for another type."""
    for change in pair.resources:
        if change.old is not None and change.new is not None and change.old.type != change.new.type:
            yield made(
                pair,
                NAME,
                change,
                ("Type",),
                f"`{change.logical_id}` changes its type from `{change.old.type}` to `{change.new.type}`",
                effect=Effect.REFUSED,
                help="give the new resource another logical id; to keep the data, retain the old one and import it",
                old=change.old.type,
                new=change.new.type,
                breaking=True,
            )
