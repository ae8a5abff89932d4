"""The section of one entity: its types, and the functions that make and read its keys and items."""

from __future__ import annotations

from cfn_table.design.design import KeySchema
from cfn_table.design.generated_names import local_names, snake_case
from cfn_table.emit.types.fields import EntityFields, Field, key_placeholders
from cfn_table.emit.types.layout import SPACE, Doc, group
from cfn_table.emit.types.python import code
from cfn_table.emit.types.python.keys import guard, key_builder, key_doc, key_value, parser
from cfn_table.emit.types.python.scope import Scope, an
from cfn_table.emit.types.python.typed_dicts import NUMBER, Entry, literals, typed_dict, value_type


class EntitySection:
    """Writes the section of one entity."""

    def __init__(self, scope: Scope, fields: EntityFields) -> None:
        self.scope = scope
        self.fields = fields
        self.view = fields.view
        self.names = fields.names
        self.schemas = [scope.design.table_keys, *(scope.design.key_schemas[ref] for ref in self.names.index_keys)]
        self.stored = {field.name: field for field in fields.stored}

    def definitions(self) -> list[str]:
        """Everything that the module defines for the entity, in order."""
        return [
            *self.text_types(),
            typed_dict(self.names.application, self.doc(), [self.entry(each) for each in self.fields.application]),
            *self.key_types(),
            self.stored_type(),
            self.parts_type(),
            *(key_builder(self.scope, self.fields, keys) for keys in self.schemas),
            self.item_builder(),
            parser(self.scope, self.fields),
            guard(self.scope, self.fields),
        ]

    def doc(self) -> str:
        """What the entity is."""
        article = an(self.fields.name)
        return code.sentence(self.fields.description) or f"{article[0].upper()}{article[1:]}."

    def text_types(self) -> list[str]:
        """The types of key texts that no entity before this one has."""
        known = self.scope.defined_texts
        found = [self.scope.text_type(self.view, each) for each in self.view.templates]
        new = [each for each in dict.fromkeys(found) if each is not None and each not in known]
        known.update(new)
        lines = [
            code.text((f"{each} = ", code.wrapped("NewType", f'"{each}", str'))) + f"\n{self.remark(each)}"
            for each in new
        ]
        return ["\n".join(lines)] if new else []

    def remark(self, text_type: str) -> str:
        """The template of a type of key texts, as the docstring below it."""
        return code.text(code.docstring(f"`{self.scope.form_of(text_type)}`."))

    def key_types(self) -> list[str]:
        """The types of the table's key and of the indexes' keys."""
        return [
            typed_dict(
                self.names.key if keys.index is None else self.names.index_keys[keys.index],
                key_doc(self.fields.name, keys),
                [Entry(name, self.type_of(self.stored[name])) for name in keys.names],
            )
            for keys in self.schemas
        ]

    def parts_type(self) -> str:
        """The type of what the parser gives."""
        names = self.scope.parameters(key_placeholders(self.view, self.scope.design.table_keys))
        entries = [Entry(variable, _parsed_type(self.fields.domains[name].type)) for name, variable in names.items()]
        return typed_dict(self.names.key_parts, f"What the table key of {an(self.fields.name)} is made of.", entries)

    def stored_type(self) -> str:
        """The type of a stored item: keys and application's view where nothing stands in both, and the rest."""
        rest = dict(self.stored)
        bases = []
        for keys, name in zip(self.schemas, (self.names.key, *self.names.index_keys.values()), strict=True):
            if all(each in rest and not rest[each].optional for each in keys.names):
                bases.append(name)
                rest = {each: field for each, field in rest.items() if each not in keys.names}
        own = [field.name for field in self.fields.application]
        if not self.fields.key_only and own and all(each in rest for each in own):
            bases.append(self.names.application)
            rest = {each: field for each, field in rest.items() if each not in own}
        if not all(map(code.can_be_field, rest)):
            bases, rest = [], dict(self.stored)
        article = an(self.fields.name)
        doc = f"{article[0].upper()}{article[1:]} as the table stores it."
        return typed_dict(self.names.stored, doc, [self.entry(each) for each in rest.values()], bases)

    def entry(self, field: Field) -> Entry:
        """A field as one of a TypedDict."""
        return Entry(field.name, self.type_of(field), field.optional, field.description)

    def type_of(self, field: Field) -> Doc:
        """The type of a field of the application's view or of the stored item."""
        if field.constant is not None:
            return literals([field.constant])
        if field.template is None:
            return value_type(field.kind, field.values)
        kind = self.scope.design.key_types[field.name]
        if kind != "S":
            return NUMBER if kind == "N" else "SupportsBytes"
        if field.template.is_constant:
            return literals([str(field.template)])
        whole = field.template.whole
        if whole is not None and not whole.format and self.fields.domains[whole.name].type == "string":
            return value_type("string", self.fields.domains[whole.name].values)
        return self.scope.text_type(self.view, field.name) or "str"

    def item_builder(self) -> str:
        """The function that makes a stored item of what applications see."""
        return _ItemBuilder(self).function()


