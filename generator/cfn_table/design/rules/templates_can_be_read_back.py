"""A key tells the values that it was built from: no key can be read in two ways.

Why: `{first}{second}` gives `abc` for `a` and `bc` and for `ab` and `c`. In a table key two different items of one
entity would be one; in an index key a query for one would also return the other.

Example:
    keys: {PK: "{country}{city}", SK: "{path}#{version}"}   # where the pattern of `path` allows `#`

Use instead: the delimiter between placeholders, and as the last one of a template that which may hold the delimiter.

Known problems: where two readings are neither found nor excluded, that is a warning.

Source: follows from the design language; the example is rendered from both sets of values.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.ambiguity import TooManyStates, TwoReadings, find_two_readings
from cfn_table.design.design import Design, EntityView
from cfn_table.design.keys import KeyTemplate
from cfn_table.design.overlap import Undecided, find_collision
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "templates-can-be-read-back"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """An error for every template that makes two items one, a warning for every other with two readings."""
    for name, view in design.entities.items():
        for key, template in view.entity.keys.items():
            path = ("entities", name, "keys", key)
            try:
                found = find_two_readings(template, view.domains)
            except TooManyStates:
                message = f"whether every `{template}` has one reading was not found out"
                yield Violation(message, path, "put the delimiter between its placeholders", Severity.WARNING)
                continue
            if found is None:
                continue
            one, other = (_values(found.one, template), _values(found.other, template))
            message = f"`{template}` is `{found.text}` for {one}, and for {other}"
            lost = key in design.table_keys.names and _one_key(design, view, key, found)
            help_ = "put the delimiter, or other text that its values cannot hold, between its placeholders"
            if lost:
                help_ = f"two items of `{name}` would have one key: {help_}"
            yield Violation(message, path, help_, None if lost else Severity.WARNING)


def _values(values: object, template: KeyTemplate) -> str:
    assert isinstance(values, dict)
    return ", ".join(f"{name} `{values[name]}`" for name in template.placeholders)


def _one_key(design: Design, view: EntityView, ambiguous: str, found: TwoReadings) -> bool:
    """Whether the rest of the table's key can be the same for both sets of values; True where that is not known."""
    rest = [view.templates[name] for name in design.table_keys.names if name != ambiguous and name in view.templates]
    fixed = [[_fill(template, values, view) for template in rest] for values in (found.one, found.other)]
    if None in fixed[0] or None in fixed[1]:
        return False
    try:
        return find_collision(fixed[0], view.domains, fixed[1], view.domains) is not None  # type: ignore[arg-type]
    except Undecided:
        return True


def _fill(template: KeyTemplate, values: object, view: EntityView) -> KeyTemplate | None:
    """The template with the known values written out; None where one of them cannot stand there."""
    from cfn_table.design.overlap import render_part

    assert isinstance(values, dict)
    parts: list[object] = []
    for part in template.parts:
        known = not isinstance(part, str) and part.name in values
        text = render_part(part, view.domains, values[part.name]) if known else part  # type: ignore[union-attr, arg-type]
        if text is None:
            return None
        parts.append(text)
    return KeyTemplate(tuple(parts))  # type: ignore[arg-type]
