"""Designs executed on engines, for tests."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.design.requests import Names
from cfn_table.prove.engines.deployed import Deployed
from cfn_table.prove.report import Report
from cfn_table.prove.run import execute
from cfn_table.synth.template import synthesize, to_plain
from tests.prove.tables import table_from_template

DESIGNS = Path(__file__).parent / "designs"
SEED = 7


def design_of(text: str, folder: Path) -> Design:
    """The design that a text is."""
    path = folder / f"{text.split('design: ', 1)[1].split(maxsplit=1)[0]}.yaml"
    path.write_text(text, encoding="utf-8")
    return load_design(path, environment={})


def template_of(design: Design) -> dict[str, Any]:
    """The design's template as plain data, its table with a name."""
    template: dict[str, Any] = json.loads(json.dumps(to_plain(synthesize(design))))
    template["Resources"][design.logical_id]["Properties"].setdefault("TableName", design.name)
    return template


@contextlib.contextmanager
def on_moto() -> Iterator[Any]:
    """A client of an empty account of moto."""
    import boto3
    from moto import mock_aws

    with mock_aws():
        yield boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def deploy(design: Design, client: Any, *, engine: str = "moto", is_shared: bool = False) -> Deployed:
    """The design's table on an engine."""
    name = table_from_template(client, template_of(design), design.logical_id)
    names = Names(name, {index: str(each.name) for index, each in design.indexes.items()})
    return Deployed(engine, client, names, is_shared=is_shared)


def prove(design: Design, client: Any, *, engine: str = "moto", seed: int = SEED, is_shared: bool = False) -> Report:
    """What executing the design's patterns on a new table shows."""
    deployed = deploy(design, client, engine=engine, is_shared=is_shared)
    return execute(design, template_of(design), deployed, seed=seed)


def verdicts(report: Report) -> dict[str, list[str]]:
    """Verdict → the operations that have it, with what was wrong; nothing of those that passed."""
    found: dict[str, list[str]] = {}
    for each in report.results:
        if each.verdict != "passed":
            told = "; ".join(each.failures) or each.reason
            found.setdefault(str(each.verdict), []).append(f"{each.pattern} {each.operation}: {told}")
    return found
