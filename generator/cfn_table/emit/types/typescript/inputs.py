"""Interfaces of the requests, with just the parameters that the design's access patterns send."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.design.generated_names import entity_names
from cfn_table.design.requests.calls import PART_NAMES
from cfn_table.emit.types.calls import Call, EntityKey, StoredItem
from cfn_table.emit.types.layout import HARD, Doc, Indent, bracketed, joined
from cfn_table.emit.types.typescript.signatures import object_type
from cfn_table.emit.types.typescript.words import alternatives, array_of

_TYPES: Final = {
    "TableName": "string",
    "IndexName": "string",
    "Key": "Key",
    "Item": "Item",
    "ExpressionAttributeNames": "Record<string, string>",
    "ExpressionAttributeValues": "Record<string, unknown>",
    "ScanIndexForward": "boolean",
    "Limit": "number",
}
"""Parameter of the API → its type; all others are texts."""

_ORDER: Final = (
    "TableName",
    "IndexName",
    "Key",
    "Item",
    "KeyConditionExpression",
    "UpdateExpression",
    "ConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ScanIndexForward",
    "Limit",
)

_OPERATIONS: Final = {short: operation for operation, short in PART_NAMES.items()}


@dataclass(slots=True)
class Used:
    """What the requests of one operation hold.

    Attributes:
        requests: how many there are.
        parameters: parameter → how many hold it.
    """

    requests: int = 0
    parameters: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface: its name, its text, and what it is."""

    name: str
    text: Doc

    @property
    def description(self) -> str:
        """Which command of the SDK's document client takes it."""
        what = self.name.removesuffix("Input")
        return "A condition of a transaction." if what == "ConditionCheck" else f"What `{what}Command` takes."


def input_name(operation: str) -> str:
    """`GetItem` → `GetInput`, `TransactWriteItems` → `TransactWriteInput`."""
    return f"{operation.removesuffix('Items').removesuffix('Item')}Input"


def input_interfaces(design: Design, calls: Sequence[Call]) -> list[Interface]:
    """The interfaces of all requests, those of single items first."""
    used: dict[str, Used] = {}
    members: dict[str, dict[str, list[str]]] = {}
    for call in calls:
        if "TransactItems" in call.input:
            for part in call.input["TransactItems"]:
                ((name, inner),) = part.items()
                _count(used.setdefault(_OPERATIONS[name], Used()), inner)
                listed = members.setdefault(call.operation, {}).setdefault(name, [])
                what = _what(design, inner)
                listed += [] if what in listed else [what]
        elif "RequestItems" in call.input:
            (inner,) = call.input["RequestItems"].values()
            _count(used.setdefault(call.operation, Used()), inner if isinstance(inner, dict) else {})
        else:
            _count(used.setdefault(call.operation, Used()), call.input)
    found = [Interface(input_name(operation), _interface(operation, each)) for operation, each in used.items()]
    found += [Interface(input_name(operation), _transaction(operation, each)) for operation, each in members.items()]
    order = list(PART_NAMES)
    names = [input_name(each) for each in (*order, "Query", "Scan")]
    return sorted(found, key=lambda each: names.index(each.name) if each.name in names else len(names))


def _count(used: Used, tree: AnyMapping[str, Any]) -> None:
    used.requests += 1
    for name in tree:
        used.parameters[name] = used.parameters.get(name, 0) + 1


def _what(design: Design, tree: AnyMapping[str, Any]) -> str:
    if isinstance(tree.get("Item"), StoredItem):
        return entity_names(design, tree["Item"].parameter.entity).stored
    key = tree["Key"]
    assert isinstance(key, EntityKey)
    return entity_names(design, key.entity).key


def _interface(operation: str, used: Used) -> Doc:
    parameters = "<Key>"
    if operation in ("Query", "Scan"):
        parameters = ""
    elif operation == "PutItem":
        parameters = "<Item>"
    elif operation == "BatchWriteItem":
        parameters = "<Item, Key>"
    name = f"{input_name(operation)}{parameters}"
    listed: list[Doc]
    if operation == "BatchWriteItem":
        members = "({ PutRequest: { Item: Item } } | { DeleteRequest: { Key: Key } })[]"
        listed = [("RequestItems: Record<", Indent((HARD, "string,", HARD, members)), HARD, ">;")]
    elif operation == "BatchGetItem":
        fields = ["Keys: Key[];", *_fields(used)]
        inner = ("{", Indent((HARD, joined(HARD, fields))), HARD, "}")
        listed = [("RequestItems: Record<", Indent((HARD, "string,", HARD, inner)), HARD, ">;")]
        if len(fields) == 1:
            listed = ["RequestItems: Record<string, { Keys: Key[] }>;"]
    else:
        listed = list(_fields(used))
    return (f"export interface {name} {{", Indent((HARD, joined(HARD, listed))), HARD, "}")


def _fields(used: Used) -> list[str]:
    return [
        f"{name}{'' if used.parameters[name] == used.requests else '?'}: {_TYPES.get(name, 'string')};"
        for name in _ORDER
        if name in used.parameters
    ]


def _transaction(operation: str, members: AnyMapping[str, list[str]]) -> Doc:
    kinds = [
        object_type([(f"{name}: {input_name(_OPERATIONS[name])}", bracketed("<", [alternatives(what)], ">", last=""))])
        for name, what in members.items()
    ]
    if operation == "TransactGetItems":
        body: Doc = "TransactItems: { Get: GetInput<Key> }[];"
        return (f"export interface {input_name(operation)}<Key> {{", Indent((HARD, body)), HARD, "}")
    listed = ("TransactItems: ", array_of(kinds), ";")
    return (f"export interface {input_name(operation)} {{", Indent((HARD, listed)), HARD, "}")
