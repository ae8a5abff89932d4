"""`prove` on the table of a deployed stack: it proves, touches nothing of others, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import DESIGN, Published
from tests.engines.aws_cli import AwsCli

STACK = "kv-storage-proven"
FOREIGN = [
    {"PK": {"S": "USER#user123"}, "SK": {"S": "METADATA"}, "userId": {"S": "user123"}, "entityType": {"S": "USER"}},
    {
        "PK": {"S": "NS#myapp"},
        "SK": {"S": "KEY#user:123"},
        "GSI1PK": {"S": "NS#myapp"},
        "GSI1SK": {"S": "KEY#user:123"},
    },
]
"""Items of somebody else, under keys of the design's samples."""


@pytest.fixture
def stack(aws_cli: AwsCli, published: Published) -> AwsCli:
    """The published version, deployed, with items of somebody else."""
    done = aws_cli.deploy(published.template("json"), STACK)
    assert 0 == done.returncode, done.stderr
    dynamodb = client(aws_cli)
    for item in FOREIGN:
        dynamodb.put_item(TableName="kv-storage-data", Item=item)
    return aws_cli


def client(aws: AwsCli) -> Any:
    """A DynamoDB client of the account."""
    import boto3

    return boto3.client(
        "dynamodb",
        endpoint_url=aws.endpoint,
        region_name=aws.region,
        aws_access_key_id=aws.account,
        aws_secret_access_key="not-a-secret",
    )


def items(aws: AwsCli) -> list[Mapping[str, Any]]:
    """All that the table holds, in order of the keys."""
    found = client(aws).scan(TableName="kv-storage-data")["Items"]
    return sorted(found, key=lambda item: (item["PK"]["S"], item["SK"]["S"]))


def command(aws: AwsCli, *arguments: str) -> list[str]:
    """The command line that proves the stack."""
    where = ["--stack-name", STACK, "--endpoint-url", aws.endpoint, "--region", aws.region]
    return [sys.executable, "-m", "cfn_table", "prove", DESIGN, *where, *arguments]


def environment(aws: AwsCli) -> dict[str, str]:
    """Credentials of the account."""
    keys = {"AWS_ACCESS_KEY_ID": aws.account, "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_CONFIG_FILE": "/dev/null"}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("AWS_")}, **keys}


def run(aws: AwsCli, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, run to its end, without a terminal."""
    return subprocess.run(
        command(aws, *arguments),
        cwd=folder,
        env=environment(aws),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_a_deployed_stack_is_proven_and_left_as_it_was(stack: AwsCli, published: Published) -> None:
    """Patterns and policies hold, the items of others are neither found nor changed, and ours are gone."""
    before = items(stack)
    done = run(stack, published.project, "--yes")
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert "10 passed" in " ".join(done.stdout.split()), done.stdout
    assert before == items(stack)


def test_nothing_is_written_without_a_yes(stack: AwsCli, published: Published) -> None:
    """Nobody can be asked where there is no terminal."""
    before = items(stack)
    done = run(stack, published.project)
    assert (2, "") == (done.returncode, done.stdout)
    assert "nothing was written to the table of stack" in done.stderr
    assert before == items(stack)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_an_interrupt_cleans_up(number: signal.Signals, status: int, stack: AwsCli, published: Published) -> None:
    """Ctrl-C in the middle ends the command with 130, SIGTERM as it ends others; its items are gone."""
    before = items(stack)
    process = subprocess.Popen(
        command(stack, "--yes", "--quiet"),
        cwd=published.project,
        env=environment(stack),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until = time.monotonic() + 60
        while items(stack) == before and process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        assert process.poll() is None
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (status, True) == (process.returncode, "Traceback" not in err)
    assert before == items(stack)


@pytest.mark.parametrize(
    ("name", "message"),
    [("no-such-stack", "no-such-stack"), ("dependent", "dependent")],
)
def test_a_stack_without_the_table_is_refused(
    name: str, message: str, stack: AwsCli, published: Published, tmp_path: Path
) -> None:
    """With its name."""
    if name == "dependent":
        template = tmp_path / "other.json"
        template.write_text('{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}', "utf-8")
        assert 0 == stack.deploy(template, name).returncode
    done = run(stack, published.project, "--yes", "--stack-name", name)
    assert (2, "") == (done.returncode, done.stdout)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
