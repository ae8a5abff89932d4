"""CloudWatch alarms: a latency target that nothing watches is a wish.

Metrics and dimensions: DynamoDB developer guide, "DynamoDB metrics and dimensions". SuccessfulRequestLatency and
SystemErrors have TableName and Operation (without Operation an alarm never fires); throttle events have TableName,
and the index's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from troposphere import If, NoValue, Ref, cloudwatch

from cfn_table.design.context import Parametric
from cfn_table.design.design import Design
from cfn_table.design.names import alphanumeric
from cfn_table.design.requests import BATCHES, TRANSACTIONS
from cfn_table.synth.conditions import HAS_ALARM_TOPIC
from cfn_table.synth.values import tags_of, to_template

NO_LATENCY: Final = frozenset({"Scan", *BATCHES, *TRANSACTIONS})
"""Operations without a latency alarm: how long they take depends on how much they read or write."""


_ABOVE: Final = {"ComparisonOperator": "GreaterThanThreshold"}


def alarm_resources(design: Design) -> Iterator[cloudwatch.Alarm]:
    """The alarms that the design asks for, in a fixed order."""
    alarms = design.file.alarms
    if alarms is None:
        return
    operations = sorted({each for pattern in design.file.access_patterns.values() for each in pattern.operation})
    target = design.file.latency_target_ms
    if alarms.latency and target is not None:
        for operation in operations:
            if operation not in NO_LATENCY:
                wanted = "its target" if isinstance(target, Parametric) else f"{target} ms"
                above = {**_ABOVE, "Statistic": "Average", "Threshold": to_template(target)}
                yield _alarm(
                    design,
                    f"{operation}LatencyAlarm",
                    f"{operation} takes longer than {wanted} on average",
                    "SuccessfulRequestLatency",
                    {"Operation": operation},
                    above,
                )
    count = {**_ABOVE, "Statistic": "Sum", "Threshold": 0}
    if alarms.throttling:
        for direction in ("Read", "Write"):
            metric = f"{direction}ThrottleEvents"
            yield _alarm(
                design, f"Table{direction}ThrottleAlarm", f"The table throttles {direction.lower()}s", metric, {}, count
            )
            for ref, index in design.indexes.items():
                if not index.local:
                    yield _alarm(
                        design,
                        f"{alphanumeric(ref)}{direction}ThrottleAlarm",
                        f"Index {ref} throttles {direction.lower()}s",
                        metric,
                        {"GlobalSecondaryIndexName": to_template(index.name)},
                        count,
                    )
    if alarms.system_errors:
        for operation in operations:
            yield _alarm(
                design,
                f"{operation}SystemErrorsAlarm",
                f"DynamoDB fails {operation} requests",
                "SystemErrors",
                {"Operation": operation},
                count,
            )


def _alarm(
    design: Design, name: str, description: str, metric: str, dimensions: dict[str, Any], test: dict[str, Any]
) -> cloudwatch.Alarm:
    alarms = design.file.alarms
    assert alarms is not None
    every = {"TableName": Ref(design.logical_id), **dimensions}
    properties: dict[str, Any] = {
        "AlarmDescription": description,
        "Namespace": "AWS/DynamoDB",
        "MetricName": metric,
        "Dimensions": [cloudwatch.MetricDimension(Name=key, Value=value) for key, value in every.items()],
        **test,
        "Period": to_template(alarms.period_seconds),
        "EvaluationPeriods": to_template(alarms.evaluation_periods),
        "TreatMissingData": "notBreaching",
        "AlarmActions": [If(HAS_ALARM_TOPIC, Ref(alarms.topic_parameter), NoValue)],
    }
    tags = tags_of(design.file.tags)
    if tags.tags:
        properties["Tags"] = tags
    return cloudwatch.Alarm(name, **properties)
