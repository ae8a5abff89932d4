"""A report in a comment of a pull request (GitHub Flavored Markdown)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cfn_table.formats import cell, code, markdown_table, visible
from cfn_table.prove.formats import words
from cfn_table.prove.report import Allowed, OperationResult, Report, Verdict


def markdown(report: Report, *, max_latency_ms: float | None = None) -> str:
    """The report with its verdict first; ends with a line end.

    Args:
        report: what is shown.
        max_latency_ms: the limit that times are held against; by default the design's target.
    """
    return "\n".join(_lines(report, max_latency_ms)) + "\n"


def _lines(report: Report, max_latency_ms: float | None) -> Iterator[str]:
    verdict = _verdict(report, max_latency_ms)
    yield f"### {code(f'{report.design} {report.version}')} on {cell(report.engine)}: {verdict}"
    yield ""
    yield f"{cell(words.outcome(report, max_latency_ms))}."
    if report.results:
        yield ""
        yield from markdown_table(_rows(report, max_latency_ms))
    about = [cell(sentence) for sentence in words.about_latency(report, max_latency_ms)]
    about += [
        f"{_name(each, report)} is skipped: {cell(each.reason)}"
        for each in report.results
        if each.verdict is Verdict.SKIPPED and each.reason
    ]
    if about:
        yield ""
        yield from (f"- {sentence}" for sentence in about)
    for result in report.results:
        if result.failures:
            yield from _failures(_name(result, report), result.failures)
    if report.access_failures:
        yield from _failures("policies", report.access_failures)
    if report.access and report.policies:
        yield from _matrix(report)
    last = [cell(each) for each in (*words.about_waiting(report), *report.notes)]
    last.append(cell(f"seed {report.seed}" + (f"; {took}" if (took := words.duration(report)) else "")))
    yield ""
    yield from (f"- {sentence}" for sentence in last)


def _verdict(report: Report, max_latency_ms: float | None) -> str:
    if report.failed:
        return "**failed**"
    if max_latency_ms is not None and report.too_slow(max_latency_ms):
        return "**too slow**"
    return "passed" if any(each.verdict is Verdict.PASSED for each in report.results) else "nothing was proven"


def _rows(report: Report, max_latency_ms: float | None) -> Iterator[list[str]]:
    limit = words.limit_ms(report, max_latency_ms)
    has_several = len(words.by_pattern(report.results)) < len(report.results)
    has_units = any(each.capacity is not None for each in report.results)
    has_times = any(each.latencies for each in report.results)
    yield [
        "access pattern",
        *["operation"] * has_several,
        "cases",
        "requests",
        "items",
        *["capacity units"] * has_units,
        *["p50 ms", "p99 ms"] * has_times,
        "verdict",
    ]
    for pattern, results in words.by_pattern(report.results).items():
        for each in results:
            row = [code(pattern)]
            row += [cell(each.operation) if len(results) > 1 else ""] * has_several
            row += [str(each.cases), str(each.requests), str(each.items)]
            row += [words.units(each)] * has_units
            row += [_time(each, percent, limit) for percent in (50, 99)] * has_times
            yield [*row, "**failed**" if each.verdict is Verdict.FAILED else str(each.verdict)]


def _time(result: OperationResult, percent: int, limit: float | None) -> str:
    shown = words.milliseconds(result, percent)
    return f"**{shown}** {words.SLOW}" if words.is_above(result, percent, limit) else shown


def _name(result: OperationResult, report: Report) -> str:
    several = words.name_of(result, report) != result.pattern
    return code(result.pattern) + (f", {cell(result.operation)}" if several else "")


def _failures(title: str, failures: tuple[str, ...]) -> Iterator[str]:
    yield ""
    yield f"**Failed: {title}**"
    for failure in failures:
        yield ""
        yield from _block(failure)


def _block(text: str) -> Iterator[str]:
    """Text as it is: in a fenced block nobody is told of it and nothing is linked."""
    fence = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    yield fence + "text"
    yield from (visible(line) for line in text.split("\n"))
    yield fence


def _matrix(report: Report) -> Iterator[str]:
    yield ""
    yield "<details><summary>What each policy allows</summary>"
    yield ""
    rows = [["access pattern", *map(code, report.policies)]]
    rows += [
        [code(name), *("**wrong**" if each is Allowed.WRONG else str(each) for each in cells)]
        for name, cells in words.matrix_rows(report)
    ]
    yield from markdown_table(rows)
    explained = [f"- {each}: {meaning}" for each, meaning in words.legend(report)]
    if explained:
        yield ""
        yield from explained
    yield ""
    yield "</details>"
