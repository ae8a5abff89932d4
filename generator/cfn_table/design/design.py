"""`Design`: what a table design says, resolved and positioned, as every later step reads it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cfn_table.design.context import Context
from cfn_table.design.keys import KEY_TYPES, Domain, KeyTemplate, Placeholder, attribute_type
from cfn_table.design.model import AccessPattern, Attribute, DesignFile, Entity, Index, PolicyFile
from cfn_table.design.names import alphanumeric, pascal_case
from cfn_table.design.source import Mapping, SourceFile, Text
from cfn_table.design.validate import locate, locate_key
from cfn_table.findings import Location


@dataclass(frozen=True, slots=True)
class KeySchema:
    """The key of the table or of one index, as requests see it.

    Attributes:
        index: the index's id; None for the table.
        partition: names of the partition key attributes, in order; more than one only on a global index.
        sort: names of the sort key attributes, in order; may be empty.
        local: whether it is a local secondary index.
        projection: `all`, `keys_only`, or the projected non-key attributes.
    """

    index: str | None
    partition: tuple[str, ...]
    sort: tuple[str, ...]
    local: bool = False
    projection: str | tuple[str, ...] = "all"

    @property
    def names(self) -> tuple[str, ...]:
        """All key attributes, in key order."""
        return self.partition + self.sort

    @property
    def title(self) -> str:
        """How messages name it."""
        return "the table" if self.index is None else f"index `{self.index}`"


class EntityView:
    """One entity with what `every_entity`, `key_only` and the table's keys add to it."""

    def __init__(self, name: str, entity: Entity, design: Design) -> None:
        self.name = name
        self.entity = entity
        self.attributes: AnyMapping[str, Attribute] = {**design.file.every_entity.attributes, **entity.attributes}
        delimiter = design.file.table.delimiter
        self.domains: AnyMapping[str, Domain] = {
            **{key: attribute.domain(delimiter) for key, attribute in design.file.key_only.items()},
            **{key: attribute.domain(delimiter) for key, attribute in self.attributes.items()},
        }
        self._design = design

    @property
    def type(self) -> str | None:
        """Value of the type attribute; None where the design has no type attribute."""
        return self.entity.type if self._design.file.table.type_attribute else None

    @cached_property
    def templates(self) -> AnyMapping[str, KeyTemplate]:
        """Key attribute → its template, in key order; an attribute has `{name}`, the type attribute the type."""
        found: dict[str, KeyTemplate] = {}
        for name in self._design.key_attributes:
            if name in self.entity.keys:
                found[name] = self.entity.keys[name]
            elif name in self.attributes:
                found[name] = KeyTemplate((Placeholder(name),))
            elif self.type and name == self._design.file.table.type_attribute:
                found[name] = KeyTemplate((self.type,))
        return found

    def may_lack(self, key_attribute: str) -> bool:
        """Whether items may lack the key attribute: it has a `?`, or a placeholder's attribute is optional."""
        if key_attribute in self.entity.sparse:
            return True
        template = self.templates.get(key_attribute)
        if template is None:
            return True
        return any(name in self.attributes and self.attributes[name].optional for name in template.placeholders)

    def is_in(self, keys: KeySchema) -> bool:
        """Whether items of the entity can be in the table or index: they have all of its key attributes."""
        return all(name in self.templates for name in keys.names)

    @cached_property
    def stored(self) -> frozenset[str]:
        """Names of all attributes that an item of the entity can have."""
        type_attribute = self._design.file.table.type_attribute
        extra = {type_attribute} if type_attribute and self.type is not None else set()
        return frozenset({*self.attributes, *self.templates, *extra})


@dataclass(frozen=True)
class Policy:
    """A policy file with its place."""

    file: PolicyFile
    raw: Mapping

    @property
    def name(self) -> str:
        """The policy's name, such as `read-only`."""
        return self.file.policy

    @property
    def logical_id(self) -> str:
        """Its resource's logical id, such as `ReadOnlyPolicy`."""
        return f"{pascal_case(self.name)}Policy"

    def locate(self, *path: str | int) -> Location:
        """Where `path` stands in the policy file."""
        return locate(self.raw, path)


