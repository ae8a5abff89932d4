"""An alarm on the latency or the throttling of requests names the table and the operation.

Why: DynamoDB publishes SuccessfulRequestLatency and ThrottledRequests per table and operation only. An alarm with other
dimensions watches a metric that has no data, and missing data is not breaching: it never fires.

Example:
    MetricName: SuccessfulRequestLatency
    Dimensions:
      - Name: TableName
        Value: !Ref Table

Use instead: one alarm for each operation, with the dimension `Operation` as well. For throttling of the table as a
whole, watch ReadThrottleEvents and WriteThrottleEvents.

Known problems: dimensions that are computed as a whole are not looked at.

Source: DynamoDB developer guide, "DynamoDB metrics and dimensions".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Path, Problem, TemplateView, each, is_complete, mapping

NAME = "alarms-name-their-operation"
SEVERITY = Severity.ERROR

_METRICS = ("SuccessfulRequestLatency", "ThrottledRequests")
_DIMENSIONS = ("TableName", "Operation")


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each alarm without one of the dimensions."""
    for alarm in template.resources("AWS::CloudWatch::Alarm"):
        watched: list[tuple[Path, Any]] = [(alarm.path, alarm.properties)]
        for path, query in each(alarm.properties.get("Metrics"), (*alarm.path, "Metrics")):
            statistic = mapping(mapping(query).get("MetricStat"))
            watched.append(((*path, "MetricStat", "Metric"), mapping(statistic.get("Metric"))))
        for path, metric in watched:
            if metric.get("Namespace") != "AWS/DynamoDB" or metric.get("MetricName") not in _METRICS:
                continue
            dimensions = metric.get("Dimensions")
            names = [mapping(it).get("Name") for _, it in each(dimensions, ())]
            missing = [f"`{name}`" for name in _DIMENSIONS if name not in names]
            if missing and is_complete(dimensions) and all(isinstance(name, str) for name in names):
                needs = f"`{metric['MetricName']}` needs the dimension {' and '.join(missing)}"
                yield Problem(
                    (*path, "MetricName"),
                    f"alarm `{alarm.id}` never fires: {needs}",
                    "make one alarm for each operation, such as `GetItem`",
                )
