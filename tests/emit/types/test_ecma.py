r"""A pattern of the design language means in ECMAScript what it means in Python, and reads alike where it can.

`re.fullmatch` and Node.js judge the same texts.
"""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest

from cfn_table.design.keys import _BOUNDED, Domain
from cfn_table.emit.types.ecma import MAX_DEPTH, ecma_part, ecma_whole, to_ecma
from cfn_table.languages import InvalidPattern, Unsupported
from tests.emit.types.node import Matcher, python_matches

# Characters that constructs tell apart: cases, digits, spaces, marks, format characters, halves of pairs.
_PROBES = "aAbBzZ019_ -^]#./\n\r\t\v\x07\x08\x00\x1c\x1f\x7f\x85\xa0éÉßẞſKkİıIiµμΜσς٣²Ⅳ\u0301\u2028\ufeff\u3000字😀𝟘"
_SURROGATES = "\ud83d\ude00"
_TEXTS = [
    *["", *_PROBES, *_SURROGATES, *(one + other for one in _PROBES for other in "aA1\n _")],
    *["a\ud83d", "abab", "aaa", "aa\n", "aab", "a a", "a-b", "xyz", "aXbX", "a\n\n", "é😀", "{2}", "a{", "ab-ab"],
]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[a-z]+", "[a-z]+"),
        ("[^#]+", "[^#]+"),
        (Domain().expression(), "[^#]+"),
        (Domain(delimiter="").expression(), r"[\s\S]+"),
        (Domain(delimiter="##").expression(), r"(?:(?!##)[\s\S])+"),
        (Domain(delimiter="^").expression(), "[^^]+"),
        (Domain(delimiter="/").expression(), "[^/]+"),
        (Domain(values=("free", "pro-1", "a|b")).expression(), r"free|pro-1|a\|b"),
        *((pattern, pattern) for pattern in _BOUNDED.values()),
        ("[A-Za-z0-9_-]{1,64}", "[A-Za-z0-9_-]{1,64}"),
        ("user|usage", "user|usage"),
        (r"^[a-z]+$", r"^[a-z]+$"),
        (r"\A[a-z]+\Z", r"^[a-z]+$"),
        (r"^a$|^b$", r"^a$|^b$"),
        (r"(a|b$)", r"(?:a|b$)"),
        (r"(a|b$)c?", r"(?:a|b(?=\n?$))c?"),
        (".+", r"[^\n]+"),
        (r"(?s:.)", r"(?:[\s\S])"),
        (r"\d{3}", r"\p{Nd}{3}"),
        (r"[\w.-]+@\w+", r"[.\-\p{L}\p{N}_]+@[\p{L}\p{N}_]+"),
        (r"[^\W_]", r"(?:(?![_])[\p{L}\p{N}_])"),
        (r"\-\#\/\ ", "-#/ "),
        (r"\.\*\[\]\{\}", r"\.\*\[\]\{\}"),
        (r"a{,2}b{,}c{2,}?", r"a{0,2}b*c{2,}?"),
        (r"x{", r"x\{"),
        (r"\x41\u00e9\U0001f600", r"A\xe9\u{1f600}"),
        ("é😀", "é😀"),
        (r"[a-e\N{DIGIT ONE}]", "[a-e1]"),
        ("(?:a(?#why)b)", "(?:ab)"),
        ("(?x: a b [ ] )", "(?:ab[ ])"),
        ("(?i:k9)", r"(?:[Kk\u212a]9)"),
        ("[0-9]++", "(?:[0-9]+(?![0-9]))"),
        ("a?+", "(?:a|(?!a))"),
        ("a{1,3}+", "(?:a{3}|a{1,2}(?!a))"),
        ("(?=a)*", "(?:(?=a))*"),
        ("[\\s\\S]", r"[\s\S]"),
        (r"[^\d\D]", r"[^\s\S]"),
        (r"[\]\\^a]", r"[\]\\^a]"),
        (r"[\^a-]", r"[\^a-]"),
        (r"[a\-z]", r"[a\-z]"),
        ("\u2028\t\n", r"\u2028\t\n"),
    ],
)
def test_a_pattern_reads_as_it_did_where_it_can(pattern: str, expected: str) -> None:
    """Only what ECMAScript reads otherwise is written otherwise."""
    assert expected == to_ecma(pattern)


