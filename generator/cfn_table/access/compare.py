"""Which requests one set of policies allows and another does not: exactly, each with an example.

How: every test of a statement is about one part of a request, and two values of a part that the same statements of both
sets rule out cannot be told apart by either (see `cfn_table.access.states`). So the sets of statements that can match
together are worked out part by part, and each of them is asked once what both sides make of it. What is found is asked
again of `judge`, which knows nothing of this, before it is reported.

What a policy compares with a *variable* is tried with each kind of value that the policies tell apart. A *symbol* of a
template stands for itself; where two symbols, or a symbol and a text, could be the same when it is deployed and that
would matter, the answer is "undecided".
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cfn_table.access.evaluate import Outcome, judge, statement_matches
from cfn_table.access.globs import Budget, TooManyClasses
from cfn_table.access.meaning import Part, parts_of
from cfn_table.access.policy import ConditionTest, Effect, Policy, Statement
from cfn_table.access.request import ANYBODY, Request, Values
from cfn_table.access.states import Actions, Entry, Space, State
from cfn_table.access.unknowns import Assignment, assignments, doubts
from cfn_table.access.variables import variables_in

MAX_TRIES: Final = 40
"""How many examples of a difference are tried before it is reported as undecided."""


MAX_TEXTS: Final = 5_000
"""How many actions, resources and values both sides may name; no policy that IAM takes has a tenth of them."""


class Relation(enum.StrEnum):
    """What the new policies are, seen from the old ones."""

    EQUAL = "equal"
    NARROWER = "narrower"
    WIDER = "wider"
    INCOMPARABLE = "incomparable"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Difference:
    """A request that one side allows and the other does not.

    Attributes:
        request: an example, as small and natural as there is one.
        is_allowed_now: whether it is the new side that allows it.
        statements: the statements of the side that allows it which do so, with their policies.
        actions: all actions of which the same can be said, that of the request included.
    """

    request: Request
    is_allowed_now: bool
    statements: tuple[tuple[Policy, Statement], ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer.

    Attributes:
        relation: see `Relation`; `UNDECIDED` where `undecided` could change it.
        gained: requests that are allowed now and were not, at most one for each action.
        lost: requests that were allowed and are not.
        undecided: what could not be worked out, in words.
    """

    relation: Relation
    gained: tuple[Difference, ...] = ()
    lost: tuple[Difference, ...] = ()
    undecided: tuple[str, ...] = ()

    @property
    def may_be_wider(self) -> bool:
        """Whether the new side allows, or could allow, what the old one does not."""
        return bool(self.gained) or self.relation is Relation.UNDECIDED


def compare(
    old: Policy | Sequence[Policy], new: Policy | Sequence[Policy], *, asks_principal: bool = False
) -> Comparison:
    """Compare two policies, or two sets of policies that apply together.

    Args:
        old: identity policies, or with `asks_principal` policies of resources.
        new: likewise.
        asks_principal: whether the statements are about certain principals.
    """
    if _content(old) == _content(new):
        return Comparison(Relation.EQUAL)
    if sum(map(_size, (*_listed(old), *_listed(new)))) > MAX_TEXTS:
        return Comparison(Relation.UNDECIDED, undecided=("the policies tell too many requests apart",))
    sides = _Sides(_listed(old), _listed(new), asks_principal)
    if sides.are_the_same:
        return Comparison(Relation.EQUAL)
    try:
        return _Search(sides).comparison()
    except TooManyClasses:
        return Comparison(Relation.UNDECIDED, undecided=("the policies tell too many requests apart",))


def _listed(policies: Policy | Sequence[Policy]) -> tuple[Policy, ...]:
    return (policies,) if isinstance(policies, Policy) else tuple(policies)


def _size(policy: Policy) -> int:
    return sum(
        len(each.actions) + len(each.resources or ()) + sum(1 + len(test.values) for test in each.tests)
        for each in policy.statements
    )


