"""A design that is as it was published is recognised without being made, and only then."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import cfn_table
from cfn_table.lint import pool
from cfn_table.lint.verdicts import default_cache_folder, write_whole
from cfn_table.pipeline import unchanged
from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Result, Settings
from cfn_table.pipeline.unchanged import UnchangedCache
from cfn_table.project import Project
from tests.projects import copy_designs, small_design, small_project

POLICY = "policy: reader\nallow: [get_note]\n"
WITH_CONTEXT = ("context: {TABLE: notes-table}", "tags: {table: '{{ TABLE }}'}")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, but for the verdicts: linting the same template again would take its time."""
    folder, verdicts = tmp_path / "cache", default_cache_folder() / "verdicts"
    verdicts.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    (folder / "verdicts").symlink_to(verdicts)
    monkeypatch.setenv("CFN_TABLE_CACHE", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a design that has a policy, an included file, a context value and a text template."""
    root = small_project(tmp_path / "project")
    included = "access_patterns:\n  drop_note: {operation: DeleteItem, entity: note}\n"
    text = small_design("notes", "1.0.0", "include: ['notes/*.yaml']", *WITH_CONTEXT)
    (root / "templates" / "notes.yaml").write_text(text)
    (root / "templates" / "notes").mkdir()
    (root / "templates" / "notes" / "more.yaml").write_text(included)
    (root / "templates" / "emit").mkdir()
    (root / "templates" / "emit" / "deploy.md.j2").write_text("Ask the operators.\n")
    (root / "policies" / "notes").mkdir(parents=True)
    (root / "policies" / "notes" / "reader.yaml").write_text(POLICY)
    age(root)
    monkeypatch.chdir(root)
    return root


def age(root: Path) -> None:
    """Wait until no file of the project can pass for one that was written while it is read."""
    newest = max(path.stat().st_ctime_ns for path in root.rglob("*"))
    event = threading.Event()
    while time_of(root) <= newest + 2 * unchanged._CLOCK_TICK:
        event.wait(0.005)


def time_of(root: Path) -> int:
    """The file system's time."""
    probe = root.parent / "probe"
    probe.write_text("x")
    return probe.stat().st_ctime_ns


def design_file(root: Path) -> Path:
    """The project's design."""
    return root / "templates" / "notes.yaml"


def hit(root: Path, **environment: str) -> bool:
    """Whether the design is recognised as it was published."""
    found = UnchangedCache({}, environment)
    return found.look_up(design_file(root), Project.of_design(design_file(root))) is not None


def generated(root: Path, **environment: str) -> Result:
    """Generate the design, and the result."""
    (result,) = generate([design_file(root)], Settings(environment=environment))
    return result


@pytest.fixture
def published(project: Path) -> Path:
    """The project with its version published and recorded."""
    assert "created" == generated(project).outcome
    assert hit(project)
    return project


def test_an_unchanged_design_starts_no_linter(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer comes without a linting process, without loading the design."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a linter is started")

    monkeypatch.setattr(pool.LintPool, "start", refuse)
    result = generated(published)
    assert ("unchanged", "1.0.0", 0) == (result.outcome, result.version, result.exit_status)
    assert "build/notes/1.0.0" == result.folder


def test_files_that_were_touched_and_say_the_same_are_unchanged(published: Path) -> None:
    """Content counts, not time: a fresh clone is unchanged."""
    for path in published.rglob("*.yaml"):
        path.touch()
    assert hit(published)


def edit(name: str, text: str) -> Callable[[Path], None]:
    """A change of a file: what is added at its end."""

    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + text)

    return change


