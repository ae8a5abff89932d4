"""A table is updated by the calls that CloudFormation would make, and DynamoDB Local takes or refuses them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.update_steps import apply, update_calls
from tests.prove.tables import table_from_template

ID = "Table"


def index(name: str, *key: str, **more: Any) -> dict[str, Any]:
    """A global secondary index over everything."""
    kinds = ["HASH", "RANGE"]
    schema = [{"AttributeName": each, "KeyType": kinds[place]} for place, each in enumerate(key)]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}, **more}


def template(*indexes: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A template with a table that has these indexes."""
    names = dict.fromkeys(["PK", *(part["AttributeName"] for each in indexes for part in each["KeySchema"])])
    table: dict[str, Any] = {
        "TableName": "of-the-test",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
    }
    if indexes:
        table["GlobalSecondaryIndexes"] = list(indexes)
    return {"Resources": {ID: {"Type": "AWS::DynamoDB::Table", "Properties": {**table, **properties}}}}


def calls(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    """The arguments of the calls, which are all UpdateTable."""
    found = update_calls(old, new, ID)
    assert {"UpdateTable"} >= {call["Operation"] for call in found}
    return [call["Arguments"] for call in found]


def defined(arguments: dict[str, Any]) -> list[str]:
    """The attributes that a call defines."""
    return [each["AttributeName"] for each in arguments["AttributeDefinitions"]]


ONE_CAPACITY = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
TWO = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2}


def test_what_does_not_change_needs_no_call() -> None:
    """The order of definitions and of projected attributes included."""
    old = template(index("a", "A"), index("b", "B"))
    new = copy.deepcopy(old)
    new["Resources"][ID]["Properties"]["AttributeDefinitions"].reverse()
    new["Resources"][ID]["Properties"]["GlobalSecondaryIndexes"].reverse()
    new["Resources"]["Other"] = {"Type": "AWS::SNS::Topic"}
    assert [] == update_calls(old, new, ID)


def test_each_index_is_a_call_with_the_definitions_of_all_keys() -> None:
    """The new index's attributes are sent along; those of an index that is gone are not."""
    first, second = calls(template(index("a", "A")), template(index("b", "B", "C"), index("d", "D")))[:2]
    assert ["PK"] == defined(first)
    assert [{"Delete": {"IndexName": "a"}}] == first["GlobalSecondaryIndexUpdates"]
    assert ["PK", "B", "C"] == defined(second)
    assert [{"Create": index("b", "B", "C")}] == second["GlobalSecondaryIndexUpdates"]


def test_another_key_or_projection_is_another_index() -> None:
    """It goes before it comes, since the name is the same."""
    keys_only = {"Projection": {"ProjectionType": "KEYS_ONLY"}}
    for new in (index("a", "B"), index("a", "A", **keys_only)):
        kinds = [
            next(iter(call["GlobalSecondaryIndexUpdates"][0]))
            for call in calls(template(index("a", "A")), template(new))
        ]
        assert ["Delete", "Create"] == kinds


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            {"BillingMode": "PROVISIONED", "ProvisionedThroughput": ONE_CAPACITY},
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": {"ReadCapacityUnits": "2", "WriteCapacityUnits": "2"},
            },
            [{"ProvisionedThroughput": TWO}],
        ),
        (
            {"BillingMode": "PROVISIONED", "ProvisionedThroughput": ONE_CAPACITY},
            {},
            [{"BillingMode": "PAY_PER_REQUEST"}],
        ),
        (
            {},
            {"StreamSpecification": {"StreamViewType": "NEW_IMAGE"}},
            [{"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}],
        ),
        (
            {"StreamSpecification": {"StreamViewType": "NEW_IMAGE"}},
            {"StreamSpecification": {"StreamViewType": "KEYS_ONLY"}},
            [
                {"StreamSpecification": {"StreamEnabled": False}},
                {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}},
            ],
        ),
        ({}, {"DeletionProtectionEnabled": "true"}, [{"DeletionProtectionEnabled": True}]),
        ({"DeletionProtectionEnabled": True}, {}, [{"DeletionProtectionEnabled": False}]),
        ({}, {"TableClass": "STANDARD"}, []),
        ({"TableClass": "STANDARD_INFREQUENT_ACCESS"}, {}, [{"TableClass": "STANDARD"}]),
    ],
)
def test_what_the_table_itself_needs(old: dict[str, Any], new: dict[str, Any], expected: list[dict[str, Any]]) -> None:
    """A call for each change, with numbers and booleans where the template may have text."""
    assert expected == calls(template(**old), template(**new))


