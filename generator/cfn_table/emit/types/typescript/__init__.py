"""A design's types, keys and requests as one module of TypeScript without any import."""

from __future__ import annotations

from typing import Any, Final

from cfn_table.design.design import Design, KeySchema
from cfn_table.design.generated_names import result_name, union_name
from cfn_table.emit.texts import render_text
from cfn_table.emit.types.calls import IndexName, calls_of
from cfn_table.emit.types.ecma import ecma_whole
from cfn_table.emit.types.fields import EntityFields, Field, entity_fields
from cfn_table.emit.types.layout import HARD, SPACE, Doc, Indent, bracketed, joined
from cfn_table.emit.types.type_file import TypeFile
from cfn_table.emit.types.typescript.inputs import input_interfaces
from cfn_table.emit.types.typescript.keys import item_builder, key_builder
from cfn_table.emit.types.typescript.kinds import stored_type, value_type
from cfn_table.emit.types.typescript.module import HELPERS, Module
from cfn_table.emit.types.typescript.parsers import guard, parser
from cfn_table.emit.types.typescript.requests import request_function, result_type
from cfn_table.emit.types.typescript.signatures import object_type
from cfn_table.emit.types.typescript.words import (
    alias,
    alternatives,
    code,
    comment,
    line_comment,
    object_key,
    property_name,
    sentence,
    template_text,
    text_literal,
    union,
)
from cfn_table.errors import InputError
from cfn_table.languages import Unsupported

TEMPLATE = "types.ts.j2"


def emit_typescript(design: Design) -> TypeFile:
    """The design as a module of TypeScript.

    Raises:
        InputError: a pattern of a key has no form in ECMAScript, or an optional attribute has a name that every object
            has; with its line.
    """
    _require_readable_patterns(design)
    _require_own_names(design)
    module = Module(design)
    calls = calls_of(design)
    entities = [_entity(module, entity_fields(design, each)) for each in design.entities]
    names = _table_names(design, [ref for ref in design.indexes if any(_has_index(each.input, ref) for each in calls)])
    inputs = input_interfaces(design, calls)
    patterns = [
        {
            "comment": comment(each.description),
            "function": code(request_function(module, each, fixed_names=names["fixed"] is not None)),
            "result": _coded(result_type(module, each)),
        }
        for each in calls
    ]
    members = [entity_fields(design, each).names.stored for each in design.entities]
    text = render_text(
        TEMPLATE,
        overrides=design.texts,
        design=design,
        header=line_comment(
            f"{design.name} {design.version}"
            + (f": {sentence(design.file.description)}" if design.file.description else "")
        ),
        names=names if calls else None,
        table_key=code(_table_key(design)),
        entities=entities,
        union=code(alias(union_name(design), members)),
        inputs=[{"description": each.description, "text": code(each.text)} for each in inputs],
        patterns=patterns,
        helpers=[each for each in HELPERS if each in module.helpers],
        helper={each: module.helper_name(each) for each in HELPERS},
        delimiter=design.file.table.delimiter,
        literal=text_literal,
        comment=comment,
        template_text=template_text,
    )
    exports = {
        union_name(design),
        "TableKey",
        *(each.name for each in inputs),
        *(each.function.typescript for each in calls),
    }
    exports |= {result_name(design, each.pattern, each.operation) for each in calls if each.returns}
    if calls:
        exports |= {"TableNames"} | ({"TABLE_NAMES"} if names["fixed"] else set())
    for each in design.entities:
        entity = entity_fields(design, each).names
        exports |= {*entity.types, *(function.typescript for function in entity.functions)}
    return TypeFile(f"{design.name}.ts", text, tuple(sorted(exports)))


def _require_readable_patterns(design: Design) -> None:
    for view in design.entities.values():
        for name in dict.fromkeys(name for each in view.templates.values() for name in each.placeholders):
            pattern = view.domains[name].pattern
            try:
                if pattern is not None:
                    ecma_whole(pattern)
            except Unsupported as error:
                places = [("entities", view.name, "attributes"), ("every_entity", "attributes"), ("key_only",)]
                owners = [view.entity.attributes, design.file.every_entity.attributes, design.file.key_only]
                place = next(place for place, owner in zip(places, owners, strict=True) if name in owner)
                raise InputError(
                    f"the pattern of `{name}` cannot be checked in TypeScript: {error}",
                    help="write it without what other languages do not have",
                    location=design.locate(*place, name, "pattern"),
                ) from None


OF_EVERY_OBJECT: Final = frozenset(
    {
        *("__proto__", "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"),
        *("toLocaleString", "toString", "valueOf"),
    }
)
"""Names under which an object has something even where nothing was given (ECMA-262, "Object.prototype")."""


