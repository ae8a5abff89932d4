"""Paths inside of an attribute's value, such as the `.lines[0]` of `address.lines[0]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

MISSING: Final = object()
"""What stands where a path leads nowhere."""


def steps_of(path: str) -> list[str | int]:
    """The steps of a path behind its attribute: `.lines[0].text` has `lines`, 0 and `text`."""
    return [int(index) if index else name for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", path)]


def inside(value: Any, steps: Iterable[str | int]) -> Any:
    """What is there, or `MISSING`."""
    for step in steps:
        if isinstance(step, str):
            value = value.get(step, MISSING) if isinstance(value, dict) else MISSING
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else MISSING
    return value


def put(attributes: dict[str, Any], name: str, steps: Sequence[str | int], value: Any) -> None:
    """Put a value where a path leads, on copies; a list keeps only what is put."""
    if not steps:
        attributes[name] = value
        return
    attributes[name] = with_value(attributes.get(name, MISSING), steps, value)


def with_value(container: Any, steps: Sequence[str | int], value: Any) -> Any:
    """A copy of a container with a value where the steps lead; what is missing on the way is made up."""
    if not steps:
        return value
    step, *rest = steps
    if isinstance(step, str):
        known = dict(container) if isinstance(container, dict) else {}
        known[step] = with_value(known.get(step, MISSING), rest, value)
        return known
    items = list(container) if isinstance(container, list) else []
    if step < len(items):
        items[step] = with_value(items[step], rest, value)
    else:
        items.append(with_value(MISSING, rest, value))
    return items


def drop(attributes: dict[str, Any], name: str, steps: Sequence[str | int]) -> None:
    """Take away what is there, on copies."""
    *before, last = steps
    container = inside(attributes.get(name, MISSING), before)
    if isinstance(container, dict) and last in container:
        kept: Any = {step: each for step, each in container.items() if step != last}
    elif isinstance(container, list) and isinstance(last, int) and last < len(container):
        kept = [*container[:last], *container[last + 1 :]]
    else:
        return
    put(attributes, name, before, kept)
