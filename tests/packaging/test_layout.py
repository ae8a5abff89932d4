"""The repository's tree says what happens: generator reads templates and policies, and writes build."""

from __future__ import annotations

import json
from pathlib import Path

from tests.packaging.conftest import repository_files

FOLDERS = {".ci", "benchmarks", "build", "docs", "examples", "generator", "policies", "templates", "tests"}
FILES = {
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".pre-commit-hooks.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "MANIFEST.in",
    "README.md",
    "action.yml",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
}


def test_the_top_level_holds_only_what_is_agreed(root: Path) -> None:
    """A new folder at the top is a decision: it belongs into this list and into docs/architecture.md."""
    names = repository_files(root)
    assert FOLDERS == {name.partition("/")[0] for name in names if "/" in name}
    assert FILES == {name for name in names if "/" not in name}


def test_generator_is_the_source_root_of_one_package(root: Path) -> None:
    """generator/ holds the package cfn_table and nothing beside it."""
    inside = {name.split("/")[1] for name in repository_files(root) if name.startswith("generator/")}
    assert {"cfn_table"} == inside


def test_build_holds_published_versions_and_nothing_else(root: Path) -> None:
    """Each file below build/ is in the manifest of its version: no scratch of setuptools, no hand-made file."""
    build = root / "build"
    files = {path.relative_to(build).as_posix() for path in build.rglob("*") if not path.is_dir()}
    expected = {"README.md"}
    for path in build.glob("*/*/manifest.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        folder = path.parent.relative_to(build).as_posix()
        assert f"{manifest['design']}/{manifest['version']}" == folder
        expected |= {f"{folder}/{name}" for name in ("manifest.json", *manifest["artifacts"])}
    assert len(expected) > 1
    assert expected == files
