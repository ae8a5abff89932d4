"""How a design's values stand in a template: plain, as `Ref` of a parameter, or as `Fn::Sub` with text around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from troposphere import AWSHelperFn, If, NoValue, Ref, Sub

from cfn_table.design.context import Parametric


def to_template(value: Any) -> Any:
    """`value` as a template holds it: a `Parametric` becomes `Ref` or `Fn::Sub`, everything else stays."""
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


def tag_list(*layers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tags as CloudFormation lists them, sorted by key; later layers win."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged.update(layer)
    return [{"Key": key, "Value": to_template(merged[key])} for key in sorted(merged)]


def is_function(value: Any) -> bool:
    """Whether the value is an intrinsic function."""
    return isinstance(value, AWSHelperFn)
