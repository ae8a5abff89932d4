"""What the user named, as a source: `notes`, `notes@1.0.0`, a path, `git:main`, `stack:NAME` or `table:NAME`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from cfn_table.errors import UsageError
from cfn_table.pipeline.lint import is_design
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.sources import designs, git, stacks
from cfn_table.pipeline.sources.files import side_of_template
from cfn_table.pipeline.sources.found import Found, Live, Single, SourceOptions, Whole
from cfn_table.project import Project, as_named

STDIN: Final = "-"
"""The name of standard input."""

TABLE: Final = "table:"
"""What the name of a live table begins with."""

Source = Single | Live | Whole


class Sources:
    """The sources of one review.

    Args:
        settings: the context of designs.
        options: where stacks are, and what standard input holds.
        folders: removes temporary folders.
        names: what both sides are named; where the current folder has no designs, the project may be theirs.
    """

    def __init__(
        self, settings: Settings, options: SourceOptions, folders: ExitStack, names: Iterable[str | None] = ()
    ) -> None:
        self.settings = settings
        self.options = options
        self.folders = folders
        self.project = _project(names)

    def working_tree(self) -> designs.ProjectDesigns:
        """All designs of the project, as their files say."""
        return designs.ProjectDesigns(self.project, self.settings)

    def merge_base(self) -> designs.ProjectDesigns:
        """All designs of the project, as they were where this branch left the main branch."""
        from cfn_table.pipeline.sources.committed import project_at_merge_base

        return project_at_merge_base(self.project, self.settings, self.folders)

    def is_of_the_project(self, source: Source) -> bool:
        """Whether a source is the project, or a design of it, as its files say."""
        if isinstance(source, designs.ProjectDesigns):
            return not source.project.title and source.project.root.resolve() == self.project.root.resolve()
        return isinstance(source, Single) and source.here is not None

    def named(self, name: str) -> Source:
        """The source of that name; files are read when its side is asked for.

        Raises:
            UsageError: there is nothing of that name.
            CfnTableError: it cannot be read.
        """
        if name == STDIN:
            return Single(lambda: Found(side_of_template(self.options.stdin, "<stdin>")), name)
        for prefix, found in ((git.PREFIX, self._git), (stacks.PREFIX, self._stack), (TABLE, self._table)):
            if name.startswith(prefix):
                return found(name, name.removeprefix(prefix))
        path = Path(name)
        if not name:
            raise UsageError("the name of a side is empty", help=_KINDS)
        if path.is_dir():
            return self._folder(name, path)
        if path.exists() or path.suffix in (".yaml", ".yml", ".json"):
            return self._file(name, path)
        return self._project_name(name)

    def _git(self, name: str, rest: str) -> Source:
        from cfn_table.pipeline.sources.committed import file_at, project_at

        ref, colon, path = rest.partition(":")
        if not ref or (colon and not path):
            what = "file" if ref else "commit"
            raise UsageError(f"`{name}` names no {what}", help="write `git:REF`, or `git:REF:PATH` for one file")
        if not colon:
            return project_at(ref, self.project, self.settings, self.folders)
        return Single(partial(file_at, ref, path, self.project, self.settings, self.folders), name)

    def _stack(self, name: str, stack: str) -> Single:
        if not stack:
            raise UsageError(f"`{name}` names no stack", help="write `stack:NAME`")
        return Single(lambda: stacks.stack_side(stack, self.options), name)

    def _table(self, name: str, table: str) -> Live:
        from cfn_table.pipeline.sources.tables import table_side

        if not table:
            raise UsageError(f"`{name}` names no table", help="write `table:NAME`")
        return Live(lambda other: table_side(table, other, self.options), name, table)

    def _folder(self, name: str, path: Path) -> Source:
        if _is_project(path):
            return designs.ProjectDesigns(Project(path), self.settings)
        return Single(lambda: Found(designs.side_of_folder(path, name.rstrip("/"), self.settings)), name)

    def _file(self, name: str, path: Path) -> Single:
        from cfn_table.design.source import read_file

        text = read_file(path, name=name).text
        if is_design(text):
            return self._design(name, path)
        return Single(lambda: Found(side_of_template(text, name)), name)

    def _design(self, name: str, path: Path) -> Single:
        project = Project.of_design(path)
        here = project.root.resolve() == self.project.root.resolve() and path.resolve() in [
            each.resolve() for each in self.project.designs()
        ]
        load = partial(designs.ProjectDesigns(project, self.settings).side_of, path)
        return Single(load, name, (path,), path if here else None)

    def _project_name(self, name: str) -> Single:
        from cfn_table.design.suggest import did_you_mean

        design, at, version = name.partition("@")
        if at:
            return Single(lambda: Found(designs.side_of_version(self.project, design, version, self.settings)), name)
        stems = {each.stem: each for each in self.project.designs()}
        if name in stems:
            return self._design(name, Path(self.project.name_of(stems[name])))
        tree = self.working_tree()
        if (path := tree.file_of(name)) is not None:
            return self._design(name, Path(self.project.name_of(path)))
        raise UsageError(f"there is nothing named `{name}`", help=did_you_mean(name, stems) or _KINDS)


def _project(names: Iterable[str | None]) -> Project:
    """The project that the current folder is in; where that has no designs, the only one that a side is in."""
    here = Project.find(Path.cwd())
    if here.designs():
        return here
    paths = [Path(name) for name in names if name]
    found = [Project(path) for path in paths if path.is_dir() and _is_project(path)]
    found += [Project.of_design(path) for path in paths if path.is_file() and as_named(path).parent.name == "templates"]
    return Project(found[0].root.resolve()) if len(found) == 1 else here


def _is_project(folder: Path) -> bool:
    return (folder / "templates").is_dir() and not (folder / "manifest.json").exists()


_KINDS: Final = (
    "name a design, a template, a published version (DESIGN@VERSION or its folder), `git:REF`, `stack:NAME` or "
    "`table:NAME`"
)
