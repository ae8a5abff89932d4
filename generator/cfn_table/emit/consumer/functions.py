"""The functions of a consumer: one for each operation of an access pattern, and those that build keys and items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.design.design import Design, EntityView
from cfn_table.design.generated_names import call_name, snake_case
from cfn_table.design.keys import KeyTemplate, Placeholder
from cfn_table.emit.consumer.body import Body
from cfn_table.emit.consumer.code import Calling, Code, docstring, formatted, native, statement, written
from cfn_table.emit.consumer.kinds import forms_of
from cfn_table.emit.consumer.readers import Kind, Readers
from cfn_table.emit.queries import unique_names
from cfn_table.emit.queries.calls import index_variables, one_line
from cfn_table.emit.types.calls import Call, Constant
from cfn_table.emit.types.fields import EntityFields, Field, entity_fields, key_placeholders

TAKEN: Final = frozenset(
    re.findall(
        r"\w+",
        "Binary ClientError DYNAMODB_CONTEXT Decimal PATTERNS REFUSALS Wrong anything base64 batch_get batch_write "
        "binary boolean boto3 changed count date datetime every filled handler json key_part listing mapping matching "
        "number number_in_key one_of os plain re read set_of table text timestamp whole whole_number",
    )
)
"""What the module uses for something else."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the module.

    Attributes:
        name: what it is called.
        parameters: what it takes.
        lines: its body, docstring included; further lines of a statement are indented already.
    """

    name: str
    parameters: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def head(self) -> str:
        """The line that defines it, or several."""
        definition = Calling(f"def {self.name}", tuple(map(Code, self.parameters)))
        return statement("", definition, ":", margin=0)


@dataclass(frozen=True, slots=True)
class Offer:
    """An access pattern's operation as events name it.

    Attributes:
        name: in events.
        call: what it is.
        function: what executes it.
        takes: parameter in events → its reader, or the shape of it; a list of one stands for any number.
    """

    name: str
    call: Call
    function: Function
    takes: Mapping[str, Any]


class Module:
    """The functions of some calls, and all that they share.

    Attributes:
        offers: one for each call.
        builders: functions that make keys and stored items.
        shapes: constant → what an item of an entity holds: its fields, each with its reader.
        needs: helpers and imports that all of it uses.
        indexes: ids of the indexes that are read.
    """

    def __init__(self, design: Design, calls: list[Call]) -> None:
        self.design = design
        self.readers = Readers()
        self.indexes: dict[str, None] = {}
        self.builders: dict[str, Function] = {}
        self.shapes: dict[str, Mapping[str, Any]] = {}
        events = [call_name(design, call.pattern, call.operation) for call in calls]
        builders = [f"{kind}_{snake_case(name)}" for name in design.entities for kind in ("key_of", "stored")]
        # Builders have their names first: they are in what the calls of all policies share.
        names = unique_names([*builders, *(call.function.python for call in calls)], TAKEN)
        self._builder_names = dict(
            zip([(name, kind) for name in design.entities for kind in ("key_of", "stored")], names, strict=False)
        )
        constants = unique_names((snake_case(name).upper() for name in design.entities), TAKEN)
        self._constants = dict(zip(design.entities, constants, strict=True))
        self.taken = TAKEN.union(names[: len(builders)])
        self.offers = [
            self._offer(event, call, name)
            for event, call, name in zip(events, calls, names[len(builders) :], strict=True)
        ]

    @property
    def needs(self) -> set[str]:
        """Helpers and imports that the functions use."""
        return self.readers.needs

    def _offer(self, event: str, call: Call, name: str) -> Offer:
        writer = Body(self, call)
        text = one_line(call.description) or f"{call.operation} of {_listed(call.entities) or 'all items'}"
        if call.description and event != call.pattern:
            text = f"{text.rstrip('.')} ({call.operation})"
        function = Function(name, writer.parameters, (docstring(text), *writer.lines()))
        return Offer(event, call, function, writer.takes())

    def need(self, name: str) -> str:
        """A helper or an import, which the module has then."""
        return self.readers.name(name).text

    def index_name(self, ref: str) -> Code:
        """The code of an index's name."""
        self.indexes[ref] = None
        return Code(f'os.environ["{index_variables(self.design)[ref]}"]')

    def key_fields(self, entity: str) -> dict[str, Any]:
        """The placeholders of an entity's table key, each with its reader."""
        view = self.design.entities[entity]
        names = key_placeholders(view, self.design.table_keys)
        return {name: self.readers.of(Kind.of(view.domains[name], forms_of(self.design, view, name))) for name in names}

    def shape(self, entity: str) -> Code:
        """The constant that says what an item of an entity holds."""
        name = self._constants[entity]
        if name not in self.shapes:
            fields = entity_fields(self.design, entity)
            self.shapes[name] = {
                f"{each.name}{'?' * each.optional}": self.readers.of(self._kind(fields, each))
                for each in fields.application
            }
        return Code(name)

    def _kind(self, fields: EntityFields, field: Field) -> Kind:
        forms = forms_of(None, fields.view, field.name)
        if forms:
            return Kind.of(fields.domains[field.name], forms)
        return Kind(field.kind, field.values, field.pattern)

    def key_builder(self, entity: str) -> str | None:
        """The function that makes the table key of an item; None where the key is what the function would take."""
        name, view = self._builder_names[entity, "key_of"], self.design.entities[entity]
        key = self.key(view, {each: f"key['{each}']" for each in view.domains})
        if key == {each: Code(f'key["{each}"]') for each in key}:
            return None
        lines = (docstring(f"The key of an item of {entity}"), statement("return ", key))
        self.builders[name] = Function(name, ("key",), lines)
        return name

    def item_builder(self, entity: str) -> str | None:
        """The function that makes the stored item of an item; None where items are stored as they are."""
        name, fields = self._builder_names[entity, "stored"], entity_fields(self.design, entity)
        if not fields.key_only and all(each.template is None and each.constant is None for each in fields.stored):
            return None
        self.builders[name] = Function(name, ("item",), tuple(self._item(fields)))
        return name

    def _item(self, fields: EntityFields) -> Iterator[str]:
        optional = {each.name for each in fields.application if each.optional}
        values: dict[str, str | Constant] = {name: f"item['{name}']" for name in fields.domains}
        always: dict[Any, Any] = {}
        sometimes: list[str] = []
        for each in fields.stored:
            if each.constant is not None:
                always[each.name] = each.constant
            if each.template is None:
                continue
            value = self._key_value(each.name, fields.view, values)
            lacking = [name for name in each.template.placeholders if name in optional]
            if not lacking:
                always[each.name] = value
                continue
            condition = " and ".join(f'"{name}" in item' for name in lacking)
            sometimes += [f"if {condition}:", "    " + statement(f"stored[{written(each.name)}] = ", value, margin=8)]
        always[Code("**item")] = None
        yield docstring(f"An item of {fields.name} as it is stored")
        if not sometimes and not fields.key_only:
            yield statement("return ", always)
            return
        yield statement("stored = ", always)
        yield from sometimes
        for name in sorted(fields.key_only):
            yield f'stored.pop("{name}", None)' if name in optional else f'del stored["{name}"]'
        yield "return stored"

    def key(self, view: EntityView, values: Mapping[str, str | Constant]) -> dict[str, Any]:
        """The table key of an entity's item; `values` are the expressions of its placeholders, or what they are."""
        return {name: self._key_value(name, view, values) for name in self.design.table_keys.names}

    def _key_value(self, name: str, view: EntityView, values: Mapping[str, str | Constant]) -> Any:
        template, is_text = view.templates[name], self.design.key_types[name] == "S"
        if template.whole is not None and not is_text:
            value = values[template.whole.name]
            return _alone(value) if isinstance(value, str) else native(value.value)
        if template.is_constant and not is_text:
            return Code(str(template))
        parts: list[str | tuple[str, Placeholder, str]] = []
        for each in template.parts:
            value = each if isinstance(each, str) else values[each.name]
            if isinstance(each, str):
                parts.append(each)
            elif isinstance(value, Constant):
                parts.append(KeyTemplate((each,)).render({each.name: value.value}, view.domains))
            else:
                parts.append((value, each, view.domains[each.name].type))
        return self.key_text(parts)

    def key_text(self, parts: Sequence[str | tuple[str, Placeholder, str]]) -> Code:
        """The code of a key's text; each part a literal, or an expression with its form and its type."""
        found: list[str | Code] = []
        for each in parts:
            if isinstance(each, str):
                found.append(each)
                continue
            expression, placeholder, kind = each
            text = self._part(expression, placeholder, kind)
            if len(parts) == 1 and text == expression:
                return _alone(expression)
            found.append(Code(text))
        return formatted(found)

    def _part(self, expression: str, placeholder: Placeholder, kind: str) -> str:
        if kind in ("number", "epoch"):
            return f"{expression}:0{placeholder.width}f" if placeholder.width else f"{expression}:f"
        if kind == "boolean":
            return f"str({expression}).{placeholder.format or 'lower'}()"
        if kind == "binary":
            self.need("base64")
            return f"base64.b64encode({expression}).decode()"
        if placeholder.width:
            return f"{expression}.zfill({placeholder.width})"
        return f"{expression}.{placeholder.format}()" if placeholder.format else expression


def _alone(expression: str) -> Code:
    """An expression that stands in no f-string: its quotes are those of all other code."""
    return Code(expression.replace("'", '"'))


def _listed(names: Sequence[str]) -> str:
    *head, last = names or ("",)
    return f"{', '.join(head)} and {last}" if head else last
