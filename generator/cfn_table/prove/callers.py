"""Who calls: the context keys that bound placeholders stand for, with the values that a request's arguments give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from cfn_table.access.request import Request, Values
from cfn_table.access.specification import resource_arns
from cfn_table.design.design import Design
from cfn_table.design.keys import Domain, KeyTemplate, Placeholder, ValueRefused
from cfn_table.prove.sent import Sent

LEADING: Final = "dynamodb:LeadingKeys"

_VARIABLE: Final = re.compile(r"\$\{([^},]+?)\s*(?:,[^}]*)?\}")
"""A policy variable, perhaps with a default (IAM User Guide, "Policy variables")."""


def context_key(bound: str) -> str | None:
    """The context key that a bound value is a variable of; None for a fixed text."""
    match = _VARIABLE.fullmatch(bound)
    return match[1] if match else None


def caller(bind: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, Values]:
    """The context of the caller that everything with these texts belongs to."""
    found: dict[str, Values] = {}
    for placeholder, bound in bind.items():
        key = context_key(bound)
        if key is not None and placeholder in texts:
            found.setdefault(key, texts[placeholder])
    return found


def others(value: str) -> Iterator[str | None]:
    """Values that a caller must not reach `value` with: a longer one, a shorter one, and none at all (None)."""
    yield f"{value}-other"
    if len(value) > 1:
        yield value[:-1]
    yield None


def whose(design: Design, sent: Sent, requests: tuple[Request, ...]) -> dict[str, str]:
    """Placeholder → its text in the keys of what was sent.

    Arguments say it; where they do not (the key may stand in an item alone), and in a batch, whose arguments are of one
    of its items, the first partition key does.
    """
    found: dict[str, str] = {}
    for request in requests:
        for text in (request.values(LEADING.lower()) or ())[:1]:
            for template, domains in _templates(design, sent.pattern, request):
                found = {**(_texts(template, text, domains) or {}), **found}
    if not sent.operation.startswith("Batch"):
        found |= {name: _text(design, name, value) for name, value in sent.arguments.items()}
    return found


def first_item(request: Request) -> Request:
    """The request for the first item of a batch: those of a batch may belong to several callers."""
    leading = request.values(LEADING.lower()) or ()
    return with_context(request, {LEADING: leading[:1]}) if len(leading) > 1 else request


def with_fixed(design: Design, pattern: str, request: Request, fixed: Mapping[str, str]) -> Request:
    """The same request for other values of some placeholders of the partition key."""
    leading = tuple(
        _with_fixed(text, _templates(design, pattern, request), fixed) for text in request.values(LEADING.lower()) or ()
    )
    return with_context(request, {LEADING: leading}) if leading else request


def _with_fixed(
    text: str, templates: Iterable[tuple[KeyTemplate, Mapping[str, Domain]]], fixed: Mapping[str, str]
) -> str:
    for template, domains in templates:
        values = _texts(template, text, domains)
        if values is not None:
            values |= {name: value for name, value in fixed.items() if name in values}
            return "".join(part if isinstance(part, str) else values[part.name] for part in template.parts)
    return text


def with_context(request: Request, more: Mapping[str, Values | None]) -> Request:
    """The request with other values of context keys; None takes a key away."""
    context = {**request.context, **{key: value for key, value in more.items() if value is not None}}
    for key in [key for key, value in more.items() if value is None]:
        context.pop(key, None)
    return replace(request, context=context)


def _templates(design: Design, pattern: str, request: Request) -> Iterator[tuple[KeyTemplate, Mapping[str, Domain]]]:
    """The partition keys that a pattern's entities have in the table, or in the index that the request goes to."""
    file = design.pattern(pattern)
    entities = [*file.entity, *(name for part in file.parts for name in part.entity)]
    index = next((each for each in design.indexes if request.resource in resource_arns(design, each)), None)
    (attribute, *_) = design.keys_of(index).partition
    for entity in entities or design.entities:
        view = design.entities[entity]
        if attribute in view.templates:
            yield view.templates[attribute], view.domains


def _texts(template: KeyTemplate, text: str, domains: Mapping[str, Domain]) -> dict[str, str] | None:
    """What stands in a key for each placeholder, with its padding; None where the key is of another template."""
    found = template.match(text, domains)
    if found is not None:
        found |= {
            part.name: found[part.name].zfill(part.width)
            for part in template.parts
            if isinstance(part, Placeholder) and part.width
        }
    return found


def _text(design: Design, name: str, value: Any) -> str:
    """How an argument stands in a key."""
    for view in design.entities.values():
        for attribute in design.key_attributes:
            for part in view.templates[attribute].parts if attribute in view.templates else ():
                if isinstance(part, Placeholder) and part.name == name and name in view.domains:
                    try:
                        return KeyTemplate((part,)).render({name: value}, view.domains)
                    except (ValueRefused, TypeError, AttributeError):
                        continue
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
