"""What IAM is asked for a request that was really sent, worked out from its body alone.

This is a witness of its own: it reads the table, the keys and the expressions that DynamoDB gets, and nothing of what
cfn-table meant to send. From the design come only the names of key attributes and the form of ARNs.

Sources: service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB" (which key exists
for which action); developer guide, "Using IAM policy conditions for fine-grained access control" (what they hold) and
"Using IAM with DynamoDB transactions" (each part of a transaction is asked for with its own action).

Known limits: what `dynamodb:LeadingKeys` holds for numbers, binaries and keys of several attributes is not documented,
so they have none here. Whether IAM is asked once for a batch or once for each of its items is not documented; here it
is once, with all keys, which ForAllValues answers alike. `ExclusiveStartKey` counts as no name of an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.access.request import Request, Values
from cfn_table.access.specification import resource_arns, table_arns
from cfn_table.design.design import Design
from cfn_table.design.requests import Names
from cfn_table.prove.sent import Sent

_LEADING, _ATTRIBUTES, _SELECT = "dynamodb:LeadingKeys", "dynamodb:Attributes", "dynamodb:Select"
_RETURN, _ENCLOSING = "dynamodb:ReturnValues", "dynamodb:EnclosingOperation"

_WRITE: Final = frozenset({_LEADING, _ATTRIBUTES, _RETURN, _ENCLOSING})
CONTEXT_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "GetItem": frozenset({_LEADING, _ATTRIBUTES, _SELECT, _ENCLOSING}),
    "BatchGetItem": frozenset({_LEADING, _ATTRIBUTES, _SELECT}),
    "Query": frozenset({_LEADING, _ATTRIBUTES, _SELECT, _RETURN}),
    "Scan": frozenset({_ATTRIBUTES, _SELECT, _RETURN}),
    "PutItem": _WRITE,
    "UpdateItem": _WRITE,
    "DeleteItem": _WRITE,
    "BatchWriteItem": frozenset({_LEADING, _ATTRIBUTES}),
    "ConditionCheckItem": frozenset({_LEADING, _ATTRIBUTES, _RETURN}),
}
"""Action → the context keys that it has."""

_PARTS: Final = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_EXPRESSIONS: Final = (
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
    "ConditionExpression",
    "UpdateExpression",
)

_TOKEN: Final = re.compile(r"\s*([#:][A-Za-z0-9_]+|[A-Za-z0-9_]+|<>|<=|>=|\S)")
_KEYWORDS: Final = frozenset({"and", "or", "not", "between", "in", "set", "remove", "add", "delete"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What IAM is asked about one table.

    Attributes:
        action: without its prefix.
        table: its name as sent.
        body: the parameters that hold the expressions.
        items: keys, or whole items, that the body names.
        enclosing: the transaction's operation; empty outside of one.
    """

    action: str
    table: str
    body: Mapping[str, Any]
    items: tuple[Mapping[str, Any], ...]
    enclosing: str = ""


def iam_requests(design: Design, sent: Sent, names: Names) -> Iterator[Request]:
    """The requests to IAM that one request to DynamoDB makes; all must be allowed.

    Resources are written with the template's symbols (`access.specification.table_arns`); of a table with several
    Regions there is one request for each, since the same may be sent to each.
    """
    for asked in _asked(sent):
        index = asked.body.get("IndexName")
        index_id = next((each for each, name in names.indexes.items() if name == index), None)
        context = _context(design, asked, index_id)
        for resource in _resources(design, asked, index, index_id, names):
            yield Request(f"dynamodb:{asked.action}", resource, context)


def without_projection(sent: Sent) -> Sent:
    """The same read without its projection, so that it asks for whole items."""
    body = _unprojected(sent.body)
    if sent.operation == "BatchGetItem":
        body["RequestItems"] = {table: _unprojected(each) for table, each in body["RequestItems"].items()}
    elif sent.operation == "TransactGetItems":
        body["TransactItems"] = [{"Get": _unprojected(each["Get"])} for each in body["TransactItems"]]
    return Sent(sent.pattern, sent.operation, body, sent.arguments)


def _unprojected(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("ProjectionExpression", "Select")}


