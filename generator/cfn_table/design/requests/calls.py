"""A request with its arguments, as the parameters of one call of DynamoDB's API.

Source: DynamoDB API reference, each operation's request parameters.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any, Final

from cfn_table.design.attribute_values import AttributeValue, attribute_value
from cfn_table.design.design import Design, EntityView
from cfn_table.design.expressions import Operand, attribute_of, member_kind
from cfn_table.design.items import Item
from cfn_table.design.keys import KeyTemplate, Placeholder
from cfn_table.design.requests.request import KeyCondition, Request
from cfn_table.design.values import convert, convert_json

MOST_IN_BATCH: Final = {"BatchGetItem": 100, "BatchWriteItem": 25}
"""How many items one call may have (API reference, BatchGetItem and BatchWriteItem)."""

_EXACT: Final = Context(prec=60)
"""Loses none of the 38 digits that a number may have."""

PART_NAMES: Final = {
    "GetItem": "Get",
    "PutItem": "Put",
    "UpdateItem": "Update",
    "DeleteItem": "Delete",
    "ConditionCheck": "ConditionCheck",
}
"""Operation of a transaction's part → the parameter that holds it (API reference, TransactWriteItem)."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a request is called with.

    Attributes:
        arguments: parameter of the access pattern → its value: str, Decimal, bytes, bool, a list or a mapping.
        items: what is put: one item for a PutItem, all that a BatchWriteItem puts, and for a transaction one for each
            part that is a PutItem, in their order.
        keys: entity and arguments of each item that a BatchGetItem reads or a BatchWriteItem deletes.
    """

    arguments: AnyMapping[str, Any] = field(default_factory=dict)
    items: Sequence[Item] = ()
    keys: Sequence[tuple[str, AnyMapping[str, Any]]] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What the design's table and indexes are called where they are deployed.

    Attributes:
        table: the table's name.
        indexes: index id → the index's name.
    """

    table: str
    indexes: AnyMapping[str, str] = field(default_factory=dict)


def call_parameters(design: Design, request: Request, inputs: Inputs, names: Names) -> dict[str, Any]:
    """The parameters of the API's operation `request.operation`, as boto3's client takes them.

    Raises:
        KeyError: an argument or an item is missing.
        ValueRefused: an argument cannot stand in a key.
    """
    if request.operation in MOST_IN_BATCH:
        return {"RequestItems": {names.table: _batch(design, request, inputs)}}
    if request.parts:
        return {"TransactItems": _parts(design, request, inputs, names)}
    return {"TableName": names.table, **_single(design, request, inputs.arguments, inputs.items, names)}


def stored_item(design: Design, item: Item) -> dict[str, AttributeValue]:
    """An item in the API's form."""
    attributes = design.entities[item.entity].attributes
    return {
        name: attribute_value(value, attributes[name].type if name in attributes else "any")
        for name, value in item.attributes.items()
    }


def key_of_item(
    design: Design, request: Request, entity: str, arguments: AnyMapping[str, Any]
) -> dict[str, AttributeValue]:
    """The key of the item of an entity that some arguments name."""
    conditions = request.keys_by_entity[entity]
    return {each.attribute: _key_value(design, request, each, [entity], arguments) for each in conditions}


def _single(
    design: Design, request: Request, arguments: AnyMapping[str, Any], items: Sequence[Item], names: Names
) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if request.keys.index is not None:
        parameters["IndexName"] = names.indexes[request.keys.index]
    if request.operation == "PutItem":
        if not items:
            raise KeyError("item")
        parameters["Item"] = stored_item(design, items[0])
    elif request.operation not in ("Query", "Scan"):
        parameters["Key"] = key_of_item(design, request, request.entities[0], arguments)
    parameters.update(request.expressions)
    parameters.update(_aliases(design, request, arguments))
    if request.order == "descending":
        parameters["ScanIndexForward"] = False
    if request.limit is not None:
        limit = arguments[request.limit.strip("{}")] if isinstance(request.limit, str) else request.limit
        parameters["Limit"] = int(limit)
    return parameters


