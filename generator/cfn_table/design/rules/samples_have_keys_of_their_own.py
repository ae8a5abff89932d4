"""No two samples have the same table key.

Why: the second would overwrite the first when both are stored.

Example:
    samples:
      - {userId: user123, plan: free}
      - {userId: user123, plan: pro}

Use instead: another value of a placeholder.

Known problems: none.

Source: DynamoDB developer guide, "Core components": the primary key identifies an item.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import listed, samples
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "samples-have-keys-of-their-own"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation for every sample whose key an earlier one has."""
    seen: dict[tuple[object, ...], str] = {}
    for sample in samples(design):
        if sample.item is None or None in sample.item.key:
            continue
        key = sample.item.key
        if key in seen:
            message = f"a sample of `{sample.view.name}` has the key {listed(key)} of a sample of `{seen[key]}`"
            yield Violation(message, sample.path, "change a value that its key holds")
        seen.setdefault(key, sample.view.name)