def _asked(sent: Sent) -> Iterator[_Asked]:
    body = sent.body
    if sent.operation in ("TransactGetItems", "TransactWriteItems"):
        for part in body["TransactItems"]:
            for kind, inner in part.items():
                yield _Asked(_PARTS[kind], inner["TableName"], inner, _items(inner), sent.operation)
    elif sent.operation == "BatchGetItem":
        for table, inner in body["RequestItems"].items():
            yield _Asked(sent.operation, table, inner, tuple(inner["Keys"]))
    elif sent.operation == "BatchWriteItem":
        for table, writes in body["RequestItems"].items():
            items = [item for write in writes for inner in write.values() for item in _items(inner)]
            yield _Asked(sent.operation, table, {}, tuple(items))
    else:
        yield _Asked(sent.operation, body.get("TableName", ""), body, _items(body))


def _items(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple(body[name] for name in ("Key", "Item") if name in body)


def _resources(design: Design, asked: _Asked, index: str | None, index_id: str | None, names: Names) -> Iterator[str]:
    if asked.table == names.table and (index is None) == (index_id is None):
        yield from resource_arns(design, index_id)
        return
    # Not what the design has; the name as it was sent is no resource that a policy of the design names.
    tail = "" if index is None else f"/index/{index}"
    for arn in table_arns(design):
        table = arn if asked.table == names.table else f"{arn.rpartition('/')[0]}/{asked.table}"
        yield f"{table}{tail}"


def _context(design: Design, asked: _Asked, index: str | None) -> dict[str, Values]:
    context: dict[str, Values] = {_ATTRIBUTES: tuple(sorted(set(_attributes(asked))))}
    leading = _leading_keys(design, asked, index)
    if leading is not None:
        context[_LEADING] = leading
    context[_SELECT] = _select(asked)
    if "ReturnValues" in asked.body:
        context[_RETURN] = asked.body["ReturnValues"]
    if asked.enclosing:
        context[_ENCLOSING] = asked.enclosing
    known = CONTEXT_KEYS.get(asked.action, frozenset())
    return {key: value for key, value in context.items() if key in known}


def _select(asked: _Asked) -> str:
    """What a read wants: as it says, else what it means (API reference, Query, `Select`)."""
    if "Select" in asked.body:
        return str(asked.body["Select"])
    if "ProjectionExpression" in asked.body:
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_PROJECTED_ATTRIBUTES" if "IndexName" in asked.body else "ALL_ATTRIBUTES"


def _leading_keys(design: Design, asked: _Asked, index: str | None) -> tuple[str, ...] | None:
    """The texts of the partition key; None where it is no single string, or where the request names none."""
    partition = design.keys_of(index).partition
    if len(partition) != 1 or design.key_types[partition[0]] != "S":
        return None
    (attribute,) = partition
    values = [item[attribute] for item in asked.items if attribute in item]
    if "KeyConditionExpression" in asked.body:
        values += _equal_to(asked.body, attribute)
    texts = [value["S"] for value in values if "S" in value]
    return tuple(dict.fromkeys(texts)) if texts else None


def _attributes(asked: _Asked) -> Iterator[str]:
    """The attributes that the request names, of paths the first step."""
    for item in asked.items:
        yield from item
    aliases = asked.body.get("ExpressionAttributeNames", {})
    for name in _EXPRESSIONS:
        yield from _named(asked.body.get(name, ""), aliases)


def _named(expression: str, aliases: Mapping[str, str]) -> Iterator[str]:
    tokens = _tokens(expression)
    for position, token in enumerate(tokens):
        before = tokens[position - 1] if position else ""
        behind = tokens[position + 1] if position + 1 < len(tokens) else ""
        if before == "." or token[0] == ":" or token.isdigit():  # a field, a value, an index of a list
            continue
        if token[0] == "#":
            yield aliases[token]
        elif re.match("[A-Za-z_]", token) and not _is_word_of_language(token, behind):
            yield token


def _is_word_of_language(token: str, behind: str) -> bool:
    return token.lower() in _KEYWORDS or behind == "("


def _equal_to(body: Mapping[str, Any], attribute: str) -> Iterator[Mapping[str, Any]]:
    """What a key condition says that an attribute equals. A key condition has no OR and no NOT."""
    aliases, values = body.get("ExpressionAttributeNames", {}), body.get("ExpressionAttributeValues", {})
    tokens = _tokens(body["KeyConditionExpression"])
    for name, sign, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if sign == "=" and value in values and aliases.get(name, name) == attribute:
            yield values[value]


def _tokens(expression: str) -> list[str]:
    return _TOKEN.findall(expression)
