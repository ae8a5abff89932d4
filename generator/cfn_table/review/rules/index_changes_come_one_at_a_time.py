"""An update adds or removes one global secondary index of a table.

Why: UpdateTable takes one change at a time, and CloudFormation does not split an update: "Cannot perform more than one
GSI creation or deletion in a single update". Whatever else the update did is rolled back.

Example:
    # two new indexes in one pull request

Use instead: one index in each deployed version; `cfn-table rollout` makes the templates in between.

Known problems: the count is of what is deployed: a review against a version that was never deployed counts too
little.

Source: API reference, UpdateTable, "GlobalSecondaryIndexUpdates"; CloudFormation coverage roadmap, issue 229.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._indexes import GLOBAL, index_differences
from cfn_table.review.rules._made import made

NAME: Final = "index-changes-come-one-at-a-time"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table of which more than one index comes or goes."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        found = index_differences(change, GLOBAL)
        words = [
            f"`{name}` {'is added' if each.old is NO_VALUE else 'is removed'}"
            for name, each in found.items()
            if each.old is NO_VALUE or each.new is NO_VALUE
        ]
        if len(words) > 1:
            yield made(
                pair,
                NAME,
                change,
                ("Properties", GLOBAL),
                f"`{change.logical_id}` changes {len(words)} indexes at once: {', '.join(words)}",
                effect=Effect.REFUSED,
                help="deploy them one after another: `cfn-table rollout` makes the templates",
            )
