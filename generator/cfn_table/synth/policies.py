"""IAM managed policies: one per policy file, split where IAM's limit asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import awacs.dynamodb
from awacs import kms
from awacs.aws import (
    Action,
    Allow,
    Condition,
    ConditionElement,
    ForAllValuesStringEquals,
    ForAllValuesStringLike,
    ForAnyValueStringEquals,
    Null,
    PolicyDocument,
    StringEquals,
    StringEqualsIfExists,
)
from awacs.aws import Statement as PolicyStatement
from troposphere import GetAtt, Sub, iam

from cfn_table.design.design import Design, Policy
from cfn_table.design.memory import once_per_design
from cfn_table.errors import RefusedError
from cfn_table.synth.statements import BATCHES, READS, TABLE, Statement, policy_statements
from cfn_table.synth.values import sub_text, to_template

MAX_CHARACTERS: Final = 6144
"""Longest managed policy in characters, white space not counted (IAM user guide, "IAM and AWS STS quotas")."""

LONGEST_PREFIX: Final = "arn:aws-iso-b:dynamodb:ap-southeast-99:123456789012:table/"
"""What a table's ARN begins with at its longest: partition, service, Region and account."""

LONGEST_NAME: Final = 255
"""Longest name of a table or an index in characters (DynamoDB developer guide, "Naming rules")."""


def policy_resources(design: Design, policy: Policy) -> list[iam.ManagedPolicy]:
    """The managed policies of one policy file: one, or several where its text would be longer than IAM takes.

    The first keeps the policy's logical id; later parts are named with a number.

    Raises:
        RefusedError: a single statement is longer than a policy can be.
    """
    parts = split(design, policy)
    return [
        _resource(design, policy, number, statements, len(parts)) for number, statements in enumerate(parts, start=1)
    ]


def logical_ids(design: Design, policy: Policy) -> list[str]:
    """The logical ids of the policy's parts."""
    return [_logical_id(policy, number) for number in range(1, _part_count(design, policy.name) + 1)]


@once_per_design
def _part_count(design: Design, name: str) -> int:
    return next(len(split(design, policy)) for policy in design.policies if policy.name == name)


def _logical_id(policy: Policy, number: int) -> str:
    return policy.logical_id if number == 1 else f"{policy.logical_id}{number}"


def split(design: Design, policy: Policy) -> list[list[PolicyStatement]]:
    """The policy's statements, in as few parts as their order allows, each within IAM's limit.

    Raises:
        RefusedError: a single statement does not fit.
    """
    parts: list[list[PolicyStatement]] = [[]]
    for statement in _all_statements(design, policy):
        for piece in _pieces(design, policy, statement):
            if parts[-1] and length(design, [*parts[-1], piece]) > MAX_CHARACTERS:
                parts.append([])
            parts[-1].append(piece)
    return parts


def _pieces(design: Design, policy: Policy, statement: Statement | PolicyStatement) -> Iterator[PolicyStatement]:
    if isinstance(statement, PolicyStatement):
        yield statement
        return
    whole = render_statement(design, statement)
    if length(design, [whole]) <= MAX_CHARACTERS:
        yield whole
        return
    keys = statement.leading_keys or ()
    if len(keys) < 2 or BATCHES.intersection(statement.actions):
        raise RefusedError(
            f"a statement of policy `{policy.name}` is longer than the {MAX_CHARACTERS} characters of a managed policy",
            help="allow fewer attributes or entities in it",
            location=policy.locate("allow"),
            rule="policies-fit-iam",
        )
    middle = len(keys) // 2
    for half in (keys[:middle], keys[middle:]):
        yield from _pieces(design, policy, replace(statement, leading_keys=half))


def _all_statements(design: Design, policy: Policy) -> Iterator[Statement | PolicyStatement]:
    yield from policy_statements(design, policy)
    yield from _extra_statements(design, policy)


def _extra_statements(design: Design, policy: Policy) -> Iterator[PolicyStatement]:
    if design.file.policies.describe_table and policy.file.allow:
        yield PolicyStatement(
            Sid="DescribeTable",
            Effect=Allow,
            Action=[awacs.dynamodb.DescribeTable],
            Resource=_resource_arns(design, TABLE),
        )
    if policy.file.read_stream:
        actions = [awacs.dynamodb.DescribeStream, awacs.dynamodb.GetRecords, awacs.dynamodb.GetShardIterator]
        yield PolicyStatement(
            Sid="ReadStream", Effect=Allow, Action=actions, Resource=[GetAtt(design.logical_id, "StreamArn")]
        )
        # Its request names no stream, so its resource cannot be narrowed (service authorization reference).
        yield PolicyStatement(Sid="ListStreams", Effect=Allow, Action=[awacs.dynamodb.ListStreams], Resource=["*"])
    yield from _key_statements(design)


def _key_statements(design: Design) -> Iterator[PolicyStatement]:
    """Use of customer KMS keys, only through DynamoDB; an alias is no IAM resource, so it becomes a condition."""
    keys = [
        design.file.table.encryption,
        *(replica.kms_key for replica in design.file.table.replicas if replica.kms_key),
    ]
    via: list[ConditionElement] = [StringEquals("kms:ViaService", Sub("dynamodb.${AWS::Region}.${AWS::URLSuffix}"))]
    seen: list[Any] = []
    for key in keys:
        if key in ("aws_owned", "aws_managed", None) or key in seen:
            continue
        seen.append(key)
        number = "" if len(seen) == 1 else str(len(seen))
        alias = isinstance(key, str) and key.startswith("alias/")
        resource: Any = (
            Sub("arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*") if alias else to_template(key)
        )
        conditions = [ForAnyValueStringEquals("kms:ResourceAliases", [key]), *via] if alias else via
        yield PolicyStatement(
            Sid=f"UseTableKey{number}",
            Effect=Allow,
            Action=[kms.Decrypt, kms.DescribeKey],
            Resource=[resource],
            Condition=Condition(conditions),
        )


