"""Parts of the JSON Schemas (2020-12) of what commands print."""

from __future__ import annotations

from typing import Any


def record(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object that has these members; others may be added later."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def text(meaning: str) -> dict[str, Any]:
    """A string."""
    return {"description": meaning, "type": "string"}


def texts(meaning: str) -> dict[str, Any]:
    """An array of strings."""
    return {"description": meaning, "type": "array", "items": {"type": "string"}}


def array(meaning: str, items: dict[str, Any]) -> dict[str, Any]:
    """An array of what a schema says."""
    return {"description": meaning, "type": "array", "items": items}


def count(meaning: str) -> dict[str, Any]:
    """A natural number."""
    return {"description": meaning, "type": "integer", "minimum": 0}


def number(meaning: str) -> dict[str, Any]:
    """A number that may be unknown."""
    return {"description": meaning, "type": ["number", "null"], "minimum": 0}


def flag(meaning: str) -> dict[str, Any]:
    """Whether something holds."""
    return {"description": meaning, "type": "boolean"}
