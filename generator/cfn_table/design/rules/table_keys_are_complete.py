"""Every entity writes all key attributes of the table, always.

Why: DynamoDB refuses an item without its whole primary key.

Example:
    user: {keys: {PK: "USER#{userId}"}, attributes: {userId: string}}   # the table's key is PK and SK

Use instead: a template for each: `SK: METADATA`. Only index keys may be absent (`?`).

Known problems: none.

Source: API reference, PutItem: all primary key attributes must be provided.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import listed
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "table-keys-are-complete"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every entity that lacks a key attribute of the table, or may lack one."""
    for name, view in design.entities.items():
        missing = [key for key in design.table_keys.names if key not in view.templates]
        if missing:
            message = f"entity `{name}` does not write {listed(missing)} of the table's key"
            yield Violation(message, ("entities", name), f"add `{missing[0]}: TEMPLATE` to its keys", key=True)
        for key in design.table_keys.names:
            if key in view.entity.sparse:
                message = f"`{key}` is a key attribute of the table, so entity `{name}` cannot lack it"
                yield Violation(message, ("entities", name, "keys", key), "remove its `?`", key=True)
