"""An access pattern has the fields that its operation takes, and those that it needs.

Why: a `filter` on a GetItem or a `set` on a Query would be left out in silence, and the pattern would do something else
than it says.

Example:
    get_order: {operation: GetItem, entity: order, filter: {status: open}}

Use instead: the operation that the field belongs to, or no such field.

Known problems: none.

Source: API reference of each operation; TransactWriteItems: no two actions can target the same item.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import breaches, listed, outcomes
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "patterns-say-what-their-operation-takes"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every pattern with a field that is missing, or that its operation does not take."""
    yield from breaches(design, NAME)
    yield from _same_targets(design)


def _same_targets(design: Design) -> Iterator[Violation]:
    """No two actions of a writing transaction are on one item, as far as the keys show."""
    for name, outcome in outcomes(design).items():
        for request in outcome if isinstance(outcome, tuple) else ():
            seen: set[tuple[str, ...]] = set()
            for position, part in enumerate(request.parts if request.operation == "TransactWriteItems" else ()):
                key = tuple(str(condition.templates[0]) for condition in part.key)
                if key in seen:
                    message = f"access pattern `{name}`: two parts of a transaction have the same key {listed(key)}"
                    path = ("access_patterns", name, "parts", position)
                    yield Violation(message, path, "rename a placeholder in one of them by `with`")
                seen.add(key)
