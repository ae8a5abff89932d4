"""What the formats have in common: numbers and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from cfn_table.prove.report import Allowed, OperationResult, Report, Verdict

NOTHING: Final = "-"
"""Stands for a number that there is not."""

SLOW: Final = "!"
"""Stands behind a time above the limit."""

LEGEND: Final = {
    Allowed.ALSO: "not listed in the policy and allowed all the same, since IAM cannot tell it from what is",
    Allowed.WRONG: "not what the policy says",
    Allowed.UNKNOWN: "nothing was sent",
}
"""What needs an explanation in a matrix → the explanation."""


def units(result: OperationResult) -> str:
    """The consumed capacity units."""
    return NOTHING if result.capacity is None else f"{result.capacity:.1f}"


def milliseconds(result: OperationResult, percent: int) -> str:
    """A percentile of the latencies."""
    value = result.percentile_ms(percent)
    return NOTHING if value is None else f"{value:.1f}"


def limit_ms(report: Report, max_latency_ms: float | None) -> float | None:
    """The limit that times are held against: the caller's, else the design's where the engine's times mean anything."""
    if max_latency_ms is not None:
        return max_latency_ms
    return report.latency_target_ms if report.has_latency else None


def is_above(result: OperationResult, percent: int, limit: float | None) -> bool:
    """Whether a percentile of the latencies is above the limit."""
    value = result.percentile_ms(percent)
    return limit is not None and value is not None and value > limit


def too_slow(report: Report, max_latency_ms: float | None) -> list[OperationResult]:
    """The operations whose p99 is above the limit."""
    limit = limit_ms(report, max_latency_ms)
    return [] if limit is None else report.too_slow(limit)


def about_latency(report: Report, max_latency_ms: float | None) -> Iterator[str]:
    """Sentences on what the times mean; none where no request was timed."""
    if not any(each.latencies for each in report.results):
        return
    limit = limit_ms(report, max_latency_ms)
    if limit is not None and any(is_above(each, percent, limit) for each in report.results for percent in (50, 99)):
        whose = "--max-latency" if max_latency_ms is not None else "the design's latency target"
        yield f"{SLOW} above {limit:g} ms, {whose}"
    if not report.has_latency:
        yield f"the times are those of {report.engine} and no evidence of DynamoDB's latency"


def about_waiting(report: Report) -> Iterator[str]:
    """A sentence on the index that took longest to catch up, where one did not at once."""
    slowest = max(report.results, key=lambda each: each.waited, default=None)
    if slowest is not None and slowest.waited > 0:
        yield f"reads waited up to {slowest.waited:.2f} s until an index had caught up (longest: {slowest.pattern})"


def legend(report: Report) -> Iterator[tuple[Allowed, str]]:
    """What occurs in the matrix and needs an explanation, with it."""
    found = {cell for cells in (report.access or {}).values() for cell in cells}
    return ((cell, meaning) for cell, meaning in LEGEND.items() if cell in found)


def title(report: Report) -> str:
    """Which design, which version, where."""
    return f"{report.design} {report.version} on {report.engine}"


def outcome(report: Report, max_latency_ms: float | None) -> str:
    """How many operations passed and did not, in words."""
    counts = [(verdict, sum(each.verdict is verdict for each in report.results)) for verdict in Verdict]
    parts = [f"{count} {verdict}" for verdict, count in counts if count] or ["no access patterns"]
    if slow := len(too_slow(report, max_latency_ms)):
        parts.append(f"{slow} too slow")
    if report.access is not None:
        parts.append(_about_policies(len(report.policies), len(report.access_failures)))
    return ", ".join(parts)


def _about_policies(policies: int, failures: int) -> str:
    if failures:
        return f"{failures} policy failure{'s' * (failures > 1)}"
    return {0: "no policies", 1: "the policy does what it says"}.get(policies, f"{policies} policies do what they say")


def duration(report: Report) -> str:
    """The total time and where it went; empty where nobody measured."""
    if not report.phases:
        return ""
    parts = ", ".join(f"{name} {_seconds(seconds)}" for name, seconds in report.phases.items())
    return f"{_seconds(sum(report.phases.values()))} ({parts})"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds:.2f} s"


def by_pattern(results: Iterable[OperationResult]) -> dict[str, list[OperationResult]]:
    """Access pattern → its operations."""
    found: dict[str, list[OperationResult]] = {}
    for each in results:
        found.setdefault(each.pattern, []).append(each)
    return found


def name_of(result: OperationResult, report: Report) -> str:
    """The access pattern, with the operation where it lists several."""
    several = sum(each.pattern == result.pattern for each in report.results) > 1
    return f"{result.pattern}, {result.operation}" if several else result.pattern


def matrix_rows(report: Report) -> Iterator[tuple[str, Sequence[Allowed]]]:
    """Access pattern and one cell for each policy; a pattern without any is unknown to all."""
    for name, cells in (report.access or {}).items():
        missing = len(report.policies) - len(cells)
        yield name, (*cells, *[Allowed.UNKNOWN] * missing)
