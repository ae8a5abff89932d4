"""Numbers of indexes, projected attributes, parameters and outputs are within the quotas.

Why: a table with one index too many fails when it is deployed, after an update that may have taken hours.

Example:
    indexes: [{name: GSI1, …}, …, {name: GSI21, …}]   # 20 global indexes are the quota

Use instead: fewer indexes, which several entities share. Where AWS raised a quota for the account, suppress this rule
and say so.

Known problems: resources (500) are not counted: 200 outputs, one per policy at least, are reached long before.

Source: DynamoDB developer guide, "Quotas in Amazon DynamoDB"; template reference, Projection of AWS::DynamoDB::Table
and of AWS::DynamoDB::GlobalTable (20 attributes per index); CloudFormation user guide, "Understand CloudFormation
quotas".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.design.design import Design
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "counts-are-within-quotas"
SEVERITY = Severity.ERROR

GLOBAL_INDEXES: Final = 20
LOCAL_INDEXES: Final = 5
PROJECTED: Final = 100
PROJECTED_IN_GLOBAL_TABLE: Final = 20
PARAMETERS: Final = 200
OUTPUTS: Final = 200


def check(design: Design) -> Iterator[Violation]:
    """A violation for every quota that is exceeded."""
    indexes = design.file.indexes
    local = sum(index.local for index in indexes)
    projected = [len(index.projection) if isinstance(index.projection, tuple) else 0 for index in indexes]
    outputs = 2 + len(design.exports) + (design.file.table.stream is not None) + len(design.policies)
    parameters = len(design.context.parameters) + (design.file.alarms is not None)
    counts = [
        (len(indexes) - local, GLOBAL_INDEXES, "global secondary indexes", "a table", "indexes"),
        (local, LOCAL_INDEXES, "local secondary indexes", "a table", "indexes"),
        (sum(projected), PROJECTED, "attributes in `include` projections, each index counted", "a table", "indexes"),
        (parameters, PARAMETERS, "parameters", "a template", "context"),
        (outputs, OUTPUTS, "outputs", "a template", "design"),
    ]
    for count, most, what, whose, field in counts:
        if count > most:
            yield Violation(f"{whose} has at most {most} {what}, not {count}", (field,), "use fewer", key=True)
    if design.is_global:
        for position, count in enumerate(projected):
            if count > PROJECTED_IN_GLOBAL_TABLE:
                message = (
                    f"an index of a global table projects at most {PROJECTED_IN_GLOBAL_TABLE} attributes, not {count}"
                )
                yield Violation(message, ("indexes", position, "projection"), "project fewer, or `all`", key=True)
