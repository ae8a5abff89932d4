"""Any pattern of random constructs means in ECMAScript what it means in Python, or is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cfn_table.emit.types.ecma import to_ecma
from cfn_table.languages import InvalidPattern, Unsupported
from cfn_table.languages.matching import compile_quietly
from tests.emit.types.node import Matcher, python_matches
from tests.languages.strategies import patterns as regular_patterns

_ITEMS = [
    *[
        "a",
        "b",
        "A",
        "1",
        "_",
        "-",
        "#",
        "/",
        "é",
        "😀",
        "\n",
        r"\n",
        " ",
        r"\ ",
        r"\.",
        ".",
        r"\t",
        r"\x61",
        r"\u00e9",
    ],
    *[
        "[ab]",
        "[^a]",
        "[a-c]",
        "[^ab]",
        "[]a]",
        "[a^-]",
        r"[\w-]",
        r"[^\W_]",
        r"[\Sa]",
        r"[^\D\s]",
        r"[\d\W]",
        r"[\s\S]",
    ],
    *[r"\d", r"\D", r"\s", r"\S", r"\w", r"\W", "^", "$", r"\A", r"\Z", r"\b", "(?:)", "{", "}", "]", "(?#c)"],
]
_QUANTIFIERS = ["*", "+", "?", "{2}", "{1,}", "{,2}", "{1,3}", "*?", "+?", "??", "{1,2}?", "*+", "?+", "{1,2}+"]
_GROUPS = ["(", "(?:", "(?s:", "(?i:", "(?m:", "(?a:", "(?x:", "(?-i:", "(?=", "(?!", "(?<=", "(?<!"]


def _larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = st.tuples(st.sampled_from(_GROUPS), st.lists(smaller, min_size=1, max_size=3).map("|".join))
    return st.one_of(
        st.lists(smaller, min_size=2, max_size=4).map("".join),
        groups.map(lambda parts: f"{parts[0]}{parts[1]})"),
        st.tuples(smaller, st.sampled_from(_QUANTIFIERS)).map("".join),
        st.tuples(groups, st.sampled_from(_QUANTIFIERS)).map(lambda each: f"{each[0][0]}{each[0][1]}){each[1]}"),
    )


_SHORT = st.text(st.sampled_from("aAbB1_-#/é😀\n \t٣K\u2028\x1c\ufeff"), max_size=4)
_SOME = ["a", "ab", "aab", "\n", "a\n", "a ", "1", "-a", "é"]


@settings(max_examples=1000, deadline=None)
@given(st.recursive(st.sampled_from(_ITEMS), _larger, max_leaves=8), st.lists(_SHORT, max_size=20))
def test_any_pattern_matches_the_same_texts_or_is_refused(node: Matcher, pattern: str, texts: list[str]) -> None:
    """Random constructs, each inside of others."""
    try:
        compile_quietly(pattern)
    except re.error:
        with pytest.raises(InvalidPattern):
            to_ecma(pattern)
        return
    possessive = re.search(r"[?*+}]\+", pattern)
    try:
        printed = to_ecma(pattern)
    except Unsupported:
        assume(not possessive)
        raise
    probes = [*texts, *_SOME]
    assert python_matches(pattern, probes) == node.full_matches(printed, probes)


@settings(max_examples=300, deadline=None)
@given(regular_patterns(), st.lists(st.text("abcABC", max_size=5), max_size=20))
def test_any_regular_pattern_matches_the_same_texts(node: Matcher, pattern: str, texts: list[str]) -> None:
    """What the exact questions about keys understand is never refused."""
    assert python_matches(pattern, texts) == node.full_matches(to_ecma(pattern), texts)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=8), st.text(max_size=8))
def test_any_text_can_be_a_literal(node: Matcher, literal: str, other: str) -> None:
    """Escaped as Python escapes it, a text matches itself alone."""
    texts = [literal, other, literal + other]
    assert python_matches(re.escape(literal), texts) == node.full_matches(to_ecma(re.escape(literal)), texts)