class _ItemBuilder:
    """Writes the function that makes a stored item."""

    def __init__(self, section: EntitySection) -> None:
        self.section = section
        self.scope = section.scope
        self.fields = section.fields
        self.optional = {field.name for field in section.fields.application if field.optional}
        keys = {
            f"key {keys.index or ''}": f"{snake_case(keys.index or '')}_key".lstrip("_") for keys in section.schemas
        }
        wanted = {"item": snake_case(section.fields.name), "stored": "item", **keys}
        self.local = local_names(wanted, self.scope.functions, "python")

    def given(self, name: str) -> str:
        """The code of a value of the application's view."""
        return f"{self.local['item']}[{code.literal(name)}]"

    def argument(self, name: str) -> str:
        """The code of a placeholder's value."""
        return f"bytes({self.given(name)})" if self.fields.domains[name].type == "binary" else self.given(name)

    def function(self) -> str:
        """The whole function."""
        names = self.fields.names
        # mypy takes `**` only where no key may be missing.
        spread = not any(field.optional for field in self.fields.stored)
        whole = self.whole_keys()
        always: list[tuple[str, Doc]] = []
        sometimes: dict[tuple[str, ...], list[Doc]] = {}
        statements: list[Doc] = []
        for name, field in self.section.stored.items():
            keys = whole.get(name)
            if keys is not None and spread:
                always.append(("**", self.key(keys)))
            elif keys is not None and not self.section.view.templates[name].is_constant:
                variable = self.local[f"key {keys.index or ''}"]
                statements.append((f"{variable} = ", self.key(keys)))
                always.append((code.literal(name), f"{variable}[{code.literal(name)}]"))
            elif needs := self.needs(name, field):
                assigned = code.assigned(f"{self.local['stored']}[{code.literal(name)}]", self.value(name, field))
                sometimes.setdefault(needs, []).append(assigned)
            else:
                always.append((code.literal(name), self.value(name, field)))
        statements = list(dict.fromkeys(statements))
        made = code.mapping(dict.fromkeys(always))
        if sometimes:
            variable = self.local["stored"]
            statements.append((f"{variable}: {names.stored} = ", made))
            for needs, assignments in sometimes.items():
                present: list[Doc] = [group(code.literal(each), SPACE, f"in {self.local['item']}") for each in needs]
                statements.append(code.when(present, assignments))
            statements.append(f"return {variable}")
        else:
            statements.append(("return ", made))
        doc = f"{an(self.fields.name)} as the table stores it."
        return code.function(
            names.item_builder.python,
            [f"{self.local['item']}: {names.application}"],
            names.stored,
            doc[0].upper() + doc[1:],
            statements,
        )

    def whole_keys(self) -> dict[str, KeySchema]:
        """Key attribute → the first key that has it and that every item has."""
        found: dict[str, KeySchema] = {}
        for keys in self.section.schemas:
            if not any(self.section.stored[each].optional for each in keys.names):
                found = {**dict.fromkeys(keys.names, keys), **found}
        return found

    def key(self, keys: KeySchema) -> Doc:
        """The call of a key builder."""
        builder = (
            self.fields.names.key_builder if keys.index is None else self.fields.names.index_key_builders[keys.index]
        )
        names = self.scope.parameters(key_placeholders(self.fields.view, keys))
        return code.called(builder.python, [(variable, self.argument(name)) for name, variable in names.items()])

    def needs(self, name: str, field: Field) -> tuple[str, ...]:
        """Fields of the application's view without which the item has no such attribute."""
        template = self.fields.view.templates.get(name)
        made_of = (name,) if template is None else template.placeholders
        return () if field.constant is not None else tuple(each for each in made_of if each in self.optional)

    def value(self, name: str, field: Field) -> Doc:
        """The code of an attribute's value."""
        if field.constant is not None:
            return code.literal(field.constant)
        template = self.fields.view.templates.get(name)
        if template is None:
            return self.given(name)
        variables = {each: self.argument(each) for each in template.placeholders}
        return key_value(self.scope, self.fields, name, variables)


def _parsed_type(kind: str) -> str:
    """The type of a placeholder's value that was read out of a key."""
    return {"number": "Decimal", "epoch": "Decimal", "boolean": "bool", "binary": "bytes"}.get(kind, "str")
