"""Which handler permissions are needed only when a property is used.

A schema's handlers name everything that any resource of the type may ever need: for AWS::DynamoDB::Table reading and
writing items, for example. `RULES` holds what we know to be tied to a property. A permission without a rule is always
granted, so a permission that is new in a schema is granted until somebody adds its rule. Everything that the `read`
handler asks DynamoDB for is without a rule: it is given the table's name only, so it asks for every feature.

Sources, beside the schemas: DynamoDB developer guide, "Using IAM with global tables" (replicas, and their scaling),
"Using IAM policies for Amazon Kinesis Data Streams and Amazon DynamoDB", "Using IAM with CloudWatch contributor
insights", "DynamoDB table export/import: prerequisites", "Encryption at rest: authorizing use of your KMS key";
Application Auto Scaling user guide, "Permissions validation for API calls on target resources".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.emit.permissions.schemas import matches

Resource = Mapping[str, Any]

TABLE: Final = "AWS::DynamoDB::Table"
GLOBAL_TABLE: Final = "AWS::DynamoDB::GlobalTable"
MANAGED_POLICY: Final = "AWS::IAM::ManagedPolicy"
ALARM: Final = "AWS::CloudWatch::Alarm"
SCALABLE_TARGET: Final = "AWS::ApplicationAutoScaling::ScalableTarget"
SCALING_POLICY: Final = "AWS::ApplicationAutoScaling::ScalingPolicy"
TYPES: Final = (TABLE, GLOBAL_TABLE, MANAGED_POLICY, ALARM, SCALABLE_TARGET, SCALING_POLICY)
"""The types that a design makes; others come from its hook, and `RULES` knows nothing of them."""


def values_at(value: Any, path: str) -> Iterator[Any]:
    """The values at a path such as `Replicas/*/Tags`; `*` is any element, a number that one, both sides of `Fn::If`."""
    if isinstance(value, Mapping) and set(value) == {"Fn::If"}:
        for branch in value["Fn::If"][1:]:
            yield from values_at(branch, path)
        return
    if isinstance(value, Mapping) and value == {"Ref": "AWS::NoValue"}:
        return
    first, _, rest = path.partition("/")
    if not first:
        yield value
    elif isinstance(value, list):
        for item in value if first == "*" else value[int(first) : int(first) + 1] if first.isdigit() else ():
            yield from values_at(item, rest)
    elif isinstance(value, Mapping) and first in value:
        yield from values_at(value[first], rest)


def _present(*paths: str) -> Callable[[Resource], bool]:
    def test(resource: Resource) -> bool:
        return any(True for path in paths for _ in values_at(resource.get("Properties", {}), path))

    return test


def key_values(resource: Resource) -> Iterator[Any]:
    """The customer keys of a table and its replicas, as they stand in the template."""
    for path in ("SSESpecification/KMSMasterKeyId", "Replicas/*/SSESpecification/KMSMasterKeyId"):
        yield from values_at(resource.get("Properties", {}), path)


def stream_values(resource: Resource) -> Iterator[Any]:
    """The Kinesis streams of a table and its replicas, as they stand in the template."""
    for path in ("KinesisStreamSpecification/StreamArn", "Replicas/*/KinesisStreamSpecification/StreamArn"):
        yield from values_at(resource.get("Properties", {}), path)


def loses_data(resource: Resource) -> bool:
    """Whether CloudFormation may delete the resource: with the stack, or after an update replaced it.

    CloudFormation leaves a resource alone whose policy is `Retain`, also when it rolls back the stack's creation (user
    guide, "DeletionPolicy attribute"); `RetainExceptOnCreate` deletes it in that one case.
    """
    return not resource.get("DeletionPolicy") == resource.get("UpdateReplacePolicy") == "Retain"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a template may use.

    Attributes:
        words: how `docs/troubleshooting.md` names it.
        used: whether a resource uses it.
        service_role: the service whose service-linked role it needs, which the first use in an account creates.
        types: the types that can use it; all by default.
    """

    words: str
    used: Callable[[Resource], bool]
    service_role: str = ""
    types: tuple[str, ...] = TYPES


