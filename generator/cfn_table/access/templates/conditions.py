"""A template's conditions: which of them can hold together, and every combination that matters to something.

Conditions are formulas over what cannot be known before deployment. `Fn::Equals` of a text and a literal is a question
about the text, whose answers exclude each other (`Stage` is `prod`, `dev` or something else; only what `AllowedValues`
has). `Fn::Equals` of two unknown texts is a question of its own. What is malformed, undefined or refers to itself may
be true or false, so that errors in conditions give too many combinations and never too few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from cfn_table.access.templates.intrinsics import Resolver
from cfn_table.access.templates.symbols import symbols
from cfn_table.access.templates.view import MAX_DEPTH, Path, Unresolvable, View

MAX_VARIANTS: Final = 64
"""The most combinations of conditions that are looked at for one policy."""
_MAX_STEPS: Final = 20_000
"""The most conditions that are evaluated to find out whether some can hold together; beyond that they can."""

# A formula: ("const", bool), ("ref", condition), ("is", variable, value), ("not"|"and"|"or", formulas).
Formula = tuple[Any, ...]
T = TypeVar("T")


class TooManyVariants(Exception):
    """More combinations of conditions matter than are looked at."""


class Conditions:
    """What is known about a template's conditions."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._domains: dict[str, list[str | None]] = {}
        self._formulas: dict[str, Formula] = {}
        self._resolver = Resolver(view, _refuse)
        for name, raw in view.conditions.items():
            try:
                self._formulas[name] = self._parse(raw, ("Conditions", name), 0)
            except Unresolvable:
                self._formulas[name] = self._free(f"condition {name}")
        self._order = self._sorted()
        self._variables = {name: self._uses(formula)[1] for name, formula in self._formulas.items()}

    def consistent(self, values: Mapping[str, bool]) -> bool:
        """Whether these conditions can have these values together; in doubt they can."""
        known = {name: value for name, value in values.items() if name in self._formulas}
        relevant = self._reachable(known)
        variables = list(dict.fromkeys(variable for name in relevant for variable in self._variables[name]))
        steps = _MAX_STEPS
        assigned: dict[str, str | None] = {}
        # Depth first over the variables, without recursion: `untried` holds the values that each level has not tried.
        untried: list[list[str | None]] = []
        while True:
            steps -= len(relevant) + 1
            if steps < 0:
                return True
            truth = self._evaluate(relevant, assigned)
            refuted = any(truth[name] is (not value) for name, value in known.items())
            if not refuted:
                if all(truth[name] is not None for name in known):
                    return True
                untried.append(list(self._domains[variables[len(assigned)]]))
                assigned[variables[len(assigned)]] = untried[-1].pop()
                continue
            while untried and not untried[-1]:
                untried.pop()
                assigned.popitem()
            if not untried:
                return False
            assigned[variables[len(assigned) - 1]] = untried[-1].pop()

    def _parse(self, raw: Any, path: Path, depth: int) -> Formula:
        self._view.count(path)
        match raw:
            case {"Condition": str(name)} if len(raw) == 1:
                return ("ref", name) if name in self._view.conditions else self._free(f"condition {name}")
            case {"Fn::Not": [inner]} if len(raw) == 1 and depth < MAX_DEPTH:
                return ("not", [self._parse(inner, (*path, "Fn::Not", 0), depth + 1)])
            case {"Fn::And": list(inner)} if len(raw) == 1 and inner and depth < MAX_DEPTH:
                return ("and", self._parse_all(inner, (*path, "Fn::And"), depth))
            case {"Fn::Or": list(inner)} if len(raw) == 1 and inner and depth < MAX_DEPTH:
                return ("or", self._parse_all(inner, (*path, "Fn::Or"), depth))
            case {"Fn::Equals": [left, right]} if len(raw) == 1:
                try:
                    return self._equals(left, right, (*path, "Fn::Equals"))
                except Unresolvable:
                    pass
        return self._free(f"formula {path!r}")

    def _parse_all(self, raw: list[Any], path: Path, depth: int) -> list[Formula]:
        return [self._parse(item, (*path, index), depth + 1) for index, item in enumerate(raw)]

    def _equals(self, left: object, right: object, path: Path) -> Formula:
        one = self._resolver.text(left, (*path, 0))
        other = self._resolver.text(right, (*path, 1))
        if one == other:
            return ("const", True)
        one, other = sorted((one, other), key=lambda text: (not symbols(text), text))
        if not symbols(one):
            return ("const", False)
        if symbols(other):
            return self._free(f"equal {one} {other}")
        variable = f"text {one}"
        if variable not in self._domains:
            allowed = self._view.allowed(one)
            self._domains[variable] = [None] if allowed is None else list(dict.fromkeys(allowed))
        domain = self._domains[variable]
        if other not in domain:
            if None not in domain:
                return ("const", False)
            domain.append(other)
        return ("is", variable, other)

    def _free(self, variable: str) -> Formula:
        self._domains[variable] = [None, "true"]
        return ("is", variable, "true")

    def _sorted(self) -> dict[str, int]:
        """Every condition behind those that it refers to; a reference that closes a circle becomes a free variable."""
        order: dict[str, int] = {}
        for start in self._formulas:
            stack: list[tuple[str, Iterator[str]]] = [] if start in order else [(start, self._references(start))]
            open_ = {start}
            while stack:
                name, references = stack[-1]
                for reference in references:
                    if reference in open_:
                        self._formulas[name] = self._free(f"circle {name}")
                    elif reference not in order:
                        open_.add(reference)
                        stack.append((reference, self._references(reference)))
                        break
                else:
                    stack.pop()
                    open_.discard(name)
                    order[name] = len(order)
        return order

    def _references(self, name: str) -> Iterator[str]:
        return iter(self._uses(self._formulas[name])[0])

    def _uses(self, formula: Formula) -> tuple[list[str], list[str]]:
        """The conditions and the variables in a formula."""
        references: dict[str, None] = {}
        variables: dict[str, None] = {}
        stack = [formula]
        while stack:
            current = stack.pop()
            if current[0] == "ref":
                references[current[1]] = None
            elif current[0] == "is":
                variables[current[1]] = None
            elif current[0] != "const":
                stack += reversed(current[1])
        return list(references), list(variables)

    def _reachable(self, names: Mapping[str, bool]) -> list[str]:
        """These conditions and all that they refer to, each behind what it refers to."""
        found = set(names)
        stack = list(names)
        while stack:
            for reference in self._references(stack.pop()):
                if reference not in found:
                    found.add(reference)
                    stack.append(reference)
        return sorted(found, key=self._order.__getitem__)

    def _evaluate(self, names: list[str], assigned: Mapping[str, str | None]) -> dict[str, bool | None]:
        """What the conditions are, None where that is open."""
        truth: dict[str, bool | None] = {}
        for name in names:
            truth[name] = _truth(self._formulas[name], truth, assigned)
        return truth


