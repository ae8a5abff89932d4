"""One published version as a folder: read as it is at one instant, put in place whole or not at all.

What is written is staged beside its place, brought down to the disk, and renamed. A version that is overwritten is
swapped with its successor in one step where the platform has one, else by a journal: see `swap`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfn_table.errors import InputError
from cfn_table.findings import Finding, Location
from cfn_table.publish import manifest as manifests
from cfn_table.publish.atomic import Folder, explaining, shown, staging_name
from cfn_table.publish.manifest import Manifest
from cfn_table.publish.semver import Version

CONTRACT = "contract.json"
FILE_MODE, FOLDER_MODE = 0o644, 0o755

# A whole version that takes the place of the one of that name as soon as a publisher comes by: see `swap`.
NEXT = ".next-"
# How often to look again when a folder changes under a reader.
ATTEMPTS = 100


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of one version's folder at one instant: its path in messages, its files by name, the names of all else.

    The names are those of `Folder.contents`: a file in a folder of the version is `types/kv-storage.ts`.
    """

    place: str
    files: Mapping[str, bytes]
    others: tuple[str, ...]

    def manifest(self, design: str | None = None, version: str | None = None) -> Manifest:
        """The manifest in it.

        Raises:
            InputError: there is none, it cannot be read, or it is of another design or version than is asked for.
        """
        path = f"{self.place}/{manifests.NAME}"
        if manifests.NAME not in self.files:
            raise InputError(
                f"`{self.place}` is not a published version: `{manifests.NAME}` is missing",
                help=manifests.RESTORE,
                location=Location(self.place),
            )
        manifest = Manifest.parse(self.files[manifests.NAME], path)
        if (design or manifest.design, version or str(manifest.version)) != (manifest.design, str(manifest.version)):
            raise InputError(
                f"`{path}` is that of `{manifest.design}` {manifest.version}",
                help=manifests.RESTORE,
                location=Location(path),
            )
        return manifest

    def damage(self, manifest: Manifest) -> list[Finding]:
        """Everything in which it differs from its manifest."""
        return manifest.compare(self.files, self.others, self.place)

    def contract(self) -> dict[str, Any] | None:
        """The contract in it; None when it has none.

        Raises:
            InputError: it is not a JSON object.
        """
        return None if CONTRACT not in self.files else parse_contract(self.files[CONTRACT], f"{self.place}/{CONTRACT}")


def parse_contract(content: bytes, path: str) -> dict[str, Any]:
    """The contract that a file says; `path` is its place in messages.

    Raises:
        InputError: it is not a JSON object.
    """
    contract = manifests.load_json(content, path)
    if not isinstance(contract, dict):
        raise InputError(f"`{path}` must hold an object", help=manifests.RESTORE, location=Location(path))
    return contract


def read_version(folder: Path) -> Snapshot:
    """All files of the published version in `folder`, as they were at one instant.

    Raises:
        InputError: there is no such folder, it is empty or a link, or it cannot be read.
    """
    path = folder.absolute()
    with explaining(folder, "read"), Folder.open(path.parent) as parent:
        snapshot = load_version(parent, path.name)
    if snapshot is None:
        raise InputError(
            f"`{shown(path)}` is not a published version", help="generate it first", location=Location(shown(path))
        )
    return snapshot


def versions_in(folder: Folder) -> list[Version]:
    """The versions in the folder of a design, lowest first; an empty folder is none.

    Raises:
        InputError: a link or a file has the name of a version.
    """
    found = set()
    for name in folder.names():
        version = name.removeprefix(NEXT)
        if _is_version(version) and (name != version or not folder.is_empty(name)):
            found.add(Version.parse(version))
    return sorted(found)


def load_version(parent: Folder, name: str) -> Snapshot | None:
    """The version of that name, whole; None when it is absent or an empty folder, which is all that git leaves of one.

    A publisher may swap the version while it is read: what was read counts only if its folder is still in place then.
    """
    for _ in range(ATTEMPTS):
        with contextlib.suppress(FileNotFoundError):
            # Twice, as a swap by journal may bring the second while the first is looked for.
            for candidate in (NEXT + name, name) * 2:
                folder = parent.folder(candidate)
                if folder is None:
                    continue
                with folder:
                    files, others = folder.contents()
                    if not parent.is_still(candidate, folder):
                        raise FileNotFoundError
                if not files and not others:
                    return None
                return Snapshot(shown(parent.path / name), files, tuple(others))
            return None
    raise InputError(
        f"`{shown(parent.path / name)}` changes faster than it can be read",
        help="wait for the other program that writes there",
        location=Location(shown(parent.path / name)),
    )


def put(folder: Folder, content: Mapping[str, bytes], place: Callable[[str], None]) -> None:
    """Write everything into a staging folder, down to the disk, and give it its place by `place`: `create` or `swap`.

    Only for the holder of the folder's lock, after `recover`.

    Raises:
        OSError: the system refused; nothing has changed then, or (rarely, when only the last sync failed) everything.
    """
    staging = staging_name()
    try:
        with folder.make(staging, FOLDER_MODE) as inner:
            _fill(inner, content)
        place(staging)
        folder.sync()
    except BaseException:
        with contextlib.suppress(OSError, InputError):
            folder.remove(staging)
        raise
    # It is published: what cannot be tidied up now waits for the next publisher.
    with contextlib.suppress(OSError, InputError):
        folder.remove(staging)


def _fill(folder: Folder, content: Mapping[str, bytes]) -> None:
    """Write files into a new folder, and those named `folder/name` into a folder in it; all of it down to the disk."""
    inner: dict[str, dict[str, bytes]] = {}
    for name, each in sorted(content.items()):
        above, slash, own = name.partition("/")
        if slash:
            inner.setdefault(above, {})[own] = each
        else:
            folder.write(name, each, FILE_MODE)
    for name, files in inner.items():
        with folder.make(name, FOLDER_MODE) as below:
            _fill(below, files)
    folder.sync()


def create(folder: Folder, staging: str, name: str) -> None:
    """Give the staging folder the name of a version that does not exist, or is an empty folder."""
    # INVARIANT: rename never replaces a folder that has something in it, so even without a lock one publisher wins.
    if folder.descriptor is None:
        # Windows does not even replace an empty one.
        with contextlib.suppress(FileNotFoundError):
            folder.remove_empty(name)
    folder.rename(staging, name)


def swap(folder: Folder, staging: str, name: str) -> None:
    """Put the staging folder in the place of a version; the old version is in the staging folder's place then.

    Without an exchange in one step: the rename to `.next-<version>` is the commit, since readers prefer that name and
    every publisher that finds it completes the swap. Before it the old version counts, after it the new one.
    """
    if folder.exchange(staging, name):
        return
    folder.rename(staging, NEXT + name)
    folder.sync()
    try:
        _complete(folder, name, staging)
    except OSError:
        # As long as the old version is in its place, the commit can be taken back.
        with contextlib.suppress(OSError):
            if name in folder.names():
                folder.rename(NEXT + name, staging)
        raise


def _complete(folder: Folder, name: str, aside: str) -> None:
    if name in folder.names():
        folder.rename(name, aside)
    folder.rename(NEXT + name, name)
    folder.sync()


def recover(folder: Folder) -> None:
    """Complete what a publisher that was stopped had committed, and remove what it had not."""
    for name in folder.names():
        if name.startswith(NEXT) and _is_version(name.removeprefix(NEXT)):
            _complete(folder, name.removeprefix(NEXT), staging_name())
    folder.sweep()


def _is_version(name: str) -> bool:
    try:
        Version.parse(name)
    except InputError:
        return False
    return True
