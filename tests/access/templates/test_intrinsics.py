"""Intrinsic functions become canonical text: the same text for the same value, and symbols for what is not known."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_table.access.templates import find_policies, is_symbol
from tests.access.templates.samples import ARN, HERE, managed, reasons, resolved, statement

TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "users"}}
UNNAMED = {"Type": "AWS::DynamoDB::Table", "Properties": {}}
TABLE_ARN = f"{ARN}:dynamodb:{HERE}:table"


@pytest.mark.parametrize("table", [TABLE, UNNAMED], ids=["named", "unnamed"])
def test_all_spellings_of_an_arn_are_one_text(table: dict[str, Any]) -> None:
    """`Fn::GetAtt`, `Fn::Sub`, `Fn::Join` and a text written by hand give the same ARN."""
    spellings: list[Any] = [
        {"Fn::GetAtt": ["T", "Arn"]},
        {"Fn::GetAtt": "T.Arn"},
        {"Fn::Sub": "${T.Arn}"},
        {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}"},
        {"Fn::Sub": ["${A}", {"A": {"Fn::GetAtt": ["T", "Arn"]}}]},
        {
            "Fn::Join": [
                ":",
                [
                    "arn",
                    {"Ref": "AWS::Partition"},
                    "dynamodb",
                    {"Ref": "AWS::Region"},
                    {"Ref": "AWS::AccountId"},
                    {"Fn::Join": ["/", ["table", {"Ref": "T"}]]},
                ],
            ]
        },
    ]
    name = "users" if table is TABLE else "${T}"
    assert [f"{TABLE_ARN}/{name}"] * len(spellings) == [resolved(text, Resources={"T": table}) for text in spellings]


def test_a_name_from_a_parameter_is_the_parameters_symbol() -> None:
    """A table whose name is a parameter is written as the parameter, so that both references are one text."""
    sections = {
        "Parameters": {"Name": {"Type": "String", "Default": "users"}},
        "Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": {"Ref": "Name"}}}},
    }
    assert f"{TABLE_ARN}/${{Name}}" == resolved({"Fn::GetAtt": ["T", "Arn"]}, **sections)
    assert "${Name}" == resolved({"Ref": "T"}, **sections) == resolved({"Ref": "Name"}, **sections)


def test_a_parameter_with_one_allowed_value_is_that_value() -> None:
    """Nothing else can be given; a name in Parameter Store, and a list's items, are no such value."""
    parameter = {"Type": "String", "AllowedValues": ["prod"]}
    assert "prod" == resolved({"Ref": "S"}, Parameters={"S": parameter})
    for kind in ("AWS::SSM::Parameter::Value<String>", "CommaDelimitedList"):
        assert "${S}" == resolved({"Ref": "S"}, Parameters={"S": {**parameter, "Type": kind}})


