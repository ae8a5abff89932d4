"""Functions that make the keys and the stored item of an entity."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Final

from cfn_table.design.design import KeySchema
from cfn_table.design.generated_names import FunctionName
from cfn_table.design.keys import Placeholder, attribute_type
from cfn_table.emit.types.fields import EntityFields, Field, key_placeholders
from cfn_table.emit.types.layout import SPACE, Doc, Indent, bracketed, group
from cfn_table.emit.types.typescript.kinds import is_wide, value_type
from cfn_table.emit.types.typescript.module import Module
from cfn_table.emit.types.typescript.parts import template_expression
from cfn_table.emit.types.typescript.signatures import destructured, function, when
from cfn_table.emit.types.typescript.words import entry, member, object_key, text_literal

WIDE: Final = "number | bigint"
"""The type of a number of which a key may hold more digits than a number of JavaScript has."""


def key_builder(module: Module, fields: EntityFields, keys: KeySchema, name: FunctionName, returns: str) -> Doc:
    """The function that makes the key of the table or of an index."""
    names = key_placeholders(fields.view, keys)
    variables = module.variables(names)
    entries = [entry(object_key(each), _key_value(module, fields, each, variables)) for each in keys.names]
    body = [("return ", bracketed("{", entries, "}", edge=SPACE), ";")]
    if not names:
        return function(name.typescript, [], returns, body)
    types = {each: (variables[each], placeholder_type(fields, each, keys)) for each in names}
    return function(name.typescript, [destructured(types, hugged=True)], returns, body, hugged=True)


def placeholder_type(fields: EntityFields, name: str, keys: KeySchema) -> Doc:
    """The type of the value of a placeholder that a key is built of."""
    domain = fields.domains[name]
    templates = [fields.view.templates[each] for each in keys.names]
    native = [each for each in templates if attribute_type(each, fields.domains) != "S"]
    parts = [part for each in templates for part in each.parts if isinstance(part, Placeholder) and part.name == name]
    if not any(name in each.placeholders for each in native) and any(is_wide(domain, part) for part in parts):
        return WIDE
    return value_type(domain.type, domain.values)


def item_builder(module: Module, fields: EntityFields, keys: list[tuple[KeySchema, FunctionName]]) -> Doc:
    """The function that makes the stored item of an item as applications see it.

    Args:
        module: the module that it is written in.
        fields: the entity.
        keys: the table's key and those of indexes, each with the function that builds it.
    """
    names = fields.names
    variable = module.variable_for(fields.name, "item")
    values = {each.name: member(variable, each.name) for each in fields.application}
    entries: list[Doc] = []
    statements: list[Doc] = []
    built: set[str] = set()
    for schema, builder in keys:
        if built.isdisjoint(schema.names) and not any(map(fields.view.may_lack, schema.names)):
            built.update(schema.names)
            entries.append(f"...{builder.typescript}({variable if key_placeholders(fields.view, schema) else ''})")
    for field in fields.stored:
        if field.name in built:
            continue
        value = _stored_value(module, fields, field, values)
        is_read = value in values.values()
        conditions = [group(f"{values[each]} !==", SPACE, "undefined") for each in _needs(fields, field)]
        if conditions:
            assigned = (
                member("item", field.name),
                " =",
                group(Indent((SPACE, value))) if is_read else (" ", value),
                ";",
            )
            statements.append(when(conditions, "&&", assigned))
        else:
            entries.append(entry(object_key(field.name), value, hangs=is_read))
    made = bracketed("{", entries, "}", edge=SPACE, broken=len(entries) > 1)
    body: list[Doc] = [("return ", made, ";")]
    if statements:
        body = [(f"const item: {names.stored} = ", made, ";"), *statements, "return item;"]
    return function(names.item_builder.typescript, [f"{variable}: {names.application}"], names.stored, body)


def _needs(fields: EntityFields, field: Field) -> list[str]:
    """The optional fields without which an item has not this one."""
    template = fields.view.templates.get(field.name)
    optional = {each.name for each in fields.application if each.optional}
    return [each for each in ([field.name] if template is None else template.placeholders) if each in optional]


def _stored_value(module: Module, fields: EntityFields, field: Field, values: AnyMapping[str, str]) -> Doc:
    if field.constant is not None:
        return text_literal(field.constant)
    if field.name in fields.view.templates:
        return _key_value(module, fields, field.name, values)
    return values[field.name]


def _key_value(module: Module, fields: EntityFields, name: str, variables: AnyMapping[str, str]) -> Doc:
    """The expression of one key attribute; `variables` are those of its placeholders."""
    template = fields.view.templates[name]
    if attribute_type(template, fields.domains) != "S":
        return variables[template.placeholders[0]]
    return template_expression(module, template, fields.domains, variables)
