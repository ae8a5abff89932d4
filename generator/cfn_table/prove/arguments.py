"""Arguments that access patterns are executed with: taken from items, so that something is found, and next to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from cfn_table.design.design import Design, EntityView
from cfn_table.design.expressions import attribute_of, parameter_of
from cfn_table.design.items import Item
from cfn_table.design.keys import KeyTemplate, Placeholder
from cfn_table.design.model import AccessPattern, PatternBase, SortKey
from cfn_table.design.requests import Request, parameters
from cfn_table.prove.choices import Choices
from cfn_table.prove.items import SORT_BYTES
from cfn_table.prove.oracle import Oracle, tests_of
from cfn_table.prove.paths import MISSING, inside, steps_of

Arguments = dict[str, Any]

MOST: Final = 14
"""How many sets of arguments an operation is executed with."""


class Asking:
    """Makes arguments for one design."""

    def __init__(self, design: Design, choices: Choices) -> None:
        self.design = design
        self.choices = choices
        self.oracle = Oracle(design)

    def reads(self, pattern: AccessPattern, request: Request, items: Sequence[Item]) -> list[Arguments]:
        """Arguments of a Query, a Scan or a GetItem: for several items, then for what no item has."""
        wanted = [item for item in items if not request.entities or item.entity in request.entities]
        wanted = [item for item in wanted if all(name in item.attributes for name in request.keys.names)]
        found = self._of_items(pattern, request, _spread(wanted), wanted)
        kept = found[:MOST]
        if not any(self._finds(pattern, request, each, items) for each in kept):
            # Only some items have what is asked for.
            rest = (*found[MOST:], *self._of_items(pattern, request, wanted, wanted))
            kept += [each for each in rest if self._finds(pattern, request, each, items)][:MOST]
        return [*kept, *self._absent(request, kept, items)]

    def _finds(self, pattern: AccessPattern, request: Request, arguments: Arguments, items: Sequence[Item]) -> bool:
        return bool(self.oracle.read(pattern, request.operation, arguments, items))

    def _of_items(
        self, pattern: AccessPattern, request: Request, items: Sequence[Item], peers: Sequence[Item]
    ) -> list[Arguments]:
        """Each once: one of each item, then another of each, and so on; of every item another one is the first."""
        rows = [list(self._of_item(pattern, request, item, peers)) for item in items]
        rows = [row[(start := number % len(row)) :] + row[:start] for number, row in enumerate(filter(None, rows))]
        found: dict[str, Arguments] = {}
        for number in range(max(map(len, rows), default=0)):
            for row in rows:
                if number < len(row):
                    found.setdefault(repr(sorted(row[number].items())), row[number])
        return list(found.values())

    def _of_item(
        self, pattern: AccessPattern, request: Request, item: Item, peers: Sequence[Item]
    ) -> Iterator[Arguments]:
        view = self.design.entities[item.entity]
        taken = list(parameters(self.design, request))
        named = {name: item.values[name] for name in taken if name in item.values}
        parts = list(self._parts(pattern, request, item, _partition(request, item, peers)))
        # A value that holds the delimiter can be read off a key in the wrong place.
        known = view.domains.keys()
        parts = [part for part in parts if all(n not in known or self.choices.fits(view, n, part[n]) for n in part)]
        values = {name: list(self.values(request, view, name, item)) for name in taken if name not in named}
        for part in parts or [{}]:
            rest = {name: each for name, each in values.items() if name not in part}
            if any(not each for each in rest.values()):
                continue
            first = {**named, **{name: each[0] for name, each in rest.items()}, **part}
            made = [first, *({**first, name: other} for name, each in rest.items() for other in each[1:])]
            yield from (each for one in made if self.oracle.is_askable(pattern, each := self.in_order(pattern, one)))

    def in_order(self, pattern: PatternBase, arguments: Arguments) -> Arguments:
        """The arguments, the two ends of a range exchanged where it would end before it begins."""
        for test in tests_of(pattern):
            ends = [name for raw in test.operands if (name := parameter_of(test.path, raw)) is not None]
            if test.comparison == "between" and len(ends) == 2:
                swapped = {**arguments, ends[0]: arguments[ends[1]], ends[1]: arguments[ends[0]]}
                if not self.oracle.is_askable(pattern, arguments) and self.oracle.is_askable(pattern, swapped):
                    arguments = swapped
        return arguments

    def values(self, request: Request, view: EntityView, name: str, item: Item | None) -> Iterator[Any]:
        """Values of a parameter that is compared with an attribute, stored in one, or limits."""
        if isinstance(request.limit, str) and name == request.limit.strip("{}"):
            yield from (Decimal(2), Decimal(1), Decimal(100))
            return
        original = request.renamed.get(name, name)
        for operand in request.values.values():
            if operand.parameter != name:
                continue
            attribute = attribute_of(operand.attribute, view.stored)
            steps = steps_of(operand.attribute[len(attribute) :])
            stored = [item.attributes[attribute]] if item is not None and attribute in item.attributes else []
            choices = self.choices.of(view, attribute) if attribute in view.attributes else []
            found = []
            for value in (*stored, *choices):
                there = inside(value, steps)
                found += there if operand.member and isinstance(there, list) else [there]
            known = [each for each in found if each is not MISSING]
            yield from known[:5] or ("x", "y")
            return
        if original in view.attributes or original in self.design.file.key_only:
            yield from self.choices.of(view, original)[:3]

    def _parts(
        self, pattern: AccessPattern, request: Request, item: Item, peers: Sequence[Item]
    ) -> Iterator[Arguments]:
        """Arguments of a stated sort key condition, from the sort keys of the item and of those beside it."""
        stated = pattern.sort_key
        conditions = stated if isinstance(stated, dict) else {}
        if isinstance(stated, SortKey):
            conditions = {request.keys.sort[0]: stated}
        found: list[Arguments] = [{}]
        for name, condition in conditions.items():
            own = item.attributes[name]
            others = sorted(
                {each.attributes[name] for each in peers}, key=lambda v: v.encode() if isinstance(v, str) else v
            )
            bounds: list[tuple[Any, ...]] = [(own,), (others[0],), (others[-1],)]
            if len(condition.templates) > 1:
                bounds = [(own, own), (own, others[-1]), (others[0], own), (others[0], others[-1])]
            made: list[Arguments] = []
            for texts in bounds:
                options = [
                    _read(template, text, condition.comparison)
                    for template, text in zip(condition.templates, texts, strict=True)
                ]
                for number in range(max(len(each) for each in options)):
                    merged: Arguments = {}
                    for each in options:
                        merged.update(each[min(number, len(each) - 1)] if each else {})
                    if all(options) and not any(_is_beyond(condition.comparison, text) for text in texts):
                        made.append(merged)
            found = [{**one, **other} for one in found for other in made]
        yield from found

    def _absent(self, request: Request, kept: Sequence[Arguments], items: Iterable[Item]) -> Iterator[Arguments]:
        """Arguments of which one placeholder has a value that no item has."""
        if not kept:
            return
        for name, value in kept[0].items():
            view = next((self.design.entities[e] for e in request.entities if name in self._placeholders(e)), None)
            if view is None:
                continue
            used = [item.values.get(name) for item in items]
            for other in (*self.choices.of(view, name), *_other(value)):
                if other not in used and self.choices.fits(view, name, other):
                    yield {**kept[0], name: other}
                    break

    def _placeholders(self, entity: str) -> set[str]:
        return {name for template in self.design.entities[entity].templates.values() for name in template.placeholders}


def _other(value: Any) -> Iterator[Any]:
    if isinstance(value, str):
        yield from (f"{value}-nowhere", f"{value}0", f"{value}9")
    elif isinstance(value, Decimal):
        yield from (value + 1000, value + 7)


def _spread(items: Sequence[Item]) -> list[Item]:
    """The first items, and others from the whole of them."""
    step = max(1, len(items) // 6)
    return list({id(item): item for item in (*items[:4], *items[::step])}.values())


def _partition(request: Request, item: Item, items: Iterable[Item]) -> list[Item]:
    """The items that share the partition of one."""
    names = request.keys.partition
    return [each for each in items if all(each.attributes[n] == item.attributes[n] for n in names)]


def _read(template: KeyTemplate, value: Any, comparison: str) -> list[Arguments]:
    """Arguments with which the template becomes a key value, or a part of it where `begins_with` looks for one."""
    if template.is_constant:
        return [{}]
    if not isinstance(value, str):
        name = template.placeholders[0]
        more = [value + 1, value - 1] if isinstance(value, Decimal) and comparison != "between" else []
        return [{name: each} for each in (value, *more)]
    last = template.parts[-1]
    expression = ""
    for number, part in enumerate(template.parts):
        if isinstance(part, str):
            expression += re.escape(part)
        elif isinstance(part, Placeholder):
            rest = "(?:.|\n)*" if number == len(template.parts) - 1 else "(?:.|\n)+?"
            width = f"[0-9]{{{part.width}}}" if part.width else rest
            expression += f"(?P<p{number}>{width})"
    found = re.match(expression, value)
    if found is None and comparison not in ("equals", "begins_with") and isinstance(last, str):
        # A limit such as `ORDER#{day}#~` is no key, but its beginning is.
        return _read(KeyTemplate(template.parts[:-1]), value, comparison) if len(template.parts) > 1 else []
    if found is None:
        return []
    full = {
        part.name: _unpadded(part, found[f"p{number}"])
        for number, part in enumerate(template.parts)
        if isinstance(part, Placeholder)
    }
    if comparison != "begins_with" or not isinstance(last, Placeholder) or last.width:
        return [full]
    text = full[last.name]
    longer = [f"{text}x"] if len(value.encode()) < SORT_BYTES else []
    ends = [text[: len(text) // 2], text, text[:1], *longer, ""]
    # Nothing is no key: DynamoDB refuses to look for keys that begin with it.
    return [{**full, last.name: each} for each in dict.fromkeys(ends) if each or template.whole is None]


def _is_beyond(comparison: str, value: Any) -> bool:
    """Whether `gt` would ask for longer keys than there can be: what is next behind a text is longer than it."""
    return comparison == "gt" and isinstance(value, str) and len(value.encode()) >= SORT_BYTES


def _unpadded(part: Placeholder, text: str) -> Any:
    return Decimal(text) if part.width else text
