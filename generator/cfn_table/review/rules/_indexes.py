"""The indexes of a table that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.review.pair import ResourceChange
from cfn_table.review.values import Difference, Value, certainly_differ

GLOBAL: Final = "GlobalSecondaryIndexes"
LOCAL: Final = "LocalSecondaryIndexes"
VECTOR: Final = "VectorIndexes"


def index_differences(change: ResourceChange, kind: str) -> dict[str, Difference]:
    """The indexes of one kind that are not the same on both sides, by name; those that come and go have NO_VALUE."""
    old, new = (_by_name(value) for value in change.values(kind))
    found = {}
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name, NO_VALUE), new.get(name, NO_VALUE)
        if before != after:
            found[name] = Difference((kind, name), before, after, certainly_differ(before, after))
    return found


def _by_name(value: Value) -> Mapping[str, Value]:
    if isinstance(value, Mapping):
        return value
    # Names that are no plain texts, or that are there twice.
    items = value if isinstance(value, list) else []
    return {
        str(item.get("IndexName", at)) if isinstance(item, Mapping) else str(at): item for at, item in enumerate(items)
    }


def parts(difference: Difference) -> Iterator[str]:
    """The properties of an index that stays which differ."""
    old, new = difference.old, difference.new
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*old, *new)):
            if old.get(name) != new.get(name):
                yield name