@dataclass(frozen=True)
class Design:
    """A table design that was read and whose names all refer to something.

    Attributes:
        file: the design file's fields, included files merged in.
        policies: the design's policies, by name.
        context: its settings and parameters.
        raw: the merged YAML, for positions.
        root: the project's folder; paths in `files` are relative to it.
        path: the design file as the user names it.
        files: every file that was read, sorted, relative to `root` where inside, with `/`.
        inputs_digest: SHA-256, in hex, of everything that the template depends on: the values in these files (not
            their comments,
            order or layout), the context's values, and the texts of the hook and of the project's text templates.
        texts: the project's text templates by name, such as `deploy.md.j2`.
    """

    file: DesignFile
    policies: tuple[Policy, ...]
    context: Context
    raw: Mapping
    root: Path
    path: str
    files: tuple[str, ...]
    inputs_digest: str
    texts: AnyMapping[str, SourceFile] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The design's name."""
        return self.file.design

    @property
    def version(self) -> str:
        """The design's version."""
        return self.file.version

    @property
    def logical_id(self) -> str:
        """The table's logical id."""
        return self.file.table.logical_id or f"{pascal_case(self.name)}Table"

    @property
    def is_global(self) -> bool:
        """Whether the design names replicas, so that the resource is an AWS::DynamoDB::GlobalTable."""
        return bool(self.file.table.replicas)

    def locate(self, *path: str | int) -> Location:
        """Where `path` stands, such as `("entities", "user", "keys", "PK")`."""
        return locate(self.raw, path)

    def locate_key(self, *path: str | int) -> Location:
        """Where the key at `path` stands."""
        return locate_key(self.raw, path)

    @cached_property
    def entities(self) -> AnyMapping[str, EntityView]:
        """The entities, by name."""
        return {name: EntityView(name, entity, self) for name, entity in self.file.entities.items()}

    @cached_property
    def indexes(self) -> AnyMapping[str, Index]:
        """Global and local secondary indexes, by id, sorted."""
        return {index.ref: index for index in sorted(self.file.indexes, key=lambda each: each.ref)}

    @cached_property
    def table_keys(self) -> KeySchema:
        """The table's key."""
        key = self.file.table.key
        return KeySchema(None, tuple(a.name for a in key.partition), tuple(a.name for a in key.sort))

    def keys_of(self, index: str | None) -> KeySchema:
        """The key of the table (None) or of the index with this id."""
        return self.table_keys if index is None else self.key_schemas[index]

    @cached_property
    def key_schemas(self) -> AnyMapping[str, KeySchema]:
        """The key of every index, by id."""
        return {
            ref: KeySchema(
                ref,
                tuple(a.name for a in index.key.partition),
                tuple(a.name for a in index.key.sort),
                index.local,
                index.projection,
            )
            for ref, index in self.indexes.items()
        }

    @property
    def all_keys(self) -> Iterator[KeySchema]:
        """The table's key, then every index's."""
        yield self.table_keys
        yield from self.key_schemas.values()

    @cached_property
    def key_attributes(self) -> tuple[str, ...]:
        """Names of all key attributes: the table's, then the indexes', each once."""
        names = [*self.table_keys.names, *(name for keys in self.key_schemas.values() for name in keys.names)]
        return tuple(dict.fromkeys(names))

    @cached_property
    def key_types(self) -> AnyMapping[str, str]:
        """Key attribute → `S`, `N` or `B`: as declared, else as the entities' templates give."""
        declared = {
            attribute.name: {"string": "S", "number": "N", "binary": "B"}[attribute.type]
            for key in (self.file.table.key, *(index.key for index in self.file.indexes))
            for attribute in key.attributes
            if attribute.type is not None
        }
        return {name: declared.get(name) or self._type_from_entities(name) for name in self.key_attributes}

    def _type_from_entities(self, name: str) -> str:
        types = [
            KEY_TYPES.get(view.attributes[name].type, "S")
            if name in view.attributes
            else attribute_type(view.templates[name], view.domains)
            for view in self.entities.values()
            if name in view.templates
        ]
        return types[0] if types else "S"

    @cached_property
    def exports(self) -> AnyMapping[str, str]:
        """Index id → the part of its export's name, such as `GSI1` → `GSI1Name`."""
        refs = [*self.indexes, *(index.ref for index in sorted(self.file.vector_indexes, key=lambda each: each.ref))]
        return {ref: f"{alphanumeric(ref)}Name" for ref in refs}

    def pattern(self, name: str) -> AccessPattern:
        """The access pattern of this name."""
        return self.file.access_patterns[name]

    def is_computed(self, *path: str) -> bool:
        """Whether a context expression gave the value at `path`, so that another context may give another."""
        value: Any = self.raw
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return isinstance(value, Text) and value.computed
