"""The private functions that emitted modules use: only those that something calls are written."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Final

from cfn_table.design.keys import Domain
from cfn_table.emit.types.python import code

_EMPTY: Final = """\
    if not text:
        raise ValueError(f"`{name}`: an empty value cannot be part of a key")
"""

_PART: Final = (
    '''\
def _part(text: str, name: str) -> str:
    """A text that can be part of a key: not empty, and without the delimiter."""
'''
    + _EMPTY
    + """\
    if _DELIMITER in text:
        raise ValueError(
            f"`{name}`: `{text}` holds the delimiter `{_DELIMITER}`, "
            "which would make it part of another key"
        )
    return text
"""
)

_PART_WITHOUT_DELIMITER: Final = (
    '''\
def _part(text: str, name: str) -> str:
    """A text that can be part of a key: not empty."""
'''
    + _EMPTY
    + """\
    return text
"""
)

_MATCHING: Final = (
    '''\
def _matching(text: str, name: str, pattern: str) -> str:
    """A text that can be part of a key: not empty, and of a pattern."""
'''
    + _EMPTY
    + """\
    if not re.fullmatch(pattern, text):
        raise ValueError(f"`{name}`: `{text}` does not match the pattern `{pattern}`")
    return text
"""
)

_LISTED: Final = (
    '''\
def _listed(text: _Text, name: str, values: tuple[str, ...]) -> _Text:
    """One of the values that can be part of a key."""
'''
    + _EMPTY
    + """\
    if text not in values:
        listed = ", ".join(f"`{each}`" for each in values)
        raise ValueError(f"`{name}`: `{text}` is not one of {listed}")
    return text
"""
)

_PLAIN: Final = '''\
def _plain(number: Decimal | int, name: str) -> str:
    """The digits of a number, without an exponent or zeros at the end."""
    exact = Decimal(number)
    if isinstance(number, bool) or not exact.is_finite():
        raise ValueError(f"`{name}`: `{number}` is not a number")
    if exact and not -130 <= exact.adjusted() <= 125:
        raise ValueError(
            f"`{name}`: `{number}` is outside the range of a DynamoDB number"
        )
    text = f"{exact:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if len(text.replace(".", "").strip("-0")) > 38:
        raise ValueError(f"`{name}`: `{number}` has more than 38 digits")
    return text if exact else "0"
'''

_PADDED: Final = '''\
def _padded(text: str, name: str, width: int) -> str:
    """A whole number with zeros before it, so that texts sort as numbers do."""
    if not text.isdigit():
        raise ValueError(
            f"`{name}`: `{text}` cannot be zero-padded: "
            "only whole numbers from 0 keep their order as text"
        )
    if len(text) > width:
        raise ValueError(f"`{name}`: `{text}` has more than {width} digits")
    return text.zfill(width)
'''

_BOOLEAN: Final = '''\
def _boolean(value: bool, name: str) -> str:
    """`true` or `false`, as keys hold it."""
    if not isinstance(value, bool):
        raise ValueError(f"`{name}`: `{value}` is not a boolean")
    return "true" if value else "false"
'''

_BINARY: Final = '''\
def _binary(value: bytes, name: str) -> str:
    """Bytes in base64, as keys hold them."""
    if not value:
        raise ValueError(f"`{name}`: an empty value cannot be part of a key")
    return base64.b64encode(value).decode("ascii")
'''

_COUNT: Final = '''\
def _count(members: int, most: int) -> None:
    """Refuse a batch that is empty, or larger than one request can be."""
    if not 1 <= members <= most:
        raise ValueError(f"a batch has 1 to {most} members, not {members}")
'''

_MATCHED: Final = '''\
def _matched(pattern: str, value: object) -> re.Match[str] | None:
    """The match of a whole key attribute; None for what is no text."""
    return re.fullmatch(pattern, value) if isinstance(value, str) else None
'''


def _bounded(kind: str, article: str) -> str:
    """The function of a type whose texts have one form, which `Domain` knows."""
    number = kind in ("number", "epoch")
    value, made = ("number: Decimal | int", "_plain(number, name)") if number else ("text: str", "")
    doc = {
        "number": "A number as keys hold it.",
        "epoch": "Seconds since 1970 as keys hold them.",
        "timestamp": "A moment such as `2024-01-31T12:00:00Z`.",
        "date": "A day such as `2024-01-31`.",
    }[kind]
    first = f"    text = {made}\n" if made else _EMPTY
    pattern = code.raw_literal(Domain(kind).expression())
    test = f"    if not re.fullmatch({pattern}, text):\n"
    if len(test) > code.WIDTH:
        test = f"    if not re.fullmatch(\n        {pattern},\n        text,\n    ):\n"
    return (
        f'def _{kind}({value}, name: str) -> str:\n    """{doc}"""\n{first}{test}'
        f'        raise ValueError(f"`{{name}}`: `{{text}}` is not {article} {kind}")\n    return text\n'
    )


def helpers(delimiter: str) -> dict[str, str]:
    """Name → source of every helper, in the order in which they are written."""
    return {
        "_Text": '_Text = TypeVar("_Text", bound=str)\n',
        "_DELIMITER": f"_DELIMITER = {code.literal(delimiter)}\n",
        "_part": _PART if delimiter else _PART_WITHOUT_DELIMITER,
        "_matching": _MATCHING,
        "_listed": _LISTED,
        "_number": _bounded("number", "a"),
        "_epoch": _bounded("epoch", "an"),
        "_plain": _PLAIN,
        "_padded": _PADDED,
        "_boolean": _BOOLEAN,
        "_timestamp": _bounded("timestamp", "a"),
        "_date": _bounded("date", "a"),
        "_binary": _BINARY,
        "_matched": _MATCHED,
        "_count": _COUNT,
    }


def used_names(sources: Iterable[str]) -> frozenset[str]:
    """The names that code mentions."""
    return frozenset(
        node.id for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)
    )


def used_helpers(sources: Iterable[str], delimiter: str) -> dict[str, str]:
    """Name → source of the helpers that code needs, with those that these need."""
    known = helpers(delimiter)
    needed: set[str] = set()
    todo = used_names(sources) & known.keys()
    while todo:
        needed |= todo
        todo = (used_names(known[each] for each in todo) & known.keys()) - needed
    return {name: source.rstrip("\n") for name, source in known.items() if name in needed}
