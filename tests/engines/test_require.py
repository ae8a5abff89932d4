"""A test whose engine is missing says so: a skip with the reason, and a failure where engines are required."""

from __future__ import annotations

import pytest
from _pytest.outcomes import Failed, Skipped

from tests.engines.require import engine_or_skip, engines_required


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_engines_are_required_where_the_variable_is_set(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: bool
) -> None:
    """CFN_TABLE_REQUIRE_ENGINES set to anything but 0 makes engines required."""
    monkeypatch.setenv("CFN_TABLE_REQUIRE_ENGINES", value)
    assert expected == engines_required()


def test_engines_are_optional_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without the variable nothing is required."""
    monkeypatch.delenv("CFN_TABLE_REQUIRE_ENGINES", raising=False)
    assert engines_required() is False


def test_a_missing_engine_skips_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere than in CI the test is skipped, and the reason is what the installer said."""
    monkeypatch.delenv("CFN_TABLE_REQUIRE_ENGINES", raising=False)
    with pytest.raises(Skipped) as ended:
        engine_or_skip("java is missing")
    assert "java is missing" == ended.value.msg


def test_a_missing_engine_fails_where_engines_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI the same test fails: a green run there has used the engines."""
    monkeypatch.setenv("CFN_TABLE_REQUIRE_ENGINES", "1")
    with pytest.raises(Failed) as ended:
        engine_or_skip("java is missing")
    assert "a required engine is missing: java is missing" == ended.value.msg
