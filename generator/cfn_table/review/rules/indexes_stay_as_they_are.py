"""An index keeps its key and its projection.

Why: neither can be updated. CloudFormation refuses the update: "Cannot update GSI's properties other than Provisioned
Throughput, Contributor Insights and Warm Throughput". Of a vector index nothing can be updated, its dimensions neither.

Example:
    Projection: {ProjectionType: KEYS_ONLY}     # was ALL, of the same index

Use instead: an index of another name with the new key or projection. When it is built and readers use it, remove the
old one: `cfn-table rollout` has the steps.

Known problems: `cfn-table rollout` has no steps for vector indexes.

Source: template reference, AWS::DynamoDB::Table GlobalSecondaryIndex; API reference, UpdateTable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair, ResourceChange
from cfn_table.review.rules._indexes import GLOBAL, VECTOR, index_differences, parts
from cfn_table.review.rules._made import made, step
from cfn_table.review.values import Difference, certainly_differ

NAME: Final = "indexes-stay-as-they-are"

_FIXED: Final = {
    GLOBAL: ("KeySchema", "Projection"),
    VECTOR: ("VectorAttribute", "Dimensions", "DistanceFunction", "SearchSchema", "Projection"),
}
"""What cannot be updated of each kind of index."""


def check(pair: Pair) -> Iterator[Change]:
    """A change for each index that stays under its name, with another key or projection."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        for kind, fixed in _FIXED.items():
            for name, each in index_differences(change, kind).items():
                if each.old is NO_VALUE or each.new is NO_VALUE:
                    continue
                for part in parts(each):
                    if part in fixed:
                        yield _refused(pair, change, (kind, name, part), each)


def _refused(pair: Pair, change: ResourceChange, place: tuple[str, str, str], index: Difference) -> Change:
    kind, name, part = place
    old, new = (side.get(part) if isinstance(side, Mapping) else None for side in (index.old, index.new))
    certain = certainly_differ(old, new)
    steps = ": see `cfn-table rollout`" if kind == GLOBAL else ""
    return made(
        pair,
        NAME,
        change,
        ("Properties", *place),
        f"index `{name}` cannot be updated: its `{part}` {step(old, new, certain=certain)}",
        effect=Effect.REFUSED,
        help=f"add an index of another name, and remove this one later{steps}",
        old=old,
        new=new,
        certain=certain,
        breaking=True,
    )
