"""One resource of a template without the others: with the parameters, conditions and mappings that it needs."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cfn_table.review.side import Side

_VARIABLE: Final = re.compile(r"\$\{([^!}][^}]*)\}")
_SECTIONS: Final = ("Parameters", "Conditions", "Mappings")


def needs_of(template: Mapping[str, Any], resource: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The sections that a resource needs, each with what it needs of it, and the other resources that it refers to."""
    names = set(_references(resource, _section(template, "Conditions")))
    sections = {}
    for section in _SECTIONS:
        if kept := {name: each for name, each in _section(template, section).items() if name in names}:
            sections[section] = kept
    known = {name for each in sections.values() for name in each}
    return sections, tuple(sorted(names & _section(template, "Resources").keys() - known))


def side_of_one(side: Side, logical_id: str) -> Side:
    """A side with one of its resources alone, and nothing that is said of the others."""
    resource = _section(side.data, "Resources").get(logical_id)
    if side.template is None or not isinstance(resource, Mapping):
        return side
    sections, _ = needs_of(side.data, resource)
    template = copy.copy(side.template)  # the text stays, and so do the places in it
    template.data = sections | {"Resources": {logical_id: dict(resource)}}
    return replace(side, template=template, contract=None, version="")


def _section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = template.get(name)
    return found if isinstance(found, Mapping) else {}


def _references(value: Any, conditions: Mapping[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Names of what a value refers to, through conditions too; a condition that refers to itself is followed once."""
    if isinstance(value, list):
        for each in value:
            yield from _references(each, conditions, seen)
    if not isinstance(value, Mapping):
        return
    for key, each in value.items():
        first = each[0] if isinstance(each, list) and each else each
        if key == "Fn::Sub":
            yield from (name.partition(".")[0] for name in _VARIABLE.findall(str(first)))
        elif key in ("Ref", "Condition", "Fn::If", "Fn::GetAtt", "Fn::FindInMap") and isinstance(first, str):
            name = first.partition(".")[0]
            yield name
            if key in ("Condition", "Fn::If") and name not in seen:
                yield from _references(conditions.get(name), conditions, seen | {name})
        yield from _references(each, conditions, seen)
