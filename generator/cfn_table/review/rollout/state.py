"""How far a rollout has come: what a template between the old and the new one has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Side = Literal["old", "new"]


@dataclass(frozen=True, slots=True)
class State:
    """One template on the way.

    Attributes:
        indexes: logical id of a table → name of each of its global indexes that is there → which template's it is.
        regions: logical id of a global table → the Regions of its replicas.
        kept: whether tables that are replaced or go are retained.
        unprotected: whether the deletion protection of tables that are replaced or go is off.
        expiry: whether items expire as in the old template, by nothing where that changes, or as in the new one.
        stream: the same of streams whose view changes.
        rest: whether everything else is as in the new template.
        exports: whether exports that the new template does not have are gone.
        final: whether it is the new template.
    """

    indexes: Mapping[str, Mapping[str, Side]] = field(default_factory=dict)
    regions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: bool = False
    unprotected: bool = False
    expiry: Literal["old", "off", "new"] = "old"
    stream: Literal["old", "off", "new"] = "old"
    rest: bool = False
    exports: bool = False
    final: bool = False

    def with_index(self, table: str, name: str) -> State:
        """The state in which a table has one more index of the new template."""
        return replace(self, indexes={**self.indexes, table: {**self.indexes[table], name: "new"}})

    def without_index(self, table: str, name: str) -> State:
        """The state in which a table has one index less."""
        left = {each: side for each, side in self.indexes[table].items() if each != name}
        return replace(self, indexes={**self.indexes, table: left})

    def with_region(self, table: str, region: str) -> State:
        """The state in which a global table has one more replica."""
        return replace(self, regions={**self.regions, table: (*self.regions[table], region)})

    def without_region(self, table: str, region: str) -> State:
        """The state in which a global table has one replica less."""
        left = tuple(each for each in self.regions[table] if each != region)
        return replace(self, regions={**self.regions, table: left})
