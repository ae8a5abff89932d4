"""Live tables as sides of a review; on moto and on DynamoDB Local."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from cfn_table.errors import InputError, UsageError
from cfn_table.pipeline.review import SourceOptions
from cfn_table.pipeline.sources.tables import read_table
from cfn_table.prove.engines.process import Server
from tests.pipeline.deployed import answering, denying, reviewed
from tests.pipeline.repositories import Compared
from tests.projects import small_project


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


def test_a_table_stands_for_the_designs_table(compared_in_aws: Compared) -> None:
    """Under its logical id and with its policies, and in its order: so only what differs is seen."""
    table()
    reviewed("table:by-hand")
    reviewed("table:by-hand", "notes")
    assert [("notes", "table:by-hand", "templates/notes.yaml")] * 2 == compared_in_aws.names
    old, new, _ = compared_in_aws.pairs[0]
    before, after = old.data["Resources"]["NotesTable"], new.data["Resources"]["NotesTable"]
    assert {**after, "Properties": None} == {**before, "Properties": None}
    left, right = before["Properties"], after["Properties"]
    assert {"TableName": "by-hand"} == {key: left[key] for key in left.keys() - right.keys()}
    assert {"PointInTimeRecoverySpecification"} == right.keys() - left.keys()
    assert all(left[key] == right[key] for key in left.keys() & right.keys())


@pytest.mark.usefixtures("compared_in_aws")
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


@pytest.mark.usefixtures("compared_in_aws")
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


@pytest.mark.usefixtures("compared_in_aws")
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


@pytest.mark.usefixtures("compared_in_aws")
def test_a_table_that_is_not_there() -> None:
    """With the Region in which it was looked for."""
    with pytest.raises(InputError) as error:
        reviewed("table:nobody")
    assert "there is no table `nobody` in `us-east-1`" == error.value.message


def test_among_several_designs_the_tables_name_decides(compared_in_aws: Compared, tmp_path: Path) -> None:
    """Else it must be said."""
    small_project(tmp_path / "more", "other")
    path = tmp_path / "more" / "templates" / "other.yaml"
    text = path.read_text("utf-8").replace("table:\n", "table:\n  name: by-hand\n")
    (tmp_path / "templates" / "other.yaml").write_text(text, encoding="utf-8")
    table()
    reviewed("table:by-hand")
    assert [("other", "table:by-hand", "templates/other.yaml")] == compared_in_aws.names
    assert compared_in_aws.pairs[0][0].data["Resources"].keys() == {"OtherTable"}
    table(TableName="unknown")
    with pytest.raises(UsageError, match="it is not clear which design") as error:
        reviewed("table:unknown")
    assert "name one of `notes`, `other`" == error.value.help


def test_two_tables(compared_in_aws: Compared) -> None:
    """Of two stages, for example."""
    table()
    table(TableName="other")
    reviewed("table:by-hand", "table:other")
    old, new, name = compared_in_aws.pairs[0]
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
