"""Requests about single items, batches of them, and transactions."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from typing import Any

from cfn_table.design.design import Design
from cfn_table.design.expressions import PARAMETER, Expressions
from cfn_table.design.model import AccessPattern, PatternBase, TransactionPart
from cfn_table.design.requests.bindings import bound_template
from cfn_table.design.requests.fields import refuse_senseless_fields
from cfn_table.design.requests.request import KeyCondition, Request, Underivable, finished, require_keys, views_of
from cfn_table.design.requests.updates import update_expression
from cfn_table.design.suggest import did_you_mean


def item_request(
    design: Design, pattern: PatternBase, operation: str, bindings: AnyMapping[str, str] | None = None
) -> Request:
    """The request of an operation on single items, or of one part of a transaction."""
    keys = design.table_keys
    views = views_of(design, pattern)
    for view in views:
        require_keys(view, keys)
    keys_by_entity = {
        view.name: tuple(KeyCondition(name, "equals", (bound_template(view, name, bindings),)) for name in keys.names)
        for view in views
    }
    view = views[0]
    key = keys_by_entity[view.name] if len(views) == 1 else ()
    stored = frozenset().union(*(each.stored for each in views))
    texts = Expressions(stored)
    expressions: dict[str, str] = {}
    changes: tuple[str, ...] = ()
    if operation == "UpdateItem":
        changes = update_expression(design, pattern, view, texts, expressions, bindings)
    elif operation in ("PutItem", "BatchWriteItem"):
        changes = tuple(sorted(stored))
    if operation in ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheck"):
        expressions["ConditionExpression"] = _condition(design, pattern, operation, texts)
    if pattern.returns is not None and operation in ("GetItem", "BatchGetItem"):
        expressions["ProjectionExpression"] = ", ".join(texts.name(each) for each in pattern.returns)
    returns = pattern.returns if operation in ("GetItem", "BatchGetItem") else None
    request = Request(operation, pattern.entity, keys, key, keys_by_entity, returns=returns, changes=changes)
    renamed = _renamed({**(pattern.set if operation == "UpdateItem" else {}), **(bindings or {})})
    return finished(replace(request, renamed=renamed), texts, expressions)


def _renamed(values: AnyMapping[str, Any]) -> dict[str, str]:
    """`{other}` given for a name, as other → name."""
    found = {name: PARAMETER.match(value) for name, value in values.items() if isinstance(value, str)}
    return {match[1]: str(name) for name, match in found.items() if match is not None}


def _condition(design: Design, pattern: PatternBase, operation: str, texts: Expressions) -> str:
    default = {"PutItem": "not_exists", "UpdateItem": "exists", "ConditionCheck": "exists"}.get(operation, "none")
    condition = default if pattern.condition is None else pattern.condition
    if condition == "none":
        if operation == "ConditionCheck":
            raise Underivable(
                "patterns-say-what-their-operation-takes", "a ConditionCheck checks a condition", "", "condition"
            )
        return ""
    partition = design.table_keys.partition[0]
    if isinstance(condition, str):
        return texts.compare(partition, condition, ())
    return texts.tests(condition)


def transaction_request(design: Design, pattern: AccessPattern, operation: str) -> Request:
    """The request of a transaction, with its parts."""
    rule = "patterns-say-what-their-operation-takes"
    if not pattern.parts:
        raise Underivable(rule, f"{operation} needs `parts`", "list its actions, each like an access pattern")
    if len(pattern.parts) > 100:
        raise Underivable(rule, "a transaction has at most 100 parts", "split it", "parts")
    reads = operation == "TransactGetItems"
    requests = []
    for position, part in enumerate(pattern.parts):
        action = part.operation[0]
        if reads != (action == "GetItem"):
            raise Underivable(rule, f"{action} cannot be part of {operation}", "", "parts")
        if len(part.entity) != 1:
            raise Underivable(rule, "a part of a transaction has one entity", "add `entity: NAME`", "parts")
        try:
            requests.append(_part_request(design, part))
        except Underivable as error:
            error.part = position
            raise
    entities = tuple(dict.fromkeys(part.entity[0] for part in pattern.parts))
    return Request(operation, entities, design.table_keys, (), parts=tuple(requests))


def _part_request(design: Design, part: TransactionPart) -> Request:
    refuse_senseless_fields(part, part.operation)
    view = design.entities[part.entity[0]]
    placeholders = {name for template in view.templates.values() for name in template.placeholders}
    for name in part.bindings:
        if name not in placeholders:
            raise Underivable(
                "patterns-name-attributes",
                f"the keys of entity `{view.name}` hold no `{{{name}}}`",
                did_you_mean(name, placeholders),
                "with",
            )
    return item_request(design, part, part.operation[0], part.bindings)
