"""Time to live, where it is enabled, names an attribute that can hold a time.

Why: without an attribute DynamoDB refuses the table. An attribute that the keys declare as a string or as binary is
never a time: nothing expires, and nobody is told.

Example:
    TimeToLiveSpecification: {Enabled: true}

Use instead: `{Enabled: true, AttributeName: ttl}`, with seconds since 1970 as a number in that attribute.

Known problems: only key attributes have a declared type; what items hold is not known.

Source: DynamoDB developer guide, "Using time to live (TTL) in DynamoDB": items whose attribute is no number are
ignored.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Problem, TemplateView, each, mapping, said_yes

NAME = "ttl-names-its-attribute"
SEVERITY = Severity.ERROR

_TYPES = {"S": "string", "B": "binary"}


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each table whose items cannot expire."""
    for table in template.tables():
        path = (*table.path, "TimeToLiveSpecification")
        settings = mapping(table.properties.get("TimeToLiveSpecification"))
        if not said_yes(settings.get("Enabled")):
            continue
        attribute = settings.get("AttributeName")
        if attribute is None or attribute == "":
            message = f"time to live of table `{table.id}` is enabled and names no attribute"
            yield Problem(path, message, "add `AttributeName`")
        for _, declared in each(table.properties.get("AttributeDefinitions"), ()):
            declaration = mapping(declared)
            kind = _TYPES.get(str(declaration.get("AttributeType")))
            if kind and isinstance(attribute, str) and declaration.get("AttributeName") == attribute:
                message = f"the time-to-live attribute `{attribute}` is a key attribute of type {kind}"
                yield Problem((*path, "AttributeName"), message, "name an attribute that holds a number")
