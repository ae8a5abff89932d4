"""The two sides of a review as rules look at them: resources and outputs, by their meaning, side by side."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cfn_table.access.templates.conditions import TooManyVariants
from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.access.templates.view import section
from cfn_table.findings import Location
from cfn_table.review.change import ABSENT, Path
from cfn_table.review.scenarios import Chooser, Scenarios, When
from cfn_table.review.side import Side
from cfn_table.review.values import NAMES, TABLE_TYPES, Difference, Normalizer, Unknown, Value, differences, dumped

if TYPE_CHECKING:
    from cfn_table.review.permissions import Compared
    from cfn_table.review.replacement import Replacement

KEPT: Final = ("Retain", "RetainExceptOnCreate")
"""Policies by which a resource stays when it leaves the stack; a Snapshot is another."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of one side, under one combination of conditions.

    Attributes:
        logical_id: its name in the template.
        type: such as `AWS::DynamoDB::Table`.
        properties: see `values.Normalizer`.
        deletion_policy: what becomes of it when it is removed; empty where that is not known.
        replace_policy: what becomes of the one that is replaced; likewise.
    """

    logical_id: str
    type: str
    properties: Mapping[str, Value]
    deletion_policy: str
    replace_policy: str

    @property
    def is_table(self) -> bool:
        """Whether it is a table."""
        return self.type in TABLE_TYPES


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """A resource on both sides, under one combination of conditions.

    Attributes:
        logical_id: its name in the template.
        old, new: None where the side does not have it.
        when: the combination; empty where no condition matters to it.
        differences: of the properties, where both sides have it and its type is the same.
    """

    logical_id: str
    old: Resource | None
    new: Resource | None
    when: When
    differences: tuple[Difference, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether both sides have it, and it is a table on both, of one type."""
        return self.old is not None and self.new is not None and self.old.is_table and self.old.type == self.new.type

    def at(self, *path: str | int) -> tuple[Difference, ...]:
        """The differences at or below a property."""
        return tuple(each for each in self.differences if each.path[: len(path)] == path)

    def values(self, *path: str) -> tuple[Value, Value]:
        """The values of a property on both sides; None where it is left out."""
        old, new = (_at(side.properties if side is not None else {}, path) for side in (self.old, self.new))
        return old, new


@dataclass(frozen=True, slots=True)
class Output:
    """An output of one side.

    Attributes:
        name: its name in the template.
        value: its value.
        export: the name under which others import it; None where it is not exported.
    """

    name: str
    value: Value
    export: Value | None


@dataclass(frozen=True, slots=True)
class OutputChange:
    """An output on both sides, under one combination of conditions; see `ResourceChange`."""

    name: str
    old: Output | None
    new: Output | None
    when: When


class Pair:
    """What is compared.

    Attributes:
        old: what is there.
        new: what is to be.
        undecided: what could not be compared, in words; complete once `resources` and `outputs` were asked for.
    """

    def __init__(self, old: Side, new: Side) -> None:
        self.old = old
        self.new = new
        self.undecided: dict[str, None] = {}
        self._scenarios = Scenarios(old.data, new.data, {**old.parameters, **new.parameters})

    @functools.cached_property
    def resources(self) -> tuple[ResourceChange, ...]:
        """Every resource of either side, in the order of the templates, once for each combination that matters."""
        names = dict.fromkeys((*self._scenarios.old.resources, *self._scenarios.new.resources))
        return tuple(change for name in names for change in self._resource(name))

    @functools.cached_property
    def outputs(self) -> tuple[OutputChange, ...]:
        """Every output of either side."""
        old, new = self._sections["Outputs"]
        names = dict.fromkeys((*old, *new))
        return tuple(change for name in names for change in self._output(name))

    @functools.cached_property
    def replacements(self) -> Mapping[int, Replacement]:
        """The resources that are replaced; see `cfn_table.review.replacement`."""
        from cfn_table.review.replacement import replacements

        return replacements(self)

    @functools.cached_property
    def policies(self) -> tuple[Compared, ...]:
        """The policies that mean something else; see `cfn_table.review.permissions`."""
        from cfn_table.review.permissions import compared_policies

        return compared_policies(self)

    @functools.cached_property
    def _sections(self) -> Mapping[str, tuple[dict[str, Any], dict[str, Any]]]:
        """The resources and the outputs of both templates, as they are written."""
        return {name: (section(self.old.data, name), section(self.new.data, name)) for name in ("Resources", "Outputs")}

    @functools.cached_property
    def _positions(self) -> Mapping[int, int]:
        return {id(change): position for position, change in enumerate(self.resources)}

    def possible(self, *whens: When) -> bool:
        """Whether combinations of conditions can all hold in one deployment."""
        return self._scenarios.possible(*whens)

    def implies(self, when: When, other: When) -> bool:
        """Whether in every deployment in which one combination of conditions holds, the other one does too."""
        return not any(self.possible(when, ((name, not value),)) for name, value in other)

    def is_replaced(self, change: ResourceChange) -> bool:
        """Whether a resource surely becomes another one, so that what it was does not matter to what it becomes."""
        found = self.replacements.get(self._positions[id(change)])
        return found is not None and found.certain and not found.kept_name

    def may_be_replaced(self, change: ResourceChange) -> bool:
        """Whether a resource becomes another one in some deployments, and stays in others."""
        found = self.replacements.get(self._positions[id(change)])
        return found is not None and not found.certain and not found.kept_name

    def locate(self, path: Path, *, old: bool = False) -> Location | None:
        """The place of a path in a side's template, entries of lists by their names; None without a template."""
        side = self.old if old else self.new
        return side.template.locate(_raw_path(side.data, path)) if side.template is not None else None

    def origin(self, path: Path, *, old: bool = False) -> Location | None:
        """The line of the design that makes what is at a path; None without a design."""
        side = self.old if old else self.new
        if side.design is None:
            return None
        from cfn_table.synth.origin import origin

        return origin(side.design, _raw_path(side.data, path))

    def _each(
        self, what: str, body: Callable[[Normalizer, Normalizer, Chooser, Chooser], tuple[Any, Any]]
    ) -> Iterator[tuple[When, Any, Any]]:
        """What both sides are in each combination; the same result is given once, under what its combinations share."""
        try:
            found = list(self._scenarios.each(body))
        except TooManyVariants:
            self.undecided[f"more combinations of conditions matter to {what} than are looked at"] = None
            return
        groups: dict[str, list[tuple[When, Any, Any]]] = {}
        for when, (old, new) in found:
            groups.setdefault(f"{_key(old)}\n{_key(new)}", []).append((when, old, new))
        for group in groups.values():
            if len(groups) == 1:
                yield (), *group[0][1:]
                continue
            shared = set(group[0][0]).intersection(*(when for when, _, _ in group))
            # What they share must tell them from the others, else each combination is told by itself.
            others = (each for other in groups.values() if other is not group for each in other)
            if any(shared <= set(each[0]) for each in others):
                yield from group
            else:
                yield tuple(sorted(shared)), *group[0][1:]

    def _resource(self, name: str) -> Iterator[ResourceChange]:
        def body(old: Normalizer, new: Normalizer, has: Chooser, gets: Chooser) -> tuple[Any, Any]:
            return (
                _resource(self._sections["Resources"][0], name, old, has),
                _resource(self._sections["Resources"][1], name, new, gets),
            )

        for when, old, new in self._each(f"resource `{name}`", body):
            if old is not None or new is not None:
                found: tuple[Difference, ...] = ()
                if old is not None and new is not None and old.type == new.type:
                    found = tuple(differences(dict(old.properties), dict(new.properties)))
                yield ResourceChange(name, old, new, when, found)

    def _output(self, name: str) -> Iterator[OutputChange]:
        def body(old: Normalizer, new: Normalizer, has: Chooser, gets: Chooser) -> tuple[Any, Any]:
            return (
                _output(self._sections["Outputs"][0], name, old, has),
                _output(self._sections["Outputs"][1], name, new, gets),
            )

        for when, old, new in self._each(f"output `{name}`", body):
            if old is not None or new is not None:
                yield OutputChange(name, old, new, when)


