"""Whatever a template holds, there is an answer, in bounded time, and it is plain."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.access.templates import TemplatePolicies, find_policies
from tests.access.templates.samples import document, managed, statement

_WORDS = st.sampled_from(
    [
        "A",
        "B",
        "C",
        "R",
        "Arn",
        "a",
        "",
        "${A}",
        "${A.Arn}",
        "${!x}",
        "${aws:username}",
        "AWS::NoValue",
        "AWS::Region",
        "{{resolve:ssm:x}}",
        '{"Statement":[{"Effect":"Allow"}]}',
        "0",
        "1",
        ":",
        "${",
        "}",
        "*",
    ]
)
_KEYS = st.sampled_from(
    [
        "Ref",
        "Fn::GetAtt",
        "Fn::Sub",
        "Fn::Join",
        "Fn::Select",
        "Fn::Split",
        "Fn::FindInMap",
        "Fn::ImportValue",
        "Fn::If",
        "Fn::Base64",
        "Fn::GetAZs",
        "Fn::Cidr",
        "Fn::Length",
        "Fn::ToJsonString",
        "Fn::Transform",
        "Fn::Equals",
        "Fn::Not",
        "Fn::And",
        "Fn::Or",
        "Condition",
        "Statement",
        "Effect",
        "Principal",
        "PolicyDocument",
        "PolicyName",
        "Policies",
        "ManagedPolicyArns",
        "Roles",
        "PermissionsBoundary",
        "AssumeRolePolicyDocument",
        "Role",
        "A",
        "B",
        "ResourcePolicy",
        "Replicas",
        "TableName",
        "RoleName",
        "Path",
        "DynamoDBReadPolicy",
        "S3ReadPolicy",
    ]
)
_SCALARS = st.one_of(_WORDS, st.none(), st.booleans(), st.integers(-1, 3), st.floats(), st.text(max_size=3))
_JUNK = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(_KEYS, _SCALARS), inner, max_size=3)
    ),
    max_leaves=30,
)
_IF = st.builds(lambda name, one, other: {"Fn::If": [name, one, other]}, _WORDS, _JUNK, _JUNK)
_VALUES = st.one_of(_JUNK, _IF, st.builds(document, _IF, _JUNK), st.builds(document, st.builds(statement, _JUNK)))
_TYPES = st.sampled_from(
    [
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::IAM::RolePolicy",
        "AWS::DynamoDB::Table",
        "AWS::DynamoDB::GlobalTable",
        "AWS::Lambda::Permission",
        "AWS::Events::EventBusPolicy",
        "AWS::Serverless::Function",
        "AWS::S3::Bucket",
        "AWS::KMS::Key",
        "AWS::SQS::QueuePolicy",
        "X",
        "AWS::Events::Rule",
    ]
)
_RESOURCES = st.fixed_dictionaries(
    {"Type": st.one_of(_TYPES, _JUNK)},
    optional={
        "Properties": st.one_of(st.dictionaries(_KEYS, _VALUES, max_size=5), _JUNK),
        "Condition": st.one_of(_WORDS, _JUNK),
    },
)
_NAMES = st.sampled_from(["A", "B", "C", "D", "ARole", "Fn::ForEach::X"])
_TEMPLATES = st.fixed_dictionaries(
    {"Resources": st.dictionaries(_NAMES, st.one_of(_RESOURCES, _JUNK), max_size=4)},
    optional={
        "Conditions": st.one_of(st.dictionaries(_NAMES, _JUNK, max_size=4), _JUNK),
        "Parameters": st.one_of(st.dictionaries(_NAMES, _JUNK, max_size=3), _JUNK),
        "Mappings": _JUNK,
        "Transform": _JUNK,
        "Globals": _JUNK,
    },
)


def _plain(value: Any) -> bool:
    """Whether a value has lists, mappings and texts only, and calls no function."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and not key.startswith("Fn::") and _plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_plain(item) for item in value)
    return isinstance(value, str)


def _check(found: TemplatePolicies) -> None:
    """The laws of every result."""
    for policy in found:
        statements = policy.document["Statement"]
        assert _plain(policy.document)
        assert len(statements) == len(policy.statement_paths)
        assert all(isinstance(item, dict) for item in statements)
        assert sorted(set(policy.attached_to)) == list(policy.attached_to)
        assert sorted(policy.when) == list(policy.when)
    places = [(policy.name, policy.when) for policy in found]
    assert len(places) == len(set(places))


@settings(max_examples=300, deadline=None)
@given(_TEMPLATES)
def test_junk_gives_an_answer(template: dict[str, Any]) -> None:
    """Wrong types anywhere never raise, and what is found is plain."""
    _check(find_policies(template))


@given(st.dictionaries(st.text(), _JUNK))
def test_anything_gives_an_answer(template: dict[str, Any]) -> None:
    """Mappings that are no template have no policies, or some."""
    _check(find_policies(template))


def _circle() -> Any:
    items: list[Any] = []
    items.append({"Fn::If": ["A", items, items]})
    return items


def _nested(depth: int, function: str) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {function: ["", [value, value]]} if function.startswith("Fn::") else {function: value}
    return value


@pytest.mark.parametrize(
    "value",
    [
        _circle(),
        _nested(5_000, "Fn::Join"),
        _nested(5_000, "Key"),
        _nested(40, "Fn::Join"),
        "[" * 100_000,
        '{"Statement":' * 50_000,
        {"Fn::Sub": "${A}" * 100_000},
        {"Fn::Sub": ["${A}" * 1_000, {"A": "x" * 10_000}]},
    ],
    ids=["circle", "joins", "keys", "doubling", "brackets", "json", "sub", "growing"],
)
def test_hostile_values_end(value: Any) -> None:
    """Circles, deep nesting and doubling end in an answer."""
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": value, "Policies": value, "Other": value}}
    resources = {"P": managed(statement(value)), "Q": managed(value), "R": role}
    resources["S"] = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": value, "Roles": value}}
    _check(find_policies({"Resources": resources, "Conditions": {"A": value, "B": {"Fn::Not": [value]}}}))


def test_names_that_double_end() -> None:
    """Names that repeat each other grow exponentially, and are given up as symbols."""
    tables = {
        f"T{i}": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {"TableName": {"Fn::Sub": f"${{T{i + 1}}}${{T{i + 1}}}"}},
        }
        for i in range(50)
    }
    _check(find_policies({"Resources": {**tables, "P": managed(statement({"Ref": "T0"}))}}))


def test_a_big_template_is_read_whole() -> None:
    """A thousand policies, each attached to a role and under a condition."""
    resources: dict[str, Any] = {}
    for i in range(500):
        resources[f"P{i}"] = managed(statement({"Fn::If": [f"C{i}", "a", "b"]}), Roles=[{"Ref": f"R{i}"}])
        inline = {"PolicyName": "x", "PolicyDocument": document(statement({"Ref": f"R{i}"}))}
        resources[f"R{i}"] = {
            "Type": "AWS::IAM::Role",
            "Condition": f"C{i}",
            "Properties": {"Policies": [inline], "ManagedPolicyArns": [{"Ref": f"P{499 - i}"}]},
        }
    conditions = {f"C{i}": {"Fn::Equals": [{"Ref": "S"}, str(i)]} for i in range(500)}
    found = find_policies({"Resources": resources, "Conditions": conditions})
    assert (1500, ()) == (len(found), found.undecided)
