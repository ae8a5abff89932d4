"""The key of a secondary index is its HASH attributes and then its RANGE attributes, one to four of each.

Why: DynamoDB refuses every other order and number when the index is created, which may be long after the table was.

Example:
    KeySchema:
      - {AttributeName: GSI1SK, KeyType: RANGE}
      - {AttributeName: GSI1PK, KeyType: HASH}

Use instead: the HASH attribute first. A global secondary index takes up to four HASH and four RANGE attributes; a local
one has the table's HASH attribute and exactly one RANGE attribute.

Known problems: an index with a computed key type is not looked at. The table's own key is left to cfn-lint (E3018).

Source: DynamoDB developer guide, "Multi-attribute keys pattern" and "Local secondary indexes".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cfn_table.findings import Severity
from cfn_table.lint.rules._indexes import GLOBAL, LOCAL, indexes, name_of
from cfn_table.lint.rules._view import Problem, TemplateView, is_complete, mapping

NAME = "index-keys-are-hash-then-range"
SEVERITY = Severity.ERROR

_MOST = {GLOBAL: 4, LOCAL: 1}


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each key that DynamoDB would refuse."""
    for table in template.tables():
        for kind, most in _MOST.items():
            for path, index in indexes(table, kind):
                schema = index.get("KeySchema")
                if not isinstance(schema, list) or not is_complete(schema):
                    continue
                types = [mapping(element).get("KeyType") for element in schema]
                if all(it in ("HASH", "RANGE") for it in types) and (wrong := _wrong(types, most)):
                    yield Problem((*path, "KeySchema"), f"{name_of(index, path)} {wrong[0]}", wrong[1])


def _wrong(types: list[Any], most: int) -> tuple[str, str] | None:
    if "HASH" not in types:
        return "has no HASH attribute", "begin its key with a HASH attribute"
    if sorted(types) != types:
        return "has a RANGE attribute before a HASH attribute", "write all HASH attributes first"
    for kind in ("HASH", "RANGE"):
        if types.count(kind) > most:
            return f"has {types.count(kind)} {kind} attributes, at most {most} are possible", ""
    if most == 1 and "RANGE" not in types:
        return "has no RANGE attribute", "a local secondary index is another sort key, so it needs one"
    return None
