"""The code of a consumer's function: what its policy allows, called by events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.design.design import Design
from cfn_table.emit.consumer.code import Code, Members, statement, written
from cfn_table.emit.consumer.functions import Module
from cfn_table.emit.consumer.readers import with_all
from cfn_table.emit.texts import render_text
from cfn_table.emit.types.calls import Call
from cfn_table.emit.types.fields import entity_fields

_MODULES: Final = ("base64", "json", "os", "re")
_NUMBERS: Final = frozenset({"number", "epoch", "number_set", "map", "list", "any"})
"""Types whose values may be or hold a Decimal."""


def handler_code(design: Design, calls: list[Call], title: str, *, stream: bool, bound: bool) -> tuple[str, Module]:
    """The module of the function, and what it is made of.

    Args:
        design: the design.
        calls: what events may ask for.
        title: the first line of its documentation.
        stream: whether it also receives the changes of the table.
        bound: whether IAM refuses values of other tenants.
    """
    module = Module(design, calls)
    plain = set(_plain(design, calls))
    needs = set(with_all(module.needs))
    needs |= {"Decimal"} if "Decimal" in plain else set()
    needs |= {"base64"} if "Binary" in plain else set()
    needs |= {"os"} if calls else set()
    needs |= {"json"} if stream else set()
    patterns = {
        each.name: (Code(each.function.name), dict(each.takes))  # a mapping of readers, in the order of the parameters
        for each in module.offers
    }
    delimiter = design.file.table.delimiter
    without = delimiter.replace("`", "'")
    text = render_text(
        "consumer.py.j2",
        overrides=design.texts,
        title=title,
        modules=[name for name in _MODULES if name in needs],
        needs=needs,
        types=[*sorted({"DYNAMODB_CONTEXT"} & needs), *sorted({"Binary"} & plain)],
        offers=module.offers,
        functions=[*(each.function for each in module.offers), *module.builders.values()],
        delimiter=written(delimiter) if delimiter else "",
        without_delimiter=written(f"must be a text that is not empty and without `{without}`"),
        has_lists=any(isinstance(each, list) for offer in module.offers for each in offer.takes.values()),
        shapes=[statement(f"{name} = ", shape, margin=0) for name, shape in module.shapes.items()],
        patterns=statement("PATTERNS = ", patterns, margin=0),
        refusals=statement("REFUSALS = ", Members(tuple(sorted(_refusals(calls, bound)))), margin=0),
        needs_plain=bool(plain),
        plain=plain,
        plain_notes=_plain_notes(plain),
        stream=stream,
    )
    return text, module


def _refusals(calls: list[Call], bound: bool) -> Iterator[str]:
    yield "ValidationException"
    if any("ConditionExpression" in call.input for call in calls):
        yield "ConditionalCheckFailedException"
    if any("TransactItems" in call.input for call in calls):
        yield "TransactionCanceledException"
    if bound:
        yield "AccessDeniedException"


def _plain(design: Design, calls: list[Call]) -> Iterator[str]:
    """What reads return that JSON has no form of, by the names that Python has for it."""
    kinds = {kind for call in calls for kind in _kinds(design, call)}
    if kinds & _NUMBERS:
        yield "Decimal"
    if any(kind.endswith("_set") for kind in kinds):
        yield "set"
    if kinds & {"binary", "binary_set"}:
        yield "Binary"


def _kinds(design: Design, call: Call) -> Iterator[str]:
    if "Write" in call.operation or call.operation in ("PutItem", "UpdateItem", "DeleteItem"):
        return
    for entity in call.entities or design.entities:
        for field in entity_fields(design, entity).stored:
            paths = call.returns or (field.name,)
            if any(path == field.name or path.startswith((f"{field.name}.", f"{field.name}[")) for path in paths):
                yield field.kind


def _plain_notes(plain: set[str]) -> str:
    notes = {"Decimal": "numbers for Decimal", "set": "lists for sets", "Binary": "base64 for bytes"}
    return ", ".join(text for name, text in notes.items() if name in plain)
