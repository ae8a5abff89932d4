"""Folders and files that change all at once or not at all.

`Folder` is an opened folder: every name is looked up in the folder that was opened (openat(2) and its kin), so nobody
can redirect a write by swapping a path for a symbolic link, and no link is ever followed below it. Where the platform
has no such calls (Windows), the same methods work on paths and check each name before they use it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.publish.locking import exclusive

# Whether names can be looked up in an opened folder.
DESCRIPTORS = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
# What is being written has such a name until it is whole; whoever holds the lock may remove what another left.
STAGING = re.compile(r"\.staging-[0-9a-f]{16}")

_DIRECTORY = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
# O_NONBLOCK: opening a named pipe must not wait for a writer.
_READ = (
    os.O_RDONLY | _NOFOLLOW | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_REPARSE_POINT = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT: symbolic links and junctions of Windows

_REASONS = {
    errno.ENOSPC: ("no space is left on the device", "free some space and run the command again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run the command again"),
    errno.EFBIG: ("the file would be larger than is allowed", "raise the limit of file sizes (`ulimit -f`)"),
    errno.EACCES: ("permission denied", "give yourself permission to write there, or work in a copy of the project"),
    errno.EPERM: ("the operation is not permitted", "give yourself permission to write there"),
    errno.EROFS: ("the file system is read-only", "work in a copy of the project on a writable file system"),
    errno.ENAMETOOLONG: ("the name is too long", "shorten the name of the design, the version or the folder"),
    errno.ENOENT: ("no such file or folder", "check the path"),
    errno.ENOTDIR: ("a file or a link is where a folder should be", "move it away and run the command again"),
    errno.ENOTEMPTY: ("something else wrote there at the same time", "run the command again"),
    errno.EEXIST: ("something else wrote there at the same time", "run the command again"),
    errno.ELOOP: ("a symbolic link is in the way", "replace it with a real file or folder"),
    errno.EISDIR: ("a folder has that name", "name a file, or move the folder away"),
    errno.EIO: ("the disk reports an error", "check the disk, then run the command again"),
}


def shown(path: Path) -> str:
    """`path` as a user would name it: relative to the current folder where it is below that, with forward slashes."""
    with contextlib.suppress(ValueError, OSError):
        return path.relative_to(Path.cwd()).as_posix()
    return path.as_posix()


@contextlib.contextmanager
def explaining(path: Path, doing: str = "write") -> Iterator[None]:
    """Turn an OSError of the block into an InputError: what could not be done with `path`, why, and what to do."""
    try:
        yield
    except OSError as error:
        why, help = _REASONS.get(
            error.errno or 0, ((error.strerror or str(error) or type(error).__name__).lower(), "see the reason above")
        )
        raise InputError(f"cannot {doing} `{shown(path)}`: {why}", help=help, location=Location(shown(path))) from error


class Folder:
    """An opened folder, to be used in a `with` statement.

    Attributes:
        path: where it was opened, for messages.
        descriptor: its file descriptor; None where the platform has none for folders.
        identity: device and inode, which tell whether a path still leads to it.
    """

    __slots__ = ("descriptor", "identity", "path")

    def __init__(self, path: Path, descriptor: int | None, status: os.stat_result) -> None:
        self.path = path
        self.descriptor = descriptor
        self.identity = (status.st_dev, status.st_ino)

    @classmethod
    def open(cls, path: Path) -> Folder:
        """Open a folder that the user named; links in `path` itself are the user's and are followed.

        Raises:
            OSError: there is no such folder, or it may not be read.
        """
        if not DESCRIPTORS:
            status = path.stat()
            if not stat.S_ISDIR(status.st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
            return cls(path, None, status)
        descriptor = os.open(path, os.O_RDONLY | _DIRECTORY)
        return cls(path, descriptor, os.fstat(descriptor))

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)

    def _at(self, name: str) -> str:
        return name if self.descriptor is not None else str(self.path / name)

    def _status(self, name: str) -> os.stat_result | None:
        try:
            return os.stat(self._at(name), dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def names(self) -> list[str]:
        """The names of all entries, sorted."""
        with os.scandir(self.path if self.descriptor is None else self.descriptor) as entries:
            return sorted(entry.name for entry in entries)

    def contents(self, *, inner: bool = True) -> tuple[dict[str, bytes], list[str]]:
        """The content of every regular file by name, and the names of all else, in order of names.

        Args:
            inner: whether files one folder down count too, as `folder/name`. Of what is further down only the topmost
                folder is named; an empty folder is named with a `/` at its end.

        Raises:
            FileNotFoundError: somebody removed a file or a folder meanwhile.
        """
        files: dict[str, bytes] = {}
        others = []
        for name in self.names():
            status = self._status(name)
            if status is None or (stat.S_ISREG(status.st_mode) and not is_link(status)):
                files[name] = self.read(name)
            elif inner and stat.S_ISDIR(status.st_mode) and not is_link(status):
                inside, rest = self._contents_of(name)
                files.update(inside)
                others += rest or ([] if inside else [f"{name}/"])
            else:
                others.append(name)
        return files, others

    def _contents_of(self, name: str) -> tuple[dict[str, bytes], list[str]]:
        folder = self.folder(name)
        if folder is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path / name))
        with folder:
            files, others = folder.contents(inner=False)
        return {f"{name}/{each}": content for each, content in files.items()}, [f"{name}/{each}" for each in others]

    def folder(self, name: str) -> Folder | None:
        """Open a folder in it; None when there is nothing of that name.

        Raises:
            InputError: a symbolic link or a file has that name.
        """
        status = self._status(name)
        if status is None:
            return None
        if not stat.S_ISDIR(status.st_mode) or is_link(status):
            raise self._refused(name, "a folder", status)
        if self.descriptor is None:
            return Folder(self.path / name, None, status)
        descriptor = os.open(name, os.O_RDONLY | _DIRECTORY | _NOFOLLOW, dir_fd=self.descriptor)
        return Folder(self.path / name, descriptor, os.fstat(descriptor))

    def is_empty(self, name: str) -> bool:
        """Whether a folder in it is empty, or is no more.

        Raises:
            InputError: a symbolic link or a file has that name.
        """
        while True:
            try:
                folder = self.folder(name)
            except FileNotFoundError:
                continue
            if folder is None:
                return True
            with folder:
                if folder.names():
                    return False
                # A folder that was replaced since it was opened is emptied by whoever replaced it.
                if self.is_still(name, folder):
                    return True

    def make(self, name: str, mode: int | None = None) -> Folder:
        """Make and open a folder, or open an existing one. A new one gets `mode`, without it what the umask leaves.

        Raises:
            InputError: a symbolic link or a file has that name.
        """
        folder = self.folder(name)
        if folder is not None:
            return folder
        try:
            os.mkdir(self._at(name), dir_fd=self.descriptor)
        except FileExistsError:
            mode = None
        try:
            folder = self.folder(name)
            if folder is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path / name))
            if mode is not None and folder.descriptor is not None:
                os.fchmod(folder.descriptor, mode)
        except OSError:
            with contextlib.suppress(OSError):
                self.remove_empty(name)
            if folder is not None and folder.descriptor is not None:
                os.close(folder.descriptor)
            raise
        return folder

    def is_still(self, name: str, folder: Folder) -> bool:
        """Whether `name` leads to `folder`, which was opened before."""
        status = self._status(name)
        return status is not None and (status.st_dev, status.st_ino) == folder.identity

    def read(self, name: str) -> bytes:
        """The content of a regular file.

        Raises:
            InputError: it is a symbolic link, a folder or a device.
            OSError: there is no such file, or it may not be read.
        """
        status = self._status(name)
        if status is not None and (not stat.S_ISREG(status.st_mode) or is_link(status)):
            raise self._refused(name, "a regular file", status)
        with os.fdopen(os.open(self._at(name), _READ, dir_fd=self.descriptor), "rb") as file:
            return file.read()

    def write(self, name: str, content: bytes, mode: int | None = None) -> None:
        """Write a new file down to the disk. It gets `mode`, without it what the umask leaves.

        Raises:
            FileExistsError: something has that name.
        """
        descriptor = os.open(self._at(name), _CREATE, 0o666, dir_fd=self.descriptor)
        try:
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(descriptor, mode)
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            _flush(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, old: str, new: str) -> None:
        """Rename a file or folder; a folder never takes the place of one that has something in it (rename(2))."""
        os.rename(self._at(old), self._at(new), src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def replace(self, old: str, new: str) -> None:
        """Rename a file over another one."""
        os.replace(self._at(old), self._at(new), src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def exchange(self, first: str, second: str) -> bool:
        """Swap two names in one step; False, and nothing done, where the platform or file system cannot."""
        from cfn_table.publish import exchange

        return exchange.swap(self.descriptor, self._at(first), self._at(second))

    def remove(self, name: str) -> None:
        """Remove a file, a link (not what it leads to), or a folder with all that is in it."""
        status = self._status(name)
        if status is None:
            return
        if not stat.S_ISDIR(status.st_mode) or is_link(status):
            os.unlink(self._at(name), dir_fd=self.descriptor)
            return
        folder = self.folder(name)
        if folder is not None:
            with folder:
                for entry in folder.names():
                    folder.remove(entry)
            os.rmdir(self._at(name), dir_fd=self.descriptor)

    def remove_empty(self, name: str) -> None:
        """Remove a folder that has nothing in it; OSError when it has."""
        os.rmdir(self._at(name), dir_fd=self.descriptor)

    def sync(self) -> None:
        """Bring made, renamed and removed names down to the disk, where the file system can be told to."""
        if self.descriptor is None:
            return
        try:
            _flush(self.descriptor)
        except OSError as error:
            # Some network and FUSE file systems have no fsync for folders; they order such changes themselves.
            if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
                raise

    def sweep(self) -> None:
        """Remove what a writer left that was stopped; only for the holder of this folder's lock."""
        for name in self.names():
            if STAGING.fullmatch(name):
                self.remove(name)

    def _refused(self, name: str, wanted: str, status: os.stat_result) -> InputError:
        place = shown(self.path / name)
        if is_link(status):
            return InputError(
                f"`{place}` is a symbolic link",
                help=f"nothing is written or read through links, which may lead out of the project: make it {wanted}",
                location=Location(place),
            )
        return InputError(
            f"`{place}` is not {wanted}", help="move it away and run the command again", location=Location(place)
        )


