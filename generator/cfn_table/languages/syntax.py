"""Regular expressions in Python's syntax, read into automata.

`re` judges first whether a pattern is valid, so what is read here is known to be well formed; this reader adds what
`re` does not tell: where in the pattern a construct stands that is not regular, or not supported.
"""

from __future__ import annotations

import re
import unicodedata

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

MAX_DEPTH = 50
"""How deeply groups may be nested."""
MAX_LENGTH = 2 * MAX_POSITIONS
"""How many characters a pattern may have."""

# An automaton, the offset of an anchor in it that must have no character before it, and of one that must have none
# after it.
_Part = tuple[Automaton, int | None, int | None]

_WHITE_SPACE = " \t\n\r\v\f"
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
# Plain integers: arithmetic with the flags of `re` themselves is slow.
_IGNORECASE, _MULTILINE, _DOTALL, _VERBOSE, _ASCII = map(
    int, (re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE, re.ASCII)
)
_FLAGS = {"i": _IGNORECASE, "m": _MULTILINE, "s": _DOTALL, "x": _VERBOSE, "a": _ASCII}
_COUNTS = re.compile(r"\{(?:(\d+)|(?=,))(?:(,)(\d*))?\}", re.ASCII)
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


class _Reader:
    """Reads one valid pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
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
            if flags & _VERBOSE and this in _WHITE_SPACE:
                self._at += 1
            elif flags & _VERBOSE and this == "#":
                end = pattern.find("\n", self._at)
                self._at = end + 1 if end >= 0 else len(pattern)
            elif counts := self._quantifier():
                parts[-1] = self._repeated(parts[-1], *counts)
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

    def _quantifier(self) -> tuple[int, int | None] | None:
        """The quantifier that begins here, if one does: how often at least and at most."""
        start = self._at
        this = self._pattern[start]
        counts: tuple[int, int | None]
        if this in "*+?":
            counts = (1 if this == "+" else 0, 1 if this == "?" else None)
            self._at += 1
        elif this == "{" and (match := _COUNTS.match(self._pattern, start)):
            low, comma, high = match.groups()
            minimum = int(low or 0)
            counts = (minimum, minimum if not comma else int(high) if high else None)
            self._at = match.end()
        else:
            return None
        if self._pattern.startswith("+", self._at):
            construct = self._pattern[start : self._at + 1]
            raise self._unsupported("a possessive quantifier", start, construct)
        if self._pattern.startswith("?", self._at):
            # Greedy and lazy differ in what they capture, never in what they match as a whole.
            self._at += 1
        return counts

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
            flags = _changed(flags, pattern[start + 2 : end.start()])
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
            return character(ANY_CHARACTER if flags & _DOTALL else _NOT_NEWLINE), None, None
        if this == "[":
            characters = self._class(flags)
            if flags & _IGNORECASE:
                token = self._pattern[start : self._at]
                characters = ignoring_case(token, characters, bool(flags & _ASCII))
            return character(characters), None, None
        if this == "\\":
            follows = self._pattern[start + 1]
            if follows in "AZz":
                self._at += 2
                return EMPTY_WORD, *((start, None) if follows == "A" else (None, start))
            if follows in "bB":
                raise self._unsupported("a word boundary", start, f"\\{follows}")
        read = self._character(flags, in_class=False)
        if isinstance(read, CharSet):
            return character(read), None, None
        characters = CharSet([(read, read)])
        if flags & _IGNORECASE and characters:
            characters = ignoring_case(re.escape(chr(read)), characters, bool(flags & _ASCII))
        return character(characters), None, None

    def _class(self, flags: int) -> CharSet:
        """A class in brackets, before case is ignored."""
        self._at += 1
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        sets: list[CharSet] = []
        # A bracket that closes nothing yet is a character of the class.
        while not sets or self._pattern[self._at] != "]":
            low = self._character(flags, in_class=True)
            if isinstance(low, CharSet):
                sets.append(low)
                continue
            high: int | CharSet = low
            if self._pattern[self._at] == "-" and self._pattern[self._at + 1] != "]":
                self._at += 1
                high = self._character(flags, in_class=True)
            assert isinstance(high, int)  # `re` has refused a category as an end of a range
            sets.append(CharSet([(low, high)]))
        self._at += 1
        found = CharSet().union(*sets)
        return found.complement() if negated else found

    def _character(self, flags: int, *, in_class: bool) -> int | CharSet:
        """The code point that is written here, plainly or as an escape; or the set of a category."""
        pattern, start = self._pattern, self._at
        if pattern[start] != "\\":
            self._at += 1
            return ord(pattern[start])
        follows = pattern[start + 1]
        self._at += 2
        if follows in "dDsSwW":
            return category(follows, bool(flags & _ASCII))
        if follows in _HEX_DIGITS:
            digits = pattern[self._at : self._at + _HEX_DIGITS[follows]]
            self._at += len(digits)
            return int(digits, 16)
        if follows == "N":
            end = pattern.index("}", start)
            self._at = end + 1
            return ord(unicodedata.lookup(pattern[start + 3 : end]))
        if follows in "0123456789":
            return self._octal(in_class)
        if follows == "b":
            return ord("\b")
        return ord(_CONTROLS.get(follows, follows))

    def _octal(self, in_class: bool) -> int:
        """The code point of an octal escape, whose first digit has been read."""
        start = self._at - 2
        octal = re.compile(r"0[0-7]{0,2}|[0-7]{3}" if not in_class else "[0-7]{1,3}")
        match = octal.match(self._pattern, start + 1)
        if match is None:
            construct = re.compile(r"\\[0-9]{1,2}").match(self._pattern, start)
            raise self._unsupported("a back-reference", start, construct[0] if construct else "\\")
        self._at = match.end()
        return int(match[0], 8)

    def _unsupported(self, what: str, offset: int, construct: str) -> Unsupported:
        return Unsupported(f"{what} `{construct}` is not supported", self._pattern, offset, construct)

    def _inner_anchor(self, offset: int) -> Unsupported:
        construct = self._pattern[offset : offset + (2 if self._pattern[offset] == "\\" else 1)]
        message = f"the anchor `{construct}` is supported only where a match begins or ends"
        return Unsupported(message, self._pattern, offset, construct)


def _changed(flags: int, letters: str) -> int:
    """Flags after the inline flags of a group, such as `i`, `a-s`, or nothing."""
    added, _, removed = letters.partition("-")
    for letter in added:
        flags = flags & ~_ASCII if letter == "u" else flags | _FLAGS[letter]
    for letter in removed:
        flags &= ~_FLAGS[letter]
    return flags
