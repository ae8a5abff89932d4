"""What the system refuses is told with its place and reason, and what is a bug of ours as such."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from cfn_table.project import Project
from cfn_table.publish.store import Build, Outcome, Store
from tests.cli.conftest import Cli
from tests.cli.written import FILE, finding
from tests.projects import environment
from tests.publish.builds import tree
from tests.publish.faults import Failing, watched

REFUSALS = {
    errno.ENOSPC: ("no space is left on the device", "free some space and run the command again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run the command again"),
    errno.EROFS: ("the file system is read-only", "work in a copy of the project on a writable file system"),
    errno.EACCES: (
        "permission denied",
        "give yourself permission to write there, or work in a copy of the project",
    ),
}


@pytest.mark.parametrize("code", REFUSALS, ids=errno.errorcode.get)
@pytest.mark.parametrize("step", [0, 3, 9, 20])
def test_a_disk_that_refuses_leaves_nothing(
    code: int, step: int, root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From whatever write on the disk refuses, the message says why, the status is 2, and the folder is as before."""
    before = tree(root)
    publish = Store.publish

    def refused(store: Store, build: Build) -> Outcome:
        with watched(Failing(step, code, once=False)):
            return publish(store, build)

    monkeypatch.setattr(Store, "publish", refused)
    done = cli("generate")
    monkeypatch.setattr(Store, "publish", publish)
    message, help = REFUSALS[code]
    assert (2, "") == (done.status, done.out)
    assert f": {message} [input]\nhelp: {help}\n\n1 error\n" in done.err
    assert done.err.startswith("build"), done.err
    assert before == tree(root)
    assert (0, "created   build/notes/1.0.0\n", "") == cli("generate").told


def test_a_file_that_may_not_be_read_is_named(root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system refuses, the message names the file and the reason."""
    real = Path.open

    def refuse(path: Path, *arguments: object, **named: object) -> object:
        if path.name == "notes.yaml":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    expected = f"{FILE}: error: `{FILE}` cannot be read: permission denied [input]\n\n1 error\n"
    assert (2, "", expected) == cli("generate").told
    assert not (root / "build").exists()


def test_what_nobody_expected_the_system_to_refuse_is_no_bug_of_ours(
    root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An I/O error anywhere is told as one, with the path that the system names."""

    def refuse(_: Project) -> list[Path]:
        raise OSError(errno.EIO, "Input/output error", "templates")

    monkeypatch.setattr(Project, "designs", refuse)
    expected = finding("templates", "`templates` cannot be used: input/output error", "check the path")
    assert (2, "", expected) == cli("generate").told
    assert ["templates"] == [path.name for path in root.iterdir()]


def test_a_name_that_no_file_can_have_is_told(root: Path, cli: Cli) -> None:
    """A path that the system calls too long is one line, and not five thousand characters."""
    done = cli("generate", "x" * 5000)
    shown = "x" * 77 + "..."
    assert (2, "", finding(shown, f"`{shown}` cannot be used: file name too long", "check the path")) == done.told
    assert ["templates"] == [path.name for path in root.iterdir()]


@pytest.mark.skipif(os.name == "nt", reason="Windows does not remove a current folder")
def test_a_current_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """Somebody removed the folder in which the shell still stands."""
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f'rmdir "{gone}" && exec "$0" -m cfn_table generate'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable], cwd=gone, env=environment(), capture_output=True, text=True, check=False
    )
    assert (2, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("error: the system refuses: no such file or directory [input]\n")
    assert "Traceback" not in done.stderr


def test_a_program_is_told_what_the_system_refuses(root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """An I/O error that ends the command is in the document too."""

    def refuse(*_: object) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error", "templates")

    monkeypatch.setattr(Project, "designs", refuse)
    done = cli("generate", "--format", "json")
    assert (2, "") == (done.status, done.err)
    (found,) = json.loads(done.out)["findings"]
    assert "`templates` cannot be used: input/output error" == found["message"]
    assert (root / "templates").is_dir()


def test_our_own_bug_asks_for_a_report(root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is our fault says so, with what a report needs, and has a status of its own."""

    def fail(_: Project) -> list[Path]:
        raise LookupError("nothing there")

    monkeypatch.setattr(Project, "designs", fail)
    monkeypatch.delenv("CFN_TABLE_TRACEBACK", raising=False)
    done = cli("generate")
    assert (3, "") == (done.status, done.out)
    assert "has a bug: LookupError: nothing there\n  in fail, line " in done.err
    assert done.err.endswith("please report it with the design; CFN_TABLE_TRACEBACK=1 shows the whole trace\n")
    assert "Traceback" not in done.err
    monkeypatch.setenv("CFN_TABLE_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in cli("generate").err
    assert ["templates"] == [path.name for path in root.iterdir()]
