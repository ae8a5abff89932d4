"""AWS's own engine makes the table that the published template describes, and refuses it with one fault.

DynamoDB Local has no PITR, ignores encryption and knows no tags or resource policies: none of these is asserted here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.conftest import Published
from tests.prove.tables import table_from_template

TABLE = "KVStorageTable"


def key_schema(described: dict[str, Any]) -> list[tuple[str, str]]:
    """The key of a described table or index: (attribute, HASH or RANGE), in order."""
    return [(part["AttributeName"], part["KeyType"]) for part in described["KeySchema"]]


def test_the_engine_makes_the_table_of_the_published_template(local_dynamodb: Any, published: Published) -> None:
    """PK and SK, GSI1 over GSI1PK and GSI1SK with all attributes, on demand, with time to live on `ttl`."""
    name = table_from_template(local_dynamodb, published.load(), TABLE)
    table = local_dynamodb.describe_table(TableName=name)["Table"]
    assert "ACTIVE" == table["TableStatus"]
    assert [("PK", "HASH"), ("SK", "RANGE")] == key_schema(table)
    (index,) = table["GlobalSecondaryIndexes"]
    assert "GSI1" == index["IndexName"]
    assert [("GSI1PK", "HASH"), ("GSI1SK", "RANGE")] == key_schema(index)
    assert {"ProjectionType": "ALL"} == index["Projection"]
    types = {definition["AttributeName"]: definition["AttributeType"] for definition in table["AttributeDefinitions"]}
    assert dict.fromkeys(("PK", "SK", "GSI1PK", "GSI1SK"), "S") == types
    assert "PAY_PER_REQUEST" == table["BillingModeSummary"]["BillingMode"]
    time_to_live = local_dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ("ttl", "ENABLED") == (time_to_live["AttributeName"], time_to_live["TimeToLiveStatus"])


def reverse_the_key(table: dict[str, Any]) -> None:
    """Put RANGE before HASH."""
    table["KeySchema"].reverse()


def reverse_the_index_key(table: dict[str, Any]) -> None:
    """Put RANGE before HASH in GSI1, which cfn-lint passes."""
    table["GlobalSecondaryIndexes"][0]["KeySchema"].reverse()


def forget_an_attribute(table: dict[str, Any]) -> None:
    """Leave GSI1SK undefined."""
    table["AttributeDefinitions"] = [one for one in table["AttributeDefinitions"] if one["AttributeName"] != "GSI1SK"]


def define_an_unused_attribute(table: dict[str, Any]) -> None:
    """Define an attribute that no key uses."""
    table["AttributeDefinitions"].append({"AttributeName": "email", "AttributeType": "S"})


@pytest.mark.parametrize(
    "fault", [reverse_the_key, reverse_the_index_key, forget_an_attribute, define_an_unused_attribute]
)
def test_the_engine_refuses_the_table_with_a_fault(
    local_dynamodb: Any, published: Published, fault: Callable[[dict[str, Any]], None]
) -> None:
    """So its acceptance of the published template means something."""
    template = published.load()
    fault(template["Resources"][TABLE]["Properties"])
    with pytest.raises(ClientError, match="ValidationException"):
        table_from_template(local_dynamodb, template, TABLE)
    assert [] == local_dynamodb.list_tables()["TableNames"]
