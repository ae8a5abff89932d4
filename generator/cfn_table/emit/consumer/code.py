"""Values and calls as Python, on one line where they fit, else one entry on each line, as black and ruff do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from cfn_table.emit.queries.layout import INDENT, WIDTH, quoted

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


def written(value: Any, *, margin: int = 0, before: int = 0, after: int = 0) -> str:
    """The code of a value.

    Args:
        value: a text, number, boolean, bytes, None, mapping, list or tuple, or one of this module's.
        margin: columns before the line in which the value begins, and before its closing bracket.
        before: columns of that line that are taken already.
        after: columns that must stay free behind it.
    """
    line = _flat(value)
    opening, entries, closing = _parts(value)
    if before + len(line) + after <= WIDTH or not entries:
        return line
    inner = margin + _STEP
    lines = []
    for start, each in entries:
        text = "" if each is None else written(each, margin=inner, before=inner + len(start), after=1)
        lines.append(" " * inner + start + text + ",")
    return "\n".join([opening, *lines, " " * margin + closing])


def statement(start: str, value: Any, margin: int = _STEP) -> str:
    """One statement that ends with a value; its first line is not indented."""
    return start + written(value, margin=margin, before=margin + len(start))


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
    import textwrap

    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    text = f"\\{text}" if text.startswith('"') else text
    text += "" if text[-1:] in ".!?" else "."
    lines = textwrap.wrap(text, WIDTH - margin - 3, break_long_words=False, break_on_hyphens=False)
    pad = "\n" + " " * margin
    closing = '"""' if len(lines) == 1 and margin + len(lines[0]) + 6 <= WIDTH else f'{pad}"""'
    return f'"""{pad.join(lines)}{closing}'


def _parts(value: Any) -> tuple[str, list[tuple[str, Any]], str]:
    """Opening bracket, entries (what begins them, and their value) and closing bracket; no entries for a scalar."""
    if isinstance(value, dict):
        entries = [(key.text, None) if isinstance(key, Code) else (f"{_flat(key)}: ", value[key]) for key in value]
        return "{", entries, "}"
    if isinstance(value, Calling):
        named = [(f"{name}=", each) for name, each in value.named]
        return f"{value.function}(", [*(("", each) for each in value.arguments), *named], ")"
    if isinstance(value, Members):
        return "{", [("", each) for each in value.values], "}"
    if isinstance(value, list | tuple):
        opening, closing = "[]" if isinstance(value, list) else "()"
        return opening, [("", each) for each in value], closing
    return "", [], ""


def _flat(value: Any) -> str:
    if not isinstance(value, dict | list | tuple | Calling | Members):
        return _scalar(value)
    opening, entries, closing = _parts(value)
    return opening + ", ".join(start + ("" if each is None else _flat(each)) for start, each in entries) + closing


def _scalar(value: Any) -> str:
    if isinstance(value, Code):
        return value.text
    if isinstance(value, bytes):
        found = repr(value)
        return f'b"{found[2:-1]}"' if found.startswith("b'") and '"' not in found else found
    return quoted(value, _escaped) if isinstance(value, str) else repr(value)


def _inside(text: str, quote: str) -> str:
    return "".join(
        f"\\{each}" if each in (quote, "\\") else each if each.isprintable() else _escaped(each) for each in text
    )


def _escaped(character: str) -> str:
    return repr(character)[1:-1]
