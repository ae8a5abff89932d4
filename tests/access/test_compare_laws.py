"""Laws of comparing policies: what holds of any two of them, checked against all requests of a small universe."""

from __future__ import annotations

import os
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cfn_table.access import Comparison, Outcome, Relation, compare
from cfn_table.access.evaluate import judge
from tests.access.strategies import Document, differing, documents, pairs, policy, statements

EXAMPLES = int(os.environ.get("CFN_TABLE_EXAMPLES", "100"))
law = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ONE_KEY = ("s:texts", "s:count")
MIRRORED = {Relation.WIDER: Relation.NARROWER, Relation.NARROWER: Relation.WIDER}
AT_MOST = {Relation.EQUAL, Relation.NARROWER}


def compared(old: Document, new: Document) -> Comparison:
    """The comparison of two documents."""
    return compare(policy(old, "old"), policy(new, "new"))


def holds_in_the_universe(old: Document, new: Document) -> Comparison:
    """The comparison, of which nothing in the universe contradicts a word."""
    comparison = compared(old, new)
    real = differing(old, new)
    for difference in (*comparison.gained, *comparison.lost):
        here, there = (new, old) if difference.is_allowed_now else (old, new)
        assert Outcome.ALLOW == judge([policy(here)], difference.request)
        assert judge([policy(there)], difference.request) in (Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY)
        assert difference.statements
    if comparison.relation is not Relation.UNDECIDED:
        assert bool(comparison.gained) or True not in real, real
        assert bool(comparison.lost) or False not in real, real
    return comparison


@law
@given(pair=pairs(variables=False))
def test_without_variables_the_answer_is_that_of_all_requests(pair: tuple[Document, Document]) -> None:
    """It is never undecided, and every difference that there is is found."""
    comparison = holds_in_the_universe(*pair)
    assert () == comparison.undecided


@law
@given(pair=pairs(variables=True))
def test_with_variables_the_answer_is_that_of_all_requests_or_undecided(pair: tuple[Document, Document]) -> None:
    """A difference that there is is found, or the answer is that it is not known."""
    comparison = holds_in_the_universe(*pair)
    assert (comparison.relation is Relation.UNDECIDED) <= bool(comparison.undecided)


@law
@given(document=documents(variables=True, keys=(*ONE_KEY, "aws:username")))
def test_a_policy_is_equal_to_itself(document: Document) -> None:
    """Whatever is in it."""
    assert Relation.EQUAL == compared(document, document).relation


@law
@given(pair=pairs(variables=True))
def test_the_other_way_round_is_the_mirror_image(pair: tuple[Document, Document]) -> None:
    """What is gained one way is lost the other way."""
    there, back = compared(*pair), compared(pair[1], pair[0])
    assert MIRRORED.get(there.relation, there.relation) == back.relation
    assert len(there.gained) == len(back.lost)


@law
@given(three=st.tuples(*[documents(keys=ONE_KEY)] * 3))
def test_at_most_is_transitive(three: tuple[Document, Document, Document]) -> None:
    """What allows no more than what allows no more than a third allows no more than the third."""
    first, second, third = three
    if compared(first, second).relation in AT_MOST and compared(second, third).relation in AT_MOST:
        assert compared(first, third).relation in AT_MOST


@law
@given(document=documents(keys=ONE_KEY), more=statements(variables=False, keys=ONE_KEY))
def test_an_allow_takes_nothing_and_a_deny_gives_nothing(document: Document, more: Any) -> None:
    """Whatever they are about."""
    added = compared(document, document | {"Statement": [*document["Statement"], more]})
    assert () == (added.lost if more["Effect"] == "Allow" else added.gained)
    assert () == added.undecided


@law
@given(document=documents(variables=True, keys=(*ONE_KEY, "aws:username")), shuffled=st.randoms(use_true_random=False))
def test_order_names_and_splitting_are_irrelevant(document: Document, shuffled: random.Random) -> None:
    """One statement for each action and resource, in any order and under any name, is the same policy."""
    parts: list[Document] = []
    for number, each in enumerate(document["Statement"]):
        actions = [each["Action"]] if "NotAction" not in each else []
        resources = [each["Resource"]] if "NotResource" not in each else []
        for action in actions[0] if actions else [None]:
            for resource in resources[0] if resources else [None]:
                part = dict(each, Sid=f"S{number}x{len(parts)}")
                part.update({} if action is None else {"Action": action})
                part.update({} if resource is None else {"Resource": resource})
                parts.append(part)
    shuffled.shuffle(parts)
    assert Relation.EQUAL == compared(document, document | {"Statement": parts}).relation


@law
@given(pair=pairs(variables=False), shuffled=st.randoms(use_true_random=False))
def test_the_answer_does_not_hang_on_the_order(pair: tuple[Document, Document], shuffled: random.Random) -> None:
    """The relation and the number of differences are those of the policies with their statements in another order."""
    old, new = pair
    mixed = shuffled.sample(new["Statement"], len(new["Statement"]))
    plain, other = compared(old, new), compared(old, new | {"Statement": mixed})
    assert plain.relation == other.relation
    assert len(plain.gained) == len(other.gained)
