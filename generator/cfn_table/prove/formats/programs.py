"""Reports for programs, and the schema that they keep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cfn_table.prove.formats import words
from cfn_table.prove.report import Allowed, OperationResult, Report, Verdict
from cfn_table.schemas import count, flag, number, record, text, texts

VERSION: Final = 1
"""A change of the meaning of a member makes it one more; members may be added."""


def json(reports: Iterable[Report], *, tool_version: str, max_latency_ms: float | None = None) -> dict[str, Any]:
    """All reports, in the form that `proof_schema` describes.

    Args:
        reports: what is told.
        tool_version: the version of cfn-table.
        max_latency_ms: the limit that times are held against; by default the design's target.
    """
    told = list(reports)
    return {
        "version": VERSION,
        "tool": {"name": "cfn-table", "version": tool_version},
        "failed": any(each.failed for each in told),
        "maxLatencyMs": max_latency_ms,
        "reports": [_report(each, max_latency_ms) for each in told],
    }


def _report(report: Report, max_latency_ms: float | None) -> dict[str, Any]:
    limit = words.limit_ms(report, max_latency_ms)
    access = {
        name: dict(zip(report.policies, map(str, cells), strict=False)) for name, cells in words.matrix_rows(report)
    }
    return {
        "design": report.design,
        "version": report.version,
        "engine": report.engine,
        "seed": report.seed,
        "failed": report.failed,
        "hasLatency": report.has_latency,
        "latencyTargetMs": report.latency_target_ms,
        "operations": [_operation(each, limit) for each in report.results],
        "policies": list(report.policies),
        "access": access if report.access is not None else None,
        "accessFailures": list(report.access_failures),
        "phases": [{"name": name, "seconds": round(took, 6)} for name, took in (report.phases or {}).items()],
        "notes": list(report.notes),
    }


def _operation(result: OperationResult, limit: float | None) -> dict[str, Any]:
    return {
        "pattern": result.pattern,
        "operation": result.operation,
        "verdict": str(result.verdict),
        "reason": result.reason,
        "cases": result.cases,
        "requests": result.requests,
        "items": result.items,
        "capacityUnits": result.capacity,
        "p50Ms": _milliseconds(result, 50),
        "p99Ms": _milliseconds(result, 99),
        "tooSlow": words.is_above(result, 99, limit),
        "waitedSeconds": round(result.waited, 6),
        "failures": list(result.failures),
    }


def _milliseconds(result: OperationResult, percent: int) -> float | None:
    value = result.percentile_ms(percent)
    return None if value is None else round(value, 3)


def proof_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `cfn-table prove --format json`."""
    operation = {
        "pattern": text("The access pattern."),
        "operation": text("DynamoDB's name of the operation; a pattern that lists several has an entry for each."),
        "verdict": {"description": "What became of it.", "enum": [str(each) for each in Verdict]},
        "reason": text("Why it was skipped; empty otherwise."),
        "cases": count("How many sets of arguments it was executed with."),
        "requests": count("How many requests were sent."),
        "items": count("How many items were returned or written."),
        "capacityUnits": number("Consumed capacity units; null where the engine tells none."),
        "p50Ms": number("The latency that half of the requests do not exceed, in milliseconds; null without any."),
        "p99Ms": number("The latency that 99 % of the requests do not exceed; null without any."),
        "tooSlow": flag("Whether `p99Ms` is above `maxLatencyMs`, else above `latencyTargetMs` if `hasLatency`."),
        "waitedSeconds": {
            "description": "The longest that a read waited until an index had caught up.",
            "type": "number",
            "minimum": 0,
        },
        "failures": texts("For each case that failed, its arguments and what was different."),
    }
    report = {
        "design": text("The design's name."),
        "version": text("The design's version."),
        "engine": text("Where the access patterns were executed."),
        "seed": {"description": "What the generated items follow from.", "type": "integer"},
        "failed": flag("Whether an access pattern or a policy does not do what the design says."),
        "hasLatency": flag("Whether the engine's times say anything about latency."),
        "latencyTargetMs": number("The design's target; null without one."),
        "operations": {
            "description": "One entry for each operation, in the order of the design.",
            "type": "array",
            "items": {"$ref": "#/$defs/Operation"},
        },
        "policies": texts("The design's policies."),
        "access": {
            "description": "Access pattern → policy → whether it allows what was sent; null if it was not checked.",
            "type": ["object", "null"],
            "additionalProperties": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Allowed"}},
        },
        "accessFailures": texts("For each policy that does not do what it says, what is wrong."),
        "phases": {
            "description": "What was done, in order, and how long it took.",
            "type": "array",
            "items": record({"name": text("What was done."), "seconds": {"type": "number", "minimum": 0}}),
        },
        "notes": texts("What else a reader should know."),
    }
    whole = {
        "version": {"description": "Of this form; members may be added to it.", "const": VERSION},
        "tool": record({"name": {"const": "cfn-table"}, "version": text("The version of cfn-table.")}),
        "failed": flag("Whether any report failed."),
        "maxLatencyMs": number("The limit of `--max-latency`; null without."),
        "reports": {
            "description": "One report for each design and engine.",
            "type": "array",
            "items": {"$ref": "#/$defs/Report"},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:cfn-table:proof.schema.json",
        "title": "cfn-table proof",
        "description": "What executing the access patterns of designs has shown.",
        **record(whole),
        "$defs": {
            "Allowed": {
                "description": "yes: all, as the policy says; also: all, though the policy does not list the pattern; "
                "-: none, and it is not listed; wrong: not what the policy says; ?: nothing was sent.",
                "enum": [str(each) for each in Allowed],
            },
            "Operation": record(operation),
            "Report": record(report),
        },
    }
