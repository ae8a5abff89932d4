"""moto makes every design's table in this process, and tells what it leaves out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cfn_table.errors import UsageError
from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.engines.moto import moto_engine
from tests.projects import NAMES, environment
from tests.prove.tables import Prepared, prepared, written

NO_ATTRIBUTE = "Template error: resource Topic does not support attribute type TopicArn in Fn::GetAtt"
NO_SCALING = "`AWS::ApplicationAutoScaling::ScalableTarget`, `AWS::ApplicationAutoScaling::ScalingPolicy`"
LEFT_OUT = {
    "device-telemetry": ["moto creates no `AWS::CloudWatch::Alarm`"],
    "everything": [
        f"everything but the table is left out, because moto answers: `ValidationError` ({NO_ATTRIBUTE})",
    ],
    "forum": [f"moto creates no {NO_SCALING}, `AWS::CloudWatch::Alarm`"],
    "profile": [
        "moto knows no `AWS::DynamoDB::GlobalTable`: the table is made through CreateTable",
        "moto has the table without `SSESpecification`",
    ],
    "settings": ["moto creates no `AWS::CloudWatch::Alarm`"],
    "shop": ["moto creates no `AWS::CloudWatch::Alarm`"],
}


@pytest.mark.parametrize("name", NAMES)
def test_every_design_has_its_table(designs: dict[str, Prepared], name: str) -> None:
    """With the key and the indexes of the design, and nothing that is left out is left unsaid."""
    design, template = designs[name].design, designs[name].template
    with moto_engine(design, template) as deployed:
        table = deployed.client.describe_table(TableName=deployed.names.table)["Table"]
        assert design.table_keys.names == tuple(part["AttributeName"] for part in table["KeySchema"])
        assert design.indexes.keys() == deployed.names.indexes.keys()
        assert LEFT_OUT.get(name, []) == list(deployed.notes)
        assert ("moto", False, False) == (deployed.engine, deployed.is_shared, deployed.has_latency)


def test_a_name_that_a_parameter_gives_is_known(designs: dict[str, Prepared]) -> None:
    """Both names are those of the deployment: the default, or the given value."""
    settings = designs["settings"]
    given = {"TableName": "of-the-test", "IndexName": "by-someone"}
    with moto_engine(settings.design, settings.template, parameters=given) as deployed:
        assert ("of-the-test", {"ByOwner": "by-someone"}) == (deployed.names.table, dict(deployed.names.indexes))
        assert "arn:aws:kms:" == deployed.parameters["KeyArn"][:12], "an example of its pattern"


def test_a_parameter_without_a_value_is_asked_for(tmp_path: Path) -> None:
    """Before anything is imported."""
    notes = written(tmp_path, context={"NAME": {"type": "String"}}, table={"name": "{{ NAME }}"})
    with pytest.raises(UsageError) as refused, moto_engine(notes.design, notes.template):
        pytest.fail("it is deployed")
    assert "the parameter `NAME` has no default" == refused.value.message
    with moto_engine(notes.design, notes.template, parameters={"NAME": "of-the-test"}) as deployed:
        assert "of-the-test" == deployed.names.table


def test_what_moto_refuses_is_refused_with_its_answer(designs: dict[str, Prepared]) -> None:
    """A key attribute without a definition is no table for any engine."""
    smallest = designs["smallest"]
    template = {**smallest.template, "Resources": {**smallest.template["Resources"]}}
    table = template["Resources"][smallest.design.logical_id]
    template["Resources"][smallest.design.logical_id] = {
        **table,
        "Properties": {**table["Properties"], "AttributeDefinitions": []},
    }
    with pytest.raises(EngineRefused) as refused, moto_engine(smallest.design, template):
        pytest.fail("it is deployed")
    assert refused.value.message.startswith("moto does not make the table: it answers `ValidationException` (")


def test_a_table_without_an_index_of_the_design_is_refused(designs: dict[str, Prepared]) -> None:
    """The template is another version's, say."""
    forum, shop = designs["forum"], designs["shop"]
    resources = {forum.design.logical_id: shop.template["Resources"][shop.design.logical_id]}
    with (
        pytest.raises(EngineRefused, match="has no index `by-activity`") as refused,
        moto_engine(forum.design, {**shop.template, "Resources": resources, "Outputs": {}}),
    ):
        pytest.fail("it is deployed")
    assert "it has `GSI1`, `inverted`, `open-orders`" in refused.value.help


HOSTILE = {
    "AWS_PROFILE": "there-is-no-such-profile",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_CONFIG_FILE": "/dev/null/nothing",
    "TEST_SERVER_MODE": "true",
    "HTTPS_PROXY": "http://127.0.0.1:9",
}


def test_the_users_configuration_is_out_of_the_way_and_back_afterwards(root: Path) -> None:
    """Profile, endpoint and proxy of the environment reach neither moto nor its clients; nothing is printed."""
    script = f"""\
import os
from pathlib import Path
from tests.prove.tables import prepared
from cfn_table.prove.engines.moto import moto_engine
notes = prepared(Path("templates/kv-storage.yaml"))
before = dict(os.environ)
with moto_engine(notes.design, notes.template) as deployed:
    deployed.client.scan(TableName=deployed.names.table)
    assert not set({sorted(HOSTILE)!r}) & set(os.environ) - {{"AWS_CONFIG_FILE", "HTTPS_PROXY"}}
assert before == dict(os.environ)
"""
    variables = environment(HOSTILE)
    variables["PYTHONPATH"] = os.pathsep.join([str(root), variables.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_nothing_is_left_for_the_next_proof(root: Path) -> None:
    """The same fixed table name can be made again and again."""
    storage = prepared(root / "templates" / "kv-storage.yaml")
    for _ in range(2):
        with moto_engine(storage.design, storage.template) as deployed:
            assert [deployed.names.table] == deployed.client.list_tables()["TableNames"]
