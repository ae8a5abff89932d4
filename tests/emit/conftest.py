"""Designs from which texts are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from tests.engines.install import ROOT
from tests.projects import copy_designs

HURTING = Path(__file__).parent / "hurting.yaml"


@pytest.fixture(scope="session")
def designs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Design]:
    """All designs of the tests, the repository's own, and one that hurts."""
    folder = copy_designs(tmp_path_factory.mktemp("project"))
    paths = [*sorted((folder / "templates").glob("*.yaml")), ROOT / "templates" / "kv-storage.yaml", HURTING]
    return {path.stem: load_design(path, environment={}) for path in paths}
