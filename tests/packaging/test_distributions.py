"""Sdist and wheel hold what they must, work where they are installed, and leave no trace where they are built."""

from __future__ import annotations

import email
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

import cfn_table
from tests.packaging.conftest import Distributions, repository_files, run

SOURCES = "generator/"


def test_the_tests_run_against_the_installed_package(root: Path) -> None:
    """Under tox `import cfn_table` means the wheel's package and not the source tree."""
    if "TOX_ENV_NAME" not in os.environ:
        pytest.skip("not under tox: the source tree is meant here")
    assert not Path(cfn_table.__file__).is_relative_to(root / "generator")


def test_the_wheel_is_the_package_and_nothing_else(clone: Path, distributions: Distributions) -> None:
    """Every file below generator/ is in the wheel: modules, py.typed, Jinja2 templates, JSON; and no other."""
    sources = [name.removeprefix(SOURCES) for name in repository_files(clone) if name.startswith(SOURCES)]
    with zipfile.ZipFile(distributions.wheel) as wheel:
        packed = [name for name in wheel.namelist() if ".dist-info/" not in name]
    assert sorted(sources) == sorted(packed)
    assert "cfn_table/py.typed" in packed


def test_the_metadata_says_what_a_user_must_know(distributions: Distributions) -> None:
    """Name, version, license and the Python that is needed stand in the wheel's metadata; the command is declared."""
    with zipfile.ZipFile(distributions.wheel) as wheel:
        (folder,) = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
        metadata = email.message_from_bytes(wheel.read(f"{folder}/METADATA"))
        commands = wheel.read(f"{folder}/entry_points.txt").decode()
    assert "cfn-table" == metadata["Name"]
    assert cfn_table.__version__ == metadata["Version"]
    assert "Apache-2.0" == metadata["License-Expression"]
    assert ["LICENSE"] == metadata.get_all("License-File")
    assert ">=3.11" == metadata["Requires-Python"]
    assert "text/markdown" == metadata["Description-Content-Type"]
    assert "cfn-table = cfn_table.cli:main" in commands.splitlines()


def test_the_sdist_is_the_repository(clone: Path, distributions: Distributions) -> None:
    """Designs, policies, published versions, tests and documents are in the sdist: it can be tested and built."""
    with tarfile.open(distributions.sdist) as sdist:
        packed = {member.name.partition("/")[2] for member in sdist.getmembers() if member.isfile()}
    # Needed only where there is git.
    git_only = {".gitignore"}
    assert set() == set(repository_files(clone)) - packed - git_only
    for folder in ("templates/", "policies/", "build/"):
        assert any(name.startswith(folder) for name in packed), folder


@pytest.mark.usefixtures("distributions")
def test_building_leaves_no_trace_in_the_repository(clone: Path) -> None:
    """setuptools scratches in .setuptools-build and never in build/: git sees no change, and build/ no ignored file."""
    assert "" == run("git", "status", "--porcelain", "--untracked-files=all", cwd=clone).stdout
    assert "" == run("git", "status", "--porcelain", "--ignored", "--", "build", cwd=clone).stdout


def test_the_installed_command_answers_from_any_folder(installed: Path, tmp_path: Path) -> None:
    """The script and `python -m cfn_table` are the same program: both name the commands."""
    for program in ([installed / "cfn-table"], [installed / "python", "-m", "cfn_table"]):
        assert "generate" in run(*program, "--help", cwd=tmp_path).stdout


def test_the_installed_command_makes_and_publishes_a_project(installed: Path, tmp_path: Path) -> None:
    """With only the wheel and its dependencies, `init` makes a project and `generate` publishes its design."""
    run(installed / "cfn-table", "init", cwd=tmp_path)
    run(installed / "cfn-table", "generate", cwd=tmp_path)
    published = sorted(path.name for path in tmp_path.glob("build/*/*/*"))
    assert {"template.yaml", "template.json", "manifest.json", "contract.json"} <= set(published)
    run(installed / "cfn-table", "generate", "--check", cwd=tmp_path)


def test_build_is_what_the_designs_give(installed: Path, clone: Path) -> None:
    """The published versions of this repository are those that its designs and policies give, as a user has it."""
    run(installed / "cfn-table", "generate", "--check", cwd=clone)


def test_the_installed_package_is_typed(installed: Path) -> None:
    """Type checkers find py.typed beside the installed package, so its annotations count for users."""
    shown = run(installed / "python", "-c", "import cfn_table; print(cfn_table.__file__)", cwd=installed)
    assert (Path(shown.stdout.strip()).parent / "py.typed").is_file()
