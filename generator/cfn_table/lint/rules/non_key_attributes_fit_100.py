"""All INCLUDE projections of a table together name at most 100 attributes.

Why: DynamoDB counts the attributes of all indexes, the same attribute twice if two indexes project it, and refuses the
table or the new index.

Example: five indexes with 21 NonKeyAttributes each.

Use instead: `ProjectionType: ALL` where an index needs that much.

Known problems: computed entries are not counted.

Source: DynamoDB developer guide, "Service, account, and table quotas", projected secondary index attributes.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._indexes import GLOBAL, LOCAL, indexes
from cfn_table.lint.rules._view import Path, Problem, TemplateView, each, mapping

NAME = "non-key-attributes-fit-100"
SEVERITY = Severity.ERROR

_LIMIT = 100


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each table, at the index that is one too many."""
    for table in template.tables():
        count = 0
        place: Path | None = None
        for path, index in indexes(table, LOCAL, GLOBAL):
            here = (*path, "Projection", "NonKeyAttributes")
            count += len(each(mapping(index.get("Projection")).get("NonKeyAttributes"), here))
            if count > _LIMIT and place is None:
                place = here
        if place is not None:
            yield Problem(
                place,
                f"the indexes of table `{table.id}` project {count} attributes by name, {_LIMIT} are possible",
                "project all attributes where an index needs many",
            )
