"""An update does not remove what every item of the entity has.

Why: readers rely on required attributes; generated types say that they are there.

Example:
    forget_email: {operation: UpdateItem, entity: user, remove: [email]}   # with `email: string`

Use instead: `email?: string`, or `set` to another value.

Known problems: none.

Source: follows from the design language: `?` marks optional attributes.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import patterns_and_parts
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "updates-keep-required-attributes"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation for every required attribute that a pattern removes."""
    type_attribute = design.file.table.type_attribute
    for name, path, pattern in patterns_and_parts(design):
        for entity in pattern.entity:
            view = design.entities[entity]
            for position, removed in enumerate(pattern.remove):
                attribute = view.attributes.get(removed)
                required = attribute is not None and not attribute.optional
                if required or (view.type is not None and removed == type_attribute):
                    message = f"access pattern `{name}` removes `{removed}`, which every `{entity}` has"
                    help_ = f"write `{removed}?` where it is declared" if required else "it tells entities apart"
                    yield Violation(message, (*path, "remove", position), help_)
