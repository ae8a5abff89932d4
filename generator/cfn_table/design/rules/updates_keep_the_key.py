"""An update leaves the item's key as it is, and rebuilds the index keys that it changes as a whole.

Why: DynamoDB refuses to change a key attribute of an item. A changed attribute that an index key holds must change that
key too, which needs the values of all its placeholders.

Example:
    rename: {operation: UpdateItem, entity: user, set: [userId]}   # with PK USER#{userId}

Use instead: delete the item and put another; or set all placeholders of an index key together.

Known problems: none.

Source: API reference, UpdateItem: primary key attributes cannot be updated.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import breaches
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "updates-keep-the-key"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every update that changes the key, or a part of an index key."""
    yield from breaches(design, NAME)