def render_statement(design: Design, statement: Statement) -> PolicyStatement:
    """The statement as awacs writes it."""
    properties: dict[str, Any] = {
        "Sid": statement.sid,
        "Effect": Allow,
        "Action": [Action("dynamodb", name) for name in statement.actions],
        "Resource": _resource_arns(design, statement.resource),
    }
    conditions = list(_conditions(statement))
    if conditions:
        properties["Condition"] = Condition(conditions)
    return PolicyStatement(**properties)


def _resource_arns(design: Design, resource: str) -> list[Any]:
    """The ARNs of the table or of one index; one per replica, since `GetAtt Arn` is that of one Region only."""
    index = "" if resource == TABLE else f"/index/{sub_text(design.indexes[resource].name)}"
    if design.is_global:
        regions = sorted(replica.region for replica in design.file.table.replicas)
        prefix = "arn:${AWS::Partition}:dynamodb:"
        return [
            Sub(f"{prefix}{region}:${{AWS::AccountId}}:table/${{{design.logical_id}}}{index}") for region in regions
        ]
    return [Sub(f"${{{design.logical_id}.Arn}}{index}") if index else GetAtt(design.logical_id, "Arn")]


def _conditions(statement: Statement) -> Iterator[Any]:
    like: dict[str, Any] = {}
    if statement.leading_keys is not None:
        like["dynamodb:LeadingKeys"] = list(statement.leading_keys)
        yield ForAllValuesStringLike(like)
        # ForAllValues is true of an absent key.
        yield Null("dynamodb:LeadingKeys", "false")
    if statement.attributes is not None:
        yield ForAllValuesStringEquals("dynamodb:Attributes", list(statement.attributes))
        if READS.intersection(statement.actions):
            yield StringEquals("dynamodb:Select", "SPECIFIC_ATTRIBUTES")
        else:
            yield StringEqualsIfExists("dynamodb:ReturnValues", ["NONE", "UPDATED_OLD", "UPDATED_NEW"])


def _resource(
    design: Design, policy: Policy, number: int, statements: Sequence[PolicyStatement], parts: int
) -> iam.ManagedPolicy:
    options = design.file.policies
    properties: dict[str, Any] = {
        "PolicyDocument": PolicyDocument(Version="2012-10-17", Statement=list(statements)),
    }
    if options.path is not None:
        properties["Path"] = options.path
    if options.name_prefix is not None:
        # Stack and Region keep names apart: a policy's name is unique in its account, over all Regions.
        suffix = policy.name if number == 1 else f"{policy.name}-{number}"
        name = f"{sub_text(options.name_prefix)}${{AWS::StackName}}-{suffix}-${{AWS::Region}}"
        properties["ManagedPolicyName"] = Sub(name)
    resource = iam.ManagedPolicy(_logical_id(policy, number), **properties)
    metadata: dict[str, Any] = {}
    if policy.file.description:
        metadata["Description"] = policy.file.description
    metadata["AccessPatterns"] = sorted({grant.pattern for grant in policy.file.allow})
    if parts > 1:
        metadata["Part"] = f"{number} of {parts}"
    resource.Metadata = metadata
    return resource


def length(design: Design, statements: Iterable[PolicyStatement]) -> int:
    """Characters of a policy with these statements, without white space, intrinsics at their longest expansion."""
    from troposphere import encode_to_dict

    document = {"Version": "2012-10-17", "Statement": [encode_to_dict(statement) for statement in statements]}
    return len(json.dumps(_expanded(design, document), ensure_ascii=False, separators=(",", ":")))


def _expanded(design: Design, value: Any) -> Any:
    if isinstance(value, list):
        return [_expanded(design, item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::GetAtt"}:
        return _table_arn(design) + ("/stream/2024-01-01T00:00:00.000" if value["Fn::GetAtt"][1] == "StreamArn" else "")
    if set(value) == {"Ref"}:
        return "x" * LONGEST_NAME
    if set(value) == {"Fn::Sub"}:
        text = value["Fn::Sub"].replace(f"${{{design.logical_id}.Arn}}", _table_arn(design))
        text = text.replace(f"${{{design.logical_id}}}", _table_name(design))
        text = text.replace("${AWS::Partition}", "aws-iso-b").replace("${AWS::AccountId}", "123456789012")
        text = text.replace("${AWS::Region}", "ap-southeast-99").replace("${AWS::URLSuffix}", "amazonaws.com.cn")
        for parameter in design.context.parameters.values():
            text = text.replace(f"${{{parameter.logical_id}}}", "x" * LONGEST_NAME)
        return text.replace("${!", "${")
    return {key: _expanded(design, item) for key, item in value.items()}


def _table_arn(design: Design) -> str:
    return LONGEST_PREFIX + _table_name(design)


def _table_name(design: Design) -> str:
    name = design.file.table.name
    return name if isinstance(name, str) else "x" * LONGEST_NAME
