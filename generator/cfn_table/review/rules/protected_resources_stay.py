"""What is protected from deletion is not removed.

Why: DynamoDB refuses to delete a table with deletion protection, so the update fails and is rolled back.

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
from cfn_table.review.renames import renamed
from cfn_table.review.rules._made import made, of_difference

NAME: Final = "protected-resources-stay"
_PROPERTY: Final = "DeletionProtectionEnabled"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each protected table that is removed, and for each that loses its protection."""
    moved = {each.old.logical_id for each in renamed(pair) if each.is_refused}
    for change in pair.resources:
        if change.old is None or not change.old.is_table or change.logical_id in moved:
            continue
        protected = change.old.properties.get(_PROPERTY) == "true"
        if change.new is None:
            if protected and change.old.deletion_policy not in KEPT:
                yield made(
                    pair,
                    NAME,
                    change,
                    (),
                    f"`{change.logical_id}` is protected from deletion, and is to be deleted",
                    effect=Effect.REFUSED,
                    help=f"keep it; or deploy `{_PROPERTY}: false` first",
                )
            continue
        for each in change.at(_PROPERTY):
            off = each.new != "true"
            yield of_difference(
                pair,
                NAME,
                change,
                each,
                f"`{change.logical_id}` is {'no longer' if off else 'now'} protected from deletion",
                severity=Severity.WARNING if off else Severity.NOTE,
                help=f"keep `{_PROPERTY}: true`" if off else "",
            )
