"""What differs between two templates of a rollout, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cfn_table.review.rollout.tables import GLOBAL, Texts, indexes, is_same_index, properties, section, tables

_SECTIONS: Final = ("Parameters", "Mappings", "Conditions", "Outputs")
_WORDS: Final = {"Parameters": "parameter", "Mappings": "mapping", "Conditions": "condition", "Outputs": "output"}
_NO_RESOURCE: Final = ("Resources", *_SECTIONS, "Metadata")


def describe(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Every difference, one line each."""
    return tuple(_lines(old, new))


def _lines(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = section(old, "Resources"), section(new, "Resources")
    for name in after:
        if name not in before:
            yield f"adds `{name}` (`{after[name].get('Type')}`)"
        elif before[name] != after[name]:
            yield from _resource(name, old, new)
    for name in before:
        if name not in after:
            yield f"removes `{name}` (`{before[name].get('Type')}`)"
    for kind in _SECTIONS:
        yield from _entries(kind, section(old, kind), section(new, kind))
    for name in dict.fromkeys([*old, *new]):
        if name not in _NO_RESOURCE and old.get(name) != new.get(name):
            yield f"changes `{name}` of the template"


def _entries(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys([*after, *before]):
        if before.get(name) == after.get(name):
            continue
        verb = "adds" if name not in before else "removes" if name not in after else "changes"
        exported = any("Export" in each.get(name, {}) for each in (before, after)) if kind == "Outputs" else False
        yield f"{verb} {'exported ' if exported else ''}{_WORDS[kind]} `{name}`"


def _resource(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = old["Resources"][name], new["Resources"][name]
    own, other = properties(before), properties(after)
    changed = [each for each in dict.fromkeys([*own, *other]) if own.get(each) != other.get(each)]
    if name in tables(old) and name in tables(new) and GLOBAL in changed:
        found = list(_indexes(name, old, new))
        yield from found
        if found:
            changed.remove(GLOBAL)
            changed = [each for each in changed if each != "AttributeDefinitions"]
    around = [
        each
        for each in dict.fromkeys([*before, *after])
        if each not in ("Properties", "Metadata") and before.get(each) != after.get(each)
    ]
    shown = ", ".join(f"`{each}`" for each in [*around, *changed])
    if shown:
        yield f"changes {shown} of `{name}`"
    elif not changed and before.get("Metadata") != after.get("Metadata") and own == other:
        yield f"changes the metadata of `{name}`"


def _indexes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before = indexes(tables(old)[name], Texts(old))
    after = indexes(tables(new)[name], Texts(new))
    if before is None or after is None:
        return
    for each in before:
        if each not in after or not is_same_index(before[each], after[each]):
            yield f"removes index `{each}` of `{name}`"
        elif before[each] != after[each]:
            yield f"changes index `{each}` of `{name}` in place"
    for each in after:
        if each not in before or not is_same_index(before[each], after[each]):
            yield f"adds index `{each}` to `{name}`"
