"""A review under conditions says what the reviews of all deployments say, and is sure of no more."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import given

from cfn_table.review.change import Change, Effect
from cfn_table.review.compare import review_sides
from tests.review.deployments import Template, conditional_pairs, deployed, deployments, holding
from tests.review.test_laws import law, side

ABOUT_TEMPLATES = ("parameters-stay",)
"""Rules that are not about what is deployed."""


def changes_of(old: Template, new: Template) -> list[Change]:
    """What a review of two templates says."""
    review = review_sides(side(json.dumps(old)), side(json.dumps(new)))
    assert () == review.undecided
    return [each for each in review.changes if each.rule not in ABOUT_TEMPLATES]


def told(old: Template, new: Template) -> Iterator[tuple[dict[str, str], list[Change], list[Change]]]:
    """For each deployment its parameters, what the review says that holds in it, and what one of it alone says."""
    changes = changes_of(old, new)
    for parameters in deployments():
        before, after = holding(old, parameters), holding(new, parameters)
        holds = {**before, **after, **{f"{name} (before)": value for name, value in before.items()}}
        possible = [each for each in changes if all(holds[name] is value for name, value in each.when)]
        yield parameters, possible, changes_of(deployed(old, parameters), deployed(new, parameters))


def place(change: Change) -> str:
    """What a change is about."""
    return change.resource or str(change.path[1])


def is_guess(change: Change, others: list[Change]) -> bool:
    """Whether it is told that a resource without a name goes on under another logical id, or that others do not.

    Nobody can know, and where several could be meant, another one may be taken.
    """
    rename = "logical-ids-stay"
    guessed = any(each.rule == rename and each.effect is Effect.REPLACEMENT for each in (change, *others))
    return guessed and (change.rule == rename or change.effect in (Effect.NONE, Effect.DELETION))


@law
@given(pair=conditional_pairs())
def test_what_happens_in_a_deployment_is_told(pair: tuple[Template, Template]) -> None:
    """By a change that may happen in it, of what it happens to, and as bad.

    That a name may be another one's because of a parameter's value is not told: it would be said of all names.
    """
    for parameters, possible, changes in told(*pair):
        if parameters["Stage"] == "name-a":
            changes = [each for each in changes if each.rule != "logical-ids-stay"]  # noqa: PLW2901  # those that count
        worst: dict[str, int] = {}
        for each in possible:
            worst[place(each)] = max(each.effect.rank, worst.get(place(each), 0))
        missing = [
            each for each in changes if worst.get(place(each), -1) < each.effect.rank and not is_guess(each, possible)
        ]
        assert [] == [(each.rule, place(each), each.message) for each in missing]


@law
@given(pair=conditional_pairs())
def test_what_is_certain_happens_in_every_deployment(pair: tuple[Template, Template]) -> None:
    """In which its conditions hold; unless the deployment is refused altogether."""
    for _, possible, changes in told(*pair):
        if any(each.effect is Effect.REFUSED and each.certain for each in changes):
            continue
        worst: dict[str, int] = {}
        for each in changes:
            worst[place(each)] = max(each.effect.rank, worst.get(place(each), 0))
        wrong = [
            each
            for each in possible
            if each.certain and not is_guess(each, changes) and worst.get(place(each), -1) < each.effect.rank
        ]
        assert [] == [(each.rule, place(each), each.message, each.when) for each in wrong]
