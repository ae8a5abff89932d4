"""The exports of both sides, by the names under which other stacks import them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cfn_table.review.pair import Output, OutputChange, Pair
from cfn_table.review.replacement import moving
from cfn_table.review.scenarios import When
from cfn_table.review.streams import attribute, moving_streams
from cfn_table.review.values import Value, certainly_differ, dumped, references


@dataclass(frozen=True, slots=True)
class ExportChange:
    """An export that is not as it was.

    Attributes:
        name: under which others import it.
        output: the output that has it; of the old template where it is removed.
        old, new: its values; None where it is not there.
        what: what becomes of it, in words: `is removed`.
        certain: False where its value may turn out to be the same.
        when: the conditions under which that is so.
    """

    name: str
    output: str
    old: Value
    new: Value
    what: str
    certain: bool
    when: When


def export_changes(pair: Pair) -> Iterator[ExportChange]:
    """Every export that is added, removed, or whose value changes, also because what it names is replaced."""
    groups: dict[When, list[OutputChange]] = {}
    for each in pair.outputs:
        groups.setdefault(each.when, []).append(each)
    everywhere = groups.get((), [])
    gone = {**moving_streams(pair), **moving(pair.replacements)}
    for when, changes in groups.items():
        both = changes if not when else [*changes, *everywhere]
        old, new = _exports(both, old=True), _exports(both, old=False)
        own = {each.name for each in changes}
        for name in dict.fromkeys((*old, *new)):
            before, after = old.get(name), new.get(name)
            if when and not {each.name for each in (before, after) if each is not None} & own:
                continue
            found = _changed(before, after, gone)
            if found is not None:
                what, certain = found
                output = after or before
                assert output is not None
                yield ExportChange(
                    name,
                    output.name,
                    before.value if before is not None else None,
                    after.value if after is not None else None,
                    what,
                    certain,
                    when,
                )


def _exports(changes: list[OutputChange], *, old: bool) -> dict[str, Output]:
    sides = (each.old if old else each.new for each in changes)
    return {
        side.export if isinstance(side.export, str) else dumped(side.export): side
        for side in sides
        if side is not None and side.export is not None
    }


def _changed(old: Output | None, new: Output | None, gone: Mapping[str, bool]) -> tuple[str, bool] | None:
    """What becomes of an export, and whether that is certain; None where it stays as it is.

    `gone` has what is replaced, and whether it surely is.
    """
    if old is None:
        return "is added", True
    if new is None:
        return "is removed", True
    if old.value != new.value:
        return "has another value", certainly_differ(old.value, new.value)
    for symbol in references(new.value):
        for name in (symbol, symbol.partition(".")[0]):
            if name in gone:
                return f"has another value, since `{attribute(name)}` is replaced", gone[name]
    return None