def _content(policies: Policy | Sequence[Policy]) -> list[tuple[tuple[Statement, ...], bool]]:
    return [(policy.statements, policy.has_variables) for policy in _listed(policies)]


class _Sides:
    """Both sides, and their statements in one row; a statement that both have is there once.

    Attributes:
        statements: with whether their policies' language has variables.
        sides: for each whether it is in the old and in the new side.
        changed: the statements of which a part is in one side only, one bit each. Only a request that one of them
            matches can be gained or lost.
        changed_actions: the patterns of actions of these parts, with whether they are excluded.
    """

    def __init__(self, old: tuple[Policy, ...], new: tuple[Policy, ...], asks_principal: bool) -> None:
        self.old, self.new, self.asks_principal = old, new, asks_principal
        entries: dict[frozenset[Part], tuple[Entry, list[bool]]] = {}
        for side, policies in enumerate((old, new)):
            for policy in policies:
                for statement in policy.statements:
                    entry = (statement, policy.has_variables)
                    entries.setdefault(parts_of([entry]), (entry, [False, False]))[1][side] = True
        of_old, of_new = (
            {part for parts, (_, sides) in entries.items() if sides[side] for part in parts} for side in (0, 1)
        )
        changed = of_old ^ of_new
        self.are_the_same = not changed
        self.changed_actions = {(part.statement.actions, part.statement.actions_excluded) for part in changed}
        self._keep([(entry, (sides[0], sides[1]), parts & changed) for parts, (entry, sides) in entries.items()])
        self.spelling = _spelling(statement for statement, _ in self.statements)

    def _keep(self, rows: Sequence[tuple[Entry, tuple[bool, bool], Collection[Part] | bool]]) -> None:
        self.statements = [entry for entry, _, _ in rows]
        self.sides = [sides for _, sides, _ in rows]
        self.changed = sum(1 << at for at, (_, _, changed) in enumerate(rows) if changed)
        self.masks: dict[tuple[bool, Effect], int] = {}
        for at, ((statement, _), sides, _) in enumerate(rows):
            for is_new in (False, True):
                if sides[is_new]:
                    side = (is_new, statement.effect)
                    self.masks[side] = self.masks.get(side, 0) | 1 << at

    def relevant_actions(self, budget: Budget) -> Actions:
        """The actions that a changed part of a statement matches; other statements are dropped."""
        actions = Actions(self.statements, self.changed_actions, budget)
        actions.states = [state for state in actions.states if state.mask & self.changed]
        kept = 0
        for state in actions.states:
            kept |= state.mask
        places = [at for at in range(len(self.statements)) if kept >> at & 1]
        self._keep([(self.statements[at], self.sides[at], bool(self.changed >> at & 1)) for at in places])
        actions.keep(places)
        return actions

    @property
    def allowing(self) -> int:
        """The statements that allow something, one bit each."""
        return self.masks.get((False, Effect.ALLOW), 0) | self.masks.get((True, Effect.ALLOW), 0)

    def allows(self, is_new: bool, mask: int) -> bool:
        """Whether a side allows a request that exactly these statements match."""
        allowing, denying = self.masks.get((is_new, Effect.ALLOW), 0), self.masks.get((is_new, Effect.DENY), 0)
        return bool(mask & allowing) and not mask & denying

    def judged(self, is_new: bool, request: Request) -> Outcome:
        """What a side really says."""
        return judge(self.new if is_new else self.old, request, asks_principal=self.asks_principal)

    def reasons(self, is_new: bool, request: Request) -> tuple[tuple[Policy, Statement], ...]:
        """The statements of a side that allow a request."""
        return tuple(
            (policy, statement)
            for policy in (self.new if is_new else self.old)
            for statement in policy.statements
            if statement.effect is Effect.ALLOW
            and statement_matches(policy, statement, request, asks_principal=self.asks_principal)
        )


