"""Functions that read keys and tell stored items apart."""

from __future__ import annotations

from cfn_table.design.keys import KeyTemplate, Placeholder, attribute_type
from cfn_table.emit.types.fields import EntityFields, key_placeholders
from cfn_table.emit.types.layout import HARD, SOFT, SPACE, Doc, Group, IfBroken, Indent, bracketed, group, joined
from cfn_table.emit.types.typescript.kinds import is_wide, value_type
from cfn_table.emit.types.typescript.module import Module
from cfn_table.emit.types.typescript.regexes import has_cased_pattern, template_regex
from cfn_table.emit.types.typescript.signatures import function, object_type
from cfn_table.emit.types.typescript.words import (
    alternatives,
    entry,
    is_identifier,
    member,
    object_key,
    property_name,
    template_text,
    text_literal,
    union,
)


def guard(module: Module, fields: EntityFields, type_attribute: str | None) -> Doc:
    """The function that tells whether an item is one of the entity."""
    view, names = fields.view, fields.names
    tests: list[Doc] = []
    read: list[str] = []
    typed = type_attribute is not None and view.type is not None
    if type_attribute is not None and view.type is not None:
        tests.append(f"{_optional_member('item', type_attribute)} === {text_literal(view.type)}")
        read.append(type_attribute)
    for name in () if fields.told_by_type else module.design.table_keys.names:
        template = view.templates[name]
        # A comparison with the type has told that there is an item; a call of `isText` would not.
        access = member("item", name) if typed else _optional_member("item", name)
        kind = attribute_type(template, fields.domains)
        if kind != "S":
            tests.append(f"typeof {access} === 'number'" if kind == "N" else f"{access} instanceof Uint8Array")
        elif template.is_constant:
            tests.append(f"{access} === {text_literal(str(template))}")
        else:
            regex = template_regex(template, fields.domains, captures=False)
            tests.append((module.helper("isText"), bracketed("(", [access, regex], ")")))
        read.append(name)
    shape = object_type([f"{property_name(each)}?: unknown" for each in dict.fromkeys(read)])
    whole = joined((" &&", SPACE), tests)
    if len(tests) == 2:  # prettier breaks before the second of two only where that does not fit
        whole = (tests[0], " ", Group(("&&", SPACE, tests[1]), loose=True))
    body: Doc = ("return ", whole, ";")
    if len(tests) > 1:
        body = _returned(whole)
    return function(names.guard.typescript, [("item: ", shape, " | undefined")], f"item is {names.stored}", [body])


def _returned(condition: Doc) -> Doc:
    """`return a && b;`, in brackets where that takes several lines."""
    return ("return ", group(IfBroken("("), Indent((SOFT, group(condition))), SOFT, IfBroken(")")), ";")


def _differs(kind: str, text: str, native: str) -> str:
    """Whether the text of a number or of bytes is of another value than a key attribute holds."""
    if kind == "binary":
        return f"{text} !== btoa(String.fromCharCode(...{native}))"
    return f"Number({text}) !== {native}"


def parser(module: Module, fields: EntityFields) -> Doc:
    """The function that reads what a table key is built of."""
    return _Parser(module, fields).function()


