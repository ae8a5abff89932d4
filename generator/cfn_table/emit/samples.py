"""What each access pattern is called with in examples: arguments and items that follow from the design's samples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from cfn_table.design.design import Design, EntityView, KeySchema
from cfn_table.design.expressions import PARAMETER, attribute_of
from cfn_table.design.items import InvalidItem, Item, complete_item
from cfn_table.design.keys import KeyTemplate
from cfn_table.design.memory import once_per_design
from cfn_table.design.model import PatternBase
from cfn_table.design.requests import BATCHES, MOST_IN_BATCH, Inputs, KeyCondition, Request, parameters
from cfn_table.design.suggest import shown
from cfn_table.design.values import WrongValue, convert
from cfn_table.emit.sample_values import changed, near, plausible
from cfn_table.errors import RefusedError

PAGE_SIZE: Final = 10
"""The limit where an access pattern takes it as a parameter."""

_LESS: Final = re.compile(r"(?:minus|negative)_?(\w)(\w*)")


def sample_inputs(design: Design, pattern: PatternBase, request: Request) -> Inputs:
    """What a request is called with in an example.

    Raises:
        RefusedError: an entity has no samples, and no item of it can be made up.
    """
    if request.parts:
        return _transaction(design, pattern, request)
    if request.operation in BATCHES:
        items = [item for name in request.entities for item in sample_items(design, name)]
        items = items[: MOST_IN_BATCH[request.operation]]
        if request.operation == "BatchWriteItem":
            return Inputs(items=items)
        return Inputs(keys=[(item.entity, item.values) for item in items])
    names = request.entities or tuple(design.entities)
    subject = _Subject(design, request, pattern, [_sample_in(design, name, request.keys) for name in names])
    return Inputs(subject.arguments(), subject.items[:1] if request.operation == "PutItem" else ())


@once_per_design
def sample_items(design: Design, entity: str) -> tuple[Item, ...]:
    """The samples of an entity as stored items; where there is none, one that is made up.

    Raises:
        RefusedError: none can be made up.
    """
    found = []
    for raw in design.entities[entity].entity.samples:
        try:
            found.append(complete_item(design, entity, raw))
        except InvalidItem:  # a design rule says so; others may be fine
            continue
    return tuple(found) or (_made_up(design, design.entities[entity]),)


def _made_up(design: Design, view: EntityView) -> Item:
    placeholders = {name for template in view.templates.values() for name in template.placeholders}
    declared = {**{name: each for name, each in design.file.key_only.items() if name in placeholders}}
    declared |= {name: each for name, each in view.attributes.items() if not each.optional or name in placeholders}
    declared.pop(design.file.table.type_attribute or "", None)
    known = {
        (name, other.domains[name].type): value
        for other in design.entities.values()
        for raw in other.entity.samples
        for name, value in raw.items()
        if name in other.domains
    }
    raw = {
        name: known.get((name, each.type)) or plausible(name, each, design.file.table.delimiter)
        for name, each in declared.items()
    }
    try:
        return complete_item(design, view.name, raw)
    except InvalidItem as error:
        raise RefusedError(
            f"entity {shown(view.name)} has no samples, and none can be made up: {error}",
            help=f"add one to the samples of {shown(view.name)}",
            location=design.locate_key("entities", view.name),
        ) from None


def _sample_in(design: Design, entity: str, keys: KeySchema) -> Item:
    """The first sample that is in an index; else the first, as an item of which the index knows nothing."""
    items = sample_items(design, entity)
    return next((item for item in items if item.attributes.keys() >= set(keys.names)), items[0])


def _transaction(design: Design, pattern: PatternBase, request: Request) -> Inputs:
    """A transaction has at most one action on an item, so parts of one entity take one sample after the other."""
    parts = list(zip(request.parts, getattr(pattern, "parts", ()), strict=True))
    taken: dict[str, int] = {}
    subjects = []
    for part, stated in parts:
        entity = part.entities[0]
        item = _nth_sample(design, entity, taken.get(entity, 0))
        taken[entity] = taken.get(entity, 0) + 1
        subjects.append(_Subject(design, part, stated, [item]))
    others = {name: value for subject in reversed(subjects) for name, value in subject.items[0].values.items()}
    arguments: dict[str, Any] = {}
    for subject in subjects:
        subject.others = others
        arguments = {**subject.arguments(), **arguments}
    return Inputs(arguments, [each.items[0] for each in subjects if each.request.operation == "PutItem"])


def _nth_sample(design: Design, entity: str, position: int) -> Item:
    """The sample at a position; behind the last one the last with other values in its key."""
    items = sample_items(design, entity)
    if position < len(items):
        return items[position]
    view, last = design.entities[entity], items[-1]
    samples = view.entity.samples
    if not samples:
        return last
    in_key = {name for key in design.table_keys.names for name in view.templates[key].placeholders}
    other = {
        name: f"{raw}{position + 1}" if name in in_key and isinstance(raw, str) else raw
        for name, raw in samples[-1].items()
    }
    try:
        return complete_item(design, entity, other)
    except InvalidItem:
        return last


@dataclass
class _Subject:
    """A request, what the design says of it, and the samples that it is about: one of each of its entities.

    Attributes:
        others: placeholder → value, of the other parts of a transaction.
    """

    design: Design
    request: Request
    pattern: PatternBase
    items: list[Item]
    others: Mapping[str, Any] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """A value for each parameter."""
        kinds = parameters(self.design, self.request)
        return {name: self.argument(name, kind) for name, kind in kinds.items()}

    def argument(self, name: str, kind: str) -> Any:
        """The value of one parameter, which is what its first use asks for."""
        if self.request.limit == f"{{{name}}}":
            return Decimal(PAGE_SIZE)
        for condition in self.key_conditions():
            for position, template in enumerate(condition.templates):
                if name in template.placeholders:
                    return self.of_key(name, kind, condition, position, template)
        path = next((path for path, raw in self.sets().items() if _is_parameter(raw, name)), None)
        if path is not None and not any(_is_parameter(each, name) for _, _, _, each in self.tests()):
            return self.set_to(path, kind)
        for path, raw in self.pattern.add.items():
            if _is_parameter(raw, name):
                return self.added(name, path, kind)
        for path, comparison, position, raw in self.tests():
            if _is_parameter(raw, name):
                known = self.others.get(name)
                return near(self.value(path, kind) if known is None else known, comparison, position, self.kind(path))
        return self.value(self.request.renamed.get(name, name), kind)

    def sets(self) -> Mapping[str, Any]:
        """What an update sets: as stated, else every attribute that `request.changes` names."""
        stated = self.pattern.set
        if stated or self.pattern.add or self.pattern.remove or self.request.operation != "UpdateItem":
            return stated
        return {name: f"{{{name}}}" for name in self.request.changes}

    def key_conditions(self) -> Iterator[KeyCondition]:
        """The conditions on keys, of all entities."""
        yield from self.request.key
        for conditions in self.request.keys_by_entity.values():
            yield from conditions

    def of_key(self, name: str, kind: str, condition: KeyCondition, position: int, template: KeyTemplate) -> Any:
        """The value of a placeholder in a key condition: a whole value, or a part that bounds or begins the key."""
        original = self.request.renamed.get(name, name)
        if any(original in self.view(item).domains for item in self.items):
            return self.value(original, kind)
        whole = template.whole is not None and self.design.key_types[condition.attribute] != "S"
        for item in self.items:
            key = item.attributes.get(condition.attribute)
            if whole and key is not None:
                return near(key, condition.comparison, position, self.kind(condition.attribute))
            text = self.free_text(name, template, item, key) if isinstance(key, str) else None
            if text:
                return self.part(text, condition.comparison, position)
        return self.made_up(name, kind)

    def free_text(self, name: str, template: KeyTemplate, item: Item, text: str) -> str | None:
        """What stands in a sample's key where a template has a free placeholder."""
        view = self.view(item)
        for index, part in enumerate(template.parts):
            if not isinstance(part, str) and part.name not in view.domains:
                following = template.parts[index + 1] if index + 1 < len(template.parts) else None
                end = text.find(following) if isinstance(following, str) else -1
                found = text if end < 0 else text[:end]
                if part.name == name:
                    return found
            elif isinstance(part, str):
                found = part
            elif part.name in item.values:
                found = KeyTemplate((part,)).render(item.values, view.domains)
            else:
                return None
            if not text.startswith(found):
                return None
            text = text[len(found) :]
        return None

    def part(self, text: str, comparison: str, position: int) -> str:
        """A part of a key's text; where the bound itself is included, no more is added to it."""
        value = near(text, comparison, position, "key")
        return text if value == f"{text}~" and comparison != "lt" else str(value)

    def set_to(self, path: str, kind: str) -> Any:
        """What an update sets: another sample's value, else a changed one."""
        value = self.value(path, kind)
        entity = self.items[0].entity
        for item in sample_items(self.design, entity):
            other = _at(item.values, path, self.design.entities[entity].stored)
            if other is not None and other != value:
                return other
        attribute = self.view(self.items[0]).attributes.get(path)
        return changed(value, kind, attribute.values if attribute is not None else ())

    def added(self, name: str, path: str, kind: str) -> Any:
        """What an update adds: one, or a member of the set."""
        value = self.value(path, kind)
        if isinstance(value, list):
            return value[:1]
        known = {**self.others, **self.items[0].values}
        if name != path and isinstance(known.get(name), Decimal):
            return known[name]
        # DynamoDB subtracts by adding a negative number, which designs name `minusQuantity`.
        less = _LESS.fullmatch(name)
        if less is not None:
            amount = known.get(less[1].lower() + less[2])
            return -amount if isinstance(amount, Decimal) else Decimal(-1)
        return Decimal(1)

    def tests(self) -> Iterator[tuple[str, str, int, Any]]:
        """Path, comparison, position and operand of everything that a filter or condition compares."""
        for alternatives in (getattr(self.pattern, "filter", None), self.pattern.condition):
            for group in () if isinstance(alternatives, str) else alternatives or ():
                for test in group:
                    for position, raw in enumerate(test.operands):
                        yield test.path, test.comparison, position, raw

    def value(self, path: str, kind: str) -> Any:
        """The samples' value at a path; else a plausible one."""
        for item in self.items:
            stored = self.view(item).stored
            for values in (item.values, item.attributes):
                found = _at(values, path, stored)
                if found is not None:
                    return found
        for item in self.items:
            for other in sample_items(self.design, item.entity):
                found = _at(other.values, path, self.view(item).stored)
                if found is not None:
                    return found
        return self.others[path] if path in self.others else self.made_up(path, kind)

    def made_up(self, name: str, kind: str) -> Any:
        """A plausible value of a name, or of a type where nothing has that name."""
        from cfn_table.design.model import Attribute

        declared = {name: each for item in self.items for name, each in self.view(item).attributes.items()}
        attribute = declared.get(name) or self.design.file.key_only.get(name) or Attribute(type=kind)
        try:
            return convert(attribute.type, plausible(name, attribute, self.design.file.table.delimiter))
        except WrongValue:
            return name

    def kind(self, path: str) -> str:
        """The type of an attribute; `any` of what is inside of one."""
        for item in self.items:
            if path in self.view(item).attributes:
                return self.view(item).attributes[path].type
        return "any"

    def view(self, item: Item) -> EntityView:
        """The entity of an item."""
        return self.design.entities[item.entity]


def _is_parameter(raw: Any, name: str) -> bool:
    match = PARAMETER.match(raw) if isinstance(raw, str) else None
    return match is not None and match[1] == name


def _at(values: Mapping[str, Any], path: str, known: frozenset[str]) -> Any:
    """What a path such as `address.lines[0]` leads to; None where there is nothing."""
    attribute = attribute_of(path, known)
    value = values.get(attribute)
    for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", path[len(attribute) :]):
        if name:
            value = value.get(name) if isinstance(value, dict) else None
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
    return value
