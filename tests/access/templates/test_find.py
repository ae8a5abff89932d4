"""Every place of a template that holds a policy is found, with what it is attached to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cfn_table.access.templates import FoundPolicy, find_policies
from cfn_table.synth.read import read_template
from tests.access.templates.samples import ARN, HERE, document, managed, statement

ROOT = Path(__file__).parents[3]


def find(**resources: Any) -> dict[str, FoundPolicy]:
    """The policies of a template with these resources, by name."""
    found = find_policies({"Resources": resources})
    assert () == found.undecided
    assert len(found) == len({policy.name for policy in found})
    return {policy.name: policy for policy in found}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource."""
    return {"Type": kind, "Properties": properties}


def test_the_repositorys_own_template() -> None:
    """The published template has three policies for callers and one of the table, at these lines."""
    text = read_template((ROOT / "build/kv-storage/1.0.0/template.yaml").read_text("utf-8"), "t")
    found = find_policies(text.data)
    assert () == found.undecided
    expected = [("ApiPolicy", "identity"), ("KVStorageTable/ResourcePolicy", "resource")]
    expected += [("ReportingPolicy", "identity"), ("TenantPolicy", "identity")]
    assert expected == [(policy.name, policy.kind) for policy in found]
    assert [87, 102] == [text.locate(path).line for path in found.policies[0].statement_paths]
    table = f"{ARN}:dynamodb:{HERE}:table/kv-storage-data"
    resources = [item["Resource"] for policy in found for item in policy.document["Statement"]]
    assert [[table], [f"{table}/index/GSI1"], "*", [table], [table], [f"{table}/index/GSI1"]] == resources


