"""The attribute by which items expire is turned off before another is turned on.

Why: DynamoDB refuses another attribute while one is active, and takes up to an hour to turn it off. A template that
just leaves the specification out does not turn it off: it says nothing.

Example:
    TimeToLiveSpecification: {AttributeName: expiresAt, Enabled: true}   # was ttl

Use instead: `{AttributeName: ttl, Enabled: false}` in one update, and after an hour the new one: `cfn-table rollout`
has both.

Known problems: none.

Source: API reference, UpdateTimeToLive; template reference, AWS::DynamoDB::Table "TimeToLiveSpecification".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.access.templates.view import section
from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair, ResourceChange
from cfn_table.review.rules._made import made, shown
from cfn_table.review.values import Value, certainly_differ

NAME: Final = "time-to-live-changes-in-two-steps"
_PROPERTY: Final = "TimeToLiveSpecification"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table whose items expire otherwise."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        old, new = change.values(_PROPERTY)
        if old != new:
            yield _change(pair, change, old, new)


def _attribute(value: Value) -> Value:
    return value.get("AttributeName") if isinstance(value, dict) else None


def _change(pair: Pair, change: ResourceChange, old: Value, new: Value) -> Change:
    before, after = _attribute(old), _attribute(new)
    effect, help = Effect.NONE, ""
    severity: Severity | None = Severity.NOTE
    if old is None:
        message = f"items of `{change.logical_id}` expire by {shown(after)}"
        help = "items that hold the attribute already, with a time in the past, are deleted"
        severity = Severity.WARNING
    elif new is None and _is_said(pair, change.logical_id):
        message = f"items of `{change.logical_id}` no longer expire"
    elif new is None:
        message = f"`{_PROPERTY}` is left out, which does not turn {shown(before)} off"
        effect, severity = Effect.REFUSED, None
        help = f"write `{{AttributeName: {before}, Enabled: false}}`, and leave it out in the update after that"
    else:
        message = f"items of `{change.logical_id}` expire by {shown(after)} instead of {shown(before)}, in one update"
        effect, severity = Effect.REFUSED, None
        help = "turn the old attribute off first, wait an hour, then turn the new one on: see `cfn-table rollout`"
    return made(
        pair,
        NAME,
        change,
        ("Properties", _PROPERTY),
        message,
        effect=effect,
        severity=severity,
        help=help,
        old=old,
        new=new,
        certain=certainly_differ(old, new) and not (effect is Effect.REFUSED and new is None),
    )


def _is_said(pair: Pair, name: str) -> bool:
    """Whether the new template says that items do not expire, and does not just say nothing."""
    resource = section(pair.new.data, "Resources").get(name, {})
    return _PROPERTY in (resource.get("Properties") or {})
