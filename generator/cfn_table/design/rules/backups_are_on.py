"""Point-in-time recovery is on.

Why: it is the only way back from an application that deletes or overwrites the wrong items.

Example:
    table: {key: {partition: PK}, point_in_time_recovery: false}

Use instead: `point_in_time_recovery: true`, or `{enabled: true, recovery_period_days: 7}`.

Known problems: a deploy-time parameter is taken to be right.

Source: DynamoDB developer guide, "Point-in-time backups for DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.model import PointInTimeRecovery
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "backups-are-on"
SEVERITY = Severity.NOTE

_HELP = "write `point_in_time_recovery: true`"


def check(design: Design) -> Iterator[Violation]:
    """A violation for the table, or for each replica, that takes no continuous backups."""
    table = design.file.table
    replicas = table.replicas
    if not replicas and _is_off(table.point_in_time_recovery):
        path = ("table", "point_in_time_recovery")
        yield Violation(
            "the table has no point-in-time recovery", path, _HELP, key=table.point_in_time_recovery is None
        )
    for position, replica in enumerate(replicas):
        if _is_off(replica.point_in_time_recovery or table.point_in_time_recovery):
            path_of_replica = ("table", "replicas", position, "point_in_time_recovery")
            yield Violation(f"the replica in {replica.region} has no point-in-time recovery", path_of_replica, _HELP)


def _is_off(recovery: PointInTimeRecovery | None) -> bool:
    return recovery is None or recovery.enabled is False
