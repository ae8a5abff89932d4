"""What a change of a key template means for items that are stored under the old one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.design.keys import Domain, KeyTemplate, Placeholder, TemplateError, ValueRefused
from cfn_table.review.contracts import section_of
from cfn_table.review.side import Side

_EXAMPLES: Final[Mapping[str, str]] = {
    "number": "7",
    "epoch": "1767225600",
    "boolean": "true",
    "timestamp": "2026-01-02T03:04:05Z",
    "date": "2026-01-02",
    "binary": "YWJj",
    "string": "abc",
}


@dataclass(frozen=True, slots=True)
class EntityKey:
    """The template of one key attribute of an entity, as one side has it.

    Attributes:
        text: the template as it is written.
        domains: what its placeholders may hold.
        attributes: names of the entity's attributes.
    """

    text: str
    domains: Mapping[str, Domain]
    attributes: Collection[str]

    @classmethod
    def of(cls, side: Side, entity: str, key: str, *, by_design: bool) -> EntityKey:
        """The template on one side.

        Args:
            side: the side.
            entity: the entity.
            key: the key attribute.
            by_design: whether the design says what placeholders may hold: it knows those of `key_only` too. Both sides
                must be asked alike.
        """
        known = section_of(side.contract, "entities", entity)
        described = section_of(known, "attributes")
        text = str(section_of(known, "keys").get(key, ""))
        if by_design and side.design is not None and entity in side.design.entities:
            domains: Mapping[str, Domain] = side.design.entities[entity].domains
        else:
            domains = {name: _domain(each) for name, each in described.items() if isinstance(each, Mapping)}
        return cls(text, domains, tuple(described))

    @property
    def template(self) -> KeyTemplate | None:
        """The template; None where the contract holds what is none."""
        try:
            return KeyTemplate.parse(self.text)
        except TemplateError:
            return None

    def domain(self, name: str) -> Domain:
        """What a placeholder may hold."""
        return self.domains.get(name, Domain())

    def example(self) -> str:
        """A key of the template, with values that a reader takes for values; empty where none was found."""
        template = self.template
        if template is None:
            return ""
        values = {part.name: self._value(part) for part in template.parts if isinstance(part, Placeholder)}
        try:
            return template.render(values, self.domains)
        except ValueRefused:
            return ""

    def _value(self, part: Placeholder) -> str:
        domain = self.domain(part.name)
        if domain.values:
            return domain.values[0]
        text = _EXAMPLES.get(domain.type, "abc")
        if domain.pattern is None:
            return text
        if re.fullmatch(domain.expression(), text):
            return text
        from cfn_table.languages import TooComplex

        try:
            return domain.language().shortest() or text
        except TooComplex:
            return text


def renamed_placeholders(old: EntityKey, new: EntityKey) -> tuple[tuple[str, str], ...] | None:
    """The placeholders that only have other names, if keys have the same texts; None if stored keys are not found.

    Another name is only a name where the old one is gone and the new one was not there: `USER#{userId}` that becomes
    `USER#{email}`, of an entity that had both, gives items another key.
    """
    one, other = old.template, new.template
    if one is None or other is None or len(one.parts) != len(other.parts):
        return None
    names: dict[str, str] = {}
    for before, after in zip(one.parts, other.parts, strict=True):
        if not isinstance(before, Placeholder) or not isinstance(after, Placeholder):
            if before != after:
                return None
            continue
        domains = (old.domain(before.name), new.domain(after.name))
        same = before.format == after.format and _texts(domains[0]) == _texts(domains[1])
        if not same or names.setdefault(before.name, after.name) != after.name:
            return None
    if len(set(names.values())) != len(names):
        return None
    renamed = tuple((before, after) for before, after in names.items() if before != after)
    if any(before in new.attributes or after in old.attributes for before, after in renamed):
        return None
    return renamed


def impossible_now(old: EntityKey, new: EntityKey) -> tuple[tuple[str, ...], str] | None:
    """Of one template: the placeholders that may hold something else, and a key that was possible and is not.

    None where every key is still possible, or where that takes too long to find out.
    """
    template = old.template
    if template is None:
        return None
    names = tuple(name for name in template.placeholders if _texts(old.domain(name)) != _texts(new.domain(name)))
    if not names:
        return None
    from cfn_table.languages import TooComplex

    try:
        example = template.language(old.domains).minus(template.language(new.domains)).shortest()
    except TooComplex:
        return None
    return (names, example) if example is not None else None


def _texts(domain: Domain) -> tuple[str, str | None, frozenset[str]]:
    """What decides about the texts of a placeholder, apart from the delimiter, which the template has."""
    return (domain.type, domain.pattern, frozenset(domain.values))


def indexes_with(contract: Mapping[str, Any] | None, key: str) -> tuple[str, ...]:
    """The indexes that a key attribute is of, by id, sorted."""
    indexes = section_of(contract, "indexes")
    return tuple(sorted(ref for ref in indexes if key in _names(section_of(indexes, ref, "key"))))


def is_table_key(contract: Mapping[str, Any] | None, key: str) -> bool:
    """Whether an attribute is of the table's own key."""
    return key in _names(section_of(contract, "table", "key"))


def _names(key: Mapping[str, Any]) -> set[str]:
    parts = [part for side in ("partition", "sort") for part in key.get(side) or ()]
    return {str(part.get("name")) for part in parts if isinstance(part, Mapping)}


def _domain(attribute: Mapping[str, Any]) -> Domain:
    values = tuple(str(value) for value in attribute.get("values") or ())
    return Domain(str(attribute.get("type", "string")), attribute.get("pattern"), values)