def _spelling(statements: Iterable[Statement]) -> dict[str, str]:
    """Context key in lower case → as the policies write it first."""
    found: dict[str, str] = {}
    for statement in statements:
        for test in statement.tests:
            found.setdefault(test.key, test.written[1] or test.key)
        for text in (*(statement.resources or ()), *(value for test in statement.tests for value in test.values)):
            for name in variables_in(text):
                found.setdefault(name.lower(), name)
    return found


@dataclass(frozen=True, slots=True)
class _Path:
    """How a set of statements comes about: the states that were chosen, and how unusual they are together."""

    cost: float
    states: tuple[tuple[str, State], ...]


_RESOURCE: Final = "resource"
_PRINCIPAL: Final = "principal"
_UNKNOWN: Final = "unknown"


class _Search:
    """One comparison."""

    def __init__(self, sides: _Sides) -> None:
        self.sides = sides
        self.found: dict[tuple[bool, str], Difference] = {}
        self.doubts: dict[tuple[bool, str], str] = {}
        self.inexact: dict[str, None] = {}
        self.budget = Budget()
        self.actions = sides.relevant_actions(self.budget)

    def comparison(self) -> Comparison:
        """Look at every action under every assignment of the variables."""
        statements = self.sides.statements
        for assignment in assignments(statements, self.budget, self.inexact):
            self.budget.spend(len(statements) + len(self.actions.states))
            space = Space(statements, assignment.value_of, assignment.fixed, self.budget)
            for action in self.actions.states:
                self._action(space, assignment, action)
            self.inexact.update(dict.fromkeys(space.inexact))
        together = [0] * len(statements)
        for action in self.actions.states:
            for at in range(len(statements)):
                together[at] |= action.mask if action.mask >> at & 1 else 0
        for is_gain, text in doubts(statements, self.sides.sides, together, self.budget):
            self.doubts[is_gain, f"{text}\n"] = text
        return self._result()

    def _result(self) -> Comparison:
        gained, lost = tuple(self._sorted(True)), tuple(self._sorted(False))
        undecided = list(self.inexact)
        is_open = bool(undecided)
        for is_new, found in ((True, gained), (False, lost)):
            if (is_new, Effect.ALLOW) in self.sides.masks:
                doubts = [text for (side, _), text in self.doubts.items() if side is is_new]
                undecided += doubts
                # Where something is gained, a doubt whether more is gained leaves the relation as it is.
                is_open = is_open or bool(doubts and not found)
        relation = {
            (False, False): Relation.EQUAL,
            (True, False): Relation.WIDER,
            (False, True): Relation.NARROWER,
            (True, True): Relation.INCOMPARABLE,
        }[bool(gained), bool(lost)]
        if is_open and relation is not Relation.INCOMPARABLE:
            relation = Relation.UNDECIDED
        return Comparison(relation, gained, lost, tuple(dict.fromkeys(undecided)))

    def _sorted(self, is_new: bool) -> Iterator[Difference]:
        for (side, _), difference in sorted(self.found.items(), key=lambda item: item[0][1]):
            if side is is_new:
                yield difference

    def _action(self, space: Space, assignment: Assignment, action: State) -> None:
        name = str(action.value)
        wanted = [is_new for is_new in (True, False) if (is_new, name) not in self.found]
        sets = self._sets(space, action) if wanted else {}
        for is_new in wanted:
            paths = sorted(
                (
                    path
                    for mask, path in sets.items()
                    if self.sides.allows(is_new, mask) and not self.sides.allows(not is_new, mask)
                ),
                key=lambda path: path.cost,
            )
            for path in paths[:MAX_TRIES]:
                difference = self._confirmed(is_new, self.actions.alike(action), name, path, assignment)
                if difference is not None:
                    self.found[is_new, name] = difference
                    self.doubts.pop((is_new, name), None)
                    break

    def _sets(self, space: Space, action: State) -> dict[int, _Path]:
        """The sets of statements that can match together for an action, with a changed one and an Allow among them."""
        allowing, changed = self.sides.allowing, self.sides.changed
        sets = {action.mask: _Path(action.cost, ())}
        sets = self._narrowed(sets, _RESOURCE, space.resources(str(action.value)), allowing, changed)
        relevant = list(self._alive(sets))
        if self.sides.asks_principal and any(statement.principals for statement in relevant):
            sets = self._narrowed(sets, _PRINCIPAL, space.principals, allowing, changed)
            relevant = list(self._alive(sets))
        keys = dict.fromkeys(test.key for statement in relevant for test in statement.tests if test.operator)
        for key in keys:
            if any(test.key == key for statement in self._alive(sets) for test in statement.tests):
                sets = self._narrowed(sets, key, space.key(key, str(action.value)), allowing, changed)
        for states in self._unknown(sets):
            sets = self._narrowed(sets, _UNKNOWN, states, allowing, changed)
        return sets

    def _alive(self, sets: Iterable[int]) -> Iterator[Statement]:
        """The statements that are in some set."""
        alive = 0
        for mask in sets:
            alive |= mask
        return (statement for at, (statement, _) in enumerate(self.sides.statements) if alive >> at & 1)

    def _narrowed(
        self, sets: Mapping[int, _Path], name: str, states: Sequence[State], allowing: int, changed: int
    ) -> dict[int, _Path]:
        following: dict[int, _Path] = {}
        self.budget.spend(len(sets) * len(states))
        for mask, path in sets.items():
            for state in states:
                both = mask & state.mask
                if not both & allowing or not both & changed:
                    continue
                cost = path.cost + state.cost
                if both not in following or cost < following[both].cost:
                    following[both] = _Path(cost, (*path.states, (name, state)))
        return following

    def _unknown(self, sets: Iterable[int]) -> list[list[State]]:
        """Both answers of each test that is not understood, of the statements that are in some set."""
        alive = 0
        for mask in sets:
            alive |= mask
        full = (1 << len(self.sides.statements)) - 1
        without: dict[tuple[ConditionTest, bool], int] = {}
        for at, (statement, has_variables) in enumerate(self.sides.statements):
            for test in statement.tests if alive >> at & 1 else ():
                if test.operator is None:
                    # The same text with and without variables is two tests.
                    atom = (test, has_variables and any("${" in value for value in test.values))
                    without[atom] = without.get(atom, full) & ~(1 << at)
        return [[State(full, None), State(mask, None)] for mask in without.values()]

    def _confirmed(
        self, is_new: bool, actions: tuple[str, ...], action: str, path: _Path, assignment: Assignment
    ) -> Difference | None:
        """The difference, if both sides really say so of an example."""
        parts = dict(path.states)
        for names in assignment.spellings():
            context: dict[str, Values] = {}
            for name, value in assignment.fixed.items():
                if value is not None:
                    context[name] = names(value)
            for name, state in path.states:
                if name not in (_RESOURCE, _PRINCIPAL, _UNKNOWN) and state.value is not None:
                    context[name] = names(state.value)
            who = parts[_PRINCIPAL].value if _PRINCIPAL in parts else ANYBODY
            request = Request(action, str(names(str(parts[_RESOURCE].value))), self._written(context), str(who))
            here, there = self.sides.judged(is_new, request), self.sides.judged(not is_new, request)
            if here is Outcome.ALLOW and there not in (Outcome.ALLOW, Outcome.UNDECIDED):
                return Difference(request, is_new, self.sides.reasons(is_new, request), actions)
            side = "gained" if is_new else "lost"
            self.doubts[is_new, action] = f"whether `{action}` is {side}: {_why(here, there)}"
        return None

    def _written(self, context: Mapping[str, Values]) -> dict[str, Values]:
        """Context keys as the policies write them."""
        return {self.sides.spelling.get(name, name): context[name] for name in sorted(context)}


def _why(here: Outcome, there: Outcome) -> str:
    if Outcome.UNDECIDED in (here, there):
        return "a condition operator is not known"
    return "it depends on what a variable stands for"
