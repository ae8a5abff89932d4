"""Values that come from the environment: checked by the field that holds them, and never more than texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.written import FILE, told, with_
from tests.projects import small_project

CONTEXT = with_("table:\n", "context: {TABLE: notes}\ntable:\n  name: '{{ TABLE }}'\n  tags: {table: '{{ TABLE }}'}\n")
TAGGED = with_("table:\n", "context: {TAG: x}\ntags: {tag: '{{ TAG }}'}\ntable:\n")
HOSTILE_VALUES = [
    "{{ ''.__class__ }}",
    "x: [1, 2]",
    "- a",
    "&a b",
    "!Ref X",
    "a\nb: c",
    "#",
    "'",
    '"',
    "${",
]


@pytest.mark.parametrize("value", ["notes\nbilling: PROVISIONED", "{partition: X}", "a b", "x" * 300])
def test_a_value_from_the_environment_must_fit_its_field(
    value: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in a variable is one text, checked like a text in the file: at the line that uses it."""
    small_project(tmp_path)
    (tmp_path / FILE).write_text(CONTEXT, encoding="utf-8")
    monkeypatch.setenv("TABLE", value)
    done = cli("generate", "--format", "json")
    ((where, message, _),) = told(done)
    assert (2, f"{FILE}:6:9") == (done.status, where)
    assert message.endswith("is not a name of a table or index")
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_a_value_from_the_environment_stays_a_text(
    value: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No value is evaluated a second time, and none becomes structure: the tag has exactly this value."""
    small_project(tmp_path)
    (tmp_path / FILE).write_text(TAGGED, encoding="utf-8")
    monkeypatch.setenv("TAG", value)
    done = cli("generate", "--draft=json")
    assert 0 == done.status, done.err
    tags = json.loads(done.out)["Resources"]["NotesTable"]["Properties"]["Tags"]
    assert [{"Key": "tag", "Value": value}] == tags


def test_a_value_with_controls_is_shown_as_text(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came from the environment is told, and cannot paint or clear the terminal."""
    small_project(tmp_path)
    text = with_("Notes of users", "'{{ WHAT }}'") + "context: {WHAT: notes}\n"
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    monkeypatch.setenv("WHAT", "a\x1b[2Jb")
    expected = "created   build/notes/1.0.0\n          WHAT=a\\x1b[2Jb from the environment\n"
    assert (0, expected, "") == cli("generate").told
