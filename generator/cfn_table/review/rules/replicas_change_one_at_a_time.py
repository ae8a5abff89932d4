"""An update adds or removes one replica of a global table.

Why: CloudFormation takes one change of a replica in an update. A replica that is removed is deleted in its Region;
the items are still in the others.

Example:
    # two more Regions in Replicas

Use instead: one Region in each deployed version.

Known problems: none.

Source: template reference, AWS::DynamoDB::GlobalTable "Replicas".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import made, of_difference

NAME: Final = "replicas-change-one-at-a-time"
_PROPERTY: Final = "Replicas"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each replica that comes or goes, and for several at once."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        found = [each for each in change.at(_PROPERTY) if len(each.path) == 2 and NO_VALUE in (each.old, each.new)]
        if len(found) > 1:
            yield made(
                pair,
                NAME,
                change,
                ("Properties", _PROPERTY),
                f"`{change.logical_id}` changes {len(found)} replicas at once",
                effect=Effect.REFUSED,
                help="deploy them one after another: `cfn-table rollout` makes the templates",
            )
        for each in found:
            gone = each.new is NO_VALUE
            yield of_difference(
                pair,
                NAME,
                change,
                each,
                f"the replica in `{each.path[1]}` is {'deleted' if gone else 'added'}",
                effect=Effect.DELETION if gone else Effect.NONE,
                severity=Severity.WARNING if gone else Severity.NOTE,
                breaking=gone,
            )
