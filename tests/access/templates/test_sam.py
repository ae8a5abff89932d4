"""Templates of AWS SAM: a function's policies are those of the role that SAM makes."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_table.access.templates import TemplatePolicies, find_policies
from tests.access.templates.samples import ARN, HERE, document, managed, statement


def find(**properties: Any) -> TemplatePolicies:
    """The policies in a SAM template with one function."""
    resources = {
        "T": {"Type": "AWS::Serverless::SimpleTable"},
        "F": {"Type": "AWS::Serverless::Function", "Properties": properties},
    }
    return find_policies({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources})


def test_inline_documents_and_templates() -> None:
    """Policies are named as SAM names them, by their place; managed ones have none of their own."""
    found = find(
        Policies=["AWSLambdaExecute", document(statement()), {"DynamoDBReadPolicy": {"TableName": {"Ref": "T"}}}]
    )
    assert () == found.undecided
    assert ["F/FRolePolicy1", "F/FRolePolicy2"] == [policy.name for policy in found]
    assert {("FRole",)} == {policy.attached_to for policy in found}
    table = f"{ARN}:dynamodb:{HERE}:table/${{T}}"
    (read,) = found.policies[1].document["Statement"]
    assert [table, f"{table}/index/*"] == read["Resource"]
    assert ["GetItem", "Scan", "Query", "BatchGetItem", "DescribeTable"] == [
        action.removeprefix("dynamodb:") for action in read["Action"]
    ]
    assert (("Resources", "F", "Properties", "Policies", 2),) == found.policies[1].statement_paths


@pytest.mark.parametrize(
    ("name", "parameters", "resources"),
    [
        ("SQSSendMessagePolicy", {"QueueName": "q"}, [f"{ARN}:sqs:{HERE}:q"]),
        ("SQSPollerPolicy", {"QueueName": "q"}, [f"{ARN}:sqs:{HERE}:q"]),
        ("S3ReadPolicy", {"BucketName": "b"}, [f"{ARN}:s3:::b", f"{ARN}:s3:::b/*"]),
        ("S3CrudPolicy", {"BucketName": "b"}, [f"{ARN}:s3:::b", f"{ARN}:s3:::b/*"]),
        ("SNSPublishMessagePolicy", {"TopicName": "t"}, [f"{ARN}:sns:{HERE}:t"]),
        ("LambdaInvokePolicy", {"FunctionName": "f"}, [f"{ARN}:lambda:{HERE}:function:f*"]),
        (
            "DynamoDBStreamReadPolicy",
            {"TableName": "t", "StreamName": "s"},
            [f"{ARN}:dynamodb:{HERE}:table/t/stream/s"],
        ),
    ],
)
def test_policy_templates(name: str, parameters: dict[str, str], resources: list[str]) -> None:
    """Policy templates become statements about their parameters."""
    found = find(Policies={name: parameters})
    assert () == found.undecided
    assert resources == found.policies[0].document["Statement"][0]["Resource"]


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"NewPolicy": {}}, "the policy template `NewPolicy` is not known"),
        ({"S3ReadPolicy": {}}, "the policy template `S3ReadPolicy` takes `BucketName`"),
        (3, "an entry of `Policies` is a name, a document or a policy template"),
    ],
)
def test_unknown_policy_templates_are_undecided(policy: Any, reason: str) -> None:
    """What is not known with certainty is said."""
    found = find(Policies=[policy])
    assert ((), [reason]) == (found.policies, [item.reason for item in found.undecided])


def test_a_function_with_a_role_has_no_policies() -> None:
    """SAM ignores `Policies` where `Role` is given, and follows its conditions."""
    assert () == find(Role="arn:x", Policies=[document(statement())]).policies
    role = {"Fn::If": ["A", "arn:x", {"Ref": "AWS::NoValue"}]}
    assert [(("A", False),)] == [policy.when for policy in find(Role=role, Policies=[document(statement())])]


def test_a_managed_policy_is_attached_to_the_role_that_sam_makes() -> None:
    """References in both directions name the role by the logical id that SAM gives it."""
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Policies": [{"Ref": "P"}]}}
    other = {"Type": "AWS::Serverless::Function", "Properties": {}}
    resources = {"F": function, "G": other, "P": managed(statement(), Roles=[{"Ref": "GRole"}])}
    found = find_policies({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources})
    assert [("P", ("FRole", "GRole"))] == [(policy.name, policy.attached_to) for policy in found]
