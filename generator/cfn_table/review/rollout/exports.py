"""Exports that go, change their value or their name: they stay until nobody imports them.

CloudFormation refuses to remove an export, or to give it another value, while a stack imports it (User Guide,
"Fn::ImportValue"; aws-cdk 7602). Names are compared by what they resolve to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cfn_table.access.templates.symbols import REFERENCE
from cfn_table.review.rollout.references import references
from cfn_table.review.rollout.tables import Texts, section
from cfn_table.review.side import Side


@dataclass(frozen=True, slots=True)
class Export:
    """An export of a template.

    Attributes:
        name: its resolved name.
        output: logical id of the output.
        whole: the output.
        value: its resolved value.
    """

    name: str
    output: str
    whole: Mapping[str, Any]
    value: str


def exports(template: Mapping[str, Any]) -> dict[str, Export]:
    """The exports of a template by name."""
    texts = Texts(template)
    found = {}
    for output, whole in section(template, "Outputs").items():
        export = whole.get("Export")
        if isinstance(export, dict) and "Name" in export:
            name = texts.of(export["Name"])
            found[name] = Export(name, output, whole, texts.of(whole.get("Value")))
    return found


def exports_about(template: Mapping[str, Any], table: str, attribute: str = "") -> list[Export]:
    """Exports whose value is of a table; only those of an attribute, where one is given."""
    return [
        each
        for each in exports(template).values()
        if any(
            owner == table and (not attribute or at == attribute)
            for _, owner, at in references(each.whole.get("Value"))
        )
    ]


def kept_exports(old: Mapping[str, Any], new: Mapping[str, Any], side: Side) -> tuple[Export, ...]:
    """Exports of the old template that the new one does not have as they are, but for those that nobody imports."""
    wanted = exports(new)
    return tuple(
        each
        for name, each in exports(old).items()
        if (name not in wanted or wanted[name].value != each.value) and importers(side, name) != ()
    )


def importers(side: Side, name: str) -> tuple[str, ...] | None:
    """The stacks that import an export; None where that is not known."""
    if side.imports is None:
        return None
    pattern = _pattern(name, side.parameters)
    return tuple(
        dict.fromkeys(stack for each, stacks in side.imports.items() if pattern.fullmatch(each) for stack in stacks)
    )


def _pattern(name: str, parameters: Mapping[str, str]) -> re.Pattern[str]:
    """What a name with unknown parts can be."""
    parts, end = [], 0
    for match in REFERENCE.finditer(name):
        known = parameters.get(match[1])
        parts += [re.escape(name[end : match.start()]), ".+" if known is None else re.escape(known)]
        end = match.end()
    return re.compile("".join([*parts, re.escape(name[end:])]), re.DOTALL)


def outputs_with(outputs: Mapping[str, Any], kept: tuple[Export, ...], template: Mapping[str, Any]) -> dict[str, Any]:
    """Outputs that also have the kept exports, with their old values."""
    known = exports(template)
    found = dict(outputs)
    for each in kept:
        if each.name in known:
            found[known[each.name].output] = dict(each.whole)
        else:
            found[_free(each.output, found)] = dict(each.whole)
    return found


def _free(name: str, taken: Mapping[str, Any]) -> str:
    return next(each for each in _candidates(name) if each not in taken)


def _candidates(name: str) -> Iterator[str]:
    yield name
    number = 0
    while True:
        number += 1
        yield f"{name}Before{number if number > 1 else ''}"
