"""Two commands at once, a command that is killed, and Ctrl-C: whole versions or none, and no process is left."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.processes import eventually, finish, start
from tests.projects import (
    alive,
    command,
    copy_designs,
    descendants,
    end,
    environment,
    run,
    small_design,
    small_project,
    version_files,
)
from tests.publish.builds import tree

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these tests look at processes as Linux and macOS do")

KILLS = 12
EMPTY = {(name, "/") for name in ("shop", "smallest", "forum")}


# ---------------------------------------------------------------- two at once


def test_two_that_generate_the_same_both_succeed(tmp_path: Path) -> None:
    """One publishes the version, the other finds it unchanged."""
    root = small_project(tmp_path / "project")
    told = [finish(process) for process in [start("generate", "--no-cache", cwd=root) for _ in range(2)]]
    assert [0, 0] == [status for status, _, _ in told], told
    assert ["", ""] == [err for _, _, err in told]
    assert ["created   build/notes/1.0.0\n", "unchanged build/notes/1.0.0\n"] == sorted(out for _, out, _ in told)
    assert (0, "current   build/notes/1.0.0\n", "") == run("generate", "--check", cwd=root).told


def test_of_two_that_generate_different_content_one_is_refused(tmp_path: Path) -> None:
    """Whoever comes second is told that the version is published with other content; the first one's stays, whole."""
    root = small_project(tmp_path / "project")
    text = small_design("notes", "1.0.0", "context: {TAG: x}", "tags: {tag: '{{ TAG }}'}")
    (root / "templates" / "notes.yaml").write_text(text, encoding="utf-8")
    processes = [start("generate", "--no-cache", "--context", f"TAG={value}", cwd=root) for value in ("one", "two")]
    told = [finish(process) for process in processes]
    assert [0, 1] == sorted(status for status, _, _ in told), told
    winner = ("one", "two")[[status for status, _, _ in told].index(0)]
    (refused,) = [err for status, _, err in told if status == 1]
    assert "version `1.0.0` of `notes` is published and never changes" in refused
    assert (0, "") == run("generate", "--check", cwd=root).told[::2]
    assert f"Value: {winner}" in (root / "build" / "notes" / "1.0.0" / "template.yaml").read_text(encoding="utf-8")


def test_of_two_prereleases_the_last_one_stays(tmp_path: Path) -> None:
    """A pre-release may be overwritten: both succeed, and one of the two is there, whole."""
    root = small_project(tmp_path / "project", version="1.0.0-rc.1")
    text = small_design("notes", "1.0.0-rc.1", "context: {TAG: x}", "tags: {tag: '{{ TAG }}'}")
    (root / "templates" / "notes.yaml").write_text(text, encoding="utf-8")
    processes = [start("generate", "--no-cache", "--context", f"TAG={value}", cwd=root) for value in ("one", "two")]
    told = [finish(process) for process in processes]
    assert [0, 0] == [status for status, _, _ in told], told
    assert {"created", "replaced"} == {out.split()[0] for _, out, _ in told}
    assert (0, "") == run("generate", "--check", cwd=root).told[::2]


def test_two_that_generate_many_designs_share_the_work(tmp_path: Path) -> None:
    """Each version is created by one of them."""
    root = small_project(tmp_path / "project", *(f"notes-{letter}" for letter in "abcd"))
    told = [finish(process) for process in [start("generate", cwd=root) for _ in range(2)]]
    assert [(0, ""), (0, "")] == [(status, err) for status, _, err in told], told
    lines = [line.split() for _, out, _ in told for line in out.splitlines()]
    created = sorted(folder for outcome, folder in lines if outcome == "created")
    assert [f"build/notes-{letter}/1.0.0" for letter in "abcd"] == created


# ---------------------------------------------------------------- killed


@pytest.fixture
def duration(tmp_path: Path) -> float:
    """About how long a generation takes here and now, in seconds; the modules are compiled by it."""
    root = copy_designs(tmp_path / "measured", "shop", "smallest", "forum")
    begin = time.monotonic()
    assert 0 == run("generate", "--no-cache", cwd=root).status
    return time.monotonic() - begin