def test_managed_policies_know_their_principals_in_both_directions() -> None:
    """`Roles` of the policy and `ManagedPolicyArns` of a role both attach, whatever spelling of the ARN."""
    named = managed(statement(), ManagedPolicyName="p", Roles=[{"Ref": "One"}, "outside"])
    trust = document({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
    arn = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/p"}
    found = find(
        P=named,
        One=resource("AWS::IAM::Role", RoleName="physical", AssumeRolePolicyDocument=trust),
        Two=resource("AWS::IAM::User", ManagedPolicyArns=[{"Ref": "P"}, "arn:aws:iam::aws:policy/ReadOnlyAccess"]),
        Three=resource("AWS::IAM::Group", ManagedPolicyArns=[arn]),
    )
    assert ("One", "Three", "Two", "outside") == found["P"].attached_to
    assert ("trust", ("One",)) == (
        found["One/AssumeRolePolicyDocument"].kind,
        found["One/AssumeRolePolicyDocument"].attached_to,
    )


def test_a_boundary_is_another_policy() -> None:
    """A managed policy that only bounds a role is found as boundary, and one that does both as both."""
    found = find(
        P=managed(statement()),
        Q=managed(statement()),
        R=resource("AWS::IAM::Role", PermissionsBoundary={"Ref": "P"}, ManagedPolicyArns=[{"Ref": "Q"}]),
        S=resource("AWS::IAM::Role", PermissionsBoundary={"Ref": "Q"}),
    )
    expected = {
        "P/PermissionsBoundary": ("boundary", ("R",)),
        "Q": ("identity", ("R",)),
        "Q/PermissionsBoundary": ("boundary", ("S",)),
    }
    assert expected == {name: (policy.kind, policy.attached_to) for name, policy in found.items()}


def test_attachments_follow_conditions_without_making_variants() -> None:
    """A role under the opposite condition is not attached, and one under another may be."""
    template = {
        "Conditions": {"A": {"Fn::Equals": [{"Ref": "S"}, "a"]}, "B": {"Fn::Equals": [{"Ref": "T"}, "b"]}},
        "Resources": {
            "P": managed(statement({"Fn::If": ["A", "x", "y"]})),
            "R": {**resource("AWS::IAM::Role", ManagedPolicyArns=[{"Ref": "P"}]), "Condition": "A"},
            "S": {**resource("AWS::IAM::Role", ManagedPolicyArns=[{"Ref": "P"}]), "Condition": "B"},
        },
    }
    found = {policy.when: policy.attached_to for policy in find_policies(template)}
    assert {(("A", True),): ("R", "S"), (("A", False),): ("S",)} == found


def test_inline_policies_are_named_by_their_name() -> None:
    """Inline policies are named by owner and name; two of one name get numbers, and one without gets its index."""
    policy = {"PolicyName": "p", "PolicyDocument": document(statement())}
    nameless = {"PolicyName": {"Fn::Transform": {}}, "PolicyDocument": document(statement())}
    found = find(R=resource("AWS::IAM::Role", Policies=[policy, policy, nameless]))
    assert ["R/2", "R/p", "R/p#2"] == sorted(found)
    assert {("R",)} == {item.attached_to for item in found.values()}
    assert ("Resources", "R", "Properties", "Policies", 1, "PolicyDocument") == found["R/p#2"].path


def test_variants_of_an_inline_policy_share_its_name() -> None:
    """Branches exclude each other, so that they are variants of one policy."""
    entry = [{"PolicyName": "p", "PolicyDocument": document(statement(name))} for name in "ab"]
    policies = {"Fn::If": ["A", [entry[0]], [entry[1]]]}
    found = find_policies({"Resources": {"R": resource("AWS::IAM::Role", Policies=policies)}})
    assert [("R/p", (("A", False),)), ("R/p", (("A", True),))] == [(item.name, item.when) for item in found]


@pytest.mark.parametrize(
    ("kind", "owner"), [("Role", "AWS::IAM::Role"), ("User", "AWS::IAM::User"), ("Group", "AWS::IAM::Group")]
)
def test_policies_of_one_principal(kind: str, owner: str) -> None:
    """`RolePolicy`, `UserPolicy` and `GroupPolicy` belong to one principal."""
    given = {f"{kind}Name": {"Ref": "X"}, "PolicyName": "p", "PolicyDocument": document(statement())}
    found = find(X=resource(owner), P=resource(f"AWS::IAM::{kind}Policy", **given))
    assert [("P", "identity", ("X",))] == [(item.name, item.kind, item.attached_to) for item in found.values()]


ANYONE = document(statement(Principal="*"))


@pytest.mark.parametrize(
    ("kind", "properties", "name", "attached"),
    [
        ("S3::BucketPolicy", {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": ANYONE}, "P", ("Bucket",)),
        ("SQS::QueuePolicy", {"Queues": [{"Ref": "Queue"}], "PolicyDocument": ANYONE}, "P", ("Queue",)),
        ("SNS::TopicPolicy", {"Topics": [{"Ref": "Topic"}], "PolicyDocument": ANYONE}, "P", ("Topic",)),
        ("SecretsManager::ResourcePolicy", {"SecretId": "arn:x", "ResourcePolicy": ANYONE}, "P", ("arn:x",)),
        ("Logs::ResourcePolicy", {"PolicyName": "x", "PolicyDocument": json.dumps(ANYONE)}, "P", ()),
        ("KMS::Key", {"KeyPolicy": ANYONE}, "P/KeyPolicy", ("P",)),
        ("ECR::Repository", {"RepositoryPolicyText": ANYONE}, "P/RepositoryPolicyText", ("P",)),
        ("OpenSearchService::Domain", {"AccessPolicies": ANYONE}, "P/AccessPolicies", ("P",)),
        ("Backup::BackupVault", {"AccessPolicy": ANYONE}, "P/AccessPolicy", ("P",)),
        ("CodeArtifact::Domain", {"PermissionsPolicyDocument": ANYONE}, "P/PermissionsPolicyDocument", ("P",)),
        (
            "DynamoDB::Table",
            {"StreamSpecification": {"ResourcePolicy": {"PolicyDocument": ANYONE}}},
            "P/StreamSpecification.ResourcePolicy",
            ("P",),
        ),
        (
            "DynamoDB::GlobalTable",
            {"Replicas": [{"Region": "eu-west-1"}, {"ResourcePolicy": {"PolicyDocument": ANYONE}}]},
            "P/Replicas.1.ResourcePolicy",
            ("P",),
        ),
        ("Events::EventBusPolicy", {"StatementId": "x", "Statement": ANYONE["Statement"][0]}, "P", ()),
        ("New::Thing", {"Deep": [{"AnyPolicy": ANYONE}]}, "P/Deep.0.AnyPolicy", ("P",)),
        ("New::Thing", {"Text": json.dumps(ANYONE)}, "P/Text", ("P",)),
    ],
)
def test_resource_policies(kind: str, properties: dict[str, Any], name: str, attached: tuple[str, ...]) -> None:
    """Types that are known to hold policies, documents in texts, and anything else that looks like a policy."""
    found = find(
        Bucket=resource("AWS::S3::Bucket", BucketName="b"),
        Queue=resource("AWS::SQS::Queue"),
        Topic=resource("AWS::SNS::Topic"),
        P=resource(f"AWS::{kind}", **properties),
    )
    assert [(name, "resource", attached)] == [(item.name, item.kind, item.attached_to) for item in found.values()]
    assert ANYONE["Statement"] == found[name].document["Statement"]


def test_a_lambda_permission_is_a_statement() -> None:
    """A permission is the statement that Lambda makes of it."""
    permission = resource(
        "AWS::Lambda::Permission",
        FunctionName={"Ref": "F"},
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::b",
        SourceAccount={"Ref": "AWS::AccountId"},
    )
    found = find(F=resource("AWS::Lambda::Function", FunctionName="f"), P=permission)["P"]
    expected = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"{ARN}:lambda:{HERE}:function:f",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
            "ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"},
        },
    }
    assert ([expected], ("F",)) == (found.document["Statement"], found.attached_to)


def test_json_with_references_in_a_text() -> None:
    """`Fn::Sub` in a JSON document resolves first; all statements have the text's place."""
    text = (
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "${T.Arn}", "Condition": {"Bool": {"a": true}}}}'
    )
    found = find(T=resource("AWS::DynamoDB::Table"), P=resource("AWS::IAM::Policy", PolicyDocument={"Fn::Sub": text}))
    expected = {"Effect": "Allow", "Action": "*", "Resource": f"{ARN}:dynamodb:{HERE}:table/${{T}}"}
    assert [{**expected, "Condition": {"Bool": {"a": "true"}}}] == found["P"].document["Statement"]
    assert (("Resources", "P", "Properties", "PolicyDocument"),) == found["P"].statement_paths


