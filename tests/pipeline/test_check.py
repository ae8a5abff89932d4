"""`--check` finds whatever in `build/` is not what the inputs say, and writes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cfn_table.errors import UsageError
from cfn_table.findings import Finding
from cfn_table.pipeline.check import check
from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Result, Settings
from tests.projects import small_design, small_project
from tests.publish.builds import tree

CONTEXT = ("context: {TABLE: notes-table}", "tags: {table: '{{ TABLE }}'}")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two published versions of a design: 1.0.0, and 1.1.0, which the design file states."""
    root = small_project(tmp_path / "project")
    monkeypatch.chdir(root)
    for version in ("1.0.0", "1.1.0"):
        write(root, version, *CONTEXT)
        assert ["created"] == [result.outcome for result in generate(designs(root), settings())]
    return root


def write(root: Path, version: str, *more: str) -> None:
    """Write the design file."""
    (root / "templates" / "notes.yaml").write_text(small_design("notes", version, *more), encoding="utf-8")


def designs(root: Path) -> list[Path]:
    """The project's design files, relative to the current folder."""
    return [path.relative_to(root) for path in sorted((root / "templates").glob("*.yaml"))]


def settings(**environment: str) -> Settings:
    """Settings with nothing else in the environment."""
    return Settings(environment=environment)


def checked(root: Path, **environment: str) -> list[Result]:
    """What a check of all designs says; it writes nothing."""
    before = tree(root)
    results = list(check(designs(root), settings(**environment)))
    assert before == tree(root)
    return results


def told(results: list[Result]) -> list[tuple[str, str, str]]:
    """Place, message and help of every finding."""
    findings: list[Finding] = [finding for result in results for finding in result.findings]
    return [(str(finding.location), finding.message, finding.help) for finding in findings]


def test_a_build_that_is_what_the_inputs_say_is_current(project: Path) -> None:
    """Nothing is found, and the status is 0."""
    (result,) = checked(project)
    assert ("current", (), 0) == (result.outcome, result.findings, result.exit_status)
    assert "build/notes/1.1.0" == result.folder


RESTORE = "published files never change: restore it with `git restore`"
STALE = "run `cfn-table generate templates/notes.yaml`"
EVERY_FILE = "`DEPLOY.md`, `contract.json`, `template.json`, `template.yaml`"
V100, V110 = "build/notes/1.0.0", "build/notes/1.1.0"


def append(name: str, text: str = "# x\n") -> Callable[[Path], object]:
    """A change: text at the end of a file, which is made if need be."""

    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + text, encoding="utf-8")

    return change


def crlf(name: str) -> Callable[[Path], object]:
    """A change: the line ends that an autocrlf clone gives a file."""
    return lambda root: (root / name).write_bytes((root / name).read_bytes().replace(b"\n", b"\r\n"))


