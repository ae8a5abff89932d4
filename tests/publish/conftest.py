"""What all tests of publishing share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cfn_table.publish import Build, Store, s3


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk: a killed process loses nothing that the kernel has, and no test cuts the power.

    That everything is brought down to the disk, in the order that counts, has a test of its own.
    """

    def fsync(descriptor: int) -> None:
        os.fstat(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.fixture
def s3_bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An account of moto with an empty bucket, no configuration of the machine, and no waiting."""
    from moto import mock_aws

    from tests.publish.buckets import BUCKET, engine

    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(s3, "PAUSE", 0.0)
    with mock_aws():
        engine().create_bucket(Bucket=BUCKET)
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Build], Path]:
    """Publishes a build locally, in a project of its own, and gives its folder."""
    roots = iter(range(100))

    def publish(what: Build) -> Path:
        root = tmp_path / f"project-{next(roots)}"
        root.mkdir()
        Store(root).publish(what)
        return root / "build" / what.design / str(what.version)

    return publish
