"""The designs of tests/designs with their templates."""

from __future__ import annotations

import pytest

from tests.projects import NAMES, copy_designs
from tests.prove.tables import Prepared, prepared


@pytest.fixture(scope="session")
def designs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    """All designs of tests/designs, by name."""
    project = copy_designs(tmp_path_factory.mktemp("designs"))
    return {name: prepared(project / "templates" / f"{name}.yaml") for name in NAMES}
