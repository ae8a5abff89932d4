"""A key attribute keeps its type.

Why: a table whose key attribute has another type is another table: CloudFormation replaces it, or refuses to where it
is named. Adding and removing attribute definitions with their indexes is fine.

Example:
    AttributeDefinitions: [{AttributeName: createdAt, AttributeType: N}]    # was S

Use instead: a second attribute of the new type, and a new index on it.

Known problems: for an attribute of an index alone, the service refuses the update of the index in another way; either
way the deployment does not do what it says.

Source: template reference, AWS::DynamoDB::Table, "AttributeDefinitions": update requires some interruptions;
replacement if you edit an existing AttributeDefinition.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change
from cfn_table.review.pair import Pair
from cfn_table.review.rules._replaced import replaced
from cfn_table.review.values import TABLE_TYPES

NAME: Final = "attribute-types-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each attribute that stays and gets another type."""
    yield from replaced(
        pair,
        NAME,
        lambda kind, path: kind in TABLE_TYPES and path[:1] == ("AttributeDefinitions",),
        wanted="keep the type, and add an attribute of the other type with an index of its own",
    )
