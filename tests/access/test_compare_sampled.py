"""A search for what comparisons miss, with random policies of every form and random requests drawn from their texts."""

from __future__ import annotations

import json
import os
import random

import pytest

from cfn_table.access import Policy, Relation, compare
from tests.access.sampling import Pairs, Requests, allowed, meanings

SEEDS = int(os.environ.get("CFN_TABLE_EXAMPLES", "100")) * 2
"""How many pairs are tried in each of the four parts; thousands find what is rare."""


@pytest.mark.parametrize("part", range(4))
def test_no_request_contradicts_a_comparison(part: int) -> None:
    """What only the new side allows is never called equal or narrower, and what only the old one allows never wider."""
    for number in range(SEEDS):
        chance = random.Random(part * 1_000_000 + number)
        theme = Pairs(chance)
        pair = theme.pair()
        sides = [Policy.from_document(document) for document in pair]
        comparison = compare(*sides, asks_principal=theme.asks_principal)
        if comparison.relation in (Relation.UNDECIDED, Relation.INCOMPARABLE):
            continue
        for _ in range(2):
            real = meanings(pair, chance)
            requests = Requests(real, theme.keys, chance)
            for _ in range(20 if requests.actions else 0):
                request = requests.request()
                before, after = (allowed(document, request, theme.asks_principal) for document in real)
                told = f"{comparison.relation}, {request}\n{json.dumps(pair)}\n{json.dumps(real)}"
                assert before or not after or comparison.gained, told
                assert after or not before or comparison.lost, told
