"""Requests as they were really sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sent:
    """One request to DynamoDB.

    Attributes:
        pattern: the access pattern that it was sent for.
        operation: the API's operation, such as `Query`.
        body: its JSON, decoded.
        arguments: the access pattern's arguments: parameter → value. Of a batch, which has many, those of its first
            item.
    """

    pattern: str
    operation: str
    body: Mapping[str, Any]
    arguments: Mapping[str, Any]