@pytest.mark.parametrize(
    ("kind", "properties", "reference", "expected"),
    [
        ("S3::Bucket", {"BucketName": "b"}, "Ref", "b"),
        ("S3::Bucket", {"BucketName": "b"}, "Arn", f"{ARN}:s3:::b"),
        ("SQS::Queue", {"QueueName": "q"}, "Arn", f"{ARN}:sqs:{HERE}:q"),
        ("SQS::Queue", {}, "Arn", f"{ARN}:sqs:{HERE}:${{X.QueueName}}"),
        ("SQS::Queue", {}, "QueueName", "${X.QueueName}"),
        ("SQS::Queue", {"QueueName": "q"}, "Ref", "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/q"),
        ("SNS::Topic", {"TopicName": "t"}, "Ref", f"{ARN}:sns:{HERE}:t"),
        ("SNS::Topic", {}, "TopicName", "${X.TopicName}"),
        ("Lambda::Function", {"FunctionName": "f"}, "Arn", f"{ARN}:lambda:{HERE}:function:f"),
        ("IAM::Role", {"RoleName": "r"}, "Ref", "r"),
        ("IAM::Role", {"RoleName": "r", "Path": "/a/"}, "Arn", f"{ARN}:iam::${{AWS::AccountId}}:role/a/r"),
        ("IAM::User", {}, "Arn", f"{ARN}:iam::${{AWS::AccountId}}:user/${{X}}"),
        (
            "IAM::ManagedPolicy",
            {"ManagedPolicyName": "p", "PolicyDocument": {"Statement": []}},
            "Ref",
            f"{ARN}:iam::${{AWS::AccountId}}:policy/p",
        ),
        ("KMS::Key", {}, "Ref", "${X}"),
        ("KMS::Key", {}, "Arn", f"{ARN}:kms:{HERE}:key/${{X}}"),
        ("Logs::LogGroup", {"LogGroupName": "/a/b"}, "Arn", f"{ARN}:logs:{HERE}:log-group:/a/b:*"),
        ("Kinesis::Stream", {"Name": "s"}, "Arn", f"{ARN}:kinesis:{HERE}:stream/s"),
        ("SecretsManager::Secret", {"Name": "s"}, "Ref", f"{ARN}:secretsmanager:{HERE}:secret:s-${{X.Suffix}}"),
        ("StepFunctions::StateMachine", {"StateMachineName": "m"}, "Ref", f"{ARN}:states:{HERE}:stateMachine:m"),
        ("Events::Rule", {"Name": "r"}, "Arn", f"{ARN}:events:{HERE}:rule/r"),
        ("Events::Rule", {"Name": "r", "EventBusName": "b"}, "Arn", "${X.Arn}"),
        ("DynamoDB::Table", {"TableName": "t"}, "StreamArn", f"{TABLE_ARN}/t/stream/${{X.StreamLabel}}"),
        ("DynamoDB::GlobalTable", {"TableName": "t"}, "Arn", f"{TABLE_ARN}/t"),
        ("Serverless::SimpleTable", {"TableName": "t"}, "Arn", f"{TABLE_ARN}/t"),
        ("Foo::Bar", {"Name": "n"}, "Some.Thing", "${X.Some.Thing}"),
        ("Foo::Bar", {"Name": "n"}, "Ref", "${X}"),
    ],
)
def test_references_to_resources(kind: str, properties: dict[str, Any], reference: str, expected: str) -> None:
    """What `Ref` and attributes give follows from the physical name, where the type's documentation says so."""
    value = {"Ref": "X"} if reference == "Ref" else {"Fn::GetAtt": ["X", reference]}
    assert expected == resolved(value, Resources={"X": {"Type": f"AWS::{kind}", "Properties": properties}})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Sub": "a-${AWS::Region}"}, "a-${AWS::Region}"),
        ({"Fn::Sub": ["${A}${!aws:username}", {"A": "x"}]}, "x${aws:username}"),
        ({"Fn::Sub": "${!Thing}"}, "${!Thing}"),
        ("${Thing}", "${!Thing}"),
        ("${aws:username}/${*}", "${aws:username}/${*}"),
        ({"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-arn"}}, "${Import:<AWS::StackName>-arn}"),
        ("{{resolve:ssm:/a/b}}/x", "${Resolve:ssm:/a/b}/x"),
        ({"Fn::Sub": "{{resolve:ssm:/${AWS::Region}/b}}"}, "${Resolve:ssm:/<AWS::Region>/b}"),
        ({"Fn::Join": ["", ["a", {"Ref": "AWS::NoValue"}, "b"]]}, "ab"),
        ({"Fn::Select": ["1", {"Fn::Split": ["/", "a/b/c"]}]}, "b"),
        ({"Fn::Select": [5, {"Fn::Split": [":", {"Fn::GetAtt": ["T", "Arn"]}]}]}, "table/users"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "${Select:0|<GetAZs:<AWS::Region>>}"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Split": [":", {"Ref": "P"}]}, "${Split::|<P>}"),
        ({"Fn::Base64": "a"}, "YQ=="),
        ({"Fn::FindInMap": ["M", "a", "k"]}, "1"),
        ({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "k"]}, "${FindInMap:M.<AWS::Region>.k}"),
        ({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "same"]}, "s"),
        ([{"Ref": "AWS::NoValue"}, True, 1.5], ["true", "1.5"]),
        ({"Ref": "List"}, "${List}"),
        ({"Fn::Length": ["a", "b"]}, "2"),
    ],
)
def test_functions(value: Any, expected: Any) -> None:
    """Known arguments give the value, unknown ones a symbol; what only looks like a symbol does not become one."""
    sections = {
        "Parameters": {"List": {"Type": "CommaDelimitedList"}, "P": {"Type": "String"}},
        "Mappings": {"M": {"a": {"k": 1, "same": "s"}, "b": {"k": 2, "same": "s"}}},
        "Resources": {"T": TABLE},
    }
    assert expected == resolved(value, **sections)


@pytest.mark.parametrize(
    "name", ["AWS::Region", "Table", "Table.Arn", "Import:<AWS::StackName>-x", "Resolve:ssm:/a", "Select:0|<P>"]
)
def test_symbols(name: str) -> None:
    """Symbols are pseudo parameters, references, attributes and functions."""
    assert is_symbol(name)


@pytest.mark.parametrize(
    "name",
    [
        "aws:username",
        "*",
        "?",
        "$",
        "!Table",
        "cognito-identity.amazonaws.com:sub",
        "aws:PrincipalTag/a",
        "s3:prefix",
        "",
    ],
)
def test_variables_of_iam_are_no_symbols(name: str) -> None:
    """A policy variable has one colon behind a service or provider, or is a sign."""
    assert not is_symbol(name)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "`null` is no value in a template"),
        ({"Fn::Transform": {"Name": "AWS::Include"}}, "only CloudFormation can run `Fn::Transform` here"),
        ({"Fn::ForEach::X": ["a", [], {}]}, "only CloudFormation can run `Fn::ForEach::X` here"),
        ({"Fn::Select": ["7", ["a"]]}, "`Fn::Select` has no item `7`"),
        ({"Fn::FindInMap": ["M", "a", "b"]}, "the template's mappings have no `M.a.b`"),
        (
            {"Fn::Sub": "${aws:username}"},
            "the template has no `aws:username`; is `${!aws:username}` meant, a variable of IAM?",
        ),
        ({"Fn::If": ["A"]}, "`Fn::If` takes the name of a condition and two values"),
    ],
)
def test_what_cannot_be_known_is_undecided(value: Any, reason: str) -> None:
    """The policy is left out, and the reason says why."""
    assert [reason] == reasons(value)


def test_an_undecided_place_is_the_value_itself() -> None:
    """The path leads to what was not understood."""
    found = find_policies({"Resources": {"P": managed(statement(["a", None]))}})
    path = ("Resources", "P", "Properties", "PolicyDocument", "Statement", 0, "Resource", 1)
    assert [path] == [undecided.path for undecided in found.undecided]


def test_names_that_refer_to_each_other_are_symbols() -> None:
    """A circle of names ends in a symbol."""
    tables = {
        name: {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": {"Ref": other}}}
        for name, other in (("A", "B"), ("B", "A"))
    }
    assert "${A}" == resolved({"Ref": "A"}, Resources=tables)
