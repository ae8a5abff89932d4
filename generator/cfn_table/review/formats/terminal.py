"""Reviews in a terminal: the verdict first, then what is worst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from cfn_table.findings import Location, Severity
from cfn_table.formats import columns, source_lines, visible, wrapped
from cfn_table.review.change import Change
from cfn_table.review.formats import words
from cfn_table.review.formats.verdict import verdict
from cfn_table.review.report import PolicyChange, Review, VersionStep

_NARROWEST: Final = 40
_COLOURS: Final = {Severity.ERROR: "1;31", Severity.WARNING: "33", Severity.NOTE: "36", None: "32"}
_DIM: Final = "2"
_BOLD: Final = "1"

# Beyond these a terminal shows how many more there are; `--format json` has them all.
_FEW: Final = 3
_RULES: Final = 6
_EXAMPLES: Final = 5
_REASONS: Final = 8


def text(reviews: Sequence[Review], *, width: int = 80, colour: bool = False) -> str:
    """All reviews, one below the other; ends with a line end unless there are none.

    Args:
        reviews: what is shown. Of several, those in which nothing changes share a line at the end.
        width: columns of the terminal, at least 40; only a single word that is longer exceeds them.
        colour: whether ANSI escapes paint it; without, it says the same.
    """
    page = _Page(max(width, _NARROWEST), colour)
    quiet = [each for each in reviews if len(reviews) > 1 and verdict(each) == [("nothing changes", None)]]
    parts = [list(_lines(each, page)) for each in reviews if each not in quiet]
    if quiet:
        names = ", ".join(words.title(each) for each in quiet)
        parts.append(list(page.paragraph(f"nothing changes: {names}", rest="  ")))
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in parts)


class _Page:
    """How lines break and are painted."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width = width
        self._colour = colour

    def painted(self, said: str, style: str | None) -> str:
        """A text in a colour, where colours are wanted."""
        return f"\x1b[{style}m{said}\x1b[0m" if self._colour and style and said else said

    def paragraph(
        self, said: str, first: str = "", rest: str = "", style: str | None = None, first_style: str | None = None
    ) -> Iterator[str]:
        """A text over as many lines as it needs, each painted; what is before it is painted by itself."""
        for at, line in enumerate(wrapped(visible(said), self.width, first, rest)):
            before = first if at == 0 else rest
            body = self.painted(line[len(before) :], style)
            yield f"{self.painted(before, first_style) if at == 0 else before}{body}" if line else ""

    def parts(self, parts: Sequence[tuple[str, str | None]], rest: str) -> Iterator[str]:
        """Texts behind each other, each in its colour, over as many lines as they need."""
        lines: list[list[tuple[str, str | None]]] = [[]]
        used = 0
        for word, style in ((word, style) for said, style in parts for word in visible(said).split(" ")):
            if lines[-1] and used + 1 + columns(word) > self.width:
                lines.append([])
                used = len(rest)
            used += columns(word) + bool(lines[-1])
            lines[-1].append((word, style))
        for at, line in enumerate(lines):
            painted = [
                self.painted(" ".join(word for word, _ in same), style)
                for style, same in groupby(line, key=lambda part: part[1])
            ]
            yield (rest if at else "") + " ".join(painted)


def _lines(review: Review, page: _Page) -> Iterator[str]:
    found = verdict(review)
    parts: list[tuple[str, str | None]] = [(f"{words.title(review)}:", _BOLD)]
    parts += [(part + "," * (at < len(found)), _COLOURS[grave]) for at, (part, grave) in enumerate(found, 1)]
    yield from page.parts(parts, "  ")
    if words.sides(review):
        yield from page.paragraph(words.sides(review), "  ", "  ", _DIM)
    for heading, changes in words.groups(words.grave(review)):
        yield ""
        yield from page.paragraph(heading, style=_COLOURS[changes[0].severity])
        for at, change in enumerate(changes):
            yield from [""] if at else []
            yield from _change(change, review, page)
    yield from _harmless(words.harmless(review), page)
    yield from _policies(review.policies, page)
    if review.version is not None:
        yield from _version(review.version, page)
    yield from _remarks("could not be looked at", review.undecided, page)
    yield from _remarks("notes", review.notes, page)


