"""To which resources a permission can be narrowed: an action of a resource → ARNs and a condition.

Which actions can be narrowed at all is IAM's to say (`schemas.resources_of`); what the ARNs are, and which condition
keys an action has, says the Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.emit.permissions.features import (
    ALARM,
    GLOBAL_TABLE,
    INSIGHTS,
    KINESIS,
    MANAGED_POLICY,
    REPLICA_SCALING,
    REPLICAS,
    SCALABLE_TARGET,
    SCALING,
    SCALING_POLICY,
    STREAM_POLICY_OR_TAGS,
    TABLE,
    Resource,
    features_of,
    key_values,
    stream_values,
    values_at,
)
from cfn_table.emit.permissions.schemas import arn_formats, resources_of
from cfn_table.emit.permissions.surroundings import Surroundings

Condition = Mapping[str, Mapping[str, str | list[str]]]

_OF_INDEXES: Final = {"DescribeContributorInsights", "UpdateContributorInsights", "Query", "Scan"}
_OF_STREAMS: Final = {"GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"} | {
    *("ListTagsOfResource", "TagResource", "UntagResource")
}
_IMPORT_LOGS: Final = "log-group:/aws-dynamodb/imports:*"
"""The log group of imports (DynamoDB developer guide, "DynamoDB data import from Amazon S3")."""

_BY_NAMESPACE: Final = ("DeleteScalingPolicy", "DeregisterScalableTarget", "PutScalingPolicy", "RegisterScalableTarget")
"""Actions of Application Auto Scaling with the condition key `application-autoscaling:service-namespace`."""


@dataclass(frozen=True)
class Scope:
    """Where a permission holds.

    Attributes:
        title: the Sid of its statement.
        arns: the statement's resources.
        condition: the statement's condition; may be empty.
    """

    title: str
    arns: tuple[str, ...]
    condition: Condition


def scopes_of(action: str, logical_id: str, place: Surroundings) -> list[Scope]:
    """Where the template's resource needs the permission; several when parts of it have other conditions."""
    if not resources_of(action):
        return [Scope("NotLimitable", ("*",), {})]
    resource = place.template["Resources"][logical_id]
    service, _, name = action.partition(":")
    kind = resource["Type"]
    if action == "iam:CreateServiceLinkedRole":
        return [_service_roles(kind, resource, place)]
    if kind in (TABLE, GLOBAL_TABLE):
        return _of_table(service, name, logical_id, resource, place)
    if kind in (SCALABLE_TARGET, SCALING_POLICY):
        return [_of_scaling(service, name, resource, place)]
    if kind == MANAGED_POLICY and service == "iam":
        return [Scope("Policies", _policies(logical_id, resource, place), {})]
    if kind == ALARM:
        names = place.names_of(logical_id)
        return [Scope("Alarms", tuple(arn for each in names for arn in place.arns("cloudwatch", f"alarm:{each}")), {})]
    return [Scope(f"{service.title()}OfHook".replace("-", ""), _in_account(action, place), {})]


def _of_table(service: str, name: str, logical_id: str, resource: Resource, place: Surroundings) -> list[Scope]:
    properties = resource.get("Properties", {})
    replicas = tuple(region for each in values_at(properties, "Replicas/*/Region") for region in place.texts(each))
    regions = tuple(dict.fromkeys((*place.regions, *replicas)))
    tables = tuple(f"table/{each}" for each in place.names_of(logical_id))

    def arns(*endings: str) -> tuple[str, ...]:
        return tuple(
            arn for table in tables for end in endings for arn in place.arns("dynamodb", f"{table}{end}", regions)
        )

    if service == "kms":
        return _keys(name, resource, regions, place)
    if service == "kinesis":
        streams = [text for value in stream_values(resource) for text in place.texts(value)]
        return [Scope("KinesisStream", _known(streams, place.arns("kinesis", "stream/*", regions)), {})]
    if service == "s3":
        return [Scope(*_bucket(name, properties, place), {})]
    if service == "logs":
        return [Scope("ImportLogs", place.arns("logs", _IMPORT_LOGS), {})]
    if service == "application-autoscaling":
        return [_scalable_targets(name, place, regions)]
    if name == "DescribeImport":
        return [Scope("Import", arns("/import/*"), {})]
    if name in _OF_INDEXES and any(True for _ in values_at(properties, "GlobalSecondaryIndexes/0")):
        return [Scope("TableAndIndexes", arns("", "/index/*"), {})]
    if name in _OF_STREAMS and STREAM_POLICY_OR_TAGS(resource):
        return [Scope("TableAndStream", arns("", "/stream/*"), {})]
    return [Scope("Table", arns(""), {})]


