"""Functions and their parameters, laid out as prettier does."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence

from cfn_table.emit.types.layout import HARD, SOFT, SPACE, Doc, IfBroken, Indent, group, joined
from cfn_table.emit.types.typescript.words import property_name


def function(name: str, parameters: Sequence[Doc], returns: Doc, body: Sequence[Doc], *, hugged: bool = False) -> Doc:
    """An exported function.

    Args:
        name: its name.
        parameters: its parameters.
        returns: the type of its value.
        body: its statements.
        hugged: whether the only parameter is an object, which prettier breaks together with the brackets around it.
    """
    listed: Doc = ("(", Indent((SOFT, joined((",", SPACE), parameters))), IfBroken(","), SOFT, ")")
    if hugged or not parameters:
        listed = ("(", *parameters, ")")
    head = group(f"export function {name}", listed, ": ", returns)
    return (head, " {", Indent((HARD, joined(HARD, body))), HARD, "}")


def destructured(properties: AnyMapping[str, tuple[str, Doc]], *, hugged: bool = False) -> Doc:
    """A parameter that is an object, taken apart into variables.

    Args:
        properties: name of a property → its variable and its type.
        hugged: as in `function`.
    """
    names = _braces([_pattern(name, variable) for name, (variable, _) in properties.items()], ",")
    types = _braces([(property_name(name), ": ", kind) for name, (_, kind) in properties.items()], ";")
    return (names, ": ", types) if hugged else (group(names), ": ", group(types))


def object_type(properties: Sequence[Doc]) -> Doc:
    """A type of an object."""
    return group(_braces(properties, ";"))


def when(conditions: Sequence[Doc], operator: str, statement: Doc) -> Doc:
    """A statement under conditions that are joined by an operator."""
    tests = joined((f" {operator}", SPACE), conditions)
    return group("if (", group(Indent((SOFT, tests)), SOFT), ")", Indent((SPACE, statement)))


def _pattern(name: str, variable: str) -> str:
    return name if name == variable else f"{property_name(name)}: {variable}"


def _braces(entries: Sequence[Doc], separator: str) -> Doc:
    return ("{", Indent((SPACE, joined((separator, SPACE), entries))), IfBroken(separator), SPACE, "}")
