"""`cfn-table review`: what it asks for, what it prints, and what it exits with."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from cfn_table.errors import InputError
from cfn_table.findings import Location, Severity
from cfn_table.review import formats
from cfn_table.review.change import Access, Change, Effect
from cfn_table.review.report import LEVELS, Review
from tests.cli.conftest import Cli
from tests.engines.install import ROOT
from tests.review.reviews import ALL, BAD, GOOD, SAME

SCHEMA = json.loads((ROOT / "docs" / "schema" / "review.schema.json").read_text("utf-8"))


@dataclass(frozen=True)
class Options:
    """What the library takes beside both sides."""

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    stdin: str = ""


@dataclass
class Library:
    """A library that reviews nothing, and remembers what it was asked."""

    reviews: tuple[Review, ...] = ()
    error: Exception | None = None
    asked: list[Any] = field(default_factory=list)

    def review_change(self, old: str | None, new: str | None, settings: Any, options: Options) -> Iterator[Review]:
        """As `cfn_table.pipeline.review` has it."""
        self.asked.append((old, new, dict(settings.context), options))
        yield from self.reviews
        if self.error is not None:
            raise self.error


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """Takes the place of the real one."""
    found = Library()
    module: Any = ModuleType("cfn_table.pipeline.review")
    module.SourceOptions = Options
    module.review_change = found.review_change
    monkeypatch.setitem(sys.modules, "cfn_table.pipeline.review", module)
    return found


@pytest.mark.parametrize(
    ("arguments", "sides"),
    [
        ([], (None, None)),
        (["kv-storage@1.0.0"], ("kv-storage@1.0.0", None)),
        (["a.yaml", "b.yaml"], ("a.yaml", "b.yaml")),
        (["--base", "main"], ("git:main", None)),
        (["--base", "git:main"], ("git:main", None)),
        (["--base", "main", "b.yaml"], ("git:main", "b.yaml")),
    ],
)
def test_both_sides_are_named(
    arguments: list[str], sides: tuple[str | None, str | None], library: Library, cli: Cli
) -> None:
    """By their place; `--base` is the old one, and then an argument is the new one."""
    assert 0 == cli("review", *arguments).status
    assert [(*sides, {}, Options())] == library.asked


def test_options_reach_the_library(library: Library, cli: Cli) -> None:
    """Context, and where what is deployed is."""
    where = ["--region", "eu-west-1", "--profile", "dev", "--endpoint-url", "http://127.0.0.1:1"]
    assert 0 == cli("review", "stack:kv", "--context", "TABLE_NAME=x", *where).status
    assert 0 == cli("review", "table:kv", "-", *where[:2], stdin=b"Resources: {}").status
    assert [
        ("stack:kv", None, {"TABLE_NAME": "x"}, Options("eu-west-1", "dev", "http://127.0.0.1:1")),
        ("table:kv", "-", {}, Options("eu-west-1", stdin="Resources: {}")),
    ] == library.asked


@pytest.mark.parametrize(
    ("arguments", "message", "help_"),
    [
        (["a", "b", "--base", "main"], "OLD and `--base` are the same side", "leave one of them out"),
        ([""], "`OLD` is empty", "leave it out"),
        (["a", " "], "`NEW` is empty", "leave it out"),
        (["--base", ""], "`--base` is empty", "leave it out"),
        (["--region", "x"], "`--region` is for what is deployed", "name a side `stack:NAME`"),
        (["a", "--profile", "x"], "`--profile` is for what is deployed", "name a side `stack:NAME`"),
        (["a", "b", "--endpoint-url", "x"], "`--endpoint-url` is for what is deployed", "name a side `stack:NAME`"),
        (["--write", "a.md"], "`--write a.md` is not FORMAT=PATH", "FORMAT is one of text, markdown"),
        (["--write", "html="], "`--write html=` is not FORMAT=PATH", "FORMAT is one of text, markdown"),
        (["--write", "html=a", "--write", "json=./a"], "`./a` is written twice", "give each form a file of its own"),
        (["--context", "x"], "`--context x` is not NAME=VALUE", "write `--context"),
    ],
)
def test_what_has_no_meaning_is_told(
    arguments: list[str], message: str, help_: str, library: Library, cli: Cli
) -> None:
    """Status 2, and nothing is read."""
    done = cli("review", *arguments)
    assert (2, "") == (done.status, done.out)
    told = " ".join(done.err.split())
    assert message in told
    assert f"help: {help_}" in told
    assert [] == library.asked


@pytest.mark.parametrize("arguments", [["a", "b", "c"], ["--fail-on", "all"], ["--format", "xml"]])
def test_what_cannot_be_read_is_refused(arguments: list[str], library: Library, cli: Cli) -> None:
    """As in every command."""
    assert (2, "") == cli("review", *arguments).told[:2]
    assert [] == library.asked


CHANGES = {
    "data-loss": Change("x", Effect.DATA_LOSS, Severity.ERROR, "it"),
    "replacement": Change("x", Effect.REPLACEMENT, Severity.WARNING, "it", certain=False),
    "breaking": Change("x", Effect.NONE, Severity.WARNING, "it", breaking=True),
    "wider": Change("x", Effect.NONE, Severity.WARNING, "it", access=Access.UNDECIDED),
    "any": Change("x", Effect.NONE, Severity.NOTE, "it"),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", CHANGES)
def test_a_level_decides_the_exit_status(kind: str, level: str, library: Library, cli: Cli) -> None:
    """Each fails on all that the ones before it do, and only the status tells."""
    library.reviews = (SAME, Review("r", "a", "b", (CHANGES[kind],)))
    fails = LEVELS.index(level) >= list(CHANGES).index(kind)
    done = cli("review", "--fail-on", level)
    assert (int(fails), "") == (done.status, done.err)
    assert done.out == formats.text(library.reviews)


def test_data_loss_fails_by_default(library: Library, cli: Cli) -> None:
    """And so does what is refused, and a version that says too little; nothing else does."""
    assert BAD.version is not None
    for review, status in (
        (BAD, 1),
        (GOOD, 0),
        (Review("r", "a", "b", (Change("x", Effect.REFUSED, Severity.ERROR, "it"),)), 1),
        (Review("r", "a", "b", version=BAD.version), 1),
        (Review("r", "a", "b", tuple(CHANGES.values())[1:]), 0),
    ):
        library.reviews = (review,)
        assert status == cli("review").status


def test_every_form_is_printed(library: Library, cli: Cli) -> None:
    """As the library makes it, on standard output alone."""
    library.reviews = ALL
    texts = {form: cli("review", "--format", form) for form in ("text", "markdown", "html", "json", "sarif", "github")}
    assert {(1, "")} == {(done.status, done.err) for done in texts.values()}
    assert formats.text(ALL) == texts["text"].out
    assert formats.markdown(ALL) == texts["markdown"].out
    assert formats.html(ALL) == texts["html"].out
    assert formats.github(ALL) == texts["github"].out
    assert "2.1.0" == json.loads(texts["sarif"].out)["version"]
    jsonschema.validate(json.loads(texts["json"].out), SCHEMA)


def test_quiet_prints_what_is_of_note(library: Library, cli: Cli) -> None:
    """Nothing where nothing is; a document for programs is always there."""
    library.reviews = (SAME, GOOD)
    assert (0, "", "") == cli("review", "-q").told
    assert (0, "", "") == cli("review", "--quiet", "--format", "markdown").told
    assert "nothing changes" in cli("review").out
    jsonschema.validate(json.loads(cli("review", "-q", "--format", "json").out), SCHEMA)
    library.reviews = (SAME, BAD)
    assert formats.text((SAME, BAD)) == cli("review", "-q").out


def test_forms_are_written_to_files(library: Library, cli: Cli, tmp_path: Path) -> None:
    """Beside what is printed; where quiet has nothing to say, the file is empty."""
    library.reviews = ALL
    arguments = ["--format", "github", "--write", "markdown=a.md", "--write", "html=a=b.html", "--write", "text=a.txt"]
    assert (1, formats.github(ALL), "") == cli("review", *arguments).told
    assert formats.markdown(ALL).encode() == (tmp_path / "a.md").read_bytes()
    assert formats.html(ALL).encode() == (tmp_path / "a=b.html").read_bytes()
    assert formats.text(ALL).encode() == (tmp_path / "a.txt").read_bytes()
    library.reviews = (SAME,)
    assert (0, "", "") == cli("review", "-q", "--write", "markdown=a.md", "--write", "json=a.json").told
    assert b"" == (tmp_path / "a.md").read_bytes()
    jsonschema.validate(json.loads((tmp_path / "a.json").read_text("utf-8")), SCHEMA)


def test_a_file_changes_as_a_whole_or_not_at_all(library: Library, cli: Cli, tmp_path: Path) -> None:
    """A link is written through; nothing else is left in the folder."""
    library.reviews = ALL
    (tmp_path / "a.md").write_text("old", encoding="utf-8")
    before = (tmp_path / "a.md").stat().st_ino
    (tmp_path / "linked").symlink_to("a.html")
    assert 1 == cli("review", "--write", "markdown=a.md", "--write", "html=linked").status
    assert before != (tmp_path / "a.md").stat().st_ino
    assert formats.html(ALL).encode() == (tmp_path / "a.html").read_bytes()
    assert ["a.html", "a.md", "linked"] == sorted(each.name for each in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("path", "why"), [("no/such/folder.html", "no such file or folder"), (".", "a folder has that name")]
)
def test_a_file_that_cannot_be_written_is_told(path: str, why: str, library: Library, cli: Cli) -> None:
    """After the text, which is worth reading all the same; in a form for programs there is one document only."""
    library.reviews = ALL
    done = cli("review", "--write", f"html={path}")
    assert (2, formats.text(ALL)) == (done.status, done.out)
    assert f"cannot write `{path}`: {why}" in done.err
    (finding,) = json.loads(cli("review", "--format", "json", "--write", f"html={path}").out)["findings"]
    assert f"cannot write `{path}`: {why}" == finding["message"]


def test_no_designs_are_told(library: Library, cli: Cli) -> None:
    """An empty project is no reason to fail."""
    assert (0, "there is nothing to review\n", "") == cli("review").told
    assert (0, "", "") == cli("review", "-q").told
    assert [] != library.asked


def test_a_side_that_cannot_be_read(library: Library, cli: Cli) -> None:
    """Status 2 and where it is; what could be reviewed is shown before."""
    library.reviews = (BAD,)
    library.error = InputError("`b.yaml` is no template", location=Location("b.yaml", 1, 1))
    done = cli("review")
    assert (2, formats.text([BAD])) == (done.status, done.out)
    assert "b.yaml:1:1: error: `b.yaml` is no template" in done.err
    done = cli("review", "--format", "json")
    assert (2, "") == (done.status, done.err)
    assert "`b.yaml` is no template" == json.loads(done.out)["findings"][0]["message"]
    assert 2 == cli("review", "--format", "html").status


def test_the_schema_is_printed(cli: Cli) -> None:
    """`cfn-table schema review` prints the published file."""
    assert (0, json.dumps(SCHEMA)) == ((done := cli("schema", "review")).status, json.dumps(json.loads(done.out)))


def test_what_only_a_commit_has_is_shown_in_the_checkout(library: Library, cli: Cli) -> None:
    """Annotations and SARIF name the file that had it, since no checkout has a file named after a commit."""
    place = Location("git:75968aa293d3:build/orders/1.0.0/template.yaml", 3, 5, "  TableName:")
    change = Change(
        "exports-stay", Effect.REFUSED, Severity.ERROR, "export `orders-TableName` is removed", location=place
    )
    library.reviews = (Review("orders", "git:main", "orders", (change,)),)
    assert (
        "::error file=build/orders/1.0.0/template.yaml,title=exports-stay::" in cli("review", "--format", "github").out
    )
    assert '"uri": "build/orders/1.0.0/template.yaml"' in cli("review", "--format", "sarif").out


def test_files_hold_what_could_be_reviewed(library: Library, cli: Cli, tmp_path: Path) -> None:
    """One design that cannot be read keeps no other from its file; an older file is not left as if it were true."""
    library.reviews = (GOOD,)
    library.error = InputError("`templates/other.yaml` cannot be read")
    (tmp_path / "review.md").write_text("old", "utf-8")
    assert 2 == cli("review", "--write", "markdown=review.md").status
    assert GOOD.name in (tmp_path / "review.md").read_text("utf-8")
