"""Makes a table on DynamoDB Local from the properties that a CloudFormation template gives it.

The properties go to the engine as they stand in the template: nothing is repaired or reordered, so that the engine's
refusal is the service's answer to that template. What DynamoDB Local has no API for (PITR, tags, resource policies,
contributor insights) or ignores (SSE) is left out; it proves nothing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# AWS::DynamoDB::Table's properties that CreateTable takes under the same name and in the same form.
CREATE_TABLE = (
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "BillingMode",
    "ProvisionedThroughput",
    "DeletionProtectionEnabled",
    "TableClass",
)
INDEX = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")


def resolve(value: Any, template: Mapping[str, Any], parameters: Mapping[str, str] | None = None) -> Any:
    """The value with its intrinsics resolved: Ref and Fn::Sub of parameters, Fn::If of conditions on them.

    Args:
        value: a part of `template`.
        template: the whole template in the JSON form.
        parameters: values given at deployment; a parameter that is missing here has its default.

    Raises:
        KeyError: a Ref of something that has no value before deployment, such as a resource.
        NotImplementedError: an intrinsic that no table needs before it exists.
    """
    if isinstance(value, list):
        resolved = [resolve(item, template, parameters) for item in value]
        return [item for item in resolved if item is not _NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref":
            return _reference(argument, template, parameters)
        if name == "Fn::Sub" and isinstance(argument, str):
            return _substituted(argument, template, parameters)
        if name == "Fn::If":
            condition, yes, no = argument
            chosen = yes if _holds(template["Conditions"][condition], template, parameters) else no
            return resolve(chosen, template, parameters)
        if name.startswith("Fn::"):
            raise NotImplementedError(name)
    members = {name: resolve(item, template, parameters) for name, item in value.items()}
    return {name: item for name, item in members.items() if item is not _NO_VALUE}


def create_table_arguments(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of CreateTable for an AWS::DynamoDB::Table with these resolved properties."""
    arguments = {name: _typed(name, properties[name]) for name in CREATE_TABLE if name in properties}
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if kind in properties:
            arguments[kind] = [
                {name: _typed(name, index[name]) for name in INDEX if name in index} for index in properties[kind]
            ]
    if "StreamSpecification" in properties:
        view = properties["StreamSpecification"]["StreamViewType"]
        # CloudFormation's form has no StreamEnabled: naming a view enables the stream.
        arguments["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
    return arguments


def table_from_template(
    dynamodb: Any, template: Mapping[str, Any], logical_id: str, parameters: Mapping[str, str] | None = None
) -> str:
    """Create the table that the template's resource `logical_id` describes, and return its name.

    Args:
        dynamodb: a boto3 DynamoDB client of the engine.
        template: the whole template in the JSON form.
        logical_id: of an AWS::DynamoDB::Table with a TableName.
        parameters: values given at deployment, over the parameters' defaults.

    Raises:
        botocore.exceptions.ClientError: the engine refuses the properties.
    """
    properties = resolve(template["Resources"][logical_id]["Properties"], template, parameters)
    arguments = create_table_arguments(properties)
    dynamodb.create_table(**arguments)
    name: str = arguments["TableName"]
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    if "TimeToLiveSpecification" in properties:
        specification = dict(properties["TimeToLiveSpecification"])
        specification["Enabled"] = _boolean(specification["Enabled"])
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)
    return name


# AWS::NoValue: the member or item that has it is not there.
_NO_VALUE = object()

_PSEUDO_PARAMETERS = {
    "AWS::AccountId": "000000000000",
    "AWS::NoValue": _NO_VALUE,
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackName": "kv-storage",
    "AWS::URLSuffix": "amazonaws.com",
}


def _reference(name: str, template: Mapping[str, Any], parameters: Mapping[str, str] | None) -> Any:
    if name in _PSEUDO_PARAMETERS:
        return _PSEUDO_PARAMETERS[name]
    if parameters and name in parameters:
        return parameters[name]
    return template["Parameters"][name]["Default"]


def _substituted(text: str, template: Mapping[str, Any], parameters: Mapping[str, str] | None) -> str:
    parts = text.split("${")
    done = parts[0]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        # `${!Name}` is how Fn::Sub writes a literal `${Name}`.
        done += f"${{{name[1:]}}}" if name.startswith("!") else str(_reference(name, template, parameters))
        done += rest
    return done


def _holds(condition: Any, template: Mapping[str, Any], parameters: Mapping[str, str] | None) -> bool:
    ((name, argument),) = condition.items()
    if name == "Condition":
        return _holds(template["Conditions"][argument], template, parameters)
    if name == "Fn::Not":
        return not _holds(argument[0], template, parameters)
    if name == "Fn::And":
        return all(_holds(item, template, parameters) for item in argument)
    if name == "Fn::Or":
        return any(_holds(item, template, parameters) for item in argument)
    if name == "Fn::Equals":
        left, right = (resolve(item, template, parameters) for item in argument)
        return str(left) == str(right)
    raise NotImplementedError(name)


def _typed(name: str, value: Any) -> Any:
    """The value as the API wants it: CloudFormation takes numbers and booleans as text too, and parameters are text."""
    if name == "ProvisionedThroughput":
        return {unit: int(number) for unit, number in value.items()}
    if name == "DeletionProtectionEnabled":
        return _boolean(value)
    return value


def _boolean(value: Any) -> bool:
    return str(value).lower() == "true"
