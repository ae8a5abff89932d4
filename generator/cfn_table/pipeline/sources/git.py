"""A git repository as a review reads it: commits, trees and files, without checking anything out.

Only plumbing is called that reads objects. Nothing of the repository's configuration is run (hooks, filters, textconv,
fsmonitor), and nothing is fetched: what a partial or shallow clone lacks is said.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from cfn_table.errors import InputError, UsageError
from cfn_table.findings import Location

PREFIX: Final = "git:"
"""What the name of a side in git begins with."""

MAIN: Final = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)
"""Where the main branch is looked for, in this order."""

NEEDED: Final = ("templates", "policies", "build")
"""Folders of a project that must be whole."""

LARGEST: Final = 4 * 1024 * 1024
"""Largest other file that is taken along: no design reads a larger one."""

LINK: Final = "120000"
"""The mode of a symbolic link."""

_COMMAND: Final = (
    *("git", "--no-pager", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.alternateRefsCommand="),
    *("-c", "protocol.allow=never"),
)
# What git's own environment may say that concerns how it is installed and configured, and not which repository it is.
_KEPT: Final = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH")
_CLONE_WHOLE: Final = "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` of actions/checkout"
_FILES: Final = ("100644", "100755", "100664", LINK)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a tree: its path from the tree's top with `/`, its mode, and its object."""

    path: str
    mode: str
    object: str


