"""Key builders, parsers and guards of one entity."""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass

from cfn_table.design.design import KeySchema
from cfn_table.design.generated_names import local_names, snake_case
from cfn_table.design.keys import Domain, KeyTemplate, Placeholder
from cfn_table.design.values import convert
from cfn_table.emit.types.fields import EntityFields, key_placeholders
from cfn_table.emit.types.layout import Doc, bracketed
from cfn_table.emit.types.python import code
from cfn_table.emit.types.python.scope import Scope, an
from cfn_table.emit.types.python.typed_dicts import parameter_type


def text_of(scope: Scope, name: str, domain: Domain, variable: str, quote: str = '"') -> str:
    """The code of the text that a value becomes inside of a key, as `Domain.text_of` has it."""
    called = f"{quote}{name}{quote}"
    if domain.values:
        listed = scope.values(name, [each for each in domain.texts if each])
        plain = f"_plain({variable}, {called})" if domain.type == "number" else variable
        return f"_listed({plain}, {called}, {listed})"
    if domain.type != "string":
        return f"_{domain.type}({variable}, {called})"
    if domain.pattern is not None:
        return f"_matching({variable}, {called}, {scope.pattern(name, domain.pattern)})"
    return f"_part({variable}, {called})"


def part_of(scope: Scope, part: Placeholder, domain: Domain, variable: str, quote: str = '"') -> str:
    """The code of what stands in a key in the place of a placeholder."""
    found = text_of(scope, part.name, domain, variable, quote)
    if part.width:
        return f"_padded({found}, {quote}{part.name}{quote}, {part.width})"
    if not part.format:
        return found
    found = f"{found}.{part.format}()"
    free = domain.type == "string" and not domain.values and domain.pattern is None
    # No other character becomes a sign of ASCII that is no letter, so only then can the delimiter come about.
    safe = domain.delimiter.isascii() and domain.delimiter.lower() == domain.delimiter.upper()
    return found if safe or not free else f"_part({found}, {quote}{part.name}{quote})"


def key_value(scope: Scope, fields: EntityFields, attribute: str, variables: AnyMapping[str, str]) -> Doc:
    """The code of a key attribute's value.

    Args:
        scope: the module.
        fields: the entity.
        attribute: the key attribute.
        variables: placeholder → the code of its value.
    """
    template, kind = fields.view.templates[attribute], scope.design.key_types[attribute]
    whole = template.whole
    if kind != "S" and whole is not None:
        return variables[whole.name]
    if kind != "S":
        return code.constant(convert({"N": "number", "B": "binary"}[kind], str(template)))
    if template.is_constant:
        return code.literal(str(template))
    if whole is not None:
        return part_of(scope, whole, fields.domains[whole.name], variables[whole.name])
    pieces = [
        (False, part)
        if isinstance(part, str)
        else (True, part_of(scope, part, fields.domains[part.name], variables[part.name].replace('"', "'"), "'"))
        for part in template.parts
    ]
    return code.wrapped(str(scope.text_type(fields.view, attribute)), code.formatted(pieces))


def key_builder(scope: Scope, fields: EntityFields, keys: KeySchema) -> str:
    """The function that makes a key of the table or of an index."""
    names = fields.names
    variables = scope.parameters(key_placeholders(fields.view, keys))
    made = code.mapping((code.literal(each), key_value(scope, fields, each, variables)) for each in keys.names)
    function = names.key_builder if keys.index is None else names.index_key_builders[keys.index]
    returns = names.key if keys.index is None else names.index_keys[keys.index]
    parameters: list[Doc] = [
        (f"{variable}: ", parameter_type(fields.domains[name].type, fields.domains[name].values))
        for name, variable in variables.items()
    ]
    return code.function(
        function.python,
        ["*", *parameters] if parameters else [],
        returns,
        key_doc(fields.name, keys),
        [("return ", made)],
    )


def key_doc(entity: str, keys: KeySchema) -> str:
    """What a key is, in one sentence."""
    return f"The {'table ' if keys.index is None else ''}key of {an(entity)}" + (
        "." if keys.index is None else f" in the index {keys.index}."
    )


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """A placeholder that was found in a key.

    Attributes:
        part: the placeholder.
        code: the code of the text that was found.
    """

    part: Placeholder
    code: str

    @property
    def plain(self) -> str:
        """The code of the value's text: without padding."""
        return f"str(int({self.code}))" if self.part.width else self.code

    def written(self, plain: str) -> str:
        """The code of another occurrence's text in the form of this one."""
        if self.part.width:
            return f"{plain}.zfill({self.part.width})"
        return f"{plain}.{self.part.format}()" if self.part.format else plain


