"""Deployed stacks and live tables as sides of a review; on moto."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from cfn_table.errors import InputError, UsageError
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.review import SourceOptions, review_change
from cfn_table.pipeline.sources import stacks
from cfn_table.pipeline.sources.tables import read_table
from cfn_table.prove.engines.process import Server
from cfn_table.review.report import Review
from tests.pipeline.repositories import Compared
from tests.projects import small_project

EXPORTING = {
    "Parameters": {
        "Name": {"Type": "String", "Default": "notes"},
        "Secret": {"Type": "String", "NoEcho": "true", "Default": "hidden"},
    },
    "Resources": {
        "NotesTable": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": {"Ref": "Name"},
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
            },
        }
    },
    "Outputs": {
        "TableName": {"Value": {"Ref": "NotesTable"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-TableName"}}},
        "TableArn": {
            "Value": {"Fn::GetAtt": ["NotesTable", "Arn"]},
            "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-TableArn"}},
        },
        "Private": {"Value": "x"},
    },
}
IMPORTING = {
    "Resources": {
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"DisplayName": {"Fn::ImportValue": "notes-TableName"}},
        }
    }
}


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Compared]:
    """What is compared; an empty account of moto, no configuration of the machine, and a project in `tmp_path`."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    small_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    found = Compared()
    monkeypatch.setattr("cfn_table.review.compare.review_sides", found)
    # moto does not know these.
    answering(monkeypatch, "DescribeContributorInsights", lambda _: {"ContributorInsightsStatus": "DISABLED"})
    answering(monkeypatch, "DescribeKinesisStreamingDestination", lambda _: {})
    answering(monkeypatch, "ListImports", imports)
    with mock_aws():
        yield found


def answering(monkeypatch: pytest.MonkeyPatch, operation: str, answer: Callable[[Any], Any]) -> None:
    """Let AWS answer an operation, named as in IAM, from its arguments."""
    from botocore.client import BaseClient

    original = BaseClient._make_api_call

    def call(self: Any, name: str, arguments: Any) -> Any:
        return answer(arguments) if name == operation else original(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)


def imports(arguments: Any) -> Any:
    """The stacks that import an export, in two pages; that there are none is an error of CloudFormation."""
    if arguments["ExportName"] != "notes-TableName":
        message = f"Export '{arguments['ExportName']}' is not imported by any stack."
        raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "ListImports")
    return {"Imports": ["reader"]} if "NextToken" in arguments else {"Imports": ["writer"], "NextToken": "2"}


def reviewed(old: str, new: str | None = None, **options: Any) -> Review:
    """The one review of a change."""
    (review,) = review_change(old, new, Settings(environment={}), SourceOptions(**options))
    return review


def deploy(name: str, template: Any, *, region: str = "us-east-1", **parameters: str) -> None:
    """Create a stack of a template, given as data or as text."""
    boto3.client("cloudformation", region_name=region).create_stack(
        StackName=name,
        TemplateBody=template if isinstance(template, str) else json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )


def denying(monkeypatch: pytest.MonkeyPatch, *operations: str, code: str = "AccessDenied") -> None:
    """Let AWS deny operations, named as in IAM."""
    for operation in operations:
        error = ClientError({"Error": {"Code": code, "Message": "you may not"}}, operation)
        answering(monkeypatch, operation, functools.partial(_raise, error))


def _raise(error: Exception, _: Any) -> None:
    raise error


# Stacks


def test_a_stack_is_its_template_with_values_and_importers(compared: Compared) -> None:
    """Alone it is compared with the design of its name; hidden values are left out, and no version is believed."""
    deploy("notes", EXPORTING, Name="deployed")
    assert () == reviewed("stack:notes").notes
    assert [("notes", "stack:notes", "templates/notes.yaml")] == compared.names
    ((old, _, _),) = compared.pairs
    assert EXPORTING == old.data
    assert {"Name": "deployed"} == old.parameters
    assert {"notes-TableArn": (), "notes-TableName": ("reader", "writer")} == old.imports
    assert ("", None, None) == (old.version, old.contract, old.design)


def test_a_template_in_yaml_keeps_its_lines(compared: Compared) -> None:
    """CloudFormation gives it as it was sent; JSON comes parsed, and is written again."""
    deploy("notes", "# Ours\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n")
    reviewed("stack:notes")
    ((old, _, _),) = compared.pairs
    assert old.template is not None
    assert "stack:notes:3:3" == str(old.template.locate(("Resources", "Topic")))
    assert {} == old.imports


