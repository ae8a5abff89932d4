"""Expressions that make the text of a key, with the checks that keep one key from becoming another."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence

from cfn_table.design.keys import Domain, KeyTemplate, Placeholder
from cfn_table.emit.types.calls import KeyPart, KeyText
from cfn_table.emit.types.layout import Doc, bracketed, flat
from cfn_table.emit.types.typescript.kinds import listed_literals
from cfn_table.emit.types.typescript.module import Module
from cfn_table.emit.types.typescript.regexes import pattern_literal
from cfn_table.emit.types.typescript.words import alternatives, template_text, text_literal

CHECKS = {
    "number": "keyNumber",
    "epoch": "keySeconds",
    "boolean": "keyBoolean",
    "timestamp": "keyTimestamp",
    "date": "keyDate",
    "binary": "keyBinary",
}
"""Type of the design language → the helper that makes a key's part of such a value."""


def template_expression(
    module: Module, template: KeyTemplate, domains: AnyMapping[str, Domain], variables: AnyMapping[str, str]
) -> Doc:
    """The text that a key template becomes.

    Args:
        module: the module that it is written in.
        template: the template.
        domains: what its placeholders may hold.
        variables: placeholder → the expression of its value.
    """
    return _joined(
        [
            each if isinstance(each, str) else (_part(module, each, domains[each.name], variables[each.name]),)
            for each in template.parts
        ]
    )


def text_expression(module: Module, text: KeyText, variables: AnyMapping[str, str]) -> Doc:
    """The text of a key or of a bound in a request; `variables` are those of the arguments."""
    found: list[str | tuple[Doc]] = []
    for each in text.parts:
        if isinstance(each, KeyPart):
            variable = variables[each.argument.name]
            if each.domain is None:
                found.append((_free(each.placeholder, variable),))
            else:
                found.append((_part(module, each.placeholder, each.domain, variable, each.argument.name),))
        else:
            found.append(each)
    return _joined(found)


def _joined(parts: list[str | tuple[Doc]]) -> Doc:
    """Literal texts and expressions (in tuples) as one expression."""
    if len(parts) == 1:
        (only,) = parts
        return text_literal(only) if isinstance(only, str) else only[0]
    return (
        "`" + "".join(template_text(each) if isinstance(each, str) else f"${{{flat(each[0])}}}" for each in parts) + "`"
    )


def _free(placeholder: Placeholder, variable: str) -> str:
    """A part of a value, such as the prefix that `begins_with` looks for: any text."""
    if placeholder.width:
        return f"{variable}.padStart({placeholder.width}, '0')"
    cases = {"lower": f"{variable}.toLowerCase()", "upper": f"{variable}.toUpperCase()"}
    return cases.get(placeholder.format, variable)


def _part(module: Module, placeholder: Placeholder, domain: Domain, variable: str, shown: str | None = None) -> Doc:
    """The text of one placeholder."""
    name = text_literal(placeholder.name if shown is None else shown)
    text = _checked(module, name, domain, variable)
    if placeholder.width:
        return (module.helper("zeroPadded"), bracketed("(", [name, text, str(placeholder.width)], ")"))
    if not placeholder.format:
        return text
    listed = listed_literals(domain.type, domain.values) if domain.values else None
    # The compiler does not find the listed values by itself inside of a text.
    kind = bracketed("<", [alternatives(listed)], ">", last="") if listed else ""
    text = (module.helper(f"{placeholder.format}Case"), kind, bracketed("(", [text], ")"))
    free = domain.type == "string" and not domain.values and domain.pattern is None
    # A delimiter of letters may be there only after the change of case.
    if free and domain.delimiter.lower() != domain.delimiter.upper():
        return (module.helper("keyPart"), bracketed("(", [name, text], ")"))
    return text


def _checked(module: Module, name: str, domain: Domain, variable: str) -> Doc:
    """The text of a value that stands in a key as it is."""
    if domain.values:
        literals = listed_literals(domain.type, domain.values)
        if literals is not None:
            return _one_of(module, name, variable, literals)
        texts = [text_literal(Domain(domain.type).text_of(each)) for each in domain.values]
        return _one_of(module, name, f"{module.helper('keyNumber')}({name}, {variable})", texts)
    if domain.type in CHECKS:
        return f"{module.helper(CHECKS[domain.type])}({name}, {variable})"
    if domain.pattern is not None:
        pattern = pattern_literal(domain.pattern)
        return (
            module.helper("keyMatch"),
            bracketed("(", [name, variable, pattern, text_literal(domain.pattern)], ")"),
        )
    return f"{module.helper('keyPart')}({name}, {variable})"


def _one_of(module: Module, name: str, value: str, listed: Sequence[str]) -> Doc:
    """A call that checks for listed values, whose list breaks before the call does."""
    return (f"{module.helper('oneOf')}({name}, {value}, ", bracketed("[", listed, "]"), ")")
