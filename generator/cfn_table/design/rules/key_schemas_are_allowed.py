"""Keys have as many attributes as DynamoDB takes, each once.

Why: the table and local indexes have exactly one partition key attribute and at most one sort key attribute; only a
global index has up to four of each. A local index shares the table's partition key and needs a sort key, on a table
that has one too.

Example:
    table: {key: {partition: [tenant, user], sort: SK}}

Use instead: one attribute with a composed value, `PK: "{tenant}#{user}"`, or several attributes on a global index.

Known problems: none.

Source: DynamoDB developer guide, "Multi-attribute keys" of global secondary indexes, and "Local secondary indexes".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.model import Key
from cfn_table.design.rules._facts import Path, listed
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "key-schemas-are-allowed"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every key that DynamoDB would refuse."""
    table = design.file.table.key
    yield from _counts("the table", table, ("table", "key"), 1)
    for position, index in enumerate(design.file.indexes):
        path: Path = ("indexes", position, "key")
        title = f"local index `{index.ref}`" if index.local else f"index `{index.ref}`"
        yield from _counts(title, index.key, path, 1 if index.local else 4)
        if not index.local:
            continue
        if index.key.partition[:1] != table.partition[:1] and index.key.names[:1] != table.names[:1]:
            message = f"{title} has the partition key {listed(index.key.names[:1])}, not the table's"
            yield Violation(message, (*path, "partition"), f"write `partition: {table.names[0]}`, or make it global")
        if not index.key.sort:
            yield Violation(f"{title} has no sort key", path, "add one, or make the index global", key=True)
        if not table.sort:
            message = f"{title} needs a table with a sort key"
            yield Violation(message, ("indexes", position, "local"), "make the index global")


def _counts(title: str, key: Key, path: Path, most: int) -> Iterator[Violation]:
    for part, attributes in (("partition", key.partition), ("sort", key.sort)):
        if len(attributes) > most:
            number = {1: "one attribute", 4: "four attributes"}[most]
            message = f"the {part} key of {title} has at most {number}, not {len(attributes)}"
            yield Violation(message, (*path, part), "compose one value by a template", key=True)
    twice = {name for name in key.names if key.names.count(name) > 1}
    if twice:
        yield Violation(f"the key of {title} has {listed(sorted(twice))} twice", path, "name each once", key=True)
