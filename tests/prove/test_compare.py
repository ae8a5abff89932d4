"""Differences are told in words, with the keys of the items that are different."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cfn_table.prove.compare import canonical, difference, text_of

A: dict[str, Any] = {"PK": "a", "SK": Decimal(1), "size": Decimal(2)}
B: dict[str, Any] = {"PK": "b", "SK": Decimal(1), "tags": ["x", "y"]}
C: dict[str, Any] = {"PK": "c", "SK": Decimal(1)}
KEYS = ("PK", "SK")


@pytest.mark.parametrize(
    ("expected", "actual", "message"),
    [
        ([], [], ""),
        ([[A]], [A], ""),
        ([[A, B]], [B, A], ""),
        ([[A], [B]], [B, A], "the order is wrong from item 1 on: PK `b`, SK `1`"),
        ([[A], [B, C]], [A, C, B], ""),
        ([[A], [B], [C]], [A, C, B], "the order is wrong from item 2 on: PK `c`, SK `1`"),
        ([[A, B]], [A], "1 item is missing: PK `b`, SK `1`"),
        ([[A]], [A, A], "1 item is too many: PK `a`, SK `1`"),
        ([[A]], [B, C], "1 item is missing: PK `a`, SK `1`; 2 items are too many: PK `b`, SK `1`; PK `c`, SK `1`"),
        ([[A]], [{**A, "size": Decimal(3)}], "PK `a`, SK `1`: `size` is `3`, not `2`"),
        ([[A]], [{**A, "size": "2"}], "PK `a`, SK `1`: `size` is `2`, not `2`"),
        ([[A]], [C | {"PK": "a"}], "PK `a`, SK `1`: `size` is absent, not `2`"),
        ([[C]], [C | {"raw": b"\x00\xff"}], "PK `c`, SK `1`: `raw` is `00ff`, not absent"),
        ([[{}]], [{"title": "x"}], "1 item is missing: an empty item; 1 item is too many: title `x`"),
        (
            [[{"PK": str(number), "SK": Decimal(1)} for number in range(5)]],
            [],
            "5 items are missing: PK `0`, SK `1`; PK `1`, SK `1`; PK `2`, SK `1` and 2 more",
        ),
    ],
)
def test_differences_are_told(expected: list[list[dict[str, Any]]], actual: list[dict[str, Any]], message: str) -> None:
    """Order within a group is free, everything else counts; nothing is told where nothing is different."""
    assert message == difference(expected, actual, KEYS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal(1), Decimal("1.0")),
        (Decimal(1), 1),
        (Decimal("1E+3"), Decimal(1000)),
        (Decimal(0), Decimal("-0.00")),
        ({"a": Decimal(1), "b": 2}, {"b": Decimal(2), "a": 1}),
        ([Decimal("1.50")], [Decimal("1.5")]),
    ],
)
def test_equal_values_share_a_text(one: Any, other: Any) -> None:
    """Numbers are what they are worth, and mappings have no order."""
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, Decimal(1)),
        ("1", Decimal(1)),
        (b"a", "a"),
        (None, ""),
        ([], {}),
        (["a", "b"], ["b", "a"]),
        (Decimal("1E-130"), Decimal("1E-129")),
        (Decimal(12345678901234567890123456789012345678), Decimal(12345678901234567890123456789012345679)),
    ],
)
def test_different_values_have_different_texts(one: Any, other: Any) -> None:
    """Types count, the order of lists counts, and so does the last of 38 digits."""
    assert canonical(one) != canonical(other)


def test_long_values_are_shortened() -> None:
    """Of a long value the beginning and the end are shown."""
    assert text_of("x" * 60) == f"`{'x' * 60}`"
    assert text_of("a" * 100 + "0123456789") == f"`{'a' * 40}…0123456789`"
