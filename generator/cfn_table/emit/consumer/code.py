"""Values and calls as Python, on one line where they fit, else one entry on each line, as black and ruff do it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from cfn_table.emit.queries.layout import INDENT, WIDTH, python_escape, python_literal
from cfn_table.emit.types.layout import Doc, bracketed, laid_out

_STEP: Final = INDENT["python"]


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of code that stands as it is; as a key of a mapping it is the whole entry, such as `**item`."""

    text: str


@dataclass(frozen=True, slots=True)
class Calling:
    """A call of a function.

    Attributes:
        function: what is called.
        arguments: by position.
        named: by name.
    """

    function: str
    arguments: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Members:
    """A set."""

    values: tuple[Any, ...]


def written(value: Any) -> str:
    """The code of a value on one line.

    Args:
        value: a text, number, boolean, bytes, None, mapping, list or tuple, or one of this module's.
    """
    return laid_out(_document(value), width=sys.maxsize, step=_STEP)


def statement(start: str, value: Any, end: str = "", *, margin: int = _STEP) -> str:
    """A statement: a value, and what stands before and behind it; its first line is not indented."""
    return laid_out((start, _document(value), end), width=WIDTH, step=_STEP, margin=margin)


def native(value: Any, kind: str = "any") -> Any:
    """A constant of a design as boto3's resources take it, as code.

    Args:
        value: str, Decimal, bool, bytes, None, or a list or mapping of them.
        kind: its type in the design language; only sets need it.
    """
    if isinstance(value, dict):
        return {name: native(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        members = [native(each) for each in value]
        return Members(tuple(members)) if kind.endswith("_set") else members
    if isinstance(value, Decimal):
        if value == value.to_integral_value() and value.adjusted() < 38:
            return int(value)
        return Calling("Decimal", (str(value),))
    return value


def formatted(parts: Iterable[str | Code]) -> Code:
    """A text of literal parts and of what stands in the braces of an f-string."""
    parts = list(parts)
    literal = "".join(each for each in parts if isinstance(each, str))
    codes = [each.text for each in parts if isinstance(each, Code)]
    if not codes:
        return Code(_scalar(literal))
    # An expression with single quotes in it can only stand in double ones, before Python 3.12.
    fewer = literal.count('"') > literal.count("'") and not any("'" in each for each in codes)
    quote = "'" if fewer else '"'
    text = "".join(_inside(each, quote) if isinstance(each, str) else f"{{{each.text}}}" for each in parts)
    return Code(f"f{quote}{text}{quote}")


def docstring(text: str, margin: int = _STEP) -> str:
    """A docstring of a text on one line, which gets a full stop; its first line is not indented."""
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    text = f"\\{text}" if text.startswith('"') else text
    text += "" if text[-1:] in ".!?" else "."
    lines = textwrap.wrap(text, WIDTH - margin - 3, break_long_words=False, break_on_hyphens=False)
    pad = "\n" + " " * margin
    closing = '"""' if len(lines) == 1 and margin + len(lines[0]) + 6 <= WIDTH else f'{pad}"""'
    return f'"""{pad.join(lines)}{closing}'


def _document(value: Any) -> Doc:
    if isinstance(value, dict):
        entries = [
            key.text if isinstance(key, Code) else (f"{_scalar(key)}: ", _document(each)) for key, each in value.items()
        ]
        return bracketed("{", entries, "}")
    if isinstance(value, Calling):
        named = [(f"{name}=", _document(each)) for name, each in value.named]
        return bracketed(f"{value.function}(", [*map(_document, value.arguments), *named], ")")
    if isinstance(value, Members):
        return bracketed("{", [*map(_document, value.values)], "}")
    if isinstance(value, list | tuple):
        opening, closing = "[]" if isinstance(value, list) else "()"
        return bracketed(opening, [*map(_document, value)], closing)
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, Code):
        return value.text
    return python_literal(value)


def _inside(text: str, quote: str) -> str:
    return "".join(
        f"\\{each}" if each in (quote, "\\") else each if each.isprintable() else python_escape(each) for each in text
    )
