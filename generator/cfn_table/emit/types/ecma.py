r"""Python's regular expressions as ECMAScript's.

Both languages write `[a-z]+` alike and mean other things by `\d`, `$`, `.` and a few more. What is printed here means
in ECMAScript, under the flag `u`, what the given pattern means in Python, and is the given pattern wherever that is
possible.

Two differences are left. `\d`, `\w`, `\s` and cases follow the tables of Unicode, and a character that came with a
newer version of them is known to one engine sooner than to the other. `\B` matches an empty text, as in Python from
3.14 on; older versions do not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from cfn_table.languages import CharSet, InvalidPattern, Unsupported
from cfn_table.languages.matching import compile_quietly, ignoring_case
from cfn_table.languages.scan import ASCII, DOTALL, IGNORECASE, MULTILINE, Quantifier, Scanner, changed

MAX_DEPTH: Final = 150
"""How deeply groups may be nested."""

# What the categories hold, as it stands in a class. ECMAScript's own `\s` has U+FEFF and lacks U+001C to U+001F and
# U+0085; its `\d` and `\w` are ASCII.
_UNICODE: Final = {
    "d": r"\p{Nd}",
    "w": r"\p{L}\p{N}_",
    "s": r"\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}
_ASCII_ONLY: Final = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t-\r "}

_ANYTHING: Final = r"[\s\S]"
_NOTHING: Final = r"[^\s\S]"

# INVARIANT: nothing that is printed holds these characters themselves. They stand for a `^` with nothing before it, and
# for a `$` and a `\Z` with nothing behind them, until it is known whether it stays so.
_START: Final = "\1"
_END: Final = "\0"
_VERY_END: Final = "\2"
_END_OR_LAST_NEWLINE: Final = r"(?=\n?$)"

_CONTROLS: Final = {"\t": r"\t", "\n": r"\n", "\v": r"\v", "\f": r"\f", "\r": r"\r"}
UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""A character that nobody sees in a file, or that a tool changes: a control, a format, a separator, a surrogate."""
_SURROGATES: Final = range(0xD800, 0xE000)
_LOW_SURROGATES: Final = range(0xDC00, 0xE000)

# What is printed, in pieces: escapes and classes, and what groups, looks around or anchors.
_TOKENS: Final = re.compile(r"\\.|\[(?:\\.|[^\\\]])*\]|\((?:\?(?::|<?[=!]))?|[|)^$]", re.DOTALL)
_LOOKING: Final = ("(?=", "(?!", "(?<=", "(?<!")
_REFUSED: Final = {"(?>": "an atomic group", "(?(": "a conditional group", "(?P=": "a back-reference"}


def to_ecma(pattern: str) -> str:
    r"""A regular expression of ECMAScript that matches the texts which `re.fullmatch(pattern, …)` matches.

    It has no groups that capture; put it in `^(?:` and `)$`, or in a group of a larger pattern, under the flag `u`. A
    `/` is not escaped. Inside a larger pattern it means what `pattern` means inside the same one, but for a `$` at its
    end, which does not match before a line feed.

    Raises:
        InvalidPattern: `re` refuses the pattern.
        Unsupported: a back-reference, an atomic or conditional group, a possessive quantifier behind more than one
            character, or too many nested groups. Both are a ValueError.
    """
    return _read(pattern).replace(_START, "^").replace(_END, "$").replace(_VERY_END, "$")


def ecma_whole(pattern: str) -> str:
    """The same with its own `^` and `$`, for who looks for a match anywhere, as JSON Schema does.

    Raises:
        InvalidPattern, Unsupported: as `to_ecma`.
    """
    return f"^{grouped(_unanchored(pattern))}$"


def ecma_part(pattern: str, *, last: bool) -> str:
    """The same for a part of a larger text, such as a value in a key: `pattern` is about the part alone.

    Args:
        pattern: a regular expression of Python.
        last: whether the larger text ends with the part.

    Raises:
        InvalidPattern: as `to_ecma`.
        Unsupported: as `to_ecma`, and for what would look at the text around the part.
    """
    printed = _unanchored(pattern)
    for match in _TOKENS.finditer(printed):
        if match[0].startswith("(?<") or match[0] == "^" or (not last and match[0] in ("(?=", "(?!", "$")):
            raise Unsupported("a part of a text cannot look around", pattern, 0, pattern)
    return grouped(printed)


def grouped(printed: str) -> str:
    """What `to_ecma` gave, as a part of a larger pattern: in a group where it has alternatives."""
    depth = 0
    for match in _TOKENS.finditer(printed):
        depth += match[0].startswith("(") - (match[0] == ")")
        if match[0] == "|" and not depth:
            return f"(?:{printed})"
    return printed


def _unanchored(pattern: str) -> str:
    """Without anchors where a match begins and ends anyway."""
    return _read(pattern).replace(_START, "").replace(_END, "").replace(_VERY_END, "")


