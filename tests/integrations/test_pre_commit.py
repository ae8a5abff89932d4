"""`.pre-commit-hooks.yaml`: the hooks that projects can use."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from cfn_table.cli.root import COMMANDS
from tests.integrations.scripts import yaml_of
from tests.projects import copy_designs, run


def test_hooks_are_complete() -> None:
    """Each has what pre-commit wants, a pattern that it understands, and a command that there is."""
    for hook in yaml_of(".pre-commit-hooks.yaml"):
        assert {"id", "name", "description", "entry", "language", "pass_filenames"} <= hook.keys()
        assert hook["language"] == "python"
        re.compile(hook.get("files", ""))
        program, command, *_ = shlex.split(hook["entry"])
        assert program == "cfn-table"
        assert command in COMMANDS


def test_hooks_run_in_a_project(tmp_path: Path) -> None:
    """A published project passes them; an edited design does not pass the check of build/."""
    root = copy_designs(tmp_path, "smallest")
    assert 0 == run("generate", cwd=root).status
    for hook in yaml_of(".pre-commit-hooks.yaml")[:2]:
        assert 0 == run(*shlex.split(hook["entry"])[1:], cwd=root).status
    design = root / "templates" / "smallest.yaml"
    design.write_text(design.read_text("utf-8") + "description: edited\n", "utf-8")
    assert 0 != run("generate", "--check", cwd=root).status
