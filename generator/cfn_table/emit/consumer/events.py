"""An event that calls an access pattern, with values of the design's samples."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cfn_table.design.design import Design
from cfn_table.design.items import Item
from cfn_table.design.requests import Inputs
from cfn_table.emit.consumer.functions import Offer
from cfn_table.emit.types.fields import entity_fields, key_placeholders


def event_of(design: Design, offer: Offer, inputs: Inputs) -> dict[str, Any]:
    """The event, in the form of JSON.

    Args:
        design: the design.
        offer: what is called.
        inputs: what it is called with.
    """
    values: dict[str, Any] = {each.name: inputs.arguments[each.name] for each in offer.call.arguments}
    names = [name for name in offer.takes if name not in values]
    if offer.call.batch is None:
        values |= {name: application_view(design, item) for name, item in zip(names, inputs.items, strict=True)}
    else:
        values |= _batch(design, names, inputs)
    event: dict[str, Any] = {"pattern": offer.name}
    return event | ({"parameters": plain(values)} if values else {})


def application_view(design: Design, item: Item) -> dict[str, Any]:
    """An item as applications see it: what its parameter takes."""
    fields = entity_fields(design, item.entity).application
    return {each.name: item.values[each.name] for each in fields if each.name in item.values}


def _batch(design: Design, names: Sequence[str], inputs: Inputs) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in inputs.items:
        found.setdefault(f"put_{item.entity}", []).append(application_view(design, item))
    prefix = "delete_" if any(name.startswith("put_") for name in names) else ""
    for entity, arguments in inputs.keys:
        wanted = key_placeholders(design.entities[entity], design.table_keys)
        found.setdefault(f"{prefix}{entity}", []).append({name: arguments[name] for name in wanted})
    return found


def plain(value: Any) -> Any:
    """A value as JSON has it: base64 for bytes, a number for a Decimal, or a text where JSON readers would round it."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    return value
