"""AWS's own engine, started by the proof itself: found, ready, gone afterwards, and strict as the service is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cfn_table.prove.engines import process
from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.engines.dynamodb_local import dynamodb_local_engine, find_jar
from cfn_table.prove.engines.java import find_java
from tests.projects import alive, environment
from tests.prove.tables import Prepared, prepared


def listening(endpoint: str) -> bool:
    """Whether DynamoDB Local answers there."""
    return process.answers("/", 400)(endpoint)


@pytest.fixture
def storage(root: Path) -> Prepared:
    """The design that this repository publishes."""
    return prepared(root / "templates" / "kv-storage.yaml")


@pytest.mark.engine
def test_the_table_is_there_until_the_block_ends(storage: Prepared, jar: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever proxy, profile or Java options the environment has; the process ends with the block."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "there-is-no-such-profile")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", '-Dversion="11" -Xmx1k')
    with dynamodb_local_engine(storage.design, storage.template, jar=jar / "DynamoDBLocal.jar") as deployed:
        endpoint = deployed.client.meta.endpoint_url
        assert ("kv-storage-data", {"GSI1": "GSI1"}) == (deployed.names.table, dict(deployed.names.indexes))
        assert ("dynamodb-local", False) == (deployed.engine, deployed.is_shared)
        assert 0 == deployed.client.scan(TableName=deployed.names.table)["Count"]
        (note,) = deployed.notes
        assert "`PointInTimeRecoverySpecification`" in note
    assert not listening(endpoint)


@pytest.mark.engine
def test_a_refused_table_is_refused_with_the_engines_answer(designs: dict[str, Prepared], jar: Path) -> None:
    """An index with several attributes in a key, which this version of the engine does not know."""
    tournament = designs["tournament"]
    with (
        pytest.raises(EngineRefused) as refused,
        dynamodb_local_engine(tournament.design, tournament.template, jar=jar),
    ):
        pytest.fail("it is deployed")
    assert (
        "DynamoDB Local does not make the table: it answers `ValidationException` (Key Schema too big. Key Schema must "
        "at most consist of the hash and range key of a table)"
    ) == refused.value.message


SCRIPT = """\
import sys, time
from pathlib import Path
from cfn_table.prove.engines.dynamodb_local import dynamodb_local_server
with dynamodb_local_server(Path(sys.argv[1])) as server:
    print(server.pid, server.endpoint, flush=True)
    time.sleep(60)
"""


@pytest.mark.engine
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_the_engine_does_not_outlive_us(jar: Path, root: Path, ending: signal.Signals) -> None:
    """Killed, interrupted or terminated: no Java is left running."""
    running = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(jar)],
        env=environment(),
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with running:
        try:
            assert running.stdout is not None
            pid, endpoint = running.stdout.readline().split()
            running.send_signal(ending)
            running.wait(30)
        finally:
            running.kill()
    until = time.monotonic() + 20
    while alive(int(pid)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(int(pid))
    assert not listening(endpoint)


def test_a_jar_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the option, else of the environment variable; both may name the jar or its folder."""
    jar = tmp_path / "DynamoDBLocal.jar"
    with pytest.raises(EngineRefused) as refused:
        find_jar(tmp_path)
    assert f"--jar names `{tmp_path}`, and there is no DynamoDBLocal.jar" == refused.value.message
    assert "CFN_TABLE_DYNAMODB_LOCAL" in refused.value.help
    monkeypatch.setenv("CFN_TABLE_DYNAMODB_LOCAL", str(jar))
    with pytest.raises(EngineRefused, match="CFN_TABLE_DYNAMODB_LOCAL names"):
        find_jar()
    jar.touch()
    assert jar == find_jar() == find_jar(tmp_path) == find_jar(jar)


def test_it_is_found_in_the_usual_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the current folder, as npm installs it, then in the home; nowhere else."""
    monkeypatch.delenv("CFN_TABLE_DYNAMODB_LOCAL", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(EngineRefused, match="DynamoDB Local is not found"):
        find_jar()
    for place in (
        tmp_path / ".dynamodb-local",
        Path.cwd() / "node_modules" / "amplify-dynamodb-simulator" / "emulator",
    ):
        place.mkdir(parents=True)
        (place / "DynamoDBLocal.jar").touch()
        assert place / "DynamoDBLocal.jar" == find_jar()


def java(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `java` a shell script."""
    command = folder / "java"
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), os.defpath]))
    monkeypatch.delenv("JAVA_HOME", raising=False)


def test_without_java_there_is_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The help says what to install, and that there is another engine."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(EngineRefused, match=r"^java is missing, and DynamoDB Local needs it$") as refused:
        find_java()
    assert "install Java 17 or later" in refused.value.help


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo 'openjdk version \"11.0.22\" 2024-01-16' >&2", "java is 11.0.22, and DynamoDB Local needs 17 or later"),
        ("echo 'java version \"1.8.0_392\"' >&2", "java is 1.8.0_392, and DynamoDB Local needs 17 or later"),
        ("exit 1", "java is unusable, and DynamoDB Local needs 17 or later"),
    ],
)
def test_an_old_java_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, expected: str) -> None:
    """Instead of the engine's own message about class files."""
    java(tmp_path, script, monkeypatch)
    with pytest.raises(EngineRefused) as refused:
        find_java()
    assert expected == refused.value.message


def test_an_early_access_java_is_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`25-ea` is 25."""
    java(tmp_path, "echo 'openjdk version \"25-ea\" 2025-09-16' >&2", monkeypatch)
    assert str(tmp_path / "java") == find_java()


def test_an_engine_that_does_not_start_is_told(
    storage: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, with the last that it printed; the rest is in the help."""
    java(
        tmp_path,
        'case "$1" in -version) echo \'openjdk version "21.0.1"\' >&2;; *) echo first; echo no room; exit 1;; esac',
        monkeypatch,
    )
    (tmp_path / "DynamoDBLocal.jar").touch()
    with (
        pytest.raises(EngineRefused) as refused,
        dynamodb_local_engine(storage.design, storage.template, jar=tmp_path),
    ):
        pytest.fail("it is deployed")
    assert "DynamoDB Local does not start: no room" == refused.value.message
    assert "see what it printed: first / no room" == refused.value.help
