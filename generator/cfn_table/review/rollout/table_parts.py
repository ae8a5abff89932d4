"""The properties of a table on the way from one template to the other."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from cfn_table.review.rollout.differences import TableChange
from cfn_table.review.rollout.state import State
from cfn_table.review.rollout.tables import (
    BILLING,
    CAPACITY,
    GLOBAL,
    ON_DEMAND,
    Texts,
    definitions,
    entries,
    indexes,
    inside,
    key_attributes,
    properties,
    replicas,
)


class TableParts:
    """Makes the resource of one table in any state.

    Args:
        change: what changes of it.
        old, new: the resource in either template.
        texts: of the old and of the new template.
    """

    def __init__(
        self, change: TableChange, old: Mapping[str, Any], new: Mapping[str, Any], texts: tuple[Texts, Texts]
    ) -> None:
        """See the class."""
        self._change = change
        self._old, self._new = old, new
        self._texts = texts

    def resource(self, state: State) -> dict[str, Any]:
        """The whole resource."""
        base = copy.deepcopy(dict(self._new if state.rest else self._old))
        if self._change.replaced:
            guard(base, kept=state.kept, unprotected=state.unprotected)
        elif isinstance(base.setdefault("Properties", {}), dict):
            base["Properties"] = self._properties(state, base["Properties"])
            if not base["Properties"]:
                del base["Properties"]
        return base

    def _properties(self, state: State, base: dict[str, Any]) -> dict[str, Any]:
        self._set_billing(state, base)
        self._set_expiry(state, base)
        self._set_stream(state, base)
        if self._change.id in state.indexes:
            self._set_indexes(state, base)
        elif self._change.billing:
            self._fit_indexes(state, base)
        if self._change.id in state.regions:
            self._set_replicas(state, base)
        self._fit_replicas(state, base)
        self._set_definitions(state, base)
        return base

    def _billing_side(self, state: State) -> Mapping[str, Any]:
        if self._change.billing == "early":
            return self._new
        return self._new if state.rest and self._change.billing != "late" else self._old

    def _set_billing(self, state: State, base: dict[str, Any]) -> None:
        _take(base, properties(self._billing_side(state)), BILLING)

    def _set_expiry(self, state: State, base: dict[str, Any]) -> None:
        if self._change.expiry is None:
            return
        before = properties(self._old)
        if state.expiry == "new":
            _take(base, properties(self._new), ("TimeToLiveSpecification",))
        elif state.expiry == "old" or self._change.expiry[0] is None:
            _take(base, before, ("TimeToLiveSpecification",))
        else:
            base["TimeToLiveSpecification"] = {"AttributeName": self._change.expiry[0], "Enabled": False}

    def _set_stream(self, state: State, base: dict[str, Any]) -> None:
        if not self._change.stream:
            return
        if state.stream == "old" or (state.stream == "off" and self._change.stream == "removed"):
            _take(base, properties(self._old), ("StreamSpecification",))
        elif state.stream == "off":
            base.pop("StreamSpecification", None)
        else:
            _take(base, properties(self._new), ("StreamSpecification",))

    def _set_indexes(self, state: State, base: dict[str, Any]) -> None:
        """The new template's order first, so that the last template of all is the new one."""
        there = indexes(self._old, self._texts[0]) or {}
        wanted = indexes(self._new, self._texts[1]) or {}
        present = state.indexes[self._change.id]
        found = []
        for name in self._names(state):
            side = "new" if state.rest and name in wanted and name not in self._change.swapped else present[name]
            entry = copy.deepcopy(wanted[name] if side == "new" else there[name])
            self._fit(entry, name, state, there, wanted)
            found.append(entry)
        if found:
            base[GLOBAL] = found
        else:
            base.pop(GLOBAL, None)

    def _fit_indexes(self, state: State, base: dict[str, Any]) -> None:
        """Indexes that all stay have the throughput of this state, too."""
        there = indexes(self._old, self._texts[0]) or {}
        wanted = indexes(self._new, self._texts[1]) or {}
        found = indexes({"Properties": base}, self._texts[1 if state.rest else 0]) or {}
        for name, entry in found.items():
            self._fit(entry, name, state, there, wanted)

    def _fit(self, entry: Any, name: str, state: State, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Give an index the throughput that the billing mode of this state asks for."""
        if not self._change.billing:
            return
        index = inside(entry)
        if not isinstance(index, dict):
            return
        source = inside((wanted if self._billing_side(state) is self._new else there).get(name))
        _strip(index, is_provisioned=self._is_provisioned(state))
        if source:
            _take(index, source, BILLING)

    def _is_provisioned(self, state: State) -> bool:
        return (self._change.billing == "late") == (self._billing_side(state) is self._new)

    def _set_replicas(self, state: State, base: dict[str, Any]) -> None:
        there = replicas(self._old, self._texts[0]) or {}
        wanted = replicas(self._new, self._texts[1]) or {}
        present = state.regions[self._change.id]
        names = [*(each for each in wanted if each in present), *(each for each in present if each not in wanted)]
        base["Replicas"] = [
            copy.deepcopy(wanted[name] if name in wanted and (state.rest or name not in there) else there[name])
            for name in names
        ]

    def _fit_replicas(self, state: State, base: dict[str, Any]) -> None:
        """Give replicas the settings of the indexes that are there, and of no others (template reference, Replicas).

        What neither template says of an index in a Region is as in the first replica that says it.
        """
        if self._change.id not in state.indexes or not isinstance(base.get("Replicas"), list):
            return
        sources = [self._settings(self._old, 0), self._settings(self._new, 1)]
        if state.rest:
            sources.reverse()
        anywhere = {
            name: each for found in reversed(sources) for listed in found.values() for name, each in listed.items()
        }
        for region, entry in (entries(base, "Replicas", "Region", self._texts[1]) or {}).items():
            replica = inside(entry)
            own = [found.get(region, {}) for found in sources]
            known = {**anywhere, **own[1], **own[0]}
            left = [copy.deepcopy(known[name]) for name in self._names(state) if name in known]
            if isinstance(replica, dict) and left:
                replica[GLOBAL] = left
            elif isinstance(replica, dict):
                replica.pop(GLOBAL, None)
            if self._change.billing:
                _strip(entry, is_provisioned=self._is_provisioned(state))

    def _names(self, state: State) -> list[str]:
        wanted = indexes(self._new, self._texts[1]) or {}
        present = state.indexes[self._change.id]
        return [*(each for each in wanted if each in present), *(each for each in present if each not in wanted)]

    def _settings(self, resource: Mapping[str, Any], side: int) -> dict[str, dict[str, Any]]:
        """Region → index → what a template says of it there."""
        found = replicas(resource, self._texts[side]) or {}
        return {
            region: entries(inside(entry), GLOBAL, "IndexName", self._texts[side]) or {}
            for region, entry in found.items()
        }

    def _set_definitions(self, state: State, base: dict[str, Any]) -> None:
        """Just those of the keys that are there (API reference, CreateTable: unused definitions are refused)."""
        before, after = definitions(properties(self._old)), definitions(properties(self._new))
        if "AttributeDefinitions" not in base or not (before or after):
            return
        used = set(key_attributes(base))
        own = definitions(base)
        order = dict.fromkeys([*own, *after, *before])
        found = {name: own.get(name) or before.get(name) or after.get(name) for name in order if name in used}
        for name in found:
            if name in before and name in after and before[name] != after[name]:
                found[name] = after[name] if self._is_new(state, base, name) else before[name]
        base["AttributeDefinitions"] = list(copy.deepcopy(list(found.values())))

    def _is_new(self, state: State, base: Mapping[str, Any], attribute: str) -> bool:
        """Whether the indexes that use an attribute are those of the new template."""
        listed = entries(base, GLOBAL, "IndexName", self._texts[1]) or {}
        users = [name for name, entry in listed.items() if attribute in set(key_attributes(inside(entry)))]
        present = state.indexes.get(self._change.id, {})
        return bool(users) and all(present.get(name) == "new" for name in users)


def _strip(value: Any, *, is_provisioned: bool) -> None:
    """Remove what the billing mode does not know, from an index or a replica."""
    owner = inside(value)
    if isinstance(owner, dict):
        for kind in ON_DEMAND if is_provisioned else CAPACITY:
            owner.pop(kind, None)
        for each in owner.get(GLOBAL, ()):
            _strip(each, is_provisioned=is_provisioned)


def _take(base: dict[str, Any], source: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Make these properties what they are in another mapping, absent ones too."""
    for name in names:
        if name in source:
            base[name] = copy.deepcopy(source[name])
        else:
            base.pop(name, None)


def guard(resource: dict[str, Any], *, kept: bool, unprotected: bool) -> None:
    """Retain what a resource stands for, and switch its deletion protection off where it is on."""
    if kept:
        resource["DeletionPolicy"] = resource["UpdateReplacePolicy"] = "Retain"
    if not unprotected:
        return
    owned = properties(resource)
    holders = [owned, *(inside(each) for each in owned.get("Replicas", ()) if isinstance(owned["Replicas"], list))]
    for holder in holders:
        if isinstance(holder, dict) and holder.get("DeletionProtectionEnabled") not in (None, False, "false"):
            holder["DeletionProtectionEnabled"] = False
