"""Types of fields, and TypedDicts that are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cfn_table.emit.types.layout import HARD, SOFT, SPACE, Doc, IfBroken, Indent, bracketed, group, joined
from cfn_table.emit.types.python import code

NUMBER: Final = "Decimal | int"

KINDS: Final = {
    "string": "str",
    "timestamp": "str",
    "date": "str",
    "number": NUMBER,
    "epoch": NUMBER,
    "boolean": "bool",
    "binary": "SupportsBytes",
    "map": "dict[str, Any]",
    "list": "list[Any]",
    "string_set": "set[str]",
    "number_set": f"set[{NUMBER}]",
    "binary_set": "set[SupportsBytes]",
    "any": "Any",
}
"""Type of the design language → of an item's field. boto3 takes bytes, and gives its own `Binary`: both have bytes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a TypedDict.

    Attributes:
        name: any text.
        type: its type.
        optional: whether it may be missing.
        description: what it means; may be empty.
    """

    name: str
    type: Doc
    optional: bool = False
    description: str = ""

    @property
    def annotation(self) -> Doc:
        """Its type, and whether it may be missing."""
        return code.subscript("NotRequired", [self.type]) if self.optional else self.type


def value_type(kind: str, values: Sequence[str] = ()) -> Doc:
    """The type of a field."""
    if values and kind == "string":
        return literals(values)
    return KINDS[kind]


def parameter_type(kind: str, values: Sequence[str] = ()) -> Doc:
    """The type of a function's parameter."""
    return "bytes" if kind == "binary" else value_type(kind, values)


def literals(values: Sequence[str]) -> Doc:
    """The type of some texts."""
    return code.subscript("Literal", [code.literal(each) for each in values])


def typed_dict(name: str, doc: str, entries: Sequence[Entry], bases: Sequence[str] = ()) -> str:
    """A TypedDict, as a class where all names can stand in one.

    Args:
        name: what it is called.
        doc: what it is, in one paragraph.
        entries: its own fields.
        bases: TypedDicts whose fields it has too; only where all names of its own can stand in a class.
    """
    if not all(code.can_be_field(each.name) for each in entries):
        return _functional(name, doc, entries)
    inner = group(joined((",", SPACE), bases or ["TypedDict"]), IfBroken(","))
    head = code.text((group(f"class {name}(", Indent((SOFT, inner)), SOFT, ")"), ":"))
    lines = [head, "    " + code.text(code.docstring(doc), 4)]
    if entries:
        lines.append("")
    for each in entries:
        lines.append("    " + code.text((f"{each.name}: ", each.annotation), 4))
        if each.description:
            lines.append("    " + code.text(code.docstring(code.sentence(each.description)), 4))
    return "\n".join(lines)


def _functional(name: str, doc: str, entries: Sequence[Entry]) -> str:
    fields: list[Doc] = []
    for each in entries:
        remarks = code.comment(code.sentence(each.description), 8) if each.description else []
        field = (code.literal(each.name), ": ", each.annotation)
        fields.append((*(part for line in remarks for part in (line, HARD)), field))
    made = bracketed(f"{name} = TypedDict(", [f'"{name}"', bracketed("{", fields, "}", broken=True)], ")", broken=True)
    return "\n".join([*code.comment(doc), code.text(made)])
