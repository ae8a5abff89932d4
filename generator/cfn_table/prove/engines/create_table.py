"""A table from what a template says about it, where there is no CloudFormation: arguments of CreateTable.

The properties go to the engine as they stand in the template: nothing is repaired or reordered, so that the engine's
refusal is the service's answer to that template. What CreateTable does not take (PITR, insights, Kinesis, an import),
and what would only concern others than the caller (tags, resource policies, encryption), is left out and told.

Sources: template reference, AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable; API reference, CreateTable.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.engines.values import Resolver, Surroundings

TABLE_TYPES: Final = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
"""The resource types that make a table."""

ACTIVE_SECONDS: Final = 300.0
"""How long an engine may take until a table is active."""

# What CreateTable takes under the same name and in the same form.
_SAME: Final = (
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "BillingMode",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "WarmThroughput",
    "DeletionProtectionEnabled",
    "TableClass",
    "VectorIndexes",
)
_INDEX: Final = (
    "IndexName",
    "KeySchema",
    "Projection",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "WarmThroughput",
)
_INDEXES: Final = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
_ELSEWHERE: Final = ("StreamSpecification", "TimeToLiveSpecification", "Replicas")
"""Properties that other arguments or calls take."""

_GLOBAL_ONLY: Final = (
    "WriteProvisionedThroughputSettings",
    "WriteOnDemandThroughputSettings",
    "ReadOnDemandThroughputSettings",
)
_NUMBERS: Final = ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")


@dataclass(frozen=True, slots=True)
class TableRequest:
    """How a table of a template is made through DynamoDB's own API.

    Attributes:
        arguments: of CreateTable.
        time_to_live: the specification for UpdateTimeToLive; None where the template has none.
        left_out: names of the properties that are in neither, sorted.
    """

    arguments: Mapping[str, Any]
    time_to_live: Mapping[str, Any] | None
    left_out: tuple[str, ...]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.arguments["TableName"])


def table_request(
    template: Mapping[str, Any], logical_id: str, values: Mapping[str, str], surroundings: Surroundings
) -> TableRequest:
    """How the table of a template's resource is made.

    Args:
        template: the whole template, in the JSON form.
        logical_id: of an AWS::DynamoDB::Table, or of an AWS::DynamoDB::GlobalTable, which becomes its replica in the
            Region of `surroundings`. Without a TableName it gets a generated one.
        values: of every parameter, as `parameter_values` gives them.
        surroundings: for pseudo parameters.

    Raises:
        EngineRefused: the template has no such table, or only a deployment tells what it is.
    """
    resource = table_of(template, logical_id)
    resolver = Resolver(template, values, surroundings)
    if "Condition" in resource and not resolver.holds(resource["Condition"]):
        raise EngineRefused(
            f"the condition `{resource['Condition']}` of `{logical_id}` does not hold, so there is no table",
            help="give other values of the parameters: `--parameter NAME=VALUE`",
        )
    written: Mapping[str, Any] = resource.get("Properties", {})
    is_global = resource["Type"] == TABLE_TYPES[1]
    taken = [*_SAME, *_INDEXES, *_ELSEWHERE, *(_GLOBAL_ONLY if is_global else ())]
    properties = resolver.resolve({name: written[name] for name in taken if name in written})
    if is_global:
        properties = _of_replica(properties, surroundings.region)
    if "TableName" not in properties:
        properties["TableName"] = f"{surroundings.stack_name}-{logical_id}-{uuid.uuid4().hex[:12].upper()}"
    time_to_live = properties.get("TimeToLiveSpecification")
    return TableRequest(
        create_table_arguments(properties),
        None if time_to_live is None else {**time_to_live, "Enabled": boolean(time_to_live.get("Enabled"))},
        tuple(sorted(name for name in written if name not in taken)),
    )


def table_of(template: Mapping[str, Any], logical_id: str) -> Mapping[str, Any]:
    """The resource of a template that makes its table.

    Raises:
        EngineRefused: there is none of that name, or it makes no table.
    """
    resource: Any = template.get("Resources", {}).get(logical_id)
    if not isinstance(resource, Mapping) or resource.get("Type") not in TABLE_TYPES:
        raise EngineRefused(
            f"the template has no table `{logical_id}`", help="prove the design with the template that it gives"
        )
    return resource


def create_table_arguments(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of CreateTable for an AWS::DynamoDB::Table with these resolved properties."""
    arguments = {name: typed(name, properties[name]) for name in _SAME if name in properties}
    for kind in _INDEXES:
        if kind in properties:
            arguments[kind] = [index_arguments(index) for index in properties[kind]]
    if "StreamSpecification" in properties:
        arguments["StreamSpecification"] = stream_arguments(properties["StreamSpecification"])
    return arguments


def index_arguments(index: Mapping[str, Any]) -> dict[str, Any]:
    """A secondary index of a template, as CreateTable and UpdateTable take it."""
    return {name: typed(name, index[name]) for name in _INDEX if name in index}


def stream_arguments(specification: Mapping[str, Any]) -> dict[str, Any]:
    """A template's StreamSpecification as the API takes it: naming a view is what enables the stream."""
    return {"StreamEnabled": True, "StreamViewType": specification["StreamViewType"]}