def parser(scope: Scope, fields: EntityFields) -> str:
    """The function that takes the table's key apart."""
    keys = scope.design.table_keys
    view = fields.view
    parameters = scope.parameters(key_placeholders(view, keys))
    variables = local_names(
        {each: snake_case(each) or "value" for each in keys.names},
        frozenset({"key", "base64", *scope.functions}),
        "python",
    )
    statements: list[Doc] = []
    absent: list[Doc] = []
    other: list[Doc] = []
    found: dict[str, list[_Occurrence]] = {}
    native: dict[str, str] = {}
    for attribute in keys.names:
        template, kind = view.templates[attribute], scope.design.key_types[attribute]
        variable, given = variables[attribute], f"key.get({code.literal(attribute)})"
        if template.is_constant:
            other.append((f"{given} != ", key_value(scope, fields, attribute, {})))
        elif kind != "S":
            assert template.whole is not None
            statements.append(f"{variable} = {given}")
            absent.append(f"not isinstance({variable}, {'(Decimal, int)' if kind == 'N' else 'SupportsBytes'})")
            native[template.whole.name] = f"Decimal({variable})" if kind == "N" else f"bytes({variable})"
        else:
            expression, groups = _expression(template, view.domains, parameters)
            matched = bracketed("_matched(", [code.raw_literal(expression), given], ")")
            statements.append((f"{variable} = ", matched))
            absent.append(f"{variable} is None")
            for part, name in groups:
                found.setdefault(part.name, []).append(_Occurrence(part, f'{variable}["{name}"]'))
    values = dict(native)
    for name, occurrences in found.items():
        if name in native:
            kind = fields.domains[name].type
            other += [f"{_native(kind, each)} != {native[name]}" for each in occurrences]
            continue
        best = next((each for each in occurrences if each.part.width or not each.part.format), occurrences[0])
        values.setdefault(name, _native(fields.domains[name].type, best))
        other += [f"{each.code} != {each.written(best.plain)}" for each in occurrences if each is not best]
    if absent or other:
        statements.append(code.when([*absent, *other], ["return None"], "or"))
    parts = code.mapping((f'"{parameters[name]}"', values[name]) for name in parameters)
    return code.function(
        fields.names.parser.python,
        ["key: Mapping[str, object]"],
        f"{fields.names.key_parts} | None",
        f"What the table key of {an(fields.name)} is made of; None for any other key.",
        [*statements, ("return ", parts)],
    )


def _native(kind: str, found: _Occurrence) -> str:
    """The code of the value that a text stands for."""
    if kind in ("number", "epoch"):
        return f"Decimal({found.code})"
    if kind == "boolean":
        return f'{found.code} == "true"'
    return f"base64.b64decode({found.code})" if kind == "binary" else found.code


def _expression(
    template: KeyTemplate, domains: AnyMapping[str, Domain], parameters: AnyMapping[str, str]
) -> tuple[str, list[tuple[Placeholder, str]]]:
    """A regular expression of a template's texts, and the group of each of its placeholders."""
    groups: list[tuple[Placeholder, str]] = []
    firsts: dict[str, tuple[Placeholder, str]] = {}
    expression = ""
    for part in template.parts:
        if isinstance(part, str):
            expression += _escaped(part)
            continue
        name, number = parameters[part.name], 2
        while any(name == taken for _, taken in groups):
            name, number = f"{parameters[part.name]}_{number}", number + 1
        first = firsts.setdefault(part.name, (part, name))
        if part.width:
            inner = f"[0-9]{{{part.width}}}"
        elif first[1] == name or first[0].width:
            inner = _texts(domains[part.name])
            inner = f"(?i:{inner})" if part.format else inner
        else:
            inner = f"(?i:(?P={first[1]}))"  # the same value once more, perhaps in another case
        expression += f"(?P<{name}>{inner})"
        groups.append((part, name))
    return expression, groups


def _texts(domain: Domain) -> str:
    """`Domain.expression`, without backslashes that nothing needs."""
    if domain.values or domain.type != "string" or domain.pattern is not None or len(domain.delimiter) != 1:
        return domain.expression()
    return f"[^{domain.delimiter}]+" if domain.delimiter not in "\\]^" else domain.expression()


def _escaped(text: str) -> str:
    """`re.escape` for what has a meaning outside of brackets."""
    return re.sub(r"[\\.^$*+?{}\[\]|()]", r"\\\g<0>", text)


def guard(scope: Scope, fields: EntityFields) -> str:
    """The function that tells the entity's items from all others."""
    tests: list[Doc] = []
    type_attribute = scope.design.file.table.type_attribute
    if fields.view.type is not None and type_attribute is not None:
        tests.append(f"item.get({code.literal(type_attribute)}) == {code.literal(fields.view.type)}")
    if not fields.told_by_type:
        tests.append(f"{fields.names.parser.python}(item) is not None")
    return code.function(
        fields.names.guard.python,
        ["item: Mapping[str, object]"],
        f"TypeGuard[{fields.names.stored}]",
        f"Whether an item of the table is {an(fields.name)}.",
        [("return ", code.either(tests, "and"))],
    )