def _require_own_names(design: Design) -> None:
    for entity in design.entities:
        fields = entity_fields(design, entity)
        for each in (*fields.application, *fields.stored):
            if each.optional and each.name in OF_EVERY_OBJECT:
                places = [
                    ("entities", entity, "attributes"),
                    ("entities", entity, "keys"),
                    ("every_entity", "attributes"),
                ]
                owners = [fields.view.entity.attributes, fields.view.templates, design.file.every_entity.attributes]
                place = next((place for place, owner in zip(places, owners, strict=True) if each.name in owner), ())
                raise InputError(
                    f"`{each.name}` of entity `{entity}` is optional, and every object of TypeScript has something of "
                    "this name",
                    help="give it another name, or make it required",
                    location=design.locate(*place, each.name) if place else design.locate("key_only", each.name),
                )


def _coded(document: Doc | None) -> str:
    return "" if document is None else code(document)


def _has_index(tree: Any, ref: str) -> bool:
    if isinstance(tree, dict):
        return any(_has_index(each, ref) for each in tree.values())
    return isinstance(tree, IndexName) and tree.ref == ref


def _table_names(design: Design, refs: list[str]) -> dict[str, Any]:
    """What the table and the indexes in requests are called: the type, and the value where the design fixes it."""
    types: list[Doc] = ["tableName: string;"]
    if refs:
        indexes = [f"{property_name(ref)}: string" for ref in refs]
        types.append(("indexNames: ", object_type(indexes), ";"))
    table, given = design.file.table.name, {ref: design.indexes[ref].name for ref in refs}
    fixed = None
    if isinstance(table, str) and all(isinstance(each, str) for each in given.values()):
        entries: list[Doc] = [("tableName: ", text_literal(str(table)))]
        if refs:
            values = [f"{object_key(ref)}: {text_literal(str(name))}" for ref, name in given.items()]
            entries.append(("indexNames: ", bracketed("{", values, "}", edge=SPACE)))
        made = bracketed("{", entries, "}", edge=SPACE, broken=len(entries) > 1)
        fixed = code(("export const TABLE_NAMES: TableNames = ", made, ";"))
    return {"type": code(_interface("TableNames", types)), "fixed": fixed}


def _interface(head: str, properties: list[Doc]) -> Doc:
    if not properties:
        return f"export interface {head} {{}}"
    return (f"export interface {head} {{", Indent((HARD, joined(HARD, properties))), HARD, "}")


def _table_key(design: Design) -> Doc:
    kinds = {"S": "string", "N": "number", "B": "Uint8Array"}
    return _interface(
        "TableKey", [f"{property_name(each)}: {kinds[design.key_types[each]]};" for each in design.table_keys.names]
    )


def _entity(module: Module, fields: EntityFields) -> dict[str, Any]:
    """The fragments of one entity."""
    design, view, names = module.design, fields.view, fields.names
    own = {each.name for each in fields.application} - fields.key_only
    base = names.application
    if fields.key_only:
        base = code(
            ("Omit<", names.application, ", ", union(text_literal(each) for each in sorted(fields.key_only)), ">")
        )
    added = [each for each in fields.stored if each.name not in own]
    builders = [(design.table_keys, names.key_builder)]
    keys = [{"type": _key_type(names.key, design.table_keys, fields), "builder": "", "index": None}]
    keys[0]["builder"] = code(key_builder(module, fields, design.table_keys, names.key_builder, names.key))
    for ref, name in names.index_keys.items():
        schema = design.key_schemas[ref]
        builder = names.index_key_builders[ref]
        builders.append((schema, builder))
        keys.append(
            {
                "type": _key_type(name, schema, fields),
                "builder": code(key_builder(module, fields, schema, builder, name)),
                "index": sentence(ref)[:-1],
            }
        )
    return {
        "view": view,
        "names": names,
        "one": f"{'an' if names.application[0] in 'AEIO' else 'a'} `{names.application}`",
        "comment": comment(fields.description),
        "application": code(
            _interface(
                names.application, [_property(each, value_type(each.kind, each.values)) for each in fields.application]
            )
        ),
        "stored": code(
            _interface(
                f"{names.stored} extends {base}", [_property(each, stored_type(each, fields.domains)) for each in added]
            )
        ),
        "built_keys": keys,
        "item": code(item_builder(module, fields, builders)),
        "parser": code(parser(module, fields)),
        "guard": code(guard(module, fields, design.file.table.type_attribute)),
    }


def _key_type(name: str, schema: KeySchema, fields: EntityFields) -> str:
    listed = alternatives(text_literal(each) for each in schema.names)
    pick: Doc = ("Pick", bracketed("<", [fields.names.stored, listed], ">", last=""))
    if any(map(fields.view.may_lack, schema.names)):
        pick = ("Required", bracketed("<", [pick], ">", last=""))
    return code((f"export type {name} = ", pick, ";"))


def _property(field: Field, kind: Doc) -> Doc:
    lines = comment(field.description, 2).strip().splitlines()
    written = (property_name(field.name), "?" if field.optional else "", ": ", kind, ";")
    return joined(HARD, [*(each.removeprefix("  ") for each in lines), written])
