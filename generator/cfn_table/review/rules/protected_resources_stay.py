"""What is protected from deletion is not removed.

Why: DynamoDB refuses to delete a table with deletion protection. CloudFormation gives up on it and ends the update: the
table is still there, and in no stack.

Example:
    # a table with DeletionProtectionEnabled is gone from the template

Use instead: turn the protection off in an update of its own, or keep the table.

Known problems: the same is true of other types with a protection of their own; they are not looked at.

Source: developer guide, "Deletion protection".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import KEPT, Pair
from cfn_table.review.renames import moved
from cfn_table.review.rules._made import made, shown
from cfn_table.review.rules._settings import changed_settings, is_protected

NAME: Final = "protected-resources-stay"
_PROPERTY: Final = "DeletionProtectionEnabled"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each protected table that is removed, and for each that loses or gets its protection."""
    elsewhere = moved(pair)
    for change in pair.resources:
        if change.old is None or change.new is not None:
            continue
        if (change.logical_id, change.when) in elsewhere:
            continue
        if is_protected(change.old) and change.old.deletion_policy not in KEPT:
            yield made(
                pair,
                NAME,
                change,
                (),
                f"`{change.logical_id}` is protected from deletion, and is to be deleted",
                effect=Effect.REFUSED,
                help=f"keep it; or deploy `{_PROPERTY}: false` first",
            )
    for each in changed_settings(pair, _PROPERTY):
        if each.new == "true":
            yield each.told(pair, NAME, f"{each.owner} is now protected from deletion")
            continue
        known = each.new in (None, "false")
        where = "" if known else f" where {shown(each.new)} is not `true`"
        message = f"{each.owner} is no longer protected from deletion{where}"
        yield each.told(pair, NAME, message, severity=Severity.WARNING, help=f"keep `{_PROPERTY}: true`")
