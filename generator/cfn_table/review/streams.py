"""Streams that an update replaces though their tables stay."""

from __future__ import annotations

from collections.abc import Mapping

from cfn_table.review.pair import Pair, ResourceChange
from cfn_table.review.values import Value, certainly_differ


def view(specification: Value) -> Value:
    """What the records of a stream hold; None where there is no stream."""
    return specification.get("StreamViewType") if isinstance(specification, Mapping) else specification


def moving_streams(pair: Pair) -> dict[str, bool]:
    """The symbols in the ARNs of streams that become other streams, and whether they surely do."""
    moving = {}
    for change in pair.resources:
        old, new = map(view, change.values("StreamSpecification"))
        if change.is_table and old is not None and new is not None and old != new:
            moving[_symbol(change)] = certainly_differ(old, new)
    return moving


def _symbol(change: ResourceChange) -> str:
    """The part of the ARN that is not known (`cfn_table.access.templates.shapes`)."""
    return f"{change.logical_id}.StreamLabel"


def attribute(symbol: str) -> str:
    """What templates write for a symbol: `Table.StreamArn`."""
    return symbol.replace(".StreamLabel", ".StreamArn")