def _change(change: Change, review: Review, page: _Page) -> Iterator[str]:
    kind = f" ({change.resource_type})" if change.resource_type else ""
    if words.place(change):
        yield from page.paragraph(f"{words.place(change)}{kind}", "  ", "    ", _BOLD)
    yield from page.paragraph(f"{change.message} [{change.rule}]", "    ", "    ")
    shown = words.values(change)
    if shown:
        yield from page.paragraph(shown, "    ", "    ")
    remarks = words.remarks(change)
    if remarks:
        yield from page.paragraph("; ".join(remarks), "    ", "    ", _COLOURS[change.severity])
    for each in _places(change):
        yield from _source(each, page)
    if change.help:
        yield from page.paragraph(change.help, "    help: ", "          ")
    yield from _items(words.examples(change, review), page)


def _places(change: Change) -> list[Location]:
    """Where it comes from: the design, else the template."""
    place = change.design or change.location
    return [place] if place is not None else []


def _source(place: Location, page: _Page) -> Iterator[str]:
    yield from page.paragraph(str(place), "    ", "    ", _DIM)
    if place.line and place.text.strip():
        yield from (f"    {line}" for line in source_lines(place, page.width - 4))


def _items(lines: Sequence[str], page: _Page, sign: str = "-", style: str | None = None) -> Iterator[str]:
    for each in lines[:_EXAMPLES]:
        for at, line in enumerate(each.split("\n")):
            body = line.lstrip(" ")
            indent = f"      {' ' * (len(line) - len(body))}"
            yield from page.paragraph(body, f"    {sign} " if at == 0 else indent, indent, first_style=style)
    if len(lines) > _EXAMPLES:
        yield f"      and {len(lines) - _EXAMPLES} more"


def _harmless(changes: Sequence[Change], page: _Page) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield page.painted(words.count(len(changes), "harmless change"), _COLOURS[Severity.NOTE])
    if len(changes) <= _FEW:
        for change in changes:
            yield from page.paragraph(f"{_said(change)} [{change.rule}]", "  ", "    ")
        return
    rules = words.by_rule(changes)
    for rule, found in rules[:_RULES]:
        others = f", and {len(found) - 1} more" if len(found) > 1 else ""
        yield from page.paragraph(f"{_said(found[0])}{others} [{rule}]", "  ", "    ")
    if len(rules) > _RULES:
        yield f"  and {sum(len(found) for _, found in rules[_RULES:])} more"


def _said(change: Change) -> str:
    """The message, with the place where it does not say that itself."""
    place = words.place(change)
    is_said = not place or (change.resource and f"`{change.resource}`" in change.message)
    return change.message if is_said else f"{place}: {change.message}"


def _policies(policies: Sequence[PolicyChange], page: _Page) -> Iterator[str]:
    if not policies:
        return
    yield ""
    yield page.painted("permissions", _BOLD)
    for policy in policies:
        yield from page.paragraph(f"{policy.policy} {words.relation(policy)}", "  ", "    ")
        yield from _items(policy.gained, page, "+", _COLOURS[Severity.WARNING])
        yield from _items(policy.lost, page, "-", _COLOURS[Severity.NOTE])
        yield from _items(policy.undecided, page, "?", _COLOURS[Severity.WARNING])


def _version(step: VersionStep, page: _Page) -> Iterator[str]:
    yield ""
    yield from page.paragraph(
        f"version {words.about_version(step).replace('`', '')}",
        rest="  ",
        style=None if step.enough else _COLOURS[Severity.ERROR],
    )
    if step.location is not None and not step.enough:
        yield from _source(step.location, page)
    for reason in step.reasons[:_REASONS]:
        yield from page.paragraph(reason, "  - ", "    ")
    if len(step.reasons) > _REASONS:
        yield f"    and {len(step.reasons) - _REASONS} more"


def _remarks(title: str, lines: Sequence[str], page: _Page) -> Iterator[str]:
    if lines:
        yield ""
        yield page.painted(title, _BOLD)
        for line in lines:
            yield from page.paragraph(line, "  - ", "    ")
