"""What the formats have in common: names of places, effects and versions in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from cfn_table.findings import Severity
from cfn_table.review.change import ABSENT, Access, Change, Effect, Path
from cfn_table.review.report import PolicyChange, Review, VersionStep

VERSION_RULE: Final = "versions-say-enough"
"""The name under which a version that says too little stands among the rules."""

_EFFECTS: Final = {
    Effect.NONE: ("in place", "in place"),
    Effect.INTERRUPTION: ("interrupted", "may be interrupted"),
    Effect.DELETION: ("deleted", "may be deleted"),
    Effect.REPLACEMENT: ("replaced", "may be replaced"),
    Effect.ORPHAN: ("leaves the stack", "may leave the stack"),
    Effect.DATA_LOSS: ("data is lost", "data may be lost"),
    Effect.REFUSED: ("refused", "may be refused"),
}
_RELATIONS: Final = {
    "equal": "allows the same",
    "wider": "allows more",
    "narrower": "allows less",
    "different": "allows more, and no longer all that it did",
    "new": "is new",
    "removed": "is removed",
    "undecided": "may allow more: that could not be decided",
}
_ACCESS: Final = {
    Access.WIDER: "allows more",
    Access.NARROWER: "allows less",
    Access.BOTH: "allows more, and no longer all that it did",
    Access.UNDECIDED: "may allow more",
}
_CODE: Final = re.compile(r"`([^`]+)`")
_SHORT: Final = 60


def effect(change: Change) -> str:
    """What happens, or may happen; of an update in place, what it does to others."""
    if change.effect is Effect.NONE and change.breaking:
        return _breaks(change)
    if change.effect is Effect.NONE and change.access is not Access.NONE:
        return _ACCESS[change.access]
    return _EFFECTS[change.effect][not change.certain]


def _breaks(change: Change) -> str:
    return "breaks dependents" if change.certain else "may break dependents"


def relation(policy: PolicyChange) -> str:
    """What became of a policy."""
    return _RELATIONS.get(policy.relation, policy.relation)


def title(review: Review) -> str:
    """What is reviewed, and its versions where both sides have one."""
    if not review.new:
        return f"{review.name} (removed)"
    if not review.old:
        return f"{review.name} (new)"
    step = review.version
    if step is None:
        return review.name
    return f"{review.name} {step.old}" + (f" -> {step.new}" if step.new != step.old else "")


def sides(review: Review) -> str:
    """What was compared with what; empty where one side is all there is."""
    is_one = not review.old or not review.new or review.old == review.new
    return "" if is_one else f"{review.old} -> {review.new}"


def place(change: Change) -> str:
    """Where it is: `Table.KeySchema[0].AttributeName`, `Outputs.TableArn`, `entities.user`; may be empty."""
    path: Path = change.path
    if path[:1] == ("Resources",):
        # A name of a property is no name of an attribute such as DeletionPolicy, so neither needs to be told apart.
        path = (*path[1:2], *path[3 if path[2:3] == ("Properties",) else 2 :])
    found = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    return found or change.resource


def when(change: Change) -> str:
    """Under which conditions of the template it happens; empty where always."""
    stated = " and ".join(name if value else f"not {name}" for name, value in change.when)
    return f"when {stated}" if stated else ""


def remarks(change: Change) -> list[str]:
    """What a reviewer should know beside the effect."""
    found = [_breaks(change)] if change.breaking else []
    found += [_ACCESS[change.access]] if change.access is not Access.NONE else []
    stated = when(change)
    return [each for each in (*found, stated) if each and each != effect(change)]


def values(change: Change) -> str:
    """What was there and what is, where both are short and the message does not say them."""
    shown = [_short(each) for each in (change.old, change.new)]
    old, new = shown
    if old == new or None in shown or all(not each or each.strip('"') in change.message for each in shown if each):
        return ""
    return f"{old or 'nothing'} -> {new or 'nothing'}"


def _short(value: Any) -> str | None:
    """A value that has room in a line; empty for none, None for what has no room."""
    import json

    if value is ABSENT:
        return ""
    if isinstance(value, (list, dict)):
        return None
    shown = json.dumps(plain(value), ensure_ascii=False)
    return shown if len(shown) <= _SHORT else None


def plain(value: Any) -> Any:
    """A value of a template as JSON has it."""
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if value is None or value is ABSENT:
        return None
    is_finite = not isinstance(value, float) or math.isfinite(value)
    return value if is_finite and isinstance(value, (str, int, float)) else str(value)


def dumped(value: Any, limit: int) -> str:
    """A value as JSON over several lines, cut where it is long; empty for what is not there."""
    import json

    if value is ABSENT:
        return ""
    shown = json.dumps(plain(value), indent=2, ensure_ascii=False)
    return shown if len(shown) <= limit else f"{shown[:limit]}…"


def examples(change: Change, review: Review) -> tuple[str, ...]:
    """The lines that explain it, without requests that are shown with their policy."""
    if change.access is Access.NONE:
        return change.examples
    shown = {each for policy in review.policies for each in (*policy.gained, *policy.lost)}
    return tuple(each for each in change.examples if each.partition(": ")[2] not in shown and each not in shown)


def where(change: Change) -> tuple[str, ...]:
    """The lines that make it, as `path:line:column`: that of the design first."""
    return tuple(dict.fromkeys(str(each) for each in (change.design, change.location) if each is not None))


def pieces(said: str) -> Iterator[tuple[bool, str]]:
    """A sentence in parts, and whether each is a name that stands in backticks."""
    for at, part in enumerate(_CODE.split(said)):
        if part:
            yield at % 2 == 1, part


def is_harmless(change: Change) -> bool:
    """Whether nobody needs to look at it."""
    return (
        change.severity is Severity.NOTE
        and change.effect is Effect.NONE
        and not change.breaking
        and change.access is Access.NONE
    )


def grave(review: Review) -> list[Change]:
    """The changes that somebody should look at, worst first."""
    return [each for each in ordered(review) if not is_harmless(each)]


def harmless(review: Review) -> list[Change]:
    """The other changes."""
    return [each for each in ordered(review) if is_harmless(each)]


def ordered(review: Review) -> list[Change]:
    """The changes as every format has them."""
    return sorted(review.changes, key=Change.sort_key)


def groups(changes: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
    """Changes that are as grave and do the same, with what that is."""
    for (severity, does), found in groupby(changes, key=lambda each: (each.severity, effect(each))):
        yield f"{severity}: {does}", list(found)


def by_rule(changes: Iterable[Change]) -> list[tuple[str, list[Change]]]:
    """Rule → its changes; the rules with most changes first."""
    found: dict[str, list[Change]] = {}
    for each in changes:
        found.setdefault(each.rule, []).append(each)
    return sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def is_of_note(review: Review) -> bool:
    """Whether anybody needs to look at the review at all."""
    has_gap = review.version is not None and not review.version.enough
    return has_gap or bool(review.policies or review.undecided) or bool(grave(review))


def noted(reviews: Sequence[Review]) -> list[Review]:
    """The reviews that somebody needs to look at, the worst first."""
    return sorted(filter(is_of_note, reviews), key=lambda each: (not each.fails("data-loss"), -each.worst.rank))


def about_version(step: VersionStep) -> str:
    """Whether a version says enough, in a sentence."""
    moved = f"`{step.old}` -> `{step.new}`" if step.old != step.new else f"`{step.new}`"
    if step.enough:
        return f"{moved} says enough: the change needs {bump(step)}"
    instead = f", such as `{step.proposed}`" if step.proposed else ""
    return f"{moved} says too little: the change needs {bump(step)}{instead}"


def bump(step: VersionStep) -> str:
    """The step that is needed, with its article."""
    needed = str(step.needed)
    return "no new version" if needed == "none" else f"a {needed} version"


def count(number: int, what: str, many: str = "") -> str:
    """A number and a noun."""
    return f"{number} {what if number == 1 else many or what + 's'}"


def listed(names: Sequence[str], most: int) -> str:
    """Some names, and how many others there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
