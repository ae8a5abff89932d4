"""Resources that go under one logical id and come under another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cfn_table.review.pair import Pair, Resource, ResourceChange
from cfn_table.review.replacement import name_property
from cfn_table.review.scenarios import When
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

    @property
    def when(self) -> When:
        """The conditions under which it happens."""
        return tuple(sorted({*self.old.when, *self.new.when}))


def renamed(pair: Pair) -> tuple[Rename, ...]:
    """Every rename: of one type, and of one name or with the same properties.

    In a deployment each resource is in one at most.
    """
    added: dict[str, list[ResourceChange]] = {}
    for change in pair.resources:
        if change.old is None and change.new is not None:
            added.setdefault(_kind(change.new.type), []).append(change)
    found: list[Rename] = []
    for change in pair.resources:
        if change.old is not None and change.new is None:
            for match in _matches(pair, change, added.get(_kind(change.old.type), [])):
                if not any(_excludes(pair, each, match) for each in found):
                    found.append(match)
    return tuple(found)


def _excludes(pair: Pair, one: Rename, other: Rename) -> bool:
    """Whether two renames have a resource in common, in one deployment."""
    same = (one.old.logical_id == other.old.logical_id, one.new.logical_id == other.new.logical_id)
    return any(same) and not all(same) and pair.possible(one.when, other.when)


def moved(pair: Pair, *, refused: bool = True) -> set[tuple[str, When]]:
    """The removed resources, with their conditions, of which only another is told that always comes in their place.

    Args:
        pair: the two sides.
        refused: whether only those whose rename is refused.
    """
    return {
        (each.old.logical_id, each.old.when)
        for each in renamed(pair)
        if (each.is_refused or not refused) and pair.implies(each.old.when, each.new.when)
    }


def taken(pair: Pair) -> Iterator[Rename]:
    """Each resource that gets a name which another one has, and still has when it is created or replaced.

    Those that are renamed are not among them.
    """
    told = {(id(each.old), id(each.new)) for each in renamed(pair)}
    holders: dict[tuple[str, str], list[ResourceChange]] = {}
    for change in pair.resources:
        if change.old is not None and isinstance(name := _name(change.old), str):
            holders.setdefault((_kind(change.old.type), name), []).append(change)
    for change in pair.resources:
        if change.new is None or not isinstance(name := _name(change.new), str):
            continue
        if change.old is not None and change.old.type == change.new.type and _name(change.old) == name:
            continue
        for holder in holders.get((_kind(change.new.type), name), ()):
            other = holder.logical_id != change.logical_id and (id(holder), id(change)) not in told
            if other and pair.possible(holder.when, change.when):
                yield Rename(holder, change, name)


def _name(resource: Resource) -> Value:
    path = name_property(resource.type)
    value: Value = resource.properties if path else None
    for part in path or ():
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _matches(pair: Pair, removed: ResourceChange, added: list[ResourceChange]) -> Iterator[Rename]:
    old = removed.old
    assert old is not None
    name = _name(old)
    for each in added:
        assert each.new is not None
        if isinstance(name, str) and _name(each.new) == name and pair.possible(removed.when, each.when):
            yield Rename(removed, each, name)
    for each in added:
        assert each.new is not None
        same = name is None and old.properties and (each.new.type, each.new.properties) == (old.type, old.properties)
        if same and pair.possible(removed.when, each.when):
            yield Rename(removed, each)


def _kind(resource_type: str) -> str:
    """The type, or one word for all types that share their names."""
    return "table" if resource_type in TABLE_TYPES else resource_type
