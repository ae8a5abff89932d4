"""The command in processes of their own, on pipes and on pseudo-terminals."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.projects import PATIENCE, command, end, environment


def start(*arguments: str, cwd: Path, cache: Path | None = None) -> subprocess.Popen[bytes]:
    """Start the command in a process of its own."""
    variables = {} if cache is None else {"CFN_TABLE_CACHE": str(cache)}
    return subprocess.Popen(
        command(*arguments),
        cwd=cwd,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """Exit status and outputs."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out.decode(), err.decode()


def eventually(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether `condition` comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


@dataclass
class Terminal:
    """A command on a pseudo-terminal.

    Attributes:
        process: the command.
    """

    process: subprocess.Popen[bytes]
    _ours: int
    _got: bytes = b""

    def read(self, until: str | None = None) -> str:
        """What the terminal gets until a text is there, or until the command ends; and all that was before."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and (until is None or until.encode() not in self._got):
            if select.select([self._ours], [], [], 0.1)[0]:
                try:
                    chunk = os.read(self._ours, 65536)
                except OSError:  # Linux says EIO when the other side is closed
                    break
                if not chunk:
                    break
                self._got += chunk
            elif self.process.poll() is not None:
                break
        assert until is None or until.encode() in self._got, self._got
        return self._got.decode().replace("\r\n", "\n")

    def type(self, text: str) -> None:
        """Type on its keyboard."""
        os.write(self._ours, text.encode())


@contextlib.contextmanager
def on_terminal(
    *arguments: str,
    cwd: Path,
    variables: Mapping[str, str | None] | None = None,
    stdout: bool = True,
    stdin: bool = False,
    columns: int = 0,
    run_by: Sequence[str] = (),
) -> Iterator[Terminal]:
    """Start the command on a terminal; it is ended with the block.

    Args:
        arguments: of the command.
        cwd: where it runs.
        variables: of its environment.
        stdout: whether standard output is the terminal, too; else it is a pipe.
        stdin: whether standard input is.
        columns: of the terminal; 0 where it does not know.
        run_by: the command line, where another program runs the command.
    """
    import pty
    import termios

    ours, theirs = pty.openpty()
    if columns:
        termios.tcsetwinsize(theirs, (24, columns))
    process = subprocess.Popen(
        run_by or command(*arguments),
        cwd=cwd,
        env=environment({"TERM": "xterm-256color", **(variables or {})}),
        stdin=theirs if stdin else subprocess.DEVNULL,
        stdout=theirs if stdout else subprocess.PIPE,
        stderr=theirs,
        # Whoever runs the tests may ignore it, as `nohup` does.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509  # there are no threads
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        end(process)
        if process.stdout:
            process.stdout.close()
        os.close(ours)


def in_terminal(
    *arguments: str,
    cwd: Path,
    variables: Mapping[str, str | None] | None = None,
    stdout: bool = True,
    columns: int = 0,
) -> tuple[int, str, str]:
    """Exit status, what a terminal got, and what a pipe got as standard output (where `stdout` is no terminal)."""
    with on_terminal(*arguments, cwd=cwd, variables=variables, stdout=stdout, columns=columns) as terminal:
        got = terminal.read()
        process = terminal.process
        piped = process.stdout.read().decode() if process.stdout else ""
        return process.wait(timeout=PATIENCE), got, piped
