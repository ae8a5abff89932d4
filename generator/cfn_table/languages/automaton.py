"""Automata whose states carry the labels (position automata), and how they are built from smaller ones.

A word is read by walking positions: the first character must be in the label of a position of `first`, each further one
in the label of a position that may `follow`, and the last position must be in `last`. There are no epsilon transitions,
so that products and subsets are plain bit operations: sets of positions are integers, bit i standing for position i.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cfn_table.languages.charset import ANY_CHARACTER, CharSet, partition
from cfn_table.languages.errors import TooComplex

MAX_POSITIONS = 10_000
"""How many positions an automaton may be built of: ten times the characters of the longest sort key that DynamoDB takes
(1,024 bytes; a partition key has up to 2,048: Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB")."""
MAX_TRANSITIONS = 2_000_000
"""How many pairs of positions, one of which may follow the other, an automaton may have."""

Alphabet = tuple[tuple[CharSet, ...], tuple[int, ...], tuple[int, ...]]


class Automaton:
    """An immutable position automaton.

    INVARIANT: trim. Every label is non-empty, and every position is on the way from a first to a last one; so the
    language is empty exactly if there is no position and `nullable` is false.

    Args:
        labels: the label of each position.
        follow: for each position, the mask of the positions that may come next.
        first: the mask of the positions at which a word may begin.
        last: the mask of the positions at which a word may end.
        nullable: whether the empty word is in the language.

    Raises:
        TooComplex: there are more than `MAX_TRANSITIONS` transitions.
    """

    __slots__ = ("_alphabet", "_successors", "first", "follow", "labels", "last", "nullable")

    def __init__(
        self, labels: tuple[CharSet, ...], follow: tuple[int, ...], first: int, last: int, nullable: bool
    ) -> None:
        self.labels = labels
        self.follow = follow
        self.first = first
        self.last = last
        self.nullable = nullable
        self._alphabet: Alphabet | None = None
        if len(follow) ** 2 > MAX_TRANSITIONS and sum(map(int.bit_count, follow)) > MAX_TRANSITIONS:
            raise TooComplex(f"a language takes more than {MAX_TRANSITIONS} transitions", MAX_TRANSITIONS)
        self._successors: dict[int, tuple[int, ...]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether there is no word at all."""
        return not self.labels and not self.nullable

    @property
    def alphabet(self) -> Alphabet:
        """The distinct labels, each position's index of its label, and the mask of each label's positions."""
        if self._alphabet is None:
            indices: dict[CharSet, int] = {}
            of_position = tuple(indices.setdefault(label, len(indices)) for label in self.labels)
            masks = [0] * len(indices)
            for position, index in enumerate(of_position):
                masks[index] |= 1 << position
            self._alphabet = (tuple(indices), of_position, tuple(masks))
        return self._alphabet

    def successors(self, position: int) -> tuple[int, ...]:
        """The positions that may come after one; those at which a word may begin, for -1."""
        known = self._successors.get(position)
        if known is None:
            known = tuple(bits(self.first if position < 0 else self.follow[position]))
            self._successors[position] = known
        return known

    def after(self, positions: int) -> int:
        """The mask of the positions that may come after one of a mask of positions."""
        result = 0
        for at in bits(positions):
            result |= self.follow[at]
        return result

    def matches(self, text: str) -> bool:
        """Whether the text is a word of the language."""
        if not text:
            return self.nullable
        labels, _, masks = self.alphabet
        readers: dict[str, int] = {}
        possible, now = self.first, 0
        for character in text:
            if character not in readers:
                holders = (mask for label, mask in zip(labels, masks, strict=True) if label.contains(character))
                readers[character] = sum(holders)
            now = possible & readers[character]
            if not now:
                return False
            possible = self.after(now)
        return bool(now & self.last)

    def shortest(self) -> str | None:
        """The most natural of the shortest words, or None if there is no word."""
        if self.nullable:
            return ""
        if not self.first:
            return None
        # Breadth first: a prefix of a shortest word of length i only ever reaches positions of level i.
        levels, seen = [self.first], self.first
        while not levels[-1] & self.last:
            levels.append(self.after(levels[-1]) & ~seen)
            seen |= levels[-1]
        useful = levels[-1] & self.last
        for depth in reversed(range(len(levels))):
            if depth < len(levels) - 1:
                useful = sum(1 << at for at in bits(levels[depth]) if self.follow[at] & useful)
            levels[depth] = useful
        word = []
        possible = self.first
        for level in levels:
            reached = list(bits(possible & level))
            _, code, _ = min(self.labels[at].runs()[0] for at in reached)
            word.append(chr(code))
            possible = self.after(sum(1 << at for at in reached if self.labels[at].contains(code)))
        return "".join(word)

    def words(self) -> Iterator[str]:
        """All words, shorter ones first, each length in natural order of the characters, none twice; lazily."""
        if self.nullable:
            yield ""
        before = [0] * len(self.follow)
        for source, follow in enumerate(self.follow):
            for target in bits(follow):
                before[target] |= 1 << source
        # ending[k]: the positions from which exactly k more characters can end a word.
        ending = [self.last]
        while ending[-1]:
            yield from self._words_of_length(len(ending), ending)
            preceding = 0
            for at in bits(ending[-1]):
                preceding |= before[at]
            ending.append(preceding)

    def _words_of_length(self, length: int, ending: Sequence[int]) -> Iterator[str]:
        """Depth first over sets of positions, entering only those from which a word of this length can end."""
        prefix = [""] * length
        stack = [self._choices(self.first & ending[length - 1])]
        while stack:
            depth = len(stack) - 1
            choice = next(stack[-1], None)
            if choice is None:
                stack.pop()
                continue
            prefix[depth], reached = choice
            if depth == length - 1:
                yield "".join(prefix)
            else:
                stack.append(self._choices(self.after(reached) & ending[length - depth - 2]))

    def _choices(self, possible: int) -> Iterator[tuple[str, int]]:
        """The characters that some of these positions read, in natural order, each with the positions that read it."""
        positions = list(bits(possible))
        labels = list(dict.fromkeys(self.labels[at] for at in positions))
        masks = [sum(1 << at for at in positions if self.labels[at] == label) for label in labels]
        runs = []
        for characters, members in partition(labels):
            reached = sum(masks[index] for index in bits(members))
            runs += [(rank, first, last, reached) for rank, first, last in characters.runs()]
        for _, first, last, reached in sorted(runs):
            for code in range(first, last + 1):
                yield chr(code), reached


NOTHING = Automaton((), (), 0, 0, False)
"""No word."""
EMPTY_WORD = Automaton((), (), 0, 0, True)
"""Only the empty word."""
EVERYTHING = Automaton((ANY_CHARACTER,), (1,), 1, 1, True)
"""Every word."""


def bits(mask: int) -> Iterator[int]:
    """The indices of the set bits of a mask, ascending."""
    digits = bin(mask)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def character(characters: CharSet) -> Automaton:
    """The words of one character of a set."""
    return Automaton((characters,), (0,), 1, 1, False) if characters else NOTHING


def word(text: str) -> Automaton:
    """One word. A text with a surrogate is no string, so its automaton has no word.

    Raises:
        TooComplex: the text is longer than `MAX_POSITIONS`.
    """
    check_size(len(text))
    single = {each: CharSet.of(each) for each in set(text)}
    if not all(single.values()):
        return NOTHING
    if not text:
        return EMPTY_WORD
    count = len(text)
    follow = (*(1 << at for at in range(1, count)), 0)
    return Automaton(tuple(single[each] for each in text), follow, 1, 1 << count - 1, False)


def trie(texts: Iterable[str]) -> Automaton:
    """Several words, sharing their prefixes.

    Raises:
        TooComplex: the words together have more than `MAX_POSITIONS` different prefixes.
    """
    single: dict[str, CharSet] = {}
    children: dict[tuple[int, str], int] = {}
    labels: list[CharSet] = []
    follow: list[int] = []
    first = last = 0
    nullable = False
    for text in texts:
        if any("\ud800" <= each <= "\udfff" for each in text):
            continue
        node = -1
        for each in text:
            child = children.get((node, each))
            if child is None:
                child = children[node, each] = len(labels)
                check_size(child + 1)
                labels.append(single.setdefault(each, CharSet.of(each)))
                follow.append(0)
                if node < 0:
                    first |= 1 << child
                else:
                    follow[node] |= 1 << child
            node = child
        if node < 0:
            nullable = True
        else:
            last |= 1 << node
    return Automaton(tuple(labels), tuple(follow), first, last, nullable)


def concatenate(parts: Sequence[Automaton]) -> Automaton:
    """Words made of one word of each part, in order.

    Raises:
        TooComplex: the result has more than `MAX_POSITIONS` positions.
    """
    if any(part.is_empty for part in parts):
        return NOTHING
    parts = [part for part in parts if part.labels]
    if len(parts) < 2:
        return parts[0] if parts else EMPTY_WORD
    labels, follow, offsets = _side_by_side(parts)
    # From the right, so that each end is linked once to everything that may begin after it.
    first = last = 0
    nullable = True
    for part, offset in zip(reversed(parts), reversed(offsets), strict=True):
        if first:
            for at in bits(part.last):
                follow[offset + at] |= first
        if nullable:
            last |= part.last << offset
        first = part.first << offset | (first if part.nullable else 0)
        nullable = nullable and part.nullable
    return Automaton(labels, tuple(follow), first, last, nullable)


def alternate(parts: Sequence[Automaton]) -> Automaton:
    """The words of all parts.

    Raises:
        TooComplex: the result has more than `MAX_POSITIONS` positions.
    """
    kept = [part for part in dict.fromkeys(parts) if part.labels]
    nullable = any(part.nullable for part in parts)
    if not kept:
        return EMPTY_WORD if nullable else NOTHING
    if len(kept) == 1:
        return optional(kept[0]) if nullable else kept[0]
    labels, follow, offsets = _side_by_side(kept)
    first = last = 0
    for part, offset in zip(kept, offsets, strict=True):
        first |= part.first << offset
        last |= part.last << offset
    return Automaton(labels, tuple(follow), first, last, nullable)


def optional(part: Automaton) -> Automaton:
    """The words of the part, and the empty word."""
    if part.nullable:
        return part
    return Automaton(part.labels, part.follow, part.first, part.last, True)


def repeat(part: Automaton, minimum: int, maximum: int | None) -> Automaton:
    """Words made of at least `minimum` and at most `maximum` (None: any number of) words of the part.

    Raises:
        TooComplex: the result has more than `MAX_POSITIONS` positions.
    """
    if maximum == 0 or not part.labels:
        return EMPTY_WORD if minimum == 0 or part.nullable else NOTHING
    if part.nullable:
        minimum = 0
    copies = max(minimum, 1) if maximum is None else maximum
    check_size(len(part.labels) * copies)
    labels, follow, offsets = _side_by_side([part] * copies)
    last = 0
    for copy, offset in enumerate(offsets, start=1):
        # Each copy is linked to the next one only: of optional copies the later ones are left out first.
        following = part.first << offsets[copy] if copy < copies else 0
        if copy == copies and maximum is None:
            following = part.first << offset
        if following:
            for at in bits(part.last):
                follow[offset + at] |= following
        if copy >= minimum:
            last |= part.last << offset
    return Automaton(labels, tuple(follow), part.first, last, minimum == 0)


def _side_by_side(parts: Sequence[Automaton]) -> tuple[tuple[CharSet, ...], list[int], list[int]]:
    """Labels and follow masks of all parts, renumbered, and the number of each part's first position."""
    labels: list[CharSet] = []
    follow: list[int] = []
    offsets: list[int] = []
    check_size(sum(len(part.labels) for part in parts))
    for part in parts:
        offset = len(labels)
        offsets.append(offset)
        labels += part.labels
        follow += [mask << offset for mask in part.follow] if offset else part.follow
    return tuple(labels), follow, offsets


def check_size(positions: int) -> None:
    """Raise `TooComplex` for an automaton of more than `MAX_POSITIONS` positions."""
    if positions > MAX_POSITIONS:
        raise TooComplex(f"a language takes more than {MAX_POSITIONS} positions", MAX_POSITIONS)
