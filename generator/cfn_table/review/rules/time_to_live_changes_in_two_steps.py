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
from typing import Any, Final

from cfn_table.access.templates.view import section
from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import shown
from cfn_table.review.rules._settings import Setting, changed_settings
from cfn_table.review.values import Value, certainly_differ

NAME: Final = "time-to-live-changes-in-two-steps"
_PROPERTY: Final = "TimeToLiveSpecification"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table whose items expire otherwise."""
    for each in changed_settings(pair, _PROPERTY):
        if each.new is None:
            yield _turned_off(pair, each)
        elif each.old is None:
            yield each.told(
                pair,
                NAME,
                f"items of {each.owner} expire by {shown(_attribute(each.new))}",
                severity=Severity.WARNING,
                certain=_is_on(each.new),
                help="items that hold the attribute already, with a time in the past, are deleted",
            )
        else:
            yield _changed(pair, each)


def _attribute(value: Value) -> Value:
    return value.get("AttributeName") if isinstance(value, dict) else value


def _is_on(value: Value) -> bool:
    return isinstance(value, dict) and value.get("Enabled") == "true"


def _turned_off(pair: Pair, setting: Setting) -> Change:
    before = _attribute(setting.old)
    said = _said(pair, setting.change.logical_id)
    if said is None:
        return setting.told(
            pair,
            NAME,
            f"`{_PROPERTY}` is left out, which does not turn {shown(before)} off",
            effect=Effect.REFUSED,
            certain=False,
            help=f"write `{{AttributeName: {before}, Enabled: false}}`, and leave it out in the update after that",
        )
    after = said.get("AttributeName")
    if isinstance(after, str) and after != before and certainly_differ(before, after):
        message = f"{shown(after)} is turned off, while items of {setting.owner} expire by {shown(before)}"
        return setting.told(pair, NAME, message, effect=Effect.REFUSED, help=f"turn {shown(before)} off")
    return setting.told(pair, NAME, f"items of {setting.owner} no longer expire", certain=_is_on(setting.old))


def _changed(pair: Pair, setting: Setting) -> Change:
    before, after = _attribute(setting.old), _attribute(setting.new)
    if before == after:
        message = f"whether items of {setting.owner} expire by {shown(after)} is decided otherwise"
        return setting.told(pair, NAME, message, severity=Severity.WARNING, certain=False)
    return setting.told(
        pair,
        NAME,
        f"items of {setting.owner} expire by {shown(after)} instead of {shown(before)}, in one update",
        effect=Effect.REFUSED,
        certain=certainly_differ(before, after) and _is_on(setting.old) and _is_on(setting.new),
        help="turn the old attribute off first, wait an hour, then turn the new one on: see `cfn-table rollout`",
    )


def _said(pair: Pair, name: str) -> dict[str, Any] | None:
    """What the new template writes to turn it off; None where it says nothing, also by `AWS::NoValue`."""
    properties = section(pair.new.data, "Resources").get(name, {}).get("Properties") or {}
    raw = properties.get(_PROPERTY)
    if not isinstance(raw, dict) or "AWS::NoValue" in str(raw):
        return None
    return raw
