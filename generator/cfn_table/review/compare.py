"""Reviews two sides of a change: every rule is asked, and what it finds is sorted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cfn_table.review.change import Change
from cfn_table.review.pair import Pair
from cfn_table.review.policies import policy_changes
from cfn_table.review.report import Review
from cfn_table.review.rules import RULES
from cfn_table.review.scenarios import When
from cfn_table.review.side import Side
from cfn_table.review.version import version_step


def review_sides(old: Side, new: Side, name: str = "") -> Review:
    """What going from one side to the other does.

    Args:
        old: what is there; its template may be None for what is new.
        new: what is to be; its template may be None for what is removed.
        name: of the design or the template, for reports.
    """
    pair = Pair(old, new)
    changes = sorted(_merged(pair, (each for rule in RULES for each in rule.check(pair))), key=Change.sort_key)
    return Review(
        name,
        old.name,
        new.name,
        tuple(changes),
        policies=policy_changes(pair),
        version=version_step(pair, changes),
        undecided=tuple(dict.fromkeys((*pair.undecided, *_macros(pair), *_nested(pair)))),
    )


def _merged(pair: Pair, changes: Iterable[Change]) -> Iterator[Change]:
    """Each change once: what happens in every combination of conditions happens always."""
    combinations: dict[str, set[When]] = {}
    for each in pair.resources:
        combinations.setdefault(each.logical_id, set()).add(each.when)
    groups: dict[Change, list[Change]] = {}
    for change in changes:
        groups.setdefault(_comparable(change), []).append(change)
    for group in groups.values():
        first = group[0]
        whens = {each.when for each in group}
        if len(whens) > 1 and whens == combinations.get(first.resource):
            yield replace(first, when=())
        elif len(whens) > 1:
            yield from {each.when: each for each in group}.values()
        else:
            yield first


def _comparable(change: Change) -> Change:
    """The change without its conditions, and without values, which need not be hashable."""
    return replace(change, when=(), old=repr(change.old), new=repr(change.new))


def _nested(pair: Pair) -> Iterator[str]:
    """What only the templates of nested stacks know."""
    for change in pair.resources:
        if change.new is not None and change.new.type == "AWS::CloudFormation::Stack" and change.at("TemplateURL"):
            yield f"what becomes of the resources of the nested stack `{change.logical_id}` is not looked at"


def _macros(pair: Pair) -> Iterator[str]:
    """What only a macro knows."""
    for side in (pair.old, pair.new):
        transform = side.data.get("Transform")
        for each in transform if isinstance(transform, list) else [transform] if transform is not None else []:
            name = each.get("Name") if isinstance(each, dict) else each
            yield f"what the macro `{name}` makes of the template is not looked at"
