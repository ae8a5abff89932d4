"""Requests that read many items, and the filter that keeps out what they did not ask for."""

from __future__ import annotations

from cfn_table.design.design import Design, EntityView, KeySchema
from cfn_table.design.expressions import Expressions, Operand
from cfn_table.design.model import AccessPattern
from cfn_table.design.requests.request import KeyCondition, Request, Underivable, finished, require_keys, views_of
from cfn_table.design.requests.sort_keys import may_be_returned, sort_conditions


def scan_request(design: Design, pattern: AccessPattern) -> Request:
    """The request of a Scan."""
    keys = design.keys_of(pattern.index)
    views = views_of(design, pattern)
    for view in views:
        require_keys(view, keys)
    others = [view for view in design.entities.values() if view.is_in(keys) and view not in views] if views else []
    types = _type_filter(design, views, others, keys)
    return _read(design, pattern, "Scan", keys, (), types)


def query_request(design: Design, pattern: AccessPattern) -> Request:
    """The request of a Query."""
    keys = design.keys_of(pattern.index)
    views = views_of(design, pattern)
    for view in views:
        require_keys(view, keys)
    conditions = []
    for name in keys.partition:
        templates = {view.templates[name] for view in views}
        if len(templates) > 1:
            listed = ", ".join(f"`{template}`" for template in sorted(map(str, templates)))
            raise Underivable(
                "query-gives-whole-partition-key",
                f"the entities have different templates for partition key `{name}`: {listed}",
                "one Query reads one partition: write a pattern for each entity",
                "entity",
            )
        conditions.append(KeyCondition(name, "equals", (templates.pop(),)))
    known = {placeholder for condition in conditions for placeholder in condition.templates[0].placeholders}
    conditions += sort_conditions(pattern, keys, views, known, design)
    strangers = [
        view
        for view in design.entities.values()
        if view not in views and may_be_returned(view, keys, conditions, views)
    ]
    types = _type_filter(design, views, strangers, keys)
    return _read(design, pattern, "Query", keys, tuple(conditions), types)


def _read(
    design: Design,
    pattern: AccessPattern,
    operation: str,
    keys: KeySchema,
    key: tuple[KeyCondition, ...],
    types: tuple[str, ...],
) -> Request:
    views = views_of(design, pattern) or design.entities.values()
    texts = Expressions(frozenset().union(keys.names, *(view.stored for view in views)))
    expressions: dict[str, str] = {}
    if key:
        expressions["KeyConditionExpression"] = " AND ".join(
            texts.compare(
                each.attribute,
                each.comparison,
                (Operand(each.attribute, template=template) for template in each.templates),
            )
            for each in key
        )
    tests = []
    type_attribute = design.file.table.type_attribute
    if types and type_attribute:
        operands = [Operand(type_attribute, constant=each) for each in types]
        tests.append(texts.compare(type_attribute, "equals" if len(operands) == 1 else "in", operands))
    if pattern.filter:
        for group in pattern.filter:
            for test in group:
                if test.path in keys.names and operation == "Query":
                    raise Underivable(
                        "filters-leave-keys-alone",
                        f"a Query cannot filter by its key attribute `{test.path}`",
                        "use `sort_key`, or filter by another attribute",
                        "filter",
                    )
        text = texts.tests(pattern.filter)
        tests.append(f"({text})" if tests and len(pattern.filter) > 1 else text)
    expressions["FilterExpression"] = " AND ".join(tests)
    if pattern.returns is not None:
        expressions["ProjectionExpression"] = ", ".join(texts.name(each) for each in pattern.returns)
    request = Request(
        operation,
        pattern.entity,
        keys,
        key,
        types=types,
        returns=pattern.returns,
        order=pattern.order if operation == "Query" else None,
        limit=pattern.limit,
    )
    return finished(request, texts, expressions)


def _type_filter(
    design: Design, views: list[EntityView], strangers: list[EntityView], keys: KeySchema
) -> tuple[str, ...]:
    """The types that a filter must let pass so that exactly the named entities are returned."""
    if not strangers:
        return ()
    types = {view.type for view in views}
    clash = [view for view in strangers if view.type is None or view.type in types or None in types]
    attribute = design.file.table.type_attribute
    if (
        not clash
        and keys.projection != "all"
        and attribute not in (*_included(keys), *keys.names, *design.table_keys.names)
    ):
        raise Underivable(
            "queries-return-exactly-their-entities",
            f"{keys.title} also holds `{strangers[0].name}`, without `{attribute}`, which tells them apart",
            f"project `{attribute}`, or narrow the sort key condition",
            "entity",
        )
    if clash:
        raise Underivable(
            "queries-return-exactly-their-entities",
            f"it also returns items of `{clash[0].name}`, and nothing tells them apart",
            "give the entities different types, narrow the sort key condition, or name both entities",
            "entity",
        )
    return tuple(sorted(each for each in types if each is not None))


def _included(keys: KeySchema) -> tuple[str, ...]:
    """The projected attributes that are no keys, where they are listed."""
    return keys.projection if isinstance(keys.projection, tuple) else ()
