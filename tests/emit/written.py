"""Small designs that tests write, and their calls by name."""

from __future__ import annotations

from pathlib import Path

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.emit.queries.calls import Call, calls_of


def design_of(folder: Path, rest: str, table: str = "key: {partition: PK, sort: SK}") -> Design:
    """A small design."""
    path = folder / "small.yaml"
    path.write_text(f"design: small\nversion: 1.0.0\ntable: {{{table}}}\n{rest}", encoding="utf-8")
    return load_design(path, environment={})


def by_name(design: Design) -> dict[str, Call]:
    """The calls of a design."""
    return {call.name: call for call in calls_of(design)}
