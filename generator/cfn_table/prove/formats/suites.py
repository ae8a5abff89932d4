"""Reports for those who count tests: JUnit XML, as CI services read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from cfn_table.formats import visible
from cfn_table.prove.formats import words
from cfn_table.prove.report import Allowed, OperationResult, Report, Verdict


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case; one with failures failed, one with a reason was skipped."""

    room: str
    name: str
    seconds: float = 0.0
    kind: str = ""
    failures: tuple[str, ...] = ()
    reason: str = ""


def junit(reports: Iterable[Report], *, max_latency_ms: float | None = None) -> str:
    """A test suite for each report, with a test case for each operation of each access pattern and for each policy.

    Args:
        reports: what is told.
        max_latency_ms: an operation whose p99 is above it failed, as the command does; the design's target alone
            fails nothing.
    """
    suites = [(each, [*_operations(each, max_latency_ms), *_policies(each)]) for each in reports]
    everything = [case for _, cases in suites for case in cases]
    seconds = sum(sum((report.phases or {}).values()) for report, _ in suites)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="cfn-table prove" {_counts(everything, seconds)}>\n'
        f"{''.join(_suite(report, cases) for report, cases in suites)}</testsuites>\n"
    )


def _operations(report: Report, max_latency_ms: float | None) -> Iterator[_Case]:
    room = f"{words.title(report)}: access patterns"
    if not report.results:
        # A suite without tests counts as a broken one in several tools.
        yield _Case(room, "no access patterns")
    for result in report.results:
        failures, kind = result.failures, "access pattern"
        if result.verdict is Verdict.FAILED and not failures:
            failures = ("does not do what the design says",)
        if max_latency_ms is not None and words.is_above(result, 99, max_latency_ms):
            kind = kind if failures else "latency"
            failures += (f"p99 is {words.milliseconds(result, 99)} ms, above {max_latency_ms:g} ms",)
        yield _Case(
            room,
            f"{result.pattern} {result.operation}",
            seconds=sum(result.latencies),
            kind=kind,
            failures=failures,
            reason=_reason(result),
        )


def _reason(result: OperationResult) -> str:
    return (result.reason or "no reason is known") if result.verdict is Verdict.SKIPPED else ""


def _policies(report: Report) -> Iterator[_Case]:
    room = f"{words.title(report)}: policies"
    failures = _failures_of(report)
    for at, policy in enumerate(report.policies):
        cells = {name: cells[at] for name, cells in words.matrix_rows(report)}
        found = failures.get(policy, [])
        wrong = [name for name, cell in cells.items() if cell is Allowed.WRONG]
        if wrong and not found:
            found = [f"not what the policy says: {', '.join(wrong)}"]
        nothing = all(cell is Allowed.UNKNOWN for cell in cells.values())
        reason = ("nothing was sent" if report.access is not None else "not checked") if nothing else ""
        yield _Case(room, policy, kind="policy", failures=tuple(found), reason=reason)
    if failures.get(""):
        yield _Case(room, "policies", kind="policy", failures=tuple(failures[""]))


def _failures_of(report: Report) -> dict[str, list[str]]:
    """Policy → what is wrong with it; what names no policy stands under the empty name."""
    found: dict[str, list[str]] = {}
    for failure in report.access_failures:
        # The policy that is named first, and of two that begin there the longer: `api` is no part of `api-admin`.
        named = [
            (match.start(), -len(policy), policy)
            for policy in report.policies
            if (match := re.search(rf"(?<![\w-]){re.escape(policy)}(?![\w-])", failure))
        ]
        found.setdefault(min(named)[2] if named else "", []).append(failure)
    return found


def _suite(report: Report, cases: Sequence[_Case]) -> str:
    properties = {
        "design": report.design,
        "version": report.version,
        "engine": report.engine,
        "seed": str(report.seed),
    }
    inner = "".join(
        f"      <property name={_attribute(name)} value={_attribute(value)}/>\n" for name, value in properties.items()
    )
    notes = escape("\n".join(map(visible, report.notes)))
    counts = _counts(cases, sum((report.phases or {}).values()))
    return (
        f"  <testsuite name={_attribute(words.title(report))} {counts}>\n"
        f"    <properties>\n{inner}    </properties>\n"
        f"{''.join(map(_case, cases))}"
        f"{f'    <system-out>{notes}</system-out>{chr(10)}' if notes else ''}"
        "  </testsuite>\n"
    )


def _case(case: _Case) -> str:
    start = (
        f"    <testcase classname={_attribute(case.room)} name={_attribute(case.name)} time={_seconds(case.seconds)}"
    )
    if case.failures:
        lines = [line for failure in case.failures for line in failure.split("\n")]
        message = case.failures[0].split("\n")[0]
        body = escape("\n".join(map(visible, lines)))
        kind = _attribute(case.kind)
        return f"{start}><failure type={kind} message={_attribute(message)}>{body}</failure></testcase>\n"
    if case.reason:
        return f"{start}><skipped message={_attribute(case.reason)}/></testcase>\n"
    return f"{start}/>\n"


def _attribute(text: str) -> str:
    return quoteattr(visible(text))


def _seconds(seconds: float) -> str:
    return f'"{seconds:.3f}"'


def _counts(cases: Sequence[_Case], seconds: float) -> str:
    failures = sum(bool(case.failures) for case in cases)
    skipped = sum(bool(case.reason) and not case.failures for case in cases)
    return f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}" time={_seconds(seconds)}'