_REPLICA_SCALING = (
    "WriteProvisionedThroughputSettings",
    "GlobalSecondaryIndexes/*/WriteProvisionedThroughputSettings",
    "Replicas/*/ReadProvisionedThroughputSettings/ReadCapacityAutoScalingSettings",
    "Replicas/*/GlobalSecondaryIndexes/*/ReadProvisionedThroughputSettings/ReadCapacityAutoScalingSettings",
)
_INSIGHTS = "ContributorInsightsSpecification"
_KINESIS = "KinesisStreamSpecification"

TIME_TO_LIVE: Final = Feature("time to live", _present("TimeToLiveSpecification"))
RECOVERY: Final = Feature(
    "point-in-time recovery",
    _present("PointInTimeRecoverySpecification", "Replicas/*/PointInTimeRecoverySpecification"),
)
INSIGHTS: Final = Feature(
    "contributor insights",
    _present(
        *(f"{place}{_INSIGHTS}" for place in ("", "GlobalSecondaryIndexes/*/", "Replicas/*/")),
        f"Replicas/*/GlobalSecondaryIndexes/*/{_INSIGHTS}",
    ),
    "contributorinsights.dynamodb.amazonaws.com",
)
KINESIS: Final = Feature(
    "a Kinesis stream", _present(_KINESIS, f"Replicas/*/{_KINESIS}"), "kinesisreplication.dynamodb.amazonaws.com"
)
IMPORT: Final = Feature("import from S3", _present("ImportSourceSpecification"), types=(TABLE,))
TAGS: Final = Feature(
    "tags",
    _present(
        *("Tags", "StreamSpecification/Tags", "Replicas/*/Tags"),
        "Replicas/*/ReplicaStreamSpecification/Tags",
    ),
)
STREAM_POLICY_OR_TAGS: Final = _present(
    *("StreamSpecification/ResourcePolicy", "StreamSpecification/Tags", "Replicas/*/ReplicaStreamSpecification")
)
RESOURCE_POLICY: Final = Feature(
    "a resource policy",
    _present(
        *("ResourcePolicy", "StreamSpecification/ResourcePolicy", "Replicas/*/ResourcePolicy"),
        "Replicas/*/ReplicaStreamSpecification/ResourcePolicy",
    ),
)
REPLICAS: Final = Feature(
    "replicas in several Regions",
    _present("Replicas/1"),
    "replication.dynamodb.amazonaws.com",
    types=(GLOBAL_TABLE,),
)
REPLICA_SCALING: Final = Feature(
    "auto scaling of a global table",
    _present(*_REPLICA_SCALING),
    "dynamodb.application-autoscaling.amazonaws.com",
    types=(GLOBAL_TABLE,),
)
ENCRYPTION: Final = Feature("encryption with a KMS key", _present("SSESpecification"))
CUSTOMER_KEY: Final = Feature(
    "encryption with a customer key", lambda resource: any(True for _ in key_values(resource))
)
KEY_ALIAS: Final = Feature(
    "encryption with a customer key's alias",
    lambda resource: any(str(key).startswith("alias/") for key in key_values(resource)),
)
DELETION: Final = Feature("`on_delete` or `on_replace` is not `retain`", loses_data)
SCALING: Final = Feature("auto scaling", lambda _: True, "dynamodb.application-autoscaling.amazonaws.com")
SCHEDULES: Final = Feature("scheduled scaling, in a hook", _present("ScheduledActions"))
PREDICTION: Final = Feature("predictive scaling, in a hook", _present("PredictiveScalingPolicyConfiguration"))
SCALING_ROLE: Final = Feature("a role for scaling, in a hook", _present("RoleARN"))
ATTACHMENTS: Final = Feature("`Roles`, `Users` or `Groups`, in a hook", _present("Roles", "Users", "Groups"))
NEVER: Final = Feature("nothing that a design makes", lambda _: False, types=())


@dataclass(frozen=True, slots=True)
class Rule:
    """These permissions are needed only where one of the features is used."""

    actions: tuple[str, ...]
    features: tuple[Feature, ...]


