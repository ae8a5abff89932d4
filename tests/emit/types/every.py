"""All designs of the repository, those with every construct, and one whose names hurt."""

from __future__ import annotations

from pathlib import Path

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from tests.emit.conftest import HURTING
from tests.engines.install import ROOT
from tests.projects import NAMES, copy_designs

NAMESAKES = Path(__file__).parent / "namesakes.yaml"
"""A design whose names are those of Python's words, types and modules."""

FORMS = Path(__file__).parent / "forms.yaml"
BYTES = Path(__file__).parent / "bytes.yaml"
"""Designs of which a key attribute is a number or bytes that another one holds as a text."""

LONG_NAMES = Path(__file__).parent / "long-names.yaml"
"""A design whose code takes several lines almost everywhere."""

OWN = (NAMESAKES, FORMS, BYTES, LONG_NAMES)
GRAMMAR = tuple(sorted((ROOT / "tests" / "prove" / "designs").glob("*.yaml")))
SHIPPED = ROOT / "templates" / "kv-storage.yaml"
EVERY = tuple(sorted({*NAMES, SHIPPED.stem, HURTING.stem, *(path.stem for path in (*OWN, *GRAMMAR))}))
"""Their names."""


def load_every(folder: Path) -> dict[str, Design]:
    """All of them by name; those with hooks are copied into the folder."""
    project = copy_designs(folder)
    paths = [*sorted((project / "templates").glob("*.yaml")), SHIPPED, HURTING, *OWN, *GRAMMAR]
    return {path.stem: load_design(path, environment={}) for path in paths}
