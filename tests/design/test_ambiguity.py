"""Texts with two readings: found where there are any, and rendered from both."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.design.ambiguity import (
    TooManyStates,
    find_foreign_key,
    find_two_readings,
    has_one_reading_at_a_glance,
)
from cfn_table.design.keys import Domain, KeyTemplate, ValueRefused

DOMAINS = {
    "s": Domain(),
    "t": Domain(),
    "any": Domain(pattern=".+"),
    "ab": Domain(pattern="[ab]{1,2}"),
    "list": Domain(values=("a", "ab")),
    "n": Domain("number"),
    "day": Domain("date"),
}
VALUES = {
    "s": ("a", "b", "ab", "aab"),
    "t": ("a", "b", "ab", "aab"),
    "any": ("a", "#", "a#", "a#b"),
    "ab": ("a", "b", "ab", "aa"),
    "list": ("a", "ab"),
    "n": ("0", "1", "12", "112"),
    "day": ("2024-01-01", "2024-01-02"),
}
NAMES = st.sampled_from(["{s}", "{t}", "{any}", "{ab}", "{list}", "{n}", "{n:02}", "{day}"])
TEMPLATES = st.lists(NAMES | st.sampled_from(["a", "#", "X#"]), min_size=1, max_size=4).map(
    lambda parts: KeyTemplate.parse("".join(parts))
)


def all_values(template: KeyTemplate) -> list[dict[str, str]]:
    """Some values for the placeholders, in all combinations."""
    names = template.placeholders
    return [dict(zip(names, each, strict=True)) for each in itertools.product(*(VALUES[name] for name in names))]


def rendered(template: KeyTemplate, values: Mapping[str, str]) -> str | None:
    """The key for the values, or None where a value is refused."""
    try:
        return template.render(values, DOMAINS)
    except ValueRefused:
        return None


@given(TEMPLATES)
def test_two_readings_are_rendered_to_one_text(template: KeyTemplate) -> None:
    """What is reported are two different sets of values that give the same key."""
    try:
        found = find_two_readings(template, DOMAINS)
    except TooManyStates:
        return
    if found is not None:
        assert found.one != found.other
        assert found.text == rendered(template, found.one) == rendered(template, found.other)


@given(TEMPLATES)
def test_no_second_reading_is_missed(template: KeyTemplate) -> None:
    """Where two sets of values give the same key, that is found, or it is said that nothing was found out."""
    texts = [text for text in (rendered(template, values) for values in all_values(template)) if text is not None]
    try:
        found = find_two_readings(template, DOMAINS)
    except TooManyStates:
        return
    assert found is not None or len(set(texts)) == len(texts)
    if has_one_reading_at_a_glance(template, DOMAINS):
        assert len(set(texts)) == len(texts)


@given(TEMPLATES, TEMPLATES)
def test_no_foreign_key_is_missed(template: KeyTemplate, other: KeyTemplate) -> None:
    """A pattern for one tenant never matches a key of another unless that is said."""
    if "s" not in template.placeholders or "s" not in other.placeholders:
        return
    try:
        found = find_foreign_key(template, DOMAINS, "s", ["s"], other, DOMAINS)
    except TooManyStates:
        return
    if found is not None:
        assert found.one["s"] != found.other["s"]
        assert matches(template, found.one["s"], found.text)
        return
    for values in all_values(other):
        text = rendered(other, values)
        for tenant in VALUES["s"]:
            if text is not None and tenant != values["s"]:
                assert not matches(template, tenant, text)


def matches(template: KeyTemplate, tenant: str, text: str) -> bool:
    """Whether the IAM pattern for the tenant matches the key."""
    pattern = template.iam_pattern({"s": tenant})
    return re.fullmatch(".*".join(re.escape(each) for each in pattern.split("*")), text) is not None


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [
        ("{s}#{t}", False),
        ("{s}{t}", True),
        ("{any}#{s}", False),
        ("{s}#{any}", False),
        ("{any}#{ab}", False),
        ("{any}#{ab}#{s}", False),
        ("{ab}{any}", True),
        ("{day}{n}", False),
        ("{n:02}{n}", False),
        ("{list}{s}", True),
        ("{s}", False),
        ("CONSTANT", False),
    ],
)
def test_typical_templates(text: str, ambiguous: bool) -> None:
    """Placeholders side by side are ambiguous unless their values end by themselves."""
    assert ambiguous == (find_two_readings(KeyTemplate.parse(text), DOMAINS) is not None)


def test_a_placeholder_that_occurs_twice_is_not_decided() -> None:
    """Two readings in which it has two values are none; whether others exist is left open."""
    with pytest.raises(TooManyStates):
        find_two_readings(KeyTemplate.parse("{any}#{any}X"), DOMAINS)


def test_a_value_may_end_with_a_part_of_the_delimiter() -> None:
    """With the delimiter `##`, `a` and `#b` give the same key as `a#` and `b`."""
    domains = {"x": Domain(delimiter="##"), "y": Domain(delimiter="##")}
    found = find_two_readings(KeyTemplate.parse("{x}##{y}"), domains)

    assert found is not None
    assert ({"x": "a#", "y": "a"}, {"x": "a", "y": "#a"}) in [(found.one, found.other), (found.other, found.one)]


@pytest.mark.parametrize(
    ("template", "other", "foreign"),
    [
        ("T#{s}", "T#{s}", False),
        ("T#{s}#{t}", "T#{s}#{t}", False),
        ("T#{s}{t}", "T#{s}{t}", True),
        ("T#{s}", "T#{s}#X", False),
        ("{t}#{s}", "{t}#{s}", False),
        ("{t}#{s}#{any}", "{t}#{s}#{any}", True),
        ("T#{s}#{t}", "{t}#{s}", False),
        ("{t}#{s}", "T#{s}#{t}", True),
    ],
)
def test_typical_bindings(template: str, other: str, foreign: bool) -> None:
    """A `*` reaches other tenants where nothing that it cannot cross stands beside the tenant."""
    found = find_foreign_key(KeyTemplate.parse(template), DOMAINS, "s", ["s"], KeyTemplate.parse(other), DOMAINS)
    assert foreign == (found is not None)
