"""A policy limits every request to the partitions of its patterns.

Why: `dynamodb:LeadingKeys` is documented for partition keys of one string. For numbers, binaries and keys of several
attributes a statement without it covers every partition.

Example:
    table: {key: {partition: {name: id, type: number}}}
    allow: [get_order]   # reaches every item of the table

Use instead: a string partition key, such as `PK: ORDER#{id}`; or accept that the policy reaches all partitions, and
suppress this rule.

Known problems: what LeadingKeys holds for other keys is not documented, so it is not relied on. A Scan is
`scans-are-said-out-loud`.

Source: DynamoDB developer guide, "Using IAM policy conditions for fine-grained access control".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import uses
from cfn_table.design.rules._reach import limits_partitions
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "policies-limit-partitions"
SEVERITY = Severity.WARNING


def check(design: Design) -> Iterator[Violation]:
    """A violation for every allowed pattern whose partition key IAM cannot limit; a Scan has its own rule."""
    seen: set[tuple[str, int]] = set()
    for use in uses(design):
        where = (use.policy.name, use.position)
        if use.action == "Scan" or limits_partitions(design, use.request) or where in seen:
            continue
        seen.add(where)
        several = len(use.request.keys.partition) > 1
        why = "has several attributes" if several else "is no string"
        title = use.request.keys.title
        message = f"`{use.grant.pattern}` is allowed on every partition of {title}, whose partition key {why}"
        yield Violation(message, use.path, "use a partition key of one string", policy=use.policy)
