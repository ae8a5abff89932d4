"""The command line in this process: as `main` runs it, with arguments, a folder and standard input."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cfn_table.cli import main
from tests.projects import NOISE, Done, small_project

Cli = Callable[..., Done]


class _Input(io.TextIOWrapper):
    """Standard input with given bytes."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs `cfn-table ARGUMENTS…` in `tmp_path` and gives exit status and outputs; `stdin` is bytes."""
    monkeypatch.chdir(tmp_path)
    for name in NOISE:
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str | Path, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["cfn-table", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", _Input(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out, err)

    return call


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Path:  # noqa: ARG001 (after cli's own chdir)
    """A project inside of an otherwise empty folder; it is the current folder."""
    root = small_project(tmp_path / "around" / "project")
    monkeypatch.chdir(root)
    return root
