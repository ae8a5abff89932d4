"""Whatever the patterns, there is an answer or `TooComplex`, in bounded time and memory."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.languages import (
    MAX_POSITIONS,
    Language,
    TooComplex,
    any_of,
    concat,
    literal,
    optional,
    regex,
    repeat,
    star,
    union,
    wildcard,
)


@pytest.fixture(autouse=True)
def _in_bounded_time() -> Iterator[None]:
    """No test here may take long. Each takes below a second; the bound leaves room for a machine that is busy."""
    start = time.process_time()
    yield
    assert time.process_time() - start < 20


@pytest.mark.parametrize("pattern", ["(a|a)*b", "((a*)*)*b", "(a|aa)+b|b", "(a?){30}a*b", "(a*a*)*b"])
def test_patterns_that_make_backtracking_explode_are_harmless(pattern: str) -> None:
    """Ambiguity costs nothing here."""
    assert regex(pattern).equals(regex("a*b"))
    assert not regex(pattern).contains("a" * 5000)


def test_long_repeats_are_decided() -> None:
    """Repeats up to the lengths of keys are decided exactly."""
    exactly, upto = regex("a{1000}"), regex("[ab]{0,2048}")
    assert upto.includes(exactly)
    assert exactly.intersect(upto).shortest() == "a" * 1000
    assert not exactly.complement().contains("a" * 1000)
    assert regex("a{0,999}").intersect(exactly).is_empty()
    assert regex("(a?){100}a{100}").equals(regex("a{100,200}"))


def test_fifty_wildcards_are_compared() -> None:
    """Many stars and question marks: still a verdict."""
    many = "*".join(["ab"] * 50)
    assert wildcard(f"*{many}*").includes(wildcard(f"{many}*ab"))
    assert not wildcard(f"*{many}*ab*").includes(wildcard(f"*{many}*"))
    assert wildcard("*?" * 50).equals(wildcard("?" * 50 + "*"))
    both = wildcard(f"*{many}*").intersect(wildcard(f"*{many.replace('a', 'b')}*")).shortest()
    assert both is not None
    assert wildcard(f"*{many}*").contains(both)
    assert both.count("ab") >= 50
    assert wildcard("*a" + "?" * 30).includes(wildcard("*aa" + "?" * 29))


@pytest.mark.parametrize(
    "question",
    [
        lambda: (
            wildcard("*a" + "?" * 30).complement().intersect(wildcard("*b" + "?" * 30)).minus(literal("")).shortest()
        ),
        lambda: next(wildcard("*a" + "?" * 30).complement().witnesses()),
        lambda: (
            regex("[ab]*a[ab]{40}")
            .complement()
            .complement()
            .intersect(regex("c*"))
            .complement()
            .equals(star(literal("a")))
        ),
        lambda: regex("(a|b)*a(a|b){30}|(a|b)*b(a|b){30}").equals(regex("(a|b)*(aa|ba|ab|bb)(a|b){29}|(ab){15}")),
        lambda: wildcard("*a*").intersect(*(wildcard(f"*{each}*") for each in "bcdefghijklmnopqrst")).shortest(),
        lambda: regex("[^#]{1,1000}#[^#]{1,1000}").intersect(regex("(?s).{1000,2000}x")).is_empty(),
    ],
)
def test_hard_questions_end(question: Callable[[], bool | str | None]) -> None:
    """A question whose automaton would be exponential ends with a verdict or with `TooComplex`."""
    verdict = _verdict(question)
    assert verdict is None or isinstance(verdict, (bool, str))


def _verdict(question: Callable[[], bool | str | None]) -> bool | str | None:
    """The answer, or None if it is too complex."""
    try:
        return question()
    except TooComplex:
        return None


@settings(max_examples=25)
@given(st.text("ab*?", min_size=40, max_size=120), st.text("ab*?", min_size=40, max_size=120))
def test_random_long_wildcards_end(one: str, other: str) -> None:
    """Long random patterns too; where there are verdicts, they agree with each other."""
    first, second = wildcard(one), wildcard(other)
    included = _verdict(lambda: first.includes(second, limit=2000))
    without = second.minus(first)
    assert included in {None, _verdict(lambda: without.is_empty(limit=2000))}
    if included is not None and (extra := _verdict(lambda: without.shortest(limit=2000) or "")) is not None:
        assert included == (extra == "" and not without.contains(""))


def test_the_limit_is_the_callers() -> None:
    """A caller who has little time says so; one who needs the answer gives more."""
    language = wildcard("*a" + "?" * 8).complement()
    with pytest.raises(TooComplex, match="more than 50 states") as refused:
        next(language.witnesses(limit=50))
    assert refused.value.limit == 50
    with pytest.raises(TooComplex, match="more than 3 states"):
        wildcard("abc*").intersect(wildcard("*b?*")).shortest(limit=3)
    with pytest.raises(TooComplex, match="more than 3 states"):
        wildcard("abc*").includes(wildcard("abcde*"), limit=3)
    assert next(language.witnesses(limit=5000)) == ""
    assert wildcard("abc*").includes(wildcard("abcde*"), limit=10)


def test_a_language_too_large_to_build_is_refused() -> None:
    """Sizes are bounded before anything is built."""
    thousand = regex("a{1000}")
    texts = (f"{number:08}" for number in range(MAX_POSITIONS))
    builds: list[Callable[[], Language]] = [
        lambda: repeat(thousand, 1000),
        lambda: repeat(thousand, 0, 11),
        lambda: concat(*[thousand] * 11),
        lambda: union(*(repeat(regex(f"[{each}b]"), 6000) for each in "cd")),
        lambda: literal("a" * (MAX_POSITIONS + 1)),
        lambda: any_of(texts),
        lambda: concat(*[optional(literal("a"))] * 5000),
        lambda: regex("(a{1000}){1000}"),
        lambda: regex("((((a{100}){100}){100}){100}){100}"),
        lambda: regex("a{99999999999999999999}"),
        lambda: regex("a{" + "9" * 5000 + "}"),
        lambda: regex("a" * 100_000),
        lambda: regex("(" * 60 + "a" + ")" * 60),
        lambda: regex("(" * 5000 + "a" + ")" * 5000),
    ]
    for build in builds:
        with pytest.raises(TooComplex):
            build()


def test_deep_but_sane_nesting_is_read() -> None:
    """Fifty groups in each other are fine."""
    assert regex("(" * 50 + "a" + ")*" * 50).equals(regex("a*"))
    assert regex("(a)" * 200).equals(regex("a{200}"))


def test_large_sets_of_words_are_compared() -> None:
    """Enumerations of many values do not explode."""
    all_keys, even = any_of(f"KEY{number}" for number in range(1000)), any_of(f"KEY{n}" for n in range(0, 1000, 2))
    assert all_keys.includes(even)
    assert even.complement().intersect(all_keys).shortest() == "KEY1"
    assert len(list(even.witnesses())) == 500
    assert regex("|".join(f"KEY{number}" for number in range(0, 1000, 2))).equals(even)


def test_many_different_characters_do_not_explode() -> None:
    """Thousands of distinguishable characters make as many classes, not a power of two."""
    signs = [chr(0x4E00 + 2 * number) for number in range(2000)]
    language: Language = regex("".join(f"{sign}?" for sign in signs[:1000]))
    assert language.complement().shortest() == "a"
    assert regex(f"[{''.join(signs)}]+").complement().contains("a")
    overlapping = regex("(" + "|".join(f"[{signs[n]}-{signs[n + 1000]}]" for n in range(500)) + ")+")
    assert overlapping.equals(regex(f"[{signs[0]}-{signs[1499]}]+"))


def test_reading_a_long_text_is_linear() -> None:
    """Membership of a long text needs no backtracking."""
    text = "ab" * 20_000
    assert wildcard("*" + "a*b*" * 20).contains(text)
    assert not wildcard("*" + "a*b*" * 20 + "c").contains(text)


def test_the_enumeration_of_a_hard_language_starts_at_once() -> None:
    """The first examples of a large automaton do not wait for the later ones."""
    language = regex("[^#]{1,1024}#([^#]{1,1024})")
    assert ["a#a", "a#b"] == list(itertools.islice(language.witnesses(), 2))
