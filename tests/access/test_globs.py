"""Patterns match as IAM says, and classes of texts are exactly those that patterns tell apart."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.access.globs import (
    Budget,
    Glob,
    Patterns,
    TooManyClasses,
    action_pattern,
    arn_pattern,
    fold,
    resource_pattern,
    text_pattern,
)
from cfn_table.access.variables import Pieces

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/x"
patterns = st.text("ab*?:", max_size=5)
TEXTS = ["".join(each) for length in range(6) for each in itertools.product("abc", repeat=length)]


def like(text: str, *, ignores_case: bool = False) -> Glob:
    """The pattern of `StringLike`."""
    return text_pattern(((text, False),), ignores_case=ignores_case)


@given(pattern=st.text("aB*?\n.é", max_size=6), text=st.text("aB\n.é", max_size=8))
def test_wildcards_match_like_those_of_regular_expressions(pattern: str, text: str) -> None:
    """`*` is any text, line ends included, and `?` is one character."""
    expected = re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.DOTALL)
    assert (expected is not None) == like(pattern).matches(text)


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(st.text("ab*?", max_size=4), max_size=4), cases=st.lists(st.booleans(), min_size=4, max_size=4))
def test_classes_are_all_sets_of_patterns_that_a_text_can_match(texts: list[str], cases: list[bool]) -> None:
    """Each class has an example that is in it, and no text is in another class."""
    asked = Patterns([like(text, ignores_case=case) for text, case in zip(texts, cases, strict=False)])
    classes = asked.classes()
    assert {found: found for found in classes} == {found: asked.matching(text) for found, text in classes.items()}
    assert set() == {asked.matching(text) for text in (*TEXTS, "A", "B", "aB", "AB", "Ba")} - set(classes)


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text("ab*", max_size=4), max_size=4))
def test_patterns_together_match_what_each_matches_alone(texts: list[str]) -> None:
    """One bit for each pattern."""
    globs = [like(text) for text in texts]
    asked = Patterns(globs)
    for text in TEXTS[:40]:
        assert sum(glob.matches(text) << at for at, glob in enumerate(globs)) == asked.matching(text)


def test_actions_have_no_case() -> None:
    """`S3:getobject` is `s3:GetObject`."""
    assert action_pattern("S3:get*").matches("s3:GetObject")
    assert not action_pattern("s3:Get?").matches("s3:Get")


def test_case_is_folded_one_letter_at_a_time() -> None:
    """A letter whose lower case is longer, or that of another letter, is only itself."""
    assert ["a", "a", "é", "İ", "\u212a"] == [fold(each) for each in ("a", "A", "É", "İ", "\u212a")]
    for text in ("İx", "\u212a", "straße", "É"):
        assert like(text, ignores_case=True).matches(text)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", TABLE, True),
        ("arn:aws:dynamodb:*", TABLE, True),
        ("arn:aws:dynamodb:*:*:table/x", TABLE, True),
        ("arn:aws:dynamodb:us-*-1:123456789012:table/x", TABLE, True),
        ("arn:aws:dynamodb:us*1:1*2:table/x", "arn:aws:dynamodb:us:1:12:table/x", False),
        ("arn:aws:s?s:us-east-1:1:q", "arn:aws:s:s:us-east-1:1:q", False),
        ("arn:aws:dynamodb", TABLE, True),
        ("arn:aws:dynamo", TABLE, False),
        (f"{TABLE}/index/*", f"{TABLE}/index/a:b", True),
        (f"{TABLE}?", TABLE, False),
    ],
)
def test_resources(pattern: str, text: str, expected: bool) -> None:
    """A wildcard stays in its part of the ARN, but for a `*` that ends a part."""
    assert expected == resource_pattern(((pattern, False),)).matches(text)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("arn:*:*:*:*:*", TABLE, True),
        ("arn:aws:dynamodb:*:table/x", TABLE, False),
        ("arn:aws:sns:*:1:topic:sub", "arn:aws:sns:us-east-1:1:topic:sub", True),
        ("arn:aws:sns:*:1:*", "arn:aws:sns:us-east-1:1:topic:sub", True),
    ],
)
def test_arns_in_conditions(pattern: str, text: str, expected: bool) -> None:
    """Each part is compared with its own part, and only the last holds colons."""
    glob = arn_pattern(((pattern, False),))
    assert expected == (glob is not None and glob.matches(text))


def test_what_is_no_arn_matches_no_arn() -> None:
    """A condition on ARNs with fewer than six parts has no pattern."""
    assert None is arn_pattern((("arn:aws:*", False),))


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ((("${Topic}", True),), "${Topic}"),
        ((("${Api.Arn}", True), ("/*/GET", False)), "${Api.Arn}/prod:1/GET"),
        ((("arn:aws:", False), ("${Rest}", True)), "arn:aws:${Rest}"),
    ],
)
def test_a_symbol_can_be_an_arn(pieces: Pieces, text: str) -> None:
    """What a template leaves open may be a whole ARN, or what one lacks."""
    glob = arn_pattern(pieces)
    assert glob is not None
    assert glob.matches(text)
    assert not glob.matches("arn:aws:sns:us-east-1:123456789012:topic")


def test_inserted_texts_are_plain() -> None:
    """A value of a variable has no wildcards, and its colons divide no ARN."""
    assert not text_pattern((("a", False), ("*", True))).matches("ab")
    assert text_pattern((("a", False), ("*", True))).matches("a*")
    glob = resource_pattern((("arn:aws:s3:", False), ("${AWS::Region}", True), ("::b", False)))
    assert glob.matches("arn:aws:s3:${AWS::Region}::b")


def test_hostile_patterns_end_in_too_many_classes() -> None:
    """The limit is on steps, not on time."""
    asked = Patterns([like(f"*{a}*{b}*{c}*") for a, b, c in itertools.product("abcdef", repeat=3)])
    with pytest.raises(TooManyClasses):
        asked.classes(Budget(5_000))
