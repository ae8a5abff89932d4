"""Changes of resources, with what is the same in all rules."""

from __future__ import annotations

from typing import Any

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair, ResourceChange, plain
from cfn_table.review.values import Difference, Value

SEVERITIES = {
    Effect.NONE: Severity.NOTE,
    Effect.INTERRUPTION: Severity.WARNING,
    Effect.DELETION: Severity.WARNING,
    Effect.REPLACEMENT: Severity.WARNING,
    Effect.ORPHAN: Severity.WARNING,
    Effect.DATA_LOSS: Severity.ERROR,
    Effect.REFUSED: Severity.ERROR,
}
"""How bad an effect is, where a rule does not say otherwise."""


_IN_PLACE = (Effect.REFUSED, Effect.INTERRUPTION, Effect.DELETION)
"""What only an update of the same resource can do."""


def made(
    pair: Pair,
    rule: str,
    change: ResourceChange,
    below: tuple[str | int, ...],
    message: str,
    *,
    effect: Effect = Effect.NONE,
    severity: Severity | None = None,
    help: str = "",
    old: Value = None,
    new: Value = None,
    **more: Any,
) -> Change:
    """A change of a resource.

    Args:
        pair: the two sides.
        rule: its name.
        change: the resource.
        below: the place in the resource, such as `("Properties", "KeySchema")`.
        message: see `Change`.
        effect: likewise.
        severity: likewise; by default that of the effect.
        help: likewise.
        old, new: the values; None for none.
        more: further fields of `Change`.
    """
    resource = change.new or change.old
    assert resource is not None
    path = ("Resources", change.logical_id, *below)
    removed = change.new is None or new is NO_VALUE
    if effect in _IN_PLACE and pair.may_be_replaced(change):
        more["certain"] = False  # a new resource is made as it is to be
    return Change(
        rule,
        effect,
        SEVERITIES[effect] if severity is None else severity,
        message,
        help=help,
        resource=change.logical_id,
        resource_type=resource.type,
        path=path,
        old=plain(old),
        new=plain(new),
        when=change.when,
        location=pair.locate(path, old=removed),
        design=pair.origin(path, old=removed),
        **more,
    )


def of_difference(
    pair: Pair, rule: str, change: ResourceChange, difference: Difference, message: str, **more: Any
) -> Change:
    """A change of one value of a resource."""
    return made(
        pair,
        rule,
        change,
        ("Properties", *difference.path),
        message,
        old=difference.old,
        new=difference.new,
        certain=difference.certain,
        **more,
    )


def step(old: Value, new: Value, *, certain: bool = True) -> str:
    """What becomes of a value, in words, or what may become of it."""
    before, after = shown(old), shown(new)
    if not before:
        return f"{'becomes' if certain else 'may become'} {after}"
    if not after:
        return f"{before} is left out"
    return f"{'changes' if certain else 'may change'} from {before} to {after}"


def shown(value: Value) -> str:
    """A value in backticks; empty where there is none."""
    if value is None or value is NO_VALUE:
        return ""
    found = plain(value)
    if isinstance(found, list) and found and all(isinstance(part, dict) and "KeyType" in part for part in found):
        found = ", ".join(f"{part.get('AttributeName')} ({part['KeyType']})" for part in found)
    text = found if isinstance(found, str) else _flat(found)
    return f"`{text if len(text) <= 100 else text[:99] + '…'}`"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flat(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(_flat, value)) + "]" if isinstance(value, list) else str(value)
