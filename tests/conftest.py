"""Fixtures and settings that all tests share."""

from __future__ import annotations

import contextlib
import itertools
import signal
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.engines.java import find_java
from cfn_table.prove.engines.process import Server
from tests.engines import install, servers
from tests.engines.aws_cli import AwsCli
from tests.engines.install import EngineUnavailableError
from tests.engines.require import engine_or_skip

# No deadline: how long one example takes on a shared machine says nothing. In CI hypothesis has loaded its own profile
# `ci`, with no deadline either and the same examples in every run.
settings.register_profile("cfn-table", deadline=None)
if settings.get_current_profile_name() == "default":
    settings.load_profile("cfn-table")

# Whoever starts the tests in the background has SIGINT ignored, and every process of theirs would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

ENGINES = {"ministack": "MiniStack", "dynamodb_local": "DynamoDB Local"}
SLOWEST = (
    "cli/test_prove_process.py",
    "cli/test_at_once.py",
    "prove/test_lies.py",
    "prove/test_designs.py",
    "prove/test_laws.py",
    "packaging/test_distributions.py",
    "review/rollout/test_steps.py",
    "cli/test_lint.py",
    "cli/test_streams.py",
    "e2e/test_deploy.py",
    "e2e/test_queries.py",
)
"""The files that take longest. They come first, so that no process has one of them left when the others are done."""

# Tests never share an account: what one leaves behind does not exist for the next.
ACCOUNTS = itertools.count(100_000_000_001)


@pytest.fixture(scope="session", autouse=True)
def private_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Verdicts are remembered apart from the user's own: a verdict of yesterday's code decides no test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CFN_TABLE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's top folder."""
    return install.ROOT


@pytest.fixture(scope="session")
def ministack() -> Iterator[Server]:
    """A MiniStack for the whole session; a test has an account of its own: `aws_cli`."""
    with _engine(servers.ministack()) as server:
        yield server


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[Server]:
    """A DynamoDB Local for the whole session; a test has a database of its own: `local_dynamodb`."""
    with _engine(servers.dynamodb_local()) as server:
        yield server


@pytest.fixture
def aws_cli(ministack: Server, tmp_path_factory: pytest.TempPathFactory) -> AwsCli:
    """The real AWS CLI in an empty account of MiniStack."""
    try:
        command = install.aws_cli()
    except EngineUnavailableError as reason:
        engine_or_skip(str(reason))
    return AwsCli(command, ministack.endpoint, tmp_path_factory.mktemp("home"), account=str(next(ACCOUNTS)))


@pytest.fixture
def local_dynamodb(dynamodb_local: Server) -> Any:
    """A boto3 DynamoDB client on an empty database of DynamoDB Local (which keeps access keys apart)."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "dynamodb",
        endpoint_url=dynamodb_local.endpoint,
        region_name="us-east-1",
        aws_access_key_id=str(next(ACCOUNTS)),
        aws_secret_access_key="not-a-secret",
        config=Config(retries={"total_max_attempts": 2}, proxies={}),
    )


@pytest.fixture(scope="session")
def jar() -> Path:
    """The folder that holds DynamoDBLocal.jar; skips (where engines are required: fails) where it cannot be had."""
    try:
        folder = install.dynamodb_local()
        find_java()
    except (EngineUnavailableError, EngineRefused) as reason:
        engine_or_skip(str(reason))
    return folder


@contextlib.contextmanager
def _engine(starting: AbstractContextManager[Server]) -> Iterator[Server]:
    """The engine while it runs; skips (where engines are required: fails) when it cannot be had."""
    with contextlib.ExitStack() as running:
        try:
            server = running.enter_context(starting)
        except EngineUnavailableError as reason:
            engine_or_skip(str(reason))
        yield server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slowest files, and mark every test that uses a real engine: `-m 'not engine'` leaves these out."""
    place = {install.ROOT / "tests" / name: number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
    for item in items:
        if ENGINES.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker("engine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of the engines' logs beside a failure of a test that uses them."""
    report = yield
    if report.failed:
        for fixture, name in ENGINES.items():
            server = getattr(item, "funcargs", {}).get(fixture)
            if isinstance(server, Server) and server.log.is_file():
                report.sections.append((f"{name}: end of its log", server.last_words()))
    return report
