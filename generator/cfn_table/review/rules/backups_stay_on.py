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
from cfn_table.review.change import Change
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import shown
from cfn_table.review.rules._settings import changed_settings
from cfn_table.review.values import Value, certainly_differ

NAME: Final = "backups-stay-on"
_SWITCH: Final = "PointInTimeRecoveryEnabled"
_HELP: Final = "leave it on, or make an on-demand backup first"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table, or replica, whose recovery is turned on or off, or reaches back another time."""
    for each in changed_settings(pair, "PointInTimeRecoverySpecification"):
        old, new = _switch(each.old), _switch(each.new)
        severity, help = Severity.NOTE, ""
        if old == new:
            message = f"how far back {each.owner} can be recovered changes"
        elif new == "true":
            message = f"{each.owner} is backed up continuously"
        else:
            message = f"the continuous backups of {each.owner} are deleted"
            if new != "false":
                message += f" where {shown(new)} is not `true`"
            severity, help = Severity.WARNING, _HELP
        yield each.told(pair, NAME, message, severity=severity, help=help, certain=certainly_differ(old, new))


def _switch(value: Value) -> Value:
    """Whether a specification turns it on: `true`, `false`, or what is not known."""
    return value.get(_SWITCH, "false") if isinstance(value, dict) else "false" if value is None else value
