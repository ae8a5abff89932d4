"""A latency target has an alarm, and a latency alarm has a target.

Why: a target that nothing watches is a wish, and `alarms` without `latency_target_ms` makes no latency alarm.

Example:
    latency_target_ms: 10   # and no `alarms`

Use instead: `alarms: true` beside `latency_target_ms: 10`.

Known problems: Scan, batches and transactions get no latency alarm: how long they take depends on how much they read or
write.

Source: DynamoDB developer guide, "DynamoDB metrics and dimensions": SuccessfulRequestLatency.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.requests import BATCHES, TRANSACTIONS
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "latency-targets-are-watched"
SEVERITY = Severity.NOTE


def check(design: Design) -> Iterator[Violation]:
    """A violation where one of the two is missing, or where no operation can be watched."""
    alarms, target = design.file.alarms, design.file.latency_target_ms
    watched = alarms is not None and alarms.latency
    if target is not None and not watched:
        help_ = "add `alarms: true`" if alarms is None else "write `latency: true` under `alarms`"
        yield Violation("no alarm watches the latency target", ("latency_target_ms",), help_, key=True)
    if watched and target is None:
        message = "without `latency_target_ms` there is no latency alarm"
        yield Violation(message, ("alarms",), "add `latency_target_ms: 10`, or write `latency: false`", key=True)
    operations = {each for pattern in design.file.access_patterns.values() for each in pattern.operation}
    if watched and target is not None and not operations - {"Scan", *BATCHES, *TRANSACTIONS}:
        message = "no access pattern has an operation whose latency an alarm can watch"
        yield Violation(message, ("latency_target_ms",), "", key=True)
