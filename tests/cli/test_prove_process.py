"""`cfn-table prove` as a process: progress, two at once, signals, and streams; no engine outlives it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.processes import Terminal, eventually, finish, in_terminal, on_terminal, start
from tests.projects import PATIENCE, alive, command, copy_designs, descendants, end, environment, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these tests look at processes as Linux and macOS do")

ERASED = "\r\x1b[K"
"""Takes a line of progress away."""

LOCAL = pytest.param("dynamodb-local", marks=pytest.mark.engine)
PROVE = ("prove", "--draft")

full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one design; temporary files are in `temporary`, which must be empty at the end."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    return copy_designs(tmp_path / "project", "smallest")


@pytest.fixture(params=["moto", LOCAL])
def engine(request: pytest.FixtureRequest) -> list[str]:
    """The options of an engine."""
    return options(request.param, request)


def options(engine: str, request: pytest.FixtureRequest) -> list[str]:
    """The options that name an engine."""
    return ["--engine", engine, *(["--jar", str(request.getfixturevalue("jar"))] if engine != "moto" else [])]


def left_in(root: Path) -> list[str]:
    """Temporary files that are left."""
    return [path.name for path in (root.parent / "temporary").iterdir()]


def screen(got: str) -> str:
    """What a terminal shows in the end."""
    return "\n".join(line.rpartition(ERASED)[2] for line in got.split("\n"))


def steps(got: str) -> list[str]:
    """The lines of progress, in order."""
    return [step for step in re.findall(r"\r\x1b\[K([^\r\n]*)", got) if step]


# ---------------------------------------------------------------- progress


def test_progress_is_on_one_line_and_gone_at_the_end(root: Path) -> None:
    """On standard error, when that is a terminal: the report in a pipe is nothing but the report."""
    status, got, piped = in_terminal(*PROVE, cwd=root, stdout=False)
    assert [
        "reading smallest",
        "smallest: creating the stack on moto",
        "writing items",
        "get_note: GetItem",
        "put_note: PutItem",
        "checking the policies",
    ] == steps(got)
    assert (0, "") == (status, screen(got))
    assert "\x1b" not in piped
    assert "smallest 1.0.0 on moto: 2 passed" in piped


def test_a_report_starts_on_a_line_of_its_own(root: Path) -> None:
    """With both streams on one terminal nothing of the progress is left in the report or after it."""
    copy_designs(root, "shop")
    status, got, _ = in_terminal(*PROVE, cwd=root, variables={"NO_COLOR": "1"})
    assert 0 == status
    shown = screen(got)
    assert "\x1b" not in shown
    assert shown.startswith("shop 1.4.2 on moto, seed 0\n")
    assert "\n\nsmallest 1.0.0 on moto, seed 0\n" in shown
    assert shown.endswith("\n")


@pytest.mark.engine
def test_the_start_of_an_engine_is_told(root: Path, request: pytest.FixtureRequest) -> None:
    """DynamoDB Local takes seconds to start."""
    _, got, _ = in_terminal(*PROVE, *options("dynamodb-local", request), cwd=root, stdout=False)
    assert "smallest: starting DynamoDB Local" in steps(got)
    assert "" == screen(got)


@pytest.mark.parametrize(
    ("arguments", "term"), [(["--quiet"], "xterm"), ([], "dumb")], ids=["--quiet", "a dumb terminal"]
)
def test_no_progress_is_shown_with(arguments: list[str], term: str, root: Path) -> None:
    """A terminal that cannot take a line away gets none."""
    status, got, _ = in_terminal(*PROVE, *arguments, cwd=root, variables={"TERM": term}, stdout=False)
    assert (0, "") == (status, got)


def test_no_progress_is_shown_without_a_terminal(root: Path) -> None:
    """Standard error has nothing then."""
    done = run(*PROVE, cwd=root, variables={"TERM": "xterm-256color"})
    assert (0, "") == (done.status, done.err)
    assert "\x1b" not in done.out


def test_progress_is_no_wider_than_the_terminal(root: Path) -> None:
    """A line that wraps could not be taken away."""
    _, got, _ = in_terminal(*PROVE, cwd=root, stdout=False, columns=20)
    assert 19 == max(map(len, steps(got)))
    assert "smallest: creating…" in steps(got)


def test_an_error_starts_on_a_line_of_its_own(root: Path) -> None:
    """The progress that was shown before it is taken away."""
    status, got, _ = in_terminal(*PROVE, "--parameter", "Nope=1", cwd=root, variables={"NO_COLOR": "1"})
    assert 2 == status
    assert "error: the template has no parameter `Nope` [usage]\n" == screen(got).partition("help")[0]


def test_a_question_starts_on_a_line_of_its_own(root: Path) -> None:
    """Whoever is asked whether a stack may be written to reads it; a no ends the command."""
    with on_terminal(*PROVE, "--stack-name", "mine", cwd=root, stdin=True, columns=200) as terminal:
        terminal.read("[y/N]: ")
        terminal.type("n\n")
        asked, told, *_ = screen(terminal.read()).split("\n")
        assert 2 == terminal.process.wait(PATIENCE)
    assert asked.startswith("write items to the table of stack `mine`, under keys of their own, and delete them again?")
    assert "nothing was written to the table of stack `mine` [usage]" in told


# ---------------------------------------------------------------- two at once, and signals


def test_two_at_once_do_not_disturb_each_other(root: Path, engine: list[str]) -> None:
    """Each has an engine of its own, on a port of its own; nothing of them is left."""
    both = [start(*PROVE, *engine, cwd=root) for _ in range(2)]
    seen: set[int] = set()
    try:
        while any(each.poll() is None for each in both):
            seen |= {pid for each in both for pid in descendants(each.pid)}
            time.sleep(0.1)
        told = [finish(each) for each in both]
    finally:
        for each in both:
            end(each)
    assert [(0, ""), (0, "")] == [(status, err) for status, _, err in told]
    assert ("moto" in engine) == (not seen)
    assert not any(map(alive, seen))
    assert [] == left_in(root)


def at_work(terminal: Terminal) -> list[int]:
    """The processes of a command that executes patterns now."""
    terminal.read("writing items")
    return descendants(terminal.process.pid)


# What the command ends with for whoever waits for it; a shell shows 130, 143 and 129.
@pytest.mark.parametrize(
    ("number", "status"), [("SIGINT", 130), ("SIGTERM", -15), ("SIGHUP", -1)], ids=["Ctrl-C", "SIGTERM", "SIGHUP"]
)
def test_a_signal_ends_the_command_and_its_engine(number: str, status: int, root: Path, engine: list[str]) -> None:
    """As it ends every other command, without a word; no process and no file is left."""
    copy_designs(root, "shop")
    with on_terminal(*PROVE, *engine, cwd=root) as terminal:
        processes = at_work(terminal)
        terminal.process.send_signal(getattr(signal, number))
        got = terminal.read()
        assert status == terminal.process.wait(PATIENCE)
    assert "" == screen(got).strip()
    assert ("moto" in engine) == (not processes)
    assert not any(map(alive, processes))
    assert [] == left_in(root)


def test_a_signal_that_is_ignored_stays_so(root: Path) -> None:
    """`nohup cfn-table prove` goes on when the terminal is closed."""
    nohup = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command(*PROVE)]
    with on_terminal(*PROVE, cwd=root, run_by=nohup) as terminal:
        at_work(terminal)
        terminal.process.send_signal(signal.SIGHUP)
        assert "smallest 1.0.0 on moto: 2 passed" in screen(terminal.read())
        assert 0 == terminal.process.wait(PATIENCE)


@pytest.mark.engine
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_killed_command_leaves_no_engine(root: Path, request: pytest.FixtureRequest) -> None:
    """Whoever kills it leaves it no time to end anything: the system does."""
    with on_terminal(*PROVE, *options("dynamodb-local", request), cwd=root) as terminal:
        processes = at_work(terminal)
        terminal.process.kill()
        terminal.process.wait(PATIENCE)
        assert processes
        assert eventually(lambda: not any(map(alive, processes)), 10)


# ---------------------------------------------------------------- streams


FULL = "error: the system refuses: no space left on device [input]"


def redirected(to: str, root: Path, *arguments: str) -> tuple[int, str]:
    """Exit status of the command with its streams redirected by a shell, and the first line of what it says."""
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; "$@" {to}', "bash", *command(*PROVE, *arguments)],
        cwd=root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.partition("\n")[0]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("| head -n 0", (0, "")),
        (">&-", (0, "")),
        pytest.param("2>/dev/full", (0, ""), marks=full),
        pytest.param("--format json >/dev/full", (2, FULL), marks=full),
    ],
)
def test_a_report_that_nobody_reads(to: str, expected: tuple[int, str], root: Path) -> None:
    """A reader who goes away changes nothing; a report that cannot be written is told."""
    assert expected == redirected(to, root)


@full
def test_a_full_disk_ends_the_engine(root: Path, engine: list[str]) -> None:
    """The engine waits while its report is written, and is gone although that fails."""
    assert (2, FULL) == redirected(">/dev/full", root, *engine)
    assert [] == left_in(root)


def test_a_terminal_gets_colour_and_no_line_beyond_its_edge(root: Path) -> None:
    """80 columns hold designs of every kind: names that are long, policies that are many, notes that are long."""
    copy_designs(root, "shop", "forum")
    status, got, _ = in_terminal(*PROVE, "--quiet", cwd=root, columns=80)
    assert 0 == status
    assert "\x1b[1m" in got
    lines = re.sub(r"\x1b\[[\d;]*m", "", got).split("\n")
    assert "\x1b" not in "".join(lines)
    assert 3 == sum(line.endswith(", seed 0") for line in lines)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "TERM=dumb"])
def test_a_terminal_gets_no_colour_with(variables: dict[str, str | None], root: Path) -> None:
    """The report says the same without."""
    status, got, _ = in_terminal(*PROVE, "--quiet", cwd=root, variables=variables)
    assert 0 == status
    assert "\x1b" not in got
    assert "smallest 1.0.0 on moto: 2 passed" in got
