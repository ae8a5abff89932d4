"""Numbers inside sort keys are zero-padded where queries rely on their order.

Why: DynamoDB orders strings by their bytes, so `ITEM#10` comes before `ITEM#9`: ranges miss items, and pages come in
the wrong order.

Example:
    item: {keys: {PK: "ORDER#{orderId}", SK: "ITEM#{position}"}, attributes: {orderId: string, position: number}}
    list_items: {operation: Query, entity: item}

Use instead: `SK: ITEM#{position:05}`.

Known problems: negative numbers and fractions have no padded form; `epoch` values have ten digits until the year 2286.

Source: DynamoDB developer guide, "Data types": strings are ordered by the bytes of their UTF-8 encoding.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.keys import KeyTemplate, Placeholder
from cfn_table.design.requests import Request
from cfn_table.design.rules._facts import requests
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "numbers-in-sort-keys-are-padded"
SEVERITY = Severity.WARNING


def check(design: Design) -> Iterator[Violation]:
    """A violation for every such placeholder in a sort key that a Query does not state exactly."""
    seen: set[tuple[str, str]] = set()
    for pattern, request in requests(design):
        if request.operation != "Query":
            continue
        for name in _open(request):
            for entity in request.entities:
                view = design.entities[entity]
                for part in _unpadded(view.templates[name]):
                    listed = view.domains[part.name].values
                    if view.domains[part.name].type != "number" or listed or (entity, name) in seen:
                        continue
                    seen.add((entity, name))
                    message = (
                        f"`{name}` of entity `{entity}` holds the number `{part}` as text, which sorts `10` before `9`"
                    )
                    path = ("entities", entity, "keys", name)
                    yield Violation(
                        message, path, f"pad it: `{{{part.name}:010}}`; access pattern `{pattern}` sorts by it"
                    )


def _open(request: Request) -> list[str]:
    """The sort key attributes that the query does not fix."""
    fixed = {condition.attribute for condition in request.key if condition.comparison == "equals"}
    return [name for name in request.keys.sort if name not in fixed]


def _unpadded(template: KeyTemplate) -> list[Placeholder]:
    if template.whole is not None:
        return []
    return [part for part in template.parts if isinstance(part, Placeholder) and not part.format]
