"""A table has at most 5 local and, unless the quota was raised, 20 global secondary indexes.

Why: DynamoDB refuses to create more; a local secondary index can never be removed to make room.

Example: a table with 21 GlobalSecondaryIndexes.

Use instead: an index that serves several access patterns (overloaded keys), or a raised quota.

Known problems: more than 20 global secondary indexes are a warning, since the quota can be raised. Computed entries are
not counted.

Source: DynamoDB developer guide, "Service, account, and table quotas".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._indexes import GLOBAL, LOCAL, indexes
from cfn_table.lint.rules._view import Problem, TemplateView

NAME = "index-counts-fit-quotas"
SEVERITY = Severity.ERROR

_QUOTAS = {
    LOCAL: (5, Severity.ERROR, "a table cannot have more"),
    GLOBAL: (20, Severity.WARNING, "use indexes for several access patterns, or ask AWS for a higher quota"),
}


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each list that is too long."""
    for table in template.tables():
        for kind, (most, severity, advice) in _QUOTAS.items():
            count = len(list(indexes(table, kind)))
            if count > most:
                message = f"table `{table.id}` has {count} {kind}, the quota is {most}"
                yield Problem((*table.path, kind), message, advice, severity)