def _key(value: Any) -> str:
    if isinstance(value, Resource):
        return dumped([value.type, value.properties, value.deletion_policy, value.replace_policy])
    return dumped([value.value, value.export]) if isinstance(value, Output) else ""


def _is_there(raw: Mapping[str, Any], choose: Chooser) -> bool:
    condition = raw.get("Condition")
    return not isinstance(condition, str) or choose(condition)


def _resource(resources: Mapping[str, Any], name: str, normalizer: Normalizer, choose: Chooser) -> Resource | None:
    raw = resources.get(name)
    if not isinstance(raw, dict) or not isinstance(raw.get("Type"), str) or not _is_there(raw, choose):
        return None
    kind = raw["Type"]
    path = ("Resources", name, "Properties")
    properties = raw.get("Properties")
    found = normalizer.properties(kind, properties if isinstance(properties, dict) else {}, path)
    policies = []
    for key in ("DeletionPolicy", "UpdateReplacePolicy"):
        stated = key in raw
        value = normalizer.value(raw[key], ("Resources", name, key)) if stated else _default_policy(kind, found, key)
        policies.append(value if isinstance(value, str) and value.isalpha() else "")
    return Resource(name, kind, found, *policies)


def _at(value: Value, path: tuple[str, ...]) -> Value:
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _default_policy(kind: str, properties: Mapping[str, Value], key: str) -> str:
    """What CloudFormation does without being told (user guide, "DeletionPolicy attribute")."""
    is_snapshot = kind == "AWS::RDS::DBCluster" or (
        kind == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in properties
    )
    return "Snapshot" if is_snapshot and key == "DeletionPolicy" else "Delete"


def _output(outputs: Mapping[str, Any], name: str, normalizer: Normalizer, choose: Chooser) -> Output | None:
    raw = outputs.get(name)
    if not isinstance(raw, dict) or not _is_there(raw, choose):
        return None
    path = ("Outputs", name)
    value = normalizer.value(raw.get("Value", ""), (*path, "Value"))
    export = raw.get("Export")
    named = None
    if isinstance(export, dict) and "Name" in export:
        named = normalizer.value(export["Name"], (*path, "Export", "Name"))
    return Output(name, value, None if named is NO_VALUE else named)


def _raw_path(data: Any, path: Path) -> Path:
    """A path with the indexes of entries that it gives by their names."""
    found: list[str | int] = []
    for part in path:
        step = part
        if isinstance(data, list) and isinstance(part, str):
            names = [item.values() if isinstance(item, dict) else () for item in data]
            index = next((at for at, values in enumerate(names) if part in values), None)
            if index is None:
                break
            step = index
        found.append(step)
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
    return tuple(found)


def _is_named(name: str, entry: Value) -> bool:
    """Whether it is an entry of a list that is compared by the names of its entries."""
    return isinstance(entry, dict) and any(entry.get(key) == name for key in NAMES)


def plain(value: Value) -> Any:
    """A value as plain data for reports."""
    if value is NO_VALUE or value is None:
        return ABSENT
    if isinstance(value, Unknown):
        return value.text
    if isinstance(value, dict):
        if value and all(_is_named(key, item) for key, item in value.items()):
            return [plain(item) for item in value.values()]
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
