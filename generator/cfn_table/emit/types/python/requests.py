"""The functions of access patterns, the types of the requests that they make, and of what comes back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cfn_table.design.expressions import attribute_of
from cfn_table.design.generated_names import entity_names, local_names, result_name, snake_case
from cfn_table.emit.types.calls import (
    Argument,
    BatchOf,
    Call,
    Constant,
    EntityKey,
    IndexName,
    KeyPart,
    KeyText,
    StoredItem,
    TableName,
)
from cfn_table.emit.types.fields import entity_fields
from cfn_table.emit.types.layout import Doc, bracketed, joined
from cfn_table.emit.types.python import code
from cfn_table.emit.types.python.entities import EntitySection
from cfn_table.emit.types.python.keys import part_of
from cfn_table.emit.types.python.scope import NAMES, Scope, an
from cfn_table.emit.types.python.typed_dicts import Entry, parameter_type, typed_dict

_FIELDS: Final = {
    "TableName": "str",
    "IndexName": "str",
    "Key": "Mapping[str, Any]",
    "Item": "Mapping[str, Any]",
    "KeyConditionExpression": "str",
    "FilterExpression": "str",
    "ProjectionExpression": "str",
    "UpdateExpression": "str",
    "ConditionExpression": "str",
    "ExpressionAttributeNames": "Mapping[str, str]",
    "ExpressionAttributeValues": "Mapping[str, Any]",
    "ScanIndexForward": "bool",
    "Limit": "int",
    "RequestItems": "Mapping[str, Any]",
    "TransactItems": "Sequence[Any]",
}
"""Parameter of the API → its type, in the order in which requests are declared."""


def input_types(calls: Iterable[Call]) -> list[str]:
    """The types of the requests that the calls make: with the parameters that one of them has."""
    by_operation: dict[str, list[Call]] = {}
    for call in calls:
        by_operation.setdefault(call.operation, []).append(call)
    found = []
    for operation, same in by_operation.items():
        entries = [
            Entry(name, kind, not all(name in call.input for call in same))
            for name, kind in _FIELDS.items()
            if any(name in call.input for call in same)
        ]
        doc = f"What `{snake_case(operation)}` of boto3's client takes."
        found.append(typed_dict(input_name(operation), doc, entries))
    return found


def input_name(operation: str) -> str:
    """The type of an operation's request."""
    return f"{operation}Input"


def result_type(scope: Scope, call: Call) -> str | None:
    """The type of an item that a read with a projection gives; None for all other calls."""
    if call.returns is None:
        return None
    sections = [
        EntitySection(scope, entity_fields(scope.design, each)) for each in call.entities or scope.design.entities
    ]
    names = dict.fromkeys(attribute_of(path, section.view.stored) for path in call.returns for section in sections)
    entries = []
    for name in names:
        fields = [(section, section.stored[name]) for section in sections if name in section.stored]
        if fields:
            types = list(dict.fromkeys(section.type_of(field) for section, field in fields))
            optional = len(fields) < len(sections) or any(field.optional for _, field in fields)
            description = next((field.description for _, field in fields if field.description), "")
            entries.append(Entry(name, joined(" | ", types), optional, description))
    doc = f"What `{call.function.python}` gives of an item."
    return typed_dict(result_name(scope.design, call.pattern, call.operation), doc, entries)


