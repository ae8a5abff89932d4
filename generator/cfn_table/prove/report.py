"""What executing the access patterns of a design has shown."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """What became of an access pattern."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Allowed(enum.StrEnum):
    """Whether a policy allows the requests that an access pattern really sent."""

    LISTED = "yes"
    """All, as the policy says."""
    ALSO = "also"
    """All, though the policy does not list the pattern: IAM cannot tell it from what is listed."""
    NO = "-"
    """None, and the policy does not list it."""
    WRONG = "wrong"
    """Not what the policy says; a failure tells more."""
    UNKNOWN = "?"
    """Nothing was sent."""


@dataclass(frozen=True, slots=True)
class OperationResult:
    """What one operation of an access pattern has shown; a pattern that lists several operations has several.

    Attributes:
        pattern: the access pattern.
        operation: DynamoDB's name of the operation.
        verdict: see `Verdict`.
        cases: how many sets of arguments it was executed with.
        requests: how many requests were sent.
        items: how many items were returned or written.
        capacity: consumed capacity units; None where the engine tells none.
        latencies: how long each request took, in seconds.
        waited: the longest that a read waited until an index had caught up, in seconds.
        failures: for each case that failed, its arguments and what was different, in words.
        reason: why it was skipped; empty otherwise.
    """

    pattern: str
    operation: str
    verdict: Verdict
    cases: int = 0
    requests: int = 0
    items: int = 0
    capacity: float | None = None
    latencies: tuple[float, ...] = ()
    waited: float = 0.0
    failures: tuple[str, ...] = ()
    reason: str = ""

    def percentile_ms(self, percent: float) -> float | None:
        """The latency that `percent` of the requests do not exceed, in milliseconds (nearest rank); None without."""
        if not self.latencies:
            return None
        rank = max(1, math.ceil(percent / 100 * len(self.latencies)))
        return sorted(self.latencies)[rank - 1] * 1000


@dataclass(frozen=True, slots=True)
class Report:
    """What executing the access patterns of one design has shown.

    Attributes:
        design: its name.
        version: its version.
        engine: where they were executed.
        seed: what the generated items follow from.
        results: one for each operation, in the order of the design.
        policies: names of the design's policies.
        access: access pattern → for each policy whether it allows what was sent.
        access_failures: for each policy that does not do what it says, what is wrong, in words.
        latency_target_ms: the design's target; None without one.
        has_latency: whether the engine's times say anything about latency.
        phases: what was done → how many seconds it took, in order.
        notes: what else a reader should know, such as what could not be cleaned up.
    """

    design: str
    version: str
    engine: str
    seed: int
    results: tuple[OperationResult, ...]
    policies: tuple[str, ...] = ()
    access: Mapping[str, tuple[Allowed, ...]] | None = None
    access_failures: tuple[str, ...] = ()
    latency_target_ms: float | None = None
    has_latency: bool = True
    phases: Mapping[str, float] | None = None
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether an access pattern or a policy does not do what the design says."""
        return bool(self.access_failures) or any(each.verdict is Verdict.FAILED for each in self.results)

    def too_slow(self, limit_ms: float) -> list[OperationResult]:
        """The operations of which one percent or more took longer than `limit_ms`."""
        return [each for each in self.results if (each.percentile_ms(99) or 0.0) > limit_ms]
