"""Modules of TypeScript: what a person would have written, for any design."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.emit.types import TypeFile
from cfn_table.emit.types.typescript import emit_typescript
from cfn_table.errors import InputError
from tests.emit.written import design_of
from tests.engines.install import ROOT

GOLDEN = Path(__file__).parent / "golden"
SHIPPED = ROOT / "templates" / "kv-storage.yaml"


@pytest.fixture(scope="module")
def files(every: dict[str, Design]) -> dict[str, TypeFile]:
    """Their modules."""
    return {name: emit_typescript(design) for name, design in every.items()}


def test_modules_are_as_they_were(files: dict[str, TypeFile]) -> None:
    """`python -m tests.emit.types.golden` writes them anew; read the difference."""
    for file in files.values():
        assert (GOLDEN / file.name).read_text(encoding="utf-8") == file.text
    assert {file.name for file in files.values()} == {path.name for path in GOLDEN.glob("*.ts")}


def test_exports_are_what_the_module_exports(files: dict[str, TypeFile]) -> None:
    """Sorted, each once, as the contract lists them."""
    for file in files.values():
        found = [line.split()[2] for line in file.text.splitlines() if line.startswith("export ")]
        names = [each.partition("(")[0].partition("<")[0].rstrip(":;") for each in found]
        assert sorted(names) == list(file.exports)


def test_kv_storage_exports_its_entities() -> None:
    """Under the names that the table's users know."""
    exports = emit_typescript(load_design(SHIPPED, environment={})).exports
    assert {"UserEntity", "UserNamespaceEntity", "NamespaceEntity", "KeyEntity"} <= set(exports)


def test_a_project_replaces_blocks_of_the_module(tmp_path: Path) -> None:
    """With a text template of its own, which may extend that of the package."""
    folder = tmp_path / "templates"
    (folder / "emit").mkdir(parents=True)
    (folder / "kv-storage.yaml").write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    own = '{% extends "cfn_table/types.ts.j2" %}\n{% block header %}\n// Ours.\n{% endblock %}\n'
    (folder / "emit" / "types.ts.j2").write_text(own, encoding="utf-8")
    plain = emit_typescript(load_design(SHIPPED, environment={})).text
    changed = emit_typescript(load_design(folder / "kv-storage.yaml", environment={})).text
    assert "// Ours.\n" + plain.split("lib-dynamodb.\n", 1)[1] == changed


def test_a_pattern_that_other_languages_lack_is_told_with_its_line(tmp_path: Path) -> None:
    """Nothing is emitted that would check something else."""
    design = design_of(
        tmp_path,
        "entities:\n  note:\n    keys: {PK: 'N#{id}', SK: X}\n    attributes:\n"
        "      id: {type: string, pattern: '(?>ab|a)b'}\n",
    )
    with pytest.raises(InputError, match="the pattern of `id` cannot be checked in TypeScript") as refused:
        emit_typescript(design)
    (finding,) = refused.value.findings
    assert finding.location is not None
    assert 8 == finding.location.line


@pytest.mark.parametrize(
    ("keys", "attributes", "line"),
    [
        ("{PK: 'N#{id}', SK: X}", "{id: string, constructor?: string}", 7),
        ("{PK: 'N#{id}', SK: X, toString?: 'M#{mail}'}", "{id: string, mail?: string}", 6),
    ],
)
def test_no_optional_attribute_is_called_as_what_every_object_has(
    keys: str, attributes: str, line: int, tmp_path: Path
) -> None:
    """An item without it would seem to have it; the error names the line."""
    index = "indexes: [{name: ByMail, key: {partition: toString}}]\n" if "toString" in keys else ""
    text = f"entities:\n  note:\n    keys: {keys}\n    attributes: {attributes}\n"
    design = design_of(tmp_path, text + index)
    with pytest.raises(InputError, match="every object of TypeScript has something of this name") as refused:
        emit_typescript(design)
    (finding,) = refused.value.findings
    assert finding.location is not None
    assert line == finding.location.line


def test_texts_of_the_design_end_no_comment(tmp_path: Path) -> None:
    """A description that holds the end of a comment stays inside of it, on as many lines as it needs."""
    design = design_of(
        tmp_path,
        "entities:\n  note:\n    description: 'one */ two'\n    keys: {PK: 'N#{id}', SK: X}\n"
        "    attributes: {id: string}\n",
    )
    assert "/** one *\\/ two. */\nexport interface Note {" in emit_typescript(design).text
