"""Names that generated types export, from one contract to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def names_gone(old_contract: Mapping[str, Any], new_contract: Mapping[str, Any], language: str) -> list[str]:
    """The names that generated types of a language no longer export, without those of what the design no longer has.

    What was removed is known by what stands in its names, so a short name may explain another's, too. The inputs of
    requests go with the last request of their kind.
    """
    before, after = (
        {str(name) for name in listed} if isinstance(listed := _part(each, "types").get(language), list) else set()
        for each in (old_contract, new_contract)
    )
    removed = list(_removed(old_contract, new_contract))
    return [
        name
        for name in sorted(before - after)
        if not any(each in plain(name) for each in removed) and not (removed and name.endswith("Input"))
    ]


def _removed(old_contract: Mapping[str, Any], new_contract: Mapping[str, Any]) -> Iterator[str]:
    """What the new contract lacks, as it stands in names: entities, indexes, access patterns, operations."""
    for section in ("accessPatterns", "entities", "indexes"):
        yield from map(plain, _part(old_contract, section).keys() - _part(new_contract, section).keys())
    before, after = (_part(each, "accessPatterns") for each in (old_contract, new_contract))
    for name in before.keys() & after.keys():
        had, has = (_part(each, name).get("operations") or () for each in (before, after))
        yield from (plain(name + each) for each in {*map(str, had)} - {*map(str, has)})


def plain(name: str) -> str:
    """A name as it stands in generated ones, whatever their case."""
    return "".join(each for each in name.lower() if each.isalnum())


def _part(contract: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = contract.get(name)
    return part if isinstance(part, Mapping) else {}
