"""JSON Schemas of designs, of files that they include, and of policies: editors complete and check YAML by them.

They are those of the models (the schema of a type stands beside its validator), adapted to what an editor sees: it
reads scalars by YAML's own rules, so `name: 123` is a number to it, and it does not evaluate `{{ NAME }}`. What a
design may say, its schema lets pass, with one exception: the plain texts `null` and `~`, which an editor takes for
nothing, have to be quoted to please it. The reverse does not hold: what only a validator can see (a wrong template, a
default outside of the allowed values) is found when the design is loaded.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel

from cfn_table.design.context import UNTOUCHED
from cfn_table.design.fields import DEPLOY_TIME, FLOAT, INTEGER
from cfn_table.design.model import DesignFile, IncludedFile, PolicyFile
from cfn_table.design.model.base import inner_model
from cfn_table.design.parameters import FIELDS, TYPES

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

EXPRESSION: Final = {
    "description": "An expression such as `{{ NAME }}`; the names are declared in `context`.",
    "type": "string",
    "pattern": r"\{\{[\s\S]*\}\}",
}
_INTERNAL: Final = "x-internal"
_WITHOUT_EXPRESSIONS: Final = ("AccessPattern", "TransactionPart", "ContextEntry")
_NUMBERS: Final = ("0", "7", "42", "123456", "-1", "1.5")
_WORDS: Final = ("true", "false", "yes", "no", "on", "off")


def design_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a design file."""
    return _for_editors(plain_schema(DesignFile), "cfn-table design", "design")


def include_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file that a design includes: that of a design, less all but the fields it has."""
    whole = design_schema()
    properties = {name: whole["properties"][name] for name in IncludedFile.model_fields}
    needed: dict[str, None] = {}
    pending: list[Any] = [properties]
    while pending:
        for name in re.findall(r'"#/\$defs/(\w+)"', json.dumps(pending.pop())):
            if name not in needed:
                needed[name] = None
                pending.append(whole["$defs"][name])
    return {
        "$schema": DIALECT,
        "$id": "urn:cfn-table:include.schema.json",
        "title": "cfn-table include",
        "description": inspect.cleandoc(IncludedFile.__doc__ or ""),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": {name: whole["$defs"][name] for name in sorted(needed)},
    }


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a policy file."""
    return _for_editors(plain_schema(PolicyFile), "cfn-table policy", "policy")


def plain_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The model's JSON Schema as the reference describes it: short forms, but no expressions and no other readings."""
    schema: dict[str, Any] = _cleaned(model.model_json_schema())
    definitions = schema.setdefault("$defs", {})
    if model is DesignFile:
        definitions["ContextEntry"] = _context_entry()
        schema["properties"]["context"] |= {
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"},
            "additionalProperties": {"$ref": "#/$defs/ContextEntry"},
        }
    return schema


def models(root: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """`root` and every model that its fields lead to, each once, in the order of the fields."""
    found: dict[type[BaseModel], None] = {}
    pending = [root]
    while pending:
        model = pending.pop(0)
        if model not in found:
            found[model] = None
            inner = (inner_model(field.annotation) for field in model.model_fields.values() if not field.exclude)
            pending += [each for each in inner if each is not None]
    yield from found


def _context_entry() -> dict[str, Any]:
    """A setting, or the declaration of a parameter."""
    scalar = {"type": ["string", "number", "boolean", "null"]}
    number = {"type": "number"}
    special: dict[str, dict[str, Any]] = {
        "type": {"enum": list(TYPES)},
        "allowed_values": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "no_echo": {"type": "boolean"},
        "default": scalar,
        **dict.fromkeys(("min_length", "max_length", "min_value", "max_value"), number),
    }
    properties = {
        name: {**special.get(name, {"type": "string"}), "description": meaning} for name, (_, meaning) in FIELDS.items()
    }
    parameter = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"description": "A value, or a mapping that declares a parameter.", "anyOf": [scalar, parameter]}


