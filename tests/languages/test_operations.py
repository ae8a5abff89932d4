"""Operations on languages, held against brute force over all short words, and against the laws of sets."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.languages import (
    ANY_CHARACTER,
    ANYTHING,
    EMPTY,
    CharSet,
    Language,
    any_of,
    characters,
    concat,
    literal,
    optional,
    plus,
    regex,
    repeat,
    star,
    union,
)
from tests.languages.strategies import ALPHABET, WORDS, matched, patterns

LETTERS = star(characters(CharSet.of(ALPHABET)))
SOME = settings(max_examples=60)


def _members(language: Language) -> set[str]:
    return {word for word in WORDS if language.contains(word)}


@given(patterns())
def test_a_regex_contains_what_re_matches(pattern: str) -> None:
    """Membership is what `re.fullmatch` says, for every word of up to five letters."""
    assert matched(pattern) == _members(regex(pattern))


@given(patterns(), patterns())
def test_boolean_operations_are_those_of_sets(one: str, other: str) -> None:
    """Intersection, union, complement and difference contain what the sets of matched words say."""
    first, second = regex(one), regex(other)
    assert matched(one) & matched(other) == _members(first.intersect(second))
    assert matched(one) | matched(other) == _members(union(first, second))
    assert matched(one) - matched(other) == _members(first.minus(second))
    assert set(WORDS) - matched(one) == _members(first.complement())


@SOME
@given(patterns(), patterns(), patterns())
def test_combined_operations_are_those_of_sets(one: str, other: str, third: str) -> None:
    """Operations on results of operations too, also once an automaton has been made of them."""
    first, second, last = regex(one), regex(other), regex(third)
    left = first.minus(second)
    both = left.intersect(last.complement(), LETTERS)
    expected = matched(one) - matched(other) - matched(third)
    assert expected == _members(both)
    assert sorted(expected, key=lambda word: (len(word), word)) == _short(both)
    assert expected == _members(both)
    assert set(WORDS) - expected == _members(both.complement())
    assert (matched(one) - matched(other)) | matched(third) == _members(union(left, last))


def _short(language: Language) -> list[str]:
    """The witnesses of up to five letters."""
    return list(itertools.takewhile(lambda word: len(word) <= 5, language.witnesses()))


@given(patterns(), patterns())
def test_concatenation_splits_words(one: str, other: str) -> None:
    """A word is in a concatenation exactly if it can be split into a word of each part."""
    first, second = matched(one), matched(other)
    expected = {
        word for word in WORDS if any(word[:at] in first and word[at:] in second for at in range(len(word) + 1))
    }
    assert expected == _members(concat(regex(one), regex(other)))


@given(patterns(), st.integers(0, 3), st.integers(0, 2) | st.none())
def test_repetition_is_repeated_concatenation(pattern: str, minimum: int, more: int | None) -> None:
    """Repeats are what `re` says about the repeated group; star, plus and optional are special cases of them."""
    maximum = None if more is None else minimum + more
    language = regex(pattern)
    group = f"(?:{pattern})"
    bounds = f"{{{minimum},{'' if maximum is None else maximum}}}"
    assert matched(group + bounds) == _members(repeat(language, minimum, maximum))
    assert matched(f"{group}*") == _members(star(language))
    assert matched(f"{group}+") == _members(plus(language))
    assert matched(f"{group}?") == _members(optional(language))


@given(patterns(), patterns())
def test_inclusion_is_exact(one: str, other: str) -> None:
    """If a language is not included, a string proves it; if it is, no word contradicts it."""
    first, second = regex(one), regex(other)
    counterexample = second.minus(first).shortest()
    if first.includes(second):
        assert counterexample is None
        assert matched(other) <= matched(one)
    else:
        assert counterexample is not None
        assert re.fullmatch(other, counterexample)
        assert not re.fullmatch(one, counterexample)
    assert first.equals(second) == (first.includes(second) and second.includes(first))


@given(patterns(), patterns())
def test_emptiness_is_exact(one: str, other: str) -> None:
    """A language without strings has no shortest one, and one with strings has one that both patterns match."""
    first, second = regex(one), regex(other)
    both, left = first.intersect(second).shortest(), first.minus(second).shortest()
    assert first.intersect(second).is_empty() == (both is None)
    assert first.minus(second).is_empty() == (left is None)
    assert both is None or (re.fullmatch(one, both) and re.fullmatch(other, both))
    assert left is None or (re.fullmatch(one, left) and not re.fullmatch(other, left))
    assert first.is_empty() == (both is None and left is None)


@SOME
@given(patterns(), patterns(), patterns())
def test_the_laws_of_sets_hold(one: str, other: str, third: str) -> None:
    """De Morgan, double complement, commutativity, associativity, distributivity, absorption."""
    a, b, c = regex(one), regex(other), regex(third)
    assert a.intersect(b).complement().equals(union(a.complement(), b.complement()))
    assert union(a, b).complement().equals(a.complement().intersect(b.complement()))
    assert a.complement().complement().equals(a)
    assert a.intersect(b).equals(b.intersect(a))
    assert union(a, b).equals(union(b, a))
    assert a.intersect(union(b, c)).equals(union(a.intersect(b), a.intersect(c)))
    assert union(a, b.intersect(c)).equals(union(a, b).intersect(union(a, c)))
    assert a.minus(b).equals(a.intersect(b.complement()))
    assert union(a, a.intersect(b)).equals(a)
    assert a.intersect(a.complement()).is_empty()
    assert union(a, a.complement()).equals(ANYTHING)


@SOME
@given(patterns(), patterns(), patterns())
def test_the_laws_of_concatenation_hold(one: str, other: str, third: str) -> None:
    """Associativity, neutral and absorbing elements, distribution over union, and the unfolding of a star."""
    a, b, c = regex(one), regex(other), regex(third)
    assert concat(a, concat(b, c)).equals(concat(a, b, c))
    assert concat(a, literal("")).equals(a)
    assert concat(a, EMPTY).is_empty()
    assert concat(a, union(b, c)).equals(union(concat(a, b), concat(a, c)))
    assert star(a).equals(optional(plus(a)))
    assert star(star(a)).equals(star(a))
    assert concat(a, star(a)).equals(plus(a))


@given(st.lists(st.sampled_from(WORDS[:40])))
def test_any_of_contains_exactly_its_texts(texts: list[str]) -> None:
    """A finite set of texts, prefixes of each other or not, equal or not."""
    language = any_of(texts)
    assert set(texts) == _members(language)
    assert language.equals(union(*map(literal, texts)))
    assert sorted(set(texts), key=lambda word: (len(word), word)) == list(language.witnesses())


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_literal_is_one_text(text: str, other: str) -> None:
    """Exactly the text itself is in its language."""
    language = literal(text)
    assert language.contains(text)
    assert language.contains(other) == (text == other)
    assert [text] == list(language.witnesses())


def test_strings_with_surrogates_are_in_no_language() -> None:
    """AWS stores no such string: not even the complement of another language has it."""
    assert literal("a\ud800").is_empty()
    assert any_of(["\udfff", "a"]).equals(literal("a"))
    assert not ANYTHING.contains("\ud800")
    assert not literal("a").complement().contains("\ud800")
    assert regex("[\ud800-\udfff]").is_empty()
    assert not regex(".").contains("\udc00")
    assert regex("[\ud7ff-\ue000]").equals(any_of("\ud7ff\ue000"))


def test_the_constants_are_what_they_say() -> None:
    """`EMPTY` has no string, `ANYTHING` all of them."""
    assert EMPTY.is_empty()
    assert EMPTY.shortest() is None
    assert list(EMPTY.witnesses()) == []
    assert EMPTY.complement().equals(ANYTHING)
    assert ANYTHING.complement().is_empty()
    assert ANYTHING.equals(star(characters(ANY_CHARACTER)))
    assert ANYTHING.includes(EMPTY)
    assert not EMPTY.includes(ANYTHING)
    assert concat().equals(literal(""))
    assert union().equals(EMPTY)


def test_a_repetition_has_possible_bounds() -> None:
    """Negative bounds, and a maximum below the minimum, are errors of the caller."""
    for minimum, maximum in [(-1, None), (2, 1), (0, -1)]:
        with pytest.raises(ValueError, match="cannot repeat"):
            repeat(ANYTHING, minimum, maximum)


def test_a_language_shows_what_it_is_like() -> None:
    """In a debugger or a failing test one sees an example, if one is known without work."""
    assert "'aaa'" in repr(regex("a{3,}"))
    assert repr(regex("a").intersect(regex("b"))) == "<Language>"
