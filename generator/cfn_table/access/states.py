"""What the parts of a request can be, as far as some statements can tell: the states of each part.

A statement is a conjunction of tests, each on one part of the request: its action, its resource, its principal, one
context key. So a state of a part is known by the set of statements that it does not rule out (a *mask*, one bit for
each statement), and of all states with one mask the most natural one is enough.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from cfn_table.access.actions import USUAL_VALUES, has_one_value, is_real, real_actions, resources_of
from cfn_table.access.evaluate import holds, principal_matches
from cfn_table.access.globs import (
    Budget,
    Glob,
    Patterns,
    TooManyClasses,
    action_pattern,
    resource_pattern,
    text_pattern,
)
from cfn_table.access.operators import Ordered, Predicate, predicate, samples
from cfn_table.access.policy import ConditionTest, Quantifier, Statement
from cfn_table.access.request import Values
from cfn_table.access.variables import Pieces, resolve

MAX_EXAMPLES: Final = 500
"""How many patterns are tried by an example where there are too many kinds of texts to try each."""

ValueOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class State:
    """One state of a part of the request.

    Attributes:
        mask: the statements that it does not rule out.
        value: what the part is; None for an absent context key.
        cost: how unusual it is; of two states with one mask the cheaper one is kept.
    """

    mask: int
    value: Values | None
    cost: float = 0.0


Entry = tuple[Statement, bool]
"""A statement, and whether its policy's language has variables."""


