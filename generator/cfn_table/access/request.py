"""Requests: what IAM is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Values = str | tuple[str, ...]
"""A context key's value: a text of a key that has one value, a tuple of one that may have several or none."""

ANYBODY: Final = ""
"""No principal is named: the policies that are asked are those of whoever asks."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        action: such as `dynamodb:GetItem`.
        resource: an ARN, or `*` for an action on no resource.
        context: context key, in any case, → its value. An absent key is absent; `()` is present without a value.
        principal: the ARN of who asks, or `TYPE:VALUE` for principals that are none (`Service:lambda.amazonaws.com`);
            `ANYBODY` where it does not matter.
    """

    action: str
    resource: str
    context: Mapping[str, Values | list[str]] = field(default_factory=dict)
    principal: str = ANYBODY

    def values(self, key: str) -> tuple[str, ...] | None:
        """The values of a context key, whose name is given in lower case; None where it is absent."""
        for name, value in self.context.items():
            if name.lower() == key:
                return (value,) if isinstance(value, str) else tuple(value)
        return None

    def value(self, key: str) -> str | None:
        """The value of a context key that has exactly one: only such a key can be a policy variable."""
        for name, value in self.context.items():
            if name.lower() == key:
                return value if isinstance(value, str) else None
        return None

    def __str__(self) -> str:
        known = "".join(f", {name} = {_shown(value)}" for name, value in sorted(self.context.items()))
        who = f"{self.principal}: " if self.principal else ""
        return f"{who}{self.action} on {self.resource}{known}"


def _shown(value: Values | list[str]) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"
