"""A pattern matches a whole value, so anchors at its ends say nothing, and do not stay behind in keys."""

from __future__ import annotations

import re
from itertools import product

import pytest

from cfn_table.design.anchors import without_anchors
from cfn_table.design.keys import Domain, KeyTemplate

PATTERNS = {
    "^[a-z]+$": "[a-z]+",
    r"\A[a-z]+\Z": "[a-z]+",
    "^a$|^b$": "a|b",
    "[$^]+$": "[$^]+",
    "[]|^]+$": "[]|^]+",
    "[^]|]$": "[^]|]",
    r"a\$": r"a\$",
    r"a\\$": r"a\\",
    r"\|$": r"\|",
    "(^a$|b)$": "(^a$|b)",
    "(?:a|b$)": "(?:a|b$)",
    "$": "",
}


@pytest.mark.parametrize(("pattern", "expected"), PATTERNS.items(), ids=PATTERNS)
def test_only_anchors_at_the_ends_go(pattern: str, expected: str) -> None:
    """Of each alternative; what is escaped, in a class or in a group stays."""
    assert expected == without_anchors(pattern)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_same_values_match(pattern: str) -> None:
    """All short texts of what patterns hold are told apart as before."""
    for length in range(4):
        for text in map("".join, product("ab$^]\\|\n", repeat=length)):
            assert bool(re.fullmatch(pattern, text)) == bool(re.fullmatch(without_anchors(pattern), text)), text


def test_a_key_is_read_back_whose_pattern_has_anchors() -> None:
    """The anchors are about the value, not about the key around it."""
    domains = {"id": Domain(pattern="^[a-z]+$"), "day": Domain(pattern=r"\A\d+\Z")}
    template = KeyTemplate.parse("USER#{id}#DAY#{day}")
    key = template.render({"id": "ada", "day": "12"}, domains)
    assert {"id": "ada", "day": "12"} == template.match(key, domains)
