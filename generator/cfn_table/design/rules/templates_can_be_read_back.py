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

from collections.abc import Iterator, Mapping

from cfn_table.design.ambiguity import TooManyStates, TwoReadings, find_two_readings
from cfn_table.design.design import Design, EntityView
from cfn_table.design.keys import KeyTemplate
from cfn_table.design.overlap import Undecided, fill, find_collision
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
            lost = key in design.table_keys.names and _is_lost(design, view, key, found)
            help_ = "put the delimiter, or other text that its values cannot hold, between its placeholders"
            if lost:
                help_ = f"two items of `{name}` would have one key: {help_}"
            yield Violation(message, path, help_, None if lost else Severity.WARNING)


def _values(values: Mapping[str, str], template: KeyTemplate) -> str:
    return ", ".join(f"{name} `{values[name]}`" for name in template.placeholders)


def _is_lost(design: Design, view: EntityView, ambiguous: str, found: TwoReadings) -> bool:
    """Whether two items would have one whole key; True where that is not known.

    Where the rest of the key tells the two readings apart, others are looked for that agree on what the rest holds.
    """
    if _one_key(design, view, ambiguous, found):
        return True
    template = view.templates[ambiguous]
    rest = [view.templates[name] for name in _rest(design, ambiguous) if name in view.templates]
    shared = {name for each in rest for name in each.placeholders}.intersection(template.placeholders)
    fixed = fill(template, {name: found.one[name] for name in shared}, view.domains)
    try:
        again = find_two_readings(fixed, view.domains) if fixed is not None and fixed != template else None
    except TooManyStates:
        return True
    return again is not None


def _rest(design: Design, ambiguous: str) -> list[str]:
    return [name for name in design.table_keys.names if name != ambiguous]


def _one_key(design: Design, view: EntityView, ambiguous: str, found: TwoReadings) -> bool:
    rest = [view.templates[name] for name in _rest(design, ambiguous) if name in view.templates]
    one, other = ([fill(each, values, view.domains) for each in rest] for values in (found.one, found.other))
    mine, theirs = ([each for each in filled if each is not None] for filled in (one, other))
    if len(mine) < len(rest) or len(theirs) < len(rest):
        return False
    try:
        return find_collision(mine, view.domains, theirs, view.domains) is not None
    except Undecided:
        return True
