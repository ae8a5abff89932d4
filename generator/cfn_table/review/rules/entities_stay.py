"""Entities, and the types by which their items are told apart, stay.

Why: an entity that is gone leaves its items in the table, where no access pattern reaches them, and takes the types
that are generated for it from whoever imports them. An entity with another type value does not recognise its own
items: they hold the old value, and a filter for the new one passes them over.

Example:
    entities:
      user: {type: PERSON, …}                # was USER

Use instead: the old name and type. An entity that is over is removed after its items are.

Known problems: an entity that is removed while another with the same keys and type is added is taken for the same one
under another name.

Source: `cfn_table.publish.compatibility`; DynamoDB developer guide, "Filter expressions for the Query operation" (items
that a filter does not pass are not returned).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cfn_table.findings import Severity
from cfn_table.publish.compatibility import ContractChange
from cfn_table.review.change import ABSENT, Change, Effect
from cfn_table.review.contracts import change_of, changes_in, section_of
from cfn_table.review.pair import Pair

NAME = "entities-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each entity that is gone, new, or known by another type."""
    renamed = _renamed(pair)
    for found in changes_in(pair, "entities"):
        if len(found.path) == 2:
            yield from _whole(pair, found, renamed)
        elif found.path[2] == "type":
            yield _type(pair, found)
        elif found.path[2] not in ("keys", "sparse", "attributes"):
            yield change_of(pair, NAME, found)


def _whole(pair: Pair, found: ContractChange, renamed: dict[str, str]) -> Iterator[Change]:
    name = found.path[1]
    change = change_of(pair, NAME, found)
    if change.old is ABSENT:
        if name not in renamed.values():
            yield change
    elif name in renamed:
        yield change_of(
            pair,
            NAME,
            found,
            message=f"entity `{name}` is named `{renamed[name]}` now",
            help="its items stay where they are; whoever imports the types that are generated for it must rename them",
        )
    else:
        yield change_of(
            pair,
            NAME,
            found,
            effect=Effect.DATA_LOSS,
            severity=Severity.ERROR,
            message=f"stored items of entity `{name}` are out of reach: the entity was removed",
            help="remove its items first, or keep the entity",
        )


def _renamed(pair: Pair) -> dict[str, str]:
    """Entity that is gone → the only new one with the same type and keys."""
    old, new = (section_of(side.contract, "entities") for side in (pair.old, pair.new))
    found: dict[str, str] = {}
    for name in sorted(old.keys() - new.keys()):
        same = [other for other in sorted(new.keys() - old.keys()) if _identity(new[other]) == _identity(old[name])]
        if len(same) == 1 and same[0] not in found.values():
            found[name] = same[0]
    return found


def _identity(entity: Any) -> Any:
    return (entity.get("type"), entity.get("keys")) if isinstance(entity, dict) else entity


def _type(pair: Pair, found: ContractChange) -> Change:
    name = found.path[1]
    patterns = ", ".join(f"`{pattern}`" for pattern in _filtering(pair, name, str(found.new)))
    if not patterns:
        help = "stored items hold the old type; write it anew before anybody tells items by it"
        return change_of(pair, NAME, found, help=help)
    return change_of(
        pair,
        NAME,
        found,
        effect=Effect.DATA_LOSS,
        severity=Severity.ERROR,
        message=f"stored items of entity `{name}` have type `{found.old}`, and {patterns} no longer find them:"
        f" the type is `{found.new}` now",
        help="keep the type, or write it anew in every stored item first",
    )


def _filtering(pair: Pair, entity: str, type_value: str) -> Iterator[str]:
    """The access patterns whose filters pass items of this type only."""
    patterns = section_of(pair.new.contract, "accessPatterns")
    for name in sorted(patterns):
        requests = section_of(patterns, name, "requests")
        if entity in (section_of(patterns, name).get("entities") or ()) and any(
            "FilterExpression" in section_of(requests, each)
            and type_value in section_of(requests, each, "ExpressionAttributeValues").values()
            for each in requests
        ):
            yield name
