"""The calls by which CloudFormation would update a table from one template to another, and their execution.

CloudFormation updates a table in place through UpdateTable and UpdateTimeToLive. The service takes one change of an
index at a time, and a stack update that adds or removes more than one fails; here the steps are made one after another
all the same, so that what each does can be seen.

Sources: template reference, AWS::DynamoDB::Table (update behaviour); API reference, UpdateTable and UpdateTimeToLive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from cfn_table.prove.engines.create_table import (
    ACTIVE_SECONDS,
    TableRequest,
    table_request,
    wait_until_active,
)
from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.engines.values import Surroundings, parameter_values

# What an update of an index may change; anything else makes it another index (user guide, GlobalSecondaryIndex).
_UPDATABLE: Final = ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")
_SURROUNDINGS: Final = Surroundings("us-east-1", "stack")


def update_calls(
    old_template: Mapping[str, Any],
    new_template: Mapping[str, Any],
    logical_id: str,
    parameters: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The calls that update a table from one template to another, in order; none where nothing of it changes.

    What makes CloudFormation replace the table (its name or its key) has no call: that is another table.

    Args:
        old_template, new_template: whole templates, in the JSON form.
        logical_id: of the table in both.
        parameters: the values that the deployment gives; those that a template does not declare are passed over.

    Returns:
        For each call `{"Operation": …, "Arguments": {…}}`: `UpdateTable` or `UpdateTimeToLive`, and its arguments but
        for the table's name. Each has at most one change of indexes, removals first: the service allows one at a time,
        and an index that is replaced under its name must go before it comes.

    Raises:
        EngineRefused: a template has no such table, or only a deployment tells what it is.
        UsageError: a parameter has no value, or one that it does not allow.
    """
    old, new = (_request(template, logical_id, parameters) for template in (old_template, new_template))
    indexes = list(_index_calls(old.arguments, new.arguments))
    # Before billing changes, which wants a throughput for every index that is there.
    removals = [call for call in indexes if any("Delete" in change for change in call["GlobalSecondaryIndexUpdates"])]
    calls = [*removals, *_table_calls(old.arguments, new.arguments), *indexes[len(removals) :]]
    return [
        *({"Operation": "UpdateTable", "Arguments": arguments} for arguments in calls),
        *({"Operation": "UpdateTimeToLive", "Arguments": arguments} for arguments in _expiry_calls(old, new)),
    ]


def apply(
    client: Any, table_name: str, calls: Iterable[Mapping[str, Any]], *, seconds: float = ACTIVE_SECONDS
) -> list[Mapping[str, Any]]:
    """Make the calls one after another, each after the table and its indexes have become active again.

    Args:
        client: a boto3 client of DynamoDB.
        table_name: the table.
        calls: what `update_calls` gives.
        seconds: how long one of them may take.

    Returns:
        What DescribeTable tells after each call.

    Raises:
        EngineRefused: the engine refuses a call, in its own words, or the table does not become active.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    from cfn_table.publish.aws_errors import answer_of

    operations = {"UpdateTable": client.update_table, "UpdateTimeToLive": client.update_time_to_live}
    states = []
    for call in calls:
        name = call["Operation"]
        try:
            operations[name](TableName=table_name, **call["Arguments"])
            states.append(wait_until_active(client, table_name, seconds))
        except ClientError as error:
            raise EngineRefused(
                f"{name} of `{table_name}` is refused: {answer_of(error)}", help="see the reason above"
            ) from error
        except BotoCoreError as error:
            line = " ".join(str(error).split()).rstrip(".")
            raise EngineRefused(
                f"{name} of `{table_name}` cannot be sent: {line}", help="see the reason above"
            ) from error
    return states


def _request(template: Mapping[str, Any], logical_id: str, parameters: Mapping[str, str] | None) -> TableRequest:
    declared = template.get("Parameters", {})
    given = {name: value for name, value in (parameters or {}).items() if name in declared}
    return table_request(template, logical_id, parameter_values(template, given), _SURROUNDINGS)


def _table_calls(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Calls about the table itself: billing with the throughput of all indexes in one, the others apart."""
    if old.get("BillingMode", "PROVISIONED") != new.get("BillingMode", "PROVISIONED"):
        yield _billing_call(old, new)
    else:
        for name in ("ProvisionedThroughput", "OnDemandThroughput"):
            if new.get(name) is not None and old.get(name) != new.get(name):
                yield {name: new[name]}
    if new.get("WarmThroughput") is not None and old.get("WarmThroughput") != new.get("WarmThroughput"):
        yield {"WarmThroughput": new["WarmThroughput"]}
    yield from _stream_calls(old.get("StreamSpecification"), new.get("StreamSpecification"))
    if bool(old.get("DeletionProtectionEnabled")) != bool(new.get("DeletionProtectionEnabled")):
        yield {"DeletionProtectionEnabled": bool(new.get("DeletionProtectionEnabled"))}
    if old.get("TableClass", "STANDARD") != new.get("TableClass", "STANDARD"):
        yield {"TableClass": new.get("TableClass", "STANDARD")}


