"""The functions of access patterns, before any language writes them down."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.attribute_values import attribute_value
from cfn_table.design.design import Design
from cfn_table.design.keys import KeyTemplate
from cfn_table.design.load import load_design
from cfn_table.design.requests import Inputs, Names, call_parameters, derive, key_of_item, stored_item
from cfn_table.emit.samples import sample_inputs
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
    calls_of,
)
from tests.engines.install import ROOT

GRAMMAR = sorted((ROOT / "tests" / "prove" / "designs").glob("*.yaml"))
"""Designs that use every construct of access patterns."""


class Evaluation:
    """A call's tree with values in the place of its symbols."""

    def __init__(self, design: Design, call: Call, inputs: Inputs, names: Names) -> None:
        self.design = design
        self.call = call
        self.inputs = inputs
        self.names = names
        self.items = dict(zip((each.name for each in call.items), inputs.items, strict=False))

    def of(self, tree: Any, *, value: bool = False) -> Any:
        """The tree's value; with `value` in the API's form."""
        if isinstance(tree, dict):
            return {
                self.of(name): self.of(each, value=value or name == "ExpressionAttributeValues")
                for name, each in tree.items()
            }
        if isinstance(tree, list):
            return [self.of(each, value=value) for each in tree]
        if isinstance(tree, TableName):
            return self.names.table
        if isinstance(tree, IndexName):
            return self.names.indexes[tree.ref]
        if isinstance(tree, Argument):
            found = self.inputs.arguments[tree.name]
            return attribute_value(found, tree.kind) if value else int(found)
        if isinstance(tree, Constant):
            return attribute_value(tree.value, tree.kind)
        if isinstance(tree, KeyText):
            return attribute_value("".join(map(self.text, tree.parts)))
        if isinstance(tree, EntityKey):
            return self.key(tree)
        if isinstance(tree, StoredItem):
            return stored_item(self.design, self.items[tree.parameter.name])
        if isinstance(tree, BatchOf):
            return list(self.members(tree))
        return tree

    def text(self, part: str | KeyPart) -> str:
        """The text of a part of a key."""
        if isinstance(part, str):
            return part
        value = self.inputs.arguments[part.argument.name]
        name = part.placeholder.name
        if part.domain is not None:
            return KeyTemplate((part.placeholder,)).render({name: value}, {name: part.domain})
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        return text.zfill(part.placeholder.width)

    def key(self, key: EntityKey) -> dict[str, Any]:
        """The key that the entity's key builder makes."""
        view = self.design.entities[key.entity]
        values = {
            name: each.value if isinstance(each, Constant) else self.inputs.arguments[each.name]
            for name, each in key.arguments.items()
        }
        found = {}
        for name in self.design.table_keys.names:
            template = view.templates[name]
            native = self.design.key_types[name] != "S" and template.whole is not None
            found[name] = attribute_value(
                values[template.placeholders[0]] if native else template.render(values, view.domains)
            )
        return found

    def members(self, batch: BatchOf) -> Iterator[Any]:
        """The members of a batch."""
        (request,) = derive(self.design, self.call.pattern)
        keys = [key_of_item(self.design, request, entity, arguments) for entity, arguments in self.inputs.keys]
        if batch.operation == "BatchGetItem":
            yield from keys
            return
        yield from ({"PutRequest": {"Item": stored_item(self.design, item)}} for item in self.inputs.items)
        yield from ({"DeleteRequest": {"Key": key}} for key in keys)


def require_requests(design: Design) -> None:
    """Fail unless the tree of each call, with the values of the samples, is what `call_parameters` gives."""
    names = Names("table", {ref: f"index {ref}" for ref in design.indexes})
    found = calls_of(design)
    requests = [(name, each) for name in design.file.access_patterns for each in derive(design, name)]
    assert [(name, request.operation) for name, request in requests] == [(c.pattern, c.operation) for c in found]
    for call, (name, request) in zip(found, requests, strict=True):
        inputs = sample_inputs(design, design.pattern(name), request)
        expected = call_parameters(design, request, inputs, names)
        assert expected == Evaluation(design, call, inputs, names).of(call.input), call.pattern


def test_the_trees_say_what_requests_send(designs: dict[str, Design]) -> None:
    """With the values of the samples, the tree of each call is what `call_parameters` gives."""
    for design in designs.values():
        require_requests(design)


@pytest.mark.parametrize("path", GRAMMAR, ids=lambda path: path.stem)
def test_the_trees_of_every_construct_say_what_requests_send(path: Path) -> None:
    """The same for designs that use all of the grammar."""
    require_requests(load_design(path))


def test_arguments_come_in_the_order_in_which_they_are_used() -> None:
    """The partition key's first; each once, with its type and its listed values."""
    design = load_design(ROOT / "tests/prove/designs/transactions.yaml")
    calls = {call.pattern: call for call in calls_of(design)}
    assert ["account", "amount", "left", "other"] == [each.name for each in calls["transfer"].arguments]
    assert (Argument("newPlan", "string", ("free", "pro")),) == calls["change_plan"].arguments[1:2]
    assert ["entry", "entry2"] == [each.name for each in calls["two_puts"].items]
