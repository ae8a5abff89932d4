"""Where a template will be deployed, and what its values are there, as far as they can be known before.

A value becomes one or several IAM patterns, in which `*` stands for what only the deployment knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LONGEST_NAMES: Final = {"AWS::DynamoDB::Table": 255, "AWS::IAM::ManagedPolicy": 128, "AWS::CloudWatch::Alarm": 255}
"""Longest name of a resource in characters; how CloudFormation shortens the names that it makes is not documented."""

_RANDOM: Final = 14
"""Characters that CloudFormation adds to a name that it makes: a hyphen and up to thirteen others."""

_NAME_PROPERTY: Final = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::CloudWatch::Alarm": "AlarmName",
}


def partition_of(region: str) -> str:
    """The partition that a Region is in."""
    for prefix, partition in (
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-iso-", "aws-iso"),
        ("eusc-", "aws-eusc"),
    ):
        if region.startswith(prefix):
            return partition
    return "aws"


@dataclass(frozen=True)
class Surroundings:
    """A stack to be, and its template.

    Attributes:
        template: the template with long intrinsics.
        stack_name: the stack's name.
        account: the account's number, or `*`.
        regions: the Regions that the stack is deployed to.
        partition: the partition of these.
        parameters: values that the deployment gives to parameters.
    """

    template: Mapping[str, Any]
    stack_name: str
    account: str
    regions: tuple[str, ...]
    partition: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def arns(self, service: str, rest: str, regions: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """The ARNs of something that each Region has."""
        return tuple(
            f"arn:{self.partition}:{service}:{region}:{self.account}:{rest}" for region in regions or self.regions
        )

    def iam_arn(self, rest: str) -> str:
        """The ARN of something of IAM, which knows no Region."""
        return f"arn:{self.partition}:iam::{self.account}:{rest}"

    def names_of(self, logical_id: str) -> tuple[str, ...]:
        """Patterns of a resource's name: as the template says, else as CloudFormation makes it."""
        resource = self.template["Resources"][logical_id]
        kind = resource["Type"]
        given = resource.get("Properties", {}).get(_NAME_PROPERTY.get(kind, ""))
        if given is not None and given != {"Ref": "AWS::NoValue"}:
            return self.texts(given)
        made = f"{self.stack_name}-{logical_id}"
        longest = LONGEST_NAMES.get(kind, 255) - _RANDOM
        # What a shortened name begins with is not documented; this much of the stack's name stays in any case.
        return (f"{made}-*" if len(made) <= longest else f"{self.stack_name[:20]}*",)

    def texts(self, value: Any) -> tuple[str, ...]:
        """Patterns of a value of the template, each once."""
        return tuple(dict.fromkeys(re.sub(r"\*+", "*", text) for text in self._texts(value)))

    def _texts(self, value: Any) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield str(value)
        elif set(value) == {"Ref"}:
            yield from self._reference(value["Ref"])
        elif set(value) == {"Fn::Sub"}:
            yield from self._substituted(value["Fn::Sub"])
        elif set(value) == {"Fn::If"}:
            for branch in value["Fn::If"][1:]:
                if branch != {"Ref": "AWS::NoValue"}:
                    yield from self._texts(branch)
        else:
            yield "*"

    def _reference(self, name: str) -> Iterator[str]:
        pseudo = {
            "AWS::StackName": (self.stack_name,),
            "AWS::AccountId": (self.account,),
            "AWS::Region": self.regions,
            "AWS::Partition": (self.partition,),
        }
        if name in pseudo:
            yield from pseudo[name]
        elif name in self.template["Resources"]:
            yield from self.names_of(name)
        else:
            yield from self.parameter_values(name)

    def parameter_values(self, name: str) -> tuple[str, ...]:
        """Values that a parameter can have: what the deployment gives, else what it allows, else anything."""
        if name in self.parameters:
            return (self.parameters[name],)
        declared = self.template.get("Parameters", {}).get(name, {})
        if declared.get("Type", "").startswith("AWS::SSM"):
            return ("*",)
        return tuple(str(value) for value in declared.get("AllowedValues", ())) or ("*",)

    def _substituted(self, value: Any) -> Iterator[str]:
        text, extra = (value, {}) if isinstance(value, str) else value
        pieces = re.split(r"\$\{(!?[^}]*)\}", text)
        found = [""]
        for number, piece in enumerate(pieces):
            if number % 2 == 0:
                options: tuple[str, ...] = (piece,)
            elif piece.startswith("!"):
                options = (f"${{{piece[1:]}}}",)
            elif piece in extra:
                options = self.texts(extra[piece])
            elif "." in piece:
                options = ("*",)
            else:
                options = self.texts({"Ref": piece})
            found = [left + right for left in found for right in options]
        yield from found
