"""Values near a sample's: bounds around it, a part of it, a changed one, and a plausible one where there is none."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any, Final

from cfn_table.design.model import Attribute

_EXACT: Final = Context(prec=200)
"""Exact for sums of small numbers and DynamoDB's, which reach from 1E-130 to 9.9E+125 with 38 digits."""

_HOUR: Final = 3600
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")

_EXAMPLES: Final[Mapping[str, Any]] = {
    "timestamp": "2024-01-31T12:00:00Z",
    "date": "2024-01-31",
    "number": "1",
    "epoch": "1704067200",
    "boolean": "true",
    "binary": "AQID",
    "map": {"name": "value"},
    "list": ["value"],
    "any": "value",
    "string_set": ["a", "b"],
    "number_set": ["1", "2"],
    "binary_set": ["AQID"],
}


def plausible(name: str, attribute: Attribute, delimiter: str) -> Any:
    """A raw value, as a sample writes it, that an attribute may have: a listed one, else one of its pattern or type.

    A text is the attribute's name and a number, such as `userId1`, so that entities with the same attribute agree.
    """
    if attribute.values:
        return str(attribute.values[0])
    if attribute.pattern is None and attribute.type in _EXAMPLES:
        return _EXAMPLES[attribute.type]
    named = f"{name}1"
    if re.fullmatch(attribute.pattern or ".*", named) and not (attribute.pattern is None and delimiter in named):
        return named
    from cfn_table.languages import PatternError, TooComplex

    try:
        return attribute.domain(delimiter).language().shortest() or named
    except (PatternError, TooComplex):
        return named


def near(value: Any, comparison: str, position: int, kind: str) -> Any:
    """What `value` is compared with so that the comparison holds.

    Args:
        value: of a sample.
        comparison: as in a design, such as `gte`.
        position: 1 for the second operand of `between`.
        kind: the type of `value` in the design language; `key` for a part of a key's text.
    """
    if comparison == "contains":
        return value[0] if isinstance(value, list) and value else beginning(value)
    if comparison == "begins_with":
        return beginning(value)
    if comparison == "not_equals":
        return changed(value, kind, ())
    if comparison == "gt" or (comparison == "between" and position == 0):
        return _shifted(value, -1, kind)
    if comparison == "lt" or (comparison == "between" and position == 1):
        return _shifted(value, 1, kind)
    return value


def beginning(value: Any) -> Any:
    """The part of a text that a person would search by: its first word and what ends it, else half of it."""
    if isinstance(value, bytes):
        return value[: (len(value) + 1) // 2]
    if not isinstance(value, str):
        return value
    word = re.match(r"\w+[^\w#|]?", value)
    if word is not None and len(word[0]) < len(value):
        return word[0]
    return value[: (len(value) + 1) // 2]


def changed(value: Any, kind: str, listed: tuple[str, ...]) -> Any:
    """Another value of the same type, where one is at hand: the next listed one, one more, the other boolean."""
    if listed and str(value) in listed:
        following = listed[(listed.index(str(value)) + 1) % len(listed)]
        return Decimal(following) if isinstance(value, Decimal) else following
    if isinstance(value, bool):
        return not value
    if isinstance(value, Decimal) or kind in ("timestamp", "date"):
        return _shifted(value, 1, kind)
    return value


def _shifted(value: Any, direction: int, kind: str) -> Any:
    if isinstance(value, Decimal):
        return _EXACT.add(value, direction * (_HOUR if kind == "epoch" else 1))
    if isinstance(value, bytes):
        return value + b"\xff" if direction > 0 else value[: len(value) // 2] or b"\0"
    if not isinstance(value, str):
        return value
    date = _DATE.match(value)
    if date is not None:
        try:
            day = datetime.date.fromisoformat(date[0]) + datetime.timedelta(days=direction)
        except (ValueError, OverflowError):
            return value
        return day.isoformat() + ("" if kind == "key" else value[10:])
    return beginning(value) if direction < 0 else f"{value}~"
