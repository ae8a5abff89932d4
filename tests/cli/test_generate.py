"""`cfn-table generate`: which designs, which values, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.projects import small_design, small_project
from tests.publish.builds import tree

CREATED = "created   build/{}/1.0.0\n"
CONTEXT = ("context: {TAG: from-the-design}", "tags: {tag: '{{ TAG }}'}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with the designs `notes` and `users`."""
    return small_project(tmp_path, "notes", "users")


def test_all_designs_are_generated_without_a_name(root: Path, cli: Cli) -> None:
    """Every design in templates/, in the order of their names; hidden files and other files do not count."""
    for name in (".hidden.yaml", "README.md", "notes.yaml~"):
        (root / "templates" / name).write_text("x: [", encoding="utf-8")
    assert (0, CREATED.format("notes") + CREATED.format("users"), "") == cli("generate").told


@pytest.mark.parametrize(
    "argument", ["notes", "templates/notes.yaml", "./templates/../templates/notes.yaml", "{root}/templates/notes.yaml"]
)
def test_a_design_is_named_by_its_name_or_its_file(argument: str, root: Path, cli: Cli) -> None:
    """Only that one is generated."""
    assert (0, CREATED.format("notes"), "") == cli("generate", argument.format(root=root)).told
    assert ["notes"] == [path.name for path in (root / "build").iterdir()]


@pytest.mark.parametrize("argument", [".", "templates", "{root}"])
def test_a_folder_stands_for_its_designs(argument: str, root: Path, cli: Cli) -> None:
    """A project's folder, and its templates folder."""
    done = cli("generate", argument.format(root=root))
    assert (0, CREATED.format("notes") + CREATED.format("users"), "") == done.told


def test_a_design_that_is_named_twice_is_generated_once(root: Path, cli: Cli) -> None:
    """By its name and by its file."""
    assert (0, CREATED.format("notes"), "") == cli("generate", "notes", "templates/notes.yaml").told
    assert ["notes"] == [path.name for path in (root / "build").iterdir()]


