"""A name means one thing: no attribute is declared twice, as a key and as an attribute or with two types.

Why: an entity with both `keys.PK` and `attributes.PK` does not say whether PK follows from other attributes or is
given. A placeholder that is a string in one place and a number in another gives keys that do not match.

Example:
    keys: {PK: "USER#{userId}"}
    attributes: {PK: string, userId: string}

Use instead: a template, or an attribute that is itself the key attribute, without a template.

Known problems: none.

Source: follows from the design language.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import a
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "attributes-are-declared-once"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation for every second declaration."""
    shared = design.file.every_entity.attributes
    for name, view in design.entities.items():
        where = ("entities", name)
        for key in view.entity.keys:
            if key in view.attributes:
                yield Violation(
                    f"entity `{name}` declares `{key}` both as a key and as an attribute",
                    (*where, "keys", key),
                    "keep the template, or the attribute",
                    key=True,
                )
        for attribute, declared in view.entity.attributes.items():
            other = shared.get(attribute)
            if other is not None and (other.type, other.values) != (declared.type, declared.values):
                yield Violation(
                    f"entity `{name}` declares `{attribute}` otherwise than `every_entity` does",
                    (*where, "attributes", attribute),
                    "keep one declaration",
                    key=True,
                )
        for attribute, declared in view.attributes.items():
            other = design.file.key_only.get(attribute)
            if other is not None and other.type != declared.type:
                yield Violation(
                    f"`{attribute}` is {a(declared.type)} in entity `{name}`, and {a(other.type)} under `key_only`",
                    (*where, "attributes", attribute),
                    "give both the same type, or rename one",
                    key=True,
                )
