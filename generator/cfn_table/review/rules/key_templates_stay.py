"""The keys under which an entity's items are stored stay as they are.

Why: no update moves items. Under another template programs look where nothing is, and write where nobody looks that
knows the old one; nothing fails, and the template's diff shows nothing. A key of an index strands items in the same
way: they stay in the table and are missing from the index until the attribute is written anew. So are those that are
stored already when an entity gets a key of an index that it did not have.

Example:
    entities:
      user:
        keys: {PK: "ACCOUNT#{userId}"}       # was USER#{userId}

Use instead: an entity with the new key beside the old one, until its items are copied; for an index, another index, or
writing the attribute of all stored items anew.

Known problems: a placeholder that has another name, while the old name is gone and the new one was not there, is taken
for the same value. Without the designs what a placeholder of `key_only` may hold is not known, and counts as the same.

Source: DynamoDB developer guide, "Core components of Amazon DynamoDB" (the primary key identifies an item) and
"Managing global secondary indexes" (an item without the key attributes is not in the index); UpdateItem API reference
(a key attribute of the table cannot be changed).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.findings import Severity
from cfn_table.publish.compatibility import ContractChange
from cfn_table.review.change import ABSENT, Change, Effect
from cfn_table.review.contracts import change_of, changes_in, section_of
from cfn_table.review.keys import EntityKey, indexes_with, is_table_key, renamed_placeholders
from cfn_table.review.pair import Pair

NAME = "key-templates-stay"

_COPY: Final = (
    "add an entity with the new key beside it and copy its items, or keep the template: no update moves items"
)
_REWRITE: Final = "write `{key}` of every stored item anew before anybody reads by it, or use another index"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each key of an entity by which stored items are found otherwise, or not at all."""
    for found in changes_in(pair, "entities"):
        if found.path[2:3] == ("sparse",):
            yield _optional(pair, found)
        elif found.path[2:3] == ("keys",):
            change = change_of(pair, NAME, found)
            if change.old is ABSENT:
                yield from _added(pair, found)
            elif change.new is ABSENT:
                yield from _removed(pair, found)
            else:
                yield _changed(pair, found)


def _changed(pair: Pair, found: ContractChange) -> Change:
    _, entity, _, key = found.path
    by_design = pair.old.design is not None and pair.new.design is not None
    old, new = (EntityKey.of(side, entity, key, by_design=by_design) for side in (pair.old, pair.new))
    renamed = renamed_placeholders(old, new)
    if renamed is not None:
        words = ", ".join(f"`{before}` is `{after}` now" for before, after in renamed)
        return change_of(
            pair,
            NAME,
            found,
            message=f"key `{key}` of entity `{entity}` keeps its text, and in its template {words}",
            help="stored items are found as before; whoever gives the parameter by name has to give the new one",
        )
    what = f"key `{key}` changed from {_shown(old, new)} to {_shown(new, old)}"
    return change_of(
        pair,
        NAME,
        found,
        effect=Effect.DATA_LOSS,
        severity=Severity.ERROR,
        message=f"stored items of entity `{entity}` are {_lost(pair, key)}: {what}",
        help=_COPY if is_table_key(pair.new.contract, key) else _REWRITE.format(key=key),
    )


def _shown(key: EntityKey, other: EntityKey) -> str:
    """A template with an example key, where that tells it from the other."""
    example = key.example()
    return f"`{key.text}` (such as `{example}`)" if example not in ("", other.example()) else f"`{key.text}`"


def _lost(pair: Pair, key: str) -> str:
    if is_table_key(pair.new.contract, key):
        return "out of reach"
    names = ", ".join(f"`{name}`" for name in indexes_with(pair.new.contract, key))
    return f"not found by index {names}" if names else "stored under another key"


def _added(pair: Pair, found: ContractChange) -> Iterator[Change]:
    """Items that are stored already lack a new key, unless it is an attribute that they have."""
    _, entity, _, key = found.path
    names = ", ".join(f"`{name}`" for name in indexes_with(pair.new.contract, key))
    if not names or key in section_of(pair.old.contract, "entities", entity, "attributes") or _is_type(pair, found):
        return
    yield change_of(
        pair,
        NAME,
        found,
        severity=Severity.WARNING,
        message=f"stored items of entity `{entity}` are not in index {names} until they get `{key}`, which is new",
        help=f"write `{key}` of every stored item before anybody relies on finding all of them there",
    )


def _is_type(pair: Pair, found: ContractChange) -> bool:
    """Whether the key is the type attribute, which items hold."""
    design = pair.old.design
    return design is not None and found.path[3] == design.file.table.type_attribute


def _removed(pair: Pair, found: ContractChange) -> Iterator[Change]:
    """What a removed index had for keys is the index's business."""
    _, entity, _, key = found.path
    names = ", ".join(f"`{name}`" for name in indexes_with(pair.new.contract, key))
    if names:
        yield change_of(
            pair,
            NAME,
            found,
            message=f"new items of entity `{entity}` are not in index {names}: they no longer get `{key}`",
            help="readers of the index see items that are stored already, and miss those that come",
        )


def _optional(pair: Pair, found: ContractChange) -> Change:
    _, entity, _, key = found.path
    names = ", ".join(f"`{name}`" for name in indexes_with(pair.new.contract, key))
    where = f"index {names}" if names else "the table"
    if found.new:
        message = f"items of entity `{entity}` may be missing from {where}: key `{key}` became optional"
        help = "who reads there no longer finds every item"
    else:
        message = f"stored items of entity `{entity}` may be missing from {where}: key `{key}` became required"
        help = f"write `{key}` of the stored items that lack it"
    return change_of(pair, NAME, found, message=message, help=help)
