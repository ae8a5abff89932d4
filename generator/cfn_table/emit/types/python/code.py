"""Pieces of Python code: literals, docstrings, comments and definitions, laid out as `ruff format` does."""

from __future__ import annotations

import keyword
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from cfn_table.emit.queries.layout import python_escape, python_literal
from cfn_table.emit.types.layout import (
    HARD,
    SOFT,
    SPACE,
    Doc,
    Group,
    IfBroken,
    Indent,
    bracketed,
    group,
    joined,
    laid_out,
)

WIDTH: Final = 88
STEP: Final = 4


def text(document: Doc, margin: int = 0) -> str:
    """Code laid out; its first line begins behind the margin, which is not part of it."""
    return laid_out(document, width=WIDTH, step=STEP, margin=margin)


def literal(value: str) -> str:
    """A text as a literal."""
    return python_literal(value)


def raw_literal(value: str) -> str:
    """A text, such as a regular expression, as a literal in which backslashes stand for themselves where possible."""
    plain = "\\" in value and '"' not in value and value.isprintable() and not value.endswith("\\")
    return f'r"{value}"' if plain else literal(value)


def formatted(parts: Iterable[tuple[bool, str]]) -> Doc:
    """A formatted text: parts that are code, and parts that are text; on several lines where it fits on none."""
    pieces = list(parts)
    texts = "".join(each for is_code, each in pieces if not is_code)
    nested = any("'" in each for is_code, each in pieces if is_code)
    # Inside of double quotes only single ones may stand before Python 3.12.
    quote = "'" if not nested and texts.count('"') > texts.count("'") else '"'
    inner = [f"{{{each}}}" if is_code else _inside(each, quote) for is_code, each in pieces]
    whole = f"f{quote}{''.join(inner)}{quote}"
    lines: list[str] = []
    for (is_code, _), each in zip(pieces, inner, strict=True):
        if lines and is_code and not lines[-1].endswith("}"):
            lines[-1] += each
        else:
            lines.append(each)
    if len(lines) == 1:
        return whole
    return group(IfBroken(joined(SPACE, [f"{'f' * ('{' in each)}{quote}{each}{quote}" for each in lines]), whole))


def _inside(value: str, quote: str) -> str:
    marked = "".join(f"\\{each}" if each in (quote, "\\") else each for each in value)
    return "".join(each if each.isprintable() else python_escape(each) for each in marked)


def constant(value: Any, *, is_set: bool = False) -> Doc:
    """A value that the design fixes."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and abs(value.adjusted()) < 38
        return str(int(value)) if whole else f'Decimal("{value}")'
    if isinstance(value, dict):
        return mapping((literal(name), constant(each)) for name, each in value.items())
    if isinstance(value, list):
        return bracketed("{" if is_set else "[", [constant(each) for each in value], "}" if is_set else "]")
    return python_literal(value)


def mapping(entries: Iterable[tuple[str, Doc]], *, broken: bool = False) -> Doc:
    """A dict; a name of `**` spreads what stands behind it."""
    return bracketed(
        "{",
        [("**", each) if name == "**" else (name, ": ", breakable(each)) for name, each in entries],
        "}",
        broken=broken,
    )


def called(function: str, arguments: Iterable[tuple[str, str]]) -> Doc:
    """A call with named arguments."""
    return bracketed(f"{function}(", [(f"{name}=", breakable(value)) for name, value in arguments], ")")


def breakable(value: Doc) -> Doc:
    """A value that is one of a mapping may break inside of its brackets."""
    found = re.fullmatch(r"""(\w+)\[(".*"|'.*')\]""", value) if isinstance(value, str) else None
    return value if found is None else subscript(found[1], [found[2]])


def assigned(target: str, value: Doc) -> Doc:
    """A statement that gives a target one of a mapping's values; in parentheses where it takes several lines."""
    broken = breakable(value)
    if broken is value:
        return (f"{target} = ", value)
    return (f"{target} = ", group(IfBroken("("), Indent((SOFT, broken)), SOFT, IfBroken(")")))


def when(conditions: Sequence[Doc], body: Sequence[Doc], word: str = "and") -> Doc:
    """An `if` statement."""
    return ("if ", either(conditions, word), ":", Indent((HARD, joined(HARD, body))))


def wrapped(function: str, argument: Doc) -> Doc:
    """A call with one argument."""
    return group(f"{function}(", Indent((SOFT, argument)), SOFT, ")")


def subscript(name: str, inner: Sequence[Doc]) -> Doc:
    """`Literal["a", "b"]`."""
    if len(inner) == 1:  # a comma behind the only one would make a tuple of it
        return group(f"{name}[", Indent((SOFT, inner[0])), SOFT, "]")
    return bracketed(f"{name}[", inner, "]")


def either(words: Sequence[Doc], word: str) -> Doc:
    """Conditions joined by `and` or `or`, in parentheses where they take several lines."""
    if len(words) == 1 and not isinstance(words[0], Group):
        return words[0]
    inner = group(joined((SPACE, f"{word} "), words))
    return group(IfBroken("("), Indent((SOFT, inner)), SOFT, IfBroken(")"))


def function(name: str, parameters: Sequence[Doc], returns: str, doc: str, body: Sequence[Doc]) -> str:
    """A function's definition.

    Args:
        name: what it is called.
        parameters: what stands between its parentheses.
        returns: the type of its result.
        doc: what it is, in one paragraph.
        body: its statements.
    """
    head = text((bracketed(f"def {name}(", parameters, ")"), f" -> {returns}:"))
    inner = text(Indent((docstring(doc), HARD, joined(HARD, body))), 0)
    return f"{head}\n    {inner}"


def docstring(paragraph: str) -> Doc:
    """A paragraph as a docstring with the indentation of one step."""
    safe = re.sub(r'"\Z', r'\\"', _safe(paragraph))
    if len(safe) + STEP + 6 <= WIDTH:
        return f'"""{safe}"""'
    opened = opened_docstring(paragraph, STEP)
    return (opened, '"""') if isinstance(opened, tuple) and len(opened) == 1 else (opened, HARD, '"""')


def opened_docstring(paragraph: str, margin: int) -> Doc:
    """A paragraph as the first one of a docstring, without the quotes behind it."""
    lines = textwrap.wrap(f'"""{_safe(paragraph)}', WIDTH - margin, break_long_words=False, break_on_hyphens=False)
    return joined(HARD, lines)


def _safe(paragraph: str) -> str:
    """A paragraph that ends no docstring and escapes nothing."""
    return one_line(paragraph).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def comment(paragraph: str, margin: int = 0) -> list[str]:
    """A paragraph as lines of a comment."""
    return [
        f"# {line}"
        for line in textwrap.wrap(
            one_line(paragraph), WIDTH - margin - 2, break_long_words=False, break_on_hyphens=False
        )
    ]


def one_line(paragraph: str) -> str:
    """A description as one line, without characters that cannot be printed."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in " ".join(paragraph.split()))


def sentence(paragraph: str) -> str:
    """A description with a full stop behind it."""
    line = one_line(paragraph)
    return line if not line or line[-1] in ".!?…" else f"{line}."


def can_be_field(name: str) -> bool:
    """Whether a class body can have a field of this name: Python changes nothing of it."""
    return (
        name.isidentifier()
        and unicodedata.normalize("NFKC", name) == name
        and not name.startswith("__")
        and not keyword.iskeyword(name)
    )


def union(types: Sequence[str]) -> Doc:
    """`A | B`, broken before each bar where it takes several lines."""
    return joined((SPACE, "| "), dict.fromkeys(types))
