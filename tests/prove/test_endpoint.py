"""A table made on an endpoint is the template's, is deleted afterwards, and never somebody else's."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import NoReturn

import pytest

from cfn_table.errors import UsageError
from cfn_table.prove.engines.deployed import Deployed, EngineRefused
from cfn_table.prove.engines.endpoint import endpoint_engine, stack_engine
from cfn_table.prove.engines.process import Server
from tests.engines.aws_cli import AwsCli
from tests.projects import NAMES
from tests.prove.tables import Prepared, prepared, written

KEY_TOO_BIG = "Key Schema too big. Key Schema must at most consist of the hash and range key of a table"
REFUSED = {"tournament": f"it answers `ValidationException` ({KEY_TOO_BIG})"}
"""What DynamoDB Local 1.25 does not take, and its answer. Vector indexes and what fills a new table it passes over."""


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """An access key for each test, which DynamoDB Local takes for a database of its own; no other configuration."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "".join(each for each in request.node.name if each.isalnum())[-60:])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")


@pytest.fixture
def storage(root: Path) -> Prepared:
    """The design that this repository publishes."""
    return prepared(root / "templates" / "kv-storage.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_every_design_has_its_table_or_a_reason(
    designs: dict[str, Prepared], dynamodb_local: Server, name: str
) -> None:
    """On AWS's own engine: key, indexes, billing and expiry as the template says, or the engine's answer."""
    design, template = designs[name].design, designs[name].template
    if name in REFUSED:
        with pytest.raises(EngineRefused) as refused, endpoint_engine(design, template, dynamodb_local.endpoint):
            pytest.fail("it is deployed")
        assert f"`{dynamodb_local.endpoint}` does not make the table: {REFUSED[name]}" == refused.value.message
        return
    with endpoint_engine(design, template, dynamodb_local.endpoint) as deployed:
        table = deployed.client.describe_table(TableName=deployed.names.table)["Table"]
        assert design.table_keys.names == tuple(part["AttributeName"] for part in table["KeySchema"])
        assert design.indexes.keys() == deployed.names.indexes.keys()
        expiry = deployed.client.describe_time_to_live(TableName=deployed.names.table)["TimeToLiveDescription"]
        assert design.file.table.time_to_live == expiry.get("AttributeName")
        assert ("endpoint", False, True) == (deployed.engine, deployed.is_shared, deployed.has_latency)
    assert [] == deployed.client.list_tables()["TableNames"]


def test_the_table_goes_when_the_proof_fails(storage: Prepared, dynamodb_local: Server) -> None:
    """The failure stays the failure."""
    with (
        pytest.raises(ZeroDivisionError),
        endpoint_engine(storage.design, storage.template, dynamodb_local.endpoint) as deployed,
    ):
        raise ZeroDivisionError
    assert [] == deployed.client.list_tables()["TableNames"]


def test_a_table_that_is_there_is_left_alone(storage: Prepared, dynamodb_local: Server) -> None:
    """Its items are somebody's; a stack that is deployed is proven otherwise."""
    with endpoint_engine(storage.design, storage.template, dynamodb_local.endpoint) as deployed:
        with (
            pytest.raises(EngineRefused) as refused,
            endpoint_engine(storage.design, storage.template, dynamodb_local.endpoint),
        ):
            pytest.fail("it is deployed")
        assert f"`{dynamodb_local.endpoint}` has a table `kv-storage-data` already" == refused.value.message
        assert "`--stack-name STACK`" in refused.value.help
        assert ["kv-storage-data"] == deployed.client.list_tables()["TableNames"]


def test_a_protected_table_is_deleted_too(tmp_path: Path, dynamodb_local: Server) -> None:
    """It is ours: the protection is taken away first."""
    notes = written(tmp_path, table={"deletion_protection": "true"})
    with endpoint_engine(notes.design, notes.template, dynamodb_local.endpoint) as deployed:
        table = deployed.client.describe_table(TableName=deployed.names.table)["Table"]
        assert table["DeletionProtectionEnabled"]
    assert [] == deployed.client.list_tables()["TableNames"]


def test_a_table_that_cannot_be_deleted_is_told(storage: Prepared, dynamodb_local: Server) -> None:
    """Somebody else was faster, say."""
    with (
        pytest.raises(EngineRefused) as refused,
        endpoint_engine(storage.design, storage.template, dynamodb_local.endpoint) as deployed,
    ):
        deployed.client.delete_table(TableName=deployed.names.table)
    assert refused.value.message.startswith("the table `kv-storage-data` is left at ")


def deleted_before(deployed: Deployed, ending: BaseException) -> NoReturn:
    """Delete the table, then end as said."""
    deployed.client.delete_table(TableName=deployed.names.table)
    raise ending


@pytest.mark.parametrize("ending", [KeyboardInterrupt(), EngineRefused("the engine is gone")])
def test_a_table_that_is_left_is_told_beside_what_ended_the_proof(
    storage: Prepared, dynamodb_local: Server, ending: BaseException
) -> None:
    """An interrupt included: somebody has to delete the table."""
    with (
        pytest.raises(EngineRefused) as refused,
        endpoint_engine(storage.design, storage.template, dynamodb_local.endpoint) as deployed,
    ):
        deleted_before(deployed, ending)
    assert "the table `kv-storage-data` is left at " in refused.value.findings[-1].message


def test_an_endpoint_that_does_not_answer_is_told(storage: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, without a traceback of botocore."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(EngineRefused) as refused, endpoint_engine(storage.design, storage.template, url):
            pytest.fail("it is deployed")
    assert f"cannot prove at `{url}`: the endpoint cannot be reached" == refused.value.message


@pytest.mark.parametrize("url", ["nothing", "127.0.0.1:8000", "http://", "http://127.0.0.1:80000"])
def test_what_is_no_url_is_told(storage: Prepared, url: str) -> None:
    """With an example of one."""
    with pytest.raises(UsageError) as refused, endpoint_engine(storage.design, storage.template, url):
        pytest.fail("it is deployed")
    assert f"`{url}` is not the address of an engine" == refused.value.message


def test_a_stack_on_an_emulator_is_found(
    ministack: Server, aws_cli: AwsCli, storage: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deployed by the real AWS CLI, found over HTTP without any credentials of the machine."""
    template = aws_cli.home / "template.json"
    template.write_text(json.dumps(storage.template), encoding="utf-8")
    done = aws_cli.deploy(template, "of-the-test")
    assert 0 == done.returncode, done.stderr
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", aws_cli.account)
    with stack_engine(storage.design, "of-the-test", endpoint_url=ministack.endpoint) as deployed:
        assert ("endpoint", "kv-storage-data") == (deployed.engine, deployed.names.table)
        assert deployed.is_shared
