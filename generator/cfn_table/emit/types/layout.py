"""Documents: code with the places where its lines may break, laid out to a width as prettier and ruff do.

A document is a text, a tuple of documents, or one of the classes of this module. A group stands on one line when all of
it fits there, with what follows up to the next place for a break; else all of its own lines break.

Source: prettier's document algebra (`prettier/commands.md`), which follows Wadler, "A prettier printer".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Line:
    """A place where a line may break.

    Attributes:
        flat: what stands here where it does not break; None when it always breaks.
    """

    flat: str | None


@dataclass(frozen=True, slots=True)
class Indent:
    """Content whose lines stand one step further to the right."""

    content: Doc


@dataclass(frozen=True, slots=True)
class IfBroken:
    """What stands here where the group around it is broken, and where it is on one line."""

    broken: Doc
    flat: Doc = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Content that is on one line or broken as a whole; see `group`.

    Attributes:
        content: what it holds.
        broken: whether it breaks although it would fit.
        loose: whether what stands before it need not leave room for more than its beginning.
    """

    content: Doc
    broken: bool = False
    loose: bool = False


Doc = str | Line | Indent | IfBroken | Group | tuple["Doc", ...]

SOFT: Final = Line("")
"""Nothing, or a new line."""

SPACE: Final = Line(" ")
"""A space, or a new line."""

HARD: Final = Line(None)
"""A new line, always; every group around it is broken."""


def group(*content: Doc, broken: bool = False) -> Group:
    """A group of documents; it is broken when asked, and where something in it always breaks."""
    return Group(content, broken or _breaks(content))


def joined(separator: Doc, documents: Iterable[Doc]) -> Doc:
    """The documents with a separator between each two."""
    found: list[Doc] = []
    for each in documents:
        found += [separator, each] if found else [each]
    return tuple(found)


def bracketed(
    opening: str, entries: Sequence[Doc], closing: str, *, edge: Line = SOFT, last: str = ",", broken: bool = False
) -> Doc:
    """Entries in brackets: on one line, or one on each.

    Args:
        opening: the bracket before them.
        entries: what stands in the brackets.
        closing: the bracket behind them.
        edge: what is inside of each bracket: `SPACE` for `{ a: 1 }`.
        last: what stands behind the last of several lines.
        broken: whether there is a line for each although all would fit on one.
    """
    if not entries:
        return opening + closing
    inner = Indent((edge, joined((",", SPACE), entries)))
    return group(opening, inner, IfBroken(last), edge, closing, broken=broken)


def columns(text: str) -> int:
    """How many columns a text takes: two for a wide character, none for one that is drawn onto another."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(each) or unicodedata.category(each) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(each) in "WF"
        else 1
        for each in text
    )


def laid_out(document: Doc, *, width: int, step: int, margin: int = 0) -> str:
    """The text of a document.

    Args:
        document: what is laid out; its first line begins behind the margin.
        width: the most columns that a line should have.
        step: columns of one indentation.
        margin: columns before the first line, which the caller writes.
    """
    texts: list[str] = []
    column = margin
    todo: list[tuple[int, bool, Doc]] = [(margin, True, document)]
    while todo:
        indent, broken, each = todo.pop()
        if isinstance(each, str):
            texts.append(each)
            column += columns(each)
        elif isinstance(each, tuple):
            todo += [(indent, broken, part) for part in reversed(each)]
        elif isinstance(each, Indent):
            todo.append((indent + step, broken, each.content))
        elif isinstance(each, IfBroken):
            todo.append((indent, broken, each.broken if broken else each.flat))
        elif isinstance(each, Group):
            breaks = broken and (each.broken or not _fits(each.content, todo, width - column))
            todo.append((indent, breaks, each.content))
        elif broken or each.flat is None:
            texts.append("\n" + " " * indent)
            column = indent
        else:
            texts.append(each.flat)
            column += len(each.flat)
    return "\n".join(line.rstrip(" ") for line in "".join(texts).split("\n"))


def flat(document: Doc) -> str:
    """The text of a document on one line."""
    return laid_out(Group(document), width=1_000_000, step=0)


def _fits(content: Doc, following: Sequence[tuple[int, bool, Doc]], room: int) -> bool:
    """Whether content on one line fits, with what follows it up to the next place for a break."""
    todo: list[tuple[bool, Doc]] = [(False, content)]
    position = len(following)
    while room >= 0:
        if not todo:
            if not position:
                return True
            position -= 1
            todo.append(following[position][1:])
            continue
        broken, each = todo.pop()
        if isinstance(each, str):
            room -= columns(each)
        elif isinstance(each, tuple):
            todo += [(broken, part) for part in reversed(each)]
        elif isinstance(each, Indent):
            todo.append((broken, each.content))
        elif isinstance(each, IfBroken):
            todo.append((broken, each.broken if broken else each.flat))
        elif isinstance(each, Group):
            todo.append((each.broken or (broken and each.loose), each.content))
        elif broken or each.flat is None:
            return True
        else:
            room -= len(each.flat)
    return False


def _breaks(document: Doc) -> bool:
    if isinstance(document, tuple):
        return any(map(_breaks, document))
    if isinstance(document, Line):
        return document.flat is None
    if isinstance(document, Indent):
        return _breaks(document.content)
    return isinstance(document, Group) and document.broken
