"""What a review says of each pair of templates, exactly: every change, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.review.pairs import cases, expected, review_of, told


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_pair_is_reviewed_exactly(folder: Path) -> None:
    """The changes are those that are expected, each with its rule, effect, place and words."""
    found = [told(change) for change in review_of(folder).changes]
    key = lambda each: (each["rule"], each["path"], each["message"])  # noqa: E731  # one line says it
    assert sorted(expected(folder), key=key) == sorted(found, key=key)


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_the_rule_of_the_folder_is_what_the_pair_is_about(folder: Path) -> None:
    """Where anything is expected, the rule of the folder is among it."""
    rules = {each["rule"] for each in expected(folder)}
    assert not rules or folder.parent.name in rules
