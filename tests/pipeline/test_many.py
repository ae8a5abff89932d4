"""Many designs in one call: each has its result, and one that is broken does not stop the others."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from cfn_table.errors import UsageError
from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Result, Settings
from tests.projects import descendants, small_design, small_project
from tests.publish.builds import tree

COUNT = 12
NAMES = [f"notes-{letter}" for letter in "abcdefghijkl"]
# Each fails in another way; what comes of it, and the status.
BROKEN = {
    "notes-c": ("design: [", 2),
    "notes-g": (small_design("notes-g").replace("entity: note}", "entity: nobody}"), 2),
    "notes-j": (small_design("notes-j").replace("entities:", "  extra_properties: {TableNam: x}\nentities:"), 1),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a dozen designs, which is the current folder."""
    root = small_project(tmp_path / "project", *NAMES)
    monkeypatch.chdir(root)
    return root


def paths(root: Path) -> list[Path]:
    """All design files, relative to the current folder."""
    return [path.relative_to(root) for path in sorted((root / "templates").iterdir())]


def write(root: Path, name: str, text: str) -> None:
    """Write a design file."""
    (root / "templates" / f"{name}.yaml").write_text(text, encoding="utf-8")


def by_name(results: list[Result]) -> dict[str, Result]:
    """Results by the stem of their file."""
    return {Path(result.path).stem: result for result in results}


def test_all_are_published(root: Path) -> None:
    """One result each, one version each."""
    results = list(generate(paths(root), Settings(environment={})))
    assert COUNT == len(results)
    assert {"created"} == {result.outcome for result in results}
    assert [f"build/{name}/1.0.0" for name in NAMES] == sorted(result.folder for result in results)


def test_the_broken_ones_do_not_stop_the_others(root: Path) -> None:
    """Wrong YAML, an unknown name and a template that cfn-lint refuses: these fail, nine others are published."""
    for name, (text, _) in BROKEN.items():
        write(root, name, text)
    results = by_name(list(generate(paths(root), Settings(environment={}))))
    assert {name: status for name, (_, status) in BROKEN.items()} == {
        name: result.exit_status for name, result in results.items() if result.outcome == "failed"
    }
    good = [name for name in NAMES if name not in BROKEN]
    assert good == sorted(name for name, result in results.items() if result.outcome == "created")
    assert good == sorted(path.name for path in (root / "build").iterdir())


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_the_number_of_processes_changes_nothing(root: Path, processes: int) -> None:
    """The same versions with the same bytes, linted by one process or by several."""
    settings = Settings(environment={}, cache=False, processes=processes)
    list(generate(paths(root)[:4], settings))
    expected = tree(root / "build")
    for name in ("notes-a", "notes-b", "notes-c", "notes-d"):
        shutil.rmtree(root / "build" / name / "1.0.0")
    list(generate(reversed(paths(root)[:4]), Settings(environment={})))
    assert expected == tree(root / "build")


def test_results_come_as_they_become_ready(root: Path) -> None:
    """The first result is there while later designs have not been read yet: memory does not grow with their number."""
    read: list[str] = []
    results = generate(paths(root), Settings(environment={}, cache=False, processes=1))
    first = next(results)
    read = sorted(path.name for path in (root / "build").iterdir())
    assert ("created", 1) == (first.outcome, len(read))
    assert COUNT - 1 == len(list(results))


def test_unchanged_and_changed_designs_mix(root: Path) -> None:
    """Only what has changed is made; results of the others are there at once."""
    list(generate(paths(root), Settings(environment={})))
    write(root, "notes-e", small_design("notes-e", "1.0.1"))
    results = by_name(list(generate(paths(root), Settings(environment={}))))
    assert {"notes-e"} == {name for name, result in results.items() if result.outcome == "created"}
    assert COUNT - 1 == sum(result.outcome == "unchanged" for result in results.values())


def test_two_designs_of_one_name_are_both_refused(root: Path) -> None:
    """Versions are kept by name, so neither is published, whichever is asked for."""
    write(root, "twin", small_design("notes-a", "2.0.0"))
    for asked in (paths(root), [Path("templates/twin.yaml")], [Path("templates/notes-a.yaml")]):
        failed = by_name([result for result in generate(asked, Settings(environment={})) if result.exit_status])
        expected = {"twin": "notes-a", "notes-a": "twin"}
        assert {
            name: (
                2,
                f"`templates/{expected[name]}.yaml` is a design named `notes-a` too",
                f"templates/{name}.yaml:1:9",
            )
            for name in {path.stem for path in asked} & {*expected}
        } == {
            name: (result.exit_status, result.findings[0].message, str(result.findings[0].location))
            for name, result in failed.items()
        }
    assert not (root / "build" / "notes-a").exists()


def test_a_context_value_is_for_the_designs_that_declare_it(root: Path) -> None:
    """A value that one of the designs declares is used there, and is no error for the others."""
    write(root, "notes-b", small_design("notes-b", "1.0.0", "context: {STAGE: test}", "tags: {stage: '{{ STAGE }}'}"))
    results = list(generate(paths(root)[:3], Settings({"STAGE": "production"}, {})))
    assert {"created"} == {result.outcome for result in results}
    text = (root / "build" / "notes-b" / "1.0.0" / "template.yaml").read_text(encoding="utf-8")
    assert "Value: production" in text


def test_a_context_value_that_no_design_declares_publishes_nothing(root: Path) -> None:
    """A misspelt name would publish the default as if it had been chosen."""
    write(root, "notes-b", small_design("notes-b", "1.0.0", "context: {STAGE: test}", "tags: {stage: '{{ STAGE }}'}"))
    with pytest.raises(UsageError) as caught:
        list(generate(paths(root), Settings({"STAGEE": "production"}, {})))
    assert ("no design declares the context value `STAGEE`", "did you mean `STAGE`?") == (
        caught.value.message,
        caught.value.help,
    )
    assert not (root / "build").exists()


def test_a_design_that_cannot_be_read_says_so_itself(root: Path) -> None:
    """Nothing is known of the names that an unreadable design declares, so its own error is told."""
    write(root, "notes-a", "design: [")
    (result,) = generate(paths(root)[:1], Settings({"STAGE": "x"}, {}))
    assert "templates/notes-a.yaml:2:1" == str(result.findings[0].location)


def test_a_caller_who_stops_leaves_no_process(root: Path) -> None:
    """Whoever takes the first result and no other ends the linting processes by that."""
    before = set(descendants(os.getpid()))
    results = generate(paths(root), Settings(environment={}, cache=False, processes=2))
    next(results)
    assert set(descendants(os.getpid())) - before
    results.close()  # type: ignore[attr-defined]
    waited = threading.Event()
    left: set[int] = set()
    for _ in range(200):
        left = set(descendants(os.getpid())) - before
        if not left:
            break
        waited.wait(0.05)
    assert set() == left
