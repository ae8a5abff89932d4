"""Immutable sets of characters, from which the labels of automata are made.

The universe is what a string that AWS stores can hold: every Unicode code point but the surrogates (U+D800 to U+DFFF),
which have no UTF-8 form. Surrogates are in no set, and in no complement.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

# INVARIANT: a set is its inversion list: sorted code points at which membership changes, beginning outside of the set.
_UNIVERSE = (0, 0xD800, 0xE000, 0x110000)

# The natural order, as half-open ranges: letters and digits, then other printable ASCII, then anything, controls last.
_NATURAL = [
    *[(0x61, 0x7B), (0x30, 0x3A), (0x41, 0x5B)],  # a-z, 0-9, A-Z
    *[(0x21, 0x30), (0x3A, 0x41), (0x5B, 0x61), (0x7B, 0x7F), (0x20, 0x21)],  # punctuation, then space
    *[(0xA1, 0xD800), (0xE000, 0x110000), (0x7F, 0xA1), (0x00, 0x20)],
]
# The same with the rank of each range's first character.
_RANKED = [(sum(high - low for low, high in _NATURAL[:at]), low, high) for at, (low, high) in enumerate(_NATURAL)]


class CharSet:
    """An immutable set of code points, kept as sorted disjoint ranges; hashable, equal by content.

    Args:
        ranges: pairs (first, last) of code points, both included, in any order, overlapping or not. Surrogates are left
            out.

    Raises:
        ValueError: a code point is no code point, or a range ends before it begins.
    """

    __slots__ = ("_bounds", "_hash", "_runs")

    _bounds: tuple[int, ...]
    _hash: int
    _runs: tuple[tuple[int, int, int], ...] | None

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._fill(_intersection(_normal(ranges), _UNIVERSE))

    def _fill(self, bounds: tuple[int, ...]) -> None:
        self._bounds = bounds
        self._hash = hash(bounds)
        self._runs = None

    @classmethod
    def of(cls, characters: str) -> CharSet:
        """The set of the characters of a string; surrogates are left out."""
        return cls((ord(character), ord(character)) for character in characters)

    @classmethod
    def _from_bounds(cls, bounds: Iterable[int]) -> CharSet:
        new = cls.__new__(cls)
        new._fill(tuple(bounds))
        return new

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """Sorted, disjoint, non-adjacent pairs (first, last) of code points, both included."""
        bounds = self._bounds
        return tuple((bounds[at], bounds[at + 1] - 1) for at in range(0, len(bounds), 2))

    def union(self, *others: CharSet) -> CharSet:
        """The characters that are in this set or in one of the others."""
        if len(others) == 1:
            return _union(self, others[0])
        return CharSet(pair for each in (self, *others) for pair in each.ranges)

    def intersect(self, other: CharSet) -> CharSet:
        """The characters that are in both sets."""
        return _intersect(self, other)

    def complement(self) -> CharSet:
        """The characters of the universe that are not in this set."""
        # Two inversion lists differ by the symmetric difference of their bounds, and this one lies within the universe.
        return CharSet._from_bounds(sorted(set(self._bounds).symmetric_difference(_UNIVERSE)))

    def minus(self, other: CharSet) -> CharSet:
        """The characters that are in this set and not in the other."""
        return self.intersect(other.complement())

    def contains(self, character: str | int) -> bool:
        """Whether a character, or the code point of one, is in the set."""
        code = character if isinstance(character, int) else ord(character)
        return bisect_right(self._bounds, code) & 1 == 1

    def includes(self, other: CharSet) -> bool:
        """Whether every character of the other set is in this one."""
        return self.intersect(other) == other

    def pick(self) -> str:
        """The most natural member: a letter or digit if there is one, else printable ASCII, else anything.

        The same set gives the same character, always.

        Raises:
            ValueError: the set is empty.
        """
        if not self._bounds:
            raise ValueError("an empty set has no member")
        return chr(self.runs()[0][1])

    def runs(self) -> tuple[tuple[int, int, int], ...]:
        """The members in natural order, as triples (rank of the first, first, last) of code points, both ends included.

        Ranks count all characters in natural order: runs of two sets can be merged by rank.
        """
        if self._runs is None:
            self._runs = tuple(self._natural_runs())
        return self._runs

    def _natural_runs(self) -> Iterator[tuple[int, int, int]]:
        bounds = self._bounds
        for rank, low, high in _RANKED:
            at = max(bisect_right(bounds, low) - 1, 0) & ~1
            while at < len(bounds) and bounds[at] < high:
                first, end = max(bounds[at], low), min(bounds[at + 1], high)
                if first < end:
                    yield rank + first - low, first, end - 1
                at += 2

    def __iter__(self) -> Iterator[str]:
        """The members in natural order, the most natural first."""
        return (chr(code) for _, first, last in self.runs() for code in range(first, last + 1))

    def __contains__(self, character: object) -> bool:
        return isinstance(character, str) and len(character) == 1 and self.contains(character)

    def __bool__(self) -> bool:
        return bool(self._bounds)

    def __len__(self) -> int:
        return sum(self._bounds[1::2]) - sum(self._bounds[::2])

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, CharSet) and self._bounds == other._bounds)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"CharSet({list(self.ranges)})"


def partition(sets: Sequence[CharSet]) -> list[tuple[CharSet, int]]:
    """Split the union of the sets into classes of characters that none of the sets tells apart.

    Returns pairs of a class and a bit mask of the indices of the sets that hold it; classes are disjoint, not empty, in
    order of their first code point. There are never more classes than ranges and gaps, so this cannot explode.
    """
    toggles: dict[int, int] = {}
    for index, each in enumerate(sets):
        for bound in each._bounds:
            toggles[bound] = toggles.get(bound, 0) ^ 1 << index
    classes: dict[int, list[int]] = {}
    members = 0
    for bound in sorted(toggles):
        if members:
            classes[members].append(bound)
        members ^= toggles[bound]
        if members:
            classes.setdefault(members, []).append(bound)
    return [(CharSet._from_bounds(bounds), members) for members, bounds in classes.items()]


@lru_cache(maxsize=8192)
def _intersect(one: CharSet, other: CharSet) -> CharSet:
    return CharSet._from_bounds(_intersection(one._bounds, other._bounds))


@lru_cache(maxsize=1024)
def _union(one: CharSet, other: CharSet) -> CharSet:
    return CharSet((*one.ranges, *other.ranges))


def _intersection(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """Inversion list of the intersection."""
    result: list[int] = []
    at_one = at_other = 0
    while at_one < len(one) and at_other < len(other):
        low = max(one[at_one], other[at_other])
        end_one, end_other = one[at_one + 1], other[at_other + 1]
        high = min(end_one, end_other)
        if low < high:
            result += (low, high)
        if end_one <= end_other:
            at_one += 2
        if end_other <= end_one:
            at_other += 2
    return tuple(result)


def _normal(ranges: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """Inversion list of ranges in any order; touching ranges become one."""
    result: list[int] = []
    for first, last in sorted(ranges):
        if not 0 <= first <= last <= 0x10FFFF:
            raise ValueError(f"({first}, {last}) is no range of code points")
        if result and first <= result[-1]:
            result[-1] = max(result[-1], last + 1)
        else:
            result += (first, last + 1)
    return tuple(result)


ANY_CHARACTER = CharSet([(0, 0x10FFFF)])
"""Every character that a string can hold: all code points but the surrogates."""
NO_CHARACTER = CharSet()
"""The empty set."""
