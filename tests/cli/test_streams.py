"""Where output goes, what a terminal shows, and what happens when nobody reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.processes import in_terminal
from tests.projects import PATIENCE, command, end, environment, run, small_design, small_project

WRONG = small_design().replace("entities:", "  extra_properties: {TableNam: x}\nentities:")
ERROR = "\x1b[1;31merror\x1b[0m"

full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
posix = pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one design that the gate refuses."""
    root = small_project(tmp_path / "project", "notes", "users")
    (root / "templates" / "notes.yaml").write_text(WRONG, encoding="utf-8")
    return root


def test_results_and_messages_have_streams_of_their_own(root: Path) -> None:
    """What was published is on standard output, what was found on standard error."""
    done = run("generate", cwd=root)
    assert (1, "created   build/users/1.0.0\n") == (done.status, done.out)
    assert done.err.startswith("templates/notes.yaml:7:22: error: ")


def test_there_is_no_colour_and_no_progress_without_a_terminal(root: Path) -> None:
    """A file or a pipe gets plain text, whatever TERM says."""
    done = run("generate", cwd=root, variables={"TERM": "xterm-256color", "CLICOLOR_FORCE": "1"})
    assert "\x1b" not in done.out + done.err
    assert "generating" not in done.out + done.err


# ---------------------------------------------------------------- terminals


@posix
def test_a_terminal_gets_colour(root: Path) -> None:
    """Severities are painted."""
    status, got, _ = in_terminal("generate", "notes", cwd=root)
    assert 1 == status
    assert f"templates/notes.yaml:7:22: {ERROR}: " in got


@posix
@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "TERM=dumb"])
def test_a_terminal_gets_no_colour_with(variables: dict[str, str | None], root: Path) -> None:
    """`NO_COLOR` (no-color.org) and a terminal without abilities."""
    status, got, _ = in_terminal("generate", "notes", cwd=root, variables=variables)
    assert 1 == status
    assert "\x1b[1;31m" not in got
    assert "templates/notes.yaml:7:22: error: " in got


@posix
def test_an_empty_no_color_means_nothing(root: Path) -> None:
    """The variable counts when it is set to something (no-color.org)."""
    _, got, _ = in_terminal("generate", "notes", cwd=root, variables={"NO_COLOR": ""})
    assert ERROR in got


@posix
def test_a_terminal_shows_progress_of_several_designs(root: Path) -> None:
    """A bar on standard error, and not for one design, not with `--quiet`."""
    _, got, _ = in_terminal("generate", "--no-cache", cwd=root)
    assert "generating" in got
    assert "100%" in got
    assert "generating" not in in_terminal("generate", "--no-cache", "users", cwd=root)[1]
    assert "generating" not in in_terminal("generate", "--no-cache", "--quiet", cwd=root)[1]


@posix
def test_progress_and_colour_never_reach_the_results(root: Path) -> None:
    """With results in a pipe and messages on a terminal, the results are clean."""
    status, got, piped = in_terminal("generate", "--no-cache", "--format", "json", cwd=root, stdout=False)
    assert 1 == status
    assert "generating" in got
    assert ["created", "failed"] == sorted(result["outcome"] for result in json.loads(piped)["results"])


@posix
def test_findings_as_data_have_no_colour_on_a_terminal(root: Path) -> None:
    """JSON is JSON wherever it is written."""
    status, got, _ = in_terminal("lint", "templates/notes.yaml", "--format", "json", cwd=root)
    assert 1 == status
    assert "E3002" == json.loads(got)["findings"][0]["rule"]


# ---------------------------------------------------------------- nobody reads


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("schema design", 0),
        ("generate --draft users", 0),
        ("generate users --format json", 0),
        ("lint templates/notes.yaml --format json", 1),
        ("lint templates/notes.yaml", 1),
        ("--help", 0),
        ("generate --help", 0),
        ("--version", 0),
        ("nothing", 2),
        ("generate --nothing", 2),
    ],
)
def test_a_reader_who_goes_away_changes_nothing(arguments: str, status: int, root: Path) -> None:
    """With closed ends of both streams the command ends with its own status, and no trace is left anywhere."""
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        command(*arguments.split()), cwd=root, env=environment(), stdin=subprocess.DEVNULL, stdout=write, stderr=write
    )
    os.close(write)
    try:
        assert status == process.wait(timeout=PATIENCE)
    finally:
        end(process)


