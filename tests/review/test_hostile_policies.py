"""Whatever two templates hold, there is an answer about their permissions, and none where they are the same."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import assume, given, settings

from cfn_table.review.change import Access
from cfn_table.review.pair import Pair
from cfn_table.review.policies import policy_changes
from cfn_table.review.rules import permissions_stay
from cfn_table.review.side import Side
from cfn_table.synth import nodes
from cfn_table.synth.nodes import Source
from cfn_table.synth.read import TemplateText
from tests.access.templates.test_hostile import _TEMPLATES as TEMPLATES


def side_of(data: Any) -> Side:
    """A side with any data, also such as no text gives."""
    return Side("t", TemplateText(data, nodes.Mapping(0, None, []), Source("", "t")))


@given(TEMPLATES, TEMPLATES)
@settings(max_examples=100, deadline=None)
def test_there_is_always_an_answer(old: Any, new: Any) -> None:
    """Nothing raises, and every line can be read."""
    pair = Pair(side_of(old), side_of(new))
    for change in permissions_stay.check(pair):
        assert change.access is not Access.NONE
        assert "\n" not in change.message
    policy_changes(pair)


@given(TEMPLATES)
@settings(max_examples=100, deadline=None)
def test_the_same_template_is_no_change(template: Any) -> None:
    """However odd: what cannot be understood on both sides alike did not change."""
    assume("nan" not in repr(template))  # which no text of a template gives, and which differs from itself
    assert [] == list(permissions_stay.check(Pair(side_of(template), side_of(copy.deepcopy(template)))))
