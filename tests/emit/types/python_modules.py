"""Emitted Python modules in use: their functions, called with what the design's samples and generated items hold."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from cfn_table.design.design import Design, KeySchema
from cfn_table.design.items import Item
from cfn_table.design.requests import Inputs
from cfn_table.emit.types import TypeFile
from cfn_table.emit.types.calls import Call
from cfn_table.emit.types.fields import entity_fields
from cfn_table.emit.types.python.requests import RequestFunction
from cfn_table.emit.types.python.scope import Scope


class Module:
    """A module, and the design that it is made of."""

    def __init__(self, design: Design, file: TypeFile) -> None:
        self.design = design
        self.scope = Scope(design)
        self.names: dict[str, Any] = {"__name__": file.name.removesuffix(".py")}
        exec(compile(file.text, file.name, "exec"), self.names)

    def key(self, entity: str, keys: KeySchema, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the builder of a key makes of values, by placeholder."""
        fields = entity_fields(self.design, entity)
        function = fields.names.key_builder if keys.index is None else fields.names.index_key_builders[keys.index]
        placeholders = [name for each in keys.names for name in fields.view.templates[each].placeholders]
        parameters = self.scope.parameters(dict.fromkeys(placeholders))
        found = self.names[function.python](**{variable: values[name] for name, variable in parameters.items()})
        return dict(found)

    def view(self, item: Item) -> dict[str, Any]:
        """An item as applications see it."""
        fields = entity_fields(self.design, item.entity).application
        return {each.name: native(item.values[each.name], each.kind) for each in fields if each.name in item.values}

    def item(self, item: Item) -> dict[str, Any]:
        """What the item builder makes of an item."""
        function = entity_fields(self.design, item.entity).names.item_builder.python
        return dict(self.names[function](self.view(item)))

    def entities_of(self, item: Mapping[str, Any]) -> list[str]:
        """The entities whose guards take an item."""
        return [
            entity
            for entity in self.design.entities
            if self.names[entity_fields(self.design, entity).names.guard.python](item)
        ]

    def request(self, call: Call, inputs: Inputs, names: Mapping[str, Any] | None) -> dict[str, Any]:
        """The request that a call's function makes; with the names that the design fixes for none."""
        local = RequestFunction(self.scope, call, has_default=True).local
        arguments: dict[str, Any] = {} if names is None else {"names": names}
        for each in call.arguments:
            value = native(inputs.arguments[each.name], each.kind)
            arguments[local[f"argument {each.name}"]] = int(value) if each == call.input.get("Limit") else value
        keys = [self.key(entity, self.design.table_keys, values) for entity, values in inputs.keys]
        if call.operation == "BatchGetItem":
            arguments["keys"] = keys
        elif call.operation == "BatchWriteItem":
            arguments |= {"put": [self.item(each) for each in inputs.items], "delete": keys}
        items = [self.view(item) for item, _ in zip(inputs.items, call.items, strict=False)]
        return dict(self.names[call.function.python](*items, **arguments))


def native(value: Any, kind: str) -> Any:
    """A value as boto3's resource takes it: a set, where it is one."""
    return set(value) if kind.endswith("_set") else value


def wire(tree: Any) -> Any:
    """A request or an item with its values in the API's form."""
    if isinstance(tree, list | tuple):
        return [wire(each) for each in tree]
    if not isinstance(tree, Mapping):
        return tree
    found: dict[str, Any] = {}
    for name, each in tree.items():
        if name in ("Key", "Item", "ExpressionAttributeValues"):
            found[name] = serialized(each)
        else:
            found[name] = [serialized(key) for key in each] if name == "Keys" else wire(each)
    return found


def serialized(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as boto3's resource sends it; boto3 itself refuses the smallest numbers that DynamoDB has."""
    return {name: _serialized(value) for name, value in item.items()}


def _serialized(value: Any) -> Any:
    smallest = isinstance(value, Decimal) and value and value.adjusted() < -100
    return {"N": str(value)} if smallest else TypeSerializer().serialize(value)
