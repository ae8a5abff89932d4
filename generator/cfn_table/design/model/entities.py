"""Entities: kinds of items, the keys that they are stored under and the attributes that they carry."""

from __future__ import annotations

import re
import warnings
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from cfn_table.design.context import Parametric
from cfn_table.design.fields import KNOWN_TO_APPLICATIONS, AttributeName, Bool, Str, choice, need_text, problem
from cfn_table.design.keys import Domain, KeyTemplate, TemplateError
from cfn_table.design.model.base import Part, split_optional
from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.design.values import DYNAMODB_TYPES, WrongValue, decimal

TYPES: Final = tuple(DYNAMODB_TYPES)
"""The attribute types of the design language."""


def _template(value: Any) -> KeyTemplate:
    if isinstance(value, dict):
        raise problem("a key template is a text, not a mapping", 'put it in quotes: "{State}#{Date}"')
    if isinstance(value, Parametric):
        raise problem(
            f"{shown(value)} is a deploy-time parameter, and keys are built by applications",
            "make it a plain context value",
        )
    try:
        return KeyTemplate.parse(str(need_text(value)))
    except TemplateError as error:
        raise problem(str(error), error.help) from None


Template = Annotated[KeyTemplate, PlainValidator(_template), WithJsonSchema({"type": "string", "minLength": 1})]


def _pattern(value: Any) -> str:
    text = need_text(value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # such as `[[a]`, which will mean something else
            compiled = re.compile(text)
    except (re.error, OverflowError, RecursionError, FutureWarning) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise problem(
            f"{shown(text)} is not a regular expression: {why}", "write one as Python has them, such as `[a-z]+`"
        ) from None
    # In a key template the pattern stands inside of a larger one, and other languages have to understand it too.
    if compiled.groupindex or compiled.flags & ~re.UNICODE or re.search(r"\\[1-9]|\(\?P=", text):
        raise problem(
            f"{shown(text)} uses flags, named groups or references to groups",
            "spell it out: the pattern becomes a part of others, in programs of other languages too",
        )
    return str(text)


def _number(value: str) -> None:
    try:
        decimal(value)
    except WrongValue as error:
        raise problem(str(error), "list numbers only, or use the type `string`") from None


class Attribute(Part):
    """An attribute: `string`, `[free, pro]`, or `{type, optional, pattern, values, description}`."""

    fixed: ClassVar[str] = KNOWN_TO_APPLICATIONS

    type: Annotated[str, choice(*TYPES), WithJsonSchema({"enum": list(TYPES)})] = Field(
        default="string", description="Its type: " + ", ".join(TYPES) + "."
    )
    optional: Bool = Field(default=False, description="Whether items may lack it; a `?` behind its name says the same.")
    pattern: Annotated[str, PlainValidator(_pattern), WithJsonSchema({"type": "string"})] | None = Field(
        default=None,
        description="A regular expression (Python's) that the whole value matches; it may allow the delimiter.",
    )
    values: tuple[Str, ...] = Field(default=(), description="The only values that it may have.", min_length=1)
    description: Str = Field(default="", description="What it means.")

    @classmethod
    def forms(cls, whole: dict[str, Any]) -> list[dict[str, Any]]:
        """A type, a list of values, or a mapping."""
        return [whole["properties"]["type"], whole["properties"]["values"], whole]

    @model_validator(mode="before")
    @classmethod
    def _short(cls, raw: Any) -> Any:
        if isinstance(raw, dict):
            return raw
        if isinstance(raw, list):
            return {"values": raw}
        text = need_text(raw)
        if text not in TYPES:
            raise problem(
                f"{shown(text)} is no attribute type", did_you_mean(text, TYPES) or "the types are " + ", ".join(TYPES)
            )
        return {"type": text}

    @model_validator(mode="after")
    def _consistent(self) -> Attribute:
        if self.pattern is not None and self.type != "string":
            raise problem(f"a pattern checks strings, not a {self.type}", "leave out the pattern, or the type")
        if len(set(self.values)) != len(self.values):
            raise problem("a value is listed twice", "keep one of them")
        if self.values and self.type not in ("string", "number"):
            raise problem(
                f"values can be listed for strings and numbers, not for a {self.type}",
                "leave out the values, or the type",
            )
        if self.type == "number":
            for value in self.values:
                _number(value)
        return self

    @property
    def dynamodb_type(self) -> str:
        """DynamoDB's type descriptor: S, N, B, BOOL, M, L, SS, NS, BS; `*` for any."""
        return DYNAMODB_TYPES[self.type]

    def domain(self, delimiter: str) -> Domain:
        """What a placeholder of this attribute's name may hold."""
        return Domain(self.type, self.pattern, self.values, delimiter)


def _without_marks(raw: Any) -> Any:
    """`{name?: ATTRIBUTE}` with the `?` turned into `optional`."""
    if not isinstance(raw, dict):
        raise problem("attributes are a mapping of names to types", "write `userId: string`")
    plain, optional = split_optional(raw)
    attributes = {}
    for name, value in plain.items():
        if name not in optional:
            attributes[name] = value
        elif isinstance(value, dict):
            if value.get("optional") == "false":
                raise problem(
                    f"{shown(f'{name}?')} is optional by its mark and required by its field", "keep one of them"
                )
            attributes[name] = {**value, "optional": True}
        elif isinstance(value, list):
            attributes[name] = {"values": value, "optional": True}
        else:
            attributes[name] = {"type": value, "optional": True}
    return attributes


Attributes = Annotated[dict[AttributeName, Attribute], BeforeValidator(_without_marks)]
"""Attributes by name; in a file a `?` behind a name says that the attribute is optional."""


class EveryEntity(Part):
    """What all entities have in common."""

    fixed: ClassVar[str] = KNOWN_TO_APPLICATIONS

    attributes: Attributes = Field(default={}, description="Attributes of every entity.")


def _sample(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise problem("a sample is a mapping of attributes to values", "write `- userId: user123` and so on")
    return value


class Entity(Part):
    """A kind of item."""

    fixed: ClassVar[str] = KNOWN_TO_APPLICATIONS

    type: Str | None = Field(
        default=None, description="Value of the type attribute; several entities may share it when their keys differ."
    )
    description: Str = Field(default="", description="What the item is.")
    keys: dict[str, Template] = Field(
        default={},
        description="One template per key attribute. A `?` behind the name says that items may lack it: "
        "the index is sparse. "
        "A key attribute that is one of the entity's attributes needs no template.",
    )
    sparse: frozenset[str] = Field(default=frozenset(), exclude=True, json_schema_extra={"x-internal": True})
    attributes: Attributes = Field(
        default={}, description="Its attributes; a `?` behind the name marks an optional one."
    )
    samples: tuple[Annotated[dict[str, Any], PlainValidator(_sample), WithJsonSchema({"type": "object"})], ...] = Field(
        default=(), description="Items as an application sees them; keys and the type attribute follow from the rest."
    )

    @model_validator(mode="before")
    @classmethod
    def _names(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            raise problem("an entity is a mapping", "write at least `keys` and `attributes`")
        if "sparse" in raw:
            raise problem("unknown field `sparse`", "put a `?` behind the key attribute's name")
        result = dict(raw)
        if isinstance(raw.get("keys"), dict):
            result["keys"], result["sparse"] = split_optional(raw["keys"])
        return result
