"""A stream keeps its view.

Why: another view is another stream: what reads the old one by its ARN reads nothing more, and records that were not
read are lost after 24 hours. While an export of the ARN is imported, the update is refused.

Example:
    StreamSpecification: {StreamViewType: NEW_IMAGE}    # was NEW_AND_OLD_IMAGES

Use instead: the old view; or a second table, or Kinesis, for the new reader.

Known problems: none.

Source: developer guide, "Change data capture for DynamoDB Streams"; amplify-cli, issue 4624.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import made, shown
from cfn_table.review.streams import view
from cfn_table.review.values import certainly_differ

NAME: Final = "streams-stay"
_PROPERTY: Final = "StreamSpecification"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table whose stream is another, or is gone."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        old, new = change.values(_PROPERTY)
        before, after = (view(value) for value in (old, new))
        if before == after:
            continue
        path = ("Properties", _PROPERTY)
        if old is None:
            yield made(pair, NAME, change, path, f"`{change.logical_id}` gets a stream of {shown(after)}", new=new)
        elif new is None:
            message = f"`{change.logical_id}` loses its stream, with what was not read of it"
            yield made(
                pair, NAME, change, path, message, effect=Effect.INTERRUPTION, old=old, new=NO_VALUE, breaking=True
            )
        else:
            certain = certainly_differ(before, after)
            gets = "gets" if certain else "may get"
            yield made(
                pair,
                NAME,
                change,
                path,
                f"`{change.logical_id}` {gets} another stream: its view changes from {shown(before)} to {shown(after)}",
                effect=Effect.REPLACEMENT,
                severity=Severity.WARNING,
                help="its ARN changes: let readers finish, and connect them to the new one",
                old=old,
                new=new,
                certain=certain,
                breaking=True,
            )
