"""Regular expressions in Python's syntax, read into automata.

`re` judges first whether a pattern is valid, so what is read here is known to be well formed; this reader adds what
`re` does not tell: where in the pattern a construct stands that is not regular, or not supported.
"""

from __future__ import annotations

import re

from cfn_table.languages.automaton import (
    EMPTY_WORD,
    MAX_POSITIONS,
    Automaton,
    alternate,
    character,
    concatenate,
    repeat,
)
from cfn_table.languages.charset import ANY_CHARACTER, CharSet
from cfn_table.languages.errors import InvalidPattern, TooComplex, Unsupported
from cfn_table.languages.matching import category, compile_quietly, ignoring_case
from cfn_table.languages.scan import ASCII, DOTALL, IGNORECASE, Scanner, changed

MAX_DEPTH = 50
"""How deeply groups may be nested."""
MAX_LENGTH = 2 * MAX_POSITIONS
"""How many characters a pattern may have."""

# An automaton, the offset of an anchor in it that must have no character before it, and of one that must have none
# after it.
_Part = tuple[Automaton, int | None, int | None]

_UNSUPPORTED_GROUPS = {
    "(?=": "lookahead",
    "(?!": "lookahead",
    "(?<=": "lookbehind",
    "(?<!": "lookbehind",
    "(?>": "an atomic group",
    "(?(": "a conditional group",
    "(?P=": "a back-reference",
}
_NOT_NEWLINE = ANY_CHARACTER.minus(CharSet.of("\n"))


