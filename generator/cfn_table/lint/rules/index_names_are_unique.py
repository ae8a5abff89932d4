"""No two secondary indexes of a table have the same name.

Why: DynamoDB refuses the table, and only when it is created.

Example:
    GlobalSecondaryIndexes:
      - {IndexName: GSI1, …}
      - {IndexName: GSI1, …}

Use instead: a name of its own for each, whatever the kind of the index.

Known problems: none; computed names are not compared.

Source: DynamoDB API reference, CreateTable ("The name of the … index. The name must be unique among all other indexes
on this table").
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._indexes import indexes
from cfn_table.lint.rules._view import Problem, TemplateView

NAME = "index-names-are-unique"
SEVERITY = Severity.ERROR


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each index whose name an earlier one has."""
    for table in template.tables():
        seen: set[str] = set()
        for path, index in indexes(table):
            name = index.get("IndexName")
            if isinstance(name, str):
                if name in seen:
                    message = f"table `{table.id}` has two indexes named `{name}`"
                    yield Problem((*path, "IndexName"), message, "give each index a name of its own")
                seen.add(name)
