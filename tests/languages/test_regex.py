"""Regular expressions mean what Python's `re` says, or are refused with the place of what is not understood."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.languages import CharSet, InvalidPattern, Language, PatternError, Unsupported, characters, regex

# Characters that constructs tell apart: cases, digits, spaces, and letters with odd case mappings.
_PROBES = "aAbBzZ019_ -^]#.\n\r\t\x07\x08\x00éÉßẞſKkİıIiµμΜ٣\u2028\xa0字😀"
_TEXTS = ["", *_PROBES, *(one + other for one in _PROBES for other in "aA1\n -"), "abab", "aaa", "ab\n", "xyz", "aXbX"]

_SUPPORTED = r"""
abc|b
a||b
()
(a)(b)?
(?:ab)*
(?P<name>a)\n?
a(?#comment)*
[ab-]
[]a]
[^]a]
[^\n]
[\]\-^]
[a\-z]
[-a]
[\d\s]
[^\W_]
[\x61-\x7a\u00e9]
[\101\0]
[\b]
.
(?s).
(?s:.).
(?-s:.)
\d\D?
\s
\S
\w
\W
(?a)\w
(?a:\d)\d
(?a:[^\W])
(?u:\w)
(?i)k
(?i)[a-z]
(?i)[^a-z]
(?i)[^\wé]
(?i)ss?
(?i)ß
(?i)ẞ
(?i)i
(?i)İ
(?i)µ
(?ai)k
(?ai)[i-k]
(?ai)É
(?i:a)a
(?i:a(?-i:b)|B)
(?i)\x41\u0042
(?x) a b # comment
(?x: a | b ) a
(?x)[ #]a
(?x)a\ b
(?x)a *
(?m)^a$
(?m:^)a
^a
a$
^a$|\Ab\Z
(^a|b)$
^^a$$
(?:^)*a
(^|b)
(a$)?
$
$^
a*
a+
a?
a*?
a+?
a??
a{2}
a{2,}
a{,2}
a{1,2}?
a{,}
a{0}
a{0,0}b
(?:a|b){2,3}
(a?){2}
(a*)*
(a|a)*b
(?:(?:a?)+b?)*
a{
a{}
a{x}
a{1
a{1,2
{a}
x{,2
\.\*\\\[\-
\a|\t|\r|\f|\v
\0|\07|\061|\141
\u0061\U00000062
\N{LATIN SMALL LETTER A}
\N{DIGIT ONE}|[\N{LATIN SMALL LETTER B}]
\#\ \é
""".strip("\n").split("\n")


@pytest.mark.parametrize("pattern", [*_SUPPORTED, "(?x) a # comment\n b", "a\\\n", "[\n]", "\n"])
def test_a_supported_construct_means_what_re_means(pattern: str) -> None:
    """Every probe is judged as `re.fullmatch` judges it."""
    reads = re.compile(pattern)
    language = regex(pattern)
    expected = {text for text in _TEXTS if reads.fullmatch(text)}
    assert expected == {text for text in _TEXTS if language.contains(text)}
    shortest = language.shortest()
    assert shortest is not None
    assert reads.fullmatch(shortest)


_EVERY_CHARACTER = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))


@pytest.mark.parametrize(
    "pattern",
    [
        *[r"\d", r"\D", r"\s", r"\S", r"\w", r"\W", "."],
        *[r"(?a)\d", r"(?a)\s", r"(?a)\w", r"(?a)\W"],
        *["(?i)k", "(?i)s", "(?i)[a-z]", "(?i)[^i-k]", r"(?i)[^\Wé]", r"(?i)[\x80-\U0010ffff]", "(?i)\u0345"],
        *["(?ai)k", "(?ai)[a-é]", "(?ai)[^s]"],
    ],
)
def test_a_class_holds_the_same_characters_of_all_of_unicode(pattern: str) -> None:
    """Not a sample: every code point is judged as this Python judges it."""
    runs = (match[0] for match in re.finditer(f"{pattern}+", _EVERY_CHARACTER))
    expected = CharSet((ord(run[0]), ord(run[-1])) for run in runs)
    assert regex(pattern).equals(characters(expected))


@pytest.mark.parametrize("ascii_only", [True, False])
def test_ignoring_case_is_exact_for_every_cased_character(ascii_only: bool) -> None:
    """Each character that has another case matches exactly the characters that `re` says."""
    flags = re.IGNORECASE | (re.ASCII if ascii_only else 0)
    cased = [each for each in _EVERY_CHARACTER[:0x1F000] if each.lower() != each or each.upper() != each]
    text = "".join(cased)
    for each in cased[::7]:
        expected = set(re.findall(re.escape(each), text, flags))
        language = regex(f"(?{'a' if ascii_only else ''}i){each}")
        assert expected == set(language.witnesses())


@pytest.mark.parametrize(
    ("pattern", "offset", "construct"),
    [
        ("ab(?=c)", 2, "(?="),
        ("ab(?!c)", 2, "(?!"),
        ("(?<=a)b", 0, "(?<="),
        ("x|(?<!a)b", 2, "(?<!"),
        ("(?>a|b)c", 0, "(?>"),
        ("(a)?(?(1)b|c)", 4, "(?("),
        ("(?P<x>a)b(?P=x)", 9, "(?P="),
        (r"(a)\1", 3, r"\1"),
        (r"(a)b\1?", 4, r"\1"),
        ("a*+", 1, "*+"),
        ("ba++", 2, "++"),
        ("a?+", 1, "?+"),
        ("a{1,2}+", 1, "{1,2}+"),
        (r"a\b", 1, r"\b"),
        (r"(?i)\Ba", 4, r"\B"),
        ("a^b", 1, "^"),
        ("a*(^b|c)", 3, "^"),
        ("a$b", 1, "$"),
        ("(a$|b)c", 2, "$"),
        (r"a\Ab", 1, r"\A"),
        (r"(?m)a\Zb", 5, r"\Z"),
        ("(?m)a$\nb", 5, "$"),
        ("(^a)*", 1, "^"),
        ("(a$){2}", 2, "$"),
    ],
)
def test_an_unsupported_construct_is_named_with_its_place(pattern: str, offset: int, construct: str) -> None:
    """What is not regular, or would make a match depend on its surroundings, is refused, never misread."""
    re.compile(pattern)
    with pytest.raises(Unsupported) as refused:
        regex(pattern)
    error = refused.value
    assert (pattern, offset, construct) == (error.pattern, error.offset, error.construct)
    assert isinstance(error, ValueError)
    assert f"`{construct}`" in str(error)
    assert str(error).endswith(f"at offset {offset}")


@pytest.mark.parametrize("pattern", ["(a", "a)", "[a", "*a", "a**", r"\y", "(?z)", "[b-a]", "a(?i)b", "(?P<1>a)", "\\"])
def test_bad_syntax_is_refused_as_re_refuses_it(pattern: str) -> None:
    """The message and the offset are those of `re`."""
    with pytest.raises(re.error) as expected:
        re.compile(pattern)
    with pytest.raises(InvalidPattern) as refused:
        regex(pattern)
    assert (expected.value.msg, expected.value.pos) == (refused.value.message, refused.value.offset)


def test_a_warning_of_re_is_not_passed_on() -> None:
    """What a class may mean in a later Python is no news for the user of this one."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert regex("[[a]&&b").contains("[&&b")


def test_a_pattern_is_read_once() -> None:
    """Designs repeat the same few patterns: the same pattern is the same object."""
    assert regex("[^#]+") is regex("[^#]+")


_TOKENS = [
    *[
        "a",
        "b",
        "A",
        "\n",
        " ",
        "#",
        "|",
        "(",
        "(?:",
        "(?P<n>",
        ")",
        "*",
        "+",
        "?",
        "{2}",
        "{1,}",
        "{,2}",
        "{",
        "}",
        ",",
    ],
    *["[ab]", "[^a]", "[]a]", "[^]a]", "[a-b]", "[", "-", "]", ".", "^", "$", r"\A", r"\Z", r"\d", r"\w", r"\W", r"\s"],
    *["(?i:", "(?s:", "(?x:", "(?-i:", "(?m:", "(?a:", "(?i)", "(?x)", "(?#x)", r"\x61", r"\141", r"\0", r"\b", r"\1"],
    *["(?=", "(?>", "*?", "{1}?", "[^\\W]", "[\\141-b]"],
]
_SHORT_WORDS = ["", *"aA\nb #", *(one + other for one in "aA\nb" for other in "aA\nb"), "aab", "abb", "a\nb", "aaa"]


@settings(max_examples=500)
@given(st.lists(st.sampled_from(_TOKENS), max_size=9).map("".join))
def test_any_text_is_read_as_re_reads_it_or_refused(pattern: str) -> None:
    """Random tokens: valid for both or for none, and if supported, with the same matches."""
    expected, language = _read(pattern)
    if isinstance(language, Unsupported):
        assert isinstance(expected, re.Pattern)
        assert pattern.startswith(language.construct, language.offset)
    elif isinstance(expected, re.Pattern):
        assert isinstance(language, Language)
        matches = [word for word in _SHORT_WORDS if expected.fullmatch(word)]
        assert matches == [word for word in _SHORT_WORDS if language.contains(word)]
    else:
        assert isinstance(language, InvalidPattern)
        assert (expected.pos or 0) == language.offset


def _read(pattern: str) -> tuple[re.Pattern[str] | re.error, Language | PatternError]:
    """What `re` makes of a pattern, and what this library makes of it: the result or the refusal."""
    expected: re.Pattern[str] | re.error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = re.compile(pattern)
        except re.error as error:
            expected = error
    try:
        return expected, regex(pattern)
    except PatternError as error:
        return expected, error
