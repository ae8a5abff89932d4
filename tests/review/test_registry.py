"""What the registry's schemas say of a property is what a review says of a change of it, for types of many services."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from cfn_table.registry import schema_of
from cfn_table.review.change import Effect
from cfn_table.review.compare import review_sides
from cfn_table.review.replacement import name_property
from cfn_table.review.side import Side
from cfn_table.synth.read import read_template

TYPES: Final = (
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::Stage",
    "AWS::AppSync::DataSource",
    "AWS::Athena::WorkGroup",
    "AWS::Batch::JobQueue",
    "AWS::CertificateManager::Certificate",
    "AWS::CloudTrail::Trail",
    "AWS::CloudWatch::Alarm",
    "AWS::CodeBuild::Project",
    "AWS::Cognito::UserPoolClient",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Instance",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::ECR::Repository",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::EFS::FileSystem",
    "AWS::EKS::Cluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Events::Rule",
    "AWS::Glue::Job",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::KMS::Alias",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::MSK::Cluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::Route53::RecordSet",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
)


def values_of(resource_type: str, property_name: str) -> tuple[Any, Any] | None:
    """Two values that a property takes and of which neither is its default; None where it is no plain value."""
    schema = schema_of(resource_type)
    found = schema["properties"][property_name]
    if "$ref" in found:
        found = schema["definitions"][found["$ref"].rpartition("/")[2]]
    if property_name == "Tags" and found.get("type") == "array":
        return [{"Key": "one", "Value": "1"}], [{"Key": "one", "Value": "2"}]
    choices = [value for value in found.get("enum", ()) if value != found.get("default")]
    if len(choices) > 1:
        return choices[0], choices[1]
    if "enum" in found:
        return None
    # `false` and an absent property may be the same, and a default is: values are far from both.
    plain = {"string": ("one", "two"), "integer": (1001, 1002), "number": (1001, 1002), "boolean": (True, False)}
    return plain.get(found["type"]) if isinstance(found.get("type"), str) else None


def properties_of(resource_type: str) -> Iterator[tuple[str, bool]]:
    """The plain properties that users state, and whether a change of them replaces."""
    schema = schema_of(resource_type)
    created, may, read_only = (
        {pointer.split("/")[2] for pointer in schema.get(key, ())}
        for key in ("createOnlyProperties", "conditionalCreateOnlyProperties", "readOnlyProperties")
    )
    whole = {pointer.split("/")[2] for pointer in schema.get("createOnlyProperties", ()) if pointer.count("/") == 2}
    for name in schema["properties"]:
        if name not in may | read_only and name in whole | (schema["properties"].keys() - created):
            yield name, name in whole


def side(resource_type: str, properties: Mapping[str, Any]) -> Side:
    """A template with one resource."""
    data = {"Resources": {"It": {"Type": resource_type, "Properties": dict(properties)}}}
    return Side("template.json", read_template(json.dumps(data), "template.json"))


def effects(resource_type: str, name: str, stated: Mapping[str, Any]) -> set[Effect]:
    """The effects, worse than none, of another value of a property."""
    values = values_of(resource_type, name)
    assert values is not None
    old, new = (side(resource_type, {**stated, name: value}) for value in values)
    found = review_sides(old, new).changes
    assert found
    assert all(change.certain for change in found)
    return {change.effect for change in found} - {Effect.NONE, Effect.DATA_LOSS}


def first(resource_type: str, *, replaces: bool) -> str:
    """The first plain property of which a change replaces, or does not; the name of the resource last."""
    named = name_property(resource_type) or ("",)
    found = [
        name
        for name, does in properties_of(resource_type)
        if does is replaces and values_of(resource_type, name) is not None
    ]
    assert found
    return min(found, key=lambda name: name == named[0])


@pytest.mark.parametrize("resource_type", TYPES)
def test_a_create_only_property_replaces(resource_type: str) -> None:
    """The resource is replaced, or where it keeps its name, CloudFormation refuses."""
    name = first(resource_type, replaces=True)
    named = name_property(resource_type)
    assert {Effect.REPLACEMENT} == effects(resource_type, name, {})
    if named is not None and named != (name,):
        assert {Effect.REFUSED} == effects(resource_type, name, {named[0]: "it"})


@pytest.mark.parametrize("resource_type", TYPES)
def test_any_other_property_does_not(resource_type: str) -> None:
    """The resource is updated in place, with a name and without."""
    name = first(resource_type, replaces=False)
    named = name_property(resource_type)
    assert set() == effects(resource_type, name, {})
    if named is not None:
        assert set() == effects(resource_type, name, {named[0]: "it"})
