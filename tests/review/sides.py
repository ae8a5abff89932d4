"""Sides of a review, made from designs or from the text of templates."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from cfn_table.design.load import load_design
from cfn_table.pipeline.artifacts import make_artifacts
from cfn_table.review.pair import Pair
from cfn_table.review.side import Side
from cfn_table.synth.read import read_template


def side_of_design(path: Path, policies: Path, folder: Path, *, name: str = "") -> Side:
    """The side that a design makes.

    Args:
        path: the design file.
        policies: the folder with its policies, which need not be there.
        folder: an empty folder for the project.
        name: of the side.
    """
    (folder / "templates").mkdir(parents=True)
    copy = folder / "templates" / path.name
    shutil.copy(path, copy)
    design = load_design(copy, environment={})
    if policies.is_dir():
        shutil.copytree(policies, folder / "policies" / design.name)
        design = load_design(copy, environment={})
    artifacts = make_artifacts(design)
    contract = json.loads(artifacts.files["contract.json"])
    return Side(name or path.stem, read_template(artifacts.yaml), design, contract, design.version)


def side_of_template(text: str, *, version: str = "", name: str = "template.yaml") -> Side:
    """The side that a template's text is, without a design."""
    return Side(name, read_template(text, name), version=version)


def pair_of_contracts(old: dict[str, Any], new: dict[str, Any]) -> Pair:
    """Two sides of which only the contracts are known."""
    return Pair(*(Side("", None, contract=each, version=str(each.get("version", ""))) for each in (old, new)))
