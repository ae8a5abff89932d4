"""The table of a deployed stack is found by its logical id, and used only when it is the design's; on moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from cfn_table.errors import InputError, UsageError
from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.engines.endpoint import stack_engine
from tests.prove.tables import Prepared

UNKNOWN_TO_MOTO = ("AWS::ApplicationAutoScaling::", "AWS::CloudWatch::")


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account of moto, and no configuration of the machine."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


def deploy(prepared: Prepared, name: str = "of-the-test", *, region: str = "us-east-1", **parameters: str) -> None:
    """Deploy a design's template, without what moto does not create and then stumbles over."""
    resources = prepared.template["Resources"]
    known = {key: each for key, each in resources.items() if not each["Type"].startswith(UNKNOWN_TO_MOTO)}
    boto3.client("cloudformation", region_name=region).create_stack(
        StackName=name,
        TemplateBody=json.dumps({**prepared.template, "Resources": known}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )


def refusal(prepared: Prepared, stack: str = "of-the-test", **options: Any) -> EngineRefused:
    """What a stack is refused with."""
    with pytest.raises(EngineRefused) as refused, stack_engine(prepared.design, stack, **options):
        pytest.fail("it is taken")
    return refused.value


def test_the_table_of_a_stack_is_found(designs: dict[str, Prepared]) -> None:
    """Its name is generated; it is shared with others, and stays."""
    forum = designs["forum"]
    deploy(forum)
    with stack_engine(forum.design, "of-the-test") as deployed:
        assert deployed.names.table.startswith("of-the-test-ForumTable-")
        assert {"ByActivity": "by-activity", "ByAuthor": "by-author"} == deployed.names.indexes
        assert ("aws", True, True) == (deployed.engine, deployed.is_shared, deployed.has_latency)
    assert [deployed.names.table] == boto3.client("dynamodb").list_tables()["TableNames"]


def test_the_values_that_it_was_deployed_with_count(designs: dict[str, Prepared]) -> None:
    """Names of tables and indexes may be parameters: those of the stack decide, not the defaults."""
    settings = designs["settings"]
    boto3.client("ssm").put_parameter(Name="/settings/stream", Value="a-stream", Type="String")
    deploy(settings, KeyArn="arn:aws:kms:key", TableName="of-the-test", IndexName="by-someone")
    with stack_engine(settings.design, "of-the-test") as deployed:
        assert ("of-the-test", {"ByOwner": "by-someone"}) == (deployed.names.table, dict(deployed.names.indexes))
        assert "of-the-test" == deployed.parameters["TableName"]


def test_the_region_is_the_given_one(designs: dict[str, Prepared]) -> None:
    """Else the environment's, else the design's."""
    deploy(designs["smallest"], region="eu-west-1")
    assert "there is no stack `of-the-test` in `us-east-1`" == refusal(designs["smallest"]).message
    with stack_engine(designs["smallest"].design, "of-the-test", region="eu-west-1") as deployed:
        assert "eu-west-1" == deployed.client.meta.region_name


def test_a_stack_of_something_else_is_refused(designs: dict[str, Prepared]) -> None:
    """With the logical id that is looked for."""
    deploy(designs["forum"])
    refused = refusal(designs["smallest"])
    assert "the stack `of-the-test` has no table `SmallestTable`" == refused.message
    assert "name a stack of the design `smallest`; its table's logical id is `SmallestTable`" == refused.help


def test_a_resource_of_that_name_that_is_no_table_is_refused(designs: dict[str, Prepared]) -> None:
    """A bucket, say."""
    smallest = designs["smallest"]
    bucket = {"Resources": {smallest.design.logical_id: {"Type": "AWS::S3::Bucket"}}}
    deploy(Prepared(smallest.design, bucket))
    assert "the stack `of-the-test` has no table `SmallestTable`" == refusal(smallest).message


def test_a_table_with_another_key_is_refused(designs: dict[str, Prepared]) -> None:
    """Nothing that the design would write belongs there."""
    smallest, profile = designs["smallest"], designs["profile"]
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    table = {"BillingMode": "PAY_PER_REQUEST", "KeySchema": key}
    table |= {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
    resource = {"Type": "AWS::DynamoDB::Table", "Properties": table}
    deploy(Prepared(profile.design, {"Resources": {profile.design.logical_id: resource}}))
    assert refusal(profile).message.endswith(" is `id`, that of the design `pk`, `sk`")
    assert "of-the-test" in refusal(smallest).message


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"TableStatus": "UPDATING"}, "the table `t` is UPDATING"),
        (
            {"GlobalSecondaryIndexes": [{"IndexName": "by-author", "IndexStatus": "CREATING"}]},
            "the index `by-author` of",
        ),
    ],
)
def test_a_table_that_is_not_active_is_refused(
    designs: dict[str, Prepared], monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], expected: str
) -> None:
    """Or one of its indexes."""
    forum = designs["forum"]
    deploy(forum)
    from botocore.client import BaseClient

    original = BaseClient._make_api_call

    def changed(self: Any, operation: str, arguments: Any) -> Any:
        answer = original(self, operation, arguments)
        if operation == "DescribeTable":
            answer["Table"] |= {"TableName": "t", **change}
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", changed)
    refused = refusal(forum)
    assert refused.message.startswith(expected)
    assert "wait until it is ACTIVE, then run the command again" == refused.help


def test_without_credentials_there_is_no_stack(designs: dict[str, Prepared], monkeypatch: pytest.MonkeyPatch) -> None:
    """The help says how to sign in."""
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda *_: None)
    refused = refusal(designs["smallest"])
    assert "cannot prove the stack `of-the-test`: there are no credentials" == refused.message
    assert "sign in, or set AWS_PROFILE or the access keys" == refused.help


def test_an_unknown_profile_is_told(designs: dict[str, Prepared]) -> None:
    """Without a traceback."""
    refused = refusal(designs["smallest"], profile="nobody")
    assert "cannot prove the stack `of-the-test`: there is no such profile" == refused.message


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDenied", "access is denied"),
        ("ExpiredToken", "the credentials have expired"),
        ("InvalidClientTokenId", "the access key is unknown"),
        ("Throttling", "AWS answers `Throttling` (Slow down)"),
    ],
)
def test_an_answer_of_the_service_is_explained(
    designs: dict[str, Prepared], monkeypatch: pytest.MonkeyPatch, code: str, expected: str
) -> None:
    """In words, where it is a common one; else as it is."""
    from botocore.client import BaseClient

    def refuse(_self: Any, operation: str, _arguments: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": "Slow down."}}, operation)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    refused = refusal(designs["smallest"])
    assert f"cannot prove the stack `of-the-test`: {expected}" == refused.message
    assert refused.help


def test_what_cannot_be_an_endpoint_or_a_region_is_told(designs: dict[str, Prepared]) -> None:
    """An empty endpoint would mean AWS."""
    for options, error in (({"endpoint_url": ""}, UsageError), ({"region": "the east"}, InputError)):
        with pytest.raises(error), stack_engine(designs["smallest"].design, "of-the-test", **options):
            pytest.fail("it is taken")
