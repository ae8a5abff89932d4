"""Any template can be reviewed, whatever is in it; and what cannot be looked at is said."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.errors import InputError
from cfn_table.review.compare import review_sides
from cfn_table.review.report import Review
from cfn_table.review.side import Side
from tests.review.test_laws import law, side
from tests.strategies_templates import templates, values

TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "TableName": "t",
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "g",
                "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "b"]},
            }
        ],
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
        "SSESpecification": {"SSEEnabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    },
}
GLOBAL_TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::GlobalTable",
    "Properties": {**TABLE["Properties"], "Replicas": [{"Region": "eu-west-1", "Tags": []}, {"Region": "us-east-1"}]},
}
POLICY: dict[str, Any] = {
    "Type": "AWS::IAM::ManagedPolicy",
    "Properties": {"PolicyDocument": {"Statement": []}, "Path": "/", "ManagedPolicyName": {"Ref": "Table"}},
}
WHOLE: dict[str, Any] = {
    "Parameters": {"Stage": {"Type": "String", "AllowedValues": ["a", "b"], "Default": "a"}},
    "Mappings": {"Map": {"a": {"x": "1"}, "b": {"x": "2"}}},
    "Conditions": {"IsA": {"Fn::Equals": [{"Ref": "Stage"}, "a"]}},
    "Resources": {
        "Table": {**TABLE, "DeletionPolicy": "Retain", "Condition": "IsA"},
        "Everywhere": GLOBAL_TABLE,
        "Policy": POLICY,
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::FindInMap": ["Map", "a", "x"]}}},
    },
    "Outputs": {"Name": {"Value": {"Ref": "Table"}, "Export": {"Name": "n"}}},
}


def reviewed(old: Any, new: Any) -> Review | None:
    """The review of two templates; None where they cannot be read at all."""
    try:
        return review_sides(side(json.dumps(old)), side(json.dumps(new)))
    except InputError:
        return None


def places(value: Any) -> list[tuple[Any, Any]]:
    """Where every value is: its list or mapping, and its position or name there."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    return [(value, key) for key, _ in items] + [place for _, item in items for place in places(item)]


@law
@given(old=templates, new=templates)
def test_any_two_templates_can_be_reviewed(old: Any, new: Any) -> None:
    """Also those that CloudFormation would refuse."""
    reviewed(old, new)
    again = reviewed(new, new)
    assert again is None or () == again.changes


@law
@given(data=st.data())
def test_a_template_with_any_value_in_any_place_can_be_reviewed(data: st.DataObject) -> None:
    """Lists where mappings are expected, null, numbers as names, functions that do not exist."""
    other = copy.deepcopy(WHOLE)
    for _ in range(data.draw(st.integers(1, 2))):
        holder, key = data.draw(st.sampled_from(places(other)))
        holder[key] = data.draw(values | st.sampled_from([{"Ref": "Table"}, {"Fn::If": ["IsA", [], {}]}, None, [], {}]))
    for pair in ((WHOLE, other), (other, WHOLE), (other, other)):
        reviewed(*pair)


def nested(depth: int) -> Any:
    """Lists in lists."""
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


