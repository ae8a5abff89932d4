"""Which line breaks where in a terminal: nothing is cut off, and a word that is too long makes a longer line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cfn_table.formats import columns

INDENT: Final = 2
"""Columns before a table."""

GAP: Final = 2
"""Columns between two columns of a table."""

LEAST: Final = 12
"""Columns that a name has in the narrowest terminal."""

# Behind a separator, and between the words of `BatchGetItem`.
_BREAKS: Final = re.compile(r"(?<=[_\-.:/ ])(?![_\-.:/ ])|(?<=[a-z0-9])(?=[A-Z])")


def folded(name: str, room: int) -> list[str]:
    """A name in as many lines as it needs, broken between its words; a longer word stays whole."""
    indent = name[: len(name) - len(name.lstrip(" "))]
    lines = [indent]
    for part in _BREAKS.split(name[len(indent) :]):
        if columns(lines[-1] + part.rstrip(" ")) > room and lines[-1] != indent:
            lines.append(indent)
        lines[-1] += part
    return [line.rstrip(" ") for line in lines]


def width_of(names: Sequence[str]) -> int:
    """Columns of the widest."""
    return max(map(columns, names), default=0)


def blocks(left: Sequence[str], top: Sequence[str], width: int) -> tuple[int, list[range], int]:
    """How a matrix that may be too wide is shown in the fewest lines.

    Args:
        left: names of its rows, the corner among them.
        top: names of its columns.
        width: columns of the terminal.

    Returns:
        the room for names of rows, which columns are in each block, and how much there is to read, in lines.
    """
    found = []
    full = width_of(left)
    for first in range(full, min(full, LEAST) - 1, -1):
        parts = [line for name in left for line in folded(name, first)]
        cut = list(_cut(top, width - INDENT - width_of(parts)))
        # An empty line is before each block; a name that is broken is harder to read than two names.
        lines = len(cut) * (1 + 2 * len(parts) - len(left))
        found.append((lines, -first, cut))
    lines, first, cut = min(found, key=lambda each: each[:2])
    return -first, cut, lines


def _cut(top: Sequence[str], room: int) -> Iterator[range]:
    start, used = 0, 0
    for at, name in enumerate(top):
        needed = GAP + max(columns(name), len("wrong"))
        if used + needed > room and at > start:
            yield range(start, at)
            start, used = at, 0
        used += needed
    yield range(start, len(top))
