"""Engines that lie: a client that answers, or writes, something else than DynamoDB would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore import xform_name

from cfn_table.design.model.patterns import OPERATIONS

Answer = dict[str, Any]
Call = Callable[..., Answer]
Lie = Callable[[str, Call, Answer], Answer]
"""Is given the method's name, the client's method, and the parameters; answers."""

METHODS = {xform_name(operation) for operation in OPERATIONS}


class LyingClient:
    """A client that is honest but for one lie."""

    def __init__(self, client: Any, lie: Lie) -> None:
        self._client = client
        self._lie = lie

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name not in METHODS:
            return method
        return lambda **parameters: self._lie(name, method, parameters)


def without(parameters: Answer, *names: str) -> Answer:
    """The parameters without some."""
    return {name: value for name, value in parameters.items() if name not in names}


def used(parameters: Answer) -> Answer:
    """The parameters, with only those aliases that an expression still uses: DynamoDB refuses others."""
    texts = " ".join(value for name, value in parameters.items() if name.endswith("Expression"))
    words = set(texts.replace("(", " ").replace(")", " ").replace(",", " ").replace(".", " ").split())
    kept = dict(parameters)
    for field in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if field in kept:
            kept[field] = {name: value for name, value in kept[field].items() if name in words}
            if not kept[field]:
                del kept[field]
    return kept


def drops_an_item_of_a_page(name: str, call: Call, parameters: Answer) -> Answer:
    """A query loses its last item."""
    answer = call(**parameters)
    if name == "query" and answer["Items"]:
        answer["Items"] = answer["Items"][:-1]
    return answer


def returns_an_item_twice(name: str, call: Call, parameters: Answer) -> Answer:
    """A query returns its first item twice."""
    answer = call(**parameters)
    if name == "query":
        answer["Items"] = [*answer["Items"][:1], *answer["Items"]]
    return answer


def ignores_filters(name: str, call: Call, parameters: Answer) -> Answer:
    """A query returns what its filter keeps out: strangers, too."""
    return call(**used(without(parameters, "FilterExpression")) if name == "query" else parameters)


def ignores_the_order(name: str, call: Call, parameters: Answer) -> Answer:
    """Every query ascends."""
    return call(**(without(parameters, "ScanIndexForward") if name == "query" else parameters))


def orders_backwards(name: str, call: Call, parameters: Answer) -> Answer:
    """Every query descends."""
    return call(**(parameters | {"ScanIndexForward": False} if name == "query" else parameters))


def loses_the_next_page(name: str, call: Call, parameters: Answer) -> Answer:
    """Nothing tells that there is more."""
    answer = call(**parameters)
    if name in ("query", "scan") and "ConsistentRead" not in parameters:
        answer.pop("LastEvaluatedKey", None)
    return answer


def ignores_limits(name: str, call: Call, parameters: Answer) -> Answer:
    """A limit limits nothing."""
    return call(**(without(parameters, "Limit") if name == "query" else parameters))


def ignores_conditions(name: str, call: Call, parameters: Answer) -> Answer:
    """A write succeeds always."""
    if name in ("put_item", "update_item", "delete_item"):
        return call(**used(without(parameters, "ConditionExpression")))
    return call(**parameters)


def ignores_conditions_of_transactions(name: str, call: Call, parameters: Answer) -> Answer:
    """A part of a transaction succeeds always; what only checks does nothing."""
    if name != "transact_write_items":
        return call(**parameters)
    parts = [
        {kind: used(without(part, "ConditionExpression"))}
        for each in parameters["TransactItems"]
        for kind, part in each.items()
        if kind != "ConditionCheck"
    ]
    return call(**{**parameters, "TransactItems": parts})


def forgets_parts_of_transactions(name: str, call: Call, parameters: Answer) -> Answer:
    """A transaction does its first part only."""
    if name == "transact_write_items":
        parameters = {**parameters, "TransactItems": parameters["TransactItems"][:1]}
    return call(**parameters)


def refuses_every_condition(name: str, call: Call, parameters: Answer) -> Answer:
    """No condition ever holds."""
    if "ConditionExpression" in parameters:
        from botocore.exceptions import ClientError

        raise ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": "no"}}, name)
    return call(**parameters)


def forgets_index_keys(name: str, call: Call, parameters: Answer) -> Answer:
    """An update leaves the key of an index as it was."""
    if name == "update_item" and ", #G1PK = :G1PK" in parameters["UpdateExpression"]:
        text = parameters["UpdateExpression"].replace(", #G1PK = :G1PK", "")
        parameters = used({**parameters, "UpdateExpression": text})
    return call(**parameters)


def leaves_sparse_indexes_never(name: str, call: Call, parameters: Answer) -> Answer:
    """An update removes an attribute, and not the key of an index that holds it."""
    if name == "update_item" and "REMOVE " in parameters["UpdateExpression"]:
        text = parameters["UpdateExpression"].replace(", #G2PK", "").replace("#G2PK, ", "")
        parameters = used({**parameters, "UpdateExpression": text})
    return call(**parameters)


def writes_to_a_neighbour_too(name: str, call: Call, parameters: Answer) -> Answer:
    """A put changes a second item."""
    answer = call(**parameters)
    if name == "put_item" and "ConditionExpression" in parameters:
        item = parameters["Item"]
        call(TableName=parameters["TableName"], Item={**item, "SK": {"S": item["SK"]["S"] + "~"}})
    return answer


def deletes_too_much(name: str, call: Call, parameters: Answer) -> Answer:
    """A delete takes the neighbours with it."""
    answer = call(**parameters)
    if name == "delete_item" and "ConditionExpression" in parameters:
        client = call.__self__  # type: ignore[attr-defined]
        table = parameters["TableName"]
        for item in client.scan(TableName=table)["Items"]:
            if item["PK"] == parameters["Key"]["PK"]:
                client.delete_item(TableName=table, Key={"PK": item["PK"], "SK": item["SK"]})
    return answer


def deletes_nothing(name: str, call: Call, parameters: Answer) -> Answer:
    """A delete is said to have succeeded."""
    if name == "delete_item" and "ConditionExpression" in parameters:
        parameters = {**parameters, "Key": {**parameters["Key"], "SK": {"S": "elsewhere"}}}
        parameters = used(without(parameters, "ConditionExpression"))
    return call(**parameters)


def ignores_projections(name: str, call: Call, parameters: Answer) -> Answer:
    """All attributes are returned."""
    return call(**(used(without(parameters, "ProjectionExpression")) if name in ("query", "get_item") else parameters))


def returns_another_item(name: str, call: Call, parameters: Answer) -> Answer:
    """A GetItem finds something else."""
    answer = call(**parameters)
    if name == "get_item" and "ConsistentRead" not in parameters and "Item" in answer:
        answer["Item"] = {**answer["Item"], "SK": {"S": "elsewhere"}}
    return answer


def finds_what_is_not_there(name: str, call: Call, parameters: Answer) -> Answer:
    """A GetItem of nothing finds its key."""
    answer = call(**parameters)
    if name == "get_item" and "ConsistentRead" not in parameters:
        answer.setdefault("Item", parameters["Key"])
    return answer


def compares_prefixes_of_partitions(name: str, call: Call, parameters: Answer) -> Answer:
    """A query also reads the partition whose key is one character longer."""
    answer = call(**parameters)
    if name == "query":
        longer = {k: {"S": v["S"] + "2"} if k.endswith("PK") else v for k, v in _values(parameters).items()}
        more = call(**{**parameters, "ExpressionAttributeValues": longer})
        answer["Items"] += more["Items"]
    return answer


def _values(parameters: Answer) -> Answer:
    values: Answer = parameters["ExpressionAttributeValues"]
    return values


def takes_half_of_a_batch(name: str, call: Call, parameters: Answer) -> Answer:
    """A batch loses every second item and says nothing of it."""
    if name == "batch_write_item":
        ((table, requests),) = parameters["RequestItems"].items()
        if len(requests) > 1 and any("DeleteRequest" in each for each in requests):
            parameters = {**parameters, "RequestItems": {table: requests[::2]}}
    return call(**parameters)


def reads_half_of_a_batch(name: str, call: Call, parameters: Answer) -> Answer:
    """A BatchGetItem loses every second item and says nothing of it."""
    answer = call(**parameters)
    if name == "batch_get_item":
        answer["Responses"] = {table: items[::2] for table, items in answer["Responses"].items()}
    return answer


def rounds_numbers(name: str, call: Call, parameters: Answer) -> Answer:
    """A read tells numbers otherwise than they are."""
    answer = call(**parameters)
    if name == "get_item" and "ConsistentRead" not in parameters and "size" in answer.get("Item", {}):
        answer["Item"]["size"] = {"S": answer["Item"]["size"]["N"]}
    return answer


def reads_it_as(field: str, old: str, new: str) -> Lie:
    """A lie: a query's expression is read as if it said something else."""

    def lie(name: str, call: Call, parameters: Answer) -> Answer:
        if name == "query" and field in parameters:
            parameters = {**parameters, field: parameters[field].replace(old, new)}
        return call(**parameters)

    return lie