@lru_cache(maxsize=1024)
def _read(pattern: str) -> str:
    try:
        flags = compile_quietly(pattern).flags
    except re.error as error:
        raise InvalidPattern(error.msg, pattern, error.pos or 0) from None
    except (OverflowError, RecursionError) as error:
        raise Unsupported("the pattern is nested too deeply or repeats too often", pattern, 0, pattern) from error
    return _Printer(pattern).alternatives(flags)


class _Term(NamedTuple):
    """One item of a sequence, as it is printed.

    Attributes:
        text: the item.
        character: whether it reads exactly one character, always.
        looks: whether it is a look-around, behind which ECMAScript allows no quantifier.
    """

    text: str
    character: bool = False
    looks: bool = False


class _Member(NamedTuple):
    """A member of a class: a range of code points, and whether the pattern escapes one of them."""

    first: int
    last: int
    escaped: bool = False


class _Printer(Scanner):
    """Reads one valid pattern from left to right and prints it for ECMAScript."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self._depth = 0

    def alternatives(self, flags: int) -> str:
        """Sequences divided by `|`, up to the end of the group or pattern."""
        branches = [self._sequence(flags)]
        while self._pattern.startswith("|", self._at):
            self._at += 1
            branches.append(self._sequence(flags))
        return "|".join(branches)

    def _sequence(self, flags: int) -> str:
        terms: list[_Term] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            start = self._at
            if self._skipped(flags):
                continue
            if quantifier := self._quantifier():
                terms[-1] = self._repeated(terms[-1], quantifier, start)
            elif self._pattern[start] == "(":
                if (group := self._group(flags)) is not None:
                    terms.append(group)
            else:
                terms.append(self._item(flags))
        texts = [term.text for term in terms]
        last = len(texts) - 1
        return "".join(_closed(text, start=place > 0, end=place < last) for place, text in enumerate(texts))

    def _repeated(self, term: _Term, quantifier: Quantifier, start: int) -> _Term:
        text = _closed(f"(?:{term.text})" if term.looks else term.text)
        minimum, maximum, mode = quantifier
        if mode != "+":
            return _Term(text + _counts(minimum, maximum) + mode)
        if minimum == maximum:
            return _Term(text + _counts(minimum, maximum))
        if not term.character:
            raise self._unsupported(
                "a possessive quantifier behind more than a character", start, self._pattern[start : self._at]
            )
        # As many as there are: none follows, unless no more are allowed.
        if maximum is None:
            return _Term(f"(?:{text}{_counts(minimum, None)}(?!{text}))")
        fewer = text + _counts(minimum, maximum - 1) if maximum > 1 else ""
        return _Term(f"(?:{text}{_counts(maximum, maximum) if maximum > 1 else ''}|{fewer}(?!{text}))")

    def _group(self, flags: int) -> _Term | None:
        """A group; None for a comment or global flags, which stand for nothing."""
        start, pattern = self._at, self._pattern
        for opening, what in _REFUSED.items():
            if pattern.startswith(opening, start):
                raise self._unsupported(what, start, opening)
        if pattern.startswith("(?#", start):
            self._at = pattern.index(")", start) + 1
            return None
        opening = next((each for each in _LOOKING if pattern.startswith(each, start)), "")
        if opening:
            self._at += len(opening)
        elif pattern.startswith("(?P<", start):
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
            raise Unsupported(f"groups are nested more than {MAX_DEPTH} deep", pattern, start, "(")
        inner = self.alternatives(flags)
        self._depth -= 1
        self._at += 1
        if opening:
            return _Term(f"{opening}{_closed(inner)})", looks=True)
        return _Term(f"(?:{inner})")

    def _item(self, flags: int) -> _Term:
        """One character, class, category or anchor."""
        this = self._pattern[self._at]
        if this == "^":
            self._at += 1
            return _Term(r"(?<![^\n])" if flags & MULTILINE else _START)
        if this == "$":
            self._at += 1
            return _Term(r"(?![^\n])" if flags & MULTILINE else _END)
        if this == ".":
            self._at += 1
            return _Term(_ANYTHING if flags & DOTALL else r"[^\n]", character=True)
        if this == "[":
            return _Term(self._class(flags), character=True)
        if this == "\\" and self._pattern[self._at + 1] in "AZzbB":
            self._at += 2
            return _Term(_anchor(self._pattern[self._at - 1], bool(flags & ASCII)))
        read = self._character(in_class=False)
        if isinstance(read, str):
            if read in "dD" and not flags & ASCII:
                return _Term(rf"\{'p' if read == 'd' else 'P'}{{Nd}}", character=True)
            return _Term(_class_text(False, [], [read], bool(flags & ASCII)), character=True)
        members = _cased(_Member(read, read, this == "\\"), flags)
        if len(members) > 1 or read in _SURROGATES:
            # In a class of its own, a half of a pair never becomes one with its neighbour.
            return _Term(_class_text(False, members, [], False), character=True)
        return _Term(_printed(read, members[0].escaped, r"\^$.*+?()[]{}|"), character=True)

    def _class(self, flags: int) -> str:
        self._at += 1
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        members: list[_Member] = []
        categories: list[str] = []
        # A bracket that closes nothing yet is a character of the class.
        while not (members or categories) or self._pattern[self._at] != "]":
            start = self._at
            low = self._character(in_class=True)
            if isinstance(low, str):
                categories.append(low)
                continue
            high: int | str = low
            if self._pattern[self._at] == "-" and self._pattern[self._at + 1] != "]":
                self._at += 1
                high = self._character(in_class=True)
            assert isinstance(high, int)  # `re` has refused a category as an end of a range
            members += _cased(_Member(low, high, "\\" in self._pattern[start : self._at]), flags)
        self._at += 1
        return _class_text(negated, members, list(dict.fromkeys(categories)), bool(flags & ASCII))


def _closed(text: str, *, start: bool = True, end: bool = True) -> str:
    """`text` where something may stand before it (`start`) or behind it (`end`)."""
    text = text.replace(_START, "^") if start else text
    return text.replace(_END, _END_OR_LAST_NEWLINE).replace(_VERY_END, "$") if end else text


def _counts(minimum: int, maximum: int | None) -> str:
    """A quantifier as ECMAScript has them."""
    if maximum is None:
        return ("*", "+")[minimum] if minimum < 2 else f"{{{minimum},}}"
    if (minimum, maximum) == (0, 1):
        return "?"
    return f"{{{minimum}}}" if minimum == maximum else f"{{{minimum},{maximum}}}"


def _anchor(letter: str, ascii_only: bool) -> str:
    """An escape that reads no character."""
    if letter in "AZz":
        return _START if letter == "A" else _VERY_END
    word = f"[{(_ASCII_ONLY if ascii_only else _UNICODE)['w']}]"
    if letter == "b":
        return f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
    return f"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))"


def _cased(member: _Member, flags: int) -> list[_Member]:
    """The member, and what it matches besides where case is ignored."""
    if not flags & IGNORECASE:
        return [member]
    plain = CharSet([(member.first, member.last)])
    one = re.escape(chr(member.first))
    token = one if member.first == member.last else f"[{one}-{re.escape(chr(member.last))}]"
    found = ignoring_case(token, plain, bool(flags & ASCII))
    if not plain or found == plain:
        return [member]
    return [_Member(first, last, last > 0x7F) for first, last in found.ranges]


def _class_text(negated: bool, members: list[_Member], categories: list[str], ascii_only: bool) -> str:
    r"""A class; a category of what is *not* a digit, letter or space has no form inside one, but for `\P{Nd}`."""
    held = _ASCII_ONLY if ascii_only else _UNICODE
    if any(each.lower() in categories and each.upper() in categories for each in categories):
        return _NOTHING if negated else _ANYTHING
    inside = "".join(held[each] for each in categories if each.islower())
    outside = [held[each.lower()] for each in categories if each.isupper()]
    if not ascii_only and "D" in categories:
        outside.remove(held["d"])
        inside += r"\P{Nd}"
    inside = _members(members, bool(inside), negated) + inside
    if not outside:
        return f"[{'^' * negated}{inside}]"
    if not negated:
        parts = [*([f"[{inside}]"] if inside else []), *(f"[^{each}]" for each in outside)]
        return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
    tests = [*([f"(?![{inside}])"] if inside else []), *(f"(?=[{each}])" for each in outside[:-1])]
    return f"(?:{''.join(tests)}[{outside[-1]}])" if tests else f"[{outside[-1]}]"


def _members(members: list[_Member], more_follow: bool, negated: bool) -> str:
    """Characters and ranges as they stand in a class."""
    # A half of a pair that stands behind another half would become one character with it.
    ordered = sorted(members, key=lambda member: member.first not in _LOW_SURROGATES)
    texts = []
    for place, (first, last, escaped) in enumerate(ordered):
        special = "\\[]"
        if not place and not negated:
            special += "^"
        at_an_end = not place or (place == len(ordered) - 1 and not more_follow)
        if first != last or not at_an_end:
            special += "-"
        text = _printed(first, escaped, special)
        if last > first:
            text += ("-" if last > first + 1 else "") + _printed(last, escaped, special)
        texts.append(text)
    return "".join(texts)


def _printed(code: int, escaped: bool, special: str) -> str:
    """One character, escaped where it must be, or where it is not ASCII and the pattern escapes it too."""
    character = chr(code)
    if character in special:
        return "\\" + character
    if character in _CONTROLS:
        return _CONTROLS[character]
    if not UNSEEN.match(character) and (code < 0x80 or not escaped):
        return character
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\u{{{code:x}}}"
