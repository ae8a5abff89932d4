"""Items: from what an application sees, as samples write it, to what DynamoDB stores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cfn_table.design.design import Design, EntityView
from cfn_table.design.keys import KeyTemplate, Placeholder, ValueRefused, attribute_type
from cfn_table.design.model import Attribute
from cfn_table.design.source import Mapping, Text
from cfn_table.design.suggest import did_you_mean
from cfn_table.design.validate import locate
from cfn_table.design.values import WrongValue, convert, decimal
from cfn_table.errors import InputError
from cfn_table.findings import Finding, Severity

_KINDS = {"S": "string", "N": "number", "B": "binary"}


@dataclass(frozen=True, slots=True)
class Item:
    """An item as DynamoDB stores it.

    Values are str, Decimal, bool, None, bytes, dict and list; a set is a sorted list, known by its attribute's type.

    Attributes:
        entity: the entity's name.
        attributes: attribute → value: the table's key, the indexes' keys, the type attribute, then all others.
        key: the values of the table's key attributes, in key order.
        values: placeholder → value, for attributes and for what is stored only inside keys.
    """

    entity: str
    attributes: AnyMapping[str, Any]
    key: tuple[Any, ...]
    values: AnyMapping[str, Any]


@dataclass(frozen=True, slots=True)
class ItemProblem:
    """One thing that is wrong with an item.

    Attributes:
        message: as in `Finding`.
        path: where in the item: an attribute, or nothing for the item as a whole.
        help: what to do.
    """

    message: str
    path: tuple[str | int, ...] = ()
    help: str = ""


class InvalidItem(InputError):
    """An item that is not one of its entity.

    Attributes:
        problems: everything that is wrong with it, at least one; `findings` say the same with the places in the file.
    """

    rule = "samples-are-valid-items"

    def __init__(self, problems: Iterable[ItemProblem], raw: AnyMapping[str, Any]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems[0].message)
        self.findings = tuple(
            Finding(
                self.rule,
                Severity.ERROR,
                problem.message,
                help=problem.help,
                location=locate(raw, problem.path) if isinstance(raw, Mapping) else None,
            )
            for problem in self.problems
        )


def complete_item(design: Design, entity: str, raw: AnyMapping[str, Any]) -> Item:
    """The stored item that `raw` describes.

    Key attributes and the type attribute follow from the rest; where `raw` names them all the same, they must be what
    follows. A key attribute with a `?` is stored when all its placeholders have values, unless `raw` says `null`.

    Args:
        design: the design.
        entity: the name of one of its entities.
        raw: attribute or key-only placeholder → raw value, as a sample writes it (texts, lists and mappings).

    Raises:
        InvalidItem: with every problem: a missing or unknown attribute, a value of the wrong type, a key that cannot be
            built.
    """
    completion = _Completion(design, design.entities[entity], raw)
    item = completion.item()
    if completion.problems:
        raise InvalidItem(completion.problems, raw)
    return item


def item_size(attributes: AnyMapping[str, Any]) -> int:
    """Bytes that the item counts with, names included (developer guide, "DynamoDB Item sizes and formats").

    A number takes about one byte per two digits and one more; a list or map 3 bytes, and one per entry.
    """
    return sum(len(name.encode()) + _size(value) for name, value in attributes.items())


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, Decimal):
        return (len(value.normalize().as_tuple().digits) + 1) // 2 + 1
    if isinstance(value, list):
        return 3 + sum(1 + _size(each) for each in value)
    if isinstance(value, dict):
        return 3 + len(value) + item_size(value)
    return 1


class _Completion:
    """Works on one item and collects all that is wrong with it."""

    def __init__(self, design: Design, view: EntityView, raw: AnyMapping[str, Any]) -> None:
        self.design = design
        self.view = view
        self.raw = raw
        self.problems: list[ItemProblem] = []
        self.type_attribute = design.file.table.type_attribute if view.type is not None else None

    def item(self) -> Item:
        self.refuse_unknown()
        values = dict(self.values())
        attributes = {name: values[name] for name in self.view.attributes if name in values}
        keys = dict(self.keys(values))
        if self.type_attribute:
            self.compare(self.type_attribute, "string", self.view.type, f"the type of `{self.view.name}`")
            keys.setdefault(self.type_attribute, self.view.type)
        key = tuple(keys.get(name) for name in self.design.table_keys.names)
        return Item(self.view.name, {**keys, **{n: v for n, v in attributes.items() if n not in keys}}, key, values)

    def refuse_unknown(self) -> None:
        used = {name for template in self.view.templates.values() for name in template.placeholders}
        known = {*self.view.stored, *used}
        for name in self.raw:
            if name not in known:
                message, help_ = f"entity `{self.view.name}` has no attribute `{name}`", did_you_mean(name, known)
                if name in self.design.file.key_only:
                    message, help_ = f"no key of entity `{self.view.name}` holds `{{{name}}}`", "leave it out"
                self.problems.append(ItemProblem(message, (name,), help_))

    def values(self) -> Iterator[tuple[str, Any]]:
        """The values of attributes and of key-only placeholders, converted."""
        for name, attribute in self.view.attributes.items():
            if name in self.raw:
                yield from self.converted(name, attribute)
            elif not attribute.optional and name != self.type_attribute:
                self.problems.append(ItemProblem(f"`{name}` is missing", (), f"add `{name}: VALUE`"))
        needed = {
            placeholder
            for name, template in self.view.templates.items()
            if not self.view.may_lack(name)
            for placeholder in template.placeholders
        }
        for name, attribute in self.design.file.key_only.items():
            if name in self.view.attributes:
                continue
            if name in self.raw:
                yield from self.converted(name, attribute)
            elif name in needed:
                message = f"`{name}` is missing, which the item's key holds"
                self.problems.append(ItemProblem(message, (), f"add `{name}: VALUE`"))

    def converted(self, name: str, attribute: Attribute) -> Iterator[tuple[str, Any]]:
        try:
            value = convert(attribute.type, self.raw[name])
            check_value(attribute, value)
        except WrongValue as error:
            near = did_you_mean(str(self.raw[name]), attribute.values)  # the message lists all values already
            self.problems.append(ItemProblem(f"`{name}`: {error}", (name,), near if near.startswith("did") else ""))
        else:
            yield name, value

    def keys(self, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """The key attributes that follow from the values."""
        refused: set[str] = set()
        for name, template in self.view.templates.items():
            kind = attribute_type(template, self.view.domains)
            if name in self.view.entity.sparse and _is_null(self.raw.get(name)):
                continue
            if any(placeholder not in values for placeholder in template.placeholders):
                if name in self.raw and name not in self.view.attributes:
                    self.problems.append(ItemProblem(f"`{name}` is given, but not all of `{template}`", (name,)))
                continue
            wrong = self.refused_part(template, values)
            if wrong is None:
                value = values[template.placeholders[0]] if kind in "NB" else template.render(values, self.view.domains)
                if name not in self.view.attributes:
                    self.compare(name, _KINDS[kind], value, f"`{template}`")
                yield name, value
            elif wrong[0].name not in refused:
                refused.add(wrong[0].name)
                message = f"`{name}` cannot be built: {wrong[1]}"
                self.problems.append(ItemProblem(message, (wrong[0].name,), self.advice(wrong[0], values)))

    def refused_part(self, template: KeyTemplate, values: dict[str, Any]) -> tuple[Placeholder, ValueRefused] | None:
        for part in template.parts:
            if isinstance(part, Placeholder):
                try:
                    KeyTemplate((part,)).render(values, self.view.domains)
                except ValueRefused as error:
                    return part, error
        return None

    def advice(self, part: Placeholder, values: dict[str, Any]) -> str:
        delimiter = self.design.file.table.delimiter
        domain = self.view.domains[part.name]
        if domain.type == "string" and domain.pattern is None and delimiter and delimiter in str(values[part.name]):
            return f"write a value without `{delimiter}`, or give `{part.name}` a `pattern` that allows it"
        return ""

    def compare(self, name: str, kind: str, derived: Any, source: str) -> None:
        """A key or type that the item states must be the one that follows."""
        if name not in self.raw:
            return
        try:
            stated = convert(kind, self.raw[name])
        except WrongValue as error:
            self.problems.append(ItemProblem(f"`{name}`: {error}", (name,)))
            return
        if stated != derived:
            message = f"`{name}` is `{self.raw[name]}`, and {source} gives `{derived}`"
            self.problems.append(ItemProblem(message, (name,), "leave it out: it follows from the rest"))


def check_value(attribute: Attribute, value: Any) -> None:
    """Hold a converted value against the attribute's listed values and pattern.

    Raises:
        WrongValue: it is not one of the values, or does not match the pattern.
    """
    listed: list[Any] = [decimal(each) for each in attribute.values] if attribute.type == "number" else []
    if attribute.values and value not in (listed or attribute.values):
        raise WrongValue(f"`{value}` is not one of " + ", ".join(f"`{each}`" for each in attribute.values))
    if attribute.pattern is not None and not re.fullmatch(attribute.pattern, value):
        raise WrongValue(f"`{value}` does not match the pattern `{attribute.pattern}`")


def _is_null(raw: Any) -> bool:
    return isinstance(raw, Text) and raw.plain and raw in ("null", "~")
