"""Names of what is generated in programming languages: types, functions, and the union of all items.

One word for one thing in every language: types are in PascalCase, functions in camelCase (TypeScript) and in snake_case
(Python). What a language has taken already gets a `_` behind it.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from cfn_table.design.design import Design
from cfn_table.design.memory import once_per_design
from cfn_table.design.names import pascal_case

_TYPESCRIPT_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        "arguments await break case catch class const continue debugger default delete do else enum eval export "
        "extends false finally for function if implements import in instanceof interface let new null package private "
        "protected public return static super switch this throw true try typeof undefined var void while with yield",
    )
)
_PYTHON_WORDS: Final = frozenset({*keyword.kwlist, *keyword.softkwlist})
_BUILTINS: Final = frozenset(
    re.findall(
        r"\w+",
        "abs all any ascii base64 bin bool bytes callable chr dict dir eval exec filter float format frozenset getattr "
        "hasattr hash help hex id input int isinstance iter len list map max min next object oct open ord pow print "
        "property range re repr reversed round set sorted str sum super tuple type vars zip",
    )
)
"""What Python modules use without importing it, and what generated ones import."""

_TYPES: Final = frozenset(
    re.findall(
        r"\w+",
        "Any Array ArrayBuffer BatchGetInput BatchGetItemInput BatchWriteInput BatchWriteItemInput BigInt Boolean "
        "ConditionCheckInput Date Decimal DeleteInput DeleteItemInput Error Exclude Extract False Final Function "
        "GetInput GetItemInput IndexNames Iterable Iterator JSON Literal Lowercase Map Mapping Math NaN NewType None "
        "NotRequired Number Object Omit Partial Pick Promise PutInput PutItemInput QueryInput RangeError Readonly "
        "Record RegExp Required ScanInput Sequence Set String SupportsBytes Symbol TableKey TableNames "
        "TransactGetInput TransactGetItemsInput TransactWriteInput TransactWriteItemsInput True TypedDict "
        "TypeError TypeGuard TypeIs TypeVar Uint8Array UpdateInput UpdateItemInput Uppercase ValueError",
    )
)
"""Types of either language that generated code may mention."""


class FunctionName(NamedTuple):
    """The name of one function in each language."""

    typescript: str
    python: str


@dataclass(frozen=True, slots=True)
class EntityNames:
    """What is generated for one entity.

    Attributes:
        application: type of an item as applications see it: attributes, and placeholders that only keys hold.
        stored: type of an item as the table holds it.
        key: type of the table's key.
        key_parts: type of what a key is made of, which Python's parser gives; TypeScript's gives a type without a name.
        index_keys: index id → type of the index's key, for indexes that the entity is in.
        key_builder, item_builder, parser, guard: functions.
        index_key_builders: index id → function.
    """

    application: str
    stored: str
    key: str
    key_parts: str
    index_keys: AnyMapping[str, str]
    key_builder: FunctionName
    item_builder: FunctionName
    parser: FunctionName
    guard: FunctionName
    index_key_builders: AnyMapping[str, FunctionName]

    @property
    def types(self) -> tuple[str, ...]:
        """The names of all types of both languages."""
        return (self.application, self.stored, self.key, *self.index_keys.values())

    @property
    def functions(self) -> tuple[FunctionName, ...]:
        """The names of all functions."""
        return (
            self.key_builder,
            *self.index_key_builders.values(),
            self.item_builder,
            self.parser,
            self.guard,
        )


def snake_case(name: str) -> str:
    """`GetItem` → `get_item`, `kv-storage` → `kv_storage`, `GSI1` → `gsi1`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").lower()


def camel_case(name: str) -> str:
    """`get_user` → `getUser`; capitals that begin it become small: `GSI1_key` → `gsi1Key`."""
    words = pascal_case(name)
    capitals = re.match(r"[A-Z]+(?![a-z])|[A-Z]", words)
    return words if capitals is None else capitals[0].lower() + words[capitals.end() :]


def type_name(name: str) -> str:
    """The name of a type: in PascalCase, and none that a language has."""
    base = pascal_case(name)
    return f"{base}_" if base in _TYPES else base