class Repository:
    """The repository that a folder is in.

    Attributes:
        folder: the folder.
        prefix: its path from the repository's top, with `/` and without one at its end; empty for the top itself.

    Raises:
        InputError: git is not there, or the folder is in no repository.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        done = self._git("rev-parse", "--show-prefix")
        if done.returncode:
            raise _no_repository(folder, done.stderr.decode("utf-8", "replace"))
        self.prefix = os.fsdecode(done.stdout).removesuffix("\n").rstrip("/")

    def commit(self, ref: str) -> str:
        """The commit that a ref names; `REF...` is the merge base of that and HEAD, as in `git diff`.

        Raises:
            UsageError: there is no such commit.
            InputError: there is no merge base.
        """
        if ref.endswith("..."):
            return self.merge_base(ref.removesuffix("...") or "HEAD")
        found = self._verified(f"{ref}^{{commit}}") if ref and not ref.startswith("-") else None
        if found is not None:
            return found
        if ref == "HEAD":
            raise UsageError("the repository has no commit yet", help="commit the designs first")
        help_ = "name a branch, a tag or a commit; a branch of the remote is `origin/BRANCH`, after `git fetch`"
        shown = "".join(each if each.isprintable() else "?" for each in ref)
        raise UsageError(f"git knows no commit `{shown}`", help=_CLONE_WHOLE if self._is_shallow() else help_)

    def main_branch(self) -> str:
        """The ref of the main branch.

        Raises:
            UsageError: there is none that is named as usual.
        """
        for ref in MAIN:
            if self._verified(f"{ref}^{{commit}}") is not None:
                return ref
        self.commit("HEAD")  # of a repository without any commit, that is what is to be told
        raise UsageError(
            "git knows no main branch",
            help="fetch it, or name what to compare with: `cfn-table review git:REF`; looked for were origin/HEAD, "
            "origin/main, origin/master, main and master",
        )

    def merge_base(self, ref: str) -> str:
        """The commit at which HEAD and a ref have parted.

        Raises:
            UsageError: there is no such commit, or nothing is committed yet.
            InputError: they have no commit in common.
        """
        head, other = self.commit("HEAD"), self.commit(ref)
        done = self._git("merge-base", head, other)
        base = done.stdout.decode().strip()
        if done.returncode == 0 and base:
            return base
        name = ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")
        raise InputError(
            f"HEAD and `{name}` have no commit in common",
            help=_CLONE_WHOLE if self._is_shallow() else "name what to compare with: `cfn-table review git:REF`",
            location=Location(f"git:{name}"),
        )

    def kind(self, commit: str, path: str) -> str:
        """What is at a path from the repository's top: `blob`, `tree`, or nothing."""
        done = self._git("cat-file", "-t", f"{commit}:{path}")
        return done.stdout.decode().strip() if done.returncode == 0 else ""

    def entries(self, commit: str, folder: str) -> list[Entry]:
        """Every file below a folder, by its path from there; none where there is no such folder."""
        tree = self._verified(f"{commit}:{folder}" if folder else f"{commit}^{{tree}}")
        if tree is None:
            return []
        done = self._git("ls-tree", "-r", "-z", "--full-tree", tree)
        found = []
        for line in os.fsdecode(done.stdout).split("\0"):
            head, tab, path = line.partition("\t")
            if tab:
                mode, _, name = head.split(" ", 2)
                if mode in _FILES:
                    found.append(Entry(path, mode, name))
        return found

    def read(self, commit: str, path: str) -> bytes:
        """The bytes of one file, as they were committed.

        Raises:
            InputError: the clone is partial, and lacks it.
        """
        name = self._verified(f"{commit}:{path}") or ""
        for _, content in self._contents([name]):
            return content
        raise _partial(path)

    def read_all(self, entries: Iterable[Entry]) -> dict[str, bytes]:
        """The bytes of files, by path.

        Raises:
            InputError: the clone is partial, and lacks one.
        """
        wanted = list(entries)
        found = dict(self._contents(list(dict.fromkeys(each.object for each in wanted))))
        for each in wanted:
            if each.object not in found:
                raise _partial(each.path)
        return {each.path: found[each.object] for each in wanted}

    def unpack(self, commit: str, folder: str, target: Path) -> None:
        """Write what was committed below a folder of the repository, byte by byte, into an empty one.

        Outside of `NEEDED`, files that are very large or that a partial clone lacks are left out.

        Raises:
            InputError: the clone is partial, and lacks what is needed.
        """
        entries = [each for each in self.entries(commit, folder) if _is_harmless(each.path)]
        needed = [each for each in entries if each.path.partition("/")[0] in NEEDED]
        contents = self.read_all(needed)
        rest = [each for each in entries if each.path not in contents]
        found = dict(self._contents(list(dict.fromkeys(each.object for each in rest)), largest=LARGEST))
        contents |= {each.path: found[each.object] for each in rest if each.object in found}
        # INVARIANT: links come last, so that nothing is written through one.
        for each in sorted(entries, key=lambda each: each.mode == LINK):
            if each.path in contents:
                _write(target, each, contents[each.path])

    def _contents(self, objects: Sequence[str], largest: int | None = None) -> Iterator[tuple[str, bytes]]:
        """Object → content; what is missing or larger is left out."""
        if not objects:
            return
        with tempfile.TemporaryFile() as wanted:
            wanted.write("".join(f"{name}\n" for name in objects).encode())
            wanted.seek(0)
            with subprocess.Popen(
                [*_COMMAND, "-C", str(self.folder), "cat-file", "--batch"],
                env=_environment(),
                stdin=wanted,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            ) as process:
                assert process.stdout is not None
                for name in objects:
                    head = process.stdout.readline().split()
                    if not head:  # it ended, because it may not fetch
                        return
                    if len(head) != 3:
                        continue
                    size = int(head[2])
                    content = process.stdout.read(size + 1)[:size]
                    if largest is None or size <= largest:
                        yield name, content

    def _verified(self, expression: str) -> str | None:
        if "\0" in expression:
            return None
        done = self._git("rev-parse", "--verify", "--quiet", expression)
        return done.stdout.decode().strip() or None if done.returncode == 0 else None

    def _is_shallow(self) -> bool:
        return self._git("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                [*_COMMAND, "-C", str(self.folder), *arguments],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            reason = "is not installed" if isinstance(error, FileNotFoundError) else f"cannot be run: {error.strerror}"
            raise InputError(
                f"git {reason}",
                help="install git, or name two files: `cfn-table review OLD NEW`",
                location=Location(str(self.folder)),
            ) from error


def _environment() -> dict[str, str]:
    """The environment without what would lead git to another repository, and without questions and writes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    return kept | {
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def _no_repository(folder: Path, said: str) -> InputError:
    if "dubious ownership" in said:
        return InputError(
            f"git does not read `{folder}`, because it belongs to somebody else",
            help=f"if you trust it: `git config --global --add safe.directory {folder}`",
            location=Location(str(folder)),
        )
    return InputError(
        f"`{folder}` is in no git repository",
        help="name two files or versions: `cfn-table review OLD NEW`",
        location=Location(str(folder)),
    )


def _partial(path: str) -> InputError:
    return InputError(
        f"the clone is partial: it lacks what was committed as `{path}`",
        help="clone without `--filter`, or fetch it: `git fetch --refetch --no-filter`",
        location=Location(path),
    )


def _is_harmless(path: str) -> bool:
    """Whether a path of a tree leads nowhere else; git writes no others, and a hostile repository may."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and not {"..", ".git"} & set(parts) and "\\" not in path


def _write(target: Path, entry: Entry, content: bytes) -> None:
    path = target / entry.path
    # A file that this system cannot hold (its name, or another one that differs in case) is left out.
    with contextlib.suppress(OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == LINK:
            path.symlink_to(os.fsdecode(content))
            return
        with path.open("xb") as file:
            file.write(content)