def typed(name: str, value: Any) -> Any:
    """A property's value as the API wants it: CloudFormation takes numbers and booleans as text, and so parameters."""
    if name in _NUMBERS and isinstance(value, Mapping):
        return {unit: int(number) for unit, number in value.items()}
    if name == "DeletionProtectionEnabled":
        return boolean(value)
    if name == "VectorIndexes":
        return [{**index, "Dimensions": int(index["Dimensions"])} for index in value]
    return value


def boolean(value: Any) -> bool:
    """A boolean that may be text."""
    return str(value).lower() == "true"


def make_table(client: Any, request: TableRequest) -> Mapping[str, Any]:
    """Create a table, finish it, and give what DescribeTable tells about it; see `finish_table`."""
    client.create_table(**request.arguments)
    return finish_table(client, request)


def finish_table(client: Any, request: TableRequest) -> Mapping[str, Any]:
    """Wait until a created table and its indexes are active, set its time to live, and describe it.

    Args:
        client: a boto3 client of DynamoDB.
        request: what CreateTable was called for.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the engine refuses it, or boto3 does.
        EngineRefused: it does not become active.
    """
    table = wait_until_active(client, request.name)
    if request.time_to_live is not None:
        client.update_time_to_live(TableName=request.name, TimeToLiveSpecification=dict(request.time_to_live))
    return table


def remove_table(client: Any, name: str) -> None:
    """Delete a table, protected or not, and wait until it is gone.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the engine refuses it, or it stays.
    """
    table = client.describe_table(TableName=name)["Table"]
    if table.get("DeletionProtectionEnabled"):
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
        wait_until_active(client, name)
    client.delete_table(TableName=name)
    client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300})


def wait_until_active(client: Any, name: str, seconds: float = ACTIVE_SECONDS) -> Mapping[str, Any]:
    """What DescribeTable tells about a table once it and its indexes are active.

    Args:
        client: a boto3 client of DynamoDB.
        name: the table's name.
        seconds: how long to wait.

    Raises:
        EngineRefused: it takes longer.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the engine does not tell.
    """
    until = time.monotonic() + seconds
    pause = 0.02
    while True:
        table: Mapping[str, Any] = client.describe_table(TableName=name)["Table"]
        indexes = table.get("GlobalSecondaryIndexes", ())
        states = {name: table.get("TableStatus", "ACTIVE")}
        # A local secondary index, and any index on some engines, has no status of its own.
        states |= {f"{name}/{each['IndexName']}": each.get("IndexStatus", "ACTIVE") for each in indexes}
        waiting = {where: state for where, state in states.items() if state != "ACTIVE"}
        if not waiting:
            return table
        if time.monotonic() > until:
            where, state = next(iter(waiting.items()))
            raise EngineRefused(
                f"`{where}` is {state} and does not become active", help="look at the table, then run the command again"
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 2.0)


def _of_replica(properties: Mapping[str, Any], region: str) -> dict[str, Any]:
    """The properties of an AWS::DynamoDB::Table that is a global table's replica in a Region, or else its first."""
    found = {name: value for name, value in properties.items() if name not in (*_GLOBAL_ONLY, "Replicas")}
    replicas = properties.get("Replicas") or [{}]
    replica = next((each for each in replicas if each.get("Region") == region), replicas[0])
    found |= {name: replica[name] for name in ("DeletionProtectionEnabled", "TableClass") if name in replica}
    found |= _capacity(properties, replica)
    if "GlobalSecondaryIndexes" in properties:
        reads = {each.get("IndexName"): each for each in replica.get("GlobalSecondaryIndexes", ())}
        found["GlobalSecondaryIndexes"] = [
            {**index, **_capacity(index, reads.get(index.get("IndexName"), {}))}
            for index in properties["GlobalSecondaryIndexes"]
        ]
    return found


def _capacity(writes: Mapping[str, Any], reads: Mapping[str, Any]) -> dict[str, Any]:
    """Provisioned throughput and limits on demand, which a global table states for writes, and a replica for reads."""
    found: dict[str, Any] = {}
    provisioned = {
        "ReadCapacityUnits": _units(reads.get("ReadProvisionedThroughputSettings"), "Read"),
        "WriteCapacityUnits": _units(writes.get("WriteProvisionedThroughputSettings"), "Write"),
    }
    if any(units is not None for units in provisioned.values()):
        found["ProvisionedThroughput"] = {name: units for name, units in provisioned.items() if units is not None}
    on_demand = {
        **(reads.get("ReadOnDemandThroughputSettings") or writes.get("ReadOnDemandThroughputSettings") or {}),
        **writes.get("WriteOnDemandThroughputSettings", {}),
    }
    if on_demand:
        found["OnDemandThroughput"] = on_demand
    return found


def _units(settings: Mapping[str, Any] | None, kind: str) -> Any:
    """The units that capacity starts with: the fixed ones, or the seed or the least of a range."""
    if settings is None:
        return None
    scaling = settings.get(f"{kind}CapacityAutoScalingSettings", {})
    return settings.get(f"{kind}CapacityUnits", scaling.get("SeedCapacity", scaling.get("MinCapacity")))