_HAND_PICKED = r"""
abc|b
a||b
()
(a)(b)?
(?:ab)*
a(?#comment)*
[ab-]
[]a]
[^]a]
[^\n]
[\]\-^]
[\^-a]
[+--]
[,-\-]
[a\-z]
[-a]
[^-a]
[^^]
[\d\s]
[\d-]
[\w-]
[\D]
[^\D]
[\s\W]
[\S\n]
[^\S\n]
[^\S\Wa]
[^\S\W]
[^\W_]
[\W\d]
[\w\W]
[^\s\S]
[\x61-\x7a\u00e9]
[\101\0]
[\b]
.
.*
(?s).
(?s:.)*
(?-s:.)
\d\D?
\s
\S
\w
\W
(?a)\w
(?a:\d)\d
(?a:[^\W])
(?a:[\D\S])
(?a:\s|\S\W)
(?u:\w)
(?i)k
(?i)[a-z]
(?i)[^a-z]
(?i)[^\wé]
(?i)[\Wk]
(?i)ss?
(?i)ß
(?i)ẞ
(?i)i
(?i)İ
(?i)µ
(?i)σ
(?ai)k
(?ai)[i-k]
(?ai)É
(?i:a)a
(?i:a(?-i:b)|B)
(?i)[+-\]]
(?x) a b # comment
(?x: a | b ) a
(?x)[ #]a
(?x)a *
(?m)^a$
(?m)^a$\n
(?m:^)a
(?m)a\n^b
^a
a^
a$
a$\n
a$\n?
(?:a|b$)\n?
^a$|\Ab\Z
(^|b)
(a$)?
(?:a$)*\n?
$
$^
\b
\B
\ba\b.*
a\B.
.\b.
.\B.
(?a:.\b.)
(?a:.\B.)
a(?=b)b
(?=a)..
(?!a).
(?=a)*.
(?!a)?.
.(?<=a)
.(?<!a).
.(?<=[^\W_]).
(?=a$).
(?=a$)a\n
(?<=^a)b|a(?<=^a).*
a*+
a*+a
a++b
a?+a
.?+.
a{0,2}+a
a{1,2}+a
a{2}+b
a{2,}+
[ab]*+b
\d*+1
a{
a{}
a{x}
a{1
{a}
x{,2
\{2\}
a*?
a+?b
a??
a{,2}
a{1,2}?
a{,}
a{0}
(a?){2}
(a*)*
(a|a)*b
(?:(?:a?)+b?)*
\.\*\\\[\-
\a|\t|\r|\f|\v
\0|\07|\061|\141
\0001
\u0061\U00000062
[\ud83d]
[\ud83d\ude00]
[\ude00\ud83d]
[a-\ud83d\ude00]
[\ud800-\udfff]
\ud83d
\ud83d|a
[^\ud83d]
\N{LATIN SMALL LETTER A}
[\U0001f600-\U0001f64f😀]
\#\ \é
/
""".strip("\n").split("\n")


@pytest.mark.parametrize("pattern", [*_HAND_PICKED, "(?x) a # comment\n b", "a\\\n", "[\n]", "\n", " \u2028", "[\0]"])
def test_a_pattern_matches_the_same_texts(node: Matcher, pattern: str) -> None:
    """Every probe is judged as `re.fullmatch` judges it."""
    texts = [text for text in _TEXTS if text or r"\B" not in pattern]
    expected = python_matches(pattern, texts)
    assert expected == node.full_matches(to_ecma(pattern), texts)
    assert expected == node.searches(ecma_whole(pattern), texts)


@pytest.mark.parametrize("pattern", _HAND_PICKED)
def test_a_pattern_means_the_same_inside_of_a_larger_one(node: Matcher, pattern: str) -> None:
    """As in a key, between other texts; a `$` before a line feed is the one exception, and stands in no key."""
    texts = [text for text in ["x" + text + "y" for text in _TEXTS] + _TEXTS if text or r"\B" not in pattern]
    flags = re.match(r"\(\?[aismux]+\)", pattern)
    inner = pattern if flags is None else f"(?{flags[0][2:-1]}:{pattern[flags.end() :]}\n)"
    inner = inner if flags is None or "x" in flags[0] else inner.replace("\n)", ")")
    expected = python_matches(f"x?(?:{inner})y?", texts)
    assert expected == node.full_matches(f"x?(?:{to_ecma(pattern)})y?", texts)


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("pattern", _HAND_PICKED)
def test_a_part_is_judged_by_itself(node: Matcher, pattern: str, last: bool) -> None:
    """A value in a key: whatever stands around it, its own anchors mean its own ends."""
    try:
        part = ecma_part(pattern, last=last)
    except Unsupported:
        assert re.search(r"\(\?<?[=!]|\\[bBAZ]|[+?*}]\+|\$|\^|\(\?m", pattern)
        return
    # No text holds these, so that a value ends where it seems to.
    before, behind = "\ue000", "" if last else "\ue001"
    keys = [f"{before}{text}{behind}" for text in _TEXTS if text]
    expected = [f"{before}{text}{behind}" for text in python_matches(pattern, _TEXTS) if text]
    assert expected == [key for key in node.searches(f"^{before}{part}{behind}$", keys) if "\ue001" not in key[:-1]]


