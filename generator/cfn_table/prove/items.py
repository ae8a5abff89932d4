"""Items that patterns are executed on: samples, and generated ones with near misses of each other."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from cfn_table.design.design import Design, EntityView
from cfn_table.design.items import InvalidItem, Item, complete_item
from cfn_table.design.keys import KeyTemplate, Placeholder
from cfn_table.prove.choices import EXPIRED, Choices, Impossible, raw_of

MIXED: Final = 8
"""How many items of each entity are mixed at random from all values."""

PARTITION_BYTES: Final = 2048
SORT_BYTES: Final = 1024
"""The longest keys (developer guide, "Quotas": partition key length, sort key length)."""


class Builder:
    """Makes items from some values, and makes up the rest."""

    def __init__(self, design: Design, choices: Choices, seed: int) -> None:
        self.design = design
        self.choices = choices
        self._random = random.Random(seed)

    def names(self, view: EntityView) -> list[str]:
        """The attributes of an entity, and the placeholders that only its keys hold."""
        placeholders = [name for template in view.templates.values() for name in template.placeholders]
        names = dict.fromkeys((*view.attributes, *placeholders))
        return [name for name in names if name != self.design.file.table.type_attribute]

    def is_optional(self, view: EntityView, name: str) -> bool:
        """Whether an item is one of the entity without this value."""
        if name in view.attributes:
            return view.attributes[name].optional
        return all(view.may_lack(key) for key, template in view.templates.items() if name in template.placeholders)

    def usual(self, view: EntityView) -> dict[str, Any]:
        """The usual value of everything that keys are made of."""
        placeholders = {name for template in view.templates.values() for name in template.placeholders}
        return {name: self.choices.of(view, name)[0] for name in self.names(view) if name in placeholders}

    def item(self, entity: str, values: Mapping[str, Any], *, optional: bool | None = None) -> Item:
        """An item with these values; the others are made up, optional ones by chance unless `optional` says.

        A value of None leaves the attribute out.

        Raises:
            Impossible: there is no such item.
        """
        view = self.design.entities[entity]
        raw: dict[str, Any] = {}
        for name in self.names(view):
            kind = self.choices.attribute(view, name).type
            if name in values:
                if values[name] is not None:
                    raw[name] = raw_of(values[name], kind)
            elif not self.is_optional(view, name) or (self._random.random() < 0.5 if optional is None else optional):
                found = self.choices.of(view, name)
                raw[name] = raw_of(found[0] if self._random.random() < 0.4 else self._random.choice(found), kind)
        try:
            return complete_item(self.design, entity, raw)
        except InvalidItem as error:
            raise Impossible(f"no item of entity `{entity}` could be made up: {error}") from None

    def tried(self, entity: str, values: Mapping[str, Any], *, optional: bool | None = None) -> Iterator[Item]:
        """The item, or nothing where there is no such item."""
        try:
            yield self.item(entity, values, optional=optional)
        except Impossible:
            return

    def require(self, entities: Iterable[str], items: Iterable[Item]) -> None:
        """Say what is wrong where there is no item of an entity.

        Raises:
            Impossible: there is none, since none can be made up.
        """
        there = {item.entity for item in items}
        for entity in entities:
            if entity not in there:
                self.item(entity, self.usual(self.design.entities[entity]))

    def dataset(self, entities: Iterable[str]) -> list[Item]:
        """Items of some entities, each with a key of its own."""
        found: dict[tuple[Any, ...], Item] = {}
        for entity in entities:
            view = self.design.entities[entity]
            for item in self._of_entity(view):
                found.setdefault(item.key, item)
        return list(found.values())

    def _of_entity(self, view: EntityView) -> Iterator[Item]:
        entity = view.name
        for sample in self.choices.samples:
            if sample.entity == entity:
                yield from self.tried(entity, self._ours(view, sample))
        usual = self.usual(view)
        yield from self.tried(entity, usual, optional=True)
        for name in usual:
            for number, value in enumerate(self.choices.of(view, name)[1:], 2):
                yield from self.tried(entity, self.apart(view, {**usual, name: value}, name, number))
                # One that differs in all else is not found by what they share.
                others = {other: self.choices.of(view, other)[-1] for other in usual if other != name}
                yield from self.tried(entity, {**others, name: value})
        for _ in range(MIXED):
            yield from self.tried(entity, self._mixed(view, usual))
        for number, tested in enumerate(self.choices.tested(view), MIXED + 3):
            for name in sorted(set(tested) - set(usual)):
                yield from self.tried(entity, self.apart(view, {**usual, **tested}, name, number))
                break
        # Without what is optional it is in no sparse index.
        last = next(reversed(usual), None)
        if last is not None:
            bare = self.apart(view, usual, "", MIXED + 1)
            missing = {name: None for name in bare if self.is_optional(view, name)}
            yield from self.tried(entity, {**bare, **missing}, optional=False)
        time_to_live = self.design.file.table.time_to_live
        if time_to_live in view.attributes and last is not None:
            yield from self.tried(entity, {**self._mixed(view, usual), str(time_to_live): EXPIRED})
        yield from self._longest(view, usual)

    def apart(self, view: EntityView, values: Mapping[str, Any], name: str, number: int) -> dict[str, Any]:
        """The values, changed where the table's key does not hold `name`, so that an item of them has its own key."""
        in_key = [each for key in self.design.table_keys.names for each in view.templates[key].placeholders]
        changed = dict(values)
        if name not in in_key:
            for each in reversed(in_key):
                value = values[each]
                other = f"{value}-{name}-{number}" if isinstance(value, str) else value
                other = value + number * 100 if isinstance(value, Decimal) else other
                if other != value and self.choices.fits(view, each, other):
                    changed[each] = other
                    break
        return changed

    def _ours(self, view: EntityView, sample: Item) -> dict[str, Any]:
        """A sample's values, but what must carry our prefix, and a time to live that is not over."""
        values = {name: sample.values.get(name) for name in self.names(view)}
        for name in self.choices.prefixed(view) if self.choices.prefix else ():
            values[name] = self.choices.of(view, name)[0]
        time_to_live = self.design.file.table.time_to_live
        if values.get(str(time_to_live)) is not None:
            values[str(time_to_live)] = self.choices.of(view, str(time_to_live))[0]
        return values

    def _mixed(self, view: EntityView, usual: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value if self._random.random() < 0.5 else self._random.choice(self.choices.of(view, name))
            for name, value in usual.items()
        }

    def _longest(self, view: EntityView, usual: Mapping[str, Any]) -> Iterator[Item]:
        """For each placeholder an item whose keys are as long as they can be, where any text is allowed."""
        for name, value in usual.items():
            if not isinstance(value, str) or not self.choices.fits(view, name, value + "x" * 40):
                continue
            base = self.apart(view, usual, name, MIXED + 2)
            lengths = []
            for templates, limit in self._limits(view):
                uses = sum(isinstance(p, Placeholder) and p.name == name for each in templates for p in each.parts)
                if uses:
                    taken = sum(self._length(view, each, base) for each in templates)
                    lengths.append((limit - taken) // uses)
            room = min(lengths, default=0)
            if room > 0:
                yield from self.tried(view.name, {**base, name: value + "x" * room})

    def _limits(self, view: EntityView) -> Iterator[tuple[list[KeyTemplate], int]]:
        """The templates that together may have so many bytes."""
        for keys in self.design.all_keys:
            for names, limit in ((keys.partition, PARTITION_BYTES), (keys.sort, SORT_BYTES)):
                yield [view.templates[name] for name in names if name in view.templates], limit

    def _length(self, view: EntityView, template: KeyTemplate, values: Mapping[str, Any]) -> int:
        """How many bytes of a key the template takes; a number takes at most 21 (developer guide, "Data types")."""
        value = values[template.whole.name] if template.whole else ""
        if isinstance(value, bytes):
            return len(value)
        return len(template.render(values, view.domains).encode()) if not isinstance(value, Decimal) else 21
