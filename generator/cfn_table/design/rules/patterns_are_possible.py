"""Every access pattern has a request that does exactly what it says.

Why: an access pattern that no request can serve is found out in production, after the data was written.

Example:
    get_user_by_api_key: {operation: Query, index: GSI1, entity: user}   # but `user` never writes GSI1PK

Use instead: keys that carry the pattern: add `GSI1PK: APIKEY#{apiKey}` to the entity.

Known problems: none.

Source: DynamoDB developer guide, "Key condition expressions for the Query operation"; API reference of each operation.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.requests import Underivable, derive
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "patterns-are-possible"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation for every access pattern without a request."""
    for name in design.file.access_patterns:
        try:
            derive(design, name)
        except Underivable as error:
            path = ("access_patterns", name, error.field) if error.field else ("access_patterns", name)
            yield Violation(f"access pattern `{name}`: {error}", path, error.help, rule=error.rule)
