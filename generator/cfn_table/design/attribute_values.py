"""Values as DynamoDB's API has them: `{"S": "x"}`.

Source: DynamoDB API reference, AttributeValue; developer guide, "Low-level API: data type descriptors".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

AttributeValue = dict[str, Any]

_SETS: Final = {"string_set": "SS", "number_set": "NS", "binary_set": "BS"}


def attribute_value(value: Any, kind: str = "any") -> AttributeValue:
    """A value in the API's form.

    Args:
        value: str, bytes, bool, Decimal, int, None, a mapping or a list.
        kind: the attribute's type in the design language; only sets need it, since a set's value is a list.

    Raises:
        TypeError: DynamoDB has no such value.
    """
    if isinstance(value, bool):
        return {"BOOL": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, str):
        return {"S": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, Decimal | int):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": {name: attribute_value(each) for name, each in value.items()}}
    if isinstance(value, list | tuple) and kind in _SETS:
        return {_SETS[kind]: [str(each) if kind == "number_set" else each for each in value]}
    if isinstance(value, list | tuple):
        return {"L": [attribute_value(each) for each in value]}
    raise TypeError(type(value).__name__)


def plain_value(stored: Mapping[str, Any]) -> Any:
    """The value of one in the API's form; a set is a sorted list."""
    ((kind, value),) = stored.items()
    if kind == "N":
        return Decimal(value)
    if kind == "NULL":
        return None
    if kind == "M":
        return {name: plain_value(each) for name, each in value.items()}
    if kind == "L":
        return [plain_value(each) for each in value]
    if kind == "NS":
        return sorted(map(Decimal, value))
    if kind == "B":
        return bytes(value)
    if kind == "BS":
        return sorted(map(bytes, value))
    return sorted(value) if kind == "SS" else value
