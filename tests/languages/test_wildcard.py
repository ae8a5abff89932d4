"""IAM patterns: `*`, `?`, and the escapes for the characters themselves."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.languages import ANYTHING, concat, escape, literal, union, wildcard
from tests.languages.strategies import WORDS

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def _as_regex(pattern: str) -> str:
    """The same pattern for `re`: the reference."""
    return "".join({"*": "(?s:.*)", "?": "(?s:.)"}.get(each, re.escape(each)) for each in pattern)


@given(st.text("abc*?", max_size=8))
def test_a_wildcard_matches_what_its_translation_matches(pattern: str) -> None:
    """Every word of up to five letters is judged as the regular expression of the same meaning judges it."""
    reads = re.compile(_as_regex(pattern))
    language = wildcard(pattern)
    assert [word for word in WORDS if reads.fullmatch(word)] == [word for word in WORDS if language.contains(word)]


@given(st.text("ab*?", max_size=7), st.text("ab*?", max_size=7))
def test_inclusion_of_wildcards_is_proven_by_strings(one: str, other: str) -> None:
    """If a pattern does not allow all that another one allows, there is a string that shows it."""
    wide, narrow = wildcard(one), wildcard(other)
    extra = narrow.minus(wide).shortest()
    assert wide.includes(narrow) == (extra is None)
    if extra is not None:
        assert re.fullmatch(_as_regex(other), extra)
        assert not re.fullmatch(_as_regex(one), extra)


@given(_TEXTS)
def test_an_escaped_text_matches_only_itself(text: str) -> None:
    """Whatever the text holds: stars, question marks, dollars, braces."""
    assert wildcard(escape(text)).equals(literal(text))


@given(st.text("ab*?$ {}", max_size=6), st.text("ab*?$ {}", max_size=6))
def test_escaped_texts_may_stand_beside_wildcards(one: str, other: str) -> None:
    """Escaped parts keep their meaning inside of a larger pattern."""
    assert wildcard(f"{escape(one)}*{escape(other)}").equals(concat(literal(one), ANYTHING, literal(other)))


@pytest.mark.parametrize("sign", "*?$")
def test_the_escapes_are_those_of_iam(sign: str) -> None:
    """`${*}`, `${?}` and `${$}` are the characters themselves, and nothing else is escaped."""
    assert wildcard(f"${{{sign}}}").equals(literal(sign))
    assert f"a#${{{sign}}}{{b}}" == escape(f"a#{sign}{{b}}")


def test_other_variables_are_literal_text() -> None:
    """A policy variable is replaced by whoever knows its value; here it is only its own text."""
    assert wildcard("${aws:PrincipalTag/team}").equals(literal("${aws:PrincipalTag/team}"))
    assert wildcard("${").equals(literal("${"))


def test_leading_keys_of_two_policies_are_compared() -> None:
    """The questions that are asked about policies: which is wider, and what lies between."""
    tenant, everyone, timeline = wildcard("NS#acme"), wildcard("NS#*"), wildcard("NS#*#timeline")
    assert everyone.includes(union(tenant, timeline))
    assert not tenant.includes(timeline)
    assert everyone.minus(timeline).shortest() == "NS#"
    assert tenant.intersect(timeline).is_empty()
    assert wildcard("**a?*").equals(wildcard("*a*?"))
