"""What rules about contracts share: the changes of one section, and a change of a contract as one of a review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cfn_table.findings import Location, Severity
from cfn_table.publish.compatibility import ContractChange, contract_changes
from cfn_table.publish.semver import Bump
from cfn_table.review.change import ABSENT, Change, Effect
from cfn_table.review.pair import Pair

if TYPE_CHECKING:
    from cfn_table.design.design import Design

_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "accessPatterns": {"operations": "operation", "entities": "entity", "parameters": "", "requests": ""},
    "policies": {"allows": "allow", "readStream": "read_stream", "export": "policy", "parts": "allow"},
    "table": {"timeToLive": "time_to_live"},
}
"""Section of the contract → its field → the design's word for it; empty where several fields make it."""

_SECTIONS: Final[Mapping[str, str]] = {"accessPatterns": "access_patterns"}


def changes_in(pair: Pair, section: str) -> Iterator[ContractChange]:
    """What changed in one section of the contract; nothing where a side has no contract.

    Raises:
        InputError: a contract is of a format that this program does not know.
    """
    if pair.old.contract is None or pair.new.contract is None:
        return
    for found in contract_changes(pair.old.contract, pair.new.contract):
        if found.path[0] == section:
            yield found


def is_breaking(found: ContractChange) -> bool:
    """Whether somebody who does nothing can break by it; also below 1.0.0, where that may happen."""
    return found.bump is Bump.MAJOR


def change_of(pair: Pair, rule: str, found: ContractChange, **fields: Any) -> Change:
    """A change of a contract, said by a rule: a warning where it breaks somebody, else a note.

    Args:
        pair: both sides.
        rule: the rule's name.
        found: what changed.
        fields: what the rule says otherwise; see `Change`.
    """
    change = Change(
        rule,
        Effect.NONE,
        Severity.WARNING if is_breaking(found) else Severity.NOTE,
        found.reason,
        path=found.path,
        old=found.old if _is_there(pair.old.contract, found.path) else ABSENT,
        new=found.new if _is_there(pair.new.contract, found.path) else ABSENT,
        breaking=is_breaking(found),
        design=place_of(pair, found.path),
    )
    return replace(change, **fields)


def place_of(pair: Pair, path: tuple[str, ...]) -> Location | None:
    """The line of the design for a place in the contract: the old design's where only the old contract has it."""
    designs = [pair.new.design, pair.old.design]
    if _is_there(pair.old.contract, path) and not _is_there(pair.new.contract, path):
        designs.reverse()
    return next((_located(design, path) for design in designs if design is not None), None)


def section_of(contract: Mapping[str, Any] | None, *path: str) -> Mapping[str, Any]:
    """What stands at a place of a contract; empty where nothing does."""
    value: Any = contract
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _is_there(contract: Mapping[str, Any] | None, path: tuple[str, ...]) -> bool:
    if path[0] == "entities" and path[2:3] == ("sparse",):
        return True  # a list of names, told as whether a name is in it
    return path[-1] in section_of(contract, *path[:-1])


def _located(design: Design, path: tuple[str, ...]) -> Location | None:
    section, name, *rest = path if len(path) > 1 else (*path, "")
    if section == "entities":
        return design.locate(*_entity_path(design, name, rest))
    field = rest[0] if rest else ""
    word = _FIELDS.get(section, {}).get(field, field)
    if section == "policies":
        policy = next((each for each in design.policies if each.name == name), None)
        return policy.locate(*([word, *rest[1:]] if rest else ["policy"])) if policy else None
    if section == "table":
        return design.locate("table", _FIELDS["table"].get(name, name))
    below = [word, *rest[1:]] if word else []
    return design.locate(_SECTIONS.get(section, section), name, *below)


def _entity_path(design: Design, name: str, rest: list[str]) -> tuple[str, ...]:
    """Where the design says it: attributes may stand in `every_entity`, and keys may be attributes."""
    entity = design.file.entities.get(name)
    if entity is None or not rest:
        return ("entities", name)
    field, *below = rest
    if field in ("keys", "sparse"):
        if below and below[0] not in entity.keys:
            return _entity_path(design, name, ["attributes", below[0]])
        return ("entities", name, "keys", *below[:1])
    if field == "attributes" and below and below[0] not in entity.attributes:
        if below[0] in design.file.key_only:
            return ("key_only", *below)
        return ("every_entity", "attributes", *below)
    return ("entities", name, *rest)
