"""From an access pattern to its requests, and to the parameters that they take."""

from __future__ import annotations

from collections.abc import Sequence

from cfn_table.design.design import Design, EntityView
from cfn_table.design.expressions import member_kind
from cfn_table.design.keys import KEY_TYPES
from cfn_table.design.memory import once_per_design
from cfn_table.design.model import AccessPattern
from cfn_table.design.requests.fields import refuse_senseless_fields
from cfn_table.design.requests.items import item_request, transaction_request
from cfn_table.design.requests.queries import query_request, scan_request
from cfn_table.design.requests.request import BATCHES, TRANSACTIONS, Request, Underivable


@once_per_design
def derive(design: Design, name: str) -> tuple[Request, ...]:
    """The requests of the access pattern `name`, one per operation.

    Raises:
        Underivable: no request does what the pattern says.
    """
    pattern = design.pattern(name)
    return tuple(_derive(design, pattern, operation) for operation in pattern.operation)


def parameters(design: Design, request: Request) -> dict[str, str]:
    """Name → type (of the design language) of every parameter of the request, in order of first use."""
    found: dict[str, str | None] = {}
    views = [design.entities[name] for name in request.entities] or list(design.entities.values())
    conditions = request.key or [each for key in request.keys_by_entity.values() for each in key]
    templates = [(condition.attribute, template) for condition in conditions for template in condition.templates]
    templates += [(each.attribute, each.template) for each in request.values.values() if each.template is not None]
    for attribute, template in templates:
        for placeholder in template.placeholders:
            original = request.renamed.get(placeholder, placeholder)
            domain = next((view.domains[original] for view in views if original in view.domains), None)
            # A free parameter that is a whole number or binary is what the key attribute is.
            other = None if template.whole is None else _whole_type(views, attribute)
            found.setdefault(placeholder, domain.type if domain else other)
    for value in request.values.values():
        if value.parameter is not None and found.get(value.parameter) is None:
            kinds = [view.attributes[value.attribute].type for view in views if value.attribute in view.attributes]
            kind = kinds[0] if kinds else "any"
            found[value.parameter] = member_kind(kind) if value.member else kind
    if isinstance(request.limit, str):
        found.setdefault(request.limit.strip("{}"), "number")
    for part in request.parts:
        for parameter, part_kind in parameters(design, part).items():
            found.setdefault(parameter, part_kind)
    return {name: kind or "string" for name, kind in found.items()}


def _whole_type(views: Sequence[EntityView], attribute: str) -> str | None:
    """The type of the placeholder that is the whole key attribute, where that is no text."""
    for view in views:
        whole = view.templates[attribute].whole if attribute in view.templates else None
        if whole is not None and view.domains[whole.name].type in KEY_TYPES:
            return view.domains[whole.name].type
    return None


def _derive(design: Design, pattern: AccessPattern, operation: str) -> Request:
    refuse_senseless_fields(pattern, pattern.operation)
    if operation in TRANSACTIONS:
        return transaction_request(design, pattern, operation)
    if not pattern.entity and operation != "Scan":
        raise Underivable("patterns-say-what-their-operation-takes", "`entity` is missing", "add `entity: NAME`")
    if operation == "Query":
        return query_request(design, pattern)
    if operation == "Scan":
        return scan_request(design, pattern)
    if len(pattern.entity) > 1 and operation not in BATCHES:
        raise Underivable(
            "patterns-say-what-their-operation-takes", f"{operation} takes one entity", "write a pattern each", "entity"
        )
    return item_request(design, pattern, operation)