def test_the_design_in_metadata_counts(compared: Compared, tmp_path: Path) -> None:
    """A stack may have another name than its design."""
    small_project(tmp_path / "more", "other")
    (tmp_path / "more" / "templates" / "other.yaml").rename(tmp_path / "templates" / "other.yaml")
    deploy("prod", {"Metadata": {"CfnTable": {"Design": "other"}}, **IMPORTING, "Resources": {}})
    reviewed("stack:prod")
    assert [("other", "stack:prod", "templates/other.yaml")] == compared.names
    deploy("foreign", {"Metadata": {"CfnTable": {"Design": "elsewhere"}}, "Resources": {}})
    with pytest.raises(UsageError) as error:
        reviewed("stack:foreign")
    assert "it is not clear which design of `.` `stack:foreign` is to be compared with" == error.value.message


def test_who_imports_may_be_secret(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is not known, and a note says so."""
    deploy("notes", EXPORTING)
    denying(monkeypatch, "ListImports")
    assert ("which exports are imported is not known: cloudformation:ListImports is denied",) == (
        reviewed("stack:notes").notes
    )
    assert compared.pairs[0][0].imports is None


def test_only_the_processed_template_may_be_there() -> None:
    """Then that is what is compared."""

    class Client:
        def get_template(self, **arguments: str) -> dict[str, Any]:
            if arguments["TemplateStage"] == "Original":
                return {"StagesAvailable": ["Processed"]}
            return {"TemplateBody": IMPORTING, "StagesAvailable": ["Processed"]}

    assert IMPORTING == json.loads(stacks._template_text(Client(), "notes"))


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("REVIEW_IN_PROGRESS", "the stack `notes` has a change set, and nothing is deployed yet"),
        (
            "UPDATE_IN_PROGRESS",
            "the stack `notes` is UPDATE_IN_PROGRESS: what is deployed may be another template than it tells",
        ),
    ],
)
def test_a_stack_that_is_not_settled(
    compared: Compared, monkeypatch: pytest.MonkeyPatch, status: str, note: str
) -> None:
    """Is compared all the same, where anything is deployed; a note says what it is."""
    deploy("notes", EXPORTING)
    original = stacks._stack
    monkeypatch.setattr(stacks, "_stack", lambda client, name: {**original(client, name), "StackStatus": status})
    assert (note,) == reviewed("stack:notes", "notes").notes
    assert (status == "REVIEW_IN_PROGRESS") == (compared.pairs[0][0].template is None)


@pytest.mark.usefixtures("compared")
def test_a_stack_that_is_not_there() -> None:
    """Is looked for in one Region, which the message names."""
    deploy("notes", EXPORTING, region="eu-west-1")
    with pytest.raises(InputError) as error:
        reviewed("stack:notes")
    assert "there is no stack `notes` in `us-east-1`" == error.value.message
    assert "correct its name, or name the Region and the account's profile that it is in" == error.value.help
    assert "notes" == reviewed("stack:notes", region="eu-west-1").name
    boto3.client("cloudformation", region_name="eu-west-1").delete_stack(StackName="notes")
    with pytest.raises(InputError, match="there is no stack `notes` in `eu-west-1`"):
        reviewed("stack:notes", region="eu-west-1")


@pytest.mark.usefixtures("compared")
def test_what_aws_refuses_is_said_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """No permission, no credentials, no Region, no such profile."""
    deploy("notes", EXPORTING)
    with pytest.raises(InputError) as error:
        reviewed("stack:notes", profile="nobody")
    assert "the stack `notes` cannot be read: there is no such profile" == error.value.message
    with pytest.MonkeyPatch.context() as patch:
        denying(patch, "GetTemplate")
        with pytest.raises(InputError) as error:
            reviewed("stack:notes")
    assert "the stack `notes` cannot be read: access is denied" == error.value.message
    assert "allow cloudformation:DescribeStacks and cloudformation:GetTemplate" == error.value.help
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(InputError) as error:
        reviewed("stack:notes")
    assert "the stack `notes` cannot be read: there is no such Region" == error.value.message


def test_without_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Said before anything is sent."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.chdir(small_project(tmp_path))
    for source, what in (("stack:notes", "the stack `notes`"), ("table:notes", "the table `notes`")):
        with pytest.raises(InputError) as error:
            reviewed(source, region="us-east-1")
        assert f"{what} cannot be read: there are no credentials" == error.value.message


def test_an_engine_that_knows_imports(ministack: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another one than moto, through its endpoint."""
    compared = Compared()
    monkeypatch.setattr("cfn_table.review.compare.review_sides", compared)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "700000000001")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.chdir(small_project(tmp_path))
    client = boto3.client("cloudformation", endpoint_url=ministack.endpoint, region_name="us-east-1")
    for name, template in (("notes", EXPORTING), ("reader", IMPORTING)):
        client.create_stack(StackName=name, TemplateBody=json.dumps(template))
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    assert () == reviewed("stack:notes", endpoint_url=ministack.endpoint, region="us-east-1").notes
    ((old, _, _),) = compared.pairs
    assert {"notes-TableArn": (), "notes-TableName": ("reader",)} == old.imports
    assert EXPORTING == old.data
    assert {"Name": "notes"} == old.parameters


