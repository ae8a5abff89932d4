"""The deployments of two templates that conditions tell apart, as far as they matter to one thing in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from cfn_table.access.templates.conditions import Conditions
from cfn_table.access.templates.view import View

MAX_CONDITIONS: Final = 6
"""The most conditions whose combinations are tried, which are 64."""

When = tuple[tuple[str, bool], ...]


class TooManyDeployments(Exception):
    """More conditions matter than are looked at."""


class Variant(Protocol):
    """Something that is there under conditions."""

    @property
    def when(self) -> When:
        """The conditions, with their values."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One combination of conditions.

    Attributes:
        old, new: what the conditions of each side are.
        is_same: whether all of them mean the same on both sides.
    """

    old: Mapping[str, bool]
    new: Mapping[str, bool]
    is_same: bool = True

    def chosen(self, variants: Sequence[Variant], *, is_new: bool) -> tuple[int, ...]:
        """Which variants of a side this deployment has, by their places."""
        values = self.new if is_new else self.old
        return tuple(at for at, each in enumerate(variants) if all(values.get(n) is v for n, v in each.when))


class Deployments:
    """The deployments of a pair of templates.

    A condition of one name is one condition where both templates define it alike, else two that have nothing to do with
    each other: which deployments go from one value to which is not known.
    """

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self._sides = (old, new)
        self._conditions = (Conditions(View.of(old)), Conditions(View.of(new)))
        self._alike: dict[str, bool] = {}

    def of(self, old: Iterable[When], new: Iterable[When]) -> Iterator[Deployment]:
        """Every combination of the conditions that are named on either side, that is possible on both.

        Raises:
            TooManyDeployments: there are too many.
        """
        named = tuple({name for when in side for name, _ in when} for side in (old, new))
        shared = {name for name in named[0] | named[1] if self.is_alike(name)}
        names = [
            *((name, None) for name in sorted(shared)),
            *((n, s) for s in (0, 1) for n in sorted(named[s] - shared)),
        ]
        if len(names) > MAX_CONDITIONS:
            raise TooManyDeployments
        is_same = all(side is None or name not in named[1 - side] for name, side in names)
        for values in itertools.product((True, False), repeat=len(names)):
            given = tuple(zip(names, values, strict=True))
            sides = [{name: value for (name, of), value in given if of in (None, side)} for side in (0, 1)]
            if all(known.consistent(side) for known, side in zip(self._conditions, sides, strict=True)):
                yield Deployment(sides[0], sides[1], is_same)

    def is_alike(self, name: str) -> bool:
        """Whether both templates define a condition in the same way."""
        if name not in self._alike:
            meaning = self._meaning(0, name)
            self._alike[name] = meaning is not None and meaning == self._meaning(1, name)
        return self._alike[name]

    def _meaning(self, side: int, name: str) -> Any:
        """Everything that decides about a condition: its formula, and those and the mappings that it refers to."""
        data = self._sides[side]
        conditions, mappings = (_mapping(data.get(section)) for section in ("Conditions", "Mappings"))
        if name not in conditions:
            return None
        found: dict[tuple[str, str], Any] = {}
        todo = [name]
        while todo:
            current = todo.pop()
            if ("condition", current) in found:
                continue
            found["condition", current] = conditions.get(current)
            for key, value in _references(conditions.get(current)):
                if key == "Condition":
                    todo.append(value)
                else:
                    found["mapping", value] = mappings.get(value)
        return found


def common(deployments: Sequence[Deployment], every: Sequence[Deployment]) -> tuple[When, bool]:
    """The conditions that some of all deployments have in common and others lack; and whether that is certain."""
    shared, always = (
        set.intersection(*(set({**each.old, **each.new}.items()) for each in some)) for some in (deployments, every)
    )
    return tuple(sorted(shared - always)), all(each.is_same for each in deployments) or len(deployments) == len(every)


def _references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Condition" and isinstance(inner, str):
                yield key, inner
            elif key == "Fn::FindInMap" and isinstance(inner, list) and inner and isinstance(inner[0], str):
                yield key, inner[0]
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