def automaton_of(pattern: str) -> Automaton:
    """The automaton of what `re.fullmatch(pattern, …)` matches, but for strings with surrogates.

    Raises:
        InvalidPattern: `re` refuses the pattern.
        Unsupported: a construct that is not regular, or not read here.
        TooComplex: too many positions, too deep groups.
    """
    if len(pattern) > MAX_LENGTH:
        raise TooComplex(f"the pattern is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    try:
        flags = compile_quietly(pattern).flags
    except re.error as error:
        raise InvalidPattern(error.msg, pattern, error.pos or 0) from None
    except (OverflowError, RecursionError, ValueError) as error:
        raise TooComplex("the pattern is nested too deeply or repeats too often", MAX_DEPTH) from error
    return _Reader(pattern).read(flags)


class _Reader(Scanner):
    """Reads one valid pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self._depth = 0

    def read(self, flags: int) -> Automaton:
        """The automaton of the whole pattern."""
        return self._alternatives(flags)[0]

    def _alternatives(self, flags: int) -> _Part:
        """Sequences divided by `|`, up to the end of the group or pattern."""
        branches = [self._sequence(flags)]
        while self._pattern.startswith("|", self._at):
            self._at += 1
            branches.append(self._sequence(flags))
        if len(branches) == 1:
            return branches[0]
        head = next((head for _, head, _ in branches if head is not None), None)
        tail = next((tail for _, _, tail in branches if tail is not None), None)
        return alternate([part for part, _, _ in branches]), head, tail

    def _sequence(self, flags: int) -> _Part:
        """Items one after the other, each perhaps with a quantifier."""
        parts: list[_Part] = []
        pattern = self._pattern
        while self._at < len(pattern) and (this := pattern[self._at]) not in "|)":
            start = self._at
            if self._skipped(flags):
                continue
            if counts := self._quantifier():
                if counts.mode == "+":
                    raise self._unsupported("a possessive quantifier", start, pattern[start : self._at])
                # Greedy and lazy differ in what they capture, never in what they match as a whole.
                parts[-1] = self._repeated(parts[-1], counts.minimum, counts.maximum)
            elif this == "(":
                if (group := self._group(flags)) is not None:
                    parts.append(group)
            else:
                parts.append(self._item(flags))
        return self._joined(parts)

    def _joined(self, parts: list[_Part]) -> _Part:
        """The concatenation of parts, refusing anchors that it puts between characters."""
        head: int | None = None
        tail: int | None = None
        reads = False
        for part, part_head, part_tail in parts:
            if part_head is not None and reads:
                raise self._inner_anchor(part_head)
            if tail is not None and part.labels:
                raise self._inner_anchor(tail)
            reads = reads or bool(part.labels)
            head = part_head if head is None else head
            tail = part_tail if tail is None else tail
        return concatenate([part for part, _, _ in parts]), head, tail

    def _repeated(self, part: _Part, minimum: int, maximum: int | None) -> _Part:
        automaton, head, tail = part
        if maximum is None or maximum > 1:
            anchor = head if head is not None else tail
            if anchor is not None and automaton.labels:
                raise self._inner_anchor(anchor)
        return repeat(automaton, minimum, maximum), head, tail

    def _group(self, flags: int) -> _Part | None:
        """A group; None for a comment or global flags, which stand for nothing."""
        start, pattern = self._at, self._pattern
        for opening, what in _UNSUPPORTED_GROUPS.items():
            if pattern.startswith(opening, start):
                raise self._unsupported(what, start, opening)
        if pattern.startswith("(?#", start):
            self._at = pattern.index(")", start) + 1
            return None
        if pattern.startswith("(?P<", start):
            self._at = pattern.index(">", start) + 1
        elif pattern.startswith("(?", start):
            end = re.compile("[:)]").search(pattern, start)
            assert end is not None  # `re` has read the group already
            self._at = end.end()
            if end[0] == ")":
                return None
            flags = changed(flags, pattern[start + 2 : end.start()])
        else:
            self._at += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooComplex(f"groups are nested more than {MAX_DEPTH} deep", MAX_DEPTH)
        part = self._alternatives(flags)
        self._depth -= 1
        self._at += 1
        return part

    def _item(self, flags: int) -> _Part:
        """One character, class, category or anchor."""
        start = self._at
        this = self._pattern[start]
        if this == "^":
            self._at += 1
            return EMPTY_WORD, start, None
        if this == "$":
            self._at += 1
            return EMPTY_WORD, None, start
        if this == ".":
            self._at += 1
            return character(ANY_CHARACTER if flags & DOTALL else _NOT_NEWLINE), None, None
        if this == "[":
            characters = self._class(flags)
            if flags & IGNORECASE:
                token = self._pattern[start : self._at]
                characters = ignoring_case(token, characters, bool(flags & ASCII))
            return character(characters), None, None
        if this == "\\":
            follows = self._pattern[start + 1]
            if follows in "AZz":
                self._at += 2
                return EMPTY_WORD, *((start, None) if follows == "A" else (None, start))
            if follows in "bB":
                raise self._unsupported("a word boundary", start, f"\\{follows}")
        read = self._character(in_class=False)
        if isinstance(read, str):
            return character(category(read, bool(flags & ASCII))), None, None
        characters = CharSet([(read, read)])
        if flags & IGNORECASE and characters:
            characters = ignoring_case(re.escape(chr(read)), characters, bool(flags & ASCII))
        return character(characters), None, None

    def _class(self, flags: int) -> CharSet:
        """A class in brackets, before case is ignored."""
        self._at += 1
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        sets: list[CharSet] = []
        # A bracket that closes nothing yet is a character of the class.
        while not sets or self._pattern[self._at] != "]":
            low = self._character(in_class=True)
            if isinstance(low, str):
                sets.append(category(low, bool(flags & ASCII)))
                continue
            high: int | str = low
            if self._pattern[self._at] == "-" and self._pattern[self._at + 1] != "]":
                self._at += 1
                high = self._character(in_class=True)
            assert isinstance(high, int)  # `re` has refused a category as an end of a range
            sets.append(CharSet([(low, high)]))
        self._at += 1
        found = CharSet().union(*sets)
        return found.complement() if negated else found

    def _inner_anchor(self, offset: int) -> Unsupported:
        construct = self._pattern[offset : offset + (2 if self._pattern[offset] == "\\" else 1)]
        message = f"the anchor `{construct}` is supported only where a match begins or ends"
        return Unsupported(message, self._pattern, offset, construct)
