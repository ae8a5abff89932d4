"""The reference of the design language, made from its models: a document for people, JSON Schemas for editors.

`python -m cfn_table.design.reference docs` writes them into the folder `docs`. The prose and the examples stand in
`reference.md.j2`; a test loads every example.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cfn_table.design.json_schema import design_schema, include_schema, models, plain_schema, policy_schema
from cfn_table.design.keys import SCALAR_TYPES
from cfn_table.design.model import DesignFile, PolicyFile
from cfn_table.design.model.base import deploy_time
from cfn_table.design.model.patterns import COMPARISONS, TESTS
from cfn_table.design.parameters import FIELDS
from cfn_table.design.requests import TAKEN_BY
from cfn_table.design.values import DYNAMODB_TYPES

__all__ = ["design_schema", "include_schema", "policy_schema", "reference_markdown", "write_reference"]

MODELS: Final = {each.__name__: each for root in (DesignFile, PolicyFile) for each in models(root)}
"""Every part of the design language, by the name of its model."""

_WORDED: Final = {
    "condition": "`exists`, `not_exists`, `none` or [tests](#tests)",
    "filter": "[tests](#tests)",
    "sort_key": "[sort key condition](#sort-key-conditions)",
    "set": "[changes](#updates)",
    "add": "[changes](#updates)",
    "limit": "whole number from 1, or `{name}`",
    "keys": "mapping of key attributes to [key templates](#key-templates)",
    "samples": "list of mappings of attributes to values",
    "suppress": "mapping of rules to reasons",
    "pattern": "regular expression",
    "allow": "list of access patterns",
    "include": "list of globs",
    "encryption": "text",
    "projection": "`all`, `keys_only` or `{include: [ATTRIBUTE]}`",
    "AccessPattern.operation": "operation, or list of operations on single items",
    "TransactionPart.operation": "operation",
    "Attribute.type": "[type](#types)",
    "context": "mapping of names to values or [parameters](#deploy-time-parameters)",
}
"""Fields whose type is clearer in words of its own than as its JSON Schema reads."""

_MEANINGS: Final = {
    "string": "a text",
    "timestamp": "a text such as `2024-01-31T12:00:00Z`",
    "date": "a text such as `2024-01-31`",
    "number": "a number of up to 38 digits",
    "epoch": "a whole number of seconds since 1970, as time to live needs it",
    "boolean": "`true` or `false`",
    "binary": "bytes; base64 in samples and in keys with other parts",
    "map": "a mapping of names to values",
    "list": "a list of values",
    "string_set": "a set of texts",
    "number_set": "a set of numbers",
    "binary_set": "a set of bytes",
    "any": "anything that JSON can say",
}
"""What a value of each attribute type is."""


def write_reference(folder: Path) -> list[Path]:
    """Write `design-reference.md` and `schema/*.schema.json` into `folder`; returns their paths."""
    texts = {
        "design-reference.md": reference_markdown(),
        "schema/design.schema.json": schema_text(design_schema()),
        "schema/include.schema.json": schema_text(include_schema()),
        "schema/policy.schema.json": schema_text(policy_schema()),
    }
    (folder / "schema").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]


def schema_text(schema: dict[str, Any]) -> str:
    """A JSON Schema as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def reference_markdown() -> str:
    """The reference as Markdown: every field of a design and of a policy file, and the grammar of what they hold."""
    import jinja2

    environment = jinja2.Environment(
        variable_start_string="((",
        variable_end_string="))",
        block_start_string="(%",
        block_end_string="%)",
        comment_start_string="(#*",
        comment_end_string="*#)",
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    template = Path(__file__).with_name("reference.md.j2").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        fields=_fields,
        part=_part,
        deployable=_deployable,
        types=_types,
        parameters=_parameters,
        operations=_operations,
        comparisons=_code(*COMPARISONS, "between"),
        tests=_code(*TESTS),
        scalar_types=_code(*SCALAR_TYPES),
    )


def _part(name: str) -> str:
    """What a part is, in the words of its model."""
    return " ".join((MODELS[name].__doc__ or "").split())


def _fields(name: str) -> str:
    """The table of all fields of the model `name`."""
    model = MODELS[name]
    rows = [
        (
            f"`{field.alias or key}`",
            _words_of(model, key, field),
            _default(field),
            _parameter(model, key),
            field.description or "",
        )
        for key, field in model.model_fields.items()
        if not field.exclude
    ]
    return _table(("Field", "Type", "Default", "Deploy-time parameter", "Meaning"), rows)


