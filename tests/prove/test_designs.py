"""Whatever the grammar can say is executed, and found to be right: the designs of this folder use every construct."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.load import load_design
from tests.prove.engine import DESIGNS, on_moto, prove, verdicts

PATHS = sorted(DESIGNS.glob("*.yaml"))

# DynamoDB Local knows no keys of several attributes: "Key Schema too big".
MOTO_ALONE = {"several"}

SKIPPED_ON_MOTO = {
    "filters": {
        "raw_begins",
        "raw_contains",
        "anything_given",
        "anything_over",
        "dotted",
    },
    "numbers": {"all"},
    "sort-keys": {"local_score"},
    "transactions": {"read_both"},
}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_construct_is_executed_on_moto(path: Path) -> None:
    """Nothing fails; what moto answers otherwise than DynamoDB is skipped, and the reason names the way out."""
    with on_moto() as client:
        found = verdicts(prove(load_design(path, environment={}), client))
    skipped = found.pop("skipped", [])
    assert {} == found
    assert {each.split()[0] for each in skipped} == SKIPPED_ON_MOTO.get(path.stem, set())
    assert all("try DynamoDB Local" in each for each in skipped)


@pytest.mark.parametrize("path", [path for path in PATHS if path.stem not in MOTO_ALONE], ids=lambda path: path.stem)
def test_every_construct_is_executed_on_dynamodb_local(path: Path, local_dynamodb: Any) -> None:
    """AWS's own engine agrees with the oracle in everything."""
    assert verdicts(prove(load_design(path, environment={}), local_dynamodb, engine="dynamodb-local")) == {}
