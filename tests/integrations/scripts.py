"""Scripts of pipelines, run as a runner runs them, among programs that only write down how they are called."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.engines.install import ROOT


@dataclass
class Runner:
    """A folder with a script's programs, and what they were called with.

    Attributes:
        folder: where the script runs.
    """

    folder: Path

    def program(self, name: str, script: str) -> None:
        """Put a program on the path; it writes its arguments down, then does what a script says."""
        bin_ = self.folder / "bin"
        bin_.mkdir(exist_ok=True)
        path = bin_ / name
        path.write_text(f'#!/bin/bash\nprintf "%s\\n" "{name} $*" >>"{self.folder}/calls"\n{script}\n', "utf-8")
        path.chmod(0o755)

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script as GitHub's runner does: bash, ended by the first command that fails."""
        env = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder), **environment}
        bash = shutil.which("bash")
        assert bash is not None
        command = [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    @property
    def calls(self) -> list[str]:
        """How the programs were called, in order."""
        path = self.folder / "calls"
        return path.read_text("utf-8").splitlines() if path.exists() else []


def yaml_of(name: str) -> Any:
    """A YAML file of the repository."""
    return yaml.safe_load((ROOT / name).read_text("utf-8"))
