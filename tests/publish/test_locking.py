"""One writer at a time."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from cfn_table.errors import InputError
from cfn_table.publish import locking
from cfn_table.publish.atomic import Folder
from tests.publish.builds import tree
from tests.publish.faults import in_child

fcntl = pytest.importorskip("fcntl", reason="the locks of Windows cannot be tried here")


@pytest.fixture
def without_folder_locks(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file system that cannot lock folders, as NFS; the folder for temporary files is returned."""
    real = fcntl.flock

    def flock(descriptor: int, operation: int) -> None:
        import stat

        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return temporary


def _second_gets_in(folder: Path) -> bool:
    """Whether another process gets the lock at once."""

    def action() -> None:
        with Folder.open(folder) as second, locking.exclusive(second.descriptor, folder, patience=0):
            os._exit(9)

    try:
        return in_child(action)
    except AssertionError as error:
        return "status 2304" in str(error)


def test_the_lock_keeps_others_out_and_leaves_no_file(tmp_path: Path) -> None:
    """While it is held another process cannot get it; afterwards it can."""
    with Folder.open(tmp_path) as folder:
        with locking.exclusive(folder.descriptor, tmp_path):
            assert not _second_gets_in(tmp_path)
            assert {} == tree(tmp_path)
        assert _second_gets_in(tmp_path)
    assert {} == tree(tmp_path)


def test_a_folder_that_cannot_be_locked_has_a_file_elsewhere(tmp_path: Path, without_folder_locks: Path) -> None:
    """On a file system without locks for folders the processes of one machine are still kept apart."""
    with Folder.open(tmp_path) as folder:
        with locking.exclusive(folder.descriptor, tmp_path):
            assert not _second_gets_in(tmp_path)
        assert _second_gets_in(tmp_path)
    assert {} == tree(tmp_path)
    assert [locking.lock_file(tmp_path)] == list(without_folder_locks.iterdir())


def test_where_a_folder_has_no_descriptor_the_file_is_the_lock(tmp_path: Path, without_folder_locks: Path) -> None:
    """As on Windows: the lock works without any descriptor of the folder."""
    with locking.exclusive(None, tmp_path):
        assert [locking.lock_file(tmp_path)] == list(without_folder_locks.iterdir())
        with pytest.raises(InputError), locking.exclusive(None, tmp_path, patience=0):
            pytest.fail("two have the lock")


def test_waiting_ends_with_a_place_and_a_help(tmp_path: Path) -> None:
    """Whoever waits for a process that is stuck is told so."""
    with (
        Folder.open(tmp_path) as first,
        Folder.open(tmp_path) as second,
        locking.exclusive(first.descriptor, tmp_path),
        pytest.raises(InputError) as caught,
        locking.exclusive(second.descriptor, tmp_path, patience=0),
    ):
        pytest.fail("two have the lock")
    assert f"another process has been writing to `{tmp_path}` for 0 seconds" == caught.value.message
    assert "wait for the other cfn-table, or end it if it is stuck" == caught.value.help
    assert str(tmp_path) == str(caught.value.location)


def test_an_error_frees_the_lock(tmp_path: Path) -> None:
    """A block that fails leaves no lock behind."""
    for _ in range(2):
        with (
            Folder.open(tmp_path) as folder,
            pytest.raises(ValueError, match="wrong"),
            locking.exclusive(folder.descriptor, tmp_path, patience=0),
        ):
            raise ValueError("wrong")


def test_threads_take_turns(tmp_path: Path) -> None:
    """Threads of one process are kept apart as processes are."""
    inside: list[int] = []
    overlaps: list[int] = []

    def work(number: int) -> None:
        with Folder.open(tmp_path) as folder, locking.exclusive(folder.descriptor, tmp_path):
            inside.append(number)
            overlaps.append(len(inside))
            inside.remove(number)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [1] * 8 == overlaps