# Tables


def table(**more: Any) -> dict[str, Any]:
    """Create a table that somebody made by hand; gives CreateTable's arguments."""
    arguments: dict[str, Any] = {
        "TableName": "by-hand",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("SK", "PK")],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }
    boto3.client("dynamodb").create_table(**arguments)
    return arguments


def test_a_table_stands_for_the_designs_table(compared: Compared) -> None:
    """Under its logical id and with its policies, and in its order: so only what differs is seen."""
    table()
    reviewed("table:by-hand")
    reviewed("table:by-hand", "notes")
    assert [("notes", "table:by-hand", "templates/notes.yaml")] * 2 == compared.names
    old, new, _ = compared.pairs[0]
    before, after = old.data["Resources"]["NotesTable"], new.data["Resources"]["NotesTable"]
    assert {**after, "Properties": None} == {**before, "Properties": None}
    left, right = before["Properties"], after["Properties"]
    assert {"TableName": "by-hand"} == {key: left[key] for key in left.keys() - right.keys()}
    assert {"PointInTimeRecoverySpecification"} == right.keys() - left.keys()
    assert all(left[key] == right[key] for key in left.keys() & right.keys())


@pytest.mark.usefixtures("compared")
def test_everything_that_a_table_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the words of AWS::DynamoDB::Table; what it has without being asked is left out."""
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    throughput = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}
    index = {"KeySchema": [{"AttributeName": "SK", "KeyType": "HASH"}], "ProvisionedThroughput": throughput}
    local = [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    names = [{"AttributeName": name, "AttributeType": "S"} for name in ("SK", "PK", "at")]
    table(
        AttributeDefinitions=names,
        BillingMode="PROVISIONED",
        ProvisionedThroughput=throughput,
        GlobalSecondaryIndexes=[
            {"IndexName": "by-b", "Projection": {"ProjectionType": "ALL"}, **index},
            {
                "IndexName": "by-a",
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["y", "x"]},
                **index,
            },
        ],
        LocalSecondaryIndexes=[
            {"IndexName": "by-l", "KeySchema": local, "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        DeletionProtectionEnabled=True,
        Tags=[{"Key": "team", "Value": "storage"}, {"Key": "cost", "Value": "1"}],
    )
    client = boto3.client("dynamodb")
    client.update_time_to_live(
        TableName="by-hand", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    client.update_continuous_backups(
        TableName="by-hand", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    policy = {"Version": "2012-10-17", "Statement": []}
    answering(monkeypatch, "GetResourcePolicy", lambda _: {"Policy": json.dumps(policy)})
    answering(monkeypatch, "DescribeContributorInsights", lambda _: {"ContributorInsightsStatus": "ENABLED"})
    answering(
        monkeypatch,
        "DescribeKinesisStreamingDestination",
        lambda _: {"KinesisDataStreamDestinations": [{"StreamArn": "arn", "DestinationStatus": "ACTIVE"}]},
    )
    found = read_table("by-hand", SourceOptions())
    assert () == found.notes
    assert {
        "TableName": "by-hand",
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": throughput,
        "AttributeDefinitions": names,
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-a",
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y"]},
                **index,
            },
            {"IndexName": "by-b", "Projection": {"ProjectionType": "ALL"}, **index},
        ],
        "LocalSecondaryIndexes": [
            {"IndexName": "by-l", "KeySchema": local, "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "DeletionProtectionEnabled": True,
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "KinesisStreamSpecification": {"StreamArn": "arn"},
        "ContributorInsightsSpecification": {"Enabled": True},
        "ResourcePolicy": {"PolicyDocument": policy},
        "Tags": [{"Key": "cost", "Value": "1"}, {"Key": "team", "Value": "storage"}],
    } == found.properties


@pytest.mark.usefixtures("compared")
def test_the_key_of_aws_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """As designs do not; where it cannot be told apart, a note says so."""
    table(SSESpecification={"Enabled": True, "SSEType": "KMS"})
    answering(monkeypatch, "DescribeKey", lambda _: {"KeyMetadata": {"KeyManager": "AWS"}})
    plain = {"SSEEnabled": True, "SSEType": "KMS"}
    arn = boto3.client("dynamodb").describe_table(TableName="by-hand")["Table"]["SSEDescription"]["KMSMasterKeyArn"]
    assert plain == read_table("by-hand", SourceOptions()).properties["SSESpecification"]
    denying(monkeypatch, "DescribeKey", code="AccessDeniedException")
    found = read_table("by-hand", SourceOptions())
    assert {**plain, "KMSMasterKeyId": arn} == found.properties["SSESpecification"]
    assert (f"whether `{arn}` is the key of AWS is not known: kms:DescribeKey is denied",) == found.notes


@pytest.mark.usefixtures("compared")
def test_parts_of_a_table_may_be_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known is compared, and notes say what is not."""
    table()
    denied = {
        "DescribeTimeToLive": "its time to live",
        "DescribeContinuousBackups": "its point-in-time recovery",
        "DescribeKinesisStreamingDestination": "its Kinesis stream",
        "DescribeContributorInsights": "whether it has contributor insights",
        "GetResourcePolicy": "its resource policy",
        "ListTagsOfResource": "its tags",
    }
    denying(monkeypatch, *denied, code="AccessDeniedException")
    expected = tuple(f"{what} is not known: dynamodb:{action} is denied" for action, what in denied.items())
    assert expected == reviewed("table:by-hand").notes
    denying(monkeypatch, "DescribeTable", code="AccessDeniedException")
    with pytest.raises(InputError) as error:
        reviewed("table:by-hand")
    assert ("the table `by-hand` cannot be read: access is denied", "allow dynamodb:DescribeTable") == (
        error.value.message,
        error.value.help,
    )


