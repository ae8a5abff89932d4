"""A placeholder's attribute can stand inside a key in the form that the template gives it.

Why: a map or a set has no text. Zero padding is for whole numbers. Lower and upper case lose what was written, so the
attribute itself must be stored beside the key.

Example:
    keys: {PK: "EMAIL#{email:lower}"}
    attributes: {…}   # and `email` is under `key_only`, so nobody knows how it was written

Use instead: `attributes: {email: string}`.

Known problems: none.

Source: follows from the design language; numbers have up to 38 digits (DynamoDB developer guide, "Quotas in Amazon
DynamoDB").
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design, EntityView
from cfn_table.design.keys import SCALAR_TYPES, Placeholder
from cfn_table.design.rules._facts import a
from cfn_table.design.rules.violation import Violation
from cfn_table.design.values import NUMBER_DIGITS
from cfn_table.findings import Severity

NAME = "placeholder-forms-fit-their-attributes"
SEVERITY = Severity.ERROR

_EPOCH_DIGITS = 10


def check(design: Design) -> Iterator[Violation]:
    """A violation for every placeholder whose attribute is of the wrong type for its form."""
    for name, view in design.entities.items():
        for key, template in view.entity.keys.items():
            for part in template.parts:
                if isinstance(part, Placeholder) and part.name in view.domains:
                    message, help_ = _wrong(view, part)
                    if message:
                        path = ("entities", name, "keys", key)
                        yield Violation(f"`{key}` of entity `{name}`: {message}", path, help_)


def _wrong(view: EntityView, part: Placeholder) -> tuple[str, str]:
    domain = view.domains[part.name]
    if domain.type not in SCALAR_TYPES:
        return f"`{part}` is {a(domain.type)}, which has no text", "use an attribute of a simple type"
    if part.format in ("lower", "upper"):
        if domain.type != "string":
            return f"`{part}` is {a(domain.type)}, which has no case", f"write `{{{part.name}}}`"
        if part.name not in view.attributes:
            help_ = f"add `{part.name}: string` to the entity's attributes"
            return f"`{part}` loses what was written, and `{part.name}` is not stored", help_
    if not part.width:
        return "", ""
    if domain.type not in ("number", "epoch"):
        return f"`{part}` is {a(domain.type)}, and only numbers are zero-padded", f"write `{{{part.name}}}`"
    if part.width > NUMBER_DIGITS:
        return f"`{part}` has more digits than a number can have", f"use at most {NUMBER_DIGITS}"
    if domain.type == "epoch" and part.width < _EPOCH_DIGITS:
        return f"`{part}` has fewer digits than a time in seconds", f"use at least {_EPOCH_DIGITS}"
    long = [value for value in domain.values if not value.isdigit() or len(value) > part.width]
    if long:
        return f"`{part}` cannot hold `{long[0]}`", "use more digits; only whole numbers from 0 are padded"
    return "", ""
