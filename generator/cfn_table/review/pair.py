"""The two sides of a review as rules look at them."""

from __future__ import annotations

from dataclasses import dataclass

from cfn_table.review.side import Side


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared.

    Attributes:
        old: what is there.
        new: what is to be.
    """

    old: Side
    new: Side
