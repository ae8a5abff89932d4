"""What generated types are made of, in no language: the fields of an entity, as applications see them and as stored."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass

from cfn_table.design.design import Design, EntityView, KeySchema
from cfn_table.design.generated_names import EntityNames, entity_names
from cfn_table.design.keys import Domain, KeyTemplate, attribute_type
from cfn_table.design.memory import once_per_design
from cfn_table.design.model import Attribute

KEY_KINDS = {"N": "number", "B": "binary"}
"""DynamoDB's type of a key attribute → the design language's, where it is no text."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a type.

    Attributes:
        name: the attribute's name, or that of a placeholder that only keys hold; any text.
        kind: its type in the design language; `string` for a key attribute that is built of text.
        values: the only values, as the design writes them; empty for any.
        pattern: a regular expression (Python's) that the whole value matches; None for any.
        optional: whether items may lack it.
        description: what it means, as the design says; may be empty.
        template: how the key attribute is built, where it is no attribute of the entity itself.
        constant: the only value of the type attribute; None elsewhere.
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()
    pattern: str | None = None
    optional: bool = False
    description: str = ""
    template: KeyTemplate | None = None
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class EntityFields:
    """One entity.

    Attributes:
        view: the entity in the design.
        names: what its types and functions are called.
        application: fields as applications see an item: its attributes and what only its keys hold, without the type
            attribute; in the design's order, attributes last declared by `every_entity` first as in `view.attributes`.
        stored: fields of the stored item in the order in which `complete_item` writes them: the table's key, the
            indexes' keys, the type attribute, then the attributes.
        key_only: names of application fields that are stored nowhere but inside of keys.
        told_by_type: whether no other entity has its type, so that the type attribute alone tells it.
    """

    view: EntityView
    names: EntityNames
    application: tuple[Field, ...]
    stored: tuple[Field, ...]
    key_only: frozenset[str]
    told_by_type: bool

    @property
    def name(self) -> str:
        """The entity's name in the design."""
        return self.view.name

    @property
    def description(self) -> str:
        """What the entity is, as the design says; may be empty."""
        return self.view.entity.description

    @property
    def domains(self) -> AnyMapping[str, Domain]:
        """What each placeholder may hold."""
        return self.view.domains


@once_per_design
def entity_fields(design: Design, entity: str) -> EntityFields:
    """The fields of an entity."""
    view = design.entities[entity]
    type_attribute = design.file.table.type_attribute if view.type is not None else None
    attributes = {name: each for name, each in view.attributes.items() if name != type_attribute}
    key_only = _key_only(design, view)
    others = [other.type for other in design.entities.values() if other.name != entity]
    return EntityFields(
        view,
        entity_names(design, entity),
        (
            *(_field(name, design.file.key_only[name], optional) for name, optional in key_only.items()),
            *(_field(name, each, each.optional) for name, each in attributes.items()),
        ),
        _stored(view, attributes, type_attribute),
        frozenset(key_only),
        view.type is not None and view.type not in others,
    )


def key_placeholders(view: EntityView, keys: KeySchema) -> tuple[str, ...]:
    """The placeholders that a key is built of, in the order of the key's templates, each once."""
    found = [name for each in keys.names for name in view.templates[each].placeholders]
    return tuple(dict.fromkeys(found))


def _field(name: str, attribute: Attribute, optional: bool) -> Field:
    return Field(
        name,
        attribute.type,
        attribute.values,
        attribute.pattern,
        optional,
        attribute.description,
    )


def _key_only(design: Design, view: EntityView) -> dict[str, bool]:
    """Placeholders that only keys of the entity hold → whether an item may go without."""
    found: dict[str, bool] = {}
    for name, template in view.templates.items():
        for placeholder in template.placeholders:
            if placeholder not in view.attributes and placeholder in design.file.key_only:
                found[placeholder] = found.get(placeholder, True) and view.may_lack(name)
    return found


def _stored(view: EntityView, attributes: AnyMapping[str, Attribute], type_attribute: str | None) -> tuple[Field, ...]:
    found: dict[str, Field] = {}
    for name, template in view.templates.items():
        if name == type_attribute:
            continue
        if name in attributes:
            found[name] = _field(name, attributes[name], attributes[name].optional)
            continue
        kind = KEY_KINDS.get(attribute_type(template, view.domains), "string")
        found[name] = Field(name, kind, optional=view.may_lack(name), template=template)
    if type_attribute is not None:
        found[type_attribute] = Field(type_attribute, "string", constant=view.type)
    for name, each in attributes.items():
        found.setdefault(name, _field(name, each, each.optional))
    return tuple(found.values())
