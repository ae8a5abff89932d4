"""Reviews in one comment of a pull request (GitHub Flavored Markdown): short first, details folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from cfn_table.formats import cell, code, visible
from cfn_table.review.change import Change, Effect
from cfn_table.review.formats import words
from cfn_table.review.formats.verdict import verdict
from cfn_table.review.report import PolicyChange, Review

MARKER: Final = "<!-- cfn-table review -->"
"""The first line of every comment, so that the next run finds it and writes it anew."""

LIMIT: Final = 65_536
"""What GitHub takes at most; counted in bytes here, which are never fewer than characters."""

_RESERVED: Final = 600
_ROWS: Final = 20
_NAME: Final = 200
_MESSAGE: Final = 600
_VALUE: Final = 2_000
_LOUD: Final = (Effect.DATA_LOSS, Effect.REFUSED)


@dataclass(slots=True)
class _Fold:
    """What can be unfolded: a summary, items that have room, and how many have none."""

    summary: str
    items: list[str]
    shown: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        if self.shown:
            yield from ("", f"<details><summary>{self.summary}</summary>", "", *self.shown, "", "</details>")


class _Room:
    """How much still has room in the comment."""

    def __init__(self, size: int) -> None:
        self._left = size
        self.left_out = 0

    def take(self, text: str, extra: int = 1) -> bool:
        """Whether a text has room, which it then takes; `extra` is what stands around it."""
        size = len(text.encode("utf-8", "surrogatepass")) + extra
        if size > self._left:
            self.left_out += 1
            return False
        self._left -= size
        return True


def markdown(reviews: Sequence[Review]) -> str:
    """The verdicts with what matters, and folds with everything else; ends with a line end.

    It is never longer than GitHub takes: what has no room is left out, from the end, and the last line says so.
    """
    room = _Room(LIMIT - _RESERVED)
    noted = list(reviews) if len(reviews) == 1 else words.noted(reviews)
    quiet = [each for each in reviews if each not in noted]
    heads = [(each, list(_head(each, room))) for each in noted]
    lines = [MARKER]
    calm = list(_quiet(quiet, room))
    for review, head in heads:
        if head:
            lines += head
            for fold in _folds(review):
                _fill(fold, room)
                lines += fold.lines()
    lines += calm
    if room.left_out:
        more = words.count(room.left_out, "part")
        lines += ["", f"{more} of this review had no room here; `cfn-table review` shows everything."]
    return "\n".join(lines) + "\n"


def _quiet(reviews: Sequence[Review], room: _Room) -> Iterator[str]:
    """One line for all reviews that need no look."""
    names = [_code(_cut(words.title(each), _NAME)) for each in reviews[:_ROWS]]
    more = f" and {len(reviews) - _ROWS} more" if len(reviews) > _ROWS else ""
    line = f"Nothing is lost, replaced or broken in {', '.join(names)}{more}."
    if reviews and room.take(line, 2):
        yield from ("", line)


def _head(review: Review, room: _Room) -> Iterator[str]:
    loud = {"DATA IS LOST", "DATA MAY BE LOST"}
    parts = [
        f"**{cell(part)}**" if part in loud or str(grave) == "error" else cell(part) for part, grave in verdict(review)
    ]
    heading = f"### {_code(_cut(words.title(review), _NAME))}: {', '.join(parts)}"
    if not room.take(heading, 100):
        return
    yield from ("", heading)
    step = review.version
    if (
        step is not None
        and not step.enough
        and room.take(said := f"Version {_sentence(words.about_version(step))}.", 2)
    ):
        yield from ("", said)
    rows = [each for each in words.grave(review) if str(each.severity) != "note"][:_ROWS]
    rows = rows or words.grave(review)[:_ROWS]
    table = [line for line in map(_row, rows) if room.take(line)]
    if table:
        yield from ("", "| | where | what |", "| --- | --- | --- |", *table)
    more = len(words.grave(review)) - len(table)
    if more > 0:
        yield from ("", f"{words.count(more, 'more change')} below." if table else "")


def _row(change: Change) -> str:
    does = cell(words.effect(change))
    does = f"**{does}**" if change.effect in _LOUD else does
    where = code(_cut(words.place(change), _NAME), in_table=True) if words.place(change) else ""
    what = _sentence(_cut(change.message, _MESSAGE), in_table=True)
    stated = cell("; ".join(words.remarks(change)))
    return f"| {does} | {where} | {what}{f'<br>{stated}' if stated else ''} |"


def _fill(fold: _Fold, room: _Room) -> None:
    if not fold.items or not room.take(fold.summary, 60):
        room.left_out += max(len(fold.items) - 1, 0)
        return
    fold.shown = [item for item in fold.items if room.take(item)]


def _folds(review: Review) -> Iterator[_Fold]:
    grave, harmless = words.grave(review), words.harmless(review)
    several = words.count(len(grave), "change")
    yield _Fold(f"{several}, with reasons and places", [_item(each, review) for each in grave])
    gains = [each for policy in review.policies for each in _policy(policy)]
    changed = words.count(len(review.policies), "policy changes", "policies change")
    yield _Fold(f"Permissions: {changed}", gains)
    step = review.version
    if step is not None:
        about = [f"{_sentence(words.about_version(step))}", *(f"- {_sentence(each)}" for each in step.reasons)]
        yield _Fold("Version", [about[0], *([""] if about[1:] else []), *about[1:]])
    yield _Fold(f"{words.count(len(harmless), 'harmless change')}", [f"- {_short(each)}" for each in harmless])
    yield _Fold("What could not be looked at", [f"- {_sentence(each)}" for each in review.undecided])
    compared = [f"compared: `{words.sides(review)}`"] if words.sides(review) else []
    yield _Fold("Notes", [f"- {_sentence(each)}" for each in (*compared, *review.notes)])


def _item(change: Change, review: Review) -> str:
    """All about one change, as an item of a list."""
    lines = [f"- **{cell(words.effect(change))}**: {_short(change)}"]
    remarks = "; ".join(words.remarks(change))
    lines += [f"  - {cell(remarks)}"] if remarks else []
    lines += [f"  - {_code(_cut(words.values(change), _VALUE))}"] if words.values(change) else []
    lines += [f"  - {_code(each)}" for each in words.where(change)]
    lines += [f"  - {_sentence(change.help)}"] if change.help else []
    return "\n".join([*lines, *(f"  - {_example(each)}" for each in words.examples(change, review))])


def _short(change: Change) -> str:
    where = f"{_code(words.place(change))}: " if words.place(change) else ""
    return f"{where}{_sentence(change.message)} ({_code(change.rule)})"


def _policy(policy: PolicyChange) -> Iterator[str]:
    yield f"- {_code(policy.policy)} {cell(words.relation(policy))}"
    signs = [("gained", policy.gained), ("lost", policy.lost), ("undecided", policy.undecided)]
    yield from (f"  - {sign}: {_example(each)}" for sign, lines in signs for each in lines)


def _code(text: str) -> str:
    """Text in code font, in no table."""
    return code(text, in_table=False)


def _example(text: str) -> str:
    """A request, or a line that explains something, in one line."""
    return _code(re.sub(r"\n\s*", "; ", text))


def _sentence(said: str, *, in_table: bool = False) -> str:
    """A sentence whose names in backticks are in code font, and in which nothing else has a meaning."""
    parts = [code(part, in_table=in_table) if is_name else cell(part) for is_name, part in words.pieces(said.strip())]
    # A list, a heading's underline or a number at the start of a line would begin something.
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", "".join(parts))


def _cut(text: str, most: int) -> str:
    """The start of a text, with what would be hidden made visible."""
    shown = visible(text)
    return shown if len(shown) <= most else f"{shown[:most]}…"
