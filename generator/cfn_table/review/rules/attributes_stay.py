"""Attributes keep their names, their types, and what they may hold.

Why: programs import the types that are generated from attributes, and stored items keep what was written. A removed
attribute breaks who reads it; another type makes stored values unreadable; what became optional breaks readers, what
became required breaks writers and contradicts stored items; a value that is no longer listed may be stored.

Example:
    attributes: {plan: [free, pro]}          # was [free, pro, scale]

Use instead: a new attribute beside the old one, optional at first, until every item has it.

Known problems: whether an item with the old value exists is not looked up.

Source: `cfn_table.publish.compatibility`; SemVer 2.0.0, item 8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cfn_table.publish.compatibility import ContractChange
from cfn_table.review.change import ABSENT, Change
from cfn_table.review.contracts import change_of, changes_in, is_breaking
from cfn_table.review.pair import Pair

NAME = "attributes-stay"

_HELP: Final[Mapping[str, str]] = {
    "type": "stored items keep values of the old type; add an attribute of the new type beside it",
    "values": "stored items may hold what is no longer listed; keep the value until none does",
    "pattern": "stored items may hold what does not match; check them before the pattern counts",
}


def check(pair: Pair) -> Iterator[Change]:
    """A change for each attribute that is gone, new, or may hold something else."""
    for found in changes_in(pair, "entities"):
        if found.path[2:3] == ("attributes",):
            change = change_of(pair, NAME, found)
            yield change_of(pair, NAME, found, help=_help(found, change) if is_breaking(found) else "")


def _help(found: ContractChange, change: Change) -> str:
    if len(found.path) == 4:
        if change.new is ABSENT:
            return "who imports it breaks, and stored items keep it; leave it there, as an optional one"
        return "stored items lack it, and writers do not give it; add it as an optional one"
    if found.path[4] == "optional":
        return "readers have to expect that it is absent" if found.new else "stored items may lack it; fill them first"
    return _HELP.get(found.path[4], "")
