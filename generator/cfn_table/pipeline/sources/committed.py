"""Sides that come from git: a project as it was at a commit, or one file of it."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath

from cfn_table.errors import UsageError
from cfn_table.pipeline.lint import is_design
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.sources.designs import ProjectDesigns, side_of_snapshot, text_of
from cfn_table.pipeline.sources.found import Found
from cfn_table.pipeline.sources.git import LINK, PREFIX, Repository
from cfn_table.project import Project
from cfn_table.review.side import Side


def project_at(ref: str, project: Project, settings: Settings, folders: ExitStack) -> ProjectDesigns:
    """A project as it was at a commit; what its versions were is what was published there.

    Args:
        ref: the commit, such as `main`.
        project: the project as it is.
        settings: the context of its designs.
        folders: removes the temporary folder with the files.

    Raises:
        UsageError: there is no such commit.
        InputError: git is not there, the project is in no repository, or the clone is partial.
    """
    repository = Repository(project.root)
    return _unpacked(repository, repository.commit(ref), repository.prefix, f"{PREFIX}{ref}:", settings, folders)


def project_at_merge_base(project: Project, settings: Settings, folders: ExitStack) -> ProjectDesigns:
    """A project as it was where the current branch left the main branch; see `project_at`.

    Raises:
        UsageError: there is no main branch.
        InputError: there is no such commit in the clone.
    """
    repository = Repository(project.root)
    commit = repository.merge_base(repository.main_branch())
    return _unpacked(repository, commit, repository.prefix, f"{PREFIX}{commit[:12]}:", settings, folders)


def file_at(ref: str, path: str, project: Project, settings: Settings, folders: ExitStack) -> Found:
    """A design, a template or a published version as it was at a commit.

    Args:
        ref: the commit.
        path: as seen from the current folder, else from the project's, else from the top of the repository.
        project: the project as it is.
        settings: the context of the design.
        folders: removes the temporary folder with the files.

    Raises:
        UsageError: there is no such commit or path.
        CfnTableError: what is there cannot be read as any of these.
    """
    repository = Repository(project.root)
    commit = repository.commit(ref)
    shown = f"{PREFIX}{ref}:{path}"
    place, kind = _place_of(repository, commit, path, project, shown)
    if kind == "tree":
        return Found(_version_at(repository, commit, place, shown))
    text = text_of(repository.read(commit, place), shown)
    if not is_design(text):
        return Found(_template_side(text, shown))
    folder = _project_of(place, repository.prefix)
    inside = PurePosixPath(place).relative_to(folder or ".").as_posix()
    title = f"{PREFIX}{ref}:{os.path.relpath(folder or '.', _here(repository, project) or '.')}/".replace(":./", ":")
    designs = _unpacked(repository, commit, folder, title, settings, folders)
    return designs.side_of(designs.project.root / inside)


def _unpacked(
    repository: Repository, commit: str, folder: str, title: str, settings: Settings, folders: ExitStack
) -> ProjectDesigns:
    target = Path(folders.enter_context(tempfile.TemporaryDirectory(prefix="cfn-table-", ignore_cleanup_errors=True)))
    repository.unpack(commit, folder, target)
    return ProjectDesigns(Project(target.resolve(), title), settings, published=True)


def _place_of(repository: Repository, commit: str, path: str, project: Project, shown: str) -> tuple[str, str]:
    """The path from the repository's top, and what is there."""
    starts = dict.fromkeys((_here(repository, project), repository.prefix, ""))
    for start in starts:
        place = os.path.normpath(f"{start}/{path}".lstrip("/")).replace(os.sep, "/")
        if not place.startswith("../") and (kind := repository.kind(commit, place if place != "." else "")):
            return place, kind
    raise UsageError(
        f"there is no `{shown}`", help="name a file that was committed there, or `git:REF` for all designs"
    )


def _here(repository: Repository, project: Project) -> str:
    """The current folder from the repository's top; the project's where it is elsewhere."""
    below = os.path.relpath(Path.cwd().resolve(), project.root.resolve())
    here = os.path.normpath(f"{repository.prefix or '.'}/{below}").replace(os.sep, "/")
    return repository.prefix if here == ".." or here.startswith("../") else here.removeprefix(".")


def _project_of(place: str, prefix: str) -> str:
    """The folder of the project that a committed design is in."""
    folder = PurePosixPath(place).parent
    if folder.name == "templates":
        return folder.parent.as_posix().removeprefix(".")
    inside = not prefix or PurePosixPath(place).is_relative_to(prefix)
    return prefix if inside else folder.as_posix().removeprefix(".")


def _version_at(repository: Repository, commit: str, place: str, shown: str) -> Side:
    from cfn_table.publish.folders import Snapshot

    entries, others = [], set()
    for each in repository.entries(commit, place):
        above = PurePosixPath(*PurePosixPath(each.path).parts[:2]).as_posix()
        # As in a folder: links are not followed, and nothing is further down than one folder.
        if above == each.path and each.mode != LINK:
            entries.append(each)
        else:
            others.add(above)
    return side_of_snapshot(Snapshot(shown, repository.read_all(entries), tuple(sorted(others))))


def _template_side(text: str, shown: str) -> Side:
    from cfn_table.pipeline.sources.files import side_of_template

    return replace(side_of_template(text, shown), name=shown)
