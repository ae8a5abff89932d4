"""Nothing around a project weakens the gate: no configuration file, no environment variable, no remembered verdict."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from cfn_table.lint.verdicts import VerdictCache, default_cache_folder
from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Result, Settings
from tests.projects import small_design, small_project

# All that can silence cfn-lint in its own configuration.
HOSTILE = """\
ignore_checks: [E, W, I]
ignore_templates: ['**/*']
mandatory_checks: []
regions: []
configure_rules: {E3002: {strict: false}}
"""
WRONG = small_design().replace("entities:", "  extra_properties: {TableNam: x}\nentities:")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose template cfn-lint refuses; it is the current folder, with a cache of its own."""
    root = small_project(tmp_path / "project")
    (root / "templates" / "notes.yaml").write_text(WRONG, encoding="utf-8")
    monkeypatch.chdir(root)
    monkeypatch.setenv("CFN_TABLE_CACHE", str(tmp_path / "cache"))
    return root


def generated(*, cache: bool = True) -> Result:
    """What becomes of the design."""
    (result,) = generate([Path("templates/notes.yaml")], Settings(environment={}, cache=cache))
    return result


def rules(result: Result) -> list[str]:
    """The rules that spoke."""
    return [finding.rule for finding in result.findings]


@pytest.mark.parametrize("name", [".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml"])
@pytest.mark.parametrize("where", ["current folder", "home folder", "XDG configuration"])
def test_a_configuration_file_of_cfn_lint_does_not_count(
    where: str, name: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever cfn-lint would read one, it silences nothing."""
    folder = {"current folder": root, "home folder": tmp_path / "home", "XDG configuration": tmp_path / "config"}[where]
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(HOSTILE, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    result = generated()
    assert (["E3002"], 1) == (rules(result), result.exit_status)
    assert not (root / "build").exists()


def test_environment_variables_of_python_and_cfn_lint_do_not_count(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The linting process imports from where this one imports, whatever the environment says."""
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "cfnlint.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    (root / "cfnlint.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(evil))
    monkeypatch.setenv("PYTHONSTARTUP", str(evil / "cfnlint.py"))
    monkeypatch.setenv("CFN_LINT_IGNORE_CHECKS", "E,W")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "xx-nowhere-1")
    assert ["E3002"] == rules(generated())


def test_a_hook_cannot_silence_the_linter_in_the_template(root: Path) -> None:
    """What cfn-lint would obey in Metadata is ignored, whoever wrote it."""
    (root / "hook.py").write_text(
        "def extend(template, design):\n"
        "    template.metadata['cfn-lint'] = {'config': {'ignore_checks': ['E3002', 'E', 'W']}}\n"
        "    for resource in template.resources.values():\n"
        "        resource.Metadata = {'cfn-lint': {'config': {'ignore_checks': ['E3002', 'E', 'W']}}}\n",
        encoding="utf-8",
    )
    with (root / "templates" / "notes.yaml").open("a", encoding="utf-8") as file:
        file.write("extend: hook.py:extend\n")
    assert "E3002" in rules(generated())


# ---------------------------------------------------------------- remembered verdicts


def verdicts(root: Path) -> list[Path]:
    """The files in which verdicts are kept."""
    return sorted((root.parent / "cache" / "verdicts").glob("*.json"))


def test_a_remembered_verdict_is_used(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time, the same template is not linted again; the answer is the same."""
    first = generated()
    assert 1 == len(verdicts(root))
    asked = []
    real = VerdictCache.get

    def get(cache: VerdictCache, key: str, *, path: str) -> object:
        found = real(cache, key, path=path)
        asked.append(found is not None)
        return found

    monkeypatch.setattr(VerdictCache, "get", get)
    assert first == generated()
    assert [True] == asked


def test_a_good_verdict_is_used_for_a_version_that_is_published_again(root: Path) -> None:
    """A pre-release that was removed is published again without linting, with the same manifest."""
    (root / "templates" / "notes.yaml").write_text(small_design(), encoding="utf-8")
    assert "created" == generated().outcome
    manifest = root / "build" / "notes" / "1.0.0" / "manifest.json"
    first = manifest.read_bytes()
    shutil.rmtree(manifest.parent)
    assert "created" == generated().outcome
    assert first == manifest.read_bytes()
    assert 1 == len(verdicts(root))


def test_without_the_cache_the_template_is_linted_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--no-cache` asks no remembered verdict and remembers none."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the cache is asked")

    monkeypatch.setattr(VerdictCache, "get", refuse)
    monkeypatch.setattr(VerdictCache, "put", refuse)
    assert ["E3002"] == rules(generated(cache=False))
    assert [] == verdicts(root)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_verdict_that_somebody_else_could_have_written_is_not_used(root: Path) -> None:
    """A forged verdict would open the gate: a folder that others may write to is not asked."""
    generated()
    (entry,) = verdicts(root)
    data = json.loads(entry.read_bytes())
    data["verdict"]["findings"] = []
    entry.write_text(json.dumps(data), encoding="ascii")
    entry.parent.chmod(0o777)
    assert ["E3002"] == rules(generated())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"key": "x"}', b"\xff"])
def test_a_verdict_that_makes_no_sense_is_not_used(content: bytes, root: Path) -> None:
    """Whatever is in the cache, the template is linted then."""
    generated()
    (entry,) = verdicts(root)
    entry.write_bytes(content)
    assert ["E3002"] == rules(generated())


def test_the_cache_is_where_the_environment_says(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without CFN_TABLE_CACHE it is in XDG_CACHE_HOME, and both kinds of entries are in one folder."""
    (root / "templates" / "notes.yaml").write_text(small_design(), encoding="utf-8")
    monkeypatch.delenv("CFN_TABLE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    generated()
    generated()
    assert tmp_path / "xdg" / "cfn-table" == default_cache_folder()
    assert "verdicts" in {path.name for path in (tmp_path / "xdg" / "cfn-table").iterdir()}
