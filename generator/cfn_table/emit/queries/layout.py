"""Values as literals of a language, on one line where they fit, else one entry on each line.

What is laid out here is what black, ruff and prettier leave as it is: broken lines end with a comma, and each entry has
a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

WIDTH: Final = 80
"""Columns that a line should not exceed."""

INDENT: Final = {"python": 4, "javascript": 2, "json": 2}

_SHORT: Final = 6
"""Columns of a name and its `: ` that prettier calls short."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a language writes values.

    Attributes:
        scalar: the literal of a text, number, boolean, bytes, or a `Variable`.
        key: how the name of an entry stands before its `: `.
        indent: spaces of one level.
        padding: what stands inside of the braces of a mapping on one line.
        last: what stands behind the last entry of a broken line.
        hangs: whether a text that is too long for its line stands on the next one, as prettier has it.
        is_spread: whether a list is broken although it fits, as prettier does with lists of objects.
    """

    scalar: Callable[[Any], str]
    key: Callable[[str], str]
    indent: int
    padding: str = ""
    last: str = ","
    hangs: bool = False
    is_spread: Callable[[list[Any]], bool] = lambda _: False


def literal(value: Any, dialect: Dialect, *, margin: int, before: int, after: int = 1) -> str:
    """The literal of a value.

    Args:
        value: a scalar, a mapping or a list.
        dialect: the language.
        margin: columns before the line in which the value begins, and before its closing brace.
        before: columns of that line that are taken already.
        after: columns that must stay free behind it.
    """
    if not isinstance(value, dict | list) or not value:
        return flat(value, dialect)
    if not _must_break(value, dialect):
        line = flat(value, dialect)
        if before + len(line) + after <= WIDTH:
            return line
    inner = margin + dialect.indent
    entries = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    lines = []
    for position, (key, each) in enumerate(entries, 1):
        start = " " * inner + ("" if key is None else f"{dialect.key(key)}: ")
        end = dialect.last if position == len(value) else ","
        text = literal(each, dialect, margin=inner, before=len(start))
        # Behind a short name the next line would have hardly more room.
        if dialect.hangs and type(each) is str and len(start + text) >= WIDTH and len(start) - inner > _SHORT:
            start, text = start.rstrip(), "\n" + " " * (inner + dialect.indent) + text
        lines.append(start + text + end)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opening, *lines, " " * margin + closing])


def flat(value: Any, dialect: Dialect) -> str:
    """The literal of a value on one line."""
    if isinstance(value, dict):
        entries = ", ".join(f"{dialect.key(key)}: {flat(each, dialect)}" for key, each in value.items())
        padding = dialect.padding if value else ""
        return "{" + padding + entries + padding + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flat(each, dialect) for each in value) + "]"
    return dialect.scalar(value)


def _must_break(value: Any, dialect: Dialect) -> bool:
    if isinstance(value, dict):
        return any(_must_break(each, dialect) for each in value.values())
    if isinstance(value, list):
        return dialect.is_spread(value) or any(_must_break(each, dialect) for each in value)
    return False


def python_literal(value: Any) -> str:
    """The literal of a text, bytes or any other scalar in Python."""
    if isinstance(value, bytes):
        found = repr(value)
        return f'b"{found[2:-1]}"' if found.startswith("b'") and '"' not in found else found
    return quoted(value, python_escape) if isinstance(value, str) else repr(value)


def python_escape(character: str) -> str:
    """What stands for a character that is not printable in Python's literals."""
    return repr(character)[1:-1]


def quoted(text: str, escaped: Callable[[str], str]) -> str:
    """A text in double quotes, or in single ones where that saves backslashes.

    Args:
        text: any text.
        escaped: what stands for a character that is not printable.
    """
    quote = "'" if text.count('"') > text.count("'") else '"'
    inner = "".join(
        f"\\{each}" if each in (quote, "\\") else each if each.isprintable() else escaped(each) for each in text
    )
    return f"{quote}{inner}{quote}"
