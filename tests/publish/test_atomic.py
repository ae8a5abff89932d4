"""Single files and opened folders."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from cfn_table.errors import InputError
from cfn_table.publish import atomic, exchange, write_text_atomically
from cfn_table.publish.atomic import Folder, explaining
from tests.publish.builds import tree

LINKS = pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="needs symbolic links")
EVERYWHERE = pytest.mark.parametrize("descriptors", [True, False], ids=["by descriptor", "by path"])


@pytest.fixture(autouse=True)
def _platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "descriptors" in request.fixturenames and not request.getfixturevalue("descriptors"):
        monkeypatch.setattr(atomic, "DESCRIPTORS", False)


@EVERYWHERE
def test_a_file_is_written_once_and_then_left_alone(tmp_path: Path, descriptors: bool) -> None:
    """The same content again is no write; other content takes the place of the old."""
    path = tmp_path / "types.ts"
    assert write_text_atomically(path, b"one")
    before = path.stat()
    assert not write_text_atomically(path, b"one")
    assert before.st_mtime_ns == path.stat().st_mtime_ns
    assert write_text_atomically(path, b"")
    assert {"types.ts": b""} == tree(tmp_path)
    assert descriptors == (Folder.open(tmp_path).descriptor is not None)


@EVERYWHERE
def test_an_existing_file_keeps_its_permissions(tmp_path: Path, descriptors: bool) -> None:
    """A script stays executable, a private file private; a new one gets what the umask leaves."""
    del descriptors
    path = tmp_path / "tool"
    path.write_bytes(b"one")
    path.chmod(0o700)
    write_text_atomically(path, b"two")
    assert 0o700 == stat.S_IMODE(path.stat().st_mode)
    before = os.umask(0o027)
    try:
        write_text_atomically(tmp_path / "new", b"")
    finally:
        os.umask(before)
    assert 0o640 == stat.S_IMODE((tmp_path / "new").stat().st_mode)


@LINKS
@EVERYWHERE
def test_a_link_is_not_followed(tmp_path: Path, descriptors: bool) -> None:
    """What a link leads to is not touched, nor the link."""
    del descriptors
    (tmp_path / "real").write_bytes(b"one")
    (tmp_path / "link").symlink_to("real")
    before = tree(tmp_path)
    with pytest.raises(InputError) as caught:
        write_text_atomically(tmp_path / "link", b"two")
    assert caught.value.message.endswith("link` is a symbolic link")
    assert "make it a regular file" in caught.value.help
    assert before == tree(tmp_path)


@EVERYWHERE
def test_a_folder_in_the_way_is_refused(tmp_path: Path, descriptors: bool) -> None:
    """A folder is not replaced by a file."""
    del descriptors
    (tmp_path / "types.ts").mkdir()
    with pytest.raises(InputError) as caught:
        write_text_atomically(tmp_path / "types.ts", b"two")
    assert caught.value.message.endswith("types.ts` is not a regular file")
    assert {"types.ts": "/"} == tree(tmp_path)


def test_a_missing_folder_is_refused_with_its_place(tmp_path: Path) -> None:
    """The folder of a file has to exist."""
    path = tmp_path / "none" / "types.ts"
    with pytest.raises(InputError) as caught:
        write_text_atomically(path, b"")
    assert f"cannot write `{path}`: no such file or folder" == caught.value.message
    assert str(path) == str(caught.value.location)


def test_a_long_name_is_refused(tmp_path: Path) -> None:
    """A name that the file system cannot hold is no traceback."""
    with pytest.raises(InputError) as caught:
        write_text_atomically(tmp_path / ("x" * 300), b"")
    assert caught.value.message.endswith("the name is too long")
    assert {} == tree(tmp_path)


def test_what_a_stopped_writer_left_is_swept(tmp_path: Path) -> None:
    """Only names of the very form that the writer uses are removed."""
    (tmp_path / ".staging-0123456789abcdef").write_bytes(b"half")
    (tmp_path / ".staging-mine").write_bytes(b"the user's")
    write_text_atomically(tmp_path / "a", b"1")
    assert {".staging-mine": b"the user's", "a": b"1"} == tree(tmp_path)


@LINKS
@EVERYWHERE
def test_removing_never_follows_links(tmp_path: Path, descriptors: bool) -> None:
    """A folder is removed with the links in it, never with what they lead to."""
    del descriptors
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_bytes(b"keep")
    (tmp_path / "old" / "deep").mkdir(parents=True)
    (tmp_path / "old" / "deep" / "folder").symlink_to(tmp_path / "precious")
    (tmp_path / "old" / "file").symlink_to(tmp_path / "precious" / "file")
    (tmp_path / "link").symlink_to("precious")
    with Folder.open(tmp_path) as folder:
        folder.remove("old")
        folder.remove("link")
        folder.remove("absent")
    assert {"precious/file": b"keep"} == tree(tmp_path)


@LINKS
@EVERYWHERE
def test_a_folder_opens_folders_only(tmp_path: Path, descriptors: bool) -> None:
    """Links, files and pipes are told apart from folders, and absent ones are none."""
    del descriptors
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(".")
    os.mkfifo(tmp_path / "pipe")
    with Folder.open(tmp_path) as folder:
        assert folder.folder("absent") is None
        for name in ("file", "link", "pipe"):
            with pytest.raises(InputError):
                folder.folder(name)
        with pytest.raises(InputError):
            folder.read("pipe")
        assert ({"file": b""}, ["link", "pipe"]) == folder.contents()


def test_two_names_are_exchanged_in_one_step(tmp_path: Path) -> None:
    """Folders that are not empty swap their names, where the platform can."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_bytes(b"")
    with Folder.open(tmp_path) as folder:
        if not folder.exchange("a", "b"):
            pytest.skip("this file system cannot exchange names")
    assert {"a/b": b"", "b/a": b""} == tree(tmp_path)


