"""DynamoDB Local makes a table exactly as a template describes it, and refuses what the service refuses.

The same resource with one fault at a time shows that the engine checks; a test that only sees it accept shows nothing.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engines.table_from_template import create_table_arguments, resolve, table_from_template

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
    assert properties["KeySchema"] == create_table_arguments(resolve(properties, template))["KeySchema"]
    assert {"TableName": "t"} == create_table_arguments({"TableName": "t"})


def test_an_intrinsic_that_cannot_be_known_is_refused() -> None:
    """Guessing would prove another table than the template's."""
    with pytest.raises(NotImplementedError, match="Fn::ImportValue"):
        resolve({"Fn::ImportValue": "other-TableName"}, TEMPLATE)
    with pytest.raises(KeyError, match="Topic"):
        resolve({"Ref": "Topic"}, TEMPLATE)


def test_a_literal_dollar_stays() -> None:
    """`${!Name}` in Fn::Sub is the literal `${Name}`."""
    text = "${!aws:PrincipalTag/namespace}-${TableName}"
    assert "${aws:PrincipalTag/namespace}-sessions" == resolve({"Fn::Sub": text}, TEMPLATE)
