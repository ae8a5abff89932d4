"""The designs of tests/designs with their templates, and DynamoDB Local for engines that start it themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.engines.java import find_java
from tests.engines import install
from tests.engines.install import EngineUnavailableError
from tests.engines.require import engine_or_skip
from tests.projects import NAMES, copy_designs
from tests.prove.tables import Prepared, prepared


@pytest.fixture(scope="session")
def designs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    """All designs of tests/designs, by name."""
    project = copy_designs(tmp_path_factory.mktemp("designs"))
    return {name: prepared(project / "templates" / f"{name}.yaml") for name in NAMES}


@pytest.fixture(scope="session")
def jar() -> Path:
    """The folder that holds DynamoDBLocal.jar; skips (where engines are required: fails) where it cannot be had."""
    try:
        folder = install.dynamodb_local()
        find_java()
    except (EngineUnavailableError, EngineRefused) as reason:
        engine_or_skip(str(reason))
    return folder
