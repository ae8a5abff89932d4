"""An index keeps its key and its projection.

Why: neither can be updated. CloudFormation refuses the update: "Cannot update GSI's properties other than Provisioned
Throughput, Contributor Insights and Warm Throughput".

Example:
    Projection: {ProjectionType: KEYS_ONLY}     # was ALL, of the same index

Use instead: an index of another name with the new key or projection. When it is built and readers use it, remove the
old one: `cfn-table rollout` has the steps.

Known problems: none.

Source: template reference, AWS::DynamoDB::Table GlobalSecondaryIndex; API reference, UpdateTable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._indexes import GLOBAL, index_differences, parts
from cfn_table.review.rules._made import made, step
from cfn_table.review.values import certainly_differ

NAME: Final = "indexes-stay-as-they-are"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each index that stays under its name, with another key or projection."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        for name, each in index_differences(change, GLOBAL).items():
            if each.old is NO_VALUE or each.new is NO_VALUE:
                continue
            for part in parts(each):
                if part in ("KeySchema", "Projection"):
                    old, new = each.old.get(part), each.new.get(part)
                    certain = certainly_differ(old, new)
                    yield made(
                        pair,
                        NAME,
                        change,
                        ("Properties", GLOBAL, name, part),
                        f"index `{name}` cannot be updated: its `{part}` {step(old, new, certain=certain)}",
                        effect=Effect.REFUSED,
                        help="add an index of another name, and remove this one later: see `cfn-table rollout`",
                        old=old,
                        new=new,
                        certain=certain,
                        breaking=True,
                    )
