"""Settings of tables: those of a table, and those that each replica of a global table has for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cfn_table.review.change import Change
from cfn_table.review.pair import Pair, Resource, ResourceChange
from cfn_table.review.rules._made import made
from cfn_table.review.values import Value, certainly_differ


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that is not the same on both sides.

    Attributes:
        change: the table.
        owner: what has it, in words: `Table`, or a replica of it.
        path: of the property, below `Properties`.
        old, new: its values; None where it is left out.
    """

    change: ResourceChange
    owner: str
    path: tuple[str, ...]
    old: Value
    new: Value

    @property
    def is_replica(self) -> bool:
        """Whether it is of a replica."""
        return len(self.path) > 1

    @property
    def certain(self) -> bool:
        """Whether it surely changes."""
        return certainly_differ(self.old, self.new)

    def told(self, pair: Pair, rule: str, message: str, **more: Any) -> Change:
        """It as a change."""
        more = {"certain": self.certain, "old": self.old, "new": self.new, **more}
        return made(pair, rule, self.change, ("Properties", *self.path), message, **more)


def changed_settings(pair: Pair, name: str) -> Iterator[Setting]:
    """Every table, and every replica, that stays and of which a setting is another."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        for owner, path in (("", (name,)), *((region, ("Replicas", region, name)) for region in _replicas(change))):
            old, new = change.values(*path)
            if old != new:
                table = f"`{change.logical_id}`"
                yield Setting(change, f"{table} in `{owner}`" if owner else table, path, old, new)


def _replicas(change: ResourceChange) -> list[str]:
    """The Regions that have a replica on both sides."""
    old, new = (value if isinstance(value, Mapping) else {} for value in change.values("Replicas"))
    return [region for region in old if region in new]


def is_protected(table: Resource | None) -> bool:
    """Whether DynamoDB refuses to delete a table, or a replica of it."""
    if table is None or not table.is_table:
        return False
    replicas = table.properties.get("Replicas")
    owners = (table.properties, *(replicas.values() if isinstance(replicas, Mapping) else ()))
    return any(isinstance(each, Mapping) and each.get("DeletionProtectionEnabled") == "true" for each in owners)
