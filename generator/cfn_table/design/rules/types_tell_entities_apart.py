"""Every item says what it is: by its type attribute, and where entities share a type, by its keys.

Why: whoever reads a stream or an item collection must know which entity an item is of; the filters of queries rely on
the type attribute.

Example:
    table: {type_attribute: entityType}
    entities: {user: {keys: {…}, attributes: {…}}}   # without `type`

Use instead: `type: USER`.

Known problems: none.

Source: follows from the data model.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design, EntityView
from cfn_table.design.keys import KeyTemplate
from cfn_table.design.rules._facts import a
from cfn_table.design.rules._shared_keys import shared_keys
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "types-tell-entities-apart"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation for every entity that cannot be told, or whose type is stored nowhere or contradicts another."""
    attribute = design.file.table.type_attribute
    for name, view in design.entities.items():
        if attribute is None:
            if view.entity.type is not None:
                message = f"the type of entity `{name}` is stored nowhere"
                yield Violation(
                    message, ("entities", name, "type"), "add `type_attribute: NAME` to the table, or remove it"
                )
            continue
        if view.entity.type is None:
            message = f"entity `{name}` has no `type`, which `{attribute}` would hold"
            yield Violation(message, ("entities", name), f"add `type: {name.upper()}`", key=True)
            continue
        yield from _declared(view, attribute)
    for one, other in shared_keys(design) if attribute is not None else ():
        kind = design.entities[one].type
        if kind is not None and kind == design.entities[other].type:
            message = f"entities `{one}` and `{other}` share the type `{kind}`, and keys do not tell them apart"
            yield Violation(message, ("entities", other, "type"), "give them different types, or different keys")


def _declared(view: EntityView, attribute: str) -> Iterator[Violation]:
    """The type attribute may be declared too, as a string that can have the entity's type, or built as a key."""
    declared = view.attributes.get(attribute)
    path = ("entities", view.name, "attributes", attribute)
    if declared is not None and declared.dynamodb_type != "S":
        message = f"the type attribute `{attribute}` is {a(declared.type)} in entity `{view.name}`"
        yield Violation(message, path, "remove the declaration: `type` says it all")
    elif declared is not None and declared.values and view.type not in declared.values:
        message = f"the type `{view.type}` of entity `{view.name}` is not one of the values of `{attribute}`"
        yield Violation(message, path, "remove the declaration: `type` says it all")
    template = view.entity.keys.get(attribute)
    if template is not None and template != KeyTemplate((str(view.type),)):
        message = f"entity `{view.name}` writes `{template}` to the type attribute `{attribute}`, not `{view.type}`"
        yield Violation(message, ("entities", view.name, "keys", attribute), "leave the template out")
