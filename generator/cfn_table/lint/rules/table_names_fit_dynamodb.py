"""The name of a table has 3 to 255 characters of letters, digits, `_`, `.` and `-`.

Why: DynamoDB refuses every other name, and only when the table is created.

Example:
    TableName: kv storage

Use instead: `TableName: kv-storage`.

Known problems: only names that are plain. Names of indexes are left to cfn-lint (E3031, E3033).

Source: DynamoDB developer guide, "Supported data types and naming rules in Amazon DynamoDB".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._text import literal
from cfn_table.lint.rules._view import Problem, TemplateView

NAME = "table-names-fit-dynamodb"
SEVERITY = Severity.ERROR


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each name that DynamoDB refuses."""
    for table in template.tables():
        name = literal(table.properties.get("TableName")) if "TableName" in table.properties else None
        if name is None:
            continue
        path = (*table.path, "TableName")
        if wrong := sorted(set(re.findall(r"[^A-Za-z0-9_.-]", name))):
            message = f"the table name `{name}` has {', '.join(map(repr, wrong))} in it"
            yield Problem(path, message, "use letters, digits, `_`, `.` and `-`")
        if not 3 <= len(name) <= 255:
            shown = f"`{name}`" if len(name) < 3 else "that is given"
            yield Problem(path, f"the table name {shown} has {len(name)} characters, not 3 to 255")
