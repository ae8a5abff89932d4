"""Key templates whose placeholders are bound: to a fixed value, or to a parameter of another name."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Any

from cfn_table.design.design import EntityView
from cfn_table.design.expressions import PARAMETER
from cfn_table.design.keys import Domain, KeyTemplate, Placeholder, ValueRefused
from cfn_table.design.requests.request import Underivable


def bound_template(view: EntityView, attribute: str, bindings: AnyMapping[str, Any] | None) -> KeyTemplate:
    """The template of a key attribute with bound placeholders replaced: by a fixed value, or by `{other}`."""
    template = view.templates[attribute]
    if not bindings:
        return template
    parts: list[str | Placeholder] = []
    for part in template.parts:
        bound = part
        if isinstance(part, Placeholder) and part.name in bindings:
            bound = _bound_part(part, str(bindings[part.name]), view.domains)
        if isinstance(bound, str) and parts and isinstance(parts[-1], str):
            bound = parts.pop() + bound  # type: ignore[operator]  # the last part is a text, as was just asked
        parts.append(bound)
    return KeyTemplate(tuple(parts))


def _bound_part(part: Placeholder, value: str, domains: AnyMapping[str, Domain]) -> str | Placeholder:
    other = PARAMETER.match(value)
    if other is not None:
        return Placeholder(other[1], part.format)
    try:
        text = KeyTemplate((part,)).render({part.name: value}, domains)
    except ValueRefused as error:
        raise Underivable("values-fit-their-attributes", str(error), "write a value that its key can hold") from None
    if "{" in text or "}" in text:
        raise Underivable("values-fit-their-attributes", f"`{text}` cannot stand in a key: it holds a brace")
    return text
