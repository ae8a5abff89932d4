"""What is unknown until a stack is deployed, written in texts as `${Name}`.

A *symbol* stands for one unknown text, and the same symbol for the same text. Names of symbols:

- `AWS::Region`: a pseudo parameter.
- `Stage`, `Table`: a parameter's value, or what `Ref` gives for a resource.
- `Table.StreamLabel`: an attribute of a resource. Some are no attribute that CloudFormation offers, but the part of a
  name or ARN that is not known: `Secret.Suffix`, `Policy.ManagedPolicyName`.
- `Import:NAME`, `Resolve:ssm:/a/b`, `Select:0|Zones` and other functions in `FUNCTIONS`: a value that the function
  gives. Symbols in there are written `<Name>`, so that braces never nest: `${Import:<Stage>-table}`.

IAM policy variables look alike: `${aws:username}`. They have a single colon behind a service or a web identity
provider, or are `*`, `?` and `$`, and stay as the template has them; no symbol does (`is_symbol`). A text of the
template that only looks like a symbol, because somebody forgot `Fn::Sub` or wrote `${!Table}`, is not the value
either: it becomes `${!Table}`, which is no symbol, and to IAM no variable it knows.
"""

from __future__ import annotations

import re
from typing import Final

FUNCTIONS: Final = ("Import", "Resolve", "Select", "Split", "Join", "FindInMap", "GetAZs", "Base64", "Cidr", "Length")
"""The words before a colon that make a symbol out of what a function gives."""

REFERENCE: Final = re.compile(r"\$\{([^{}]*)\}")
"""`${…}`, without nesting."""

_SYMBOL: Final = re.compile(
    rf"AWS::[A-Za-z0-9]+|[A-Za-z0-9]+(?:\.[A-Za-z0-9_.-]+)?|(?:{'|'.join(FUNCTIONS)}):.*", re.DOTALL
)
_DYNAMIC: Final = re.compile(r"\{\{resolve:((?:[^{}]|\$\{[^{}]*\})*)\}\}")

# Pseudo parameters whose values are letters, digits, hyphens and dots only, so that they hold no separator of an ARN.
_PLAIN: Final = frozenset({"AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName", "AWS::URLSuffix"})


def is_symbol(name: str) -> bool:
    """Whether `${name}` in a resolved text is a symbol, and not an IAM policy variable (see the module)."""
    return _SYMBOL.fullmatch(name) is not None


def symbol(function: str, *parts: str) -> str:
    """The symbol for what a function gives, from its resolved arguments."""
    return f"${{{function}:{flat('|'.join(parts))}}}"


def flat(text: str) -> str:
    """A resolved text as it stands inside of a symbol's name: without braces."""
    inner = REFERENCE.sub(lambda match: f"<{match[1]}>", text)
    return inner.replace("${", "(").replace("{", "(").replace("}", ")")


def literal(text: str) -> str:
    """A text that the template states, as resolved text: what only looks like a symbol is none."""
    if "${" not in text:
        return text
    return REFERENCE.sub(lambda match: f"${{!{match[1]}}}" if is_symbol(match[1]) else match[0], text)


def dynamic(text: str) -> str:
    """A resolved text with its dynamic references (`{{resolve:…}}`) as symbols."""
    if "{{resolve:" not in text:
        return text
    return _DYNAMIC.sub(lambda match: symbol("Resolve", match[1]), text)


def symbols(text: str) -> list[str]:
    """The names of the symbols in a resolved text."""
    return [name for name in REFERENCE.findall(text) if is_symbol(name)]


def sole_symbol(text: str) -> str | None:
    """The name of the symbol that is the whole text, if it is one."""
    match = REFERENCE.fullmatch(text)
    return match[1] if match and is_symbol(match[1]) else None


def split(text: str, separator: str, plain: frozenset[str]) -> list[str] | None:
    """What `Fn::Split` gives, or None where a symbol's value could hold the separator.

    Args:
        text: a resolved text.
        separator: one that is not empty.
        plain: symbols of the template that hold letters, digits, `_`, `-` and `.` only.
    """
    safe = all(name in _PLAIN or name in plain for name in symbols(text))
    if symbols(text) and (not safe or re.fullmatch(r"[A-Za-z0-9_.-]*", separator)):
        return None
    parts = [""]
    end = 0
    for match in REFERENCE.finditer(text):
        if is_symbol(match[1]):
            first, *rest = text[end : match.start()].split(separator)
            parts[-1] += first
            parts += rest
            parts[-1] += match[0]
            end = match.end()
    first, *rest = text[end:].split(separator)
    parts[-1] += first
    return parts + rest
