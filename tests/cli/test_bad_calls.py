"""What a call without a meaning gets: the reason and advice, in the form that was asked for, and exit status 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.publish.builds import tree

CALLS: dict[str, tuple[list[str], str]] = {
    "a context value without a name": (
        ["generate", "--context", "x"],
        "error: `--context x` is not NAME=VALUE [usage]\nhelp: write `--context TABLE_NAME=my-table`\n\n1 error\n",
    ),
    "a context value twice": (
        ["generate", "--context", "x=1", "--context", "x=2"],
        "error: `--context x` is given twice [usage]\n\n1 error\n",
    ),
    "a context value that no design declares": (
        ["generate", "--context", "x=1"],
        (
            "error: no design declares the context value `x` [usage]\n"
            "help: declare it in the design: `context: {x: VALUE}`\n\n1 error\n"
        ),
    ),
    "a draft of a check": (
        ["generate", "--draft", "--check"],
        (
            "error: `--draft` prints the template of one design [usage]\n"
            "help: name one design, without `--check`\n\n1 error\n"
        ),
    ),
    "a draft of what is no design": (
        ["generate", "--draft", "xml"],
        "error: there is no design `xml` in `templates` [usage]\nhelp: use `notes`\n\n1 error\n",
    ),
    "a glob that matches nothing": (["lint", "*.jsn"], "error: `*.jsn` matches nothing [usage]\n\n1 error\n"),
    "an empty path": (
        ["lint", ""],
        ("error: a path is empty [usage]\nhelp: name files, or leave all paths out for the whole project\n\n1 error\n"),
    ),
    "an empty name of a design": (
        ["generate", ""],
        ("error: the name of a design is empty [usage]\nhelp: leave all names out for the whole project\n\n1 error\n"),
    ),
    "an address that is none": (
        ["publish", "bucket"],
        "bucket: error: `bucket` is not the address of a bucket [input]\nhelp: write `s3://bucket/prefix`\n\n1 error\n",
    ),
    "nothing to publish": (
        ["publish", "s3://bucket"],
        "error: no version is published here [usage]\nhelp: run `cfn-table generate` first\n\n1 error\n",
    ),
}


@pytest.mark.parametrize(("arguments", "expected"), CALLS.values(), ids=CALLS)
def test_a_call_is_refused_for(arguments: list[str], expected: str, root: Path, cli: Cli) -> None:
    """The status is 2, and nothing was done."""
    before = tree(root)
    assert (2, "", expected) == cli(*arguments).told
    assert before == tree(root)


PROGRAMS: dict[str, tuple[list[str], str]] = {
    "a draft with a format for results": (["generate", "--draft"], "`--draft` prints a template, not results"),
    "a context value without a name": (["generate", "--context", "x"], "`--context x` is not NAME=VALUE"),
    "a context value that no design declares": (
        ["generate", "--check", "--context", "x=1"],
        "no design declares the context value `x`",
    ),
    "no such design": (["generate", "users"], "there is no design `users` in `templates`"),
    "a glob that matches nothing": (["lint", "*.jsn"], "`*.jsn` matches nothing"),
    "a wrong context value of lint": (["lint", "--context", "x"], "`--context x` is not NAME=VALUE"),
}


@pytest.mark.parametrize(("arguments", "message"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_is_told_in_the_form_it_asked_for(arguments: list[str], message: str, root: Path, cli: Cli) -> None:
    """Who asks for JSON gets a document on standard output, also when the call has no meaning."""
    done = cli(*arguments, "--format", "json")
    assert (2, "") == (done.status, done.err)
    data = json.loads(done.out)
    assert [("usage", message)] == [(each["rule"], each["message"]) for each in data["findings"]]
    assert data.get("results", []) == []
    assert (root / "templates").is_dir()


CLICKS: dict[str, tuple[list[str], str]] = {
    "a command that does not exist": (["generat"], "there is no command `generat` (did you mean `generate`?)"),
    "an option that does not exist": (["generate", "--chek"], "No such option"),
    "a format that does not exist": (["lint", "--format", "xml"], "'xml' is not one of"),
    "a schema that does not exist": (["schema", "table"], "'table' is not one of"),
    "a missing argument": (["publish"], "Missing argument 's3://BUCKET/PREFIX'"),
    "no value for an option": (["generate", "--context"], "requires an argument"),
}


@pytest.mark.parametrize(("arguments", "said"), CLICKS.values(), ids=CLICKS)
def test_a_call_has_no_meaning_with(arguments: list[str], said: str, root: Path, cli: Cli) -> None:
    """The usage and the reason are on standard error, the status is 2."""
    done = cli(*arguments)
    assert (2, "") == (done.status, done.out)
    assert done.err.startswith(("Usage: cfn-table", "Error: "))
    assert said in done.err
    assert ["templates"] == [path.name for path in root.iterdir()]
