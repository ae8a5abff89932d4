"""The body of one call's function, and what events give it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cfn_table.design.generated_names import local_names, snake_case
from cfn_table.emit.consumer.code import Calling, Code, native, statement
from cfn_table.emit.consumer.kinds import argument_kinds
from cfn_table.emit.consumer.readers import Kind
from cfn_table.emit.queries import unique_names
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

if TYPE_CHECKING:
    from cfn_table.emit.consumer.functions import Module


class Body:
    """Writes the function of one call."""

    def __init__(self, module: Module, call: Call) -> None:
        self.module = module
        self.design = module.design
        self.call = call
        arguments = [each.name for each in call.arguments]
        self.events = dict(
            zip(
                (each.name for each in call.items),
                unique_names((each.name for each in call.items), arguments),
                strict=True,
            )
        )
        batches = self._batches()
        wanted = {name: snake_case(name) for name in (*arguments, *self.events.values(), *batches)}
        self.locals = local_names(wanted, module.taken, "python")
        self.parameters = tuple(self.locals.values())

    def _batches(self) -> dict[str, tuple[str, str]]:
        """Parameter of a batch → `key` or `item`, and the entity."""
        batch = self.call.batch
        if batch is None:
            return {}
        if batch.operation == "BatchGetItem":
            return {name: ("key", name) for name in batch.entities}
        puts = {f"put_{name}": ("item", name) for name in batch.entities}
        return puts | {f"delete_{name}": ("key", name) for name in batch.entities}

    def takes(self) -> dict[str, Any]:
        """What events give: parameter → its reader."""
        kinds = argument_kinds(self.design, self.call)
        found: dict[str, Any] = {}
        for each in self.call.arguments:
            kind = kinds[each.name]
            found[each.name] = self.module.readers.of(kind) if isinstance(kind, Kind) else Code(self.module.need(kind))
        for item in self.call.items:
            found[self.events[item.name]] = self.module.shape(item.entity)
        for name, (kind_, entity) in self._batches().items():
            found[name] = [self.module.shape(entity) if kind_ == "item" else self.module.key_fields(entity)]
        return found

    def lines(self) -> Iterator[str]:
        """The statements."""
        call = self.call
        if call.batch is not None:
            yield self._batch()
            return
        if "TransactItems" in call.input:
            items = self.node(call.input["TransactItems"])
            if call.operation == "TransactWriteItems":
                client = Calling("table.meta.client.transact_write_items", (), (("TransactItems", items),))
                yield statement("", client)
                return
            client = Calling("table.meta.client.transact_get_items", (), (("TransactItems", items),))
            yield statement("response = ", client)
            yield 'return [each.get("Item") for each in response["Responses"]]'
            return
        request = tuple((name, self.node(each)) for name, each in call.input.items() if name != "TableName")
        if call.operation in ("Query", "Scan"):
            method = f"table.{call.operation.lower()}"
            if "Limit" not in call.input:
                yield statement("return ", Calling(self.module.need("every"), (Code(method),), request))
                return
            yield statement("response = ", Calling(method, (), request))
            yield 'return response["Items"]'
            return
        operation = Calling(f"table.{snake_case(call.operation)}", (), request)
        if call.operation == "GetItem":
            yield statement("response = ", operation)
            yield 'return response.get("Item")'
            return
        yield statement("", operation)

    def _batch(self) -> str:
        made: dict[str, list[Code]] = {"key": [], "item": []}
        for name, (kind, entity) in self._batches().items():
            builder = self.module.key_builder(entity) if kind == "key" else self.module.item_builder(entity)
            members = self.locals[name]
            made[kind].append(Code(f"*map({builder}, {members})" if builder else f"*{members}"))
        if self.call.operation == "BatchWriteItem":
            helper = self.module.need("batch_write")
            return statement("", Calling(helper, (), (("puts", made["item"]), ("deletes", made["key"]))))
        (options,) = self.call.input["RequestItems"].values()
        named = tuple((name, self.node(each)) for name, each in options.items() if name != "Keys")
        return statement("return ", Calling(self.module.need("batch_get"), (made["key"],), named))

    def node(self, tree: Any) -> Any:
        """A tree of a call as code."""
        if isinstance(tree, dict):
            return {name: self.node(each) for name, each in tree.items()}
        if isinstance(tree, list):
            return [self.node(each) for each in tree]
        if isinstance(tree, TableName):
            return Code("table.name")
        if isinstance(tree, IndexName):
            return self.module.index_name(tree.ref)
        if isinstance(tree, Argument):
            return Code(self.locals[tree.name])
        if isinstance(tree, Constant):
            return self._constant(tree)
        if isinstance(tree, KeyText):
            return self.module.key_text(
                [
                    each if isinstance(each, str) else (self.locals[each.argument.name], each.placeholder, _type(each))
                    for each in tree.parts
                ]
            )
        if isinstance(tree, EntityKey):
            values = {
                name: each if isinstance(each, Constant) else self.locals[each.name]
                for name, each in tree.arguments.items()
            }
            return self.module.key(self.design.entities[tree.entity], values)
        if isinstance(tree, StoredItem):
            parameter = self.locals[self.events[tree.parameter.name]]
            builder = self.module.item_builder(tree.parameter.entity)
            return Calling(builder, (Code(parameter),)) if builder else Code(parameter)
        assert not isinstance(tree, BatchOf)
        return tree

    def _constant(self, constant: Constant) -> Any:
        found = native(constant.value, constant.kind)
        if "Decimal" in repr(found):
            self.module.need("Decimal")
        return found


def _type(part: KeyPart) -> str:
    return part.argument.kind if part.domain is None else part.domain.type
