"""Sample items are not larger than an item may be.

Why: DynamoDB refuses an item of more than 400 KB, names of attributes included, and one that nests deeper than 32
levels.

Example:
    samples: [{id: "1", body: …}]   # where the body alone has 500,000 characters

Use instead: large values in Amazon S3, or split over several items.

Known problems: only samples are looked at; numbers are counted as the documentation estimates them.

Source: DynamoDB developer guide, "Quotas in Amazon DynamoDB" and "DynamoDB Item sizes and formats".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.design.items import item_size
from cfn_table.design.rules._facts import samples
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "items-fit-their-quota"
SEVERITY = Severity.ERROR

ITEM_BYTES: Final = 400 * 1024
LEVELS: Final = 32


def check(design: Design) -> Iterator[Violation]:
    """A violation for every sample that is too large or too deep."""
    for sample in samples(design):
        if sample.item is None:
            continue
        size = item_size(sample.item.attributes)
        if size > ITEM_BYTES:
            message = f"a sample of `{sample.view.name}` has {size} bytes, more than the {ITEM_BYTES} of an item"
            yield Violation(message, sample.path, "store large values elsewhere, such as in Amazon S3")
        for name, value in sample.item.attributes.items():
            if _depth(value) > LEVELS:
                message = f"`{name}` nests deeper than {LEVELS} levels"
                yield Violation(message, (*sample.path, name), "flatten it", key=True)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(each) for each in inner), default=0) if isinstance(value, (dict, list)) else 0
