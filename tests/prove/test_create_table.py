"""DynamoDB Local makes a table exactly as a template describes it, and refuses what the service refuses.

The same resource with one fault at a time shows that the engine checks; a test that only sees it accept shows nothing.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cfn_table.prove.engines.deployed import EngineRefused
from tests.prove.tables import request_of, table_from_template

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "TableName": {"Type": "String", "Default": "sessions"},
        "BillingMode": {"Type": "String", "Default": "PAY_PER_REQUEST"},
        "ReadUnits": {"Type": "Number", "Default": "5"},
    },
    "Conditions": {"IsProvisioned": {"Fn::Equals": [{"Ref": "BillingMode"}, "PROVISIONED"]}},
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": {"Fn::Sub": "${TableName}-${AWS::Region}"},
                "BillingMode": {"Ref": "BillingMode"},
                "ProvisionedThroughput": {
                    "Fn::If": [
                        "IsProvisioned",
                        {"ReadCapacityUnits": {"Ref": "ReadUnits"}, "WriteCapacityUnits": 1},
                        {"Ref": "AWS::NoValue"},
                    ]
                },
                "AttributeDefinitions": [
                    {"AttributeName": "PK", "AttributeType": "S"},
                    {"AttributeName": "SK", "AttributeType": "S"},
                    {"AttributeName": "score", "AttributeType": "N"},
                ],
                "KeySchema": [
                    {"AttributeName": "PK", "KeyType": "HASH"},
                    {"AttributeName": "SK", "KeyType": "RANGE"},
                ],
                "LocalSecondaryIndexes": [
                    {
                        "IndexName": "byScore",
                        "KeySchema": [
                            {"AttributeName": "PK", "KeyType": "HASH"},
                            {"AttributeName": "score", "KeyType": "RANGE"},
                        ],
                        "Projection": {"ProjectionType": "KEYS_ONLY"},
                    }
                ],
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
                "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        }
    },
}


def faulty(fault: str) -> dict[str, Any]:
    """The template with one fault in its table."""
    template = copy.deepcopy(TEMPLATE)
    table = template["Resources"]["Table"]["Properties"]
    if fault == "range before hash":
        table["KeySchema"].reverse()
    elif fault == "undefined key attribute":
        del table["AttributeDefinitions"][1]
    elif fault == "unused attribute":
        table["AttributeDefinitions"].append({"AttributeName": "email", "AttributeType": "S"})
    elif fault == "duplicate index":
        table["LocalSecondaryIndexes"] *= 2
    elif fault == "projection of all with attributes":
        table["LocalSecondaryIndexes"][0]["Projection"] = {"ProjectionType": "ALL", "NonKeyAttributes": ["email"]}
    return template


def test_a_table_is_what_its_template_says(local_dynamodb: Any) -> None:
    """Name, keys, index, billing, stream and time to live arrive as written."""
    name = table_from_template(local_dynamodb, TEMPLATE, "Table")
    table = local_dynamodb.describe_table(TableName=name)["Table"]
    assert "sessions-us-east-1" == name
    assert TEMPLATE["Resources"]["Table"]["Properties"]["KeySchema"] == table["KeySchema"]
    assert ["byScore"] == [index["IndexName"] for index in table["LocalSecondaryIndexes"]]
    assert "PAY_PER_REQUEST" == table["BillingModeSummary"]["BillingMode"]
    assert {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"} == table["StreamSpecification"]
    time_to_live = local_dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ("expires", "ENABLED") == (time_to_live["AttributeName"], time_to_live["TimeToLiveStatus"])


def test_parameters_given_at_deployment_replace_defaults(local_dynamodb: Any) -> None:
    """With BillingMode=PROVISIONED the condition holds, and text becomes the numbers that the API wants."""
    name = table_from_template(local_dynamodb, TEMPLATE, "Table", {"BillingMode": "PROVISIONED", "ReadUnits": "7"})
    throughput = local_dynamodb.describe_table(TableName=name)["Table"]["ProvisionedThroughput"]
    assert (7, 1) == (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"])


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("range before hash", "Hash Key must be specified first"),
        ("undefined key attribute", "Range Key not specified in Attribute Definitions"),
        ("unused attribute", "must match the number of attributes defined"),
        ("duplicate index", "Two local secondary indices have the same name"),
        ("projection of all with attributes", "unless projection type is INCLUDE"),
    ],
)
def test_the_engine_refuses_a_faulty_table(local_dynamodb: Any, fault: str, expected: str) -> None:
    """One fault is enough, and the refusal names it; no table is left behind."""
    with pytest.raises(ClientError) as refused:
        table_from_template(local_dynamodb, faulty(fault), "Table")
    assert "ValidationException" == refused.value.response["Error"]["Code"]
    assert expected in refused.value.response["Error"]["Message"]
    assert [] == local_dynamodb.list_tables()["TableNames"]


def test_nothing_is_repaired_on_the_way() -> None:
    """Lists keep the template's order, faults included: the engine has to see them."""
    template = faulty("range before hash")
    properties = template["Resources"]["Table"]["Properties"]
    assert properties["KeySchema"] == request_of(template, "Table").arguments["KeySchema"]