@pytest.mark.parametrize(
    ("given", "path", "reason"),
    [
        ({"Transform": "Mine"}, ("Transform",), "the macro `Mine` may add or change policies"),
        (
            {"Resources": {"Fn::ForEach::Loop": []}},
            ("Resources", "Fn::ForEach::Loop"),
            "`Fn::ForEach` may add resources with policies",
        ),
        (
            {"Resources": {"P": resource("AWS::IAM::Policy", PolicyDocument={"Ref": "Document"})}},
            ("Resources", "P", "Properties", "PolicyDocument"),
            "the document is `${Document}`, which is not known before deployment",
        ),
        (
            {"Resources": {"R": resource("AWS::IAM::Role", Policies=[{"PolicyName": "x"}])}},
            ("Resources", "R", "Properties", "Policies", 0),
            "a policy with a document is needed here",
        ),
        (
            {"Resources": {"P": resource("AWS::Logs::ResourcePolicy", PolicyDocument="{")}},
            ("Resources", "P", "Properties", "PolicyDocument"),
            "the text is no JSON",
        ),
        (
            {"Resources": {"P": resource("AWS::IAM::Policy", PolicyDocument={"Version": "2012-10-17"})}},
            ("Resources", "P", "Properties", "PolicyDocument"),
            "a policy document needs `Statement`",
        ),
        (
            {"Resources": {"P": resource("AWS::IAM::Policy", PolicyDocument='{"statement": []}')}},
            ("Resources", "P", "Properties", "PolicyDocument"),
            "a policy document needs `Statement`",
        ),
        (
            {"Resources": {"P": [resource("AWS::IAM::Policy")]}},
            ("Resources", "P"),
            "a resource is a mapping with a `Type`",
        ),
    ],
)
def test_what_is_not_understood_is_said(given: dict[str, Any], path: tuple[str | int, ...], reason: str) -> None:
    """Nothing that may hold a policy is passed over in silence."""
    found = find_policies(given)
    assert ((), [(path, reason)]) == (found.policies, [(item.path, item.reason) for item in found.undecided])
