"""Resources that go under one logical id and come under another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cfn_table.review.pair import Pair, ResourceChange
from cfn_table.review.replacement import name_property
from cfn_table.review.values import TABLE_TYPES, Value


@dataclass(frozen=True, slots=True)
class Rename:
    """A resource under two logical ids.

    Attributes:
        old: the one that is removed.
        new: the one that is added.
        name: the name that both have; None where they have none.
    """

    old: ResourceChange
    new: ResourceChange
    name: Value = field(default=None, compare=False)

    @property
    def is_refused(self) -> bool:
        """Whether the new one cannot be created, because the old one is still there under its name."""
        return self.name is not None


def renamed(pair: Pair) -> tuple[Rename, ...]:
    """Every rename: of one type, and of one name or with the same properties; each resource in one at most."""
    added = [change for change in pair.resources if change.old is None]
    found = []
    for change in pair.resources:
        if change.new is None:
            match = next(iter(_matches(change, added)), None)
            if match is not None:
                added.remove(match.new)
                found.append(match)
    return tuple(found)


def _matches(removed: ResourceChange, added: list[ResourceChange]) -> Iterator[Rename]:
    old = removed.old
    assert old is not None
    same_type = [
        each
        for each in added
        if each.new is not None and _kind(each.new.type) == _kind(old.type) and _can_meet(removed, each)
    ]
    path = name_property(old.type)
    name, _ = removed.values(*path) if path else (None, None)
    for each in same_type:
        if isinstance(name, str) and path is not None and each.values(*path)[1] == name:
            yield Rename(removed, each, name)
    for each in same_type:
        assert each.new is not None
        if name is None and old.properties and each.new.type == old.type and each.new.properties == old.properties:
            yield Rename(removed, each)


def _can_meet(removed: ResourceChange, added: ResourceChange) -> bool:
    """Whether one goes and the other comes in one update: under two logical ids, and not under opposite conditions."""
    conditions = dict(removed.when)
    return removed.logical_id != added.logical_id and all(
        conditions.get(name, value) == value for name, value in added.when
    )


def _kind(resource_type: str) -> str:
    """The type, or one word for all types that share their names."""
    return "table" if resource_type in TABLE_TYPES else resource_type