def _cleaned(schema: Any, *, names: bool = False) -> Any:
    """Without what pydantic adds of itself: titles, empty defaults, null for what may be left out, internal fields.

    Args:
        schema: a JSON Schema, or a part of one.
        names: whether the keys of `schema` are names of fields or definitions, not keywords.
    """
    if isinstance(schema, list):
        return [_cleaned(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if names:
        return {key: _cleaned(item) for key, item in schema.items() if not item.get(_INTERNAL)}
    result = dict(schema)
    result.pop("title", None)
    result.pop(DEPLOY_TIME, None)
    if isinstance(result.get("default"), dict) or result.get("default", 0) in (None, "", []):
        del result["default"]
    if {"type": "null"} in result.get("anyOf", ()):
        (only,) = (each for each in result.pop("anyOf") if each != {"type": "null"})
        result = only | result
        result.pop(DEPLOY_TIME, None)
    if "propertyNames" in result and "pattern" not in result["propertyNames"]:
        del result["propertyNames"]  # a `?` behind a name is no part of it
    if "patternProperties" in result:
        ((pattern, entries),) = result.pop("patternProperties").items()
        result |= {"propertyNames": {"pattern": pattern}, "additionalProperties": entries}
    return {key: _cleaned(item, names=key in ("properties", "$defs")) for key, item in result.items()}


def _for_editors(schema: dict[str, Any], title: str, name: str) -> dict[str, Any]:
    definitions = schema.pop("$defs")
    adapted = {
        key: _adapted(item, expressions=key not in _WITHOUT_EXPRESSIONS) for key, item in sorted(definitions.items())
    }
    return {
        "$schema": DIALECT,
        "$id": f"urn:cfn-table:{name}.schema.json",
        "title": title,
        **_adapted(schema, expressions=True),
        "$defs": {**adapted, "Expression": EXPRESSION},
    }


def _adapted(schema: Any, *, expressions: bool, field: str = "") -> Any:
    """The schema with every reading that YAML and expressions give to a scalar."""
    if isinstance(schema, list):
        return [_adapted(item, expressions=expressions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if field and any(path.split(".")[-1] == field for path in UNTOUCHED):
        expressions = False
    if "type" in schema or "enum" in schema:
        leaf = _leaf(schema, expressions)
        if leaf is not None:
            return leaf
    result = {}
    for key, item in schema.items():
        if key == "properties":
            result[key] = {name: _adapted(each, expressions=expressions, field=name) for name, each in item.items()}
        elif key in ("propertyNames", "not"):
            result[key] = item
        else:
            result[key] = _adapted(item, expressions=expressions)
    return result


def _leaf(schema: dict[str, Any], expressions: bool) -> dict[str, Any] | None:
    """A scalar's schema in every reading; None where `schema` is of no single kind of scalar."""
    notes = {key: schema[key] for key in ("description", "default") if key in schema}
    rest = {key: item for key, item in schema.items() if key not in notes}
    kind = rest.get("type")
    readings: list[dict[str, Any]]
    if "enum" in rest and kind is None:
        words = [str(value).lower() for value in rest["enum"] if isinstance(value, bool)]
        readings = [{"enum": [*rest["enum"], *words]}]
    elif kind == "boolean":
        readings = [rest, {"enum": ["true", "false"]}]
    elif kind in ("integer", "number"):
        pattern = (INTEGER if kind == "integer" else FLOAT).pattern.replace(r"\Z", "$")
        readings = [rest, {"type": "string", "pattern": f"^{pattern}"}]
    elif kind == "string":
        others = _other_readings(rest.get("pattern", ""))
        readings = [rest | {"type": ["string", *others] if others else "string"}]
        expressions = expressions and len(rest) > 1
    else:
        return None
    if expressions:
        readings.append({"$ref": "#/$defs/Expression"})
    return notes | (readings[0] if len(readings) == 1 else {"anyOf": readings})


def _other_readings(pattern: str) -> list[str]:
    """What YAML may make of a text that matches the pattern: `123` a number, `on` a boolean."""
    found = [("number", _NUMBERS), ("boolean", _WORDS)]
    return [kind for kind, texts in found if any(re.search(pattern, text) for text in texts)]
