"""Every placeholder of a key is always there: its attribute is required, unless the index may be sparse.

Why: an item without the attribute would have no key, and a table key must be whole. An index key may be absent, which
leaves the item out of the index; that must be said, since then queries do not find it.

Example:
    keys: {PK: "USER#{userId}", GSI1PK: "PLAN#{plan}"}
    attributes: {userId: string, plan?: string}

Use instead: `GSI1PK?: PLAN#{plan}`, or `plan: string`.

Known problems: none.

Source: DynamoDB developer guide, "Take advantage of sparse indexes".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "placeholders-are-required-attributes"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every optional attribute in a table key, or in an index key without a `?`."""
    in_table = design.table_keys.names
    for name, view in design.entities.items():
        for key, template in view.templates.items():
            optional = [
                each for each in template.placeholders if each in view.attributes and view.attributes[each].optional
            ]
            plain = key not in view.entity.keys
            if not optional or (plain and key not in in_table) or (key in view.entity.sparse and key not in in_table):
                continue
            if plain:
                message = f"`{key}` is a key attribute of the table, and optional in entity `{name}`"
                yield Violation(message, ("entities", name, "attributes", key), "remove its `?`", key=True)
                continue
            message = f"`{key}` of entity `{name}` holds `{{{optional[0]}}}`, which is optional"
            help_ = f"make `{optional[0]}` required"
            if key not in in_table:
                help_ += f", or write `{key}?` so that items without it are not in the index"
            yield Violation(message, ("entities", name, "keys", key), help_)
