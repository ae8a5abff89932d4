"""Pairs of templates before and after a change, with all that a review must say of each.

`fixtures/<rule>/<case>/` holds `old.yaml` and `new.yaml` (or `.json`), and `expected.yaml`: a list of changes, each
with `rule`, `effect`, `severity`, `path` (in the template, joined by `/`), `message`, and where they differ from the
usual `certain` (true), `breaking` (false), `access` (empty) and `when` (a mapping of conditions, empty).

A near miss expects nothing of the folder's rule, and says in a comment of `old.yaml` why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from cfn_table.review.change import Change
from cfn_table.review.compare import review_sides
from cfn_table.review.report import Review
from cfn_table.review.side import Side
from cfn_table.synth.read import read_template

FOLDER = Path(__file__).parent / "fixtures"


def cases() -> list[Path]:
    """The folders of all pairs of templates; pairs of designs are elsewhere."""
    folders = sorted(path.parent for path in FOLDER.glob("*/*/expected.yaml"))
    return [folder for folder in folders if not file_of(folder, "old").read_text("utf-8").startswith("design:")]


def file_of(folder: Path, side: str) -> Path:
    """The file of a side."""
    (found,) = (path for path in folder.glob(f"{side}.*") if path.suffix in (".yaml", ".json"))
    return found


def side_of(path: Path) -> Side:
    """A side that is a template and nothing more."""
    return Side(path.name, read_template(path.read_text("utf-8"), path.name))


def review_of(folder: Path) -> Review:
    """The review of a pair."""
    return review_sides(side_of(file_of(folder, "old")), side_of(file_of(folder, "new")), folder.name)


def expected(folder: Path) -> list[dict[str, Any]]:
    """What a review of the pair must say, in any order."""
    found: list[dict[str, Any]] = yaml.safe_load((folder / "expected.yaml").read_text("utf-8")) or []
    return found


def told(change: Change) -> dict[str, Any]:
    """A change as `expected.yaml` writes it."""
    usual = {
        "certain": (change.certain, True),
        "breaking": (change.breaking, False),
        "access": (str(change.access), ""),
    }
    return {
        "rule": change.rule,
        "effect": str(change.effect),
        "severity": str(change.severity),
        "path": "/".join(map(str, change.path)),
        **{name: value for name, (value, default) in usual.items() if value != default},
        **({"when": dict(change.when)} if change.when else {}),
        "message": change.message,
    }
