"""Where moto is known to answer otherwise than DynamoDB, so that an access pattern cannot be proven on it.

DynamoDB Local, AWS's own engine, answers as the documentation says in all of these cases; they were seen with moto 5.2.
"""

from __future__ import annotations

from typing import Final

from cfn_table.design.design import Design
from cfn_table.design.expressions import attribute_of
from cfn_table.design.model import AccessPattern, PatternBase
from cfn_table.design.requests import Request
from cfn_table.prove.oracle import tests_of

_ORDERED: Final = frozenset({"gt", "gte", "lt", "lte", "between"})


def deviation_of_moto(design: Design, pattern: AccessPattern, request: Request) -> str:
    """Why an operation cannot be proven on moto; empty where it can."""
    if request.operation == "TransactGetItems" and any(part.returns is not None for part in request.parts):
        # `transact_get_items` in moto/dynamodb/responses.py; API reference, "Get": ProjectionExpression.
        return "moto returns whole items from TransactGetItems, whatever the projection; try DynamoDB Local"
    known = frozenset().union(*(view.stored for view in design.entities.values()))
    kinds = {name: each.type for view in design.entities.values() for name, each in view.attributes.items()}
    patterns: tuple[PatternBase, ...] = (pattern, *pattern.parts)
    for test in (test for each in patterns for test in tests_of(each)):
        kind = kinds.get(test.path, "any")
        if kind == "binary" and test.comparison in ("begins_with", "contains"):
            # API reference, "Condition": both operate on binaries.
            return f"moto finds nothing with {test.comparison} in a binary; try DynamoDB Local"
        if kinds.get(test.path) == "any" and test.comparison in _ORDERED:
            # `OpGreaterThan` and the others in moto/dynamodb/comparisons.py compare as Python does.
            return "moto breaks where it orders values of two types; try DynamoDB Local"
        if kind == "any" and test.path not in known.difference(kinds) and test.comparison == "not_equals":
            # `OpNotEqual` in moto/dynamodb/comparisons.py compares what is not there as null.
            return "moto takes what is missing for null; try DynamoDB Local"
    if any("[" in path[len(attribute_of(path, known)) :] for path in pattern.returns or ()):
        return "moto refuses a projection of a list's element; try DynamoDB Local"
    if request.keys.local and request.keys.projection != "all" and pattern.returns is not None:
        keys = request.keys
        included = keys.projection if isinstance(keys.projection, tuple) else ()
        held = {*design.table_keys.names, *keys.names, *included}
        asked = (*pattern.returns, *(test.path for test in tests_of(pattern)))
        if any(attribute_of(path, known) not in held for path in asked):
            # Developer guide, "Local secondary indexes", attribute projections: DynamoDB fetches them from the table.
            return "moto does not read from the table what a local index lacks; try DynamoDB Local"
    return ""
