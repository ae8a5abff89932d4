"""What parts of a template refer to, so that each template of a rollout has what it needs and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from cfn_table.access.templates.symbols import REFERENCE
from cfn_table.review.rollout.tables import resources, section

SECTIONS: Final = ("Parameters", "Mappings", "Conditions")
"""Sections whose entries are there because something refers to them."""


def references(value: Any) -> Iterator[tuple[str, str, str]]:
    """Every reference below a value: the section (`Resources` for what may be a parameter), the name, the attribute."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _of(key, each)
            yield from references(each)


def _of(key: str, value: Any) -> Iterator[tuple[str, str, str]]:
    if key == "Ref" and isinstance(value, str):
        yield "Resources", value, ""
    elif key == "Fn::GetAtt":
        parts = value.split(".", 1) if isinstance(value, str) else value
        if isinstance(parts, list) and len(parts) > 1 and all(isinstance(each, str) for each in parts):
            yield "Resources", parts[0], ".".join(parts[1:])
    elif key == "Fn::Sub":
        text, given = (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (value, {})
        for name in REFERENCE.findall(text) if isinstance(text, str) else ():
            if not name.startswith("!") and not (isinstance(given, dict) and name in given):
                owner, _, attribute = name.strip().partition(".")
                yield "Resources", owner, attribute
    elif key == "DependsOn":
        for each in value if isinstance(value, list) else [value]:
            yield "Resources", str(each), ""
    elif key == "Condition" and isinstance(value, str):
        yield "Conditions", value, ""
    elif key == "Fn::If" and isinstance(value, list) and value and isinstance(value[0], str):
        yield "Conditions", value[0], ""
    elif key == "Fn::FindInMap" and isinstance(value, list) and value and isinstance(value[0], str):
        yield "Mappings", value[0], ""


def complete(template: dict[str, Any], sources: tuple[Mapping[str, Any], ...]) -> None:
    """Add what the template refers to and does not have; the first source that has it gives it."""
    while True:
        missing = [
            (kind, name, source)
            for kind, name in _needed(template)
            if name not in section(template, kind)
            and (source := next((each for each in sources if name in section(each, kind)), None)) is not None
        ]
        if not missing:
            return
        for kind, name, source in missing:
            template.setdefault(kind, {})[name] = copy.deepcopy(source[kind][name])


def _needed(template: Mapping[str, Any]) -> dict[tuple[str, str], None]:
    found: dict[tuple[str, str], None] = {}
    known = resources(template)
    for kind, name, _ in references({key: each for key, each in template.items() if key != "Metadata"}):
        if kind == "Resources" and name not in known and "::" not in name:
            found["Parameters", name] = None
        elif kind != "Resources":
            found[kind, name] = None
    return found


def drop_unused(template: dict[str, Any], judged: Mapping[str, Any]) -> None:
    """Remove what nothing refers to any more, though something in `judged` (either template) did."""
    while True:
        needed, before = _needed(template), _needed(judged)
        unused = [
            (kind, name)
            for kind in SECTIONS
            for name in section(template, kind)
            if (kind, name) not in needed and (kind, name) in before
        ]
        if not unused:
            return
        for kind, name in unused:
            del template[kind][name]
            if not template[kind]:
                del template[kind]


def dependents(template: Mapping[str, Any], is_meant: Callable[[str, str], bool]) -> tuple[set[str], set[str]]:
    """Resources and outputs that refer to an attribute (resource, attribute), directly or through a resource."""
    gone: set[str] = set()
    while True:
        found = {
            name
            for name, each in resources(template).items()
            if name not in gone and any(owner in gone or is_meant(owner, at) for _, owner, at in references(each))
        }
        if not found:
            break
        gone |= found
    outputs = {
        name
        for name, each in section(template, "Outputs").items()
        if any(owner in gone or is_meant(owner, at) for _, owner, at in references(each))
    }
    return gone, outputs


def remove(template: dict[str, Any], gone: set[str]) -> None:
    """Remove resources, and whatever cannot be without them."""
    for name in gone & set(template["Resources"]):
        del template["Resources"][name]
    if not gone:
        return
    more, outputs = dependents(template, lambda owner, _: owner in gone)
    for name in more:
        del template["Resources"][name]
    for name in outputs:
        del template["Outputs"][name]
    if "Outputs" in template and not template["Outputs"]:
        del template["Outputs"]


def with_id(value: Any, old: str, new: str) -> Any:
    """A value that refers to a resource by another logical id."""
    if isinstance(value, list):
        return [with_id(each, old, new) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _with_id_in(key, each, old, new) for key, each in value.items()}


def _with_id_in(key: str, value: Any, old: str, new: str) -> Any:
    if key in ("Ref", "DependsOn") and value == old:
        return new
    if key == "DependsOn" and isinstance(value, list):
        return [new if each == old else each for each in value]
    if key == "Fn::GetAtt" and isinstance(value, list) and value[:1] == [old]:
        return [new, *value[1:]]
    if key == "Fn::Sub" and isinstance(value, list) and len(value) == 2:
        return [_text_with_id(value[0], old, new), with_id(value[1], old, new)]
    return _text_with_id(value, old, new) if key == "Fn::Sub" else with_id(value, old, new)


def _text_with_id(text: Any, old: str, new: str) -> Any:
    if not isinstance(text, str):
        return text
    return text.replace(f"${{{old}}}", f"${{{new}}}").replace(f"${{{old}.", f"${{{new}.")
