"""A review never says less of a change than what happens: against a small model, and against every deployment."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from cfn_table.review.compare import review_sides
from cfn_table.review.report import Review
from tests.review.model import NOTHING, REFUSED, Thing, effect, moves, template_of
from tests.review.strategies import Stack, changed, stacks
from tests.review.test_laws import law, side

pairs = stacks().flatmap(lambda stack: st.tuples(st.just(stack), changed(stack)))


def review_of(old: Stack, new: Stack) -> Review:
    """The review of two stacks."""
    return review_sides(side(json.dumps(template_of(*old))), side(json.dumps(template_of(*new))))


def rank(review: Review, resource: str, *, certain: bool = False) -> int:
    """How bad the review says that it is for a resource."""
    changes = [each for each in review.changes if each.resource == resource and (each.certain or not certain)]
    return max((each.effect.rank for each in changes), default=NOTHING)


@law
@given(pair=pairs)
def test_a_review_says_no_less_than_what_happens(pair: tuple[Stack, Stack]) -> None:
    """Of no resource."""
    (old, _), (new, _) = pair
    review = review_of(*pair)
    said = {name: rank(review, name) for name in old | new}
    wanted = {name: effect(old, new, name).least for name in old | new}
    assert {} == {name: (said[name], least) for name, least in wanted.items() if said[name] < least}


@law
@given(pair=pairs)
def test_a_review_is_not_sure_of_more_than_what_happens(pair: tuple[Stack, Stack]) -> None:
    """What is harmless is not said to be worse."""
    (old, _), (new, _) = pair
    review = review_of(*pair)
    said = {name: rank(review, name, certain=True) for name in old | new}
    wanted = {name: effect(old, new, name).most for name in old | new}
    assert {} == {name: (said[name], most) for name, most in wanted.items() if said[name] > most}


@law
@given(pair=pairs)
def test_an_export_that_changes_may_be_refused(pair: tuple[Stack, Stack]) -> None:
    """Because it is gone, has another value, or because what it names is another resource; and no other."""
    (old, before), (new, after) = pair
    assume(all(old[name].kind == new[name].kind for name in old.keys() & new.keys()))  # refused altogether
    wanted = {
        name
        for name, value in before.items()
        if name not in after or value_of(old, value) != value_of(new, after[name]) or is_moved(old, new, after[name])
    }
    refused = [each for each in review_of(*pair).changes if each.rule == "exports-stay" and each.effect.rank == REFUSED]
    assert {f"Out{name.replace('-', '')}" for name in wanted} == {each.path[1] for each in refused}


def value_of(things: dict[str, Thing], value: Any) -> Any:
    """What an export has, as far as it is known: the name of a table or a bucket, the ARN of others."""
    thing = things.get(value[1:]) if value.startswith("@") else None
    if thing is None or thing.name is None:
        return value
    return thing.name if thing.kind in ("bucket", "table") else (thing.kind, thing.name, thing.more.get("path"))


def is_moved(old: dict[str, Thing], new: dict[str, Thing], value: Any) -> bool:
    """Whether what an export names becomes another resource."""
    return value.startswith("@") and moves(old, new, value[1:])