def staging_name() -> str:
    """A new name that `STAGING` matches."""
    return f".staging-{os.urandom(8).hex()}"


def is_link(status: os.stat_result) -> bool:
    """Whether the status (of lstat) is that of a symbolic link, or of a junction of Windows."""
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_file_attributes", 0) & _REPARSE_POINT)


def write_text_atomically(path: Path, content: bytes) -> bool:
    """Give the file at `path` new content in one step; False, and nothing written, when it has that content already.

    An existing file keeps its permissions, a new one gets those that the umask leaves. The folder must exist.

    Raises:
        InputError: the folder is missing, something other than a regular file (a symbolic link too) has the name, or
            the system refuses; the old content is intact then.
    """
    with explaining(path), Folder.open(path.parent) as folder, exclusive(folder.descriptor, folder.path):
        folder.sweep()
        mode = None
        with contextlib.suppress(FileNotFoundError):
            if folder.read(path.name) == content:
                return False
            status = folder._status(path.name)
            mode = stat.S_IMODE(status.st_mode) if status else None
        staging = staging_name()
        try:
            folder.write(staging, content, mode)
            folder.replace(staging, path.name)
        except BaseException:
            with contextlib.suppress(OSError):
                folder.remove(staging)
            raise
        folder.sync()
        return True


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        # fsync leaves the data in the drive's cache there (Apple's fsync(2) manual page).
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)