class Actions:
    """The actions that some statements tell apart, real ones where there are any.

    Attributes:
        states: one of each kind.
    """

    def __init__(
        self, statements: Sequence[Entry], wanted: Iterable[tuple[Sequence[str], bool]], budget: Budget
    ) -> None:
        """Statements, and elements of some of them, with whether they exclude: only what these match is of interest."""
        included: dict[str, None] = {}
        self._excluding: list[Patterns] = []
        for patterns, excluded in wanted:
            if excluded:
                self._excluding.append(Patterns([action_pattern(each) for each in patterns]))
            else:
                included.update(dict.fromkeys(patterns))
        self._including = Patterns([action_pattern(each) for each in included])
        self._alike: dict[tuple[int, frozenset[str]], dict[str, None]] = {}
        self.states = self._states([statement for statement, _ in statements], budget)

    def _states(self, statements: Sequence[Statement], budget: Budget) -> list[State]:
        written = [each for statement in statements for each in statement.actions]
        element = _Element(
            [(map(action_pattern, statement.actions), statement.actions_excluded) for statement in statements],
            form=text_pattern((("?*:?*", False),)),  # SERVICE:NAME; nothing else is an action
            budget=budget,
        )
        if not element.is_exact:
            raise TooManyClasses
        services = {each.partition(":")[0].lower() for each in written}
        if any("*" in service or "?" in service for service in services):
            services.add("s3")
        named = [each for each in dict.fromkeys(written) if "*" not in each and "?" not in each and ":" in each[1:-1]]
        tested = {test.key for statement in statements for test in statement.tests if test.quantifier}
        # Actions differ also by how many values of a key their requests can have.
        best: dict[frozenset[str], dict[int, State]] = {}
        spelled: dict[str, str] = {}
        for text in (*named, *real_actions(services), *element.texts):
            spelled.setdefault(text.lower(), text)
        budget.spend(len(spelled))
        for number, text in enumerate(spelled.values()):
            if not self._including.matching(text) and all(each.matching(text) for each in self._excluding):
                continue
            mask, real = element.mask(text), is_real(text)
            kind = frozenset(key for key in tested if has_one_value(text.lower(), key))
            _keep(best.setdefault(kind, {}), State(mask, text, (0 if real else 50) + min(number, 1000) / 1e6))
            if real:
                self._alike.setdefault((mask, kind), {})[text] = None
        return [state for states in best.values() for state in states.values()]

    def keep(self, places: Sequence[int]) -> None:
        """Leave only the statements at some places, and give them new numbers."""
        self.states = [replace(state, mask=_at(places, state.mask)) for state in self.states]
        self._alike = {(_at(places, mask), kind): group for (mask, kind), group in self._alike.items()}

    def alike(self, action: State) -> tuple[str, ...]:
        """All real actions that the statements cannot tell from one, itself included; only itself if it is none."""
        name = str(action.value)
        groups = (group for (mask, _), group in self._alike.items() if mask == action.mask and name in group)
        return tuple(sorted(next(groups, (name,))))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A test of one key, with its values resolved: the number of its statement, the test, what it asks of a text."""

    at: int
    test: ConditionTest
    wanted: tuple[Pieces | None, ...]
    predicates: tuple[Predicate, ...]

    def matches(self, text: str) -> bool:
        """Whether one value of the key passes."""
        operator = self.test.operator
        return any(each.matches(text) for each in self.predicates) != (operator is not None and operator.negated)

    def holds(self, number: int, every: int, some: int) -> bool:
        """Whether the test holds for several values, of which all pass the tests `every`, and one at least `some`."""
        operator, quantifier = self.test.operator, self.test.quantifier
        assert operator is not None
        if operator.is_null:
            return holds(self.test, self.wanted, ("x",))
        of_all = quantifier is Quantifier.ALL or (quantifier is Quantifier.NONE and operator.negated)
        return bool((every if of_all else some) >> number & 1)


class Space:
    """The states of every part but the action, for some statements under one assignment of the policy variables."""

    def __init__(
        self, statements: Sequence[Entry], value_of: ValueOf, fixed: Mapping[str, Values | None], budget: Budget
    ) -> None:
        """Statements with whether their language has variables; values of variables; context keys that are fixed."""
        self.statements = statements
        self.full = (1 << len(statements)) - 1
        self._value_of = value_of
        self._fixed = fixed
        self._budget = budget
        self._known: dict[tuple[str, bool], list[State]] = {}
        self.inexact: list[str] = []

    @cached_property
    def _resources(self) -> tuple[_Element, dict[int, str]]:
        entries: list[tuple[Iterable[Glob], bool]] = []
        for statement, has_variables in self.statements:
            if statement.resources is None:
                entries.append(((), True))
                continue
            found = [resolve(each, self._value_of, has_variables) for each in statement.resources]
            if statement.resources_excluded and None in found:
                entries.append(((), False))  # a variable without a value: the element matches nothing
                continue
            patterns = [resource_pattern(each) for each in found if each is not None]
            entries.append((patterns, statement.resources_excluded))
        element = _Element(entries, form=text_pattern((("?*", False),)), budget=self._budget)
        if not element.is_exact:
            self.inexact.append("the policies tell too many resources apart")
        return element, {element.mask(text): text for text in reversed(element.texts)}

    def resources(self, action: str) -> list[State]:
        """The resources that the statements tell apart; for an action, those that it works on are the natural ones."""
        element, by_mask = self._resources
        best: dict[int, State] = {}
        service = f":{action.partition(':')[0].lower()}:"
        for mask, text in by_mask.items():
            _keep(best, State(mask, text, (0.5 if service in text.lower() else 20) + len(text) / 1e4))
        for example in resources_of(action):
            _keep(best, State(element.mask(example), example, len(example) / 1e4))
        return list(best.values())

    @cached_property
    def principals(self) -> list[State]:
        """The principals that the statements tell apart."""
        names: dict[str, None] = {}
        for statement, _ in self.statements:
            for value in statement.principals.values if statement.principals else ():
                kind, _, name = value.partition(":")
                if value == "*":
                    continue
                if kind != "AWS":
                    names[value] = None
                elif name.isdigit() or name.startswith("${"):
                    names[f"arn:aws:iam::{name}:user/example"] = None
                    names[f"arn:aws:iam::{name}:root"] = None  # the one whom excluding the account excludes
                else:
                    names[name] = None
                    role = name.split(":role/")
                    if len(role) == 2:
                        session = f"{role[0].replace(':iam:', ':sts:')}:assumed-role/{role[1].split('/')[-1]}/session"
                        names[session] = None
        best: dict[int, State] = {}
        for number, name in enumerate([*names, "arn:aws:iam::999999999999:user/example"]):
            mask = self._mask(principal_matches(statement.principals, name) for statement, _ in self.statements)
            _keep(best, State(mask, name, number / 1e4))
        return list(best.values())

    def key(self, key: str, action: str = "") -> list[State]:
        """The values of a context key that the statements tell apart, its absence included, for an action."""
        has_one = has_one_value(action.lower(), key)
        if (key, has_one) not in self._known:
            self._known[key, has_one] = self._key(key, has_one)
        return self._known[key, has_one]

    def _key(self, key: str, has_one: bool) -> list[State]:
        tests = list(self._asked(key))

        def state(value: Values | None, cost: float) -> State:
            present = (value,) if isinstance(value, str) else value
            failed = 0
            for each in tests:
                if not failed >> each.at & 1 and not holds(each.test, each.wanted, present):
                    failed |= 1 << each.at
            return State(self.full & ~failed, value, cost)

        if key in self._fixed:
            return [state(self._fixed[key], 0)]
        best: dict[int, State] = {}
        _keep(best, state(None, 0))
        texts = self._texts(key, tests)
        if all(each.test.quantifier is Quantifier.NONE for each in tests):
            for number, (text, _) in enumerate(texts):
                _keep(best, state(text, 1 + number / 1e4 + len(text) / 1e6))
            return list(best.values())
        _keep(best, state((), 3))
        order = {text: number for number, (text, _) in enumerate(texts)}
        sets = [((passed, passed), (text,)) for text, passed in texts] if has_one else _sets(texts, self._budget)
        self._budget.spend(len(sets) * len(tests) // 4)
        for (every, some), values in sets:
            failed = 0
            for number, each in enumerate(tests):
                failed |= 0 if each.holds(number, every, some) else 1 << each.at
            cost = len(values) + sum(order[text] / 1e4 for text in values)
            _keep(best, State(self.full & ~failed, values, cost))
        return list(best.values())

    def _asked(self, key: str) -> Iterator[_Asked]:
        for at, (statement, has_variables) in enumerate(self.statements):
            for test in statement.tests:
                operator = test.operator
                if test.key != key or operator is None:
                    continue
                wanted = tuple(resolve(each, self._value_of, has_variables) for each in test.values)
                resolved = [each for each in wanted if each is not None and not operator.is_null]
                found = [asked for each in resolved if (asked := predicate(operator, each)) is not None]
                yield _Asked(at, test, wanted, tuple(found))

    def _texts(self, key: str, tests: Sequence[_Asked]) -> list[tuple[str, int]]:
        """Values of the key, one of each kind that the tests tell apart, with the tests that it passes."""
        asked = dict.fromkeys(each for test in tests for each in test.predicates)
        globs = [each for each in asked if isinstance(each, Glob)]
        rest = [each for each in asked if not isinstance(each, Glob)]
        others = samples(rest)
        if len({type(each) for each in asked} | {each.kind for each in rest if isinstance(each, Ordered)}) > (
            2 if any(isinstance(each, Ordered) for each in rest) else 1
        ):
            self.inexact.append(f"`{key}` is compared with values of several kinds")
        texts = Patterns(globs).classes(self._budget).values() if globs or not others else ()
        kinds: dict[int, str] = {}
        for text in (*USUAL_VALUES.get(key, ()), *others, *(text for text in texts if text), *texts):
            passed = sum(1 << number for number, each in enumerate(tests) if each.matches(text))
            kinds.setdefault(passed, text)
        return [(text, passed) for passed, text in kinds.items()]

    @staticmethod
    def _mask(answers: Iterable[bool]) -> int:
        return sum(1 << at for at, answer in enumerate(answers) if answer)


def _sets(texts: Sequence[tuple[str, int]], budget: Budget) -> list[tuple[tuple[int, int], tuple[str, ...]]]:
    """Sets of values, one of each kind that tests can tell apart: by what all of a set and any of it pass."""
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    frontier: dict[tuple[int, int], tuple[str, ...]] = {(passed, passed): (text,) for text, passed in texts}
    while frontier:
        found |= frontier
        following: dict[tuple[int, int], tuple[str, ...]] = {}
        for (every, some), values in frontier.items():
            budget.spend(len(texts))
            for text, passed in texts:
                both = (every & passed, some | passed)
                if both not in found and both not in following:
                    following[both] = (*values, text)
        frontier = following
    return list(found.items())


class _Element:
    """The same element of all statements: `Action` or `Resource`.

    Attributes:
        texts: one of each kind that the statements tell apart.
        is_exact: whether that is so; if not, they are examples of the patterns, since there are too many kinds.
    """

    def __init__(self, entries: Sequence[tuple[Iterable[Glob], bool]], form: Glob, budget: Budget) -> None:
        """For each statement its patterns, and whether they are excluded; `form` is what a text must match at all."""
        numbers: dict[Glob, int] = {}
        self._entries = [
            (sum({1 << numbers.setdefault(glob, len(numbers)) for glob in globs}), excluded)
            for globs, excluded in entries
        ]
        self._patterns = Patterns([*numbers, form])
        part = budget.half()
        try:
            texts: Iterable[str] = self._patterns.classes(part).values()
            self.is_exact = True
        except TooManyClasses:
            texts = [glob.example for glob in itertools.islice(numbers, 0, None, 1 + len(numbers) // MAX_EXAMPLES)]
            self.is_exact = False
        budget.left += max(part.left, 0)
        self.texts = [text for text in texts if form.matches(text)]

    def mask(self, text: str) -> int:
        """The statements that the text matches."""
        found = self._patterns.matching(text)
        mask = 0
        for at, (wanted, excluded) in enumerate(self._entries):
            if bool(found & wanted) != excluded:
                mask |= 1 << at
        return mask


def _at(places: Sequence[int], mask: int) -> int:
    return sum(1 << number for number, at in enumerate(places) if mask >> at & 1)


def _keep(best: dict[int, State], state: State) -> None:
    known = best.get(state.mask)
    if known is None or state.cost < known.cost:
        best[state.mask] = state
