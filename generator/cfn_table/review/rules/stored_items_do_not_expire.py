"""No attribute that items hold already becomes the one by which they expire.

Why: DynamoDB deletes items whose time to live is in the past. An attribute that was written for another reason, such
as the end of a subscription, deletes them from the moment on which it is named; they are in no backup that is made
afterwards.

Example:
    table: {time_to_live: paidUntil}         # an attribute of entity `account` already

Use instead: an attribute of its own, which only items get that are to go.

Known problems: whether stored values are in the past is not looked up. Without contracts no attribute is known.

Source: DynamoDB developer guide, "Using time to live (TTL) in DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.publish.compatibility import stored_attributes
from cfn_table.review.change import Change, Effect
from cfn_table.review.contracts import change_of, changes_in, section_of
from cfn_table.review.pair import Pair

NAME = "stored-items-do-not-expire"


def check(pair: Pair) -> Iterator[Change]:
    """A change where the time to live is now an attribute that items hold."""
    for found in changes_in(pair, "table"):
        if found.path != ("table", "timeToLive") or found.new not in stored_attributes(pair.old.contract or {}):
            continue
        entities = section_of(pair.old.contract, "entities")
        holders = [f"`{name}`" for name in entities if found.new in section_of(entities, name, "attributes")]
        yield change_of(
            pair,
            NAME,
            found,
            effect=Effect.DATA_LOSS,
            severity=Severity.ERROR,
            certain=False,
            breaking=True,
            message=f"stored items of {', '.join(sorted(holders))} may be deleted: they expire by `{found.new}` now",
            help="let items expire by an attribute of its own, or check that no stored value is in the past",
        )
