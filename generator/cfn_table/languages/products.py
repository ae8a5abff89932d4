"""Questions about two automata at once, answered by walking both side by side, only as far as needed.

Intersection walks pairs of positions. Difference and inclusion walk the first automaton's positions beside the second
one made deterministic: its states are made as they are met, never all of them in advance.
"""

from __future__ import annotations

from collections import deque

from cfn_table.languages.automaton import EMPTY_WORD, Automaton, bits, check_size
from cfn_table.languages.charset import CharSet, partition
from cfn_table.languages.errors import TooComplex

LIMIT = 50_000
"""How many states a question may take unless its caller says otherwise: that is below two seconds on a slow machine."""
_STEPS_PER_STATE = 32

# A position of each automaton; or a position, options, and classes of characters: see `_Pairs` and `_Subsets`.
State = tuple[int, ...]


class Budget:
    """What a question may cost. States bound the memory, steps (transitions looked at) bound the time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._states = limit
        self._steps = limit * _STEPS_PER_STATE

    def state(self) -> None:
        """Pay for one more state; raises `TooComplex` when the limit is reached."""
        self._states -= 1
        if self._states < 0:
            raise TooComplex(f"the answer takes more than {self.limit} states", self.limit)

    def steps(self, count: int) -> None:
        """Pay for looking at transitions; raises `TooComplex` when they are more than the limit of states allows."""
        self._steps -= count
        if self._steps < 0:
            steps = self.limit * _STEPS_PER_STATE
            raise TooComplex(f"the answer takes more than {steps} steps", steps)


def product(one: Automaton, other: Automaton, limit: int = LIMIT, *, shortest_only: bool = False) -> Automaton:
    """The words of both automata.

    Args:
        one: an automaton.
        other: another one.
        limit: how many pairs of positions may be visited.
        shortest_only: only the shortest of these words are wanted; walks only as far as these need.

    Raises:
        TooComplex: more pairs are needed, or the result has more than `MAX_POSITIONS` positions.
    """
    budget = Budget(limit)
    pairs = _Pairs(one, other, budget)
    return _explore(pairs, one.nullable and other.nullable, budget, shortest_only)


def is_disjoint(one: Automaton, other: Automaton, limit: int = LIMIT) -> bool:
    """Whether no word is a word of both automata.

    Raises:
        TooComplex: more than `limit` pairs of positions are needed.
    """
    if one.nullable and other.nullable:
        return False
    budget = Budget(limit)
    pairs = _Pairs(one, other, budget)
    seen = set(pairs.start())
    waiting = list(seen)
    while waiting:
        pair = waiting.pop()
        if pairs.accepts(pair):
            return False
        budget.state()
        fresh = [after for after in pairs.after(pair) if after not in seen]
        seen.update(fresh)
        waiting += fresh
    return True


def difference(one: Automaton, other: Automaton, limit: int = LIMIT, *, shortest_only: bool = False) -> Automaton:
    """The words of the first automaton that are no words of the other.

    Args:
        one: the automaton whose words are kept.
        other: the automaton whose words are left out.
        limit: how many pairs of a position and a set of options may be visited.
        shortest_only: only the shortest of these words are wanted; walks only as far as these need.

    Raises:
        TooComplex: more pairs are needed, or the result has more than `MAX_POSITIONS` positions.
    """
    budget = Budget(limit)
    subsets = _Subsets(one, other, budget)
    return _explore(subsets, one.nullable and not other.nullable, budget, shortest_only)


def is_included(one: Automaton, other: Automaton, limit: int = LIMIT) -> bool:
    """Whether every word of the first automaton is a word of the other.

    Raises:
        TooComplex: more than `limit` pairs of a position and a set of options are needed.
    """
    if one.nullable and not other.nullable:
        return False
    budget = Budget(limit)
    subsets = _Subsets(one, other, budget)
    # What cannot be done with some options cannot be done with fewer: only the fewest beside each position matter.
    # Breadth first, and noted as soon as they are seen, the fewest come early and make most others superfluous.
    fewest: dict[int, list[int]] = {}
    waiting = deque([subsets.start()])
    while waiting:
        for state in waiting.popleft():
            if subsets.accepts(state):
                return False
            position, options = state[:2]
            known = fewest.setdefault(position, [])
            budget.steps(len(known))
            if any(not fewer & ~options for fewer in known):
                continue
            budget.state()
            known[:] = [more for more in known if options & ~more]
            known.append(options)
            waiting.append(subsets.after(state))
    return True


class _Pairs:
    """Two automata side by side: a state is a position of each, where their labels have a character in common."""

    def __init__(self, one: Automaton, other: Automaton, budget: Budget) -> None:
        self._one = one
        self._other = other
        self._budget = budget
        self._labels_one, self._index_one, _ = one.alphabet
        self._labels_other, self._index_other, _ = other.alphabet
        self._meets: dict[tuple[int, int], CharSet] = {}

    def start(self) -> list[State]:
        return self.after((-1, -1))

    def after(self, state: State) -> list[State]:
        left, right = self._one.successors(state[0]), self._other.successors(state[1])
        self._budget.steps(len(left) * len(right))
        index_one, index_other, meets = self._index_one, self._index_other, self._meets
        found: list[State] = []
        for at_one in left:
            for at_other in right:
                indices = index_one[at_one], index_other[at_other]
                meet = meets.get(indices)
                if meet is None:
                    meet = self._labels_one[indices[0]].intersect(self._labels_other[indices[1]])
                    meets[indices] = meet
                if meet:
                    found.append((at_one, at_other))
        return found

    def accepts(self, state: State) -> bool:
        return bool(self._one.last >> state[0] & 1 and self._other.last >> state[1] & 1)

    def label(self, state: State) -> CharSet:
        return self._meets[self._index_one[state[0]], self._index_other[state[1]]]


class _Subsets:
    """The second of two automata made deterministic step by step, beside the positions of the first.

    A state is a position of the first automaton (-1 in the beginning), the options of the second one, and the mask of
    the classes of characters that led there. Options are what may come next, as a mask: bit 0 for ending here, bit
    i + 1 for going on with position i. A class holds characters that no label of either automaton tells apart.
    """

    def __init__(self, one: Automaton, other: Automaton, budget: Budget) -> None:
        labels_one, self._index_one, _ = one.alphabet
        labels_other, _, masks = other.alphabet
        self._one = one
        self._other = other
        self._budget = budget
        classes = partition(labels_one + labels_other)
        budget.steps(len(classes))
        self._classes = [characters for characters, _ in classes]
        self._in_label = [
            sum(1 << at for at, (_, members) in enumerate(classes) if members >> index & 1)
            for index in range(len(labels_one))
        ]
        self._readers = [sum(masks[at] for at in bits(members >> len(labels_one))) for _, members in classes]
        self._moves: dict[int, list[tuple[int, int]]] = {}
        self._options: dict[int, int] = {}
        self._characters: dict[int, CharSet] = {}

    def start(self) -> list[State]:
        return self.after((-1, self._other.first << 1 | self._other.nullable))

    def after(self, state: State) -> list[State]:
        position, options = state[:2]
        moves = self._moves.get(options)
        if moves is None:
            moves = self._moves[options] = self._moves_with(options)
        successors = self._one.successors(position)
        self._budget.steps(len(successors) * len(moves))
        found: list[State] = []
        for following in successors:
            in_label = self._in_label[self._index_one[following]]
            for then, classes in moves:
                if common := classes & in_label:
                    found.append((following, then, common))
        return found

    def accepts(self, state: State) -> bool:
        return bool(self._one.last >> state[0] & 1 and not state[1] & 1)

    def label(self, state: State) -> CharSet:
        known = self._characters.get(state[2])
        if known is None:
            known = CharSet().union(*(self._classes[at] for at in bits(state[2])))
            self._characters[state[2]] = known
        return known

    def _moves_with(self, options: int) -> list[tuple[int, int]]:
        """Pairs of what can be done next and the mask of the classes of characters that lead there."""
        self._budget.steps(len(self._readers))
        classes_to: dict[int, int] = {}
        for at, readers in enumerate(self._readers):
            reached = options >> 1 & readers
            then = self._options.get(reached)
            if then is None:
                self._budget.steps(reached.bit_count())
                then = self._other.after(reached) << 1 | bool(reached & self._other.last)
                self._options[reached] = then
            classes_to[then] = classes_to.get(then, 0) | 1 << at
        return list(classes_to.items())


def _explore(walk: _Pairs | _Subsets, nullable: bool, budget: Budget, shortest_only: bool) -> Automaton:
    """Walk breadth first, and make an automaton of the states that are on the way to an accepting one."""
    if shortest_only and nullable:
        return EMPTY_WORD
    numbers: dict[State, int] = {}
    states: list[State] = []
    accepting: list[int] = []

    def visit(found: list[State]) -> list[int]:
        result = []
        for state in found:
            known = numbers.get(state)
            if known is None:
                budget.state()
                known = numbers[state] = len(states)
                states.append(state)
                if walk.accepts(state):
                    accepting.append(known)
            result.append(known)
        return result

    first = visit(walk.start())
    # before[n]: the states from which one character leads to state n.
    before: dict[int, list[int]] = {}
    level = range(len(states))
    while level and not (shortest_only and accepting):
        for source in level:
            for target in visit(walk.after(states[source])):
                # A shortest word goes one level deeper with every character.
                if target >= level.stop or not shortest_only:
                    before.setdefault(target, []).append(source)
        level = range(level.stop, len(states))
    return _trimmed(walk, states, first, before, accepting, nullable)


def _trimmed(
    walk: _Pairs | _Subsets,
    states: list[State],
    first: list[int],
    before: dict[int, list[int]],
    accepting: list[int],
    nullable: bool,
) -> Automaton:
    """The automaton of those states that lead to an accepting one; all are reachable already."""
    useful = set(accepting)
    waiting = list(accepting)
    while waiting:
        for source in before.get(waiting.pop(), ()):
            if source not in useful:
                useful.add(source)
                waiting.append(source)
    check_size(len(useful))
    bit = {state: 1 << index for index, state in enumerate(sorted(useful))}
    follow = dict.fromkeys(bit, 0)
    for target, mask in bit.items():
        for source in before.get(target, ()):
            follow[source] |= mask
    return Automaton(
        tuple(walk.label(states[state]) for state in bit),
        tuple(follow.values()),
        sum(bit.get(state, 0) for state in first),
        sum(bit[state] for state in accepting),
        nullable,
    )
