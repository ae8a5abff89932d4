"""Two names of one file system swapped in one step: renameat2 of Linux, renameatx_np of macOS.

Neither is in the standard library. This module is loaded only when something published is replaced.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

RENAME_EXCHANGE = 2  # linux/fs.h
RENAME_SWAP = 2  # sys/stdio.h of macOS
AT_FDCWD = -100 if sys.platform == "linux" else -2  # fcntl.h

# The numbers of renameat2 (arch/*/entry/syscalls in the Linux tree; the generic table serves the newer machines), for C
# libraries without the function: musl has it since 1.2.6 only, glibc since 2.28.
_RENAMEAT2 = {
    ("x86_64", 8): 316,
    ("x86_64", 4): 353,
    ("i686", 4): 353,
    ("i386", 4): 353,
    ("aarch64", 8): 276,
    ("aarch64", 4): 382,
    ("armv7l", 4): 382,
    ("armv6l", 4): 382,
    ("riscv64", 8): 276,
    ("loongarch64", 8): 276,
    ("ppc64le", 8): 357,
    ("s390x", 8): 347,
}
# EINVAL: the file system cannot. EPERM: a sandbox may answer so; a permission that is really missing is refused again
# by the plain rename that follows.
_UNABLE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}


def swap(descriptor: int | None, first: str, second: str) -> bool:
    """Swap `first` and `second`, names in the folder that `descriptor` is, or paths when it is None.

    Returns:
        Whether it was done; False where the platform or the file system cannot, and then nothing has changed.

    Raises:
        OSError: one of the names is missing, or the change is not permitted.
    """
    at = AT_FDCWD if descriptor is None else descriptor
    calls = []
    if sys.platform == "linux":
        calls = [_renameat2, _renameat2_by_number]
    elif sys.platform == "darwin":
        calls = [_renameatx_np]
    for call in calls:
        number = call(at, os.fsencode(first), os.fsencode(second))
        if number == 0:
            return True
        if number not in _UNABLE:
            raise OSError(number, os.strerror(number), first, None, second)
    return False


def _renameat2(at: int, first: bytes, second: bytes) -> int:
    """The function of the C library; the error number, or 0."""
    library = ctypes.CDLL(None, use_errno=True)
    try:
        function = library.renameat2
    except AttributeError:
        return errno.ENOSYS
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return 0 if function(at, first, at, second, RENAME_EXCHANGE) == 0 else ctypes.get_errno()


def _renameat2_by_number(at: int, first: bytes, second: bytes) -> int:
    """The system call without a function for it; the error number, or 0."""
    number = _RENAMEAT2.get((platform.machine(), struct.calcsize("P")))
    if number is None:
        return errno.ENOSYS
    function = ctypes.CDLL(None, use_errno=True).syscall
    function.restype = ctypes.c_long
    function.argtypes = [
        ctypes.c_long,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_uint,
    ]
    return 0 if function(number, at, first, at, second, RENAME_EXCHANGE) == 0 else ctypes.get_errno()


def _renameatx_np(at: int, first: bytes, second: bytes) -> int:
    """The function of macOS 10.12 and later; the error number, or 0."""
    function = ctypes.CDLL(None, use_errno=True).renameatx_np
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return 0 if function(at, first, at, second, RENAME_SWAP) == 0 else ctypes.get_errno()
