"""Every policy whose meaning differs, for a report's table of permissions."""

from __future__ import annotations

from cfn_table.access.sources import conditions_in_words
from cfn_table.review.pair import Pair
from cfn_table.review.permissions import Compared, examples_of
from cfn_table.review.report import PolicyChange


def policy_changes(pair: Pair) -> tuple[PolicyChange, ...]:
    """Every policy whose meaning differs between two templates, sorted by name; of one with conditions each variant."""
    found = [
        PolicyChange(_title(each), _relation(each), examples_of(each.gained), examples_of(each.lost), each.undecided)
        for each in pair.policies
        if each.gained or each.lost or each.undecided
    ]
    return tuple(sorted(found, key=lambda each: each.policy))


def _title(found: Compared) -> str:
    name = f"{found.name} (trust)" if found.kind == "trust" else found.name
    return f"{name} when {conditions_in_words(found.when)}" if found.when else name


def _relation(found: Compared) -> str:
    if not found.old or not found.new:
        return "removed" if found.old else "new"
    if found.gained and found.lost:
        return "different"
    if found.undecided and not (found.gained or found.lost):
        return "undecided"
    return "wider" if found.gained else "narrower"