CHANGES: dict[str, Callable[[Path], object]] = {
    "the design is edited": edit("templates/notes.yaml", "# a remark\n"),
    "the design is gone": lambda root: design_file(root).unlink(),
    "an included file is edited": edit("templates/notes/more.yaml", "# a remark\n"),
    "a file is added that the glob matches": edit("templates/notes/new.yaml", "entities: {}\n"),
    "an included file is gone": lambda root: (root / "templates" / "notes" / "more.yaml").unlink(),
    "a policy is edited": edit("policies/notes/reader.yaml", "# a remark\n"),
    "a policy is added": edit("policies/notes/writer.yaml", "policy: writer\nallow: [put_note]\n"),
    "a policy is gone": lambda root: (root / "policies" / "notes" / "reader.yaml").unlink(),
    "a text template is edited": edit("templates/emit/deploy.md.j2", "more\n"),
    "a text template is added": edit("templates/emit/import.md.j2", "mine\n"),
    "a text template is gone": lambda root: (root / "templates" / "emit" / "deploy.md.j2").unlink(),
    "a folder is added to the version": edit("build/notes/1.0.0/types/extra.txt", "x"),
    "another design is added, which may bear the same name": edit("templates/other.yaml", small_design("other")),
    "a published file is edited": edit("build/notes/1.0.0/template.yaml", "# a remark\n"),
    "the manifest is edited": edit("build/notes/1.0.0/manifest.json", " "),
    "a published file is gone": lambda root: (root / "build" / "notes" / "1.0.0" / "DEPLOY.md").unlink(),
    "a file is added to the version": edit("build/notes/1.0.0/extra.txt", "x"),
    "the version is gone": lambda root: (root / "build" / "notes" / "1.0.0").rename(root / "elsewhere"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_is_recognised_when(change: Callable[[Path], object], published: Path) -> None:
    """Each change of an input, of a folder that was listed, or of what was published, is a miss."""
    change(published)
    assert not hit(published)


def test_context_values_from_the_environment_count(published: Path) -> None:
    """A variable of a declared name makes it another design; a variable of another name does not."""
    assert not hit(published, TABLE="another")
    assert hit(published, UNDECLARED="x")


def test_a_recorded_environment_value_must_stay(project: Path) -> None:
    """What was published with a variable is unchanged only with the same value of it."""
    generated(project, TABLE="from-outside")
    assert hit(project, TABLE="from-outside")
    assert not hit(project, TABLE="other")
    assert not hit(project)
    result = generated(project, TABLE="from-outside")
    assert ("unchanged", {"TABLE": "from-outside"}) == (result.outcome, dict(result.environment))


def test_a_context_option_wins_over_the_environment_in_what_is_told(project: Path) -> None:
    """A value given with an option is not said to come from the environment, recognised or not."""
    chosen = Settings({"TABLE": "chosen"}, {"TABLE": "from-outside"})
    first, second = (next(generate([design_file(project)], chosen)) for _ in range(2))
    assert ("created", "unchanged") == (first.outcome, second.outcome)
    assert ({}, {}) == (dict(first.environment), dict(second.environment))


def test_another_program_makes_it_again(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of another version of cfn-table, of its dependencies or of Python says nothing."""
    monkeypatch.setattr(unchanged, "program_fingerprint", lambda: "another program")
    assert not hit(published)
    assert "unchanged" == generated(published).outcome, "the long way gives the same answer"
    assert hit(published)


def test_the_programs_fingerprint_covers_the_whole_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed module, a changed text template, and another installed dependency each give another fingerprint."""
    package, site = tmp_path / "package", tmp_path / "site"
    (package / "emit").mkdir(parents=True)
    site.mkdir()
    module, text = package / "a.py", package / "emit" / "a.j2"
    changes: list[Callable[[], object]] = [
        lambda: module.write_text("x = 1\n"),
        lambda: module.write_text("x = 22\n"),
        lambda: text.write_text("x\n"),
        (site / "cfn_lint-1.58.0.dist-info").mkdir,
        (site / "PyYAML-6.0.dist-info").mkdir,
    ]
    monkeypatch.setattr("sys.path", [str(site)])
    seen = [unchanged.program_fingerprint(package)]
    for change in changes:
        change()
        seen.append(unchanged.program_fingerprint(package))
    assert len(seen) == len(set(seen))
    (site / "unrelated-1.0.dist-info").mkdir()
    assert seen[-1] == unchanged.program_fingerprint(package)


def test_the_fingerprint_is_that_of_the_package_that_runs() -> None:
    """Without an argument it covers all of cfn_table."""
    assert unchanged.program_fingerprint(Path(cfn_table.__file__).parent) == unchanged.program_fingerprint()


def records(cache: Path) -> list[Path]:
    """The files in which recorded designs are kept."""
    return sorted((cache / "unchanged").glob("*.json"))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}", b'{"program": 1}', b"[" * 100_000],
    ids=["empty", "cut", "list", "null", "binary", "no members", "wrong type", "deep"],
)
def test_a_record_that_makes_no_sense_is_a_miss(content: bytes, published: Path, cache: Path) -> None:
    """Whatever is in the cache, the design is made the long way, and recorded anew."""
    (record,) = records(cache)
    record.write_bytes(content)
    assert not hit(published)
    assert ("unchanged", 0) == (generated(published).outcome, 0)
    assert hit(published)


@pytest.mark.parametrize("member", ["environment", "listings", "inputs", "published", "folder", "design"])
def test_a_record_without_a_member_is_a_miss(member: str, published: Path, cache: Path) -> None:
    """A record that was cut or is of another layout is not trusted."""
    (record,) = records(cache)
    data = json.loads(record.read_bytes())
    del data[member]
    record.write_text(json.dumps(data))
    assert not hit(published)


def test_a_cache_that_cannot_be_written_is_no_error(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Generation goes on without remembering."""
    blocked = tmp_path / "file"
    blocked.write_text("a file where the cache folder should be")
    monkeypatch.setenv("CFN_TABLE_CACHE", str(blocked))
    assert "created" == generated(project).outcome
    assert "unchanged" == generated(project).outcome
    assert blocked.is_file()


def test_a_machine_without_a_home_folder_has_no_cache(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can say what the home folder is, nothing is remembered and nothing fails."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    for name in ("CFN_TABLE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for outcome in ("created", "unchanged"):
        (result,) = generate([design_file(project)], Settings(environment={}))
        assert (outcome, ()) == (result.outcome, result.findings)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_cache_that_others_may_write_to_is_not_trusted(published: Path, cache: Path) -> None:
    """A record that somebody else could have written would hide what is published."""
    (cache / "unchanged").chmod(0o777)
    assert not hit(published)
    assert "unchanged" == generated(published).outcome


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("templates/notes.yaml", "# saved meanwhile\n"),
        ("policies/notes/writer.yaml", "policy: writer\nallow: [put_note]\n"),
    ],
)
def test_an_input_that_changes_while_the_version_is_made_is_not_recorded(
    name: str, text: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor that saves during generation does not make the old version pass for the new design's.

    Of a policy that appears the folder's own time tells.
    """
    real = unchanged.UnchangedCache.remember

    def save_first(*arguments: object) -> None:
        edit(name, text)(project)
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(unchanged.UnchangedCache, "remember", save_first)
    assert "created" == generated(project).outcome
    monkeypatch.undo()
    assert not hit(project)


def test_a_design_with_a_hook_is_always_made(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hook's code reads is not known, so only the published bytes can say that nothing has changed."""
    root = copy_designs(tmp_path / "project", "everything")
    age(root)
    monkeypatch.chdir(root)
    path = root / "templates" / "everything.yaml"
    for outcome in ("created", "unchanged"):
        (result,) = generate([path], Settings(environment={}))
        assert outcome == result.outcome
    assert [] == records(cache)


def test_a_design_outside_of_the_project_is_always_made(
    tmp_path: Path, project: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its inputs are not below the folder that the record would name them in."""
    outside = tmp_path / "outside.yaml"
    outside.write_text(small_design("outside"))
    age(tmp_path)
    monkeypatch.chdir(project)
    assert ["created"] == [result.outcome for result in generate([outside], Settings(environment={}))]
    assert [] == records(cache)


def test_without_the_cache_nothing_is_remembered(project: Path, cache: Path) -> None:
    """`--no-cache` neither reads nor writes it."""
    unremembered = Settings(environment={}, cache=False)
    assert ["created"] == [result.outcome for result in generate([design_file(project)], unremembered)]
    assert ["verdicts"] == [path.name for path in cache.iterdir()]


def test_many_at_once_record_and_recognise(published: Path, cache: Path) -> None:
    """While some threads write the record again and again, others only ever see a whole one or none."""
    stop = threading.Event()
    seen: list[bool] = []
    (record,) = records(cache)
    content = record.read_text()

    def write() -> None:
        while not stop.is_set():
            write_whole(record, content)

    def read() -> Iterator[bool]:
        for _ in range(60):
            yield hit(published)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    seen += read()
    stop.set()
    for writer in writers:
        writer.join()
    assert {True} == set(seen)
