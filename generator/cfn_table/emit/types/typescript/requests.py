"""Functions of access patterns: what each returns, and the request as an expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from cfn_table.design.expressions import attribute_of
from cfn_table.design.generated_names import entity_names, result_name
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
from cfn_table.emit.types.layout import SPACE, Doc, bracketed
from cfn_table.emit.types.typescript.keys import WIDE, placeholder_type
from cfn_table.emit.types.typescript.kinds import is_wide, number_literal, value_type
from cfn_table.emit.types.typescript.module import Module
from cfn_table.emit.types.typescript.parts import text_expression
from cfn_table.emit.types.typescript.signatures import destructured, function, object_type
from cfn_table.emit.types.typescript.words import (
    alias,
    alternatives,
    array_of,
    entry,
    member,
    object_key,
    text_literal,
)


def request_function(module: Module, call: Call, *, fixed_names: bool) -> Doc:
    """The function that makes the request of a call."""
    return _Writer(module, call).function(fixed_names)


def result_type(module: Module, call: Call) -> Doc | None:
    """The type of the items that a read with a projection gives; None for all others."""
    if call.returns is None or not call.entities:
        return None
    design = module.design
    found = []
    for entity in call.entities:
        stored = [each.name for each in entity_fields(design, entity).stored]
        wanted = [name for name in stored if any(_begins(path, name, stored) for path in call.returns)]
        if wanted:
            found.append((entity_names(design, entity).stored, wanted))
    name = result_name(design, call.pattern, call.operation)
    picks = [
        ("Pick", bracketed("<", [stored, alternatives(text_literal(each) for each in wanted)], ">", last=""))
        for stored, wanted in found
    ]
    return alias(name, picks)


def _begins(path: str, name: str, stored: Sequence[str]) -> bool:
    """Whether a path leads to an attribute or into it; a longer attribute's name goes first."""
    return attribute_of(path, stored) == name


