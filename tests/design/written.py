"""Designs that tests write: a small project in a folder, and what is found in it, in short."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.errors import InputError

BASE = """\
design: shop
version: 1.0.0
table:
  key: {partition: PK, sort: SK}
  type_attribute: kind
entities:
  user:
    type: USER
    keys: {PK: "USER#{userId}", SK: PROFILE}
    attributes: {userId: string, email: string}
"""
"""A design of one entity, ten lines long: tests add to it or replace a part of it."""


def write(folder: Path, design: str = BASE, files: Mapping[str, str] | None = None) -> Path:
    """Write `templates/shop.yaml` and other files of the project in `folder`; returns the design's path."""
    path = folder / "templates" / "shop.yaml"
    for name, text in {"templates/shop.yaml": design, **(files or {})}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    return path


def load(folder: Path, design: str = BASE, files: Mapping[str, str] | None = None, **context: str) -> Design:
    """The design, loaded with these context values and no environment."""
    return load_design(write(folder, design, files), context=context, environment={})


def refusal(folder: Path, design: str = BASE, files: Mapping[str, str] | None = None, **context: str) -> list[str]:
    """Why the design is refused, one `FILE:LINE:COLUMN: MESSAGE (HELP)` each, the file by its name alone."""
    try:
        load(folder, design, files, **context)
    except InputError as error:
        return told(error)
    raise AssertionError("the design was not refused")


def told(error: InputError) -> list[str]:
    """The findings of an error, one line each."""
    lines = []
    for finding in error.findings:
        place = str(finding.location).rpartition("/")[2] if finding.location else "nowhere"
        lines.append(f"{place}: {finding.message}" + (f" ({finding.help})" if finding.help else ""))
    return lines


def replaced(old: str, new: str, text: str = BASE) -> str:
    """The text with `old`, which must be in it once, replaced by `new`."""
    assert 1 == text.count(old), f"`{old}` is there {text.count(old)} times"
    return text.replace(old, new)