ODD: dict[str, dict[str, Any]] = {
    "nothing": {},
    "deep": {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": nested(190)}}}},
    "deep functions": {
        "Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"X": {"Fn::Join": ["", nested(180)]}}}}
    },
    "circular": {
        "Resources": {
            "A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "B"}}},
            "B": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "A"}}},
            "C": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::GetAtt": ["C", "QueueName"]}}},
        }
    },
    "loop": {
        "Transform": "AWS::LanguageExtensions",
        "Resources": {"Fn::ForEach::Topics": ["X", ["a", "b"], {"${X}": {"Type": "AWS::SNS::Topic"}}]},
    },
    "macros": {"Transform": [{"Name": "AWS::Include"}, "Mine", 5, None], "Resources": {"A": {"Type": "Mine::A::B"}}},
    "module": {"Resources": {"A": {"Type": "My::Org::Thing::MODULE", "Properties": {"A": 1}}}},
    "transform": {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"Fn::Transform": {"Name": "x"}}}}},
    "types": {"Resources": {"A": {"Type": 5}, "B": {"Type": ["x"]}, "C": None, "D": "text", "E": {}}},
    "no properties": {
        "Resources": {"A": {"Type": "AWS::DynamoDB::Table"}, "B": {"Type": "AWS::DynamoDB::GlobalTable"}}
    },
    "undefined": {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Condition": "Nowhere"}}},
    "circles": {
        "Conditions": {"A": {"Condition": "B"}, "B": {"Condition": "A"}, "C": {"Fn::Not": [{"Condition": "C"}]}},
        "Resources": {x: {"Type": "AWS::SNS::Topic", "Condition": x} for x in "ABC"},
    },
    "sections": {"Resources": [], "Outputs": 5, "Conditions": None, "Parameters": "x", "Mappings": [1]},
    "outputs": {"Outputs": {"A": None, "B": {"Value": None, "Export": []}, "C": {"Value": {"Ref": []}, "Export": {}}}},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_template_can_be_reviewed(name: str) -> None:
    """Against itself nothing changes; against each other odd one, and against nothing, it can be reviewed."""
    one = ODD[name]
    assert () == review_sides(side(json.dumps(one)), side(json.dumps(one))).changes
    for other in (*ODD.values(), WHOLE):
        review_sides(side(json.dumps(one)), side(json.dumps(other)))
        review_sides(side(json.dumps(other)), side(json.dumps(one)))
    review_sides(Side("none", None), side(json.dumps(one)))
    review_sides(side(json.dumps(one)), Side("none", None))


def many(value: Any) -> dict[str, Any]:
    """A template whose one resource depends on 70 conditions."""
    names = [f"C{number}" for number in range(70)]
    tags = [{"Key": name, "Value": {"Fn::If": [name, "1", value]}} for name in names]
    return {
        "Parameters": {name: {"Type": "String"} for name in names},
        "Conditions": {name: {"Fn::Equals": [{"Ref": name}, "x"]} for name in names},
        "Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"Tags": tags}}},
    }


def test_what_depends_on_too_many_conditions_is_undecided() -> None:
    """And not passed over."""
    review = reviewed(many("2"), many("3"))
    assert review is not None
    assert ("more combinations of conditions matter to resource `A` than are looked at",) == review.undecided
    assert review.fails("any")


@pytest.mark.parametrize("name", ["loop", "macros"])
def test_what_a_macro_makes_is_undecided(name: str) -> None:
    """Its template is not what is deployed."""
    review = reviewed(ODD[name], {**ODD[name], "Metadata": {}})
    assert review is not None
    assert () != review.undecided


def of_a_mapping(value: str, *, more: bool = False, function: str = "Fn::FindInMap") -> dict[str, Any]:
    """A template with a value that depends on the Region, by a mapping."""
    rows = {
        "eu-west-1": {"name": "same"},
        "us-east-1": {"name": value},
        **({"us-west-2": {"name": "x"}} if more else {}),
    }
    arguments = ["Names", {"Ref": "AWS::Region"}, "name"]
    found: Any = {"Fn::FindInMap": arguments}
    if function != "Fn::FindInMap":
        found = {function: found}
    return {
        "Mappings": {"Names": rows},
        "Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": found}}},
    }


@pytest.mark.parametrize("function", ["Fn::FindInMap", "Fn::Unheard", "Fn::Base64"])
def test_a_mapping_that_says_something_else_may_change_what_is_looked_up(function: str) -> None:
    """Although the template looks it up as it did; what it says of further Regions changes nothing."""
    old, new = (of_a_mapping(value, function=function) for value in ("one", "other"))
    review = reviewed(old, new)
    assert review is not None
    assert {("A", False)} == {(each.resource, each.certain) for each in review.changes}
    more = reviewed(old, of_a_mapping("one", more=True, function=function))
    assert more is not None
    assert () == more.changes


def test_a_parameter_is_not_the_resource_that_had_its_name() -> None:
    """What refers to it may be another value."""
    policy = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Thing"}}}
    topic = {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE["Properties"], "TableName": "things"}}
    old = {"Resources": {"Thing": topic, "A": policy}}
    new = {"Parameters": {"Thing": {"Type": "String", "Default": "other"}}, "Resources": {"A": policy}}
    review = reviewed(old, new)
    assert review is not None
    assert "A" in {each.resource for each in review.changes}
