"""An index that is read is not removed.

Why: the readers of an index fail from the moment in which it goes. A new index takes its time to be built, and reads
of it fail until it is active.

Example:
    # GSI2 is gone from GlobalSecondaryIndexes

Use instead: remove an index when its last reader has moved.

Known problems: who reads an index is not known.

Source: developer guide, "Managing global secondary indexes".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair, ResourceChange
from cfn_table.review.rules._indexes import GLOBAL, VECTOR, index_differences
from cfn_table.review.rules._made import made
from cfn_table.review.values import Difference

NAME: Final = "indexes-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each global secondary index, and each vector index, that comes or goes."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        for kind, name, each in _of_both_kinds(change):
            if each.new is NO_VALUE:
                yield made(
                    pair,
                    NAME,
                    change,
                    ("Properties", kind, name),
                    f"index `{name}` is removed",
                    effect=Effect.DELETION,
                    help="remove it when nobody reads it any more",
                    old=each.old,
                    new=NO_VALUE,
                    breaking=True,
                )
            elif each.old is NO_VALUE:
                yield made(
                    pair,
                    NAME,
                    change,
                    ("Properties", kind, name),
                    f"index `{name}` is added",
                    help="it can be read when it is built: wait until its IndexStatus is ACTIVE",
                    new=each.new,
                )


def _of_both_kinds(change: ResourceChange) -> Iterator[tuple[str, str, Difference]]:
    for kind in (GLOBAL, VECTOR):
        for name, each in index_differences(change, kind).items():
            yield kind, name, each
