"""Writes values as YAML in every layout: the same values, other lines."""

from __future__ import annotations

import random
import re
from typing import Any


class Plain(str):
    """A text that must be written without quotes, so that it may be read as a number, a boolean or null."""

    __slots__ = ()


_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_PRINTABLE = re.compile("[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def write_yaml(value: dict[str, Any], layout: random.Random | None = None) -> str:
    """The mapping as the text of a file.

    Args:
        value: texts, `Plain` texts, lists and mappings of these.
        layout: where quotes, braces, comments and empty lines are, and the order of the names; without it everything is
            in order, in blocks, and without comments.
    """
    return "".join(f"{line}\n" for line in _lines(value, layout or _Tidy()))


class _Tidy(random.Random):
    """No variety."""

    def random(self) -> float:
        return 1.0

    def shuffle(self, x: Any) -> None:
        """Leave the order as it is."""


def _lines(value: Any, layout: random.Random) -> list[str]:
    """The value in block style, without indentation of its own."""
    lines: list[str] = []
    if isinstance(value, dict):
        items = list(value.items())
        layout.shuffle(items)
        for key, item in items:
            lines += _entry(f"{_scalar(key, layout)}:", item, layout)
    else:
        for item in value:
            lines += _entry("-", item, layout)
    return lines


def _entry(head: str, value: Any, layout: random.Random) -> list[str]:
    lines = [f"# {layout.choice('abc')}: '[{{"] if layout.random() < 0.05 else []
    if isinstance(value, (dict, list)) and value and layout.random() > 0.25:
        lines.append(head + (" # x" if layout.random() < 0.1 else ""))
        indent = " " * (2 if layout.random() > 0.3 else 5)
        return [*lines, *(f"{indent}{line}" for line in _lines(value, layout))]
    lines.append(f"{head} {_flow(value, layout)}" + ("   # y" if layout.random() < 0.1 else ""))
    return lines + ([""] if layout.random() < 0.1 else [])


def _flow(value: Any, layout: random.Random) -> str:
    """The value on one line."""
    if isinstance(value, dict):
        items = list(value.items())
        layout.shuffle(items)
        return "{" + ", ".join(f"{_scalar(key, layout)}: {_flow(item, layout)}" for key, item in items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item, layout) for item in value) + "]"
    return _scalar(value, layout)


def _scalar(value: str, layout: random.Random) -> str:
    if isinstance(value, Plain):
        return str(value)
    if _BARE.fullmatch(value) and value not in ("true", "false", "null") and layout.random() > 0.3:
        return value
    if layout.random() < 0.5 and all(_PRINTABLE.match(character) for character in value):
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if _PRINTABLE.match(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
