"""A report in a terminal.

rich aligns columns and paints; which line breaks where is decided in `layout`, since nothing may be cut off.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cfn_table.formats import columns, visible, wrapped
from cfn_table.prove.formats import words
from cfn_table.prove.formats.layout import GAP, INDENT, LEAST, blocks, folded, width_of
from cfn_table.prove.report import Allowed, OperationResult, Report, Verdict

_NARROWEST: Final = 40
_UNLIMITED: Final = 100_000

_VERDICTS: Final = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.SKIPPED: "yellow"}
_CELLS: Final = {
    Allowed.LISTED: "green",
    Allowed.ALSO: "yellow",
    Allowed.NO: "dim",
    Allowed.WRONG: "bold red",
    Allowed.UNKNOWN: "dim",
}

Cell = tuple[str, str]
"""A text and how it is painted."""


def text(report: Report, *, width: int = 80, colour: bool = False, max_latency_ms: float | None = None) -> str:
    """The report as tables and sentences; ends with a line end.

    Args:
        report: what is shown.
        width: columns of the terminal, at least 40; only a single word that is longer exceeds them.
        colour: whether ANSI escapes paint it; without, it says the same.
        max_latency_ms: the limit that times are held against; by default the design's target.
    """
    page = _Page(max(width, _NARROWEST), colour)
    page.line([(words.title(report), "bold"), (f", seed {report.seed}", "dim")])
    _operations(page, report, max_latency_ms)
    _failures(page, report)
    _matrix(page, report)
    about = [*words.about_waiting(report), *report.notes]
    if about:
        page.blank()
        for note in about:
            page.paragraph(note, first="note: ", rest="      ")
    page.blank()
    style = "bold red" if report.failed else "bold"
    page.paragraph(f"{words.title(report)}: {words.outcome(report, max_latency_ms)}", style=style)
    if took := words.duration(report):
        page.paragraph(took, style="dim")
    return page.written()


def _operations(page: _Page, report: Report, max_latency_ms: float | None) -> None:
    if not report.results:
        return
    has_units = any(each.capacity is not None for each in report.results)
    has_times = any(each.latencies for each in report.results)
    head = ["pattern", "cases", "requests", "items", *["units"] * has_units]
    limit = words.limit_ms(report, max_latency_ms)
    marks = {percent: any(words.is_above(each, percent, limit) for each in report.results) for percent in (50, 99)}
    # The mark has a place of its own, so that the digits stay below each other.
    head += [f"p{percent} ms{' ' * is_marked}" for percent, is_marked in marks.items() if has_times]
    head.append("verdict")
    rows: list[list[Cell]] = []
    for pattern, results in words.by_pattern(report.results).items():
        if len(results) > 1:
            rows.append([(pattern, ""), *[("", "")] * (len(head) - 1)])
        for result in results:
            name = f"  {result.operation}" if len(results) > 1 else pattern
            rows.append([(name, ""), *_numbers(result, report, limit, has_units, marks if has_times else {})])
    page.blank()
    page.table(head, rows, numeric=range(1, len(head) - 1))
    about = list(words.about_latency(report, max_latency_ms))
    skipped = [each for each in report.results if each.verdict is Verdict.SKIPPED and each.reason]
    if about or skipped:
        page.blank()
    for sentence in about:
        page.paragraph(sentence, first="  ", rest="    ")
    for result in skipped:
        page.paragraph(f"{words.name_of(result, report)} is skipped: {result.reason}", first="  ", rest="    ")


def _numbers(
    result: OperationResult, report: Report, limit: float | None, has_units: bool, marks: Mapping[int, bool]
) -> Iterable[Cell]:
    """The cells behind the name."""
    was_sent = result.verdict is not Verdict.SKIPPED or bool(result.requests)
    for number in (result.cases, result.requests, result.items):
        yield (str(number), "") if was_sent else (words.NOTHING, "dim")
    if has_units:
        yield words.units(result), "dim" if result.capacity is None else ""
    for percent, is_marked in marks.items():
        is_above = words.is_above(result, percent, limit)
        style = "bold red" if is_above else "" if report.has_latency and result.latencies else "dim"
        yield words.milliseconds(result, percent) + (words.SLOW if is_above else " " * is_marked), style
    yield str(result.verdict), _VERDICTS[result.verdict]


def _failures(page: _Page, report: Report) -> None:
    for result in report.results:
        if result.failures:
            page.blank()
            page.line([("failed: ", "bold red"), (words.name_of(result, report), "bold")])
            for failure in result.failures:
                page.item(failure)
    if report.access_failures:
        page.blank()
        page.line([("failed: ", "bold red"), ("policies", "bold")])
        for failure in report.access_failures:
            page.item(failure)


def _matrix(page: _Page, report: Report) -> None:
    """Access patterns below each other and policies beside each other, or the other way round, or in blocks."""
    rows = [(visible(name), list(cells)) for name, cells in words.matrix_rows(report)]
    if not rows or not report.policies:
        return
    policies, patterns = [visible(each) for each in report.policies], [name for name, _ in rows]
    room, cut, lines = blocks(["pattern", *patterns], policies, page.width)
    turned_room, turned_cut, turned_lines = blocks(["policy", *policies], patterns, page.width)
    corner, top = "pattern", policies
    if len(cut) > 1 and turned_lines < lines:
        rows = [(policy, [cells[at] for _, cells in rows]) for at, policy in enumerate(policies)]
        corner, top, room, cut = "policy", patterns, turned_room, turned_cut
    for part in cut:
        page.blank()
        page.table(
            [corner, *(top[at] for at in part)],
            [[(name, ""), *((str(cells[at]), _CELLS[cells[at]]) for at in part)] for name, cells in rows],
            room=room,
        )
    explained = list(words.legend(report))
    if explained:
        page.blank()
    for cell, meaning in explained:
        page.paragraph(f"{cell}: {meaning}", first="  ", rest="    ")


class _Page:
    """Lines for a terminal, one below the other."""

    def __init__(self, width: int, colour: bool) -> None:
        from rich.console import Console

        self.width = width
        self._stream = io.StringIO()
        self._console = Console(
            file=self._stream,
            width=_UNLIMITED,
            force_terminal=colour,
            force_jupyter=False,
            color_system="standard" if colour else None,
            no_color=not colour,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            _environ={},  # the caller has looked at the environment
        )

    def written(self) -> str:
        """Everything, without the spaces that fill columns."""
        return "".join(f"{line.rstrip(' ')}\n" for line in self._stream.getvalue().split("\n")[:-1])

    def blank(self) -> None:
        """An empty line."""
        self._console.print()

    def line(self, parts: Iterable[Cell]) -> None:
        """Texts behind each other; too long a line breaks as a paragraph does, and is not painted then."""
        shown = [(visible(part), style) for part, style in parts]
        whole = "".join(part for part, _ in shown)
        if columns(whole) > self.width:
            self.paragraph(whole)
        else:
            from rich.text import Text

            self._print(Text.assemble(*shown))

    def paragraph(self, said: str, *, first: str = "", rest: str = "  ", style: str = "") -> None:
        """A sentence over as many lines as it needs."""
        from rich.text import Text

        for line in wrapped(visible(said), self.width, first, rest):
            self._print(Text(line, style=style))

    def item(self, said: str) -> None:
        """One of several things, which may have several lines; a line that is indented stays so."""
        for number, line in enumerate(said.split("\n")):
            body = line.lstrip(" ")
            indent = f"    {' ' * (len(line) - len(body))}"
            self.paragraph(body, first="  - " if number == 0 else indent, rest="    " if number == 0 else indent)

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        *,
        numeric: Iterable[int] = (),
        room: int | None = None,
    ) -> None:
        """A table whose first column gives way where there is too little room.

        Args:
            head: names of the columns.
            rows: the cells.
            numeric: columns in which the ends of the cells are below each other.
            room: for the first column; None for what the others leave.
        """
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        shown = [[(visible(said), style) for said, style in row] for row in rows]
        names = [visible(name) for name in head]
        widths = [width_of([name, *(row[at][0] for row in shown)]) for at, name in enumerate(names)]
        if room is None:
            room = max(self.width - INDENT - sum(widths[1:]) - GAP * (len(widths) - 1), LEAST)
        if len(names) == 2:  # a block of one column: its name gives way too
            names[1] = "\n".join(folded(names[1], max(self.width - INDENT - GAP - min(widths[0], room), LEAST)))
        # Right alignment is done here, since rich's would take away the place of a mark that is not there.
        numbers = {at: widths[at] for at in numeric}
        table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold", show_edge=False)
        for at, name in enumerate(names):
            table.add_column(Text(name.rjust(numbers.get(at, 0))), overflow="fold")
        for row in shown:
            cells = [Text(said.rjust(numbers.get(at, 0)), style=style) for at, (said, style) in enumerate(row)]
            cells[0] = Text("\n".join(folded(row[0][0], room)), style=row[0][1])
            table.add_row(*cells)
        self._print(Padding(table, (0, 0, 0, INDENT), expand=False))

    def _print(self, what: object) -> None:
        self._console.print(what, no_wrap=True, overflow="ignore", crop=False)
