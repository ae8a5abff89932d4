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
from cfn_table.design.model import AccessPattern, TransactionPart
from cfn_table.design.requests import TRANSACTIONS
from cfn_table.design.rules._facts import Path, breaches, listed, outcomes, patterns_and_parts
from cfn_table.design.rules.violation import Violation
from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity

NAME = "patterns-say-what-their-operation-takes"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False

_READS = {"GetItem", "Query", "Scan", "BatchGetItem"}
_TAKEN_BY = {
    "set": {"UpdateItem"},
    "add": {"UpdateItem"},
    "remove": {"UpdateItem"},
    "condition": {"PutItem", "UpdateItem", "DeleteItem", "ConditionCheck"},
    "returns": _READS,
}
_OF_ITS_PARTS = ("entity", "index", "sort_key", "filter", "limit", *_TAKEN_BY)


def check(design: Design) -> Iterator[Violation]:
    """A violation for every field that is missing, or that the operation does not take."""
    yield from breaches(design, NAME)
    for name, path, pattern in patterns_and_parts(design):
        what = f"access pattern `{name}`"
        operations = set(pattern.operation)
        if operations & set(TRANSACTIONS):
            for field in _OF_ITS_PARTS:
                if getattr(pattern, field):
                    message = f"{what}: {pattern.operation[0]} takes no `{field}` itself"
                    yield Violation(message, (*path, field), "write it into its parts", key=True)
            yield from _targets(design, name, path)
            continue
        for field, takers in _TAKEN_BY.items():
            if getattr(pattern, field) and not operations & takers:
                message = f"{what}: {listed(pattern.operation)} takes no `{field}`"
                yield Violation(message, (*path, field), f"only {listed(sorted(takers))} have it", key=True)
        if isinstance(pattern, AccessPattern) and pattern.order != "ascending" and "Query" not in operations:
            message = f"{what}: {listed(pattern.operation)} takes no `order`"
            yield Violation(message, (*path, "order"), "only a Query has an order", key=True)
        if isinstance(pattern, TransactionPart):
            yield from _part(design, what, path, pattern)


def _part(design: Design, what: str, path: Path, part: TransactionPart) -> Iterator[Violation]:
    if part.operation[0] == "ConditionCheck" and part.condition == "none":
        message = f"{what}: a ConditionCheck needs a condition"
        yield Violation(message, (*path, "condition"), "leave `condition` out for `exists`, or write tests")
    views = [design.entities[entity] for entity in part.entity]
    known = {name for view in views for template in view.templates.values() for name in template.placeholders}
    for placeholder in part.bindings:
        if placeholder not in known and views:
            message = f"{what}: no key of `{views[0].name}` holds `{{{placeholder}}}`"
            yield Violation(message, (*path, "with", placeholder), did_you_mean(placeholder, known), key=True)


def _targets(design: Design, name: str, path: Path) -> Iterator[Violation]:
    """No two actions of a writing transaction are on one item, as far as the keys show."""
    seen: set[tuple[str, ...]] = set()
    outcome = outcomes(design)[name]
    for request in outcome if isinstance(outcome, tuple) else ():
        for position, part in enumerate(request.parts if request.operation == "TransactWriteItems" else ()):
            key = tuple(str(condition.templates[0]) for condition in part.key)
            if key in seen:
                message = f"access pattern `{name}`: two parts of a transaction have the same key {listed(key)}"
                yield Violation(message, (*path, "parts", position), "rename a placeholder in one of them by `with`")
            seen.add(key)