@pytest.mark.parametrize(
    ("pattern", "whole", "part"),
    [
        ("[a-z]+", "^[a-z]+$", "[a-z]+"),
        ("^[a-z]+$", "^[a-z]+$", "[a-z]+"),
        (r"\A[a-z]+\Z", "^[a-z]+$", "[a-z]+"),
        (r"^a|b$", "^(?:a|b)$", "(?:a|b)"),
        (r"a\|b|[|]\$", r"^(?:a\|b|[|]\$)$", r"(?:a\|b|[|]\$)"),
        (r"(a|b)\$", r"^(?:a|b)\$$", r"(?:a|b)\$"),
        (r"\^a[\]|$^]", r"^\^a[\]|$^]$", r"\^a[\]|$^]"),
    ],
)
def test_anchors_at_the_ends_are_not_said_twice(pattern: str, whole: str, part: str) -> None:
    """Designs often have them, and they say nothing about a whole value."""
    assert whole == ecma_whole(pattern)
    assert part == ecma_part(pattern, last=False)


@pytest.mark.parametrize("pattern", ["(?<=a)b", r"a\b", "a^b", "(?m:^)a", "(?!^a)b"])
def test_a_part_that_looks_before_itself_is_refused(pattern: str) -> None:
    """What stands there is another part."""
    with pytest.raises(Unsupported, match="cannot look around"):
        ecma_part(pattern, last=True)


@pytest.mark.parametrize("pattern", ["(?=a).", "(?!a$).+", "(?m:a$)", "(a$)+b?", r"(a\Z)+b?"])
def test_a_part_that_looks_behind_itself_must_be_the_last(pattern: str) -> None:
    """Behind the last part is the end, for the part and for the whole."""
    assert to_ecma(pattern) == ecma_part(pattern, last=True)
    with pytest.raises(Unsupported, match="cannot look around"):
        ecma_part(pattern, last=False)


@pytest.mark.parametrize(
    "pattern", [r"\d", r"\D", r"\s", r"\S", r"\w", r"\W", "(?a)[\\W\\d]", ".", "(?i)[a-zß]", "(?i)[^k\u0390]"]
)
def test_a_class_holds_the_same_characters_of_all_of_unicode(node: Matcher, pattern: str) -> None:
    """Not a sample: every character that this Python's tables know."""
    known = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) not in ("Cn", "Cs")]
    assert python_matches(pattern, known) == node.full_matches(to_ecma(pattern), known)


@pytest.mark.parametrize(
    ("pattern", "offset", "message"),
    [
        ("(?>a|b)c", 0, "an atomic group `(?>` is not supported"),
        ("(a)?(?(1)b|c)", 4, "a conditional group `(?(` is not supported"),
        ("(?P<x>a)b(?P=x)", 9, "a back-reference `(?P=` is not supported"),
        (r"(a)\1", 3, r"a back-reference `\1` is not supported"),
        ("(?:ab)*+c", 6, "a possessive quantifier behind more than a character `*+` is not supported"),
        (r"\b(?:a){1,2}+", 7, "a possessive quantifier behind more than a character `{1,2}+` is not supported"),
        (
            "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
            MAX_DEPTH,
            f"groups are nested more than {MAX_DEPTH} deep",
        ),
    ],
)
def test_what_has_no_translation_is_refused_with_its_place(pattern: str, offset: int, message: str) -> None:
    """The message names the construct."""
    with pytest.raises(Unsupported) as refused:
        to_ecma(pattern)
    assert (message, offset) == (refused.value.message, refused.value.offset)
    assert isinstance(refused.value, ValueError)


def test_what_python_refuses_is_refused() -> None:
    """With the message of `re`."""
    with pytest.raises(InvalidPattern, match="unterminated character set"):
        to_ecma("[a")
