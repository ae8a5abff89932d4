"""The options of a deployment policy, checked: with a wrong account or stack name it would allow nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.emit.permissions.surroundings import Surroundings, partition_of
from cfn_table.errors import UsageError

PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
_STACK_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ROLE: Final = re.compile(r"([\w+=,.@-]+/)*[\w+=,.@-]{1,64}", re.ASCII)
_ROLE_ARN: Final = re.compile(rf"arn:(aws[a-z-]*):iam::([0-9]{{12}}):role/{_ROLE.pattern}", re.ASCII)


def checked_surroundings(
    design: Design,
    template: Callable[[], Mapping[str, Any]],
    *,
    stack_name: str | None,
    account: str | None,
    regions: tuple[str, ...],
    partition: str | None,
    parameters: Mapping[str, str],
    service_role: str | None,
    bucket: str | None,
) -> tuple[Surroundings, list[str]]:
    """Where the design is deployed, and notes on what is not known of it.

    Raises:
        UsageError: an option has no meaning.
    """
    notes = []
    name = stack_name if stack_name is not None else design.name
    _require(
        _STACK_NAME, name, "is no name of a stack", "use letters, digits and hyphens, a letter first: `--stack-name`"
    )
    if account is not None:
        _require(_ACCOUNT, account, "is no account", "give its twelve digits: `--account 123456789012`")
    regions = tuple(dict.fromkeys(regions or design.file.regions))
    for region in regions:
        _require(_REGION, region, "is no Region", "write it as `--region eu-west-1`")
    if partition is not None and partition not in PARTITIONS:
        raise UsageError(f"{shown(partition)} is no partition", help=did_you_mean(partition, PARTITIONS))
    found = sorted({partition_of(region) for region in regions})
    if len(found) > 1 and partition is None:
        raise UsageError(
            f"the Regions are in several partitions: {', '.join(found)}",
            help="make one policy for each, with `--region`",
        )
    if bucket is not None:
        _require(_BUCKET, bucket, "is no name of a bucket", "give the name alone, without `s3://`")
    if service_role is not None:
        arn = _ROLE_ARN.fullmatch(service_role)
        if arn is None:
            _require(_ROLE, service_role, "is no role", "give the role's name or its ARN")
        elif account is not None and arn[2] != account:
            raise UsageError(
                f"the service role is in account {arn[2]}, not in {account}",
                help="CloudFormation takes a role of the stack's own account",
            )
        else:
            account = arn[2]
    if account is None:
        notes.append("the account is not given, so `*` stands for it: `--account 123456789012` narrows the policy")
    plain = template()
    known = plain.get("Parameters", {})
    for parameter, value in parameters.items():
        if re.search(r"[*?$]", value):
            raise UsageError(
                f"{shown(value)} cannot be the value of {shown(parameter)} in a policy",
                help="`*`, `?` and `$` would stand for more than one value there",
            )
        if parameter not in known:
            raise UsageError(
                f"the template has no parameter {shown(parameter)}",
                help=did_you_mean(parameter, known) if known else "it has no parameters at all",
            )
    place = Surroundings(plain, name, account or "*", regions, partition or found[0], dict(parameters))
    return place, notes


def role_arn(role: str, place: Surroundings) -> str:
    """The ARN of a role that is given by its name or its ARN."""
    return role if role.startswith("arn:") else place.iam_arn(f"role/{role}")


def _require(pattern: re.Pattern[str], value: str, problem: str, advice: str) -> None:
    if not pattern.fullmatch(value):
        raise UsageError(f"{shown(value)} {problem}", help=advice)
