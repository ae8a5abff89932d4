"""The repository as a fresh clone has it, the distributions built from it, and an environment with only the wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROCESS_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Distributions:
    """What `python -m build` made.

    Attributes:
        sdist: the `.tar.gz` file.
        wheel: the `.whl` file, built from the sdist.
    """

    sdist: Path
    wheel: Path


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command away from the source tree; the test fails with what it printed when it fails."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PROCESS_SECONDS,
        check=False,
    )
    assert 0 == done.returncode, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done


def repository_files(root: Path) -> list[str]:
    """Every file that git has or would add: relative paths with `/`, sorted."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=root).stdout
    return sorted(name for name in listed.split("\0") if name and (root / name).is_file())


@pytest.fixture(scope="session")
def clone(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the repository as it is in the work tree, everything committed."""
    clone = tmp_path_factory.mktemp("clone") / "cfn-table"
    for name in repository_files(root):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, clone / name)
    run("git", "init", "--quiet", cwd=clone)
    run("git", "add", "--all", cwd=clone)
    author = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    run("git", *author, "commit", "--quiet", "--message", "as in the work tree", cwd=clone)
    return clone


@pytest.fixture(scope="session")
def distributions(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """The sdist, built in isolation, and the wheel, built from that sdist."""
    output = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", output, clone, cwd=output)
    (sdist,) = output.glob("*.tar.gz")
    (wheel,) = output.glob("*.whl")
    return Distributions(sdist, wheel)


@pytest.fixture(scope="session")
def installed(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands' folder of a fresh environment in which pip installed the wheel and what its metadata asks for."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-m", "venv", environment, cwd=environment.parent)
    python = environment / "bin" / "python"
    # Compiling all that is installed would take as long again.
    options = ("--quiet", "--no-input", "--no-compile")
    run(python, "-m", "pip", "install", *options, distributions.wheel, cwd=environment.parent)
    return environment / "bin"
