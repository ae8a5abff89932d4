"""Text that CloudFormation puts together, as the parts of which it consists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cfn_table.lint.rules._view import Resource, mapping

_SUB = re.compile(r"\$\{(!?)([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """A part of a text that is known at deploy time only.

    Attributes:
        name: `AWS::Region`, a parameter, a logical id, or logical id and attribute (`Table.Arn`); empty where even what
            it refers to is not plain.
    """

    name: str


Part = str | Variable
UNKNOWN = Variable("")


def parts(value: Any) -> tuple[Part, ...]:
    """A text as literals and variables; neighbouring literals are one, empty ones are left out.

    `!Sub ${Table.Arn}/index/GSI1`, `!Join ['/', [!GetAtt Table.Arn, index, GSI1]]` → `(Variable("Table.Arn"),
    "/index/GSI1")`.
    """
    merged: list[Part] = []
    for part in _parts(value):
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return tuple(merged)


def _parts(value: Any) -> Sequence[Part]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, bool) or not isinstance(value, dict) or len(value) != 1:
        return [str(value)] if isinstance(value, int) and not isinstance(value, bool) else [UNKNOWN]
    ((name, argument),) = value.items()
    match name, argument:
        case "Ref", str():
            return [Variable(argument)]
        case "Fn::GetAtt", str():
            return [Variable(argument)]
        case "Fn::GetAtt", [str() as resource, str() as attribute]:
            return [Variable(f"{resource}.{attribute}")]
        case "Fn::Sub", str():
            return _sub(argument, {})
        case "Fn::Sub", [str() as text, dict() as variables]:
            return _sub(text, variables)
        case "Fn::Join", [str() as delimiter, list() as texts]:
            joined: list[Part] = []
            for text in texts:
                joined += [*([delimiter] if joined else []), *(_parts(text) or [""])]
            return joined
    return [UNKNOWN]


def _sub(text: str, variables: dict[str, Any]) -> Sequence[Part]:
    found: list[Part] = []
    end = 0
    for match in _SUB.finditer(text):
        found.append(text[end : match.start()])
        name = match[2].strip()
        if match[1]:
            found.append(f"${{{match[2]}}}")  # `${!x}` is the text `${x}`
        elif name in variables:
            found += _parts(variables[name])
        else:
            found.append(Variable(name))
        end = match.end()
    return [*found, text[end:]]


def literal(value: Any) -> str | None:
    """The text, if all of it is known."""
    found = parts(value)
    if not found:
        return ""
    return found[0] if len(found) == 1 and isinstance(found[0], str) else None


def after_table_arn(found: Sequence[Part], tables: Sequence[Resource]) -> tuple[Resource, Sequence[Part]] | None:
    """Of an ARN that begins with that of a table of the template: the table, and the parts that follow.

    Known forms: `${Table.Arn}…`, `…:table/${Table}…`, and `…:table/NAME…` where a table is named NAME.
    """
    for table in tables:
        if found and found[0] == Variable(f"{table.id}.Arn"):
            return table, found[1:]
        name = mapping(table.properties).get("TableName")
        for index, part in enumerate(found):
            before = found[index - 1] if index else ""
            if part == Variable(table.id) and isinstance(before, str) and before.endswith(":table/"):
                return table, found[index + 1 :]
            if isinstance(part, str) and isinstance(name, str):
                named = re.search(rf":table/{re.escape(name)}(?=/|$)", part)
                if named:
                    rest = part[named.end() :]
                    return table, [*([rest] if rest else []), *found[index + 1 :]]
    return None
