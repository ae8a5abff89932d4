"""One writer at a time in a folder, without a lock file in it.

The lock is flock(2) on the opened folder itself, so nothing is left in build/ and the kernel frees it when a process
ends, however that happens. Where a folder cannot be locked (Windows; NFS, which turns flock into byte-range locks), the
lock is on a file in the system's folder for temporary files, named by a digest of the folder's path: it keeps this
user's processes on this machine apart, and `rename` keeps a version whole even without any lock.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cfn_table.errors import InputError
from cfn_table.findings import Location

# Seconds to wait for another process: publishing takes milliseconds, so one that takes longer is stopped or stuck.
PATIENCE = 60.0
PAUSE = 0.01

_BUSY = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}


@contextlib.contextmanager
def exclusive(descriptor: int | None, folder: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of `folder` during the block.

    The lock belongs to the opened folder, not to its name: a caller that goes on by name checks that the name still
    leads to what it opened.

    Args:
        descriptor: of the opened folder; None where the platform has none for folders.
        folder: its path, for messages and for the lock file where one is needed.
        patience: seconds to wait for another holder.

    Raises:
        InputError: another process held the lock all that time.
        OSError: the lock file cannot be made.
    """
    if descriptor is not None and _acquired(lambda: _lock(descriptor), folder, patience):
        try:
            yield
        finally:
            _unlock(descriptor)
        return
    file = os.open(lock_file(folder), os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        _acquired(lambda: _lock(file), folder, patience)
        yield
        _unlock(file)
    finally:
        os.close(file)


def lock_file(folder: Path) -> Path:
    """The lock file for a folder that cannot be locked itself; it is empty and stays, since removing it would race."""
    import hashlib
    import tempfile

    user = str(os.getuid()) if hasattr(os, "getuid") else ""
    digest = hashlib.sha256(f"{user}:{folder.resolve()}".encode(errors="surrogatepass")).hexdigest()
    return Path(tempfile.gettempdir()) / f"cfn-table-{digest[:32]}.lock"


def _acquired(lock: Callable[[], bool], folder: Path, patience: float) -> bool:
    """Wait for the lock; False when the file system has none."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return lock()
        except OSError as error:
            if error.errno not in _BUSY:
                raise
        if time.monotonic() >= deadline:
            place = folder.as_posix()
            raise InputError(
                f"another process has been writing to `{place}` for {patience:.0f} seconds",
                help="wait for the other cfn-table, or end it if it is stuck",
                location=Location(place),
            )
        time.sleep(PAUSE)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        return True

    def _unlock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # NFS wants a folder opened for writing (EBADF), which nobody can do; others have no locks at all.
            if error.errno in (errno.EBADF, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL):
                return False
            raise
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