def test_the_project_is_found_from_a_folder_inside_of_it(root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with git: the nearest folder upwards that has templates/."""
    inside = root / "docs" / "deep"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    done = cli("generate", "notes")
    assert (0, "") == (done.status, done.err)
    assert done.out == f"created   {root / 'build' / 'notes' / '1.0.0'}\n"


def test_a_project_elsewhere_can_be_named(root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its versions are published there, not here."""
    here = root / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert 0 == cli("generate", "../templates/notes.yaml").status
    assert (root / "build" / "notes" / "1.0.0" / "template.yaml").is_file()
    assert [] == list(here.iterdir())


def test_a_design_file_outside_of_a_templates_folder_belongs_to_the_current_project(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single file can be tried out; its version goes into the current project's build/."""
    root = small_project(tmp_path / "project")
    (tmp_path / "trial.yaml").write_text(small_design("trial"), encoding="utf-8")
    monkeypatch.chdir(root)
    assert (0, CREATED.format("trial"), "") == cli("generate", "../trial.yaml").told


# ---------------------------------------------------------------- outcomes


def test_each_outcome_has_its_word(root: Path, cli: Cli) -> None:
    """Created, unchanged, replaced (a pre-release), and current (a check)."""
    assert CREATED.format("notes") == cli("generate", "notes").out
    assert "unchanged build/notes/1.0.0\n" == cli("generate", "notes").out
    assert "current   build/notes/1.0.0\n" == cli("generate", "notes", "--check").out
    for outcome, description in (("created", "one"), ("replaced", "two"), ("unchanged", "two")):
        text = small_design("notes", "2.0.0-rc.1").replace("Notes of users", description)
        (root / "templates" / "notes.yaml").write_text(text, encoding="utf-8")
        assert f"{outcome:<9} build/notes/2.0.0-rc.1\n" == cli("generate", "notes", "--no-cache").out


def test_a_check_writes_nothing_and_finds_what_is_stale(root: Path, cli: Cli) -> None:
    """The status is 1, the finding says what to run; before and after are the same."""
    cli("generate")
    (root / "templates" / "notes.yaml").write_text(small_design("notes", "1.0.1"), encoding="utf-8")
    before = tree(root)
    done = cli("generate", "--check")
    assert (1, "current   build/users/1.0.0\n") == (done.status, done.out)
    assert (
        "templates/notes.yaml:2:10: error: version `1.0.1` of `notes` is not published [build-is-current]\n"
        "2 | version: 1.0.1\n"
        "  |          ^\n"
        "help: run `cfn-table generate templates/notes.yaml`\n"
        "\n1 error\n"
    ) == done.err
    assert before == tree(root)


def test_the_worst_design_decides_the_status(root: Path, cli: Cli) -> None:
    """A refused version is 1, an unusable design is 2; the good one is published and told all the same."""
    cli("generate", "users")
    (root / "templates" / "users.yaml").write_text(
        small_design("users").replace("text: string}", "text: string, more?: string}"), encoding="utf-8"
    )
    done = cli("generate")
    assert (1, CREATED.format("notes")) == (done.status, done.out)
    (root / "templates" / "broken.yaml").write_text("design: broken\n", encoding="utf-8")
    done = cli("generate")
    assert (2, "unchanged build/notes/1.0.0\n") == (done.status, done.out)
    places = [line.partition(" ")[0] for line in done.err.splitlines() if ": error:" in line]
    broken = "templates/broken.yaml:1:1:"
    assert [broken, broken, broken, "templates/users.yaml:2:10:"] == places, "in the order of files and lines"


# ---------------------------------------------------------------- context


def test_a_context_option_beats_the_environment_which_beats_the_design(
    root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is used when the stronger ones are silent, and what came from the environment is told."""
    (root / "templates" / "notes.yaml").write_text(small_design("notes", "1.0.0-rc.1", *CONTEXT), encoding="utf-8")
    template = root / "build" / "notes" / "1.0.0-rc.1" / "template.yaml"

    def tag() -> str:
        return template.read_text(encoding="utf-8").partition("- Key: tag\n          Value: ")[2].partition("\n")[0]

    assert "created   build/notes/1.0.0-rc.1\n" == cli("generate", "notes").out
    assert "from-the-design" == tag()
    monkeypatch.setenv("TAG", "from-the-environment")
    assert (
        "replaced  build/notes/1.0.0-rc.1\n          TAG=from-the-environment from the environment\n"
        == cli("generate", "notes").out
    )
    assert "from-the-environment" == tag()
    assert "replaced  build/notes/1.0.0-rc.1\n" == cli("generate", "notes", "--context", "TAG=from-the-call").out
    assert "from-the-call" == tag()


def test_only_declared_names_are_looked_up(root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that the design does not declare changes nothing, whatever it is called."""
    for name in ("table", "description", "version", "TAG"):
        monkeypatch.setenv(name, "from-the-environment")
    assert (0, CREATED.format("notes"), "") == cli("generate", "notes").told
    assert b"from-the-environment" not in b"".join(
        content for content in tree(root / "build").values() if isinstance(content, bytes)
    )


def test_a_value_may_hold_an_equals_sign_or_nothing(root: Path, cli: Cli) -> None:
    """`NAME=VALUE` ends the name at the first `=`."""
    (root / "templates" / "notes.yaml").write_text(small_design("notes", "1.0.0", *CONTEXT), encoding="utf-8")
    for value in ("a=b", "=", ""):
        done = cli("generate", "--draft=json", "notes", "--context", f"TAG={value}")
        assert 0 == done.status, done.err
        tags = json.loads(done.out)["Resources"]["NotesTable"]["Properties"]["Tags"]
        assert [{"Key": "tag", "Value": value}] == tags


# ---------------------------------------------------------------- drafts


def test_a_draft_is_the_template_and_nothing_else(root: Path, cli: Cli) -> None:
    """Exactly the bytes that would be published, in the form that is asked for; nothing is written."""
    before = tree(root)
    drafts = {form: cli("generate", f"--draft={form}", "notes") for form in ("yaml", "json")}
    assert before == tree(root)
    cli("generate", "notes")
    for form, draft in drafts.items():
        published = (root / "build" / "notes" / "1.0.0" / f"template.{form}").read_bytes()
        assert (0, published.decode(), "") == draft.told


@pytest.mark.parametrize("arguments", [["--draft", "notes"], ["notes", "--draft"], ["--draft", "yaml", "notes"]])
def test_the_form_of_a_draft_may_be_left_out(arguments: list[str], root: Path, cli: Cli) -> None:
    """`--draft notes` is a draft of notes, and not of a form called notes."""
    done = cli("generate", *arguments)
    assert 0 == done.status
    assert done.out.startswith("AWSTemplateFormatVersion: '2010-09-09'\n")
    assert not (root / "build").exists()


def test_a_draft_that_does_not_pass_is_printed_with_its_findings(root: Path, cli: Cli) -> None:
    """The template is on standard output, to be looked at; the findings are on standard error; the status is 1."""
    text = small_design().replace("entities:", "  extra_properties: {TableNam: x}\nentities:")
    (root / "templates" / "notes.yaml").write_text(text, encoding="utf-8")
    done = cli("generate", "--draft", "notes")
    assert 1 == done.status
    assert "TableNam: x" in done.out
    assert done.err.startswith("templates/notes.yaml:7:22: error: ")


def test_a_draft_needs_one_design(root: Path, cli: Cli) -> None:
    """With two there would be two templates in one stream."""
    assert (2, "") == cli("generate", "--draft").told[:2]
    (root / "templates" / "users.yaml").unlink()
    assert 0 == cli("generate", "--draft").status


# ---------------------------------------------------------------- forms of the results


def test_results_can_be_data(root: Path, cli: Cli) -> None:
    """One object for each design: what it is, what became of it, what was found; the order is that of the files."""
    (root / "templates" / "users.yaml").write_text("design: users\n", encoding="utf-8")
    done = cli("generate", "--format", "json")
    assert (2, "") == (done.status, done.err)
    notes, users = json.loads(done.out)["results"]
    size = (root / "build" / "notes" / "1.0.0" / "template.yaml").stat().st_size
    assert {
        "path": "templates/notes.yaml",
        "design": "notes",
        "version": "1.0.0",
        "outcome": "created",
        "folder": "build/notes/1.0.0",
        "templateBytes": size,
        "environment": {},
        "findings": [],
    } == notes
    assert ("templates/users.yaml", "failed", "") == (users["path"], users["outcome"], users["folder"])
    assert {
        "rule": "design-language",
        "severity": "error",
        "message": "`entities` is missing",
        "help": "add `entities: …`",
        "location": {"path": "templates/users.yaml", "line": 1, "column": 1, "text": "design: users"},
    } == users["findings"][0]


def test_quiet_says_nothing_but_findings(root: Path, cli: Cli) -> None:
    """No line for what went well; what went wrong is told as ever."""
    assert (0, "", "") == cli("generate", "--quiet").told
    assert (0, "", "") == cli("generate", "-q", "--check").told
    (root / "templates" / "users.yaml").write_text("design: [", encoding="utf-8")
    done = cli("generate", "-q")
    assert (2, "") == (done.status, done.out)
    assert "templates/users.yaml" in done.err


def test_notes_are_counted_and_shown_on_request(root: Path, cli: Cli) -> None:
    """A note blocks nothing and is not in the way, and `--notes` shows it."""
    text = small_design().replace("  point_in_time_recovery: true\n", "")
    (root / "templates" / "notes.yaml").write_text(text, encoding="utf-8")
    assert (0, "created   build/notes/1.0.0 (1 note; `--notes` shows it)\n", "") == cli("generate", "notes").told
    done = cli("generate", "notes", "--notes", "--no-cache")
    assert (0, "unchanged build/notes/1.0.0\n") == (done.status, done.out)
    assert done.err.startswith("templates/notes.yaml:4:1: note: ")


def test_a_large_template_says_how_it_is_deployed(root: Path, cli: Cli) -> None:
    """CloudFormation takes 51,200 bytes inline; what is larger needs a bucket, and the user hears it here."""
    entities = "".join(
        f"  note{number}:\n    keys: {{PK: 'N{number}#{{userId}}', SK: META}}\n    attributes: {{userId: string}}\n"
        for number in range(180)
    )
    patterns = "".join(f"  get{number}: {{operation: GetItem, entity: note{number}}}\n" for number in range(180))
    text = small_design().partition("entities:")[0] + f"entities:\n{entities}access_patterns:\n{patterns}"
    (root / "templates" / "notes.yaml").write_text(text, encoding="utf-8")
    (root / "policies" / "notes").mkdir(parents=True)
    for policy in range(9):
        allowed = ", ".join(f"get{number}" for number in range(180))
        (root / "policies" / "notes" / f"reader-{policy}.yaml").write_text(
            f"policy: reader-{policy}\nallow: [{allowed}]\n", encoding="utf-8"
        )
    done = cli("generate", "notes", "--format", "json")
    assert 0 == done.status, done.err
    (result,) = json.loads(done.out)["results"]
    assert result["templateBytes"] > 51_200
    done = cli("generate", "notes", "--no-cache")
    assert (
        f"          template.yaml has {result['templateBytes']:,} bytes, and deploy sends 51,200 inline;\n"
        "          use `aws cloudformation deploy --s3-bucket BUCKET`, or `cfn-table publish`\n"
    ) in done.out
    deploy = (root / "build" / "notes" / "1.0.0" / "DEPLOY.md").read_text(encoding="utf-8")
    assert "--s3-bucket BUCKET" in deploy


# ---------------------------------------------------------------- caches


def test_without_the_cache_nothing_is_remembered(
    root: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--no-cache` leaves no file in the cache folder, and generation without it does."""
    cache = tmp_path / "the-cache"
    monkeypatch.setenv("CFN_TABLE_CACHE", str(cache))
    assert CREATED.format("notes") == cli("generate", "notes", "--no-cache").out
    assert not cache.exists()
    assert CREATED.format("users") == cli("generate", "users").out
    assert (cache / "verdicts").is_dir()
    assert ["notes", "users"] == sorted(path.name for path in (root / "build").iterdir())
