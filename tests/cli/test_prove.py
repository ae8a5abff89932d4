"""`cfn-table prove`: what it prints, what it exits with, and what stops it."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import Cli
from tests.engines.install import ROOT
from tests.projects import copy_designs, small_design

SCHEMA = ROOT / "docs" / "schema" / "proof.schema.json"

WITH_INDEX = (
    small_design()
    .replace("SK: 'NOTE#{noteId}'}", "SK: 'NOTE#{noteId}', TextPK: 'TEXT#{text}', TextSK: 'NOTE#{noteId}'}")
    .replace("entities:", "indexes: [{name: by-text, id: ByText, key: {partition: TextPK, sort: TextSK}}]\nentities:")
    + "  by_text: {operation: Query, index: ByText, entity: note}\n"
    + "extend: hooks/spoil.py:spoil\n"
)

ODD = "Nötizen 👩‍👩‍👧 e\u0301 \u05e9\u05dc\u05d5\u05dd \u202ereversed\u202c \x7f\x1b[2J \u2028 ]]> & <b> `|` @all"
"""Emoji that are joined, a combining accent, Hebrew, marks that reorder text, controls, and what markup obeys."""

SPOIL = """\
def spoil(template, design):
    table = template.resources["NotesTable"]
    table.GlobalSecondaryIndexes[0].Projection.ProjectionType = "KEYS_ONLY"
    return template
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with kv-storage, published; it is the current folder of `cli`."""
    for name in ("templates", "policies", "build"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def as_data(text: str) -> dict[str, Any]:
    """A report as data, which keeps the published schema."""
    data: dict[str, Any] = json.loads(text)
    jsonschema.validate(data, json.loads(SCHEMA.read_text("utf-8")))
    return data


def test_all_patterns_and_policies_are_shown(root: Path, cli: Cli) -> None:
    """Times are the engine's; verdicts and the matrix of policies are the design's."""
    del root
    done = cli("prove")
    assert (0, "") == (done.status, done.err)
    rows = [" ".join(line.split()) for line in done.out.splitlines()]
    patterns = [re.sub(r"( [\d.]+)+ ", " … ", row) for row in rows if row.endswith(" passed")]
    assert [
        "get_user_by_id … passed",
        "get_user_by_api_key … passed",
        "list_user_namespaces … passed",
        "get_namespace … passed",
        "GetItem … passed",
        "PutItem … passed",
        "UpdateItem … passed",
        "DeleteItem … passed",
        "list_keys_by_prefix … passed",
        "report_user … passed",
    ] == patterns
    start = rows.index("pattern api reporting tenant")
    assert [
        "get_user_by_id - - -",
        "get_user_by_api_key yes - -",
        "list_user_namespaces - - -",
        "get_namespace yes - also",
        "manage_key yes - yes",
        "list_keys_by_prefix yes - yes",
        "report_user - yes -",
    ] == rows[start + 1 : start + 8]
    assert all(len(line) <= 80 for line in done.out.splitlines())
    assert "kv-storage 1.0.0 on moto: 10 passed, 3 policies do what they say" in rows


def test_a_seed_makes_the_same_cases_again(root: Path, cli: Cli) -> None:
    """And another seed makes others; only times differ between two runs with one seed."""
    del root

    def cases(seed: str) -> list[tuple[Any, ...]]:
        arguments = ["--pattern", "manage_key", "--pattern", "list_keys_by_prefix", "--seed", seed]
        (report,) = as_data(cli("prove", "--format", "json", *arguments).out)["reports"]
        return [(each["pattern"], each["cases"], each["items"], each["requests"]) for each in report["operations"]]

    assert cases("3") == cases("3")
    assert cases("3") != cases("4")


def test_some_patterns_are_proven(root: Path, cli: Cli) -> None:
    """Only these are executed and shown, and the report says so; a name that is none is told."""
    del root
    done = cli("prove", "--pattern", "get_namespace")
    assert (0, "") == (done.status, done.err)
    rows = [" ".join(line.split()) for line in done.out.splitlines()]
    assert "get_namespace yes - also" in rows
    assert not any("manage_key" in row for row in rows)
    assert any("1 of 7 access patterns were executed, as asked" in row for row in rows)
    done = cli("prove", "--pattern", "get_namespaces")
    assert (2, "") == (done.status, done.out)
    assert "`kv-storage` has no access pattern `get_namespaces`" in done.err
    assert "did you mean `get_namespace`?" in done.err


def test_reports_for_programs(tmp_path: Path, cli: Cli) -> None:
    """JUnit has a case for each operation and each policy; Markdown begins with the verdict."""
    copy_designs(tmp_path, "smallest")
    done = cli("prove", "--draft", "--format", "junit")
    assert (0, "") == (done.status, done.err)
    suite = ET.fromstring(done.out).find("testsuite")
    assert suite is not None
    names = [case.attrib["name"].split() for case in suite.iter("testcase")]
    assert ["get_note", "put_note", "writer"] == [first if first != "policy" else rest[0] for first, *rest in names]
    markdown = cli("prove", "--draft", "--format", "markdown")
    assert 0 == markdown.status
    assert "smallest" in markdown.out.splitlines()[0]


def test_a_pattern_that_fails_is_told_and_fails_the_command(tmp_path: Path, cli: Cli) -> None:
    """Here a hook takes attributes out of the index, which neither the design nor a linter sees."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "notes.yaml").write_text(WITH_INDEX, "utf-8")
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "spoil.py").write_text(SPOIL, "utf-8")
    done = cli("prove", "--draft", "--format", "json")
    assert 1 == done.status
    data = as_data(done.out)
    assert data["failed"]
    (report,) = data["reports"]
    assert ["by_text"] == [each["pattern"] for each in report["operations"] if each["verdict"] == "failed"]
    text_form = cli("prove", "--draft")
    assert 1 == text_form.status
    assert "by_text" in text_form.out
    assert "absent, not" in text_form.out


