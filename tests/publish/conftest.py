"""What all tests of publishing share."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk: a killed process loses nothing that the kernel has, and no test cuts the power.

    That everything is brought down to the disk, in the order that counts, has a test of its own.
    """

    def fsync(descriptor: int) -> None:
        os.fstat(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
