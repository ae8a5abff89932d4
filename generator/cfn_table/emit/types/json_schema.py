r"""A JSON Schema (2020-12) of a design's items: for each entity as applications see one, and as the table stores it.

The whole document is the schema of any stored item. Which entity an item is of is decided by its key: entities may
share their type, but no two can have the same key (the rule entities-never-share-a-key), and each definition has the
patterns of the keys. The definitions stand in an `anyOf` all the same: where a pattern is wider than the design says
(see below), an item must not be refused for fitting two.

An application's view is closed: it is what an application hands over to be stored, and a misspelt attribute would be
stored unseen. A stored item is open: a newer version may have added attributes to it, which old readers ignore.

Values are those of natively typed items, such as the AWS SDK's document client has: numbers are numbers, sets are
arrays, binary values are base64. Formats are annotations in JSON Schema, so `timestamp` and `date` have a pattern too.

A schema says less than the design in these points. It cannot say that a key and the attributes that it is built of
agree. A placeholder's lower or upper case is only checked for ASCII letters, and not together with its pattern. A
pattern that has no equal in ECMAScript, or would look at other parts of its key, is any text. Patterns are
ECMAScript's, as JSON Schema says; where the design's has categories of Unicode, such as `\w`, a validator has to know
`\p{L}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.design.json_schema import DIALECT
from cfn_table.design.keys import Domain, KeyTemplate, Placeholder
from cfn_table.design.values import NUMBER_DIGITS
from cfn_table.emit.types.ecma import UNSEEN, ecma_part, ecma_whole, grouped, to_ecma
from cfn_table.emit.types.fields import EntityFields, Field, entity_fields
from cfn_table.emit.types.type_file import TypeFile
from cfn_table.languages import Unsupported

Schema = dict[str, Any]

_ANY_TEXT: Final = r"[\s\S]+"
_LAST_EPOCH: Final = 99_999_999_999
"""The largest epoch that a key can hold: eleven digits."""

_TYPES: Final[dict[str, Schema]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "binary": {"type": "string", "contentEncoding": "base64", "pattern": f"^{Domain('binary').expression()}$"},
    "map": {"type": "object"},
    "list": {"type": "array"},
    "any": {},
    "timestamp": {"type": "string", "format": "date-time", "pattern": f"^{Domain('timestamp').expression()}$"},
    "date": {"type": "string", "format": "date", "pattern": f"^{Domain('date').expression()}$"},
    "epoch": {"type": "integer"},
}


def emit_json_schema(design: Design) -> TypeFile:
    """The schema of the design's items; it exports the names of its definitions."""
    definitions: dict[str, Schema] = {}
    stored = []
    for entity in design.entities:
        fields = entity_fields(design, entity)
        definitions[fields.names.application] = _Definition(fields).application()
        definitions[fields.names.stored] = _Definition(fields).stored()
        stored.append({"$ref": f"#/$defs/{fields.names.stored}"})
    schema = {
        "$schema": DIALECT,
        "$id": f"urn:cfn-table:{design.name}:{design.version}",
        "title": design.name,
        **_described(design.file.description),
        "anyOf": stored,
        "$defs": definitions,
    }
    return TypeFile(f"{design.name}.schema.json", _text(schema), tuple(sorted(definitions)))