@pytest.mark.usefixtures("compared")
def test_a_table_that_is_not_there() -> None:
    """With the Region in which it was looked for."""
    with pytest.raises(InputError) as error:
        reviewed("table:nobody")
    assert "there is no table `nobody` in `us-east-1`" == error.value.message


def test_among_several_designs_the_tables_name_decides(compared: Compared, tmp_path: Path) -> None:
    """Else it must be said."""
    small_project(tmp_path / "more", "other")
    path = tmp_path / "more" / "templates" / "other.yaml"
    text = path.read_text("utf-8").replace("table:\n", "table:\n  name: by-hand\n")
    (tmp_path / "templates" / "other.yaml").write_text(text, encoding="utf-8")
    table()
    reviewed("table:by-hand")
    assert [("other", "table:by-hand", "templates/other.yaml")] == compared.names
    assert compared.pairs[0][0].data["Resources"].keys() == {"OtherTable"}
    table(TableName="unknown")
    with pytest.raises(UsageError, match="it is not clear which design") as error:
        reviewed("table:unknown")
    assert "name one of `notes`, `other`" == error.value.help


def test_two_tables(compared: Compared) -> None:
    """Of two stages, for example."""
    table()
    table(TableName="other")
    reviewed("table:by-hand", "table:other")
    old, new, name = compared.pairs[0]
    assert ("table:other", ["Table"], ["Table"]) == (name, list(old.data["Resources"]), list(new.data["Resources"]))


def test_a_table_of_dynamodb_local(
    local_dynamodb: Any, dynamodb_local: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It knows fewer operations; what it does not tell is a note."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", local_dynamodb._request_signer._credentials.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.chdir(tmp_path)
    local_dynamodb.create_table(
        TableName="by-hand",
        AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    found = read_table("by-hand", SourceOptions(region="us-east-1", endpoint_url=dynamodb_local.endpoint))
    assert {
        "TableName": "by-hand",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
    } == found.properties
    assert (
        "its point-in-time recovery is not known: the engine does not answer dynamodb:DescribeContinuousBackups",
    ) == found.notes[:1]
