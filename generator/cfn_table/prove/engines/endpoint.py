"""Tables elsewhere: made on any endpoint that speaks DynamoDB's API, or found in a stack that is deployed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cfn_table.design.design import Design
from cfn_table.design.suggest import shown
from cfn_table.errors import CfnTableError
from cfn_table.prove.engines.answers import explaining, names_of, not_there, region_of
from cfn_table.prove.engines.create_table import TABLE_TYPES, TableRequest, finish_table, remove_table, table_request
from cfn_table.prove.engines.deployed import Deployed, EngineRefused, also_left
from cfn_table.prove.engines.values import Surroundings, parameter_values
from cfn_table.publish.aws_errors import Codes, answer_of, aws_client, error_code

_DENIED: Final = (
    "access is denied",
    "allow cloudformation:DescribeStacks, cloudformation:DescribeStackResource and dynamodb:DescribeTable",
)
_CODES: Final[Codes] = {
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "ResourceNotFoundException": ("the table is not there", "see whether somebody deleted it, and deploy it again"),
}


@contextlib.contextmanager
def endpoint_engine(
    design: Design,
    template: Mapping[str, Any],
    endpoint_url: str,
    *,
    parameters: Mapping[str, str] | None = None,
    region: str | None = None,
) -> Iterator[Deployed]:
    """A table of the template's properties on an endpoint that speaks DynamoDB's API; deleted when the block ends.

    Args:
        design: the design.
        template: its template, in the JSON form.
        endpoint_url: such as `http://127.0.0.1:8000`.
        parameters: values of the template's parameters, over their defaults.
        region: else that of the environment, else the design's first. Without credentials in the environment invented
            ones are used, since most such engines check none.

    Raises:
        EngineRefused: the endpoint does not answer or refuses the table, or has one of that name already; or the table
            cannot be deleted afterwards.
        InputError: the Region cannot be one.
        UsageError: the URL cannot be one; a parameter has no value, or one that it does not allow.
    """
    place = _shown(endpoint_url)
    values = parameter_values(template, parameters)
    with explaining(f"cannot prove at `{place}`", "the endpoint", _CODES):
        client = aws_client("dynamodb", endpoint_url, region, None, default_region=region_of(design), stand_in=True)
        surroundings = Surroundings(client.meta.region_name, design.name)
        request = table_request(template, design.logical_id, values, surroundings)
        _create(client, request, place)
    try:
        with explaining(f"`{place}` does not make the table", "the endpoint", _CODES):
            table = finish_table(client, request)
        yield Deployed(
            "endpoint",
            client,
            names_of(design, table, values),
            parameters=values,
            notes=not_there(f"`{place}`", request.left_out),
        )
    except BaseException as error:
        try:
            _remove(client, request.name, place)
        except CfnTableError as left:
            raise also_left(error, left) from None
        raise
    _remove(client, request.name, place)


def _create(client: Any, request: TableRequest, place: str) -> None:
    from botocore.exceptions import ClientError

    taken = EngineRefused(
        f"`{place}` has a table `{request.name}` already",
        help="to prove the table of a deployed stack, name it: `--stack-name STACK`; else give the new one another "
        "name, or delete the old one",
    )
    try:
        client.describe_table(TableName=request.name)
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
    else:
        raise taken
    try:
        client.create_table(**request.arguments)
    except ClientError as error:
        # Somebody else was faster: that table is not ours to delete.
        if error_code(error) == "ResourceInUseException":
            raise taken from error
        raise EngineRefused(
            f"`{place}` does not make the table: it answers {answer_of(error)}", help="see the reason above"
        ) from error


def _remove(client: Any, name: str, place: str) -> None:
    with explaining(f"the table `{name}` is left at `{place}`", "the endpoint"):
        remove_table(client, name)


def _shown(url: str) -> str:
    """An endpoint without a password that may be in it."""
    try:
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        return url


@contextlib.contextmanager
def stack_engine(
    design: Design,
    stack_name: str,
    *,
    endpoint_url: str | None = None,
    region: str | None = None,
    profile: str | None = None,
) -> Iterator[Deployed]:
    """The table of a stack that is deployed, on AWS or on an emulator of CloudFormation; nothing is made or deleted.

    Args:
        design: the design that the stack is of; its table is known by its logical id.
        stack_name: name or ARN of the stack.
        endpoint_url: of an emulator.
        region: else that of the environment or the profile, else the design's first.
        profile: of the AWS configuration.

    Raises:
        EngineRefused: there are no credentials, no such stack, or it is not of this design; its table is not active, or
            has another key or other indexes.
        InputError: the Region cannot be one.
        UsageError: the endpoint cannot be one.
    """
    where = f"cannot prove the stack {shown(stack_name)}"
    with explaining(where, "AWS" if endpoint_url is None else "the endpoint", _CODES):
        cloudformation, dynamodb = (
            aws_client(
                service,
                endpoint_url,
                region,
                profile,
                default_region=region_of(design),
                stand_in=endpoint_url is not None,
            )
            for service in ("cloudformation", "dynamodb")
        )
        values = _parameters_of_stack(cloudformation, stack_name)
        name = _table_of_stack(cloudformation, design, stack_name)
        table = dynamodb.describe_table(TableName=name)["Table"]
    _check(design, table)
    yield Deployed(
        "aws" if endpoint_url is None else "endpoint",
        dynamodb,
        names_of(design, table, values),
        is_shared=True,
        parameters=values,
    )


def _parameters_of_stack(client: Any, stack_name: str) -> dict[str, str]:
    from botocore.exceptions import ClientError

    try:
        (stack,) = client.describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        raise EngineRefused(
            f"there is no stack {shown(stack_name)} in `{client.meta.region_name}`",
            help="correct its name, or name the Region and the account's profile that it is in",
        ) from error
    # Of an SSM parameter the value is its name, and the resolved value what it holds.
    return {
        each["ParameterKey"]: str(each.get("ResolvedValue", each.get("ParameterValue", "")))
        for each in stack.get("Parameters", ())
    }


def _table_of_stack(client: Any, design: Design, stack_name: str) -> str:
    from botocore.exceptions import ClientError

    stranger = EngineRefused(
        f"the stack {shown(stack_name)} has no table `{design.logical_id}`",
        help=f"name a stack of the design `{design.name}`; its table's logical id is `{design.logical_id}`",
    )
    try:
        answer = client.describe_stack_resource(StackName=stack_name, LogicalResourceId=design.logical_id)
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        raise stranger from error
    resource = answer["StackResourceDetail"]
    if resource.get("ResourceType") not in TABLE_TYPES or not resource.get("PhysicalResourceId"):
        raise stranger
    return str(resource["PhysicalResourceId"])


def _check(design: Design, table: Mapping[str, Any]) -> None:
    """Raises EngineRefused when requests of the design cannot be sent to the table."""
    name = table["TableName"]
    key = tuple(part["AttributeName"] for part in table["KeySchema"])
    if key != design.table_keys.names:
        raise EngineRefused(
            f"the key of the table `{name}` is {_listed(key)}, that of the design {_listed(design.table_keys.names)}",
            help=f"name a stack of the design `{design.name}`",
        )
    states = {f"the table `{name}`": table.get("TableStatus", "ACTIVE")}
    for index in table.get("GlobalSecondaryIndexes") or ():
        states[f"the index `{index['IndexName']}` of `{name}`"] = index.get("IndexStatus", "ACTIVE")
    for what, state in states.items():
        if state != "ACTIVE":
            raise EngineRefused(f"{what} is {state}", help="wait until it is ACTIVE, then run the command again")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