def _billing_call(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """From on-demand to provisioned, every index that is there needs its throughput in the same call."""
    arguments: dict[str, Any] = {"BillingMode": new.get("BillingMode", "PROVISIONED")}
    for name in ("ProvisionedThroughput", "OnDemandThroughput"):
        if name in new:
            arguments[name] = new[name]
    there, wanted = _indexes(old), _indexes(new)
    updates = [
        {"Update": {"IndexName": name, **throughput}}
        for name in there
        if name in wanted and _stays(there[name], wanted[name]) and (throughput := _updatable(wanted[name]))
    ]
    if updates:
        arguments["GlobalSecondaryIndexUpdates"] = updates
    return arguments


def _stream_calls(old: Any, new: Any) -> Iterator[dict[str, Any]]:
    """Another view is another stream: the old one is disabled first (Streams guide)."""
    if old == new:
        return
    if old is not None:
        yield {"StreamSpecification": {"StreamEnabled": False}}
    if new is not None:
        yield {"StreamSpecification": new}


def _index_calls(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One call for each change of an index; the attribute definitions are those of the keys that remain after it."""
    there, wanted = dict(_indexes(old)), _indexes(new)
    local = new.get("LocalSecondaryIndexes", ())
    types = {each["AttributeName"]: each for table in (old, new) for each in table.get("AttributeDefinitions", ())}

    def call(change: str, index: Mapping[str, Any]) -> dict[str, Any]:
        keys = [new["KeySchema"], *(each["KeySchema"] for each in (*there.values(), *local))]
        used = dict.fromkeys(part["AttributeName"] for schema in keys for part in schema)
        definitions = [types[name] for name in used if name in types]
        return {"AttributeDefinitions": definitions, "GlobalSecondaryIndexUpdates": [{change: dict(index)}]}

    # INVARIANT: removals come first.
    for name, index in list(there.items()):
        if name not in wanted or not _stays(index, wanted[name]):
            del there[name]
            yield call("Delete", {"IndexName": name})
    switched = old.get("BillingMode", "PROVISIONED") != new.get("BillingMode", "PROVISIONED")
    for name, index in wanted.items():
        if name not in there:
            there[name] = index
            yield call("Create", index)
        elif not switched and (changed := _changed(there[name], index)):
            yield {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": name, **changed}}]}


def _indexes(arguments: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {index["IndexName"]: index for index in arguments.get("GlobalSecondaryIndexes", ())}


def _stays(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether an index can stay: neither its key nor its projection changes."""
    first, second = ({**index["Projection"], "KeySchema": index["KeySchema"]} for index in (old, new))
    for projection in (first, second):
        projection["NonKeyAttributes"] = sorted(projection.get("NonKeyAttributes", ()))
    return bool(first == second)


def _updatable(index: Mapping[str, Any]) -> dict[str, Any]:
    return {name: index[name] for name in _UPDATABLE if name in index}


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _updatable(new).items() if old.get(name) != value}


def _expiry_calls(old: TableRequest, new: TableRequest) -> Sequence[dict[str, Any]]:
    """Another attribute takes two calls, and the service wants an hour in between (API reference, UpdateTimeToLive)."""
    before, after = (_expiry(each.time_to_live) for each in (old, new))
    if before == after:
        return []
    off = [{"TimeToLiveSpecification": {"Enabled": False, "AttributeName": before}}] if before else []
    on = [{"TimeToLiveSpecification": {"Enabled": True, "AttributeName": after}}] if after else []
    return [*off, *on]


def _expiry(specification: Mapping[str, Any] | None) -> str | None:
    """The attribute that items expire by; None where they do not."""
    return specification.get("AttributeName") if specification and specification["Enabled"] else None
