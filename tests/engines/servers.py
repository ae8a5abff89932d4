"""Servers of the real engines on free ports of this machine, each stopped by the handle that started it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.engines import install

HOST = "127.0.0.1"
READY_SECONDS = 60.0
STOP_SECONDS = 10.0
# Between choosing a free port and binding it, another process may take it.
STARTS = 3


class ServerFailedError(Exception):
    """A server that is installed did not come up; the message ends with its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running engine.

    Attributes:
        endpoint: such as `http://127.0.0.1:45871`, for `AWS_ENDPOINT_URL` or boto3's `endpoint_url`.
        log: the file that takes what the process prints; removed when the server stops.
    """

    endpoint: str
    log: Path

    def last_words(self, lines: int = 40) -> str:
        """The end of the log, for the message of a test that fails."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


@contextlib.contextmanager
def ministack() -> Iterator[Server]:
    """MiniStack, empty: CloudFormation, IAM, Lambda, DynamoDB and S3 over HTTP.

    It keeps accounts apart, and takes a 12-digit access key for the account: tests that share a server take different
    accounts. It validates next to nothing; see `tests/e2e` for what it is trusted with.

    Raises:
        EngineUnavailableError: it cannot be installed.
        ServerFailedError: it does not start.
    """
    command = install.ministack()

    def launch(port: int) -> tuple[list[str], dict[str, str]]:
        # Functions run as processes of this machine, never in containers.
        return [str(command)], {"BIND_HOST": HOST, "GATEWAY_PORT": str(port), "LAMBDA_EXECUTOR": "local"}

    with _running("MiniStack", launch, _answers("/_ministack/ready", 200)) as server:
        yield server


@contextlib.contextmanager
def dynamodb_local() -> Iterator[Server]:
    """AWS's DynamoDB Local, empty and in memory; it keeps access keys and Regions apart.

    Raises:
        EngineUnavailableError: it cannot be installed, or there is no Java for it.
        ServerFailedError: it does not start.
    """
    emulator = install.dynamodb_local()
    java = install.java()

    def launch(port: int) -> tuple[list[str], dict[str, str]]:
        library = f"-Djava.library.path={emulator / 'DynamoDBLocal_lib'}"
        jar = ["-jar", str(emulator / "DynamoDBLocal.jar")]
        return [java, "-Xmx512m", library, *jar, "-inMemory", "-disableTelemetry", "-port", str(port)], {}

    # A request without a signature is refused with 400, which shows that the engine itself answers.
    with _running("DynamoDB Local", launch, _answers("/", 400)) as server:
        yield server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(path: str, expected: int) -> Callable[[str], bool]:
    """A probe: whether the endpoint answers `path` with the HTTP status."""

    def ready(endpoint: str) -> bool:
        # No proxy of the environment stands between this process and its own machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
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
def _running(
    name: str,
    launch: Callable[[int], tuple[list[str], dict[str, str]]],
    ready: Callable[[str], bool],
) -> Iterator[Server]:
    """Start a server on a free port, wait until it answers, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="cfn-table-engine-") as text:
        folder = Path(text)
        for attempt in range(1, STARTS + 1):
            port = _free_port()
            server = Server(f"http://{HOST}:{port}", folder / f"start-{attempt}.log")
            command, variables = launch(port)
            # A private home: neither configuration nor credentials of the person who runs the tests get in.
            environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": text, "TMPDIR": text, **variables}
            with server.log.open("wb") as log:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            try:
                if _wait_until_ready(process, server.endpoint, ready):
                    yield server
                    return
                if process.poll() is None or attempt == STARTS:
                    raise ServerFailedError(f"{name} does not answer at {server.endpoint}:\n{server.last_words()}")
            finally:
                _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], endpoint: str, ready: Callable[[str], bool]) -> bool:
    """Whether the server answers before it ends and before the time is over."""
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        if ready(endpoint):
            return True
        time.sleep(0.1)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
