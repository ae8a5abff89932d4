"""CI runs what the README tells people to run."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

COMMANDS = re.compile(r"^python3 -m venv \.venv .*$", re.MULTILINE)


def test_ci_runs_the_test_command_of_the_readme(root: Path) -> None:
    """Word for word, as its last step: what is green in CI is what the README promises."""
    install, test = COMMANDS.findall((root / "README.md").read_text(encoding="utf-8"))
    assert install.endswith("cfn-table generate")
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    assert [test] == [line.strip() for line in script.splitlines() if line.strip().startswith("python3 -m venv")]
    assert 'phase "tests" run_tests' == script.splitlines()[-1]


def test_ci_is_a_script_that_bash_can_read(root: Path) -> None:
    """It is executable and without a syntax error."""
    script = root / ".ci" / "run"
    assert os.access(script, os.X_OK)
    checked = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (0, "") == (checked.returncode, checked.stderr)
