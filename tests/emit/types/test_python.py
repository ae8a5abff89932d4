"""The Python module of a design: what type checkers, ruff and Python itself say about it, and what it looks like."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cfn_table.design.load import load_design
from cfn_table.emit.types import TypeFile, emit_types
from cfn_table.emit.types.python import emit_python
from tests import projects
from tests.emit.types.every import EVERY, SHIPPED
from tests.emit.written import design_of

GOLDEN = Path(__file__).parent / "golden"
"""What is printed for each design: `python -m tests.emit.types.golden` writes it anew."""

BESIDE = Path(sys.executable).parent
USES = Path(__file__).parent / "uses.py.txt"
"""Uses of kv-storage's module: those that are right, and those that a type checker must refuse."""


@pytest.fixture(scope="session")
def folder(modules: dict[str, TypeFile], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all modules in a package, since some are called as modules of Python, and with the uses."""
    found = tmp_path_factory.mktemp("modules")
    package = found / "generated"
    package.mkdir()
    (package / "__init__.py").touch()
    for each in modules.values():
        (package / each.name).write_text(each.text, encoding="utf-8")
    (found / "uses.py").write_text(USES.read_text(encoding="utf-8"), encoding="utf-8")
    return found


def run(arguments: list[str], folder: Path) -> tuple[int, str]:
    """Status and output of a program in a folder."""
    done = subprocess.run(arguments, cwd=folder, capture_output=True, timeout=300, check=False, text=True)
    return done.returncode, done.stdout + done.stderr


def test_all_designs_are_there(modules: Mapping[str, TypeFile]) -> None:
    """Each has a module of its own."""
    assert EVERY == tuple(sorted(modules))
    assert len(EVERY) == len({each.name for each in modules.values()})


def test_mypy_takes_every_module_and_refuses_wrong_uses(folder: Path) -> None:
    """In its strict mode; a use that it should refuse and takes is an ignored error too many."""
    mypy = [sys.executable, "-m", "mypy", "--config-file=", "--strict", "--warn-unreachable", "--python-version=3.11"]
    status, out = run([*mypy, "--cache-dir", str(folder / ".cache"), "uses.py", "generated"], folder)
    assert (0, f"Success: no issues found in {len(EVERY) + 2} source files\n") == (status, out)


def test_ruff_would_change_nothing(folder: Path) -> None:
    """Neither its format nor its rules for imports, unused names and modern syntax."""
    ruff, options = str(BESIDE / "ruff"), ["--isolated", "--no-cache", "--target-version=py311", "generated"]
    status, out = run([ruff, "format", "--diff", *options], folder)
    assert (0, f"{len(EVERY) + 1} files already formatted\n") == (status, out)
    status, out = run([ruff, "check", "--select", "B,E4,E7,E9,F,I,RUF100,UP", *options], folder)
    assert (0, "All checks passed!\n") == (status, out)


def test_the_modules_need_the_standard_library_alone(folder: Path, modules: Mapping[str, TypeFile]) -> None:
    """They are imported where nothing else can be, and export what they say."""
    names = sorted(Path(each.name).stem for each in modules.values())
    code = f"""
import importlib, json, sys
sys.path.insert(0, {str(folder)!r})
print(json.dumps({{name: importlib.import_module('generated.' + name).__all__ for name in {names!r}}}))
"""
    status, out = run([sys.executable, "-I", "-S", "-W", "error", "-c", code], folder)
    assert 0 == status, out
    assert {Path(each.name).stem: list(each.exports) for each in modules.values()} == json.loads(out)


@pytest.mark.parametrize("name", EVERY)
def test_each_module_looks_as_it_should(name: str, modules: Mapping[str, TypeFile]) -> None:
    """As in the folder of what is printed; `python -m tests.emit.types.golden` writes that anew."""
    assert (GOLDEN / f"{modules[name].name}.txt").read_text(encoding="utf-8") == modules[name].text


def test_lines_have_88_columns_where_they_can_be_broken(modules: Mapping[str, TypeFile]) -> None:
    """Only texts and long names stay whole, such as expressions of DynamoDB and regular expressions."""
    for each in modules.values():
        long = [line for line in each.text.splitlines() if len(line) > 88]
        assert [] == [line for line in long if not re.search(r"""["'].{30,}["']|\w{30,}""", line)], each.name


def test_exports_of_kv_storage() -> None:
    """The entities, and all else that applications import, sorted."""
    exports = emit_python(load_design(SHIPPED, environment={})).exports
    assert {"UserEntity", "NamespaceEntity", "UserNamespaceEntity", "KeyEntity", "KvStorageItem"} <= set(exports)
    assert sorted(exports) == list(exports)


def test_names_that_a_deployment_gives_are_required(tmp_path: Path) -> None:
    """Where the design fixes no name of the table, each function needs it."""
    design = design_of(
        tmp_path,
        "entities: {thing: {keys: {PK: 'T#{id}', SK: T}, attributes: {id: string}}}\n"
        "access_patterns: {get_thing: {operation: GetItem, entity: thing}}\n",
    )
    text = emit_python(design).text
    assert "def get_thing(*, id_: str, names: TableNames) -> GetItemInput:\n" in text
    assert "TABLE_NAMES" not in text


def test_a_module_is_called_as_python_can_import_it(modules: Mapping[str, TypeFile]) -> None:
    """With `_` for `-`, and behind a word of Python."""
    assert ("kv_storage.py", "class_.py") == (modules["kv-storage"].name, modules["namesakes"].name)


def test_a_project_overrides_the_text(tmp_path: Path) -> None:
    """A template beside the designs extends the package's and replaces one of its blocks."""
    texts = tmp_path / "templates" / "emit"
    texts.mkdir(parents=True)
    (texts / "types.py.j2").write_text(
        '{% extends "cfn_table/types.py.j2" %}\n'
        '{% block header %}\n"""Types of {{ design.name }}, by us."""\n{% endblock %}\n'
    )
    (tmp_path / "templates" / "kv-storage.yaml").write_bytes(SHIPPED.read_bytes())
    plain = emit_python(load_design(SHIPPED, environment={})).text
    changed = emit_python(load_design(tmp_path / "templates" / "kv-storage.yaml", environment={})).text
    assert '"""Types of kv-storage, by us."""' == changed.splitlines()[0]
    assert plain.partition("\nimport re\n")[2] == changed.partition("\nimport re\n")[2]


def test_the_command_prints_the_module(tmp_path: Path) -> None:
    """`cfn-table emit python` gives what the function does."""
    done = projects.run("emit", "python", SHIPPED, cwd=tmp_path)
    design = load_design(SHIPPED, environment={})
    assert (0, emit_types(design)["python"].text) == (done.status, done.out)
