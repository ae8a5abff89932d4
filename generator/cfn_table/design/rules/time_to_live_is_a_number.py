"""The time-to-live attribute is a number that some entity has, and no key.

Why: DynamoDB ignores a time to live that is no number, so nothing ever expires; no linter looks at that. A key
attribute cannot change, so an item's life could not be extended.

Example:
    table: {time_to_live: expiresAt}
    session: {attributes: {expiresAt?: timestamp}}   # a string

Use instead: `expiresAt?: epoch`.

Known problems: none.

Source: DynamoDB developer guide, "Using time to live (TTL) in DynamoDB": a number, in seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import a
from cfn_table.design.rules.violation import Violation
from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity

NAME = "time-to-live-is-a-number"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation where the attribute is missing, a key, or of another type."""
    name = design.file.table.time_to_live
    if name is None:
        return
    path = ("table", "time_to_live")
    if name in design.key_attributes:
        message = f"the time-to-live attribute `{name}` is a key attribute"
        yield Violation(message, path, "use an attribute of its own, such as `ttl?: epoch`")
    owners = [view for view in design.entities.values() if name in view.attributes]
    if not owners and name not in design.key_attributes:
        known = {each for view in design.entities.values() for each in view.attributes}
        help_ = did_you_mean(name, known)
        help_ = help_ if help_.startswith("did") else f"add `{name}?: epoch` to the attributes of what expires"
        yield Violation(f"no entity has the time-to-live attribute `{name}`", path, help_)
    for view in owners:
        kind = view.attributes[name].type
        if kind not in ("epoch", "number"):
            message = f"the time-to-live attribute `{name}` is {a(kind)} in entity `{view.name}`"
            yield Violation(message, ("entities", view.name, "attributes", name), "make it an `epoch`")
