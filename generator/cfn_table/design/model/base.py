"""What every part of the model shares."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Part(BaseModel):
    """A mapping of the design language: unknown fields are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def split_optional(raw: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The mapping with the `?` of its names removed, and the names that had one."""
    plain = {str(name).removesuffix("?"): value for name, value in raw.items()}
    return plain, frozenset(str(name)[:-1] for name in raw if name.endswith("?"))
