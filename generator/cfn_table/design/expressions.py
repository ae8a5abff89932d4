"""Texts of DynamoDB expressions. Every attribute name is aliased, so a reserved word can never break a request.

Source: DynamoDB developer guide, "Expression attribute names (aliases)" and "Reserved words in DynamoDB".
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from cfn_table.design.keys import KeyTemplate
from cfn_table.design.model import Test

_OPERATORS: Final = {"equals": "=", "not_equals": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
PARAMETER: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.-]*)\}\Z")


@dataclass(frozen=True, slots=True)
class Operand:
    """A value of a request: a key built from a template, a parameter of the access pattern, or a constant.

    Attributes:
        attribute: the attribute that the value is compared with or stored in; says the value's type.
        template: the key template whose text it is; None for parameters and constants.
        parameter: the name of the parameter that it is; None for keys and constants.
        constant: the raw constant.
        member: whether it is not a value of the attribute but, where that is a set or a list, one of its members.
    """

    attribute: str
    template: KeyTemplate | None = None
    parameter: str | None = None
    constant: Any = None
    member: bool = False

    @property
    def text(self) -> str:
        """How a contract writes it: `USER#{userId}`, `{limit}`, or the constant."""
        if self.template is not None:
            return str(self.template)
        return f"{{{self.parameter}}}" if self.parameter is not None else str(self.constant)


def operand(attribute: str, raw: Any, comparison: str = "equals") -> Operand:
    """The operand that `raw` writes: a text `{name}` is a parameter, all else a constant."""
    parameter = parameter_of(attribute, raw)
    member = comparison == "contains"
    if parameter is not None:
        return Operand(attribute, parameter=parameter, member=member)
    return Operand(attribute, constant=raw, member=member)


def parameter_of(path: str, raw: Any) -> str | None:
    """The name of the parameter that `raw` is; None for a constant.

    What an update sets in a list, and what it sets by default, is named after its path, whatever characters that has.
    """
    if not isinstance(raw, str):
        return None
    match = PARAMETER.match(raw)
    return match[1] if match else path if raw == f"{{{path}}}" else None


def member_kind(kind: str) -> str:
    """The type of what `contains` looks for in an attribute of this type: a member of a set, a part of a text."""
    return "any" if kind == "list" else kind.removesuffix("_set")


def attribute_of(path: str, known: Container[str]) -> str:
    """The attribute that a path such as `address.lines[0]` begins with: the longest known one, else the first step."""
    ends = [match.start() for match in re.finditer(r"[.\[]", path)]
    for end in (len(path), *reversed(ends)):
        if path[:end] in known:
            return path[:end]
    return path[: ends[0]] if ends else path


@dataclass(slots=True)
class Expressions:
    """Collects the aliases and values that the expressions of one request share.

    Attributes:
        known: names of the entities' attributes, since a `.` or `[` in a name is no step of a path.
        names: alias (`#status`) → attribute name.
        values: placeholder (`:status`) → operand.
    """

    known: frozenset[str] = frozenset()
    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Operand] = field(default_factory=dict)

    def name(self, path: str) -> str:
        """The aliased text of a path such as `address.lines[0]`; a known attribute is one name, whatever it holds."""
        attribute = attribute_of(path, self.known)
        subscript, *fields = path[len(attribute) :].split(".")
        text = self._alias(attribute) + subscript
        for each in fields:
            name, bracket, rest = each.partition("[")
            text += f".{self._alias(name)}{bracket}{rest}"
        return text

    def _alias(self, name: str) -> str:
        for alias, known in self.names.items():
            if known == name:
                return alias
        base = "#" + (name if re.fullmatch("[A-Za-z0-9_]+", name) else f"n{len(self.names)}")
        alias, number = base, 2
        while self.names.get(alias, name) != name:
            alias, number = f"{base}_{number}", number + 1
        self.names[alias] = name
        return alias

    def value(self, operand: Operand) -> str:
        """The placeholder for `operand`, named after its attribute; equal operands share one."""
        base = ":" + (re.sub(r"[^A-Za-z0-9_]", "_", operand.parameter or operand.attribute))
        placeholder, number = base, 2
        while placeholder in self.values and self.values[placeholder] != operand:
            placeholder, number = f"{base}_{number}", number + 1
        self.values[placeholder] = operand
        return placeholder

    def compare(self, attribute: str, comparison: str, operands: Iterable[Operand]) -> str:
        """The text of one comparison."""
        name = self.name(attribute)
        if comparison in ("exists", "not_exists"):
            return f"attribute_{comparison}({name})"
        values = [self.value(each) for each in operands]
        if comparison in ("begins_with", "contains"):
            return f"{comparison}({name}, {values[0]})"
        if comparison == "between":
            return f"{name} BETWEEN {values[0]} AND {values[1]}"
        if comparison == "in":
            return f"{name} IN ({', '.join(values)})"
        return f"{name} {_OPERATORS[comparison]} {values[0]}"

    def tests(self, alternatives: Iterable[Iterable[Test]]) -> str:
        """The text of tests: alternatives joined by OR, each a conjunction."""
        groups = [
            [
                self.compare(
                    test.path, test.comparison, (operand(test.path, raw, test.comparison) for raw in test.operands)
                )
                for test in group
            ]
            for group in alternatives
        ]
        texts = [" AND ".join(group) for group in groups]
        if len(texts) == 1:
            return texts[0]
        return " OR ".join(f"({text})" if len(group) > 1 else text for text, group in zip(texts, groups, strict=True))
