"""A resource stays in its template.

Why: what is no longer in the template is deleted, and whoever uses it outside of the stack does not know.

Example:
    # an alarm is gone from the template

Use instead: keep it until nobody uses it.

Known problems: none. What holds data is told by `data-outlives-its-resource`.

Source: user guide, "Update behaviors of stack resources".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.registry import stateful_types
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import KEPT, Pair
from cfn_table.review.renames import moved
from cfn_table.review.rules._made import made

NAME: Final = "resources-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each resource without data that is deleted."""
    elsewhere = moved(pair, refused=False)
    for change in pair.resources:
        if change.old is None or change.new is not None or (change.logical_id, change.when) in elsewhere:
            continue
        if change.old.type not in stateful_types() and change.old.deletion_policy not in (*KEPT, "Snapshot"):
            yield made(pair, NAME, change, (), f"`{change.logical_id}` is deleted", effect=Effect.DELETION)
