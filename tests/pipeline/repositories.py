"""Temporary git repositories with projects in them, reviews of them, and what these were asked to compare."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.review import review_change
from cfn_table.review.report import Review
from cfn_table.review.side import Side

SETTINGS = Settings(environment={}, processes=1)
TEMPLATE = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n"
WHO = {
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.com",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as nobody in particular and without the machine's configuration."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env={**os.environ, **WHO},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def repository(folder: Path) -> Path:
    """An empty repository whose branch is `main`; gives `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    return folder


def commit(folder: Path, message: str = "change") -> str:
    """Commit everything in a folder; gives the commit's name."""
    git(folder, "add", "--all", "--force", ".")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


@dataclass
class Compared:
    """Every pair of sides that was to be reviewed, and under which name."""

    pairs: list[tuple[Side, Side, str]] = field(default_factory=list)

    def __call__(self, old: Side, new: Side, name: str = "") -> Review:
        """Remember, and find nothing."""
        self.pairs.append((old, new, name))
        return Review(name, old.name, new.name)

    @property
    def names(self) -> list[tuple[str, str, str]]:
        """Name, old and new of every pair."""
        return [(name, old.name, new.name) for old, new, name in self.pairs]


def reviewed(old: str | None = None, new: str | None = None, **settings: str) -> list[Review]:
    """The reviews of a change, with context values."""
    return list(review_change(old, new, Settings(context=settings, environment={}, processes=1)))


def published(folder: Path) -> None:
    """Publish the project's designs."""
    assert [0] == [each.exit_status for each in generate(sorted((folder / "templates").iterdir()), SETTINGS)]


def write(path: Path, text: str) -> Path:
    """Write a text file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
