"""Servers of the real engines on free ports of this machine, each stopped by the handle that started it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence

from cfn_table.prove.engines.dynamodb_local import dynamodb_local_server
from cfn_table.prove.engines.process import HOST, Server, answers, running
from tests.engines import install


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

    def launch(port: int) -> tuple[Sequence[str], Mapping[str, str]]:
        # Functions run as processes of this machine, never in containers.
        return [str(command)], {"BIND_HOST": HOST, "GATEWAY_PORT": str(port), "LAMBDA_EXECUTOR": "local"}

    with running("MiniStack", launch, answers("/_ministack/ready", 200)) as server:
        yield server


@contextlib.contextmanager
def dynamodb_local() -> Iterator[Server]:
    """AWS's DynamoDB Local, empty and in memory; it keeps access keys and Regions apart.

    Raises:
        EngineUnavailableError: it cannot be installed, or there is no Java for it.
        ServerFailedError: it does not start.
    """
    with dynamodb_local_server(install.dynamodb_local()) as server:
        yield server
