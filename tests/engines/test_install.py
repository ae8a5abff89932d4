"""Engines are installed once, completely or not at all, and what cannot be installed has a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.engines import install
from tests.engines.install import EngineUnavailableError


@pytest.fixture(autouse=True)
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of engines that no other test sees."""
    monkeypatch.setenv("CFN_TABLE_ENGINES_DIR", str(tmp_path / "engines"))
    return tmp_path / "engines"


def program(folder: Path, name: str, text: str) -> None:
    """Put an executable shell script `name` into `folder`."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)


def test_the_same_engine_is_installed_once(engines: Path) -> None:
    """A second request finds what the first installed; another version replaces it."""
    made: list[str] = []

    def make(folder: Path) -> None:
        made.append(folder.name)
        (folder / f"file-{len(made)}").touch()

    for identity in ("engine 1", "engine 1", "engine 2"):
        assert engines / "engine" == install._installed("engine", identity, make)
    assert ["engine", "engine"] == made
    assert [".installed-as", "file-2"] == sorted(path.name for path in (engines / "engine").iterdir())


def test_a_failed_installation_leaves_nothing(engines: Path) -> None:
    """What broke half-way is not taken for an engine by the next run."""

    def make(folder: Path) -> None:
        (folder / "half").touch()
        raise EngineUnavailableError("the registry does not answer")

    with pytest.raises(EngineUnavailableError, match="the registry does not answer"):
        install._installed("engine", "engine 1", make)
    assert not (engines / "engine").exists()


def test_a_failing_installer_is_quoted(tmp_path: Path) -> None:
    """The reason names the command and ends with the last lines that it printed."""
    program(tmp_path / "bin", "pip", "echo collecting; echo 'no matching distribution'; exit 1")
    with pytest.raises(EngineUnavailableError) as reason:
        install._run([str(tmp_path / "bin" / "pip"), "install", "awscli"], tmp_path)
    assert "`pip install awscli` failed: collecting / no matching distribution" == str(reason.value)


def test_dynamodb_local_without_java_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Java, that is the reason, before anything is fetched."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(EngineUnavailableError) as reason:
        install.dynamodb_local()
    assert "java is missing, and DynamoDB Local needs it" == str(reason.value)


def test_an_old_java_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB Local does not start on Java 11, so that is said instead of tried."""
    program(tmp_path / "bin", "java", "echo 'openjdk version \"11.0.22\" 2024-01-16' >&2")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(EngineUnavailableError) as reason:
        install.java()
    assert "java is 11.0.22, and DynamoDB Local needs 17 or later" == str(reason.value)


def test_java_home_comes_before_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for every Java program, JAVA_HOME chooses the Java."""
    for name in ("home/bin", "path"):
        (tmp_path / name).mkdir(parents=True)
        program(tmp_path / name, "java", "echo 'openjdk version \"21.0.1\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "path"), os.defpath]))
    assert str(tmp_path / "home" / "bin" / "java") == install.java()


def test_the_javascript_sdk_without_node_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Node.js, that is the reason, before anything is fetched."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailableError) as reason:
        install.javascript_sdk()
    assert "node is missing, and the AWS SDK for JavaScript needs it" == str(reason.value)


def test_an_old_node_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK does not start on Node.js 16."""
    program(tmp_path / "bin", "node", "echo v16.20.2")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(EngineUnavailableError) as reason:
        install.node()
    assert "node is 16.20.2, and the AWS SDK for JavaScript needs 18 or later" == str(reason.value)
