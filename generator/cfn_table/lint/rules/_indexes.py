"""Secondary indexes of a table, as far as they are plainly there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cfn_table.lint.rules._view import Path, Resource, each, is_complete, mapping

GLOBAL = "GlobalSecondaryIndexes"
LOCAL = "LocalSecondaryIndexes"
VECTOR = "VectorIndexes"


def indexes(table: Resource, *kinds: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Path and content of each index of the given kinds (default: all)."""
    for kind in kinds or (GLOBAL, LOCAL, VECTOR):
        for path, index in each(table.properties.get(kind), (*table.path, kind)):
            if isinstance(index, dict):
                yield path, index


def name_of(index: dict[str, Any], path: Path) -> str:
    """How to call an index in a message: its name, else its number."""
    name = index.get("IndexName")
    return f"index `{name}`" if isinstance(name, str) else f"index {path[-1]}"


def all_index_names(table: Resource) -> frozenset[str] | None:
    """The names of all indexes of a table; None where one of them, or whether there is one, is computed."""
    lists = [table.properties.get(kind) for kind in (GLOBAL, LOCAL, VECTOR)]
    if not table.properties or not all(is_complete(it) for it in lists):
        return None
    names = [mapping(index).get("IndexName") for it in lists for index in it or ()]
    plain = [name for name in names if isinstance(name, str)]
    return frozenset(plain) if len(plain) == len(names) else None
