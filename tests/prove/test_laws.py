"""Laws of the proof: what holds of every design, whatever is in it."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cfn_table.design.load import load_design
from tests.prove.engine import on_moto, prove, verdicts
from tests.strategies import Project, projects

EXAMPLES = int(os.environ.get("CFN_TABLE_EXAMPLES", "6"))
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
layouts = st.integers(0, 2**32).map(random.Random)


def is_simple(project: Project) -> bool:
    """Whether an engine of our own takes the table: no replicas, no properties that do not exist."""
    table = project.design["table"]
    return not {"replicas", "extra_properties", "encryption"} & set(table)


@settings(max_examples=EXAMPLES, suppress_health_check=QUIET)
@given(project=projects().filter(is_simple), seed=st.integers(0, 2**32))
def test_generated_designs_are_proven_on_moto(project: Project, seed: int, tmp_path: Path) -> None:
    """Nothing that the grammar can say fails, but where nothing can be made up that a test of the design lets pass."""
    design = load_design(project.write(tmp_path), environment={})
    with on_moto() as client:
        found = verdicts(prove(design, client, seed=seed))
    assert [] == [each for each in found.get("failed", ()) if "made up" not in each]


@settings(max_examples=max(1, EXAMPLES // 6), suppress_health_check=QUIET)
@given(project=projects().filter(is_simple), seed=st.integers(0, 2**32))
def test_generated_designs_are_proven_on_dynamodb_local(
    project: Project, seed: int, tmp_path: Path, local_dynamodb: Any
) -> None:
    """AWS's own engine agrees."""
    design = load_design(project.write(tmp_path), environment={})
    # DynamoDB Local knows no keys of several attributes.
    assume(all(len(keys.partition) == 1 and len(keys.sort) < 2 for keys in design.all_keys))
    try:
        found = verdicts(prove(design, local_dynamodb, engine="dynamodb-local", seed=seed))
        assert [] == [each for each in found.get("failed", ()) if "made up" not in each]
    finally:
        for name in local_dynamodb.list_tables()["TableNames"]:
            local_dynamodb.delete_table(TableName=name)
