"""Whole templates on the way: the old one with what came first, then the new one with what is held back.

What an old template has and the new one has not is held back until the end, since taking it away is what cannot be
undone; so is what policies of the old one allow on indexes that are still there. What names an index that is not
there is left out until it is: a grant in vain would hide the mistake, and a scaling target would fail.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from cfn_table.review.rollout.differences import Differences
from cfn_table.review.rollout.exports import Export, outputs_with
from cfn_table.review.rollout.grants import IndexArns, keep_grants, prune
from cfn_table.review.rollout.references import complete, dependents, drop_unused, remove
from cfn_table.review.rollout.state import State
from cfn_table.review.rollout.table_parts import TableParts, guard
from cfn_table.review.rollout.tables import Texts, indexes, properties, resources, section, tables

_SCALING: Final = "AWS::ApplicationAutoScaling::"
_IDENTITY: Final = (
    "ManagedPolicyName",
    "PolicyName",
    "RoleName",
    "AlarmName",
    "FunctionName",
    "QueueName",
    "TopicName",
)
"""Properties that name a resource, so that two cannot be there at once."""


class Composer:
    """Makes the template of any state between two templates."""

    def __init__(
        self, old: Mapping[str, Any], new: Mapping[str, Any], found: Differences, kept: tuple[Export, ...]
    ) -> None:
        """See the class."""
        self._old, self._new, self._found, self._kept = old, new, found, kept
        texts = Texts(old), Texts(new)
        self._parts = {
            name: TableParts(change, resources(old)[name], resources(new)[name], texts)
            for name, change in found.changes.items()
        }

    def template(self, state: State) -> dict[str, Any]:
        """The template of a state."""
        if state.final:
            return copy.deepcopy(dict(self._new))
        found: dict[str, Any] = copy.deepcopy(dict(self._new if state.rest else self._old))
        for name, parts in self._parts.items():
            found["Resources"][name] = parts.resource(state)
        self._hold_back(found, state)
        for name in self._found.gone:
            guard(found["Resources"][name], kept=state.kept, unprotected=False)
        self._fit_grants(found, state)
        self._fit_index_outputs(found, state)
        self._fit_streams(found, state)
        self._fit_scaling(found)
        self._set_outputs(found, state)
        complete(found, (self._old, self._new))
        drop_unused(found, self._new if state.rest else self._old)
        return found

    def _hold_back(self, found: dict[str, Any], state: State) -> None:
        """Resources of the old template that the new one does not have stay until the end."""
        if not state.rest:
            return
        names = {_identity(each) for each in resources(self._new).values()} - {None}
        for name, resource in resources(self._old).items():
            if name not in resources(found) and _identity(resource) not in names:
                found["Resources"][name] = copy.deepcopy(resource)

    def _fit_grants(self, found: dict[str, Any], state: State) -> None:
        for table in self._found.changes:
            if table not in state.indexes:
                continue
            known = [indexes(tables(each)[table], Texts(each)) or {} for each in (self._old, self._new)]
            present = state.indexes[table]
            staying = [name for name in present if name not in known[1]]
            if state.rest and staying:
                self._keep_grants(found, table, staying)
            absent = [name for name in {**known[0], **known[1]} if name not in present]
            if absent:
                _prune(found, table, absent)

    def _keep_grants(self, found: dict[str, Any], table: str, names: list[str]) -> None:
        arns = IndexArns(self._old, table)
        for name, resource in resources(self._new).items():
            before = resources(self._old).get(name)
            if before is not None and before.get("Type") == resource.get("Type") and name in found["Resources"]:
                keep_grants(before, found["Resources"][name], arns, names)

    def _fit_index_outputs(self, found: dict[str, Any], state: State) -> None:
        """Outputs do not give the names of indexes that are not there.

        An export of the old template stays all the same, since somebody may import it; one of the new template waits
        for an index that is still to be swapped, so that it does not come and go.
        """
        there = {name for each in tables(found).values() for name in indexes(each, Texts(found)) or {}}
        late = {name for each in self._found.changes.values() for name in each.late}
        settled = {name for name in there if name not in late} | {
            name for each in state.indexes.values() for name, side in each.items() if side == "new"
        }
        known = {name for each in self._found.changes.values() for name in (*each.early, *each.removed, *each.late)}
        before = section(self._old, "Outputs")
        for name, output in section(found, "Outputs").items():
            value = output.get("Value")
            if not isinstance(value, str) or value not in known or not name.endswith("Name"):
                continue
            if "Export" in before.get(name, {}) or value in settled:
                continue
            if value in there and name in before:
                found["Outputs"][name] = copy.deepcopy(before[name])
            else:
                del found["Outputs"][name]
        if "Outputs" in found and not found["Outputs"]:
            del found["Outputs"]

    def _fit_streams(self, found: dict[str, Any], state: State) -> None:
        """Nothing can name the ARN of a stream that is off."""
        off = {
            name for name, each in self._found.changes.items() if each.stream == "switched" and state.stream == "off"
        }
        if not off:
            return
        found["Resources"] = _without_items(found["Resources"], off)
        gone, outputs = dependents(found, lambda owner, attribute: owner in off and attribute == "StreamArn")
        for name in outputs:
            del found["Outputs"][name]
        remove(found, gone)

    def _fit_scaling(self, found: dict[str, Any]) -> None:
        """What scales comes with the provisioned mode, and goes with it."""
        billing = {each.billing for each in self._found.changes.values()} - {""}
        if not billing:
            return
        gone = {
            name
            for name, each in resources(found).items()
            if str(each.get("Type", "")).startswith(_SCALING)
            and (
                ("early" in billing and name not in resources(self._new))
                or ("late" in billing and name not in resources(self._old))
            )
        }
        remove(found, gone)

    def _set_outputs(self, found: dict[str, Any], state: State) -> None:
        if not state.rest or state.exports or not self._kept:
            return
        outputs = outputs_with(section(found, "Outputs"), self._kept, self._new)
        missing = dependents({"Resources": {}, "Outputs": outputs}, lambda owner, _: self._is_missing(owner, found))[1]
        found["Outputs"] = {name: each for name, each in outputs.items() if name not in missing}

    def _is_missing(self, owner: str, found: Mapping[str, Any]) -> bool:
        return owner in resources(self._old) and owner not in found["Resources"]


def _identity(resource: Mapping[str, Any]) -> Any:
    owned = properties(resource)
    name = next((owned[each] for each in _IDENTITY if each in owned), None)
    return None if name is None else (resource.get("Type"), repr(name))


def _prune(found: dict[str, Any], table: str, absent: list[str]) -> None:
    """Leave out what is allowed on an index that is not there, and what scales or watches it."""
    arns = IndexArns(found, table)
    gone = {
        name
        for name, resource in resources(found).items()
        if not prune(resource, arns, absent) or arns.scales(resource, absent)
    }
    remove(found, gone)


def _without_items(value: Any, tables_off: set[str]) -> Any:
    """Lists without items that are the ARN of a stream, and without what has no item left."""
    if isinstance(value, list):
        left = [_without_items(each, tables_off) for each in value if not _is_stream(each, tables_off)]
        return [each for each in left if not (isinstance(each, dict) and each.get("Resource") == [])]
    if isinstance(value, dict):
        return {key: _without_items(each, tables_off) for key, each in value.items()}
    return value


def _is_stream(value: Any, tables_off: set[str]) -> bool:
    return isinstance(value, dict) and any(value.get("Fn::GetAtt") == [name, "StreamArn"] for name in tables_off)
