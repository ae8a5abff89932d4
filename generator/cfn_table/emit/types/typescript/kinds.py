"""Types of values: of attributes, of parameters, and of the texts that keys are."""

from __future__ import annotations

import math
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from cfn_table.design.keys import Domain, KeyTemplate, Placeholder
from cfn_table.design.values import decimal
from cfn_table.emit.types.fields import Field
from cfn_table.emit.types.layout import Doc
from cfn_table.emit.types.typescript.words import flat_union, template_text, text_literal, union

TYPES: Final = {
    "string": "string",
    "timestamp": "string",
    "date": "string",
    "number": "number",
    "epoch": "number",
    "boolean": "boolean",
    "binary": "Uint8Array",
    "map": "Record<string, unknown>",
    "list": "unknown[]",
    "string_set": "Set<string>",
    "number_set": "Set<number>",
    "binary_set": "Set<Uint8Array>",
    "any": "unknown",
}
"""Type of the design language → type of the value that the document client takes and gives."""

MOST_ALTERNATIVES: Final = 1000
"""How many texts a type of template literals may stand for; beyond that the compiler would be slow."""

_SAFE_DIGITS: Final = 15
"""Whole numbers of so many digits are numbers of JavaScript, each another one."""


def number_literal(value: Decimal) -> str | None:
    """A number as a literal that loses no digit; None where there is none."""
    whole = value == value.to_integral_value()
    if whole and abs(value) > 2**53 - 1:
        return f"{int(value)}n"
    near = float(value)
    if not math.isfinite(near) or Decimal(repr(near)) != value:
        return None
    return str(int(value)) if whole else repr(near).replace("e-0", "e-")


def listed_literals(kind: str, values: Sequence[str]) -> list[str] | None:
    """Listed values as literals; None where one of them is no number of JavaScript."""
    if kind != "number":
        return [text_literal(each) for each in values]
    literals = [number_literal(decimal(each)) for each in values]
    if any(each is None or each.endswith("n") or "e" in each for each in literals):
        return None
    return [str(each) for each in literals]


def value_type(kind: str, values: Sequence[str] = ()) -> Doc:
    """The type of values of a type of the design language, of which some may be listed."""
    literals = listed_literals(kind, values) if values else None
    return union(literals) if literals else TYPES[kind]


def flat_type(kind: str, values: Sequence[str] = ()) -> str:
    """As `value_type`, always on one line."""
    literals = listed_literals(kind, values) if values else None
    return flat_union(literals) if literals else TYPES[kind]


def is_wide(domain: Domain, placeholder: Placeholder) -> bool:
    """Whether a key may hold more digits than a number of JavaScript has."""
    return domain.type == "number" and not domain.values and not 0 < placeholder.width <= _SAFE_DIGITS


def stored_type(field: Field, domains: AnyMapping[str, Domain]) -> Doc:
    """The type of a field of a stored item."""
    if field.constant is not None:
        return text_literal(field.constant)
    if field.template is None or field.kind != "string":
        return value_type(field.kind, field.values)
    return key_type(field.template, domains)


def key_type(template: KeyTemplate, domains: AnyMapping[str, Domain]) -> Doc:
    """The type of the texts that a key template becomes."""
    if template.is_constant:
        return text_literal(str(template))
    alternatives = 1
    parts = []
    for part in template.parts:
        if isinstance(part, str):
            parts.append(template_text(part))
            continue
        domain = domains.get(part.name, Domain())
        alternatives *= max(1, len(domain.values))
        inner = "string" if alternatives > MOST_ALTERNATIVES else _part_type(part, domain)
        parts.append(f"${{{inner}}}")
    whole = template.whole
    if whole is not None:
        domain = domains.get(whole.name, Domain())
        if parts[0] == "${string}" or parts[0].startswith(("${Lowercase<", "${Uppercase<")):
            return parts[0][2:-1]
        if domain.values and domain.type == "string":
            return union(text_literal(each) for each in _written(whole, domain))
    return f"`{''.join(parts)}`"


def _part_type(part: Placeholder, domain: Domain) -> str:
    """The type of a placeholder's text inside of a template literal."""
    if domain.values and not part.width:
        if domain.type == "string":
            return flat_union(text_literal(each) for each in _written(part, domain))
        literals = listed_literals(domain.type, domain.values)
        return "number" if literals is None else flat_union(literals)
    if domain.type in ("number", "epoch"):
        return "number"
    if domain.type == "boolean":
        return "boolean"
    cases = {"lower": "Lowercase<string>", "upper": "Uppercase<string>"}
    return cases.get(part.format, "string")


def _written(part: Placeholder, domain: Domain) -> list[str]:
    """The listed values in the case that the placeholder asks for, each once."""
    values = [getattr(each, part.format)() if part.format else each for each in domain.values]
    return list(dict.fromkeys(values))
