"""Replacements as changes, for the rules that are about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.replacement import Cause, Replacement
from cfn_table.review.rules._made import made, shown, step


def replaced(
    pair: Pair, rule: str, is_about: Callable[[str, tuple[str, ...]], bool], *, wanted: str, kept: str = ""
) -> Iterator[Change]:
    """A change for each cause of a replacement that a rule is about.

    Args:
        pair: the two sides.
        rule: the rule's name.
        is_about: whether it is about a resource type, and the property that is the cause.
        wanted: the help where the resource is replaced.
        kept: the help where CloudFormation refuses, because the resource keeps its name; by default the same.
    """
    for each in pair.replacements.values():
        for cause in each.causes:
            resource = each.change.new
            if resource is not None and is_about(resource.type, cause.path):
                yield _change(pair, rule, each, cause, (kept if each.kept_name else "") or wanted)


def _change(pair: Pair, rule: str, replacement: Replacement, cause: Cause, help: str) -> Change:
    change = replacement.change
    old, new = change.values(*cause.path) if cause.path and "*" not in cause.path else (None, None)
    name = ".".join(cause.path)
    may = "is" if cause.certain else "may be"
    if cause.through:
        why = f"`{name}` refers to `{cause.through}`, whose replacement changes it"
    else:
        why = f"`{name}` {step(old, new) if old is not None or new is not None else 'changes'}"
    if replacement.kept_name:
        message = f"`{change.logical_id}` keeps its name {shown(replacement.name)} and {may} replaced: {why}"
    else:
        message = f"`{change.logical_id}` {may} replaced: {why}"
    return made(
        pair,
        rule,
        change,
        ("Properties", *(part for part in cause.path if part != "*")),
        message,
        effect=Effect.REFUSED if replacement.kept_name else Effect.REPLACEMENT,
        help=help,
        old=old,
        new=new,
        certain=cause.certain,
        breaking=True,
    )