class _Writer:
    """Writes the function of one call."""

    def __init__(self, module: Module, call: Call) -> None:
        self.module = module
        self.call = call
        taken = [] if call.batch is None else ["keys", "puts", "deletes"]
        self.arguments = module.variables([each.name for each in call.arguments], "names", *taken)
        used = ("names", *self.arguments.values())
        self.items = {each.name: module.variable_for(each.name, *used) for each in call.items}
        self.wide = set(_wide(module, call.input))

    def function(self, fixed_names: bool) -> Doc:
        parameters: list[Doc] = [
            f"{self.items[each.name]}: {entity_names(self.module.design, each.entity).application}"
            for each in self.call.items
        ]
        if self.call.arguments:
            types = {each.name: (self.arguments[each.name], self.type_of(each)) for each in self.call.arguments}
            parameters.append(destructured(types))
        if self.call.batch is not None:
            parameters.append(self.batch_parameter(self.call.batch))
        parameters.append("names: TableNames = TABLE_NAMES" if fixed_names else "names: TableNames")
        body = ("return ", self.of(self.call.input, broken=True), ";")
        return function(self.call.function.typescript, parameters, self.returns(), [body])

    def type_of(self, argument: Argument) -> Doc:
        if argument.name in self.wide:
            return WIDE
        return value_type(argument.kind, argument.values)

    def returns(self) -> Doc:
        operation = self.call.operation
        names = [entity_names(self.module.design, each) for each in self.call.entities]
        keys = [each.key for each in names]
        if operation in ("Query", "Scan"):
            return f"{operation}Input"
        if operation == "BatchWriteItem":
            return (
                "BatchWriteInput",
                bracketed("<", [alternatives(each.stored for each in names), alternatives(keys)], ">", last=""),
            )
        if operation in ("BatchGetItem", "TransactGetItems"):
            return (
                f"{operation.removesuffix('Items').removesuffix('Item')}Input",
                bracketed("<", [alternatives(self.keys_read())], ">", last=""),
            )
        if operation == "TransactWriteItems":
            return "TransactWriteInput"
        return f"{operation.removesuffix('Item')}Input<{names[0].stored if operation == 'PutItem' else names[0].key}>"

    def keys_read(self) -> list[str]:
        entities = self.call.entities or tuple(dict.fromkeys(_keyed(self.call.input)))
        return [entity_names(self.module.design, each).key for each in entities]

    def batch_parameter(self, batch: BatchOf) -> Doc:
        names = [entity_names(self.module.design, each) for each in batch.entities]
        keys = ("readonly ", array_of([each.key for each in names]))
        if batch.operation == "BatchGetItem":
            return ("keys: ", keys)
        stored = ("readonly ", array_of([each.stored for each in names]))
        return (
            bracketed("{", ["puts = []", "deletes = []"], "}", edge=SPACE),
            ": ",
            object_type([("puts?: ", stored), ("deletes?: ", keys)]),
        )

    def of(self, tree: Any, *, broken: bool = False) -> Doc:
        """A tree as an expression."""
        if isinstance(tree, dict):
            entries = [
                entry(
                    "[names.tableName]" if isinstance(name, TableName) else object_key(name),
                    self.of(each),
                    hangs=isinstance(each, str | Argument),
                )
                for name, each in tree.items()
            ]
            return bracketed("{", entries, "}", edge=SPACE, broken=broken)
        if isinstance(tree, list):
            return bracketed("[", [self.of(each) for each in tree], "]")
        if isinstance(tree, TableName):
            return "names.tableName"
        if isinstance(tree, IndexName):
            return member("names.indexNames", tree.ref)
        if isinstance(tree, Argument):
            return self.arguments[tree.name]
        if isinstance(tree, KeyText):
            return text_expression(self.module, tree, self.arguments)
        if isinstance(tree, Constant):
            return constant(tree.value, tree.kind)
        if isinstance(tree, EntityKey):
            builder = entity_names(self.module.design, tree.entity).key_builder.typescript
            entries = [entry(object_key(name), self.of(each)) for name, each in tree.arguments.items()]
            return (f"{builder}(", bracketed("{", entries, "}", edge=SPACE), ")") if entries else f"{builder}()"
        if isinstance(tree, StoredItem):
            builder = entity_names(self.module.design, tree.parameter.entity).item_builder.typescript
            return f"{builder}({self.items[tree.parameter.name]})"
        if isinstance(tree, BatchOf):
            return self.members(tree)
        return constant(tree, "any")

    def members(self, batch: BatchOf) -> Doc:
        limited = self.module.helper("batchOf")
        if batch.operation == "BatchGetItem":
            return f"{limited}(keys, {batch.limit})"
        puts = "...puts.map((item) => ({ PutRequest: { Item: item } }))"
        deletes = "...deletes.map((key) => ({ DeleteRequest: { Key: key } }))"
        return (f"{limited}", bracketed("(", [bracketed("[", [puts, deletes], "]"), str(batch.limit)], ")"))


def constant(value: Any, kind: str) -> Doc:
    """A value that the design fixes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, Decimal | int):
        return number_literal(Decimal(value)) or repr(float(value))
    if isinstance(value, bytes):
        return ("Uint8Array.of", bracketed("(", [str(each) for each in value], ")"))
    if isinstance(value, dict):
        return bracketed(
            "{", [entry(object_key(str(k)), constant(v, "any")) for k, v in value.items()], "}", edge=SPACE
        )
    members = bracketed("[", [constant(each, "any") for each in value], "]")
    return ("new Set(", members, ")") if kind.endswith("_set") else members


def _wide(module: Module, tree: Any) -> Iterator[str]:
    """Arguments that only stand in keys, where a number may have more digits than JavaScript has."""
    if isinstance(tree, KeyText):
        for part in tree.parts:
            if isinstance(part, KeyPart) and part.domain is not None and is_wide(part.domain, part.placeholder):
                yield part.argument.name
    elif isinstance(tree, EntityKey):
        fields = entity_fields(module.design, tree.entity)
        for name, argument in tree.arguments.items():
            kind = placeholder_type(fields, name, module.design.table_keys)
            if isinstance(argument, Argument) and kind == WIDE:
                yield argument.name
    elif isinstance(tree, dict):
        for each in tree.values():
            yield from _wide(module, each)
    elif isinstance(tree, list):
        for each in tree:
            yield from _wide(module, each)


def _keyed(tree: Any) -> Iterator[str]:
    """The entities whose keys a tree holds."""
    if isinstance(tree, EntityKey):
        yield tree.entity
    elif isinstance(tree, dict | list):
        for each in tree.values() if isinstance(tree, dict) else tree:
            yield from _keyed(each)
