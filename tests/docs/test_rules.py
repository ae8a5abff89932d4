"""docs/rules.md says what the rules are."""

from __future__ import annotations

from tests.design.rules.fixtures import DOCUMENT, document


def test_the_document_of_the_rules_is_fresh() -> None:
    """docs/rules.md is what the docstrings of the rules say today."""
    anew = "make it anew: python -m tests.design.rules.fixtures"
    assert document() == DOCUMENT.read_text(encoding="utf-8"), anew