@pytest.mark.parametrize("call", [exchange._renameat2, exchange._renameat2_by_number], ids=["function", "number"])
def test_the_exchange_works_with_and_without_the_c_librarys_function(tmp_path: Path, call: object) -> None:
    """The system call by its number does what the function does, and both say when a name is missing."""
    if not hasattr(os, "uname") or os.uname().sysname != "Linux":
        pytest.skip("renameat2 is Linux's")
    assert callable(call)
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        assert call(descriptor, b"a", b"b") == 0
        assert call(descriptor, b"a", b"absent") == errno.ENOENT
    finally:
        os.close(descriptor)
    assert {"a": b"b", "b": b"a"} == tree(tmp_path)


def test_an_exchange_that_fails_for_another_reason_is_an_error(tmp_path: Path) -> None:
    """Only "cannot at all" leads to the other way; a missing name is an error."""
    with Folder.open(tmp_path) as folder, pytest.raises(FileNotFoundError):
        folder.exchange("a", "b")


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EINVAL, errno.EPERM])
def test_a_platform_without_exchange_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A kernel, file system or sandbox without it gives False, and nothing is done."""
    monkeypatch.setattr(exchange, "_renameat2", lambda *_: code)
    monkeypatch.setattr(exchange, "_renameat2_by_number", lambda *_: code)
    monkeypatch.setattr(exchange, "_renameatx_np", lambda *_: code)
    with Folder.open(tmp_path) as folder:
        assert not folder.exchange("a", "b")


def test_an_unknown_system_error_is_still_one_line(tmp_path: Path) -> None:
    """Whatever the system says, the user gets a place and a line."""
    with pytest.raises(InputError) as caught, explaining(tmp_path):
        raise OSError(errno.ETXTBSY, os.strerror(errno.ETXTBSY))
    assert f"cannot write `{tmp_path}`: text file busy" == caught.value.message
