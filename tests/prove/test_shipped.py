"""Every shipped design is proven on every engine that can run it, with its policies; what one cannot run is listed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

import pytest

from cfn_table.prove.engines.deployed import Deployed, EngineRefused
from cfn_table.prove.engines.endpoint import endpoint_engine
from cfn_table.prove.engines.moto import moto_engine
from cfn_table.prove.engines.process import Server
from cfn_table.prove.report import Report
from cfn_table.prove.run import execute
from tests.engines.install import ROOT
from tests.projects import NAMES
from tests.prove.engine import SEED, verdicts
from tests.prove.tables import Prepared, prepared

REFUSED: Mapping[str, str] = {"tournament": "Key Schema too big"}
"""Designs that DynamoDB Local does not run, with its answer: it knows no index keys of several attributes."""

ALL = ("kv-storage", *NAMES)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB Local keeps access keys apart; these are of this file."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "shipped")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture(scope="session")
def shipped(designs: dict[str, Prepared]) -> dict[str, Prepared]:
    """The designs of the tests, and the one of this repository."""
    return {**designs, "kv-storage": prepared(ROOT / "templates" / "kv-storage.yaml")}


def proven(each: Prepared, engine: AbstractContextManager[Deployed]) -> Report:
    """What executing the design's patterns shows."""
    with engine as deployed:
        return execute(each.design, each.template, deployed, seed=SEED)


@pytest.mark.parametrize("name", ALL)
def test_a_design_is_proven_on_moto(name: str, shipped: dict[str, Prepared]) -> None:
    """Each pattern returns what it must, and each policy allows what it says."""
    each = shipped[name]
    report = proven(each, moto_engine(each.design, each.template))
    assert ({}, ()) == (verdicts(report), report.access_failures)


@pytest.mark.parametrize("name", [name for name in ALL if name not in REFUSED])
def test_a_design_is_proven_on_dynamodb_local(name: str, shipped: dict[str, Prepared], dynamodb_local: Server) -> None:
    """AWS's own engine agrees."""
    each = shipped[name]
    engine = endpoint_engine(each.design, each.template, dynamodb_local.endpoint, region="us-east-1")
    report = proven(each, engine)
    assert ({}, ()) == (verdicts(report), report.access_failures)


@pytest.mark.parametrize("name", REFUSED)
def test_what_dynamodb_local_does_not_run_it_says_itself(
    name: str, shipped: dict[str, Prepared], dynamodb_local: Server
) -> None:
    """Nothing is repaired on the way."""
    each = shipped[name]
    engine = endpoint_engine(each.design, each.template, dynamodb_local.endpoint, region="us-east-1")
    with pytest.raises(EngineRefused, match=REFUSED[name]), engine:
        pytest.fail("it is deployed")