def test_a_limit_of_latency_fails_only_where_it_is_given(tmp_path: Path, cli: Cli) -> None:
    """A microsecond is too little, a minute is not."""
    copy_designs(tmp_path, "smallest")
    assert 1 == cli("prove", "--draft", "--max-latency", "0.001").status
    assert 0 == cli("prove", "--draft", "--max-latency", "60000").status


FORMATS = ("text", "json", "junit", "markdown")


def odd_design(*more: str) -> str:
    """A design whose description, patterns and samples have odd characters."""
    text = '"' + "".join(f"\\U{ord(each):08x}" for each in ODD) + '"'
    samples = f"    samples: [{{userId: {text}, noteId: {text}, text: {text}}}]\naccess_patterns:"
    design = small_design("notes", "1.0.0", *more).replace("Notes of users", text)
    return design.replace("access_patterns:", samples).replace("entity: note}", f"entity: note, description: {text}}}")


def is_plain(text: str) -> bool:
    """Whether text has no character that a terminal obeys, hides or takes for a direction."""
    return not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]", text)


def test_odd_characters_are_proven_as_others_are(tmp_path: Path, cli: Cli) -> None:
    """In every form of the report, without a character that a terminal obeys."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "notes.yaml").write_text(odd_design(), "utf-8")
    done = {format_: cli("prove", "--draft", "--format", format_) for format_ in FORMATS}
    assert [(0, "")] * 4 == [(each.status, each.err) for each in done.values()]
    assert all(is_plain(each.out) for each in done.values())
    (report,) = as_data(done["json"].out)["reports"]
    assert (2, []) == (len(report["operations"]), report["notes"])
    assert 2 == len(list(ET.fromstring(done["junit"].out).iter("testcase")))


def test_odd_characters_of_what_fails_are_shown_escaped(tmp_path: Path, cli: Cli) -> None:
    """Arguments and values come from samples; JUnit is well-formed whatever is in them."""
    (tmp_path / "templates").mkdir()
    design = odd_design("  by_text: {operation: Query, index: ByText, entity: note}", "extend: hooks/spoil.py:spoil")
    index = "indexes: [{name: by-text, id: ByText, key: {partition: TextPK, sort: TextSK}}]\nentities:"
    keys = "SK: 'NOTE#{noteId}', TextPK: 'TEXT#{text}', TextSK: 'NOTE#{noteId}'}"
    design = design.replace("entities:", index, 1).replace("SK: 'NOTE#{noteId}'}", keys)
    (tmp_path / "templates" / "notes.yaml").write_text(design, "utf-8")
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "spoil.py").write_text(SPOIL, "utf-8")
    done = {format_: cli("prove", "--draft", "--format", format_) for format_ in FORMATS}
    assert [(1, "")] * 4 == [(each.status, each.err) for each in done.values()]
    assert all(is_plain(each.out) for each in done.values())
    (failure,) = ET.fromstring(done["junit"].out).iter("failure")
    assert "Nötizen" in (failure.text or "")
    assert as_data(done["json"].out)["failed"]


def test_only_what_is_published_is_proven(root: Path, cli: Cli) -> None:
    """A design that was changed since is another one; `--draft` proves it all the same."""
    design = root / "templates" / "kv-storage.yaml"
    design.write_text(design.read_text("utf-8").replace("latency_target_ms: 10", "latency_target_ms: 20"), "utf-8")
    done = cli("prove")
    assert (1, "") == (done.status, done.out)
    assert "`build/kv-storage/1.0.0` is not what the inputs say" in done.err
    assert "help: run `cfn-table generate templates/kv-storage.yaml`" in done.err
    assert 0 == cli("prove", "--draft").status


@pytest.mark.parametrize(
    ("arguments", "message", "help_"),
    [
        (["nothing"], "there is no design `nothing` in `templates`", "use `kv-storage`"),
        (["--engine", "moto", "--stack-name", "x"], "`--engine` and `--stack-name` are two places", "leave `--engine`"),
        (["--jar", "x"], "`--jar` is for DynamoDB Local", "add `--engine dynamodb-local`"),
        (["--max-latency", "0"], "`--max-latency 0` is no limit", "write milliseconds, such as `20`"),
        (["--parameter", "Nope=1"], "the template has no parameter `Nope`", "use `AlarmTopicArn`"),
        (["--stack-name", " "], "the name of the stack is empty", "write `--stack-name STACK`"),
        (["--profile", "x"], "`--profile` is for a deployed stack", "add `--stack-name STACK`"),
        (["--region", "x"], "`--region` is for a stack or an endpoint", "add `--stack-name STACK`"),
        (["--stack-name", "x", "--parameter", "A=1"], "a deployed stack has its parameters", "leave `--parameter` out"),
        (["--stack-name", "x"], "nothing was written to the table of stack `x`", "say yes, or add `--yes`"),
        (["--endpoint-url", "x"], "`x` is not the address of an engine", "write a URL such as"),
        (["--endpoint-url", "http://127.0.0.1:1"], "the endpoint cannot be reached", "check the endpoint"),
        (["--engine", "dynamodb-local", "--jar", "no.jar"], "no.jar", "fetch AWS's"),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: list[str], message: str, help_: str, root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 2, what is wrong, and what to do; never a traceback."""
    del root
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    done = cli("prove", *arguments)
    assert (2, "") == (done.status, done.out)
    told = " ".join(done.err.split())
    assert message in told
    assert f"help: {help_}" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "url", ["x", "127.0.0.1:8000", "ftp://x", "http://", "http://[", "http://x:80000", "http://x y"]
)
def test_what_is_no_address_is_told_before_anything_is_done(url: str, cli: Cli) -> None:
    """Even before a design is looked for: there is none here."""
    done = cli("prove", "--endpoint-url", url)
    said = (
        f"error: `{url}` is not the address of an engine [usage]\nhelp: write a URL such as `http://127.0.0.1:9000`\n"
    )
    assert (2, "", f"{said}\n1 error\n") == done.told


@pytest.mark.parametrize("url", ["", "  "])
def test_an_empty_address_is_told_as_such(url: str, cli: Cli) -> None:
    """It comes from a variable of a script that is not set, and would mean AWS."""
    done = cli("prove", "--endpoint-url", url)
    help_ = "write a URL such as `http://127.0.0.1:9000`, or leave `--endpoint-url` out"
    assert (2, "", f"error: the URL of the endpoint is empty [usage]\nhelp: {help_}\n\n1 error\n") == done.told


def test_the_surroundings_do_not_matter_to_moto(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a broken AWS configuration nor a proxy nor an endpoint of the environment."""
    copy_designs(tmp_path, "smallest")
    (tmp_path / "config").write_text("[default\nregion = nowhere", "utf-8")
    for name, value in {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_PROFILE": "missing",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    assert 0 == cli("prove", "--draft", "-q").status