class _Parser:
    """Writes the parser of one entity."""

    def __init__(self, module: Module, fields: EntityFields) -> None:
        self.module = module
        self.fields = fields
        self.keys = module.design.table_keys
        self.names = key_placeholders(fields.view, self.keys)
        self.parameter = "tableKey" if "key" in self.names else "key"
        wanted = [*self.names, *(f"{name}{number}" for name in self.names for number in range(2, 5))]
        self.variables = module.variables(wanted, self.parameter)
        self.found: dict[str, tuple[str, Placeholder | None]] = {}
        self.statements: list[Doc] = []
        self.refused: list[Doc] = []

    def function(self) -> Doc:
        names = self.fields.names
        for name in self.keys.names:
            self.read(name, self.fields.view.templates[name])
        returns = union([self.returned(), "undefined"]) if self.refused else self.returned()
        body = list(self.statements)
        if self.refused:
            tests = joined((" ||", SPACE), self.refused)
            inner = Indent((HARD, "return undefined;"))
            body.append((group("if (", group(Indent((SOFT, tests)), SOFT), ") {"), inner, HARD, "}"))
        entries = [entry(object_key(name), self.value_of(name)) for name in self.names]
        body.append(("return ", bracketed("{", entries, "}", edge=SPACE), ";"))
        return function(names.parser.typescript, [f"{self.parameter}: TableKey"], returns, body)

    def returned(self) -> Doc:
        """The type of what is read: a part of what applications see of the entity, unless a case is lost."""
        if not self.names:
            return "Record<string, never>"
        lossy = [name for name in self.names if self.loses_case(name) and self.fields.domains[name].values]
        if lossy:
            return object_type([(property_name(name), ": ", self.type_of(name)) for name in self.names])
        listed = alternatives(text_literal(each) for each in self.names)
        return ("Pick", bracketed("<", [self.fields.names.application, listed], ">", last=""))

    def loses_case(self, name: str) -> bool:
        """Whether a key holds a placeholder in one case only."""
        part = self.found[name][1]
        return part is not None and part.format in ("lower", "upper")

    def read(self, name: str, template: KeyTemplate) -> None:
        """Take a key attribute apart, or hold it against what is known."""
        access = member(self.parameter, name)
        domains = self.fields.domains
        if attribute_type(template, domains) != "S":
            (placeholder,) = template.placeholders
            if placeholder in self.found:
                self.refused.append(_differs(domains[placeholder].type, self.found[placeholder][0], access))
            self.found[placeholder] = (access, None)
            return
        if template.is_constant:
            self.refused.append(f"{access} !== {text_literal(str(template))}")
            return
        if all(each in self.found and self.rebuilds(each) for each in template.placeholders):
            self.refused.append(f"{access} !== {self.rebuilt(template)}")
            return
        captured = [self.capture(part) for part in template.parts if isinstance(part, Placeholder)]
        regex = template_regex(template, domains, captures=True)
        match = (regex, ".exec", bracketed("(", [access], ")"), " ", Group(("??", SPACE, "[]"), loose=True))
        self.statements.append(group(f"const [, {', '.join(captured)}] =", group(Indent((SPACE, match))), ";"))
        if has_cased_pattern(template, domains):
            self.refused.append(f"{access} !== {self.rebuilt(template)}")

    def capture(self, part: Placeholder) -> str:
        """The variable of a part of a key, with what must hold for it."""
        known = self.found.get(part.name)
        if known is None:
            variable = self.variables[part.name]
            self.found[part.name] = (variable, part)
            self.refused.append(f"{variable} === undefined")
            written = self.written(part, variable)
            if part.format in ("lower", "upper"):
                self.refused.append(f"{variable} !== {written}")
            return variable
        number = 2
        while f"{part.name}{number}" in self.found:
            number += 1
        label = f"{part.name}{number}"
        variable = self.variables[label]
        self.found[label] = (variable, part)
        self.refused.append(f"{variable} === undefined")
        first, original = known
        if original is None:
            self.refused.append(_differs(self.fields.domains[part.name].type, variable, first))
        elif original.format in ("lower", "upper") and not part.format:
            self.found[part.name] = (variable, part)
            self.refused.append(f"{first} !== {self.written(original, variable)}")
        else:
            self.refused.append(f"{variable} !== {self.written(part, first)}")
        return variable

    def rebuilds(self, name: str) -> bool:
        """Whether the text of a placeholder is known as it was written."""
        return self.found[name][1] is not None

    def rebuilt(self, template: KeyTemplate) -> str:
        """The text of a template of which all parts are known."""
        parts = [
            template_text(each) if isinstance(each, str) else f"${{{self.written(each, self.found[each.name][0])}}}"
            for each in template.parts
        ]
        whole = template.whole
        return self.written(whole, self.found[whole.name][0]) if whole is not None else f"`{''.join(parts)}`"

    def written(self, part: Placeholder, text: str) -> str:
        """A known text in the form that a placeholder has it."""
        original = next((each for variable, each in self.found.values() if variable == text), None)
        if original is not None and original.width != part.width:
            whole = f"{text}.replace(/^0+(?=.)/, '')" if original.width else text
            return f"{whole}.padStart({part.width}, '0')" if part.width else whole
        cases = {"lower": f"{text}.toLowerCase()", "upper": f"{text}.toUpperCase()"}
        return cases.get(part.format, text)

    def type_of(self, name: str) -> Doc:
        domain = self.fields.domains[name]
        return "string" if self.loses_case(name) else value_type(domain.type, domain.values)

    def value_of(self, name: str) -> Doc:
        """The value of a placeholder, from its text."""
        text, part = self.found[name]
        domain = self.fields.domains[name]
        if part is None:
            return text
        if domain.values and not part.format.isalpha():
            value = f"Number({text})" if domain.type == "number" else text
            return (f"{value} as ", value_type(domain.type, domain.values))
        if domain.type in ("number", "epoch"):
            if is_wide(domain, part):
                return f"{self.module.helper('toNumber')}({text_literal(name)}, {text})"
            return f"Number({text})"
        if domain.type == "boolean":
            return f"{text} === 'true'"
        return f"{self.module.helper('toBytes')}({text})" if domain.type == "binary" else text


def _optional_member(variable: str, name: str) -> str:
    return f"{variable}?.{name}" if is_identifier(name) else f"{variable}?.[{text_literal(name)}]"
