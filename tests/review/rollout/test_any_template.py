"""Templates that others wrote, odd ones included: there is an answer, and its last template is the new one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cfn_table.review.rollout.formats import Shown, data, markdown, text
from tests.review.rollout.stacks import PAIRS, REPLACEMENTS, rollout
from tests.review.rollout.test_migration import CASES

TEMPLATES = [
    *(each for pair in (*PAIRS.values(), *REPLACEMENTS.values()) for each in (pair.old, pair.new)),
    *(each for old, new, _ in CASES.values() for each in (old, new)),
]
ODD: list[Any] = [
    None,
    "",
    "text",
    0,
    True,
    [],
    {},
    [[]],
    [None],
    {"Ref": "AWS::NoValue"},
    {"Ref": "Stage"},
    {"Fn::If": ["IsProd", "a", "b"]},
    {"Fn::If": ["IsProd", [{"IndexName": "byA"}], {"Ref": "AWS::NoValue"}]},
    {"Fn::GetAtt": ["Table", "StreamArn"]},
    {"Fn::GetAtt": "Table.Arn"},
    {"Fn::Sub": "${Table.Arn}/index/byA"},
    {"Fn::Sub": ["${A}", {"A": {"Ref": "Table"}}]},
    {"Fn::Transform": {"Name": "AWS::Include"}},
    {"Fn::ForEach::Loop": ["X", ["a"], {"${X}": {}}]},
]


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of every value in a template."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield (*path, key)
        yield from places(each, (*path, key))


@st.composite
def odd_templates(draw: st.DrawFn) -> dict[str, Any]:
    """A template with some values replaced by what is not expected there."""
    template: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(TEMPLATES)))
    for _ in range(draw(st.integers(0, 3))):
        found = [each for each in places(template) if each != ("Resources",)]
        if not found:
            break
        *path, last = draw(st.sampled_from(found))
        owner: Any = template
        for key in path:
            owner = owner[key]
        owner[last] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return template


@given(old=odd_templates(), new=odd_templates())
def test_any_two_templates_have_an_answer(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Nothing raises, whatever is in them, and all forms can show it."""
    found = rollout(old, new)
    if found.is_safe and old != new:
        assert new == found.steps[-1].template
    for shown in (Shown("old", "new", found, {}),):
        assert text(shown).endswith("\n")
        assert markdown(shown).startswith("# Rollout\n")
        assert len(found.steps) == len(data(shown, tool_version="1")["steps"])
