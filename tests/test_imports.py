"""Data flows one way through the packages, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cfn_table
from tests.engines.install import ROOT

PACKAGE = Path(cfn_table.__file__).parent

BASE = {"errors", "findings", "formats", "languages", "project", "registry", "sarif", "schemas"}
LAYERS = ["design", "synth", "access", "lint", "publish", "emit", "review", "prove", "pipeline", "cli"]
"""From the bottom up; a package may import itself, what is below it, and the base."""

BESIDE = {"__main__": {"cli"}, "__init__": set(LAYERS)}
"""Single modules that stand beside the layers, and what they may import."""

HEAVY = {
    "awacs",
    "boto3",
    "botocore",
    "cfnlint",
    "jinja2",
    "moto",
    "networkx",
    "pydantic",
    "rich",
    "sympy",
    "troposphere",
    "yaml",
}


def imports_of(path: Path) -> set[str]:
    """First part below `cfn_table` of everything that a module imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module] if node.module != "cfn_table" else [f"cfn_table.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("cfn_table.")}
    return found - {"__version__"}


def owner(path: Path) -> str:
    """The package, or the single module, that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    """A module imports from its own package, from packages below, and from the base; never from above."""
    name = owner(path)
    used = imports_of(path) - {name} - BASE
    if name in BASE:
        assert set() == used, "the base stands below everything"
    elif name in BESIDE:
        assert set() == used - BESIDE[name]
    else:
        assert set() == used - set(LAYERS[: LAYERS.index(name)])


def test_the_base_needs_no_layer() -> None:
    """Findings, errors, formats, languages and the project's folders can be used without any design."""
    for name in sorted(BASE):
        files = [PACKAGE / f"{name}.py"] if (PACKAGE / f"{name}.py").exists() else (PACKAGE / name).rglob("*.py")
        for path in files:
            assert set() == imports_of(path) - BASE, path


def loaded_by(code: str, folder: Path, environment: dict[str, str] | None = None) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after running `code`."""
    script = (
        f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(' '.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    """`import cfn_table` is free: names are resolved when they are first used."""
    assert set() == loaded_by("import cfn_table", tmp_path) & {*HEAVY, "click"}


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """`cfn-table --help` needs click alone."""
    code = "sys.argv = ['cfn-table', '--help']; from cfn_table.cli import main; main()"
    assert set() == loaded_by(code, tmp_path) & HEAVY


def test_an_unchanged_build_loads_nothing_heavy(tmp_path: Path) -> None:
    """The second `generate` recognises an unchanged design from digests, without models, synthesis or linter."""
    for name in ("templates", "policies"):
        shutil.copytree(ROOT / name, tmp_path / name)
    environment = {"CFN_TABLE_CACHE": str(tmp_path / "cache")}
    code = "sys.argv = ['cfn-table', 'generate']; from cfn_table.cli import main; main()"
    assert "pydantic" in loaded_by(code, tmp_path, environment)
    wait_for_the_clock(tmp_path)
    loaded_by(code, tmp_path, environment)
    assert set() == loaded_by(code, tmp_path, environment) & HEAVY


def wait_for_the_clock(folder: Path) -> None:
    """Wait until files that were just written are older than the clock's tick: younger ones are not trusted."""
    import time

    newest = max(path.stat().st_mtime for path in folder.rglob("*"))
    while time.time() - newest < 0.1:
        time.sleep(0.02)


def test_every_public_name_is_there() -> None:
    """`cfn_table.__all__` can be imported, and no name is that of a subpackage, which would replace it."""
    packages = {path.name for path in PACKAGE.iterdir() if path.is_dir()} | {path.stem for path in PACKAGE.glob("*.py")}
    for name in cfn_table.__all__:
        assert getattr(cfn_table, name) is not None
        assert name not in packages
