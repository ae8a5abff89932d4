"""Indexes have different names, and so have their exports.

Why: DynamoDB refuses a table with two indexes of one name; no linter says so. An export is named after an index's id
without its punctuation, so `by-status` and `bystatus` would be one.

Example:
    indexes:
      - {name: GSI1, id: ByStatus, key: {partition: GSI1PK}}
      - {name: GSI1, id: ByOwner, key: {partition: GSI2PK}}

Use instead: another `name`, or another `id`.

Known problems: of deploy-time parameters only the default and the allowed values are known.

Source: API reference, CreateTable: the name must be unique among all other indexes on the table.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.context import Parametric
from cfn_table.design.design import Design
from cfn_table.design.model import Index, VectorIndex
from cfn_table.design.names import alphanumeric
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "indexes-have-names-of-their-own"
SEVERITY = Severity.ERROR

_OTHER_OUTPUTS = {"TableName": "the table's name"}


def check(design: Design) -> Iterator[Violation]:
    """A violation for every index whose name or export another one has already."""
    names: dict[str, str] = {}
    exports: dict[str, str] = dict(_OTHER_OUTPUTS)
    for section in ("indexes", "vector_indexes"):
        indexes: tuple[Index | VectorIndex, ...] = getattr(design.file, section)
        for position, index in enumerate(indexes):
            clash = [text for text in _texts(index.name) if text in names]
            if clash:
                verb = "can both be" if isinstance(index.name, Parametric) else "are both"
                message = f"the indexes `{names[clash[0]]}` and `{index.ref}` {verb} named `{clash[0]}`"
                yield Violation(message, (section, position, "name"), "give one of them another name")
            names |= dict.fromkeys(_texts(index.name), index.ref)
            export = f"{alphanumeric(index.ref)}Name"
            if export in exports:
                message = f"the index `{index.ref}` and {exports[export]} have the same export `{export}`"
                yield Violation(message, (section, position, "id" if index.id else "name"), "give it another `id`")
            exports[export] = f"the index `{index.ref}`"


def _texts(name: str | Parametric) -> list[str]:
    """The names that the index can have, as far as is known."""
    return [name] if isinstance(name, str) else [*name.possible_texts(), str(name)]
