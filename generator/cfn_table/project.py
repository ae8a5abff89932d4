"""A project's folder: where its designs, policies and published versions are, and what is inside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cfn_table.errors import InputError
from cfn_table.findings import Location


def as_named(path: Path) -> Path:
    """The absolute path without `..`, where no symlink counts as what it leads to."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (resolve would follow links)


@dataclass(frozen=True, slots=True)
class Project:
    """The folder that holds `templates/`, `policies/` and `build/`.

    Attributes:
        root: the folder.
        title: what messages show in its place, such as `git:main:` for files that were taken from there; empty for a
            folder that is the user's.
    """

    root: Path
    title: str = ""

    @classmethod
    def find(cls, start: Path) -> Project:
        """The nearest folder from `start` upwards that has a `templates` folder; `start` itself where none has."""
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / "templates").is_dir():
                return cls(folder)
        return cls(start)

    @classmethod
    def of_design(cls, path: Path) -> Project:
        """The project of a design file: the parent of its `templates` folder, else the current folder's project.

        A symlink does not count as the folder that it leads to: where the user sees `templates` is the project.
        """
        folder = as_named(path).parent
        return cls(folder.parent) if folder.name == "templates" else cls.find(Path.cwd())

    @property
    def templates(self) -> Path:
        """Where designs are."""
        return self.root / "templates"

    @property
    def texts(self) -> Path:
        """Where text templates are that take the place of the package's."""
        return self.templates / "emit"

    @property
    def build(self) -> Path:
        """Where published versions are."""
        return self.root / "build"

    def policies(self, design: str) -> Path:
        """Where the policies of `design` are."""
        return self.root / "policies" / design

    def designs(self) -> list[Path]:
        """Every design file of the project, sorted by name."""
        if not self.templates.is_dir():
            return []
        return sorted(
            path
            for path in self.templates.iterdir()
            if path.suffix in (".yaml", ".yml") and not path.name.startswith(".")
        )

    def name_of(self, path: Path) -> str:
        """`path` as messages show it: relative to the current folder when it is inside it."""
        if self.title and path.absolute().is_relative_to(self.root.absolute()):
            return self.title + path.absolute().relative_to(self.root.absolute()).as_posix()
        try:
            return path.absolute().relative_to(Path.cwd()).as_posix()
        except ValueError:
            return str(path)

    def relative(self, path: Path) -> str:
        """`path` relative to the project, with `/`, as manifests record it; its name alone when it is outside."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return path.name

    def require_inside(self, path: Path) -> None:
        """Refuse a file that a symlink or `..` leads out of the project.

        Raises:
            InputError: the file is not inside the project's folder.
        """
        try:
            inside = path.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):  # a symlink loop
            inside = False
        if not inside:
            shown = self.name_of(path)
            raise InputError(
                f"`{shown}` leads out of the project",
                help=f"keep the file itself under `{self.name_of(self.root)}`: a version must depend on nothing else",
                location=Location(shown),
            )
