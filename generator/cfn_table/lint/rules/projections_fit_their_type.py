"""NonKeyAttributes stand exactly in a projection of type INCLUDE.

Why: DynamoDB refuses an index of type ALL or KEYS_ONLY that names attributes, and an INCLUDE that names none.

Example:
    Projection: {ProjectionType: ALL, NonKeyAttributes: [plan]}

Use instead: `{ProjectionType: INCLUDE, NonKeyAttributes: [plan]}`, or the type alone.

Known problems: none; a computed type or list is not looked at.

Source: DynamoDB API reference, Projection.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._indexes import indexes, name_of
from cfn_table.lint.rules._view import Problem, TemplateView, intrinsic, mapping

NAME = "projections-fit-their-type"
SEVERITY = Severity.ERROR

_KEY = "NonKeyAttributes"


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each projection that contradicts itself."""
    for table in template.tables():
        for path, index in indexes(table):
            projection = mapping(index.get("Projection"))
            kind, named = projection.get("ProjectionType"), projection.get(_KEY)
            name = name_of(index, path)
            if kind in ("ALL", "KEYS_ONLY") and _KEY in projection and not intrinsic(named):
                message = f"{name} projects `{kind}` and names attributes"
                yield Problem((*path, "Projection", _KEY), message, "remove them, or make it `INCLUDE`")
            elif kind == "INCLUDE" and not named:
                message = f"{name} projects `INCLUDE` and names no attribute"
                yield Problem((*path, "Projection", "ProjectionType"), message, f"add `{_KEY}`, or make it `KEYS_ONLY`")
