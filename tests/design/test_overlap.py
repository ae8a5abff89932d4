"""What two key templates have in common, held against the templates themselves."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.design.keys import Domain, KeyTemplate, ValueRefused
from cfn_table.design.overlap import Undecided, apart_at_a_glance, find_collision, may_overlap, readings

DOMAINS = {
    "s": Domain(),
    "t": Domain(),
    "any": Domain(pattern=".+"),
    "ab": Domain(pattern="[ab]{1,2}"),
    "list": Domain(values=("a", "ab", "b#")),
    "n": Domain("number"),
    "flag": Domain("boolean"),
}
VALUES = {
    "s": ("a", "b", "ab", "1"),
    "t": ("a", "b", "ab", "1"),
    "any": ("a", "#", "a#", "a#b"),
    "ab": ("a", "b", "ab", "aa"),
    "list": ("a", "ab", "b#"),
    "n": ("0", "1", "12"),
    "flag": ("true", "false"),
}
PARTS = st.sampled_from(
    ["a", "b", "#", "A#", "{s}", "{t}", "{any}", "{ab}", "{list}", "{n}", "{n:02}", "{flag}", "{s:lower}", "{s:upper}"]
)
TEMPLATES = st.lists(PARTS, min_size=1, max_size=3).map(lambda parts: KeyTemplate.parse("".join(parts)))
KEYS = st.lists(TEMPLATES, min_size=2, max_size=2)


def assignments(templates: list[KeyTemplate]) -> list[dict[str, str]]:
    """Some values for the placeholders of the templates, in all combinations."""
    names = list(dict.fromkeys(name for template in templates for name in template.placeholders))
    return [dict(zip(names, each, strict=True)) for each in itertools.product(*(VALUES[name] for name in names))]


def rendered(templates: list[KeyTemplate], values: Mapping[str, str]) -> tuple[str, ...] | None:
    """The keys for the values, or None where a value is refused."""
    try:
        return tuple(template.render(values, DOMAINS) for template in templates)
    except ValueRefused:
        return None


@given(KEYS, KEYS)
def test_a_shared_key_is_rendered_by_both(one: list[KeyTemplate], other: list[KeyTemplate]) -> None:
    """What is reported as a shared key was built from both entities' templates, each placeholder with one value."""
    try:
        found = find_collision(one, DOMAINS, other, DOMAINS)
    except Undecided:
        return
    if found is not None:
        assert found.key == rendered(one, found.one)
        assert found.key == rendered(other, found.other)


@given(KEYS, KEYS)
def test_no_shared_key_is_missed(one: list[KeyTemplate], other: list[KeyTemplate]) -> None:
    """Where some values give both entities the same key, one is found, or it is said that nothing was found out."""
    keys = {rendered(one, values) for values in assignments(one)} - {None}
    theirs = {rendered(other, values) for values in assignments(other)} - {None}
    try:
        found = find_collision(one, DOMAINS, other, DOMAINS)
    except Undecided:
        return
    assert found is not None or not keys & theirs


@given(TEMPLATES, TEMPLATES)
def test_templates_that_share_a_text_may_overlap(one: KeyTemplate, other: KeyTemplate) -> None:
    """What is said to be apart never gives the same text; at a glance or after a closer look."""
    texts = {rendered([one], values) for values in assignments([one])} - {None}
    theirs = {rendered([other], values) for values in assignments([other])} - {None}
    if texts & theirs:
        assert may_overlap(one, DOMAINS, other, DOMAINS)
        assert not apart_at_a_glance(one, other)


@given(TEMPLATES, st.data())
def test_a_key_has_the_reading_that_it_was_built_from(template: KeyTemplate, data: st.DataObject) -> None:
    """Among the readings of a built key are its values, and every reading gives that key again."""
    values = data.draw(st.sampled_from(assignments([template])))
    key = rendered([template], values)
    if key is None:
        return
    found = list(readings(template, key[0], DOMAINS))

    assert all(rendered([template], each) == key for each in found)
    lossy = any(getattr(part, "format", "") in ("lower", "upper") for part in template.parts)
    assert lossy or values in found


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("USER#{s}", "ORDER#{s}", True),
        ("USER#{s}", "USER#{s}#X", False),
        ("USER#{s}", "USERS", True),
        ("USER#{s}", "USER#1", False),
        ("USER#1", "USER#1", False),
        ("USER#1", "USER#12", True),
        ("{s}", "USER#{s}", False),
        ("{s}#A", "{s}#B", True),
        ("{s}#A", "B#A", False),
    ],
)
def test_literal_text_alone_tells_templates_apart(one: str, other: str, apart: bool) -> None:
    """Different beginnings or ends are seen without a look at the placeholders."""
    first, second = KeyTemplate.parse(one), KeyTemplate.parse(other)
    assert apart == apart_at_a_glance(first, second) == apart_at_a_glance(second, first)


def test_a_shared_placeholder_has_one_value() -> None:
    """`{x}` in both key attributes: with values `p` and `q` there is no key `T#p`, `q`, and that is proved."""
    domains = {"x": Domain(values=("p", "q"))}
    one = [KeyTemplate.parse("T#{x}"), KeyTemplate.parse("{x}")]
    other = [KeyTemplate.parse("T#p"), KeyTemplate.parse("q")]

    assert find_collision(one, domains, other, {}) is None


def test_an_endless_search_is_given_up() -> None:
    """No text is itself with a `z` before it, but no finite search shows that."""
    one = [KeyTemplate.parse("{s}"), KeyTemplate.parse("{s}")]
    other = [KeyTemplate.parse("{t}"), KeyTemplate.parse("z{t}")]

    with pytest.raises(Undecided):
        find_collision(one, DOMAINS, other, DOMAINS)


def test_a_pattern_that_is_not_regular_is_never_taken_for_less() -> None:
    """Only a value that the pattern really matches makes a shared key."""
    domains = {"x": Domain(pattern="(?=a)[a-z]+")}
    word = [KeyTemplate.parse("{x}")]

    assert find_collision(word, domains, [KeyTemplate.parse("bc")], {}) is None
    found = find_collision(word, domains, [KeyTemplate.parse("abc")], {})
    assert found is not None
    assert ("abc",) == found.key