def function_name(name: str) -> FunctionName:
    """The name of a function in each language, and none that the language has."""
    typescript, python = camel_case(name), snake_case(name)
    return FunctionName(
        f"{typescript}_" if typescript in _TYPESCRIPT_WORDS else typescript,
        f"{python}_" if python in _PYTHON_WORDS or python in _BUILTINS else python,
    )


def local_names(wanted: AnyMapping[str, str], taken: frozenset[str], language: str) -> dict[str, str]:
    """Design name → variable of a function, each another one.

    Args:
        wanted: design name → what the variable should be called.
        taken: names that the function uses for something else.
        language: `typescript` or `python`, whose own words no variable can be.
    """
    words = _TYPESCRIPT_WORDS if language == "typescript" else _PYTHON_WORDS | _BUILTINS
    used: set[str] = set()
    found: dict[str, str] = {}
    for name, base in wanted.items():
        valid = base if re.match(r"[A-Za-z_]", base) else f"value_{base}".rstrip("_")
        free, number = valid, 2
        while free in words or free in taken or free in used:
            free, number = (f"{valid}_", number) if free == valid else (f"{valid}{number}", number + 1)
        used.add(free)
        found[name] = free
    return found


@once_per_design
def entity_names(design: Design, entity: str) -> EntityNames:
    """What is generated for an entity."""
    view = design.entities[entity]
    indexes = [ref for ref, keys in design.key_schemas.items() if view.is_in(keys)]
    base = pascal_case(entity)
    return EntityNames(
        type_name(entity),
        type_name(f"{base}Entity"),
        type_name(f"{base}Key"),
        type_name(f"{base}KeyParts"),
        {ref: f"{base}{pascal_case(ref)}Key" for ref in indexes},
        function_name(f"{entity}_key"),
        function_name(f"{entity}_item"),
        function_name(f"parse_{entity}_key"),
        function_name(f"is_{entity}"),
        {
            ref: FunctionName(
                f"{camel_case(entity)}{pascal_case(ref)}Key", f"{snake_case(entity)}_{snake_case(ref)}_key"
            )
            for ref in indexes
        },
    )


def union_name(design: Design) -> str:
    """The type of any stored item of the design: `KvStorageItem`."""
    return type_name(f"{pascal_case(design.name)}Item")


def call_name(design: Design, pattern: str, operation: str) -> str:
    """The name of one call of an access pattern: the pattern's, and the operation's where it has several."""
    several = len(design.pattern(pattern).operation) > 1
    return f"{pattern}_{snake_case(operation)}" if several else pattern


def result_name(design: Design, pattern: str, operation: str) -> str:
    """The type of what one call of an access pattern that names attributes (`returns`) gives: `ReportUserResult`."""
    return type_name(f"{pascal_case(call_name(design, pattern, operation))}Result")


def pattern_functions(design: Design, pattern: str) -> dict[str, FunctionName]:
    """Operation → the function that makes its request, for one access pattern."""
    return {
        operation: function_name(call_name(design, pattern, operation))
        for operation in design.pattern(pattern).operation
    }


class Generated(NamedTuple):
    """One generated name: the language, the name, and where in the design the thing stands that it is made of."""

    language: str
    name: str
    path: tuple[str, ...]


def generated_names(design: Design) -> Iterator[Generated]:
    """Every exported name of the generated modules, entities first, in the order of the design."""
    for entity in design.entities:
        names, path = entity_names(design, entity), ("entities", entity)
        for language in ("typescript", "python"):
            for name in (*names.types, *([names.key_parts] if language == "python" else [])):
                yield Generated(language, name, path)
            for function in names.functions:
                yield Generated(language, getattr(function, language), path)
    for pattern, written in design.file.access_patterns.items():
        path = ("access_patterns", pattern)
        for operation, function in pattern_functions(design, pattern).items():
            yield Generated("typescript", function.typescript, path)
            yield Generated("python", function.python, path)
            if written.returns:
                for language in ("typescript", "python"):
                    yield Generated(language, result_name(design, pattern, operation), path)
    for language in ("typescript", "python"):
        yield Generated(language, union_name(design), ("design",))
