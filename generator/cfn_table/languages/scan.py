"""What every reader of Python's regular expressions needs: characters, escapes, quantifiers and flags at a place.

`re` judges first whether a pattern is valid, so what is read here is known to be well formed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from cfn_table.languages.errors import Unsupported

WHITE_SPACE: Final = " \t\n\r\v\f"
"""What the flag `x` leaves out."""

# Plain integers: arithmetic with the flags of `re` themselves is slow.
IGNORECASE, MULTILINE, DOTALL, VERBOSE, ASCII = map(int, (re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE, re.ASCII))

_FLAGS = {"i": IGNORECASE, "m": MULTILINE, "s": DOTALL, "x": VERBOSE, "a": ASCII}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_COUNTS = re.compile(r"\{(?:(\d+)|(?=,))(?:(,)(\d*))?\}", re.ASCII)


class Quantifier(NamedTuple):
    """How often an item is repeated; `mode` is empty (greedy), `?` (lazy) or `+` (possessive)."""

    minimum: int
    maximum: int | None
    mode: str


class Scanner:
    """A valid pattern and a place in it, which every method moves on."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def _skipped(self, flags: int) -> bool:
        """Whether a space or a comment that the flag `x` leaves out began here; it has been read."""
        if not flags & VERBOSE:
            return False
        this = self._pattern[self._at]
        if this == "#":
            end = self._pattern.find("\n", self._at)
            self._at = end + 1 if end >= 0 else len(self._pattern)
        elif this in WHITE_SPACE:
            self._at += 1
        else:
            return False
        return True

    def _quantifier(self) -> Quantifier | None:
        """The quantifier that begins here, if one does."""
        this = self._pattern[self._at]
        if this in "*+?":
            minimum, maximum = (1 if this == "+" else 0, 1 if this == "?" else None)
            self._at += 1
        elif this == "{" and (match := _COUNTS.match(self._pattern, self._at)):
            low, comma, high = match.groups()
            minimum = int(low or 0)
            maximum = minimum if not comma else int(high) if high else None
            self._at = match.end()
        else:
            return None
        mode = self._pattern[self._at : self._at + 1]
        if mode not in ("?", "+"):
            return Quantifier(minimum, maximum, "")
        self._at += 1
        return Quantifier(minimum, maximum, mode)

    def _character(self, in_class: bool) -> int | str:
        r"""The code point that is written here, plainly or as an escape; or the letter of a category such as `\d`."""
        pattern, start = self._pattern, self._at
        if pattern[start] != "\\":
            self._at += 1
            return ord(pattern[start])
        follows = pattern[start + 1]
        self._at += 2
        if follows in "dDsSwW":
            return follows
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


def changed(flags: int, letters: str) -> int:
    """Flags after the inline flags of a group, such as `i`, `a-s`, or nothing."""
    added, _, removed = letters.partition("-")
    for letter in added:
        flags = flags & ~ASCII if letter == "u" else flags | _FLAGS[letter]
    for letter in removed:
        flags &= ~_FLAGS[letter]
    return flags