STALENESS: dict[str, tuple[Callable[[Path], object], list[tuple[str, str, str]]]] = {
    "an artifact is edited": (
        append(f"{V110}/template.yaml"),
        [(f"{V110}/template.yaml", "`template.yaml` has changed", RESTORE)],
    ),
    "a note for deployers is edited": (
        append(f"{V110}/DEPLOY.md"),
        [(f"{V110}/DEPLOY.md", "`DEPLOY.md` has changed", RESTORE)],
    ),
    "an artifact is gone": (
        lambda root: (root / V110 / "contract.json").unlink(),
        [(f"{V110}/contract.json", "`contract.json` is missing", RESTORE)],
    ),
    "a file is added to a version": (
        append(f"{V110}/notes.txt"),
        [
            (
                f"{V110}/notes.txt",
                "`notes.txt` does not belong to the published version",
                "move it out of the folder of the published version",
            )
        ],
    ),
    "an older version is damaged": (
        append(f"{V100}/template.json"),
        [(f"{V100}/template.json", "`template.json` has changed", RESTORE)],
    ),
    "git changed the line ends": (
        crlf(f"{V110}/template.yaml"),
        [
            (
                f"{V110}/template.yaml",
                "`template.yaml` has changed",
                "git changed its line ends: put `build/** -text` into .gitattributes and check the file out again",
            )
        ],
    ),
    "the version is not published": (
        lambda root: (root / V110).rename(root / "elsewhere"),
        [("templates/notes.yaml:2:10", "version `1.1.0` of `notes` is not published", STALE)],
    ),
    "the design is edited": (
        lambda root: write(root, "1.1.0", *CONTEXT, "latency_target_ms: 5", "alarms: true"),
        [
            (
                "templates/notes.yaml:2:10",
                f"`{V110}` is not what the inputs say: `DEPLOY.md`, `template.json`, `template.yaml` would differ",
                STALE,
            )
        ],
    ),
    "a policy is added": (
        append("policies/notes/reader.yaml", "policy: reader\nallow: [get_note]\n"),
        [
            (
                "templates/notes.yaml:2:10",
                f"`{V110}` is not what the inputs say: {EVERY_FILE} would differ",
                STALE,
            )
        ],
    ),
    "a file lies in build/": (
        append("build/notes.txt"),
        [("build/notes.txt", "`build/notes.txt` is not a published version", "move it out of build/")],
    ),
    "a file lies beside the versions": (
        append("build/notes/notes.txt"),
        [("build/notes/notes.txt", "`build/notes/notes.txt` is not a published version", "move it out of build/")],
    ),
    "a folder lies beside the versions": (
        append("build/notes/latest/template.yaml"),
        [("build/notes/latest", "`build/notes/latest` is not a published version", "move it out of build/")],
    ),
}


@pytest.mark.parametrize(("change", "expected"), STALENESS.values(), ids=STALENESS)
def test_it_is_found_that(
    change: Callable[[Path], object], expected: list[tuple[str, str, str]], project: Path
) -> None:
    """Every kind of staleness is found, with its place and its cure, and the status is 1."""
    change(project)
    results = checked(project)
    assert expected == told(results)
    assert 1 == max(result.exit_status for result in results)


def test_a_remark_in_the_design_changes_nothing(project: Path) -> None:
    """Comments, layout and order do not count."""
    append("templates/notes.yaml", "# a remark\n")(project)
    assert [] == told(checked(project))


def test_a_published_design_without_a_source_is_verified_too(project: Path) -> None:
    """Versions of a design that is gone stay published, and must stay what they are."""
    text = small_design("archive")
    (project / "templates" / "archive.yaml").write_text(text, encoding="utf-8")
    list(generate(designs(project), settings()))
    (project / "templates" / "archive.yaml").unlink()
    assert [] == told(checked(project))
    append("build/archive/1.0.0/DEPLOY.md")(project)
    assert [("build/archive/1.0.0/DEPLOY.md", "`DEPLOY.md` has changed", RESTORE)] == told(checked(project))


def test_a_check_of_one_design_leaves_the_others_alone(project: Path) -> None:
    """Only what was asked for is looked at."""
    (project / "templates" / "broken.yaml").write_text("design: [", encoding="utf-8")
    append("build/notes.txt")(project)
    assert [] == told(list(check([Path("templates/notes.yaml")], settings())))


def test_a_design_that_cannot_be_read_does_not_hide_the_others(project: Path) -> None:
    """Each design has its result; the status is the worst."""
    (project / "templates" / "broken.yaml").write_text("design: broken\n", encoding="utf-8")
    results = checked(project)
    assert [("templates/broken.yaml", 2), ("templates/notes.yaml", 0)] == [(it.path, it.exit_status) for it in results]


def test_a_manifest_that_cannot_be_read_is_told(project: Path) -> None:
    """Without a manifest nobody knows what was published."""
    (project / V110 / "manifest.json").write_text("{", encoding="utf-8")
    (result,) = checked(project)
    assert 2 == result.exit_status
    assert [f"{V110}/manifest.json:1:2"] == [str(finding.location) for finding in result.findings]


# ---------------------------------------------------------------- context values from outside


@pytest.fixture
def from_outside(project: Path) -> Path:
    """The project with version 1.2.0, which was built with an environment variable."""
    write(project, "1.2.0", *CONTEXT)
    assert ["created"] == [result.outcome for result in generate(designs(project), settings(TABLE="from-outside"))]
    return project


