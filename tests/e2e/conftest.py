"""The published version of kv-storage, and a copy of the project in which the next version can be published."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

DESIGN = "kv-storage"
# What the next version adds, where a deployed stack shows it.
NEXT_TAG = {"next": "version"}


@dataclass(frozen=True, slots=True)
class Published:
    """One published version of the kv-storage design.

    Attributes:
        project: the folder that holds templates/, policies/ and build/.
        version: as the design states it, such as `1.0.0`.
    """

    project: Path
    version: str

    def template(self, form: str) -> Path:
        """The published template; `form` is `yaml` or `json`."""
        return self.project / "build" / DESIGN / self.version / f"template.{form}"

    def load(self) -> dict[str, Any]:
        """The template's content, from its JSON form."""
        template: dict[str, Any] = json.loads(self.template("json").read_text(encoding="utf-8"))
        return template


def cfn_table(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`, as a user does, and return what it did."""
    return subprocess.run(
        [sys.executable, "-m", "cfn_table", *map(str, arguments)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="session")
def published(root: Path) -> Published:
    """The current version of kv-storage, as this repository publishes it."""
    # Every scalar is text: `1.10` is a version and no number.
    design = yaml.load((root / "templates" / f"{DESIGN}.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    found = Published(root, design["version"])
    assert found.template("yaml").is_file(), "run `cfn-table generate`"
    return found


@pytest.fixture(scope="session")
def next_version(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The next minor version, published by the command in a copy of the project.

    Its description and its tags are others, which every engine and the service take without touching the table's data.
    """
    project = tmp_path_factory.mktemp("next-version")
    for folder in ("templates", "policies", "build"):
        shutil.copytree(published.project / folder, project / folder)
    design = project / "templates" / f"{DESIGN}.yaml"
    text = design.read_text(encoding="utf-8")
    major, minor, *_ = published.version.partition("-")[0].split(".")
    version = f"{major}.{int(minor) + 1}.0"
    lines = [line for line in text.splitlines() if not line.startswith(("version:", "description:"))]
    assert not any(line.startswith("tags:") for line in lines), "the design has tags now: add to these"
    lines += [f"version: {version}", "description: The next version of the key-value storage", "tags:"]
    lines += [f"  {name}: {value}" for name, value in NEXT_TAG.items()]
    design.write_text("\n".join([*lines, ""]), encoding="utf-8")
    done = cfn_table("generate", folder=project)
    assert 0 == done.returncode, done.stdout + done.stderr
    return Published(project, version)
