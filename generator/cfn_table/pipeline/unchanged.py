"""Recognise a design that was published and has not changed since, from digests alone.

The record of a published design names every file that was read and its digest, every folder and glob that was listed,
the context's values and names, and the digests of what was published. It holds only while the program itself is the
same.
Nothing heavy is imported here: an unchanged build takes a fraction of the linter's start-up.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cfn_table.lint.verdicts import default_cache_folder, is_private, keep_newest, write_whole
from cfn_table.project import Project

if TYPE_CHECKING:
    from cfn_table.design.design import Design

FORMAT: Final = 1
_LIMIT: Final = 2000
"""Most records that are kept; the longest unused ones are removed."""
_CLOCK_TICK: Final = 10_000_000
"""Nanoseconds by which a file's time may lag behind the clock: file systems take the time of the last tick."""
_DEPENDENCIES: Final = ("awacs-", "cfn_lint-", "jinja2-", "pydantic-", "pydantic_core-", "pyyaml-", "troposphere-")


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A design that is as it was published."""

    design: str
    version: str
    folder: str
    environment: Mapping[str, str] = field(default_factory=dict)


class UnchangedCache:
    """Records of published designs, one file each, in the user's cache folder."""

    def __init__(self, context: Mapping[str, str], environment: Mapping[str, str]) -> None:
        """A cache for one call, which begins now, with these context options and this environment."""
        self.context = dict(context)
        self.environment = environment
        self._began = time.time_ns()

    @functools.cached_property
    def _program(self) -> str:
        return program_fingerprint()

    def look_up(self, path: Path, project: Project) -> Unchanged | None:
        """The design at `path`, if it and its published version are exactly as recorded; None otherwise."""
        try:
            file = self._file(path)
            record = json.loads(file.read_bytes())
            if record["program"] != self._program or record["context"] != self.context:
                return None
            if any(self.environment.get(name) != value for name, value in record["environment"].items()):
                return None
            root = project.root
            if any(_listing(root, listed) != names for listed, names in record["listings"].items()):
                return None
            for name, digest in {**record["inputs"], **record["published"]}.items():
                if _digest(root / name) != digest:
                    return None
            if _below(root, record["folder"]) != sorted(record["published"]):
                return None
            with contextlib.suppress(OSError):
                os.utime(file)  # used just now: the last to be removed
            known = {
                name: value
                for name, value in record["environment"].items()
                if value is not None and name not in self.context
            }
            return Unchanged(record["design"], record["version"], record["folder"], known)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
            return None

    def remember(self, path: Path, project: Project, design: Design, folder: str, files: Mapping[str, bytes]) -> None:
        """Record that `design` is published in `folder`. A cache that cannot be written is no error.

        Nothing is recorded where a record could be wrong: for a design with a hook, since what the hook's code reads is
        not known; with a design file outside of the project; when an input changed while the version was made.
        """
        try:
            if design.file.extend is not None or not path.resolve().is_relative_to(project.root.resolve()):
                return
            if self._changed_meanwhile(project, design):
                return
            manifest = project.root / folder / "manifest.json"
            published = {f"{folder}/{name}": hashlib.sha256(content).hexdigest() for name, content in files.items()}
            published[f"{folder}/manifest.json"] = _digest(manifest)
            listings = {f"policies/{design.name}": "", "templates": "", "templates/emit": ""}
            listings.update(
                {f"{Path(project.relative(path)).parent.as_posix()}//{glob}": "" for glob in design.file.include}
            )
            record = {
                "format": FORMAT,
                "program": self._program,
                "design": design.name,
                "version": design.version,
                "folder": folder,
                "context": self.context,
                "environment": {name: self.environment.get(name) for name in design.context.values},
                "listings": {name: _listing(project.root, name) for name in listings},
                "inputs": {name: _digest(project.root / name) for name in design.files},
                "published": published,
            }
            file = self._file(path)
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(file, json.dumps(record))
            keep_newest(file.parent, _LIMIT)
        except (OSError, ValueError, RuntimeError):
            return

    def _changed_meanwhile(self, project: Project, design: Design) -> bool:
        """Whether a file or a folder that was read may be another by now than when it was read."""
        inputs = [project.root / name for name in design.files]
        folders = {path.parent for path in inputs} | {project.policies(design.name), project.texts}
        for path in (*inputs, *(folder for folder in folders if folder.is_dir())):
            status = path.stat()
            if max(status.st_mtime_ns, status.st_ctime_ns) > self._began - _CLOCK_TICK:
                return True
        return False

    def _file(self, path: Path) -> Path:
        """Found out late, since a machine without a home folder raises RuntimeError here."""
        folder = default_cache_folder() / "unchanged"
        if folder.exists() and not is_private(folder):
            raise OSError(f"others may write to {folder}")
        return folder / (hashlib.sha256(os.fsencode(path.resolve())).hexdigest() + ".json")


def program_fingerprint(package: Path = Path(__file__).parents[1]) -> str:
    """A digest that changes with this program's files and with the installed versions that decide what it makes."""
    seen: list[Any] = [FORMAT, sys.version_info[:3]]
    for folder, folders, names in os.walk(package):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith((".py", ".j2")):
                file = Path(folder, name)
                status = file.stat()
                seen.append((str(file), status.st_size, status.st_mtime_ns))
    for entry in sys.path:
        try:
            names = [path.name for path in Path(entry or ".").iterdir()]
        except OSError:
            continue
        seen += sorted(name for name in names if name.lower().startswith(_DEPENDENCIES) and name.endswith("-info"))
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _listing(root: Path, listed: str) -> list[str]:
    folder, _, glob = listed.partition("//")
    if glob:
        return sorted(path.relative_to(root).as_posix() for path in (root / folder).glob(glob))
    return _names_in(root / folder)


def _names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _below(root: Path, folder: str) -> list[str]:
    """Every file below a folder of the project, every link, and every empty folder, by its path from the project."""
    found = []
    for above, folders, names in os.walk(root / folder):
        links = [name for name in folders if Path(above, name).is_symlink()]
        below = names + links if names or folders else [""]
        found += [Path(above, name).relative_to(root).as_posix() for name in below]
    return sorted(found)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
