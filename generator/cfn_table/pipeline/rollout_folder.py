"""A folder of generated files that changes all at once, and in which nothing of anybody else is lost."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.publish.atomic import Folder, explaining, shown, staging_name
from cfn_table.publish.locking import exclusive

_README: Final = "README.md"
_HEAD: Final = b"# Rollout\n"
_OURS: Final = re.compile(r"README\.md|[0-9]+-[A-Za-z0-9_.-]+\.yaml")


def replace_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Give a folder these files and no others, in one step.

    Raises:
        InputError: it has files that are not of a rollout, its parent is missing, or the system refuses.
    """
    path = path.absolute()
    with explaining(path), Folder.open(path.parent) as parent, exclusive(parent.descriptor, parent.path):
        parent.sweep()
        old = parent.folder(path.name)
        if old is not None:
            with old:
                _require_ours(path, old)
        staging = staging_name()
        try:
            with parent.make(staging) as made:
                for name, content in files.items():
                    made.write(name, content)
                made.sync()
            _put(parent, staging, path.name, replaces=old is not None)
        except BaseException:
            with contextlib.suppress(OSError):
                parent.remove(staging)
            raise
        parent.sync()


def _put(parent: Folder, staging: str, name: str, *, replaces: bool) -> None:
    if not replaces:
        parent.rename(staging, name)
    elif parent.exchange(staging, name):
        parent.remove(staging)
    else:
        # Where nothing can be exchanged, the folder is away for a moment, and never half-written.
        aside = staging_name()
        parent.rename(name, aside)
        parent.rename(staging, name)
        parent.remove(aside)


def _require_ours(path: Path, folder: Folder) -> None:
    names = folder.names()
    foreign = [name for name in names if not _OURS.fullmatch(name)]
    if _README in names and not folder.read(_README).startswith(_HEAD):
        foreign.append(_README)
    if foreign:
        raise InputError(
            f"`{shown(path)}` has `{foreign[0]}` in it, which is no file of a rollout",
            help="name a folder that is empty, that holds an older rollout, or that does not exist",
            location=Location(shown(path)),
        )
