"""Examples: the shortest, the most natural, all of them, and always the same."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given

from cfn_table.languages import (
    ANYTHING,
    CharSet,
    Language,
    characters,
    concat,
    literal,
    regex,
    star,
    union,
    wildcard,
)
from tests.languages.strategies import ALPHABET, WORDS, matched, patterns

LETTERS = star(characters(CharSet.of(ALPHABET)))


@given(patterns())
def test_the_shortest_is_a_member_and_none_is_shorter(pattern: str) -> None:
    """No word that `re` matches is shorter than the shortest string, and a language without one matches no word."""
    language = regex(pattern)
    shortest = language.shortest()
    if shortest is None:
        assert not matched(pattern)
    else:
        assert language.contains(shortest)
        assert all(len(shortest) <= len(word) for word in matched(pattern))


@given(patterns(), patterns())
def test_witnesses_are_all_words_in_order(one: str, other: str) -> None:
    """Over three letters the witnesses are the matched words, shorter first, then alphabetically, none twice."""
    language = regex(one).intersect(LETTERS).minus(regex(other))
    members = matched(one) - matched(other)
    expected = [word for word in WORDS if word in members]
    assert expected == list(itertools.takewhile(lambda word: len(word) <= 5, language.witnesses()))


@given(patterns(), patterns())
def test_the_shortest_is_the_first_witness(one: str, other: str) -> None:
    """However the language is made: lazily, or as one automaton, the first example is the same."""
    for language in (regex(one), regex(one).intersect(regex(other)), regex(one).minus(regex(other))):
        before = language.shortest()
        assert [before] == list(itertools.islice(language.witnesses(), 1)) or before is None
        assert before == language.shortest()
        assert before == union(language, language).shortest()


def _template(*parts: str) -> Language:
    """A key template: a part in parentheses is a placeholder's pattern, any other one stands for itself."""
    return concat(*(regex(part) if part.startswith("(") else literal(part) for part in parts))


@pytest.mark.parametrize(
    ("expected", "one", "other"),
    [
        ("USER#a#ORDER#a", ["USER#", "([^#]+)", "#ORDER#", "([^#]+)"], ["USER#", "([^#]+)", "#", "(.+)"]),
        ("USER#a#ORDER#0000", ["USER#", "([^#]+)", "#ORDER#", "([^#]+)"], ["USER#", "(.+)", "#ORDER#", r"(\d{4})"]),
        ("METADATA", ["METADATA"], ["(.+)"]),
        (None, ["USER#", "([^#]+)"], ["ORG#", "([^#]+)"]),
        (None, ["USER#", "([^#]+)"], ["USER#", "([^#]+)", "#PROFILE"]),
        ("USER#a#PROFILE", ["USER#", "(.+)"], ["USER#", "([^#]+)", "#PROFILE"]),
        (None, ["METADATA"], ["NS#", "([^#]+)"]),
        ("a#a", ["([^#]+)", "#", "([^#]+)"], ["([^#]+)", "#", "([a-z]+)"]),
        ("2", ["([0-2])"], ["([2-9])"]),
        ("é", ["([à-ê])"], ["([é-ÿ])"]),
    ],
)
def test_key_templates_that_can_make_the_same_key(expected: str | None, one: list[str], other: list[str]) -> None:
    """The example is the shortest key that both templates produce, made of what people type; or there is none."""
    both = _template(*one).intersect(_template(*other))
    assert expected == both.shortest()
    assert both.is_empty() == (expected is None)


def test_letters_come_before_digits_and_signs() -> None:
    """Among strings of one length the natural order decides, character by character from the left."""
    assert ["", "a", "b", "c"] == list(itertools.islice(ANYTHING.witnesses(), 4))
    assert ["x", "0", "X", "#", "é", "\n"] == list(characters(CharSet.of("\né#X0x")).witnesses())
    assert ["a!", "a#", "1#", "?a"] == list(regex("1#|a[#]|[?]a|a!").witnesses())


def test_an_infinite_language_is_enumerated_lazily() -> None:
    """Whoever takes some examples does not wait for all."""
    found = list(itertools.islice(regex(r"\w+@\w+\.(com|org)").witnesses(), 3))
    assert ["a@a.com", "a@a.org", "a@b.com"] == found
    assert ["", *"abcdefghijklmnopqrstuvwxyz0"] == list(itertools.islice(wildcard("*").witnesses(), 28))


def test_gaps_between_lengths_are_skipped() -> None:
    """A language whose words are far apart in length is enumerated without looking at what lies between."""
    assert [0, 7, 14] == [len(word) for word in itertools.islice(regex("(a{7})*").witnesses(), 3)]
    assert ["a" * 1000] == list(regex("a{1000}").witnesses())


def test_examples_do_not_depend_on_the_hash_seed() -> None:
    """Another process with another hash seed gives the same examples."""
    program = (
        "from cfn_table.languages import *; from itertools import islice;"
        "l = any_of(['x#1', 'y', 'zz']).complement().intersect(regex('[x-z#]+[0-9]?'));"
        "print(l.shortest(), list(islice(l.witnesses(), 40)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert "x0" in outputs.pop()