class _Definition:
    """Works out the two definitions of one entity."""

    def __init__(self, fields: EntityFields) -> None:
        self._fields = fields
        self._view = fields.view

    def application(self) -> Schema:
        """An item as applications see it: closed."""
        properties = {
            field.name: {**_described(field.description), **self._attribute(field, self._in_keys(field.name))}
            for field in self._fields.application
        }
        required = [field.name for field in self._fields.application if not field.optional]
        return {
            **_described(self._fields.description),
            "type": "object",
            "properties": properties,
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }

    def stored(self) -> Schema:
        """An item as the table stores it: open."""
        properties: dict[str, Schema] = {}
        for field in self._fields.stored:
            if field.constant is not None:
                properties[field.name] = {"const": field.constant}
            elif field.template is not None:
                properties[field.name] = self._key(field.template)
            else:
                places = self._in_keys(field.name, without=self._view.entity.sparse)
                properties[field.name] = {**_described(field.description), **self._attribute(field, places)}
        required = [field.name for field in self._fields.stored if not field.optional]
        together = self._together()
        return {
            **_described(self._fields.description),
            "type": "object",
            "properties": properties,
            "required": required,
            **({"dependentRequired": together} if together else {}),
        }

    def _in_keys(self, name: str, *, without: frozenset[str] = frozenset()) -> list[Placeholder]:
        """Where a value stands in keys that are built as soon as it is there."""
        return [
            part
            for key, template in self._view.templates.items()
            if key not in without and all(self._is_always_there(each) for each in template.placeholders if each != name)
            for part in template.parts
            if isinstance(part, Placeholder) and part.name == name
        ]

    def _is_always_there(self, name: str) -> bool:
        if name in self._view.attributes:
            return not self._view.attributes[name].optional
        return any(
            name in template.placeholders and not self._view.may_lack(key)
            for key, template in self._view.templates.items()
        )

    def _together(self) -> dict[str, list[str]]:
        """An optional key attribute needs what it is built of; the only optional part of one needs the key."""
        found: dict[str, list[str]] = {}
        for field in self._fields.stored:
            if field.template is None or not field.optional:
                continue
            names = field.template.placeholders
            parts = [name for name in names if name in self._view.attributes and not self._is_always_there(name)]
            if parts:
                found[field.name] = parts
            complete = len(parts) == 1 and all(self._is_always_there(name) for name in names if name not in parts)
            if complete and field.name not in self._view.entity.sparse:
                found.setdefault(parts[0], []).append(field.name)
        return found

    def _attribute(self, field: Field, places: list[Placeholder]) -> Schema:
        """The values of an attribute; those that stand in keys must be able to."""
        if field.values:
            return _listed(field.kind, field.values)
        if field.kind.endswith("_set"):
            members = _TYPES[field.kind.removesuffix("_set")]
            return {"type": "array", "items": members, "minItems": 1, "uniqueItems": True}
        schema = dict(_TYPES[field.kind])
        domain = self._fields.domains.get(field.name, Domain())
        if field.kind == "string" and (field.pattern is not None or places):
            schema.update(_matching(field.pattern if field.pattern is not None else domain.expression()))
        if not places:
            return schema
        if field.kind == "binary" or (field.pattern is not None and re.fullmatch(field.pattern, "")):
            schema["minLength"] = 1
        widths = [part.width for part in places if part.width]
        if widths:
            schema = {"type": "integer", "minimum": 0, "maximum": 10 ** min(widths) - 1}
        elif field.kind == "epoch":
            schema.update(minimum=0, maximum=_LAST_EPOCH)
        return schema

    def _key(self, template: KeyTemplate) -> Schema:
        """The values of a key attribute."""
        if template.is_constant:
            return {"const": str(template)}
        whole = template.whole
        built = _described(f"Built as `{template}`")
        if whole is not None and not whole.format:
            domain = self._fields.domains.get(whole.name, Domain())
            if domain.type != "boolean":
                field = Field(whole.name, domain.type, domain.values, domain.pattern)
                return {**built, **self._attribute(field, [whole])}
        return {**built, "type": "string", "pattern": f"^{''.join(self._texts(template))}$"}

    def _texts(self, template: KeyTemplate) -> Iterator[str]:
        for part in template.parts:
            if isinstance(part, str):
                yield to_ecma(re.escape(part))
                continue
            domain = self._fields.domains.get(part.name, Domain())
            if part.width:
                yield f"[0-9]{{{part.width}}}"
            elif part.format:
                yield _in_case(part, domain)
            else:
                yield _part(domain.expression(), last=part is template.parts[-1])


def _in_case(part: Placeholder, domain: Domain) -> str:
    """The texts that a placeholder in lower or upper case can become, and some more."""
    if domain.values:
        rendered = [KeyTemplate((part,)).render({part.name: value}, {part.name: domain}) for value in domain.values]
        return grouped("|".join(to_ecma(re.escape(each)) for each in dict.fromkeys(rendered)))
    if domain.type != "string":
        expression = domain.expression()
        return grouped(to_ecma(expression.lower() if part.format == "lower" else expression.upper()))
    other_case = "A-Z" if part.format == "lower" else "a-z"
    if domain.pattern is not None or not domain.delimiter:
        return f"[^{other_case}]+"
    delimiter = re.escape(domain.delimiter)
    if len(domain.delimiter) == 1:
        return to_ecma(f"[^{delimiter}{other_case}]+")
    return to_ecma(f"(?:(?!{delimiter})[^{other_case}])+")


def _matching(pattern: str) -> Schema:
    try:
        return {"pattern": ecma_whole(pattern)}
    except Unsupported:
        return {"$comment": f"What the design asks for, `{pattern}`, cannot be written in ECMAScript."}


def _part(pattern: str, *, last: bool) -> str:
    try:
        return ecma_part(pattern, last=last)
    except Unsupported:
        return _ANY_TEXT


def _listed(kind: str, values: tuple[str, ...]) -> Schema:
    return {**_TYPES[kind], "enum": [_number(Decimal(each)) if kind == "number" else each for each in values]}


def _number(value: Decimal) -> int | float:
    whole = value == value.to_integral_value() and value.adjusted() < NUMBER_DIGITS
    return int(value) if whole else float(value)


def _described(description: str) -> Schema:
    return {"description": description} if description else {}


def _text(schema: Schema) -> str:
    """The schema as its file holds it: in the order of the design, with what nobody can see escaped."""
    text = json.dumps(schema, indent=2, ensure_ascii=False)
    return UNSEEN.sub(lambda match: "\n" if match[0] == "\n" else json.dumps(match[0])[1:-1], text) + "\n"
