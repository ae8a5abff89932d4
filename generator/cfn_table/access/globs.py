"""IAM's text patterns: matching, and telling apart all texts that a set of patterns can tell apart.

`*` is any sequence of characters, `?` any one. Where a pattern is an ARN, its colons divide it, and what a wildcard may
stand for differs; see `arn_pattern` and `resource_pattern`.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cfn_table.access.variables import Pieces

MAX_STEPS: Final = 200_000
"""How many steps a question may take, all its parts together, before it is given up; that many take about a second."""

_USUAL: Final = "xabcdefghijklmnopqrstuvwyz0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Characters for texts that only a wildcard matches, the most usual first."""


class TooManyClasses(Exception):
    """Patterns tell more texts apart than can be worked out in bounded time."""


class Budget:
    """What one question may cost: hostile patterns have exponentially many classes."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take some steps.

        Raises:
            TooManyClasses: that was too many.
        """
        self.left -= steps
        if self.left < 0:
            raise TooManyClasses

    def half(self) -> Budget:
        """Half of what is left, taken for a part of the question that may be given up."""
        half = Budget(self.left // 2)
        self.left -= half.left
        return half


class Wild(enum.Enum):
    """What is no literal character in a pattern."""

    ANY = enum.auto()
    """Any sequence of characters."""
    ONE = enum.auto()
    """Any one character."""
    ANY_IN_SEGMENT = enum.auto()
    """Any sequence without colons."""
    ONE_IN_SEGMENT = enum.auto()
    """Any one character but a colon."""


Token = str | Wild
_WILD: Final = {"*": Wild.ANY, "?": Wild.ONE}
_IN_SEGMENT: Final = {Wild.ANY: Wild.ANY_IN_SEGMENT, Wild.ONE: Wild.ONE_IN_SEGMENT}
_SEQUENCES: Final = (Wild.ANY, Wild.ANY_IN_SEGMENT)


def fold(character: str) -> str:
    """A letter in lower case, where that is one letter that has this one as its only upper case."""
    lower = character.lower()
    return lower if len(lower) == 1 and lower.upper() == character else character


def folded(text: str) -> str:
    """A text whose letters are in lower case as far as `fold` says."""
    return text.lower() if text.isascii() else "".join(map(fold, text))


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern: its literal characters and wildcards.

    Attributes:
        tokens: in lower case where case is ignored.
        ignores_case: whether letters match both cases.
    """

    tokens: tuple[Token, ...]
    ignores_case: bool = False
    _alone: Patterns | None = field(default=None, init=False, repr=False, compare=False)

    def matches(self, text: str) -> bool:
        """Whether the whole text matches."""
        if self._alone is None:
            object.__setattr__(self, "_alone", Patterns([self]))
            assert self._alone is not None
        return self._alone.matching(text) == 1

    @property
    def literal(self) -> str | None:
        """The text that matches, in any case where case is ignored; None where there are wildcards."""
        if any(isinstance(token, Wild) for token in self.tokens):
            return None
        return "".join(str(token) for token in self.tokens)

    @property
    def example(self) -> str:
        """A short text that matches."""
        return "".join(token if isinstance(token, str) else "" if token in _SEQUENCES else "x" for token in self.tokens)


@lru_cache(maxsize=8192)
def text_pattern(pieces: Pieces, *, ignores_case: bool = False, wild: bool = True) -> Glob:
    """The pattern of `StringLike`; without `wild` that of `StringEquals`, in which nothing stands for other texts."""
    tokens: list[Token] = []
    for text, plain in pieces:
        characters = map(fold, text) if ignores_case else text
        tokens += characters if plain or not wild else (_WILD.get(character, character) for character in characters)
    return _glob(tokens, ignores_case)


@lru_cache(maxsize=8192)
def action_pattern(pattern: str) -> Glob:
    """The pattern of `Action`, which has no case (IAM User Guide, "IAM policy elements: Action")."""
    return text_pattern(((pattern, False),), ignores_case=True)


@lru_cache(maxsize=8192)
def arn_pattern(pieces: Pieces) -> Glob | None:
    """The pattern of `ArnLike` and `ArnEquals`; None where it is no ARN, so that nothing matches.

    Each of the six parts between colons is compared with its own part (IAM User Guide, "Condition operators", "Amazon
    Resource Name (ARN) condition operators"). The last part may hold colons. A symbol may hold the parts that are not
    there to be seen, and all of an ARN.
    """
    parts = _parts(pieces)
    if len(parts) < 6 and not any(plain and text.startswith("${") for text, plain in pieces):
        return None
    inner = [[_IN_SEGMENT[token] if isinstance(token, Wild) else token for token in part] for part in parts[:-1]]
    return _joined([*inner, parts[-1]])


@lru_cache(maxsize=8192)
def resource_pattern(pieces: Pieces) -> Glob:
    """The pattern of `Resource`.

    A wildcard stands for characters of its part between colons, but a `*` that ends a part may also stand for what
    follows it, colons included (IAM User Guide, "IAM policy elements: Resource"). What an ARN lacks at its
    end is anything (IAM User Guide, "IAM identifiers").
    """
    parts = _parts(pieces)
    if len(parts) == 1:
        return _glob(parts[0])
    if parts[0] == ["a", "r", "n"]:
        parts += [[Wild.ANY] for _ in range(6 - len(parts))]
    for part in parts[:5]:
        for at, token in enumerate(part):
            if isinstance(token, Wild) and not (token is Wild.ANY and at == len(part) - 1):
                part[at] = _IN_SEGMENT[token]
    return _joined(parts)


def _parts(pieces: Pieces) -> list[list[Token]]:
    """Up to six parts of an ARN as tokens, without the colons between them. A symbol's own colons divide nothing."""
    parts: list[list[Token]] = [[]]
    for text, plain in pieces:
        for character in text:
            if character == ":" and not plain and len(parts) < 6:
                parts.append([])
            else:
                parts[-1].append(character if plain else _WILD.get(character, character))
    return parts


def _joined(parts: Sequence[Sequence[Token]]) -> Glob:
    tokens = list(parts[0])
    for part in parts[1:]:
        tokens += (":", *part)
    return _glob(tokens)


def _glob(tokens: Iterable[Token], ignores_case: bool = False) -> Glob:
    kept: list[Token] = []
    for token in tokens:
        if token in _SEQUENCES and kept and kept[-1] == token:
            continue
        kept.append(token)
    return Glob(tuple(kept), ignores_case)


class Automaton:
    """Several patterns as one automaton: a state is the set of places in the patterns where a text can be, as bits."""

    def __init__(self, globs: Sequence[Glob]) -> None:
        """The patterns, the first in the lowest bit of what `accepted` returns."""
        self._finals: dict[int, int] = {}
        self._literal: dict[tuple[str, bool], int] = {}
        self._wild = dict.fromkeys(Wild, 0)
        self._steps: dict[str, tuple[int, int]] = {}
        self._choices: dict[int, tuple[str, ...]] = {}
        self._final = 0
        start = begin = 0
        for number, glob in enumerate(globs):
            start |= 1 << begin
            # Places in this pattern first, since integers with thousands of bits are slow.
            places: dict[Token, int] = {}
            for at, token in enumerate(glob.tokens):
                places[token] = places.get(token, 0) | 1 << at
            for token, bits in places.items():
                if isinstance(token, Wild):
                    self._wild[token] |= bits << begin
                else:
                    of_token = (token, glob.ignores_case)
                    self._literal[of_token] = self._literal.get(of_token, 0) | bits << begin
            final = 1 << begin + len(glob.tokens)
            self._finals[final] = 1 << number
            self._final |= final
            begin += len(glob.tokens) + 1
        self._weight = 1 + begin // 1000
        self._sequences = self._wild[Wild.ANY] | self._wild[Wild.ANY_IN_SEGMENT]
        self.start = self._closed(start)

    def run(self, state: int, text: str) -> int:
        """The state behind a text."""
        steps, sequences = self._steps, self._sequences
        for character in text:
            masks = steps.get(character)
            if masks is None:
                masks = steps[character] = self._masks(character)
            state = (state & masks[0]) << 1 | state & masks[1]
            if not state:
                return 0
            while state & sequences and (more := state | (state & sequences) << 1) != state:
                state = more
        return state

    def accepted(self, state: int) -> int:
        """The patterns that match a text which ends in this state, one bit each."""
        rest, found = state & self._final, 0
        while rest:
            place = rest & -rest
            rest ^= place
            found |= self._finals[place]
        return found

    def step(self, state: int, character: str) -> int:
        """The state behind one more character."""
        masks = self._steps.get(character)
        if masks is None:
            masks = self._steps[character] = self._masks(character)
        return self._closed((state & masks[0]) << 1 | state & masks[1])

    def _closed(self, state: int) -> int:
        while (more := state | (state & self._sequences) << 1) != state:
            state = more
        return state

    def _masks(self, character: str) -> tuple[int, int]:
        """Places from which the character leads on, and places that it leaves where they are."""
        advancing = self._literal.get((character, False), 0) | self._literal.get((fold(character), True), 0)
        advancing |= self._wild[Wild.ONE]
        staying = self._wild[Wild.ANY]
        if character != ":":
            advancing |= self._wild[Wild.ONE_IN_SEGMENT]
            staying |= self._wild[Wild.ANY_IN_SEGMENT]
        return advancing, staying

    def named(self, state: int) -> tuple[str, ...]:
        """Characters that lead elsewhere than most others do."""
        known = self._choices.get(state)
        if known is not None:
            return known
        found: dict[str, None] = {}
        for (character, ignores_case), places in self._literal.items():
            if state & places:
                found[character] = None
                if ignores_case and fold(character.upper()) == character:
                    found[character.upper()] = None
        if state & (self._wild[Wild.ANY_IN_SEGMENT] | self._wild[Wild.ONE_IN_SEGMENT]):
            found[":"] = None
        self._choices[state] = tuple(found)
        return self._choices[state]

    def choices(self, state: int) -> Iterator[str]:
        """Characters that lead to all states that can follow: those that are named here, and one that is not."""
        named = self.named(state)
        yield from named
        yield unnamed(named)

    def shortest(self, budget: Budget) -> dict[int, str]:
        """For each set of patterns such that some text matches exactly these: a shortest such text.

        Raises:
            TooManyClasses: see there.
        """
        found = {self.accepted(self.start): ""}
        # How each state is reached, so that texts are only made for the few states that are asked for one.
        origin: dict[int, tuple[int, str]] = {self.start: (self.start, "")}
        queue = deque([self.start])
        while queue:
            state = queue.popleft()
            characters = list(self.choices(state))
            budget.spend(len(characters) * self._weight)  # long integers take longer
            for character in characters:
                following = self.step(state, character)
                if following in origin:
                    continue
                origin[following] = (state, character)
                if (accepted := self.accepted(following)) not in found:
                    found[accepted] = _text_to(following, origin)
                queue.append(following)
        return found


def unnamed(named: Iterable[str]) -> str:
    """A character that is none of these."""
    taken = set(named)
    usual = (each for each in _USUAL if each not in taken)
    return next(usual, None) or next(each for each in map(chr, range(0xA1, 0xFFFF)) if each not in taken)


def _text_to(state: int, origin: dict[int, tuple[int, str]]) -> str:
    characters = []
    while (step := origin[state])[1]:
        state = step[0]
        characters.append(step[1])
    return "".join(reversed(characters))


class Patterns:
    """Several patterns that are asked together. Those without wildcards are looked up, the others are an automaton."""

    def __init__(self, globs: Sequence[Glob]) -> None:
        """At most a few hundred patterns."""
        self.globs = globs
        self._exact: dict[str, int] = {}
        self._any_case: dict[str, int] = {}
        self._numbers: list[int] = []
        for number, glob in enumerate(globs):
            text = glob.literal
            if text is None:
                self._numbers.append(number)
            else:
                known = self._any_case if glob.ignores_case else self._exact
                known[text] = known.get(text, 0) | 1 << number
        self._automaton = Automaton([globs[number] for number in self._numbers])

    def matching(self, text: str) -> int:
        """The patterns that match, one bit each, the first pattern in the lowest."""
        found = self._exact.get(text, 0)
        if self._any_case:
            found |= self._any_case.get(folded(text), 0)
        if self._numbers:
            automaton = self._automaton
            found |= _spread(automaton.accepted(automaton.run(automaton.start, text)), self._numbers)
        return found

    def classes(self, budget: Budget | None = None) -> dict[int, str]:
        """For each set of patterns such that some text matches exactly these: such a text, often a shortest.

        A set is an integer with one bit for each pattern. The patterns cannot tell two texts with the same set apart.

        Raises:
            TooManyClasses: see there.
        """
        budget = budget or Budget()
        if self._exact and self._any_case:
            return Automaton(self.globs).shortest(budget)
        literals = self._exact or self._any_case
        # A text that one pattern names is a class of its own. The other classes are those of the other patterns, unless
        # the example of one is such a text: then the text has to take part, so that another example is found.
        found = {self.matching(text): text for text in literals}
        taking_part: dict[str, None] = {}
        while True:
            numbers = [*self._numbers, *(_lowest(literals[text]) for text in taking_part)]
            automaton = Automaton([self.globs[number] for number in numbers]) if taking_part else self._automaton
            examples = list(automaton.shortest(budget).values())
            if self._any_case:
                clashing = [lower for text in examples if (lower := folded(text)) in literals]
            else:
                clashing = [text for text in examples if text in literals]
            if all(text in taking_part for text in clashing):
                return {self.matching(text): text for text in examples} | found
            taking_part.update(dict.fromkeys(clashing))


def _spread(found: int, numbers: Sequence[int]) -> int:
    spread = 0
    while found:
        bit = found & -found
        found ^= bit
        spread |= 1 << numbers[bit.bit_length() - 1]
    return spread


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
