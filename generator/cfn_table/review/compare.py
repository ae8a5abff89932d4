"""Reviews two sides of a change: every rule is asked, and what it finds is sorted."""

from __future__ import annotations

from cfn_table.review.report import Review
from cfn_table.review.side import Side


def review_sides(old: Side, new: Side, name: str = "") -> Review:
    """What going from one side to the other does.

    Args:
        old: what is there; its template may be None for what is new.
        new: what is to be; its template may be None for what is removed.
        name: of the design or the template, for reports.
    """
    raise NotImplementedError
