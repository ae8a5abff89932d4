"""A global secondary index has provisioned throughput exactly when its table has.

Why: DynamoDB refuses a provisioned table whose index has no throughput, and an on-demand table whose index has some.

Example:
    BillingMode: PROVISIONED
    ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 5}
    GlobalSecondaryIndexes:
      - {IndexName: GSI1, KeySchema: …, Projection: …}

Use instead: `ProvisionedThroughput` on each index of a provisioned table, and on none of an on-demand table.

Known problems: a computed BillingMode is not looked at. Global tables say it elsewhere and are left out.

Source: DynamoDB API reference, CreateTable, "BillingMode" and "ProvisionedThroughput".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._indexes import GLOBAL, indexes, name_of
from cfn_table.lint.rules._view import TABLE, Problem, TemplateView, intrinsic

NAME = "index-throughput-follows-billing"
SEVERITY = Severity.ERROR

_KEY = "ProvisionedThroughput"


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each index that is billed in another way than its table."""
    for table in template.resources(TABLE):
        mode = table.properties.get("BillingMode", "PROVISIONED")
        if not table.properties or mode not in ("PROVISIONED", "PAY_PER_REQUEST"):
            continue
        for path, index in indexes(table, GLOBAL):
            name = name_of(index, path)
            if mode == "PROVISIONED" and _KEY not in index:
                message = f"{name} of the provisioned table `{table.id}` has no provisioned throughput"
                yield Problem(path, message, f"add `{_KEY}`, or use `BillingMode: PAY_PER_REQUEST`")
            elif mode == "PAY_PER_REQUEST" and _KEY in index and not intrinsic(index[_KEY]):
                message = f"{name} of the on-demand table `{table.id}` has provisioned throughput"
                yield Problem((*path, _KEY), message, "remove it; `OnDemandThroughput` can limit an on-demand index")
