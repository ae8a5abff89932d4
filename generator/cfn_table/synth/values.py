"""How a design's values stand in a template: plain, as `Ref` of a parameter, or as `Fn::Sub` with text around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from troposphere import If, NoValue, Ref, Sub, Tags

from cfn_table.design.context import Parametric


def to_template(value: Any) -> Any:
    """`value` as a template holds it: a `Parametric`, at any depth, becomes `Ref` or `Fn::Sub`."""
    if isinstance(value, dict):
        return {key: to_template(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_template(item) for item in value]
    if not isinstance(value, Parametric):
        return value
    if value.parameter is not None:
        return Ref(value.parameter.logical_id)
    return Sub(
        "".join(sub_literal(part) if isinstance(part, str) else f"${{{part.logical_id}}}" for part in value.parts)
    )


def sub_literal(text: str) -> str:
    """`text` as it must stand inside Fn::Sub to mean itself: `${` becomes `${!` (user guide, Fn::Sub)."""
    return re.sub(r"\$\{(?!!)", "${!", text)


def sub_text(value: Any) -> str:
    """`value` as a part of an Fn::Sub text."""
    if isinstance(value, Parametric):
        return "".join(
            sub_literal(part) if isinstance(part, str) else f"${{{part.logical_id}}}" for part in value.parts
        )
    return sub_literal(str(value))


def when(condition: str | None, value: Any) -> Any:
    """`value` under a condition of the template; `value` itself where there is none."""
    return value if condition is None else If(condition, value, NoValue)


def tags_of(*layers: Mapping[str, Any]) -> Tags:
    """Tags, sorted by key; later layers win. Empty (false) where there are none."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged.update(layer)
    return Tags({key: to_template(value) for key, value in merged.items()})
