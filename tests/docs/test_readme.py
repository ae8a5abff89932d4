"""What the README shows is what happens: its commands, its output, and its two ways to set up."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cfn_table import emit_queries, load_design
from tests.engines.install import ROOT
from tests.packaging.conftest import repository_files

README = (ROOT / "README.md").read_text("utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install -q tox && .venv/bin/tox"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, so that commands of the README change nothing here."""
    copy = tmp_path_factory.mktemp("readme") / "cfn-table"
    for name in repository_files(ROOT):
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    return copy


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: block.splitlines()[0].removeprefix("$ "))
def test_output_in_the_readme_is_real(block: str, project: Path, tmp_path: Path) -> None:
    """A console block shows a command and exactly what it prints, findings and results together."""
    command, _, shown = block.partition("\n")
    name, *arguments = shlex.split(command.removeprefix("$ "))
    assert "cfn-table" == name
    environment = {**os.environ, "CFN_TABLE_CACHE": str(tmp_path), "NO_COLOR": "1", "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", "cfn_table", *arguments],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert shown == done.stdout


def test_there_is_output_to_check() -> None:
    """The README shows real output, so that the test above has something to hold it to."""
    assert len(CONSOLE) >= 2


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """The README's second command is, word for word, what CI runs."""
    assert TEST_COMMAND in README
    assert TEST_COMMAND in (ROOT / ".ci" / "run").read_text("utf-8")


def test_yaml_in_the_readme_is_from_the_repository() -> None:
    """The policy statement that the README shows stands in the published template."""
    newest = max((ROOT / "build" / "kv-storage").iterdir())
    template = (newest / "template.yaml").read_text("utf-8")
    statements = [block for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if "Sid:" in block]
    assert 1 == len(statements)
    assert statements[0] in template


def test_queries_in_the_readme_are_printed() -> None:
    """The command that the README shows is what `cfn-table emit queries` gives."""
    design = load_design(ROOT / "templates" / "kv-storage.yaml", environment={})
    commands = [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "aws dynamodb" in block]
    assert 1 == len(commands)
    assert f"```sh\n{commands[0]}```" in emit_queries(design)
