"""A resource keeps its logical id.

Why: another logical id is another resource. CloudFormation creates the new one before it removes the old: with a
fixed name the new one "already exists" and the update fails; without, an empty one takes its place.

Example:
    UsersTable: {Type: AWS::DynamoDB::Table, ...}     # was Table

Use instead: the old logical id. To rename, retain the resource, remove it from the stack, and import it under the new
id.

Known problems: a rename is recognised where the removed and the added resource have one type and one name, or the
same properties. Whether a name that depends on a parameter is that of another resource is not looked at.

Source: user guide, "Resources" (logical ID); serverless framework, issue 1677.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.renames import renamed, taken
from cfn_table.review.rules._made import made, shown

NAME: Final = "logical-ids-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each resource that goes under one logical id and comes under another."""
    for each in (*renamed(pair), *taken(pair)):
        old, new = each.old.logical_id, each.new.logical_id
        removed = each.old.new is None and each.new.old is None
        message = f"`{old}` becomes `{new}`, which is another resource"
        help = f"keep the logical id `{old}`; to rename it, retain it, remove it, and import it under the new one"
        if each.is_refused:
            message = f"`{new}` has the name {shown(each.name)} of `{old}`, which is still there when it is created"
        change = made(
            pair,
            NAME,
            each.new,
            (),
            message,
            effect=Effect.REFUSED if each.is_refused else Effect.REPLACEMENT,
            help=help if removed else "give it another name, or free the name in an update of its own",
            breaking=True,
        )
        yield replace(change, when=each.when)
