"""Texts, names and comments in TypeScript, written as prettier leaves them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Final

from cfn_table.emit.queries.calls import one_line
from cfn_table.emit.types.layout import SOFT, SPACE, Doc, IfBroken, Indent, group, joined, laid_out

WIDTH: Final = 80
STEP: Final = 2

_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def code(document: Doc, margin: int = 0) -> str:
    """A document laid out as prettier does."""
    return laid_out(document, width=WIDTH, step=STEP, margin=margin)


def is_identifier(name: str) -> bool:
    """Whether a name needs no quotes as a property: prettier takes away those that are not needed."""
    return name.replace("$", "_").isidentifier() and max(name) <= "\uffff"


def escaped(text: str, special: str) -> str:
    """`text` inside of quotes: with a backslash before each special character, and others by their number."""
    found = []
    for each in text:
        if each in special:
            found.append(f"\\{each}")
        elif each.isprintable():
            found.append(each)
        else:
            found.append(_ESCAPES.get(each) or _numbered(each))
    return "".join(found)


def _numbered(character: str) -> str:
    code_point = ord(character)
    return f"\\u{code_point:04x}" if code_point < 0x10000 else f"\\u{{{code_point:x}}}"


def text_literal(text: str) -> str:
    """A text in single quotes, or in double ones where that saves backslashes."""
    quote = '"' if text.count("'") > text.count('"') else "'"
    return f"{quote}{escaped(text, quote + chr(92))}{quote}"


def template_text(text: str) -> str:
    """A text inside of a template literal."""
    return escaped(text, "\\`").replace("${", "\\${")


def property_name(name: str) -> str:
    """The name of a property of a type."""
    return name if is_identifier(name) else text_literal(name)


def object_key(name: str) -> str:
    """The name of a property of an object literal; of these `__proto__` would be no property."""
    return "['__proto__']" if name == "__proto__" else property_name(name)


def member(variable: str, name: str) -> str:
    """A property of a variable."""
    return f"{variable}.{name}" if is_identifier(name) else f"{variable}[{text_literal(name)}]"


def entry(name: str, value: Doc, *, hangs: bool = False) -> Doc:
    """A property of an object literal.

    Args:
        name: its name, as `object_key` writes it.
        value: its value.
        hangs: whether the value is a text, which prettier puts on the next line where it is too long.
    """
    if name == value:
        return name
    # Behind a short name the next line would have hardly more room.
    if hangs and len(name) >= STEP + 3:
        return group(name, ":", group(Indent((SPACE, value))))
    return (name, ": ", value)


def union(types: Iterable[Doc]) -> Doc:
    """Alternatives of a type: on one line, or one on each."""
    listed = list(types)
    if len(listed) == 1:
        return listed[0]
    return group(Indent((IfBroken((SPACE, "| ")), joined((SPACE, "| "), [Indent(each) for each in listed]))))


def alternatives(types: Iterable[Doc]) -> Doc:
    """Alternatives in brackets of their own, which indent them."""
    return group(IfBroken("| "), joined((SPACE, "| "), [Indent(each) for each in types]))


def alias(name: str, types: Sequence[Doc]) -> Doc:
    """An exported name for alternatives of a type."""
    if len(types) == 1:
        return (f"export type {name} = ", types[0], ";")
    return group(f"export type {name} =", Indent((SPACE, alternatives(types))), ";")


def array_of(types: Sequence[Doc]) -> Doc:
    """An array whose members are of one of several types."""
    if len(types) == 1:
        return (types[0], "[]")
    return group("(", Indent((SOFT, alternatives(types))), SOFT, ")[]")


def flat_union(types: Iterable[str]) -> str:
    """Alternatives of a type on one line."""
    return " | ".join(types)


def comment(text: str, margin: int = 0) -> str:
    """A doc comment with a line break behind it; nothing for no text."""
    prose = _without_directives(sentence(text)).replace("*/", "*\\/")
    if not prose:
        return ""
    indent = " " * margin
    if len(prose) + margin + len("/**  */") <= WIDTH:
        return f"{indent}/** {prose} */\n"
    lines = textwrap.wrap(prose, WIDTH - margin - 3, break_long_words=False, break_on_hyphens=False)
    return "".join([f"{indent}/**\n", *(f"{indent} * {line}\n" for line in lines), f"{indent} */\n"])


def line_comment(text: str) -> str:
    """A comment of whole lines; nothing for no text."""
    lines = textwrap.wrap(
        _without_directives(one_line(text)), WIDTH - 3, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(f"// {line}" for line in lines)


def _without_directives(text: str) -> str:
    """A text of which the compiler takes nothing as an order, such as `@ts-ignore`."""
    return text.replace("@ts-", "\\@ts-")


def sentence(text: str) -> str:
    """A description as a sentence, on one line."""
    prose = one_line(text)
    return prose if not prose or prose[-1] in ".!?:…" else f"{prose}."
