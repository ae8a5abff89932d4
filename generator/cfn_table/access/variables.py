"""`${…}` in policies: values of the request, special characters, and symbols of a template.

- `${aws:username}` is a *variable*: the value of that context key in the request. `${aws:username, 'anonymous'}` has a
  default. A variable without a value, or with several, makes the text match nothing.
- `${*}`, `${?}` and `${$}` are these characters themselves.
- `${AWS::Region}`, `${TableName}` or `${Table.StreamArn}` are *symbols*: texts that a template leaves open until it is
  deployed. They match themselves.

Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from cfn_table.access.templates.symbols import is_symbol

Pieces = tuple[tuple[str, bool], ...]
"""A text in parts; the second entry says whether wildcards in the part are plain characters."""

_REFERENCE: Final = re.compile(r"\$\{([^{}]*)\}")
_DEFAULT: Final = re.compile(r"(.*?)\s*,\s*'(.*)'", re.DOTALL)
_VARIABLE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9.-]*:[^:\s].*", re.DOTALL)


def is_variable(name: str) -> bool:
    """Whether `${name}` is a value of the request, and no symbol of a template."""
    return _VARIABLE.fullmatch(name) is not None and not is_symbol(name)


def variables_in(pattern: str) -> Iterator[str]:
    """Names of the variables in a text, as they are written."""
    for match in _REFERENCE.finditer(pattern):
        name = _split(match[1])[0]
        if is_variable(name):
            yield name


def symbols_in(pattern: str) -> Iterator[str]:
    """Names of the symbols in a text."""
    for match in _REFERENCE.finditer(pattern):
        if match[1] not in ("*", "?", "$") and not is_variable(_split(match[1])[0]):
            yield match[1]


def resolve(pattern: str, value_of: Callable[[str], str | None], has_variables: bool = True) -> Pieces | None:
    """The text with its variables replaced; None where one has no value and no default.

    Args:
        pattern: the text of a policy.
        value_of: the value of a context key, whose name is given in lower case.
        has_variables: False for the policy language of 2008, in which `${…}` is plain text, symbols excepted: a
            template is filled in before IAM reads it.
    """
    if "${" not in pattern:
        return ((pattern, False),)
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _REFERENCE.finditer(pattern):
        name, default = _split(match[1])
        if not has_variables and not is_symbol(match[1]):
            continue
        if name in ("*", "?", "$"):
            value = name
        elif is_variable(name):
            known = value_of(name.lower())
            known = default if known is None else known
            if known is None:
                return None
            value = known
        else:
            value = match[0]
        pieces += [(pattern[end : match.start()], False), (value, True)]
        end = match.end()
    pieces.append((pattern[end:], False))
    return tuple(piece for piece in pieces if piece[0]) or (("", False),)


def _split(inside: str) -> tuple[str, str | None]:
    match = _DEFAULT.fullmatch(inside)
    return (match[1], match[2]) if match else (inside.strip(), None)