_ITEMS = ("Scan", "Query", "UpdateItem", "PutItem", "GetItem", "DeleteItem", "BatchWriteItem")
_TABLE_RULES = (
    Rule(("dynamodb:UpdateTimeToLive",), (TIME_TO_LIVE,)),
    Rule(("dynamodb:UpdateContinuousBackups",), (RECOVERY,)),
    Rule(("dynamodb:UpdateContributorInsights",), (INSIGHTS,)),
    Rule(
        (*(f"dynamodb:{verb}KinesisStreamingDestination" for verb in ("Enable", "Disable", "Update")), "kinesis:*"),
        (KINESIS,),
    ),
    Rule(("dynamodb:ImportTable", "dynamodb:DescribeImport", "logs:*", "s3:*"), (IMPORT,)),
    Rule(("dynamodb:TagResource", "dynamodb:UntagResource"), (TAGS,)),
    Rule(("dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy"), (RESOURCE_POLICY,)),
    # With a replica come reading and writing items: DynamoDB checks that whoever makes it may, in its Region.
    Rule(tuple(f"dynamodb:{name}" for name in ("*TableReplica", *_ITEMS)), (REPLICAS,)),
    Rule(
        ("application-autoscaling:*", "dynamodb:*TableReplicaAutoScaling"),
        (REPLICA_SCALING,),
    ),
    # The key policy of the AWS-managed key allows its use through DynamoDB to everybody in the account.
    Rule(("kms:DescribeKey",), (ENCRYPTION,)),
    Rule(("kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:RevokeGrant"), (CUSTOMER_KEY,)),
    Rule(("kms:ListAliases",), (KEY_ALIAS,)),
    Rule(("iam:CreateServiceLinkedRole",), (INSIGHTS, KINESIS, REPLICAS, REPLICA_SCALING)),
    Rule(("cloudwatch:PutMetricData",), (NEVER,)),
    # Deleting a replica deletes data, too: who keeps the table keeps its replicas.
    Rule(("dynamodb:DeleteTable", "dynamodb:DeleteTableReplica"), (DELETION,)),
)
RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    TABLE: _TABLE_RULES,
    GLOBAL_TABLE: _TABLE_RULES,
    MANAGED_POLICY: (Rule(("iam:Attach*", "iam:Detach*"), (ATTACHMENTS,)),),
    ALARM: (Rule(("cloudwatch:TagResource", "cloudwatch:UntagResource"), (TAGS,)),),
    SCALABLE_TARGET: (
        Rule(("application-autoscaling:*ScheduledAction",), (SCHEDULES,)),
        Rule(("application-autoscaling:TagResource", "application-autoscaling:UntagResource"), (TAGS,)),
        Rule(("iam:PassRole",), (SCALING_ROLE,)),
        Rule(("iam:CreateServiceLinkedRole",), (SCALING,)),
        Rule(("lambda:*",), (NEVER,)),
    ),
    SCALING_POLICY: (Rule(("cloudwatch:GetMetricData",), (PREDICTION,)),),
}
"""Type → its rules. All rules that match a permission must hold."""

WILDCARDS: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamodb:Describe*": tuple(
        f"dynamodb:Describe{name}"
        for name in (
            *("ContinuousBackups", "ContributorInsights", "KinesisStreamingDestination", "Table"),
            *("TableReplicaAutoScaling", "TimeToLive"),
        )
    ),
    "application-autoscaling:Describe*": tuple(
        f"application-autoscaling:Describe{name}"
        for name in ("ScalableTargets", "ScalingActivities", "ScalingPolicies", "ScheduledActions")
    ),
}
"""What a schema's wildcard stands for here: what a plain table's handlers name, and what scaling needs (guide)."""


def rules_of(resource_type: str, action: str) -> Iterator[Rule]:
    """The rules that decide about a permission of a type."""
    for rule in RULES.get(resource_type, ()):
        if matches(action, rule.actions):
            yield rule


def features_of(resource_type: str, action: str) -> list[tuple[Feature, ...]]:
    """For each rule of the permission: the features of which one must be used, of those that the type can use."""
    return [
        tuple(feature for feature in rule.features if resource_type in feature.types)
        for rule in rules_of(resource_type, action)
    ]


def needed(resource_type: str, action: str, resource: Resource, *, system_tags: bool) -> bool:
    """Whether a resource needs the permission."""
    if system_tags and action.endswith(":TagResource"):
        return True
    return all(any(feature.used(resource) for feature in features) for features in features_of(resource_type, action))
