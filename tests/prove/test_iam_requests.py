"""What IAM is asked for each operation, from the body alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import cfn_table
from cfn_table.access.request import Request
from cfn_table.design.design import Design
from cfn_table.design.requests import Names
from cfn_table.prove.iam_requests import CONTEXT_KEYS, iam_requests, without_projection
from cfn_table.prove.sent import Sent
from tests.engines.install import ROOT
from tests.projects import copy_designs
from tests.prove.sending import names_of

TABLE = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/kv-storage-data"
NAMES = Names("real", {"GSI1": "real-index"})
KEY = {"PK": {"S": "NS#a"}, "SK": {"S": "KEY#b"}}
OTHER = {"PK": {"S": "NS#c"}, "SK": {"S": "KEY#d"}}


@pytest.fixture(scope="module")
def design() -> Design:
    """The design kv-storage."""
    return cfn_table.load_design(Path(ROOT / "templates" / "kv-storage.yaml"), environment={})


def asked(design: Design, operation: str, body: Mapping[str, Any], names: Names = NAMES) -> list[Request]:
    """What IAM is asked."""
    return list(iam_requests(design, Sent("p", operation, body, {}), names))


def context(**keys: Any) -> dict[str, Any]:
    """Context keys with their prefix."""
    return {f"dynamodb:{name}": value for name, value in keys.items()}


def on_table(**more: Any) -> dict[str, Any]:
    """A body for the table."""
    return {"TableName": "real", **more}


# Source of every row: service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB"
# (which keys an action has); developer guide, "Using IAM policy conditions for fine-grained access control" (what they
# hold); API reference, Query (what `Select` means where it is absent).
SINGLE: dict[str, tuple[str, dict[str, Any], str, str, dict[str, Any]]] = {
    "get whole": (
        "GetItem",
        on_table(Key=KEY),
        "GetItem",
        "",
        context(LeadingKeys=("NS#a",), Attributes=("PK", "SK"), Select="ALL_ATTRIBUTES"),
    ),
    "get projected": (
        "GetItem",
        on_table(
            Key=KEY,
            ProjectionExpression="#plan, #home.#city, list[0].PK2, other",
            ExpressionAttributeNames={"#plan": "plan", "#home": "home.address", "#city": "city"},
        ),
        "GetItem",
        "",
        context(
            LeadingKeys=("NS#a",),
            Attributes=("PK", "SK", "home.address", "list", "other", "plan"),
            Select="SPECIFIC_ATTRIBUTES",
        ),
    ),
    "put": (
        "PutItem",
        on_table(
            Item={**KEY, "value": {"N": "1"}},
            ConditionExpression="attribute_not_exists(#k) OR #v < :v AND NOT contains(tags, :v)",
            ExpressionAttributeNames={"#k": "PK", "#v": "version"},
            ExpressionAttributeValues={":v": {"N": "1"}},
            ReturnValues="ALL_OLD",
        ),
        "PutItem",
        "",
        context(LeadingKeys=("NS#a",), Attributes=("PK", "SK", "tags", "value", "version"), ReturnValues="ALL_OLD"),
    ),
    "update": (
        "UpdateItem",
        on_table(
            Key=KEY,
            UpdateExpression="SET #a = if_not_exists(#a, :z) + :n, b.#c = :n REMOVE d[1] ADD e :n DELETE f :s",
            ConditionExpression="size(g) BETWEEN :z AND :n OR h IN (:z, :n) OR i <> :z",
            ExpressionAttributeNames={"#a": "A", "#c": "C"},
            ExpressionAttributeValues={":z": {"N": "0"}, ":n": {"N": "1"}, ":s": {"SS": ["x"]}},
        ),
        "UpdateItem",
        "",
        context(LeadingKeys=("NS#a",), Attributes=("A", "PK", "SK", "b", "d", "e", "f", "g", "h", "i")),
    ),
    "delete": (
        "DeleteItem",
        on_table(Key=KEY, ReturnValues="NONE"),
        "DeleteItem",
        "",
        context(LeadingKeys=("NS#a",), Attributes=("PK", "SK"), ReturnValues="NONE"),
    ),
    "query the table": (
        "Query",
        on_table(
            KeyConditionExpression="#PK = :PK AND begins_with(#SK, :SK)",
            FilterExpression="#t = :t",
            ExpressionAttributeNames={"#PK": "PK", "#SK": "SK", "#t": "entityType"},
            ExpressionAttributeValues={":PK": {"S": "NS#a"}, ":SK": {"S": "KEY#"}, ":t": {"S": "KEY"}},
        ),
        "Query",
        "",
        context(LeadingKeys=("NS#a",), Attributes=("PK", "SK", "entityType"), Select="ALL_ATTRIBUTES"),
    ),
    "query an index, sort key first": (
        "Query",
        on_table(
            IndexName="real-index",
            KeyConditionExpression="(GSI1SK = :s) AND (GSI1PK=:p)",
            ExpressionAttributeValues={":p": {"S": "NS#a"}, ":s": {"S": "NS#no"}},
        ),
        "Query",
        "/index/GSI1",
        context(LeadingKeys=("NS#a",), Attributes=("GSI1PK", "GSI1SK"), Select="ALL_PROJECTED_ATTRIBUTES"),
    ),
    "query an index for some attributes": (
        "Query",
        on_table(
            IndexName="real-index",
            KeyConditionExpression="GSI1PK = :p",
            ProjectionExpression="namespace",
            ExpressionAttributeValues={":p": {"S": "NS#a"}},
        ),
        "Query",
        "/index/GSI1",
        context(LeadingKeys=("NS#a",), Attributes=("GSI1PK", "namespace"), Select="SPECIFIC_ATTRIBUTES"),
    ),
    "count": (
        "Query",
        on_table(KeyConditionExpression="PK = :p", ExpressionAttributeValues={":p": {"S": "NS#a"}}, Select="COUNT"),
        "Query",
        "",
        context(LeadingKeys=("NS#a",), Attributes=("PK",), Select="COUNT"),
    ),
    "scan, whatever it filters by": (
        "Scan",
        on_table(FilterExpression="PK = :p", ExpressionAttributeValues={":p": {"S": "NS#a"}}),
        "Scan",
        "",
        context(Attributes=("PK",), Select="ALL_ATTRIBUTES"),
    ),
    "get several, of a partition once": (
        "BatchGetItem",
        {"RequestItems": {"real": {"Keys": [KEY, OTHER, KEY], "ProjectionExpression": "namespace"}}},
        "BatchGetItem",
        "",
        context(LeadingKeys=("NS#a", "NS#c"), Attributes=("PK", "SK", "namespace"), Select="SPECIFIC_ATTRIBUTES"),
    ),
    "write several": (
        "BatchWriteItem",
        {
            "RequestItems": {
                "real": [{"PutRequest": {"Item": {**KEY, "v": {"N": "1"}}}}, {"DeleteRequest": {"Key": OTHER}}]
            }
        },
        "BatchWriteItem",
        "",
        context(LeadingKeys=("NS#a", "NS#c"), Attributes=("PK", "SK", "v")),
    ),
}


@pytest.mark.parametrize("name", SINGLE)
def test_an_operation_asks_for_its_action(name: str, design: Design) -> None:
    """With the resource it goes to, and the keys that the action has."""
    operation, body, action, tail, expected = SINGLE[name]
    assert [Request(f"dynamodb:{action}", f"{TABLE}{tail}", expected)] == asked(design, operation, body)


def test_a_transaction_that_reads_asks_for_each_part(design: Design) -> None:
    """Developer guide, "Using IAM with DynamoDB transactions": GetItem, with the operation around it."""
    parts = [{"Get": on_table(Key=KEY)}, {"Get": on_table(Key=OTHER, ProjectionExpression="v")}]
    first, second = asked(design, "TransactGetItems", {"TransactItems": parts})
    assert first == Request(
        "dynamodb:GetItem",
        TABLE,
        context(
            LeadingKeys=("NS#a",),
            Attributes=("PK", "SK"),
            Select="ALL_ATTRIBUTES",
            EnclosingOperation="TransactGetItems",
        ),
    )
    assert ("NS#c",) == second.values("dynamodb:leadingkeys")
    assert "SPECIFIC_ATTRIBUTES" == second.value("dynamodb:select")


def test_a_transaction_that_writes_asks_for_each_part(design: Design) -> None:
    """A check of a condition is ConditionCheckItem, which has no EnclosingOperation."""
    parts = [
        {"Put": on_table(Item=KEY)},
        {"Update": on_table(Key=KEY, UpdateExpression="REMOVE v")},
        {"Delete": on_table(Key=KEY)},
        {"ConditionCheck": on_table(Key=OTHER, ConditionExpression="attribute_exists(v)")},
    ]
    found = asked(design, "TransactWriteItems", {"TransactItems": parts})
    actions = ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
    assert [f"dynamodb:{each}" for each in actions] == [each.action for each in found]
    enclosing = [each.value("dynamodb:enclosingoperation") for each in found]
    assert [*["TransactWriteItems"] * 3, None] == enclosing
    assert context(LeadingKeys=("NS#c",), Attributes=("PK", "SK", "v")) == found[3].context


def test_no_request_has_a_key_that_its_action_lacks() -> None:
    """As the service authorization reference lists them."""
    assert "dynamodb:LeadingKeys" not in CONTEXT_KEYS["Scan"]
    assert {"GetItem", "PutItem", "UpdateItem", "DeleteItem"} == {
        action for action, keys in CONTEXT_KEYS.items() if "dynamodb:EnclosingOperation" in keys
    }
    assert {"GetItem", "BatchGetItem", "Query", "Scan"} == {
        action for action, keys in CONTEXT_KEYS.items() if "dynamodb:Select" in keys
    }


def test_other_tables_and_indexes_are_no_resource_of_the_design(design: Design) -> None:
    """What was sent somewhere else must not look like what the policies are about."""
    elsewhere = asked(design, "GetItem", {"TableName": "kv-storage-other", "Key": KEY})
    assert f"{TABLE.rpartition('/')[0]}/kv-storage-other" == elsewhere[0].resource
    body = on_table(IndexName="GSI9", KeyConditionExpression="a = :a", ExpressionAttributeValues={})
    assert f"{TABLE}/index/GSI9" == asked(design, "Query", body)[0].resource


def test_keys_that_are_no_single_text_are_not_documented(tmp_path: Path) -> None:
    """So a request for one has no LeadingKeys."""
    root = copy_designs(tmp_path, "tournament")
    design = cfn_table.load_design(root / "templates" / "tournament.yaml", environment={})
    manifold = [each for each, keys in design.key_schemas.items() if len(keys.partition) > 1]
    for each in manifold:
        names = names_of(design)
        attributes = design.keys_of(each).partition
        body = {
            "TableName": names.table,
            "IndexName": names.indexes[each],
            "KeyConditionExpression": " AND ".join(f"{name} = :{name}" for name in attributes),
            "ExpressionAttributeValues": {f":{name}": {"S": "x"} for name in attributes},
        }
        assert [None] == [found.values("dynamodb:leadingkeys") for found in asked(design, "Query", body, names)]
    assert manifold


def test_a_table_of_several_regions_is_several_resources(tmp_path: Path) -> None:
    """The same request may go to each of them."""
    root = copy_designs(tmp_path, "profile")
    design = cfn_table.load_design(root / "templates" / "profile.yaml", environment={})
    names = names_of(design)
    key = {name: {"S": "x"} for name in design.table_keys.names}
    found = asked(design, "GetItem", {"TableName": names.table, "Key": key}, names)
    regions = sorted(each.region for each in design.file.table.replicas)
    assert regions == [each.resource.split(":dynamodb:")[1].partition(":")[0] for each in found]
    assert len(regions) > 1


def test_a_read_without_its_projection_asks_for_whole_items() -> None:
    """Of a batch and a transaction in each part; an attribute of that name is left alone."""
    projected = on_table(
        Key={"ProjectionExpression": {"S": "x"}}, ProjectionExpression="v", Select="SPECIFIC_ATTRIBUTES"
    )
    whole = on_table(Key={"ProjectionExpression": {"S": "x"}})
    assert whole == without_projection(Sent("p", "GetItem", projected, {})).body
    batch = {"RequestItems": {"real": {"Keys": [KEY], "ProjectionExpression": "v"}}}
    assert {"RequestItems": {"real": {"Keys": [KEY]}}} == without_projection(Sent("p", "BatchGetItem", batch, {})).body
    parts = {"TransactItems": [{"Get": projected}]}
    assert {"TransactItems": [{"Get": whole}]} == without_projection(Sent("p", "TransactGetItems", parts, {})).body