def _words_of(model: type[BaseModel], key: str, field: FieldInfo) -> str:
    name = field.alias or key
    worded = _WORDED.get(f"{model.__name__}.{name}") or _WORDED.get(name)
    if worded is not None:
        return worded
    return _words(_properties(model)[name])


@functools.cache
def _properties(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a part as JSON Schemas."""
    found: dict[str, Any] = _unfolded(plain_schema(model))["properties"]
    return found


def _unfolded(schema: dict[str, Any]) -> dict[str, Any]:
    """The form of a part that is a mapping with its fields."""
    if "properties" in schema:
        return schema
    if "$ref" in schema:
        return _unfolded(schema["$defs"][schema["$ref"].rpartition("/")[2]])
    found: dict[str, Any] = next(form for form in schema["anyOf"] if "properties" in form)
    return found


def _words(schema: dict[str, Any]) -> str:
    """A JSON Schema in words."""
    if "$ref" in schema:
        heading = _heading(schema["$ref"].rpartition("/")[2])
        return f"[{heading}](#{heading.replace(' ', '-')})"
    if "enum" in schema:
        return _or([f"`{json.dumps(value).strip(chr(34))}`" for value in schema["enum"]])
    if "anyOf" in schema and "type" not in schema:
        return _or(list(dict.fromkeys(_words(each) for each in schema["anyOf"])))
    kind = schema["type"]
    if kind == "array":
        return f"list of {_plural(_words(schema['items']))}"
    if kind == "object":
        entries = schema.get("additionalProperties")
        return f"mapping of names to {_plural(_words(entries))}" if isinstance(entries, dict) else "mapping"
    if kind in ("integer", "number"):
        low, high = schema.get("minimum"), schema.get("maximum")
        limits = f" from {low}" if low is not None else ""
        return ("whole number" if kind == "integer" else "number") + limits + (f" to {high}" if high else "")
    return {"boolean": "`true` or `false`", "string": "text"}[kind]


def _plural(words: str) -> str:
    if words.startswith("["):
        name, bracket, link = words.partition("]")
        return f"{name[:-1]}ies{bracket}{link}" if name.endswith("y") else f"{name}{_ending(name)}{bracket}{link}"
    return {"text": "texts", "mapping": "mappings"}.get(words, words)


def _ending(name: str) -> str:
    return "es" if name.endswith(("x", "s")) else "s"


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" or {words[-1]}"


def _code(*words: str) -> str:
    return _or([f"`{word}`" for word in words])


def _heading(model: str) -> str:
    """The heading of a model's section: `KeyAttribute` → `key attribute`, `DesignFile` → `design`."""
    return " ".join(re.findall("[A-Z][a-z]*", model.removesuffix("File"))).lower()


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.default
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, (str, int)) and default != "":
        return f"`{default}`"
    if isinstance(default, tuple) and default:
        return f"`[{', '.join(default)}]`"
    return "–"


def _parameter(model: type[BaseModel], key: str) -> str:
    answer = deploy_time(model, key)
    if answer is False:
        return "see there"
    return "yes" if answer is True else f"no: {answer}"


def _deployable() -> str:
    """Every field that may hold a deploy-time parameter, by the part that has it."""
    lines = []
    for model in models(DesignFile):
        names = [f"`{key}`" for key in model.model_fields if deploy_time(model, key) is True]
        if names:
            heading = _heading(model.__name__)
            lines.append(f"- [{heading}](#{heading.replace(' ', '-')}): {', '.join(names)}")
    return "\n".join(lines)


def _types() -> str:
    rows = [
        (f"`{name}`", "any type" if kind == "*" else f"`{kind}`", _MEANINGS[name])
        for name, kind in DYNAMODB_TYPES.items()
    ]
    return _table(("Type", "In DynamoDB", "A value is"), rows)


def _parameters() -> str:
    rows = [(f"`{name}`", f"`{cfn}`" if cfn else "", meaning) for name, (cfn, meaning) in FIELDS.items()]
    return _table(("Field", "In CloudFormation", "Meaning"), rows)


def _operations() -> str:
    rows = [(f"`{field}`", ", ".join(operations)) for field, operations in TAKEN_BY.items()]
    return _table(("Field", "Operations that take it"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def main(arguments: list[str]) -> int:
    """Write the reference into the folder that the only argument names; returns the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m cfn_table.design.reference DOCS_FOLDER\n")
        return 2
    for path in write_reference(Path(arguments[0])):
        sys.stderr.write(f"wrote {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
