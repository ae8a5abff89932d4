"""A parameter of the template stays, and takes what it took.

Why: a deployment that gives a value to a parameter that is gone fails, and so does one that gives none to a new
parameter without a default, or one that is no longer allowed. A changed default does not reach a stack that exists:
it keeps its value.

Example:
    Parameters: {TableName: {Type: String}}     # new, without a default

Use instead: a default for every new parameter.

Known problems: which values deployments give is known of a deployed stack only.

Source: user guide, "Parameters"; AWS CLI, "cloudformation deploy" (--parameter-overrides).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.access.templates.view import plain_text, section
from cfn_table.findings import Severity
from cfn_table.review.change import ABSENT, Change, Effect
from cfn_table.review.pair import Pair

NAME: Final = "parameters-stay"
_LIMITS: Final = ("AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue")


def check(pair: Pair) -> Iterator[Change]:
    """A change for each parameter that is not as it was."""
    old, new = (section(side.data, "Parameters") for side in (pair.old, pair.new))
    if pair.old.template is None or pair.new.template is None:
        return
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if not all(each is None or isinstance(each, dict) for each in (before, after)):
            continue
        if after is None:
            yield _change(pair, name, f"parameter `{name}` is removed", Severity.WARNING, breaking=True, removed=True)
        elif before is None and "Default" in after:
            yield _change(pair, name, f"parameter `{name}` is added", Severity.NOTE)
        elif before is None:
            message = f"parameter `{name}` is added without a default"
            yield _change(pair, name, message, Severity.WARNING, help="give it a default", breaking=True)
        else:
            yield from _changed(pair, name, before, after)


def _changed(pair: Pair, name: str, old: dict[str, object], new: dict[str, object]) -> Iterator[Change]:
    if old.get("Type") != new.get("Type"):
        message = f"parameter `{name}` is of another type, `{new.get('Type')}` instead of `{old.get('Type')}`"
        yield _change(pair, name, message, Severity.WARNING, breaking=True)
    if "Default" in old and "Default" not in new:
        message = f"parameter `{name}` has no default any more"
        yield _change(pair, name, message, Severity.WARNING, help="stacks that exist keep their value", breaking=True)
    elif plain_text(old.get("Default")) != plain_text(new.get("Default")):
        message = f"the default of parameter `{name}` changes"
        yield _change(pair, name, message, Severity.NOTE, help="stacks that exist keep their value")
    gone = _gone(old.get("AllowedValues"), new.get("AllowedValues"))
    if not gone and any(_is_stricter(limit, old.get(limit), new.get(limit)) for limit in _LIMITS):
        gone = "some values"
    known, listed = pair.old.parameters.get(name), new.get("AllowedValues")
    is_taken = isinstance(listed, list) and known in map(plain_text, listed)
    if gone and not is_taken:
        yield _change(
            pair,
            name,
            f"parameter `{name}` no longer takes {gone}",
            Severity.WARNING,
            help="a stack that has such a value cannot be updated",
            effect=Effect.REFUSED,
            certain=known is not None and isinstance(listed, list),
            breaking=True,
        )


def _is_stricter(limit: str, old: object, new: object) -> bool:
    """Whether a limit may shut out what was allowed."""
    if new is None or plain_text(old) == plain_text(new):
        return False
    try:
        before, after = float(str(old)), float(str(new))
    except ValueError:
        return True  # a pattern, or a limit where there was none
    return after > before if limit.startswith("Min") else after < before


def _gone(old: object, new: object) -> str:
    """The values that are no longer allowed, in words."""
    if not isinstance(new, list):
        return ""
    if not isinstance(old, list):
        return "any value that is not listed"
    left = {plain_text(value) for value in new}
    return ", ".join(f"`{value}`" for value in old if plain_text(value) not in left)


def _change(
    pair: Pair,
    name: str,
    message: str,
    severity: Severity,
    *,
    help: str = "",
    effect: Effect = Effect.NONE,
    certain: bool = True,
    breaking: bool = False,
    removed: bool = False,
) -> Change:
    path = ("Parameters", name)
    old, new = (section(side.data, "Parameters").get(name, ABSENT) for side in (pair.old, pair.new))
    return Change(
        NAME,
        effect,
        severity,
        message,
        help=help,
        path=path,
        old=old,
        new=new,
        certain=certain,
        breaking=breaking,
        location=pair.locate(path, old=removed),
        design=pair.origin(path, old=removed),
    )
