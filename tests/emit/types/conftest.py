"""All designs, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cfn_table.design.design import Design
from cfn_table.emit.types import TypeFile
from cfn_table.emit.types.python import emit_python
from tests.emit.types.every import load_every
from tests.emit.types.node import Matcher, matcher


@pytest.fixture(scope="session")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Design]:
    """All designs, by name."""
    return load_every(tmp_path_factory.mktemp("designs"))


@pytest.fixture(scope="session")
def modules(every: dict[str, Design]) -> dict[str, TypeFile]:
    """The module of each design."""
    return {name: emit_python(design) for name, design in every.items()}


@pytest.fixture(scope="module")
def node() -> Iterator[Matcher]:
    """A Node.js that matches texts with regular expressions."""
    with matcher() as running:
        yield running