def _batch(design: Design, request: Request, inputs: Inputs) -> Any:
    keys = [key_of_item(design, request, entity, arguments) for entity, arguments in inputs.keys]
    if request.operation == "BatchGetItem":
        return {"Keys": keys, **request.expressions, **_aliases(design, request, inputs.arguments)}
    puts = [{"PutRequest": {"Item": stored_item(design, item)}} for item in inputs.items]
    return [*puts, *({"DeleteRequest": {"Key": key}} for key in keys)]


def _parts(design: Design, request: Request, inputs: Inputs, names: Names) -> list[dict[str, Any]]:
    items = iter(inputs.items)
    found = []
    for part in request.parts:
        put = [next(items)] if part.operation == "PutItem" else []
        parameters = {"TableName": names.table, **_single(design, part, inputs.arguments, put, names)}
        found.append({PART_NAMES[part.operation]: parameters})
    return found


def _aliases(design: Design, request: Request, arguments: AnyMapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if request.names:
        found["ExpressionAttributeNames"] = dict(request.names)
    if request.values:
        found["ExpressionAttributeValues"] = {
            name: _operand_value(design, request, operand, arguments) for name, operand in request.values.items()
        }
    return found


def _operand_value(
    design: Design, request: Request, operand: Operand, arguments: AnyMapping[str, Any]
) -> AttributeValue:
    if operand.template is not None:
        condition = KeyCondition(operand.attribute, "equals", (operand.template,))
        return _key_value(design, request, condition, request.entities, arguments)
    kind = kind_of(design, request, operand.attribute)
    kind = member_kind(kind) if operand.member else kind
    if operand.parameter is not None:
        return attribute_value(arguments[operand.parameter], kind)
    raw = operand.constant
    if kind.endswith("_set") and isinstance(raw, str):  # a member, for `contains`
        return attribute_value(convert(kind.removesuffix("_set"), raw))
    if kind in ("string", "timestamp", "date") and isinstance(raw, str):  # may be a part, for `begins_with`
        return attribute_value(str(raw))
    if kind in ("any", "map", "list"):
        return attribute_value(convert_json(raw))
    return attribute_value(convert(kind, raw), kind)


def kind_of(design: Design, request: Request, path: str) -> str:
    """The type of what a path leads to; `any` for what is inside of a map or a list."""
    for view in request_views(design, request.entities):
        name = attribute_of(path, view.stored)
        if name in view.attributes:
            return view.attributes[name].type if name == path else "any"
        if name == path and name in view.templates:
            return {"S": "string", "N": "number", "B": "binary"}[design.key_types[name]]
    return "string" if path == design.file.table.type_attribute else "any"


def request_views(design: Design, entities: Sequence[str]) -> list[EntityView]:
    """The entities of these names; all of the design for none, since a Scan may read everything."""
    return [design.entities[name] for name in entities or design.entities]


def _key_value(
    design: Design,
    request: Request,
    condition: KeyCondition,
    entities: Sequence[str],
    arguments: AnyMapping[str, Any],
) -> AttributeValue:
    (template,) = condition.templates
    whole = template.whole
    key_type = design.key_types.get(condition.attribute, "S")
    if key_type != "S" and whole is not None:
        return attribute_value(arguments[whole.name])
    if key_type != "S":  # a constant
        return attribute_value(convert({"N": "number", "B": "binary"}[key_type], str(template)))
    views = request_views(design, entities)
    return attribute_value("".join(_key_text(part, request, views, arguments) for part in template.parts))


def _key_text(
    part: str | Placeholder, request: Request, views: Sequence[EntityView], arguments: AnyMapping[str, Any]
) -> str:
    if isinstance(part, str):
        return part
    value = arguments[part.name]
    original = request.renamed.get(part.name, part.name)
    domain = next((view.domains[original] for view in views if original in view.domains), None)
    if domain is not None:
        return KeyTemplate((part,)).render({part.name: value}, {part.name: domain})
    # A part of a value, such as the prefix that `begins_with` looks for: any text.
    text = format(value.normalize(_EXACT), "f") if isinstance(value, Decimal) else str(value)
    if part.width:
        return text.zfill(part.width)
    return getattr(text, part.format)() if part.format else text