def test_a_killed_command_leaves_whole_versions_and_no_process(tmp_path: Path, duration: float) -> None:
    """Killed at any moment: what is published is whole, linting processes end, and the next command succeeds.

    The moments are spread over the whole run, and the seed is in the message.
    """
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    moments = [duration * (number + chance.random()) / KILLS for number in range(KILLS)]
    expected = copy_designs(tmp_path / "expected", "shop", "smallest", "forum")
    assert 0 == run("generate", cwd=expected).status
    whole = tree(expected / "build")
    root = copy_designs(tmp_path / "project", "shop", "smallest", "forum")
    left: set[int] = set()
    for number, moment in enumerate(moments):
        process = start("generate", "--no-cache", cwd=root)
        try:
            time.sleep(moment)
            left |= set(descendants(process.pid))
        finally:
            process.kill()
            process.communicate()
        for name, content in tree(root / "build").items() if (root / "build").exists() else ():
            # A design's folder may be made and its version not yet there.
            if ".staging-" not in name and "lock" not in name and (name, content) not in EMPTY:
                assert whole.get(name) == content, f"{name} after kill {number} at {moment:.3f} s, seed {seed}"
        if number % 3 == 2:
            for version in list((root / "build").glob("*/[0-9]*")):
                shutil.rmtree(version)
    assert eventually(lambda: not any(alive(pid) for pid in left)), f"processes are left, seed {seed}"
    done = run("generate", cwd=root)
    assert (0, "") == (done.status, done.err), f"seed {seed}"
    assert whole == tree(root / "build"), f"seed {seed}"
    assert 0 == run("generate", "--check", cwd=root).status


# ---------------------------------------------------------------- Ctrl-C

# A shell shows 130 for both: Python ends by the signal itself when Ctrl-C passed through an extension module's code.
BY_CTRL_C = (130, -signal.SIGINT)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A project with so many designs that a generation takes a while."""
    return small_project(tmp_path / "project", *(f"notes-{number}" for number in range(40)))


def interrupted(root: Path, when: Callable[[subprocess.Popen[bytes]], bool]) -> Iterator[tuple[int, str, str]]:
    """What the command says when Ctrl-C comes as soon as `when` holds."""
    process = start("generate", "--no-cache", cwd=root)
    try:
        assert eventually(lambda: when(process) or process.poll() is not None)
        processes = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        yield finish(process)
        assert eventually(lambda: not any(alive(pid) for pid in processes)), "processes are left"
    finally:
        end(process)


MOMENTS: dict[str, Callable[[Path], Callable[[subprocess.Popen[bytes]], bool]]] = {
    "the linter starts": lambda _: lambda process: bool(descendants(process.pid)),
    "the first version is published": lambda root: lambda _: any(root.glob("build/*/1.0.0")),
    "ten versions are published": lambda root: lambda _: len(list(root.glob("build/*/1.0.0"))) >= 10,
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_ctrl_c_ends_quietly_when(
    moment: Callable[[Path], Callable[[subprocess.Popen[bytes]], bool]], many: Path
) -> None:
    """The status is 130, nothing is said, no process is left, and every version that is there is whole."""
    ((status, out, err),) = interrupted(many, moment(many))
    assert ("", "") == (out, err.strip())
    assert status in BY_CTRL_C
    versions = list(many.glob("build/*/*"))
    assert len(versions) < 40
    for version in versions:
        found = sorted(path.relative_to(version).as_posix() for path in version.rglob("*") if path.is_file())
        assert version_files(version.parent.name) == found
    assert [] == [path for path in many.rglob("*") if ".staging-" in path.name]
    again = run("generate", cwd=many)
    assert (0, "") == (again.status, again.err)
    assert 0 == run("generate", "--check", cwd=many).status


def test_ctrl_c_in_a_terminal_reaches_only_the_command(tmp_path: Path) -> None:
    """A terminal sends it to the whole process group: linting processes stand apart, and end with the command."""
    root = small_project(tmp_path / "project", *(f"notes-{number}" for number in range(40)))
    process = subprocess.Popen(
        command("generate", "--no-cache"),
        cwd=root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert eventually(lambda: any(root.glob("build/*/1.0.0")))
        processes = descendants(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        status, _, err = finish(process)
        assert "" == err.strip()
        assert status in BY_CTRL_C
        assert eventually(lambda: not any(alive(pid) for pid in processes))
    finally:
        end(process)


def test_ctrl_c_before_anything_is_loaded_is_quiet(tmp_path: Path) -> None:
    """While the command line itself is imported, Ctrl-C ends it without a trace."""
    script = (
        "import sys, signal, os\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from cfn_table.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--help"], cwd=tmp_path, env=environment(), capture_output=True, check=False
    )
    assert (130, b"", b"") == (done.returncode, done.stdout, done.stderr)


def test_an_interrupt_that_somebody_swallows_still_ends_the_command(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled code may take the exception for its own and go on: the status says all the same what was asked."""

    def swallow(*_: object, **__: object) -> int:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return 0

    monkeypatch.setattr("cfn_table.cli.root.cli.main", swallow)
    assert 130 == cli("lint").status
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
