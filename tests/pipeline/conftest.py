"""What the tests of reviews share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.repositories import WHO, Compared


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compared:
    """What is compared, in the current folder `tmp_path`; git knows nothing of the machine."""
    found = Compared()
    monkeypatch.setattr("cfn_table.review.compare.review_sides", found)
    monkeypatch.chdir(tmp_path)
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return found