def test_provisioned_billing_names_the_throughput_of_every_index_that_stays() -> None:
    """The service wants all of them in the same call; one that goes has gone before."""
    provisioned = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": ONE_CAPACITY}
    new = template(
        index("a", "A", ProvisionedThroughput=TWO), index("c", "C", ProvisionedThroughput=TWO), **provisioned
    )
    removal, billing, creation = calls(template(index("a", "A"), index("b", "B")), new)
    assert [{"Delete": {"IndexName": "b"}}] == removal["GlobalSecondaryIndexUpdates"]
    assert {
        **provisioned,
        "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "a", "ProvisionedThroughput": TWO}}],
    } == billing
    assert "c" == creation["GlobalSecondaryIndexUpdates"][0]["Create"]["IndexName"]


def test_another_expiry_attribute_takes_two_calls() -> None:
    """The old one is switched off first."""
    old, new = (
        template(TimeToLiveSpecification={"AttributeName": name, "Enabled": True}) for name in ("expires", "ttl")
    )
    assert [
        {"TimeToLiveSpecification": {"Enabled": False, "AttributeName": "expires"}},
        {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "ttl"}},
    ] == [call["Arguments"] for call in update_calls(old, new, ID)]
    assert [{"Enabled": False, "AttributeName": "expires"}] == [
        call["Arguments"]["TimeToLiveSpecification"] for call in update_calls(old, template(), ID)
    ]


# ---------------------------------------------------------------- on AWS's own engine


def index_names(table: Any) -> list[str]:
    """The global indexes of a described table, sorted."""
    return sorted(each["IndexName"] for each in table.get("GlobalSecondaryIndexes", ()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (template(), template(index("byA", "A"))),
        (template(index("byA", "A")), template()),
        (template(index("byA", "A")), template(index("byB", "B", "C"))),
        (template(index("byA", "A")), template(index("byA", "B"))),
        (template(index("byA", "A")), template(index("byA", "A"), index("byB", "A", "B"), index("byC", "C"))),
    ],
    ids=["created", "deleted", "swapped", "replaced", "two created"],
)
def test_the_engine_takes_one_change_after_another(
    local_dynamodb: Any, old: dict[str, Any], new: dict[str, Any]
) -> None:
    """And the table is then what the new template makes it."""
    name = table_from_template(local_dynamodb, old, ID)
    states = apply(local_dynamodb, name, update_calls(old, new, ID))
    properties = new["Resources"][ID]["Properties"]
    assert sorted(each["IndexName"] for each in properties.get("GlobalSecondaryIndexes", ())) == index_names(states[-1])
    assert [] == update_calls(new, new, ID)


def test_the_engine_refuses_two_changes_at_once(local_dynamodb: Any) -> None:
    """In the words of the service."""
    old, new = template(), template(index("byA", "A"), index("byB", "B"))
    name = table_from_template(local_dynamodb, old, ID)
    first, second = update_calls(old, new, ID)
    both = {
        "AttributeDefinitions": second["Arguments"]["AttributeDefinitions"],
        "GlobalSecondaryIndexUpdates": [
            *first["Arguments"]["GlobalSecondaryIndexUpdates"],
            *second["Arguments"]["GlobalSecondaryIndexUpdates"],
        ],
    }
    with pytest.raises(EngineRefused) as refused:
        apply(local_dynamodb, name, [{"Operation": "UpdateTable", "Arguments": both}])
    assert (
        "UpdateTable of `of-the-test` is refused: `LimitExceededException` (Subscriber limit exceeded: Only 1 online "
        "index can be created or deleted simultaneously per table)"
    ) == refused.value.message
    assert [] == index_names(local_dynamodb.describe_table(TableName=name)["Table"])


def test_the_engine_refuses_an_index_without_its_definition(local_dynamodb: Any) -> None:
    """So sending the definitions along means something."""
    name = table_from_template(local_dynamodb, template(), ID)
    (call,) = update_calls(template(), template(index("byA", "A")), ID)
    del call["Arguments"]["AttributeDefinitions"]
    with pytest.raises(EngineRefused, match="`ValidationException`"):
        apply(local_dynamodb, name, [call])


def test_the_engine_takes_changes_of_the_table_itself(local_dynamodb: Any) -> None:
    """Billing with the index's throughput, stream, protection and expiry, in one go."""
    old = template(index("byA", "A"))
    new = template(
        index("byA", "A", ProvisionedThroughput=TWO),
        BillingMode="PROVISIONED",
        ProvisionedThroughput=ONE_CAPACITY,
        StreamSpecification={"StreamViewType": "NEW_IMAGE"},
        DeletionProtectionEnabled=True,
        TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True},
    )
    name = table_from_template(local_dynamodb, old, ID)
    table = apply(local_dynamodb, name, update_calls(old, new, ID))[-1]
    assert "PROVISIONED" == table["BillingModeSummary"]["BillingMode"]
    assert 2 == table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"]
    assert "NEW_IMAGE" == table["StreamSpecification"]["StreamViewType"]
    assert table["DeletionProtectionEnabled"]
    expiry = local_dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ("expires", "ENABLED") == (expiry["AttributeName"], expiry["TimeToLiveStatus"])