def _keys(name: str, resource: Resource, regions: tuple[str, ...], place: Surroundings) -> list[Scope]:
    """The table's keys. What changes or uses a key is allowed only through DynamoDB; an alias is no IAM resource."""
    suffix = "amazonaws.com.cn" if place.partition == "aws-cn" else "amazonaws.com"
    through: dict[str, Any] = {}
    if name != "DescribeKey":  # the handler asks for that itself
        through = {"StringEquals": {"kms:ViaService": [f"dynamodb.{region}.{suffix}" for region in regions]}}
    any_key = place.arns("kms", "key/*", regions)
    texts = [text for value in key_values(resource) for text in place.texts(value)]
    aliases = sorted({text for text in texts if text.startswith("alias/")})
    found = []
    if not texts:
        aliases = ["alias/aws/dynamodb"]
    if others := [text for text in texts if not text.startswith("alias/")]:
        found.append(Scope("TableKey", _known(others, any_key), through))
    if aliases:
        condition = {**through, "ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases}}
        found.append(Scope("TableKeyByAlias", any_key, condition))
    return found


def _known(arns: list[str], otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """These ARNs, each once; where one is known only when the stack is deployed, the wider ones."""
    exact = [arn for arn in arns if arn.startswith("arn:") and "*" not in arn]
    return tuple(dict.fromkeys(exact)) if len(exact) == len(arns) else tuple(dict.fromkeys((*exact, *otherwise)))


def _bucket(name: str, properties: Mapping[str, Any], place: Surroundings) -> tuple[str, tuple[str, ...]]:
    source = "ImportSourceSpecification/S3BucketSource/"
    buckets = [text for value in values_at(properties, f"{source}S3Bucket") for text in place.texts(value)]
    prefixes = [text for value in values_at(properties, f"{source}S3KeyPrefix") for text in place.texts(value)]
    arns = [f"arn:{place.partition}:s3:::{bucket}" for bucket in buckets]
    if name == "ListBucket":
        return "ImportBucket", tuple(arns)
    return "ImportObjects", tuple(f"{arn}/{prefix}*".replace("**", "*") for arn in arns for prefix in prefixes or [""])


def _of_scaling(service: str, name: str, resource: Resource, place: Surroundings) -> Scope:
    if service == "cloudwatch":
        # Target tracking names its alarms after what it scales: `TargetTracking-table/NAME-AlarmHigh-…`.
        ids = values_at(resource.get("Properties", {}), "ResourceId")
        targets = [text for value in ids for text in place.texts(value)] or ["table/*"]
        patterns = dict.fromkeys(f"alarm:TargetTracking-{target}-*".replace("*-*", "*") for target in targets)
        return Scope("ScalingAlarms", tuple(arn for each in patterns for arn in place.arns("cloudwatch", each)), {})
    if service == "iam":
        roles = [text for value in values_at(resource.get("Properties", {}), "RoleARN") for text in place.texts(value)]
        condition = {"StringEquals": {"iam:PassedToService": "application-autoscaling.amazonaws.com"}}
        return Scope("PassScalingRole", _known(roles, (place.iam_arn("role/*"),)), condition)
    return _scalable_targets(name, place, place.regions)


def _scalable_targets(name: str, place: Surroundings, regions: tuple[str, ...]) -> Scope:
    """Scalable targets have ids that nobody knows before; the namespace keeps those of other services apart."""
    arns = place.arns("application-autoscaling", "scalable-target/*", regions)
    if name in _BY_NAMESPACE or name.endswith("ScheduledAction"):
        condition = {"StringEquals": {"application-autoscaling:service-namespace": "dynamodb"}}
        return Scope("ScalableTargets", arns, condition)
    return Scope("ScalableTargetTags", arns, {})


def _service_roles(kind: str, resource: Resource, place: Surroundings) -> Scope:
    features = (SCALING,) if kind == SCALABLE_TARGET else (INSIGHTS, KINESIS, REPLICAS, REPLICA_SCALING)
    allowed = {feature for group in features_of(kind, "iam:CreateServiceLinkedRole") for feature in group}
    services = sorted(each.service_role for each in features if each in allowed and each.used(resource))
    arns = tuple(place.iam_arn(f"role/aws-service-role/{service}/*") for service in services)
    return Scope("ServiceLinkedRoles", arns, {"StringEquals": {"iam:AWSServiceName": services}})


def _policies(logical_id: str, resource: Resource, place: Surroundings) -> tuple[str, ...]:
    paths = [text for value in values_at(resource.get("Properties", {}), "Path") for text in place.texts(value)] or [
        "/"
    ]
    return tuple(place.iam_arn(f"policy{path}{name}") for path in paths for name in place.names_of(logical_id))


def _in_account(action: str, place: Surroundings) -> tuple[str, ...]:
    """Resources of a type that we know nothing of: all of their kind in the account and the Regions."""
    found: list[str] = []
    for form in arn_formats(action):
        for region in place.regions if "${Region}" in form else ("",):
            text = form.replace("${Partition}", place.partition).replace("${Account}", place.account)
            found.append(text.replace("${Region}", region))
    return tuple(dict.fromkeys(found)) or ("*",)