def test_what_create_table_does_not_take_is_told() -> None:
    """Point-in-time recovery is another call, which this engine has not."""
    assert ("PointInTimeRecoverySpecification",) == request_of(TEMPLATE, "Table").left_out


def test_an_intrinsic_that_cannot_be_known_is_refused() -> None:
    """Guessing would prove another table than the template's."""
    for value, what in [
        ({"Fn::ImportValue": "other-TableName"}, "`Fn::ImportValue`"),
        ({"Ref": "Topic"}, "`Ref: Topic`"),
    ]:
        template = copy.deepcopy(TEMPLATE)
        template["Resources"]["Table"]["Properties"]["TableName"] = value
        with pytest.raises(EngineRefused) as refused:
            request_of(template, "Table")
        assert f"the table depends on {what}: only a deployment tells what that is" == refused.value.message
        assert "--stack-name" in refused.value.help


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Sub": "${!aws:x}-${TableName}"}, "${aws:x}-sessions"),
        ({"Fn::Sub": ["${Stage}-${TableName}", {"Stage": "test"}]}, "test-sessions"),
        ({"Fn::Join": ["-", [{"Ref": "TableName"}, {"Ref": "AWS::StackName"}]]}, "sessions-kv-storage"),
        ({"Fn::Select": ["1", {"Fn::Split": [".", "a.b"]}]}, "b"),
        ({"Fn::If": ["IsProvisioned", "provisioned", {"Ref": "TableName"}]}, "sessions"),
        ({"Fn::FindInMap": ["Names", {"Ref": "AWS::Region"}, "table"]}, "of-the-east"),
    ],
)
def test_a_name_may_be_computed(value: Any, expected: str) -> None:
    """What parameters, pseudo parameters, mappings and conditions give is known before a deployment."""
    template = {**copy.deepcopy(TEMPLATE), "Mappings": {"Names": {"us-east-1": {"table": "of-the-east"}}}}
    template["Resources"]["Table"]["Properties"]["TableName"] = value
    assert expected == request_of(template, "Table").name


def test_a_table_without_a_name_gets_one() -> None:
    """As CloudFormation makes one: of the stack, the logical id and something random."""
    template = copy.deepcopy(TEMPLATE)
    del template["Resources"]["Table"]["Properties"]["TableName"]
    names = {request_of(template, "Table").name for _ in range(2)}
    assert 2 == len(names)
    assert all(name.startswith("kv-storage-Table-") for name in names)


def test_a_table_under_a_condition_that_does_not_hold_is_none() -> None:
    """The parameters decide that."""
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Table"]["Condition"] = "IsProvisioned"
    with pytest.raises(EngineRefused, match="does not hold"):
        request_of(template, "Table")
    assert request_of(template, "Table", {"BillingMode": "PROVISIONED"}).name


def test_a_template_without_the_table_is_refused() -> None:
    """A policy of that name is no table."""
    with pytest.raises(EngineRefused, match="the template has no table `Other`"):
        request_of({**TEMPLATE, "Resources": {"Other": {"Type": "AWS::IAM::ManagedPolicy"}}}, "Other")


def test_a_global_table_becomes_one_replica() -> None:
    """Reads are the Region's own, writes the table's, and a range starts with its seed or its least."""
    scaling = {"MinCapacity": "4", "MaxCapacity": 40, "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70}}
    seed = {"WriteCapacityAutoScalingSettings": {**scaling, "SeedCapacity": 7}}
    reads = {"ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 9}}
    key = [{"AttributeName": "PK", "KeyType": "HASH"}]
    index = {"IndexName": "byName", "KeySchema": key, "Projection": {"ProjectionType": "ALL"}}
    properties = {
        "TableName": "profiles",
        "BillingMode": "PROVISIONED",
        "KeySchema": key,
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
        "WriteProvisionedThroughputSettings": {"WriteCapacityAutoScalingSettings": scaling},
        "GlobalSecondaryIndexes": [{**index, "WriteProvisionedThroughputSettings": seed}],
        "Replicas": [
            {"Region": "eu-west-1", "TableClass": "STANDARD_INFREQUENT_ACCESS"},
            {
                "Region": "us-east-1",
                "ReadProvisionedThroughputSettings": {"ReadCapacityAutoScalingSettings": scaling},
                "GlobalSecondaryIndexes": [{"IndexName": "byName", **reads}],
            },
        ],
    }
    template = {"Resources": {"Table": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": properties}}}
    arguments = request_of(template, "Table").arguments
    assert {"ReadCapacityUnits": 4, "WriteCapacityUnits": 4} == arguments["ProvisionedThroughput"]
    (made,) = arguments["GlobalSecondaryIndexes"]
    assert {"ReadCapacityUnits": 9, "WriteCapacityUnits": 7} == made["ProvisionedThroughput"]
    assert "TableClass" not in arguments
