"""Values of sample items, filters and updates: what a scalar means follows from the attribute that holds it."""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from cfn_table.design.source import Text
from cfn_table.design.suggest import shown

DYNAMODB_TYPES: Final = {
    "string": "S",
    "timestamp": "S",
    "date": "S",
    "number": "N",
    "epoch": "N",
    "boolean": "BOOL",
    "binary": "B",
    "map": "M",
    "list": "L",
    "string_set": "SS",
    "number_set": "NS",
    "binary_set": "BS",
    "any": "*",
}
"""Attribute type of a design → DynamoDB's type descriptor; `*` for any (DynamoDB API reference, AttributeValue)."""

NUMBER_DIGITS: Final = 38
"""Largest precision of a DynamoDB number in digits (developer guide, "Constraints": numbers)."""

SMALLEST_EXPONENT: Final = -130
LARGEST_EXPONENT: Final = 125
"""Exponents of the DynamoDB numbers next to zero and farthest from it (developer guide, "Constraints": numbers)."""


class WrongValue(ValueError):
    """A value that is not of the attribute's type; the message names both."""


def convert(kind: str, raw: Any) -> Any:
    """The Python value of `raw` for an attribute of type `kind`.

    Texts become str, Decimal, bool or bytes; sets become sorted lists without duplicates; maps and lists convert
    their plain scalars as JSON does (`null`, `true`, `12`), while quoted ones stay texts.

    Raises:
        WrongValue: `raw` is no such value.
    """
    if kind == "any":
        return convert_json(raw)
    if kind == "map":
        if isinstance(raw, dict):
            return convert_json(raw)
        raise WrongValue(f"{shown(raw)} is not a map")
    if kind == "list":
        if isinstance(raw, list):
            return convert_json(raw)
        raise WrongValue(f"{shown(raw)} is not a list")
    if kind.endswith("_set"):
        return _set(kind.removesuffix("_set"), raw)
    if not isinstance(raw, str):
        raise WrongValue(f"{shown(raw)} is not {'an' if kind == 'epoch' else 'a'} {kind}")
    return _scalar(kind, raw)


def _scalar(kind: str, text: str) -> Any:
    if kind == "string":
        return str(text)
    if kind in ("number", "epoch"):
        return decimal(text, whole=kind == "epoch")
    if kind == "boolean":
        if text in ("true", "false"):
            return text == "true"
        raise WrongValue(f"{shown(text)} is neither `true` nor `false`")
    if kind == "binary":
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise WrongValue(f"{shown(text)} is not base64") from None
    try:
        if kind == "date":
            datetime.date.fromisoformat(text)
            valid = re.fullmatch(r"\d{4}-\d\d-\d\d", text)
        else:
            datetime.datetime.fromisoformat(text)
            valid = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", text)
    except ValueError:
        valid = None
    if not valid:
        example = "2024-01-31" if kind == "date" else "2024-01-31T12:00:00Z"
        raise WrongValue(f"{shown(text)} is not a {kind} such as `{example}`")
    return str(text)


def decimal(text: str, *, whole: bool = False) -> Decimal:
    """The number that `text` writes, within DynamoDB's precision and range.

    Raises:
        WrongValue: it is no number, has more than `NUMBER_DIGITS` digits, or is not whole where that is asked.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise WrongValue(f"{shown(text)} is not a number") from None
    if not number.is_finite():
        raise WrongValue(f"{shown(text)} is not a number")
    if len("".join(map(str, number.as_tuple().digits)).strip("0")) > NUMBER_DIGITS:
        raise WrongValue(f"{shown(text)} has more than {NUMBER_DIGITS} digits")
    if number and not SMALLEST_EXPONENT <= number.adjusted() <= LARGEST_EXPONENT:
        raise WrongValue(f"{shown(text)} is outside the range of a DynamoDB number")
    if whole and number != number.to_integral_value():
        raise WrongValue(f"{shown(text)} is not a whole number of seconds")
    return number


def _set(kind: str, raw: Any) -> list[Any]:
    if not isinstance(raw, list):
        raise WrongValue(f"{shown(raw)} is not a list of the set's members")
    if not raw:
        raise WrongValue("a set cannot be empty")
    members = [convert(kind, item) for item in raw]
    if len(set(members)) != len(members):
        raise WrongValue("a set cannot hold a member twice")
    return sorted(members)


def convert_json(raw: Any) -> Any:
    """A raw value as JSON would read it: plain scalars by their form, quoted ones as texts, numbers as Decimal."""
    if isinstance(raw, dict):
        return {str(key): convert_json(item) for key, item in raw.items()}
    if isinstance(raw, list):
        return [convert_json(item) for item in raw]
    if not isinstance(raw, Text) or not raw.plain:
        return str(raw) if isinstance(raw, str) else raw
    if raw in _NULLS:
        return None
    if raw in _BOOLEANS:
        return raw == "true"
    return str(raw) if reads_as_text(raw) else decimal(raw)


_NULLS: Final = ("", "~", "null")
_BOOLEANS: Final = ("true", "false")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def reads_as_text(plain: str) -> bool:
    """Whether a plain scalar is a text by the rules of JSON, and neither null nor a boolean nor a number."""
    return plain not in _NULLS and plain not in _BOOLEANS and _NUMBER.fullmatch(plain) is None