def _truth(formula: Formula, truth: Mapping[str, bool | None], assigned: Mapping[str, str | None]) -> bool | None:
    kind = formula[0]
    if kind == "const":
        return bool(formula[1])
    if kind == "ref":
        return truth[formula[1]]
    if kind == "is":
        return bool(assigned[formula[1]] == formula[2]) if formula[1] in assigned else None
    inner = [_truth(part, truth, assigned) for part in formula[1]]
    if kind == "not":
        return None if inner[0] is None else not inner[0]
    decisive: bool = kind == "or"
    if decisive in inner:
        return decisive
    return None if None in inner else not decisive


def _refuse(name: str) -> bool:
    raise Unresolvable((), f"the condition `{name}` is asked for inside of a condition")


class Choices:
    """The answers to every condition that is asked for, in one of the combinations.

    Attributes:
        taken: the conditions that were asked for, and those given, with their values.
        free: the answers that could have been the other one, in order.
    """

    def __init__(self, conditions: Conditions, given: Mapping[str, bool], script: list[bool]) -> None:
        self.taken = dict(given)
        self.free: list[bool] = []
        self._conditions = conditions
        self._script = script

    def __call__(self, name: str) -> bool:
        """Whether the condition holds in this combination."""
        if name not in self.taken:
            can_hold = self._conditions.consistent(self.taken | {name: True})
            can_fail = self._conditions.consistent(self.taken | {name: False})
            answer = can_hold or not can_fail
            if can_hold and can_fail:
                if len(self.free) >= MAX_VARIANTS:
                    raise TooManyVariants
                answer = self._script[len(self.free)] if len(self.free) < len(self._script) else True
                self.free.append(answer)
            self.taken[name] = answer
        return self.taken[name]


def explore(
    conditions: Conditions, given: Mapping[str, bool], body: Callable[[Choices], T], limit: int = MAX_VARIANTS
) -> Iterator[tuple[dict[str, bool], T | Unresolvable]]:
    """What `body` gives, for every combination of the conditions that it asks for.

    The combinations exclude each other, and every deployment in which `given` holds is in one of them.

    Raises:
        TooManyVariants: there are more than `limit`.
    """
    if not conditions.consistent(given):
        return
    script: list[bool] = []
    for _ in range(limit):
        choices = Choices(conditions, given, script)
        result: T | Unresolvable
        try:
            result = body(choices)
        except Unresolvable as error:
            result = error
        yield choices.taken, result
        script = choices.free
        while script and not script[-1]:
            script.pop()
        if not script:
            return
        script[-1] = False
    raise TooManyVariants