@pytest.mark.skipif(os.name == "nt", reason="there is no shell that closes streams")
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("generate users <&- >&- 2>&-", 0),
        ("generate users --no-cache >&-", 0),
        ("generate users >&- 2>&-", 0),
        ("generate --draft users 2>&-", 0),
        ("--help >&-", 0),
        ("nothing 2>&-", 2),
        ("lint templates/notes.yaml >&- 2>&-", 1),
        ("lint - <&-", 2),
        pytest.param("lint nothing.yaml 2>/dev/full", 2, marks=full),
        pytest.param("nothing 2>/dev/full", 2, marks=full),
        pytest.param("--version >/dev/full", 2, marks=full),
        pytest.param("schema design >/dev/full", 2, marks=full),
    ],
)
def test_a_stream_that_is_closed_from_the_start_changes_nothing(arguments: str, status: int, root: Path) -> None:
    """The command ends with its own status; a message that cannot be written does not count, a result does."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m cfn_table {arguments}', sys.executable],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert status == done.returncode
    assert "Traceback" not in done.stderr
    assert " bug" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="there is no head")
@pytest.mark.parametrize("arguments", ["schema design", "generate --draft users", "lint --format json"])
def test_the_first_line_can_be_taken(arguments: str, root: Path) -> None:
    """`| head -1` gets its line, and the command says nothing on standard error that is no finding."""
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m cfn_table {arguments} | head -n 1', sys.executable],
        cwd=root,
        env=environment(),
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert 1 == done.stdout.count(b"\n")
    assert b"" == done.stderr


# ---------------------------------------------------------------- characters


def test_results_are_utf_8_whatever_the_locale_is(tmp_path: Path) -> None:
    """A draft in a file is the published file, on a machine whose locale knows no umlauts too."""
    root = small_project(tmp_path / "project")
    text = small_design().replace("Notes of users", "Nötizen ✓ 👩‍👩‍👧")
    (root / "templates" / "notes.yaml").write_text(text, encoding="utf-8")
    variables = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run("generate", "--draft", cwd=root, variables=variables)
    assert (0, "") == (done.status, done.err)
    assert "Description: 'Nötizen ✓ 👩‍👩‍👧'" in done.out or "Nötizen" in done.out
    assert 0 == run("generate", cwd=root, variables=variables).status
    assert (root / "build" / "notes" / "1.0.0" / "template.yaml").read_text(encoding="utf-8") == done.out


def test_messages_never_fail_for_a_character(tmp_path: Path) -> None:
    """What a stream cannot show is escaped, and the command goes on."""
    root = small_project(tmp_path / "project")
    (root / "templates" / "notes.yaml").write_text("dësign: ✓\n", encoding="utf-8")
    done = run("generate", cwd=root, variables={"LC_ALL": "C", "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"})
    assert 2 == done.status
    assert "unknown field `dësign`" in done.err


def test_a_path_that_is_no_text_can_be_told(tmp_path: Path, cli: Cli) -> None:
    """An argument with bytes that are no UTF-8 is shown escaped."""
    small_project(tmp_path)
    done = cli("generate", os.fsdecode(b"n\xff"))
    assert (2, "") == (done.status, done.out)
    assert done.err.startswith("error: there is no design `n\\udcff` in `templates` [usage]\n")


def test_the_version_is_told(cli: Cli) -> None:
    """`--version` names the program and its version."""
    import cfn_table

    assert (0, f"cfn-table {cfn_table.__version__}\n", "") == cli("--version").told


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_every_command(option: str, cli: Cli) -> None:
    """On standard output, with status 0."""
    from cfn_table.cli.root import COMMANDS

    done = cli(option)
    assert (0, "") == (done.status, done.err)
    assert all(name in done.out for name in COMMANDS)
