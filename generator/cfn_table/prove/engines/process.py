"""Engines that are processes of this machine: each on a free port, and ended by the handle that started it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cfn_table.prove.engines.deployed import EngineRefused

HOST: Final = "127.0.0.1"
READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
STARTS: Final = 3
"""How often a start is tried: between choosing a free port and binding it, another process may take it."""

# Becomes the engine, after asking Linux to end it with the thread that started it (prctl(2), PR_SET_PDEATHSIG is 1),
# which is what remains when this process is killed. `preexec_fn` of subprocess could do the same, but not safely in a
# process with threads. The parent may be gone already, before the request was made.
_TIED: Final = """\
import ctypes, os, signal, sys
try:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
except (OSError, AttributeError):
    pass
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""


class ServerFailedError(EngineRefused):
    """A program that is there did not come up; the message ends with the last that it printed."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running engine.

    Attributes:
        endpoint: such as `http://127.0.0.1:45871`, for `AWS_ENDPOINT_URL` or boto3's `endpoint_url`.
        log: the file that takes what the process prints; removed when the server stops.
        pid: of the process.
    """

    endpoint: str
    log: Path
    pid: int

    def last_words(self, lines: int = 40) -> str:
        """The last lines of the log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def answers(path: str, expected: int) -> Callable[[str], bool]:
    """A probe: whether the endpoint answers `path` with the HTTP status."""
    import urllib.error
    import urllib.request

    # No proxy of the environment stands between this process and its own machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ready(endpoint: str) -> bool:
        try:
            with opener.open(endpoint + path, timeout=2) as answer:
                return bool(answer.status == expected)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code == expected
        except OSError:
            return False

    return ready


@contextlib.contextmanager
def running(
    name: str,
    launch: Callable[[int], tuple[Sequence[str], Mapping[str, str]]],
    ready: Callable[[str], bool],
) -> Iterator[Server]:
    """Start a server on a free port, wait until it answers, and stop it at the end, whatever ends the block.

    Args:
        name: how messages name it.
        launch: the command and further environment variables for a port.
        ready: whether the server at an endpoint is ready, such as `answers("/", 200)`.

    Raises:
        ServerFailedError: it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="cfn-table-engine-", ignore_cleanup_errors=True) as text:
        folder = Path(text)
        for attempt in range(1, STARTS + 1):
            port = _free_port()
            command, variables = launch(port)
            # A private home: neither configuration nor credentials of the user get in, and no proxy.
            environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": text, "TMPDIR": text, **variables}
            log = folder / f"start-{attempt}.log"
            process = _start(name, command, folder, environment, log)
            try:
                server = Server(f"http://{HOST}:{port}", log, process.pid)
                if _wait_until_ready(process, server.endpoint, ready):
                    yield server
                    return
                if process.poll() is None or attempt == STARTS:
                    raise _failed(name, server)
            finally:
                _stop(process)


def _start(
    name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    tied = sys.platform == "linux" and sys.executable and not getattr(sys, "frozen", False)
    before = [sys.executable, "-I", "-S", "-c", _TIED, str(os.getpid())] if tied else []
    # A group of its own, which Ctrl-C in a terminal does not reach: this process ends it.
    apart: dict[str, Any] = {} if sys.platform == "win32" else {"process_group": 0}
    try:
        with log.open("wb") as output:
            return subprocess.Popen(
                [*before, *command],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **apart,
            )
    except OSError as error:
        raise ServerFailedError(f"{name} does not start: {error}") from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], endpoint: str, ready: Callable[[str], bool]) -> bool:
    """Whether the server answers before it ends and before the time is over."""
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        if ready(endpoint):
            # Another process that took the port first may answer in its place; then this one ends.
            return process.poll() is None
        time.sleep(0.05)
    return False


def _failed(name: str, server: Server) -> ServerFailedError:
    said = [line.strip() for line in server.last_words().splitlines() if line.strip()]
    last = said[-1] if said else "it prints nothing"
    return ServerFailedError(f"{name} does not start: {last}", help="see what it printed: " + " / ".join(said[:5]))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except BaseException as error:
        # Another Ctrl-C while waiting must not leave the process behind.
        process.kill()
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
