"""A design as a Python module: TypedDicts of its items, and functions that make keys, items and requests."""

from __future__ import annotations

import keyword
import re
from typing import Final

from cfn_table.design.design import Design
from cfn_table.design.generated_names import entity_names, result_name, snake_case, union_name
from cfn_table.emit.texts import render_text
from cfn_table.emit.types.calls import Call, IndexName, calls_of
from cfn_table.emit.types.fields import entity_fields
from cfn_table.emit.types.layout import bracketed
from cfn_table.emit.types.python import code
from cfn_table.emit.types.python.entities import EntitySection
from cfn_table.emit.types.python.helpers import used_helpers, used_names
from cfn_table.emit.types.python.requests import RequestFunction, input_name, input_types, result_type
from cfn_table.emit.types.python.scope import Scope
from cfn_table.emit.types.python.typed_dicts import Entry, typed_dict
from cfn_table.emit.types.type_file import TypeFile

_MODULES: Final = ("base64", "re")
_IMPORTS: Final = {
    "collections.abc": ("Mapping", "Sequence"),
    "decimal": ("Decimal",),
    "typing": ("Any", "Literal", "NewType", "NotRequired", "SupportsBytes", "TypedDict", "TypeGuard", "TypeVar"),
}
"""Module → what is imported from it where it is used, in the order that isort has."""


def emit_python(design: Design) -> TypeFile:
    """The design's types and functions as a Python module that needs the standard library alone.

    Args:
        design: the design, without errors.
    """
    scope = Scope(design)
    calls = calls_of(design)
    names, defaults = _table_names(design, calls)
    sections = [EntitySection(scope, entity_fields(design, each)) for each in design.entities]
    entities = {section.fields.name: section.definitions() for section in sections}
    union = [_union(design)]
    inputs = input_types(calls)
    results = [each for each in (result_type(scope, call) for call in calls) if each is not None]
    functions = [RequestFunction(scope, call, defaults).text() for call in calls]
    public = [*names, *(each for texts in entities.values() for each in texts), *union, *inputs, *results, *functions]
    helpers = used_helpers(public, design.file.table.delimiter)
    constants = [code.text((f"{name} = ", value)) for name, value in scope.constants.items()]
    simple = [text for name, text in helpers.items() if not text.startswith("def ")]
    private = ["\n".join([*simple, *constants])] if simple or constants else []
    private += [text for text in helpers.values() if text.startswith("def ")]
    exports = tuple(sorted(_exports(design, calls, defaults)))
    text = render_text(
        "types.py.j2",
        overrides=design.texts,
        design=design,
        description=_opening(design),
        imports=_imports([*public, *private]),
        exports=code.text(("__all__ = ", bracketed("[", [f'"{each}"' for each in exports], "]"))),
        names=names,
        entities=entities,
        union=union,
        requests=[*inputs, *results, *functions],
        helpers=private,
    )
    return TypeFile(f"{module_name(design)}.py", text, exports)


def module_name(design: Design) -> str:
    """What the module is called: `kv-storage` is `kv_storage`."""
    name = snake_case(design.name)
    return f"{name}_" if keyword.iskeyword(name) else name


def _table_names(design: Design, calls: list[Call]) -> tuple[list[str], bool]:
    """The types of names that a deployment gives, and whether the design fixes all of them."""
    if not calls:
        return [], False
    used = {call.input["IndexName"].ref for call in calls if isinstance(call.input.get("IndexName"), IndexName)}
    indexes = {ref: index.name for ref, index in design.indexes.items() if ref in used}
    found = []
    entries = [Entry("table_name", "str")]
    if indexes:
        doc = "What the table's indexes are called where they are deployed."
        found.append(typed_dict("IndexNames", doc, [Entry(ref, "str") for ref in indexes]))
        entries.append(Entry("index_names", "IndexNames"))
    doc = "What the table is called where it is deployed."
    if indexes:
        doc = "What the table and its indexes are called where they are deployed."
    found.append(typed_dict("TableNames", doc, entries))
    table = design.file.table.name
    if not isinstance(table, str) or not all(isinstance(each, str) for each in indexes.values()):
        return found, False
    fixed = [('"table_name"', code.literal(table))]
    if indexes:
        named = code.mapping((code.literal(ref), code.literal(str(name))) for ref, name in indexes.items())
        value = code.mapping([*fixed, ('"index_names"', named)])
    else:
        value = code.mapping(fixed)
    return [*found, code.text(("TABLE_NAMES: TableNames = ", value))], True


def _union(design: Design) -> str:
    """The type of any item that the table holds."""
    stored = [entity_names(design, each).stored for each in design.entities]
    line = code.text((f"{union_name(design)} = ", code.either(stored, "|")))
    return f'{line}\n"""Any item that the table holds."""'


def _exports(design: Design, calls: list[Call], defaults: bool) -> set[str]:
    found = {union_name(design)}
    for entity in design.entities:
        names = entity_names(design, entity)
        found |= {*names.types, names.key_parts, *(each.python for each in names.functions)}
    for call in calls:
        found |= {call.function.python, input_name(call.operation), "TableNames"}
        found |= {result_name(design, call.pattern, call.operation)} if call.returns is not None else set()
        found |= {"IndexNames"} if "IndexName" in call.input else set()
    return found | ({"TABLE_NAMES"} if defaults else set())


def _imports(sources: list[str]) -> list[str]:
    """The import statements that code needs."""
    used = used_names(sources)
    # A variable may be called as a module is, but nothing that it has is asked for by name.
    found = [f"import {each}" for each in _MODULES if any(re.search(rf"\b{each}\.[a-zA-Z]", text) for text in sources)]
    for module, names in _IMPORTS.items():
        needed = [each for each in names if each in used]
        if needed:
            line = f"from {module} import {', '.join(needed)}"
            broken = "\n".join([f"from {module} import (", *(f"    {each}," for each in needed), ")"])
            found.append(line if len(line) <= code.WIDTH else broken)
    return found


def _opening(design: Design) -> str:
    """The first paragraph of the module's docstring, with its opening quotes."""
    about = code.sentence(design.file.description) or "the types of a table design."
    return code.text(code.opened_docstring(f"{design.name} {design.version}: {about}", 0))
