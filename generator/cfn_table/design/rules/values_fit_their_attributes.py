"""Values in tests and updates are of their attribute's type, and one of its values where these are listed.

Why: a filter `{plan: gold}` where plans are free and pro never matches anything; `{count: {gt: "5"}}` compares a string
with a number.

Example:
    list_open: {operation: Query, entity: order, filter: {status: opne}}

Use instead: `filter: {status: open}`. `begins_with` is for strings and binaries, `contains` for strings, sets and
lists, `add` for numbers and sets.

Known problems: paths into maps are not checked, nor is what `{name}` parameters will be.

Source: API reference, "Comparison operator and function reference"; UpdateItem, ADD supports only numbers and sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cfn_table.design.design import Design, EntityView
from cfn_table.design.expressions import attribute_of, operand
from cfn_table.design.items import check_value
from cfn_table.design.model import AccessPattern, Attribute, PatternBase
from cfn_table.design.rules._facts import Path, a, breaches, patterns_and_parts, views_of
from cfn_table.design.rules.violation import Violation
from cfn_table.design.suggest import did_you_mean
from cfn_table.design.values import WrongValue, convert
from cfn_table.findings import Severity

NAME = "values-fit-their-attributes"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False

_ORDERED = ("string", "number", "binary", "timestamp", "date", "epoch", "any")
_TYPES = {
    **dict.fromkeys(("gt", "gte", "lt", "lte", "between"), _ORDERED),
    "begins_with": ("string", "binary", "timestamp", "date", "any"),
    "contains": ("string", "timestamp", "date", "binary", "string_set", "number_set", "binary_set", "list", "any"),
}
_ADDED = ("number", "epoch", "number_set", "string_set", "binary_set", "any")


def check(design: Design) -> Iterator[Violation]:
    """A violation for every value that its attribute cannot have, and every test that its type does not take."""
    yield from breaches(design, NAME)
    for name, path, pattern in patterns_and_parts(design):
        views = views_of(design, pattern)
        known = {attribute for view in views for attribute in view.stored}
        for attribute_path, values, kind, where in _stated(pattern):
            attribute_name = attribute_of(attribute_path, known)
            attribute = _attribute(design, views, attribute_name)
            if attribute is None:
                continue
            problem, help_ = _problem(attribute, attribute_name, attribute_path, values, kind)
            if problem:
                yield Violation(f"access pattern `{name}`: {problem}", (*path, *where), help_)


def _stated(pattern: PatternBase) -> Iterator[tuple[str, tuple[Any, ...], str, Path]]:
    """Path of an attribute, values, the comparison or `set` or `add`, and where that stands."""
    fields = [("condition", pattern.condition if isinstance(pattern.condition, tuple) else ())]
    if isinstance(pattern, AccessPattern):
        fields.append(("filter", pattern.filter or ()))
    for field, alternatives in fields:
        for position, group in enumerate(alternatives):
            for test in group:
                yield test.path, test.operands, test.comparison, (field, position, test.path, test.comparison)
    for field in ("set", "add"):
        for path, raw in getattr(pattern, field).items():
            yield path, (raw,), field, (field, path)


def _attribute(design: Design, views: Iterable[EntityView], name: str) -> Attribute | None:
    """How the attribute is declared; the type attribute has the entities' types; nothing for what is not known."""
    views = list(views)
    for view in views:
        if name in view.attributes:
            return view.attributes[name]
    if name == design.file.table.type_attribute:
        types = tuple(sorted({view.type for view in views if view.type is not None}))
        return Attribute(type="string", values=types) if types else None
    return None


def _problem(attribute: Attribute, name: str, path: str, values: tuple[Any, ...], kind: str) -> tuple[str, str]:
    if path != name:
        inner = attribute.type in ("map", "list", "any")
        return ("", "") if inner else (f"`{name}` is {a(attribute.type)} and has nothing inside", f"write `{name}`")
    allowed = _ADDED if kind == "add" else _TYPES.get(kind)
    if allowed is not None and attribute.type not in allowed:
        return f"`{kind}` is not for {a(attribute.type)} such as `{name}`", ""
    for raw in values:
        if operand(name, raw).parameter is not None:
            continue
        try:
            _check(attribute, raw, kind)
        except WrongValue as error:
            near = did_you_mean(str(raw), attribute.values)
            return f"`{name}`: {error}", near if near.startswith("did") else ""
    return "", ""


def _check(attribute: Attribute, raw: Any, kind: str) -> None:
    if kind == "contains":
        if attribute.type.endswith("_set"):
            convert(attribute.type.removesuffix("_set"), raw)
        elif attribute.type not in ("list", "any"):
            convert("string", raw)
        return
    if kind == "begins_with" and attribute.type != "binary":
        convert("string", raw)  # a part of a value is not a value
        return
    value = convert(attribute.type, raw)
    if kind in ("equals", "not_equals", "in", "set"):
        check_value(attribute, value)
