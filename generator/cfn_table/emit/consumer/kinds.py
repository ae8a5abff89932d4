"""What is known of the arguments of a call: what they are in keys, and what the design says of their attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cfn_table.design.design import Design, EntityView
from cfn_table.design.keys import Domain, Placeholder
from cfn_table.design.model import AccessPattern, TransactionPart
from cfn_table.emit.consumer.readers import Kind
from cfn_table.emit.types.calls import Argument, Call, EntityKey, KeyPart, KeyText


def argument_kinds(design: Design, call: Call) -> dict[str, Kind | str]:
    """Parameter → what is known of its values, or the name of the function that reads it."""
    found: dict[str, Kind | str] = {}
    forms: dict[str, tuple[Domain, list[Placeholder]]] = {}

    def visit(tree: Any) -> None:
        if isinstance(tree, KeyText):
            for part in tree.parts:
                if isinstance(part, KeyPart) and part.domain is not None:
                    forms.setdefault(part.argument.name, (part.domain, []))[1].append(part.placeholder)
        elif isinstance(tree, EntityKey):
            view = design.entities[tree.entity]
            for name, each in tree.arguments.items():
                if isinstance(each, Argument):
                    forms.setdefault(each.name, (view.domains[name], []))[1].extend(forms_of(design, view, name))
        elif isinstance(tree, dict | list):
            for each in tree.values() if isinstance(tree, dict) else tree:
                visit(each)

    visit(call.input)
    changed = dict(_changed(design, call))
    limit = call.input.get("Limit")
    for argument in call.arguments:
        if argument.name in forms:
            found[argument.name] = Kind.of(*forms[argument.name])
        elif argument == limit:
            found[argument.name] = "count"
        elif argument.name in changed:
            found[argument.name] = changed[argument.name]
        else:
            # A filter may look for a part of a moment or a day.
            part = {"timestamp": "string", "date": "string"}.get(argument.kind, argument.kind)
            found[argument.name] = Kind(part, argument.values)
    return found


def _changed(design: Design, call: Call) -> Iterator[tuple[str, Kind]]:
    """The parameters to which an update sets whole attributes, each with what the attribute takes."""
    pattern = design.pattern(call.pattern)
    stated: list[AccessPattern | TransactionPart] = [pattern, *pattern.parts]
    for each in stated:
        if "UpdateItem" not in each.operation:
            continue
        view = design.entities[each.entity[0]]
        sets = (
            dict(each.set) if each.set or each.add or each.remove else {name: f"{{{name}}}" for name in view.attributes}
        )
        for path, raw in sets.items():
            if path in view.attributes and isinstance(raw, str) and raw[:1] == "{" and raw[-1:] == "}":
                attribute = view.attributes[path]
                yield raw[1:-1], Kind(attribute.type, attribute.values, attribute.pattern)


def forms_of(design: Design | None, view: EntityView, name: str) -> list[Placeholder]:
    """The forms in which keys of an entity hold a placeholder: of the table, or without a design of all indexes too."""
    keys = view.templates if design is None else design.table_keys.names
    return [
        part
        for each in keys
        for part in view.templates[each].parts
        if isinstance(part, Placeholder) and part.name == name
    ]
