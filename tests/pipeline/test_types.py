"""A version holds the types of its design, and knows what they export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cfn_table.design.design import Design
from cfn_table.emit import types
from cfn_table.emit.types import TypeFile
from cfn_table.pipeline.check import check
from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Result, Settings
from tests.projects import small_design, small_project

NAME = "types/notes.ts"


def emitting(*names: str) -> dict[str, Callable[[Design], TypeFile]]:
    """A language whose files export these names."""
    return {"typescript": lambda design: TypeFile(f"{design.name}.ts", f"// {design.name}\n", names)}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a published version whose types export two names."""
    root = small_project(tmp_path / "project")
    monkeypatch.chdir(root)
    monkeypatch.setattr(types, "EMITTERS", emitting("b", "a"))
    assert ["created"] == [result.outcome for result in made(root)]
    return root


def made(root: Path) -> list[Result]:
    """Generate the project's designs."""
    return list(generate([root / "templates" / "notes.yaml"], Settings(environment={}, cache=False)))


def checked(root: Path) -> list[str]:
    """What a check of the project tells."""
    results = check([root / "templates" / "notes.yaml"], Settings(environment={}))
    return [finding.message for result in results for finding in result.findings]


def test_a_version_holds_the_types_and_their_digest(project: Path) -> None:
    """The file is beside the template, the manifest has its digest, and the contract the exported names, sorted."""
    folder = project / "build" / "notes" / "1.0.0"
    assert "// notes\n" == (folder / NAME).read_text(encoding="utf-8")
    assert NAME in json.loads((folder / "manifest.json").read_bytes())["artifacts"]
    assert {"typescript": ["a", "b"]} == json.loads((folder / "contract.json").read_bytes())["types"]
    assert [] == checked(project)


def test_edited_types_are_found(project: Path) -> None:
    """A check names the file, with its folder."""
    (project / "build" / "notes" / "1.0.0" / NAME).write_text("// mine\n", encoding="utf-8")
    assert [f"`{NAME}` has changed"] == checked(project)


def test_a_name_that_is_gone_needs_a_major_version(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Importers break, so a smaller step is refused with the reason."""
    (project / "templates" / "notes.yaml").write_text(small_design("notes", "1.1.0"), encoding="utf-8")
    monkeypatch.setattr(types, "EMITTERS", emitting("a", "c"))
    (result,) = made(project)
    assert [
        (
            "version `1.1.0` is too small a step after `1.0.0`: this change needs a major bump",
            "set `version: 2.0.0`, because the generated types for TypeScript no longer export `b`",
        )
    ] == [(each.message, each.help) for each in result.findings if each.rule == "refused"]
