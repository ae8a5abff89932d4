"""Two templates under each combination of their conditions that is possible.

A parameter of one name has one value on both sides of an update, unless the deployer says otherwise: CloudFormation
keeps the previous value (`UsePreviousValue`). So the conditions of both templates are looked at together, and
combinations that no deployment can be in are left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from cfn_table.access.templates.conditions import Choices, Conditions, TooManyVariants, explore
from cfn_table.access.templates.intrinsics import Resolver
from cfn_table.access.templates.view import View, section
from cfn_table.review.mappings import AFTER, changed_entries, marked
from cfn_table.review.values import Normalizer

OLD: Final = "old:"
NEW: Final = "new:"
_BEFORE: Final = " (before)"

T = TypeVar("T")
When = tuple[tuple[str, bool], ...]


class Scenarios:
    """Both templates, and how their conditions hang together.

    Args:
        old, new: the templates' data.
        known: values of parameters that are known.
    """

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], known: Mapping[str, str]) -> None:
        parameters = _joint_parameters(section(old, "Parameters"), section(new, "Parameters"), known)
        self.old, self.new = View.of(old), View.of(new)
        self.old.parameters = {name: parameters[name] for name in self.old.parameters}
        self.new.parameters = {name: parameters[name] for name in self.new.parameters}
        self._same = _same_conditions(self.old, self.new)
        conditions = self.old.conditions.keys() | self.new.conditions.keys()
        self._mark = _marker(changed_entries(old, new), self._same != conditions)
        joint = View(parameters, {}, {}, {})
        for side, view in ((OLD, self.old), (NEW, self.new)):
            joint.mappings |= {side + name: mapping for name, mapping in view.mappings.items()}
            joint.conditions |= {
                self.key(side, name): _prefixed(raw, side, self.key) for name, raw in view.conditions.items()
            }
        self._conditions = Conditions(joint)

    def each(self, body: Callable[[Normalizer, Normalizer, Chooser, Chooser], T]) -> Iterator[tuple[When, T]]:
        """What a function gives for both sides, in every combination of the conditions that it asks for.

        Args:
            body: is given what normalizes values of the old and the new side, and what their conditions are.

        Raises:
            TooManyVariants: there are too many combinations.
        """

        def run(choices: Choices) -> T:
            old, new = Chooser(choices, OLD, self.key), Chooser(choices, NEW, self.key)
            return body(Normalizer(Resolver(self.old, old)), Normalizer(Resolver(self.new, new), self._mark), old, new)

        for taken, result in explore(self._conditions, {}, run):
            if isinstance(result, Exception):
                raise TooManyVariants
            yield self._when(taken), result

    def key(self, side: str, name: str) -> str:
        """What a condition of a side is called here; one that is the same on both sides, or on none, is one."""
        nowhere = name not in self.old.conditions and name not in self.new.conditions
        return (NEW if nowhere or name in self._same else side) + name

    def possible(self, *whens: When) -> bool:
        """Whether combinations can all hold in one deployment."""
        taken: dict[str, bool] = {}
        for name, value in (each for when in whens for each in when):
            condition = name.removesuffix(_BEFORE)
            side = OLD if condition != name or condition not in self.new.conditions else NEW
            if taken.setdefault(self.key(side, condition), value) is not value:
                return False
        return self._conditions.consistent(taken)

    def _when(self, taken: Mapping[str, bool]) -> When:
        """The conditions by the names that the user knows; one that differs on both sides says of which it is."""
        found: dict[str, bool] = {}
        for name, value in taken.items():
            side, condition = name[: len(OLD)], name[len(OLD) :]
            one_sided = condition not in self.old.conditions or condition not in self.new.conditions
            plain = one_sided or side == NEW
            found[condition if plain else condition + _BEFORE] = value
        return tuple(sorted(found.items()))


class Chooser:
    """Whether conditions of one side hold."""

    def __init__(self, choices: Choices, side: str, key: Callable[[str, str], str]) -> None:
        self._choices = choices
        self._side = side
        self._key = key

    def __call__(self, name: str) -> bool:
        """Whether the condition holds in this combination."""
        return self._choices(self._key(self._side, name))


def _joint_parameters(
    old: Mapping[str, Any], new: Mapping[str, Any], known: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """The parameters of both sides; what either allows is possible."""
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys((*old, *new)):
        sides = [side[name] for side in (old, new) if isinstance(side.get(name), dict)]
        if not sides:
            continue
        kind = sides[-1].get("Type")
        joint: dict[str, Any] = {"Type": kind}
        lists = [side.get("AllowedValues") for side in sides]
        if name in known and kind in ("String", "Number"):
            joint["AllowedValues"] = [known[name]]
        elif all(isinstance(each, list) and each for each in lists):
            values: list[Any] = []
            for each in lists:
                values += [value for value in each or () if value not in values]
            joint["AllowedValues"] = values
        found[name] = joint
    return found


def _same_conditions(old: View, new: View) -> set[str]:
    """The conditions that mean the same on both sides, because all that they refer to does."""
    same = {
        name for name in old.conditions.keys() & new.conditions.keys() if old.conditions[name] == new.conditions[name]
    }
    if old.mappings != new.mappings:
        same = {name for name in same if "Fn::FindInMap" not in json.dumps(old.conditions[name], default=str)}
    while others := {name for name in same if not _named(old.conditions[name]) <= same}:
        same -= others
    return same


def _marker(entries: frozenset[str], conditions_differ: bool) -> Callable[[str], str]:
    """Marks what is not known of the new side and may be another than on the old one, though it is written alike."""
    functions = ['"Fn::FindInMap"'] if entries else []
    if conditions_differ:
        functions += ['"Fn::If"', '"Condition"']

    def mark(text: str) -> str:
        # An intrinsic that cannot be resolved stays JSON.
        if text[:1] in "{[" and any(name in text for name in functions):
            return text + AFTER
        return marked(text, entries)

    return mark if functions else str


def _named(raw: Any) -> set[str]:
    """The conditions that a condition refers to."""
    if isinstance(raw, list):
        return set().union(*map(_named, raw))
    if not isinstance(raw, dict):
        return set()
    own = {raw["Condition"]} if isinstance(raw.get("Condition"), str) else set()
    return own.union(*map(_named, raw.values()))


def _prefixed(raw: Any, side: str, key: Callable[[str, str], str]) -> Any:
    """A condition that refers to conditions and mappings of its own side."""
    if isinstance(raw, list):
        return [_prefixed(item, side, key) for item in raw]
    if not isinstance(raw, dict):
        return raw
    found: dict[Any, Any] = {}
    for name, value in raw.items():
        if name == "Condition" and isinstance(value, str):
            found[name] = key(side, value)
        elif name == "Fn::FindInMap" and isinstance(value, list) and value and isinstance(value[0], str):
            found[name] = [side + value[0], *(_prefixed(item, side, key) for item in value[1:])]
        else:
            found[name] = _prefixed(value, side, key)
    return found