def test_recorded_values_are_used_again(from_outside: Path) -> None:
    """A build with an environment variable is current on a machine that does not have it."""
    (result,) = checked(from_outside)
    assert ("current", ()) == (result.outcome, result.findings)


def test_a_variable_that_disagrees_is_named(from_outside: Path) -> None:
    """The recorded value counts, and a variable with another value is a warning."""
    (result,) = checked(from_outside, TABLE="another")
    assert [
        (
            "templates/notes.yaml:14:11",
            "environment variable `TABLE` is `another`, and the version was built with `from-outside`",
            "the recorded value is used",
        )
    ] == told([result])
    assert ("current", 0) == (result.outcome, result.exit_status)


def test_a_variable_that_agrees_is_not_named(from_outside: Path) -> None:
    """The same value says the same."""
    assert [] == told(checked(from_outside, TABLE="from-outside"))


def test_a_variable_that_was_not_used_does_not_count(project: Path) -> None:
    """A version that was built from defaults is checked with defaults, whatever the environment holds."""
    assert [] == told(checked(project, TABLE="another"))


def test_a_given_value_wins_over_the_recorded_one(from_outside: Path) -> None:
    """With `--context` the question is whether the build is what this value gives."""
    given = Settings({"TABLE": "given"}, {})
    (result,) = check(designs(from_outside), given)
    assert [
        "`build/notes/1.2.0` is not what the inputs say: `template.json`, `template.yaml` would differ",
    ] == [finding.message for finding in result.findings]


def test_a_design_whose_default_is_no_value_is_checked_with_the_recorded_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A context value may have to come from outside; a check must not fail for want of it."""
    root = small_project(tmp_path / "project")
    monkeypatch.chdir(root)
    text = small_design("notes", "1.0.0", "context: {TABLE: ''}").replace("table:\n", "table:\n  name: '{{ TABLE }}'\n")
    (root / "templates" / "notes.yaml").write_text(text, encoding="utf-8")
    assert [2] == [result.exit_status for result in generate(designs(root), settings())]
    assert [0] == [result.exit_status for result in generate(designs(root), settings(TABLE="notes"))]
    assert [] == told(checked(root))


def test_a_version_that_is_computed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version may be a context value itself; the recorded values of that version are used."""
    root = small_project(tmp_path / "project")
    monkeypatch.chdir(root)
    more = ("context: {RELEASE: 2.0.0, TABLE: notes-table}", CONTEXT[1])
    write(root, "'{{ RELEASE }}'", *more)
    assert ["created"] == [result.outcome for result in generate(designs(root), settings(TABLE="from-outside"))]
    manifest = json.loads((root / "build" / "notes" / "2.0.0" / "manifest.json").read_bytes())
    assert ["TABLE"] == manifest["inputs"]["environment"]
    assert [] == told(checked(root))


def test_a_value_that_became_a_parameter_is_stale_and_no_error(from_outside: Path) -> None:
    """A recorded value of what is a deploy-time parameter now cannot be used, and the build is stale."""
    write(from_outside, "1.2.0", "context: {TABLE: {default: notes-table}}", CONTEXT[1])
    (result,) = checked(from_outside)
    assert 1 == result.exit_status
    assert ["templates/notes.yaml:2:10"] == [str(finding.location) for finding in result.findings]


def test_a_context_value_that_no_design_declares_is_refused(project: Path) -> None:
    """A misspelt name would check the default."""
    with pytest.raises(UsageError) as caught:
        list(check(designs(project), Settings({"TABEL": "x"}, {})))
    assert "no design declares the context value `TABEL`" == caught.value.message
    assert "did you mean `TABLE`?" == caught.value.help


def test_a_text_template_that_is_added_is_noticed(project: Path) -> None:
    """What a version says is another text then, and its inputs are others."""
    (project / "templates" / "emit").mkdir()
    (project / "templates" / "emit" / "deploy.md.j2").write_text("Ask the operators.\n", encoding="utf-8")
    place = "templates/notes.yaml:2:10"
    message = (
        "`build/notes/1.1.0` is not what the inputs say: `DEPLOY.md`, `template.json`, `template.yaml` would differ"
    )
    assert [(place, message, STALE)] == told(checked(project))