class RequestFunction:
    """Writes the function of one call."""

    def __init__(self, scope: Scope, call: Call, has_default: bool) -> None:
        self.scope = scope
        self.call = call
        self.has_default = has_default
        wanted = {f"item {each.name}": snake_case(each.name) for each in call.items}
        wanted |= {f"argument {each.name}": snake_case(each.name) or "value" for each in call.arguments}
        taken = {NAMES, *scope.functions, *({"item", "key", "keys", "put", "delete"} if call.batch else set())}
        self.local = local_names(wanted, frozenset(taken), "python")

    def text(self) -> str:
        """The whole function."""
        call = self.call
        parameters: list[Doc] = [
            f"{self.local[f'item {each.name}']}: {entity_names(self.scope.design, each.entity).application}"
            for each in call.items
        ]
        if call.batch is not None and call.operation == "BatchGetItem":
            parameters.append(("keys: ", self.sequence("key")))
        parameters.append("*")
        if call.batch is not None and call.operation == "BatchWriteItem":
            parameters += [("put: ", self.sequence("stored"), " = ()"), ("delete: ", self.sequence("key"), " = ()")]
        for each in call.arguments:
            kind = "int" if each == call.input.get("Limit") else parameter_type(each.kind, each.values)
            parameters.append((f"{self.local[f'argument {each.name}']}: ", kind))
        parameters.append(f"{NAMES}: TableNames" + (" = TABLE_NAMES" if self.has_default else ""))
        statements: list[Doc] = []
        if call.batch is not None:
            count = "len(keys)" if call.operation == "BatchGetItem" else "len(put) + len(delete)"
            statements.append(f"_count({count}, {call.batch.limit})")
        statements.append(("return ", self.of(call.input)))
        returns = input_name(call.operation)
        return code.function(call.function.python, parameters, returns, self.doc(), statements)

    def doc(self) -> str:
        """The access pattern's description; what the request does where it has none, or is one of several."""
        call = self.call
        said = code.sentence(call.description)
        if not said:
            *first, last = [an(each) for each in call.entities] or ["any item"]
            about = f"{', '.join(first)} and {last}" if first else last
            return f"{call.operation} of {about}."
        several = len(self.scope.design.pattern(call.pattern).operation) > 1
        return f"{call.operation}: {said}" if several else said

    def sequence(self, what: str) -> Doc:
        """The type of a batch's members: all entities' keys or stored items."""
        assert self.call.batch is not None
        types = [getattr(entity_names(self.scope.design, each), what) for each in self.call.batch.entities]
        return code.subscript("Sequence", [code.union(types)])

    def of(self, tree: Any) -> Doc:
        """The code of a tree of the request."""
        if isinstance(tree, dict):
            return code.mapping((self.name(name), self.of(each)) for name, each in tree.items())
        if isinstance(tree, list):
            return bracketed("[", [self.of(each) for each in tree], "]")
        if isinstance(tree, TableName | IndexName):
            return self.name(tree)
        if isinstance(tree, Argument):
            return self.local[f"argument {tree.name}"]
        if isinstance(tree, Constant):
            return code.constant(tree.value, is_set=tree.kind.endswith("_set"))
        if isinstance(tree, KeyText):
            return self.key_text(tree)
        if isinstance(tree, EntityKey):
            return self.key(tree)
        if isinstance(tree, StoredItem):
            builder = entity_names(self.scope.design, tree.parameter.entity).item_builder.python
            return f"{builder}({self.local[f'item {tree.parameter.name}']})"
        if isinstance(tree, BatchOf):
            return self.members(tree)
        return code.constant(tree)

    def name(self, name: Any) -> str:
        """The code of a name in a mapping, or of the table's or an index's."""
        if isinstance(name, TableName):
            return f'{NAMES}["table_name"]'
        if isinstance(name, IndexName):
            return f'{NAMES}["index_names"][{code.literal(name.ref)}]'
        return code.literal(name)

    def key(self, key: EntityKey) -> Doc:
        """The call of a key builder."""
        builder = entity_names(self.scope.design, key.entity).key_builder.python
        parameters = self.scope.parameters(key.arguments)
        return bracketed(
            f"{builder}(", [(f"{parameters[name]}=", self.of(each)) for name, each in key.arguments.items()], ")"
        )

    def key_text(self, text: KeyText) -> Doc:
        """The code of a key's text."""
        if len(text.parts) == 1 and isinstance(text.parts[0], KeyPart):
            return self.part(text.parts[0], '"')
        return code.formatted(
            (False, each) if isinstance(each, str) else (True, self.part(each, "'")) for each in text.parts
        )

    def part(self, part: KeyPart, quote: str) -> str:
        """The code of an argument inside of a key's text."""
        variable = self.local[f"argument {part.argument.name}"]
        placeholder = part.placeholder
        if part.domain is not None:
            return part_of(self.scope, placeholder, part.domain, variable, quote)
        # A part of a value, such as the prefix that `begins_with` looks for: any text.
        if part.argument.kind in ("number", "epoch"):
            variable = f"_plain({variable}, {quote}{placeholder.name}{quote})"
        elif part.argument.kind != "string":
            variable = f"str({variable})"
        if placeholder.width:
            return f"{variable}.zfill({placeholder.width})"
        return f"{variable}.{placeholder.format}()" if placeholder.format else variable

    def members(self, batch: BatchOf) -> Doc:
        """The code of a batch's members."""
        if batch.operation == "BatchGetItem":
            return "keys"
        return bracketed(
            "[",
            [
                '*({"PutRequest": {"Item": item}} for item in put)',
                '*({"DeleteRequest": {"Key": key}} for key in delete)',
            ],
            "]",
        )
