"""An engine runs on this machine only, says why it does not start, and is gone when its handle is closed."""

from __future__ import annotations

import socket
import sys
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import pytest

from cfn_table.prove.engines.process import HOST, Server, ServerFailedError, answers, running
from tests.engines.aws_cli import AwsCli


def serving(port: int) -> list[str]:
    """A command that serves HTTP on `port`, answering `/` with 200."""
    return [sys.executable, "-m", "http.server", str(port), "--bind", HOST]


def started(command: list[str]) -> AbstractContextManager[Server]:
    """A server of a command that takes no port."""
    return running("a server", lambda _: (command, {}), answers("/", 200))


def listens(endpoint: str) -> bool:
    """Whether something accepts connections at the endpoint."""
    address = urlsplit(endpoint)
    with socket.socket() as probe:
        return probe.connect_ex((str(address.hostname), int(address.port or 0))) == 0


def test_a_server_is_gone_after_its_block() -> None:
    """Leaving the block stops the process and removes its log, also when the block raises."""
    block = running("a server", lambda port: (serving(port), {}), answers("/", 200))
    server = block.__enter__()
    assert listens(server.endpoint)
    error = ZeroDivisionError()
    assert not block.__exit__(type(error), error, None)
    assert not listens(server.endpoint)
    assert not server.log.exists()


def test_a_server_that_dies_shows_its_log() -> None:
    """The error ends with what the process printed before it ended."""
    command = [sys.executable, "-c", "raise SystemExit('no room for tables')"]
    with pytest.raises(ServerFailedError, match="no room for tables"), started(command):
        pytest.fail("it is not running")


def test_a_lost_race_for_the_port_is_run_again() -> None:
    """When another process takes the chosen port first, the server starts on another one."""
    starts: list[int] = []

    def launch(port: int) -> tuple[list[str], dict[str, str]]:
        starts.append(port)
        return (serving(port) if len(starts) > 1 else [sys.executable, "-c", "raise SystemExit(1)"]), {}

    with running("a server", launch, answers("/", 200)) as server:
        assert f"http://{HOST}:{starts[1]}" == server.endpoint


def test_a_server_has_a_private_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials and settings of the person who runs the tests do not reach the engine."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-user")
    show = "import os; raise SystemExit(f'{sorted(os.environ)} {os.environ[\"HOME\"] == os.getcwd()}')"
    with pytest.raises(ServerFailedError) as failed, started([sys.executable, "-c", show]):
        pytest.fail("it is not running")
    assert "AWS_ACCESS_KEY_ID" not in str(failed.value)
    assert str(failed.value).endswith("True")


def test_the_aws_cli_reads_no_configuration_of_the_user(aws_cli: AwsCli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Region, credentials, profile and endpoint are the fixture's, whatever the environment says."""
    monkeypatch.setenv("AWS_PROFILE", "of-the-user")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert aws_cli.account == aws_cli.json("sts", "get-caller-identity")["Account"]
    assert "us-east-1" in aws_cli("configure", "list").stdout


def test_accounts_do_not_see_each_other(ministack: Server, aws_cli: AwsCli) -> None:
    """A bucket of one account does not exist for a test that has another."""
    other = AwsCli(aws_cli.command, ministack.endpoint, aws_cli.home, account="999999999999")
    aws_cli.json("s3api", "create-bucket", "--bucket", "of-one-account")
    assert ["of-one-account"] == [bucket["Name"] for bucket in aws_cli.json("s3api", "list-buckets")["Buckets"]]
    assert [] == other.json("s3api", "list-buckets")["Buckets"]
