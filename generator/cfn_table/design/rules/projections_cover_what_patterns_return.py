"""What an access pattern returns or filters by is in the index that it reads.

Why: an index with a partial projection holds nothing else. A global index refuses a request for more, and a pattern
that does not say what it returns gets items with attributes missing, in silence.

Example:
    indexes: [{name: GSI1, key: {partition: GSI1PK}, projection: keys_only}]
    find_user: {operation: Query, index: GSI1, entity: user}   # returns keys, not the user

Use instead: `projection: all`, `projection: {include: [plan]}`, or `returns: [PK, SK]` to say that keys are enough.

Known problems: on a local index DynamoDB fetches what is missing from the table, at the cost of another read: that is a
warning.

Source: DynamoDB developer guide, "Attribute projections" of global secondary indexes, and of local secondary indexes.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design, KeySchema
from cfn_table.design.expressions import attribute_of
from cfn_table.design.model import AccessPattern
from cfn_table.design.rules._facts import listed, views_of
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "projections-cover-what-patterns-return"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation for every pattern that needs attributes which its index does not have."""
    for name, pattern in design.file.access_patterns.items():
        if pattern.index is None or not {"Query", "Scan"} & set(pattern.operation):
            continue
        keys = design.keys_of(pattern.index)
        if keys.projection != "all":
            yield from _missing(design, name, pattern, keys)


def _missing(design: Design, name: str, pattern: AccessPattern, keys: KeySchema) -> Iterator[Violation]:
    included = keys.projection if isinstance(keys.projection, tuple) else ()
    held = {*design.table_keys.names, *keys.names, *included}
    fetched = Severity.WARNING if keys.local else None
    what, path = f"access pattern `{name}`", ("access_patterns", name)
    stored = {each for view in views_of(design, pattern) for each in view.stored}
    if pattern.returns is None:
        lacking = sorted(stored - held)
        if lacking:
            message = f"{what} says nothing of what it returns, and {keys.title} does not hold {listed(lacking)}"
            yield Violation(
                message, path, f"add `returns: [{', '.join(sorted(held & stored))}]`, or project them", key=True
            )
    lacking = [each for each in pattern.returns or () if attribute_of(each, stored) not in held]
    if lacking:
        message = f"{what} returns {listed(lacking)}, which {keys.title} does not hold"
        yield Violation(message, (*path, "returns"), "project it, or read it from the table", fetched, key=True)
    tested = dict.fromkeys(attribute_of(test.path, stored) for group in pattern.filter or () for test in group)
    lacking = [each for each in tested if each not in held]
    if lacking:
        message = f"{what} filters by {listed(lacking)}, which {keys.title} does not hold"
        yield Violation(message, (*path, "filter"), "project it", fetched, key=True)
