"""Point-in-time recovery stays on.

Why: turning it off deletes the continuous backups: no moment before it can be restored any more, also when it is
turned on again.

Example:
    PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: false}

Use instead: leave it on; or make an on-demand backup first.

Known problems: none.

Source: developer guide, "Point-in-time recovery".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import of_difference

NAME: Final = "backups-stay-on"
_PROPERTY: Final = "PointInTimeRecoverySpecification"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table whose recovery is turned on or off, or reaches back another time."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        old, new = change.values(_PROPERTY)
        for each in change.at(_PROPERTY)[:1]:
            if new is None:
                message = f"the continuous backups of `{change.logical_id}` are deleted"
            elif old is None:
                message = f"`{change.logical_id}` is backed up continuously"
            else:
                message = f"how far back `{change.logical_id}` can be recovered changes"
            yield of_difference(
                pair,
                NAME,
                change,
                each,
                message,
                effect=Effect.NONE,
                severity=Severity.WARNING if new is None else Severity.NOTE,
                help="leave it on, or make an on-demand backup first" if new is None else "",
            )
