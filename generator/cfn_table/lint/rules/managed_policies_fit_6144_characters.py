"""A managed policy has at most 6,144 characters once everything in it is filled in.

Why: IAM counts what the policy says after CloudFormation has put in ARNs and names. A policy that fits in one Region
and with a short name of the stack may be refused in another.

Example: a policy with forty times `!GetAtt Table.Arn`, each of which may become 313 characters.

Use instead: two policies, or patterns such as `USER#*` instead of long lists.

Known problems: parameters count as their longest allowed value, else as their default; what nobody can know (imports,
`Fn::If`) counts as nothing, so that nothing is reported that may be right.

Source: IAM user guide, "IAM and AWS STS quotas" (white space is not counted); DynamoDB developer guide, "Naming rules".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cfn_table.findings import Severity
from cfn_table.lint.rules._text import Variable, parts
from cfn_table.lint.rules._view import MANAGED_POLICY, Problem, TemplateView, intrinsic, mapping

NAME = "managed-policies-fit-6144-characters"
SEVERITY = Severity.ERROR

_LIMIT = 6144
_LONGEST_NAME = 255
# The longest Region of each partition that has a long one; Region and partition go together.
_PLACES = (
    ("aws", "ap-southeast-7"),
    ("aws-us-gov", "us-gov-west-1"),
    ("aws-iso-f", "us-isof-south-1"),
    ("aws-iso-b", "us-isob-west-1"),
    ("aws-cn", "cn-northwest-1"),
)


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each managed policy that may become too long."""
    for policy in template.policies():
        if policy.resource.type == MANAGED_POLICY:
            size = max(_size(policy.document, _longest_values(template, *place)) for place in _PLACES)
            if size > _LIMIT:
                yield Problem(
                    policy.path,
                    f"policy `{policy.resource.id}` may become {size:,} characters long, {_LIMIT:,} are possible",
                    "split it in two, or allow patterns instead of long lists",
                )


def _size(document: Any, values: dict[str, str]) -> int:
    return len(json.dumps(_filled_in(document, values), ensure_ascii=False, separators=(",", ":"), default=str))


def _filled_in(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled_in(entry, values) for entry in value]
    if not isinstance(value, dict):
        return value
    if intrinsic(value):
        return "".join(values.get(part.name, "") if isinstance(part, Variable) else part for part in parts(value))
    return {key: _filled_in(entry, values) for key, entry in value.items()}


def _longest_values(template: TemplateView, partition: str, region: str) -> dict[str, str]:
    """What variables become at their longest in a Region."""
    account, name = "1" * 12, "x" * 128
    values = {
        "AWS::AccountId": account,
        "AWS::Partition": partition,
        "AWS::Region": region,
        "AWS::StackName": name,
        "AWS::StackId": f"arn:{partition}:cloudformation:{region}:{account}:stack/{name}/{'x' * 36}",
        "AWS::URLSuffix": "amazonaws.com.cn",
    }
    for table in template.tables():
        given = table.properties.get("TableName")
        # A computed name, and one that CloudFormation makes of the stack's name, may be as long as any.
        values[table.id] = given if isinstance(given, str) else "x" * _LONGEST_NAME
        values[f"{table.id}.Arn"] = f"arn:{partition}:dynamodb:{region}:{account}:table/{values[table.id]}"
        values[f"{table.id}.StreamArn"] = f"{values[f'{table.id}.Arn']}/stream/2024-01-01T00:00:00.000"
    for parameter, declared in template.section("Parameters").items():
        values[parameter] = _longest_parameter(mapping(declared))
    return values


def _longest_parameter(declared: Any) -> str:
    allowed = declared.get("AllowedValues")
    if isinstance(allowed, list) and allowed:
        return max(map(str, allowed), key=len)
    longest = declared.get("MaxLength")
    return "x" * longest if isinstance(longest, int) else str(declared.get("Default", ""))
