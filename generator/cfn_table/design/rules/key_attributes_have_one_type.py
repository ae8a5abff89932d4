"""A key attribute has one type in all entities, and it is string, number or binary.

Why: DynamoDB refuses an item whose key attribute is of another type than the table or the index declares; for an index
that means that the write of the item fails.

Example:
    order:   {keys: {GSI1SK: "{total}"}, attributes: {total: number}}
    invoice: {keys: {GSI1SK: "INVOICE#{id}"}, attributes: {id: string}}

Use instead: templates of one kind, such as `TOTAL#{total:012}` beside `INVOICE#{id}`.

Known problems: none.

Source: API reference, AttributeDefinition: AttributeType is S, N or B.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design, EntityView
from cfn_table.design.keys import attribute_type
from cfn_table.design.model import Key
from cfn_table.design.rules._facts import Path
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "key-attributes-have-one-type"
SEVERITY = Severity.ERROR

_WORDS = {"S": "a string", "N": "a number", "B": "a binary"}
_LETTERS = {"string": "S", "number": "N", "binary": "B"}


def check(design: Design) -> Iterator[Violation]:
    """A violation for every declaration and every entity that gives a key attribute another type."""
    expected: dict[str, tuple[str, str]] = {}
    for name, kind, path in _declared(design):
        known, _ = expected.setdefault(name, (kind, f"it is declared as {_WORDS[kind]}"))
        if known != kind:
            message = f"`{name}` is declared as {_WORDS[known]} and as {_WORDS[kind]}"
            yield Violation(message, path, "declare its type once")
    for name in design.key_attributes:
        for view in design.entities.values():
            if name not in view.templates:
                continue
            kind, what, path = _written(view, name)
            if kind not in _WORDS:
                message = f"entity `{view.name}` has {what} `{name}`, and a key attribute is a string, number or binary"
                yield Violation(message, path, "change its type, or build the key with a template")
                continue
            known, why = expected.setdefault(name, (kind, f"entity `{view.name}` writes {_WORDS[kind]}"))
            if known != kind:
                message = f"entity `{view.name}` writes {what} to `{name}`, and {why}"
                yield Violation(message, path, "a key attribute has one type in the whole table")


def _declared(design: Design) -> Iterator[tuple[str, str, Path]]:
    keys: list[tuple[Path, Key]] = [(("table", "key"), design.file.table.key)]
    keys += [(("indexes", position, "key"), index.key) for position, index in enumerate(design.file.indexes)]
    for path, key in keys:
        for part, attributes in (("partition", key.partition), ("sort", key.sort)):
            for position, attribute in enumerate(attributes):
                if attribute.type is not None:
                    yield attribute.name, _LETTERS[attribute.type], (*path, part, position, "type")


def _written(view: EntityView, name: str) -> tuple[str, str, Path]:
    """The type that the entity writes, how a message names it, and where it says so."""
    if name not in view.entity.keys and name in view.attributes:
        kind = view.attributes[name].dynamodb_type
        article = "an" if view.attributes[name].type in ("any", "epoch") else "a"
        return kind, f"{article} {view.attributes[name].type}", ("entities", view.name, "attributes", name)
    template = view.templates[name]
    kind = attribute_type(template, view.domains)
    return kind, f"{_WORDS[kind]} (`{template}`)", ("entities", view.name, "keys", name)
