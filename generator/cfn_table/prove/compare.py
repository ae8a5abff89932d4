"""What is different between the items that were expected and those that came, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from typing import Any, Final

Attributes = Mapping[str, Any]

_EXACT: Final = Context(prec=60)
"""Loses none of the 38 digits of DynamoDB's numbers."""

SHOWN: Final = 3
"""How many items of each kind a message names."""


def difference(expected: Sequence[Sequence[Attributes]], actual: Sequence[Attributes], keys: Sequence[str]) -> str:
    """What is different; empty where nothing is.

    Args:
        expected: groups of items, in order; the order within a group does not matter.
        actual: what came.
        keys: the attributes that messages name an item by.
    """
    wanted = [item for group in expected for item in group]
    missing, surplus = _subtracted(wanted, actual), _subtracted(actual, wanted)
    if missing or surplus:
        return _told(missing, surplus, keys)
    start = 0
    for group in expected:
        here = actual[start : start + len(group)]
        if _subtracted(group, here):
            return f"the order is wrong from item {start + 1} on: {_named(actual[start], keys)}"
        start += len(group)
    return ""


def _subtracted(items: Sequence[Attributes], others: Sequence[Attributes]) -> list[Attributes]:
    left: dict[str, int] = {}
    for item in others:
        text = canonical(item)
        left[text] = left.get(text, 0) + 1
    found = []
    for item in items:
        text = canonical(item)
        if left.get(text, 0):
            left[text] -= 1
        else:
            found.append(item)
    return found


def _told(missing: Sequence[Attributes], surplus: Sequence[Attributes], keys: Sequence[str]) -> str:
    for one in missing:
        for other in surplus:
            if all(name in one and canonical(one[name]) == canonical(other.get(name)) for name in keys):
                names = sorted(n for n in {*one, *other} if canonical(one.get(n, ())) != canonical(other.get(n, ())))
                changes = "; ".join(f"`{n}` is {_shown(other, n)}, not {_shown(one, n)}" for n in names[:SHOWN])
                return f"{_named(one, keys)}: {changes}"
    parts = []
    for what, items in (("missing", missing), ("too many", surplus)):
        if items:
            named = "; ".join(_named(item, keys) for item in items[:SHOWN])
            more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
            parts.append(f"{len(items)} {'item is' if len(items) == 1 else 'items are'} {what}: {named}{more}")
    return "; ".join(parts)


def _named(item: Attributes, keys: Sequence[str]) -> str:
    names = [name for name in keys if name in item] or sorted(item)[:2]
    return ", ".join(f"{name} {text_of(item[name])}" for name in names) or "an empty item"


def _shown(item: Attributes, name: str) -> str:
    return text_of(item[name]) if name in item else "absent"


def text_of(value: Any) -> str:
    """A value in a message, not too long."""
    if isinstance(value, Decimal):
        text = str(value)
    elif isinstance(value, bytes):
        text = value.hex()
    elif isinstance(value, dict | list | tuple):
        text = canonical(value)
    else:
        text = str(value)
    return f"`{text if len(text) <= 60 else f'{text[:40]}…{text[-10:]}'}`"


def canonical(value: Any) -> str:
    """A text that two values share where DynamoDB takes them for the same."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name!r}: {canonical(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(canonical, value)) + "]"
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value).normalize(_EXACT) or Decimal(0)
        return f"{number:f}" if -20 < number.adjusted() < 40 else str(number)
    return repr(value)
