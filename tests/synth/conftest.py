"""Fixtures for the tests of templates' texts."""

from __future__ import annotations

import pytest
import yaml


@pytest.fixture(params=["C", "Python"])
def yaml_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """PyYAML with libyaml and without: a test that uses this runs with both."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader")
    return str(request.param)
