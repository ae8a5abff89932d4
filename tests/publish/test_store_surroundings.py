"""What stands in the way of publishing: links, files, permissions, long names. Nothing is half-written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cfn_table.errors import InputError
from cfn_table.publish import Outcome, Store, Version, atomic, exchange
from tests.publish.builds import DESIGN, build, published, tree

NOBODY = 65534
EVERYWHERE = pytest.mark.parametrize("descriptors", [True, False], ids=["by descriptor", "by path"])


@pytest.fixture(autouse=True)
def _platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that ask for it run as on a platform without descriptors of folders and without an exchange of names."""
    if "descriptors" in request.fixturenames and not request.getfixturevalue("descriptors"):
        monkeypatch.setattr(atomic, "DESCRIPTORS", False)
        monkeypatch.setattr(exchange, "swap", lambda *_: False)


@contextlib.contextmanager
def plain_user() -> Iterator[Path]:
    """A folder, and for the time of the block the rights of somebody for whom permissions count."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        root = os.geteuid() == 0
        if root:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)


@EVERYWHERE
def test_publishing_works_on_every_platform(tmp_path: Path, descriptors: bool) -> None:
    """Create, the same again, overwrite, read: by path as by descriptor."""
    del descriptors
    store = Store(tmp_path)
    (tmp_path / "build" / DESIGN / "1.0.0-rc.1").mkdir(parents=True)
    assert Outcome.CREATED == store.publish(build("1.0.0-rc.1"))
    assert Outcome.UNCHANGED == store.publish(build("1.0.0-rc.1"))
    assert Outcome.REPLACED == store.publish(build("1.0.0-rc.1", "two"))
    assert Outcome.CREATED == store.publish(build("1.0.0"))
    assert published(build("1.0.0-rc.1", "two"), build("1.0.0")) == tree(tmp_path)
    assert [] == store.verify(DESIGN, Version(1, 0, 0))


@EVERYWHERE
@pytest.mark.parametrize("link", ["build", f"build/{DESIGN}", f"build/{DESIGN}/1.0.0", f"build/{DESIGN}/1.0.0-rc.1"])
@pytest.mark.parametrize("inside", [True, False], ids=["inside the project", "out of the project"])
def test_links_are_never_followed(tmp_path: Path, link: str, inside: bool, descriptors: bool) -> None:
    """A link in the place of a folder is refused, for reading and writing, and nothing behind it is touched."""
    del descriptors
    project = tmp_path / "project"
    target = (project if inside else tmp_path) / "elsewhere"
    target.mkdir(parents=True)
    (target / "precious").write_bytes(b"keep")
    path = project / link
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    before = tree(tmp_path)
    version = "1.0.0-rc.1" if link.endswith("rc.1") else "1.0.0"
    with pytest.raises(InputError) as caught:
        Store(project).publish(build(version))
    assert f"`{path.as_posix()}` is a symbolic link" == caught.value.message
    assert "make it a folder" in caught.value.help
    assert path.as_posix() == str(caught.value.location)
    with pytest.raises(InputError):
        Store(project).read(DESIGN, Version.parse(version))
    with pytest.raises(InputError):
        Store(project).versions(DESIGN)
    assert before == tree(tmp_path)


def test_links_inside_a_prerelease_are_removed_not_followed(tmp_path: Path) -> None:
    """A file of a pre-release that was replaced by a link is overwritten; what the link leads to stays."""
    project, target = tmp_path / "project", tmp_path / "precious"
    project.mkdir()
    target.write_bytes(b"keep")
    Store(project).publish(build("1.0.0-rc.1"))
    file = project / "build" / DESIGN / "1.0.0-rc.1" / "template.yaml"
    file.unlink()
    file.symlink_to(target)
    assert Outcome.REPLACED == Store(project).publish(build("1.0.0-rc.1"))
    assert published(build("1.0.0-rc.1")) == tree(project)
    assert b"keep" == target.read_bytes()


def test_the_project_itself_may_be_reached_by_a_link(tmp_path: Path) -> None:
    """Only below the project are links refused: where the project is, is the user's business."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert Outcome.CREATED == Store(tmp_path / "link").publish(build())
    assert published(build()) == tree(tmp_path / "real")


@EVERYWHERE
@pytest.mark.parametrize("file", ["build", f"build/{DESIGN}", f"build/{DESIGN}/1.0.0"])
def test_a_file_where_a_folder_should_be_is_refused(tmp_path: Path, file: str, descriptors: bool) -> None:
    """The file stays; the user is told to move it."""
    del descriptors
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"mine")
    with pytest.raises(InputError) as caught:
        Store(tmp_path).publish(build())
    assert f"`{path.as_posix()}` is not a folder" == caught.value.message
    assert "move it away and run the command again" == caught.value.help
    assert path.as_posix() == str(caught.value.location)
    assert {file: b"mine"} == tree(tmp_path)


def test_a_project_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """The project's own folder is never made."""
    with pytest.raises(InputError) as caught:
        Store(tmp_path / "none").publish(build())
    assert caught.value.message.endswith("no such file or folder")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("closed", ["", "build", f"build/{DESIGN}"])
def test_a_folder_without_write_permission_is_refused(closed: str) -> None:
    """Place and help, and nothing is written; the same content again is fine, as it writes nothing."""
    with plain_user() as root:
        if closed:
            Store(root).publish(build())
        if closed == "build":
            (root / closed / DESIGN).rename(root / closed / "other")
        before = tree(root)
        (root / closed).chmod(0o555)
        try:
            with pytest.raises(InputError) as caught:
                Store(root).publish(build("1.1.0", "two"))
            if closed == f"build/{DESIGN}":
                assert Outcome.UNCHANGED == Store(root).publish(build())
        finally:
            (root / closed).chmod(0o755)
        assert before == tree(root)
        place = f"{root.as_posix()}/build/{DESIGN}/1.1.0"
        assert f"cannot write `{place}`: permission denied" == caught.value.message
        assert caught.value.help
        assert place == str(caught.value.location)


def test_an_unreadable_version_is_refused() -> None:
    """A file that may not be read is an error with a place."""
    with plain_user() as root:
        Store(root).publish(build())
        (root / "build" / DESIGN / "1.0.0" / "template.yaml").chmod(0)
        with pytest.raises(InputError) as caught:
            Store(root).verify(DESIGN, Version(1, 0, 0))
        assert f"cannot read `{root.as_posix()}/build/{DESIGN}`: permission denied" == caught.value.message


@pytest.mark.parametrize("design", ["x" * 300, "y" * 5000])
def test_names_that_are_too_long_are_refused(tmp_path: Path, design: str) -> None:
    """The file system's limit is an error with a help."""
    with pytest.raises(InputError) as caught:
        Store(tmp_path).publish(build(design=design))
    assert caught.value.message.endswith("the name is too long")
    assert "shorten the name" in caught.value.help
    assert {} == tree(tmp_path)


def test_a_limit_that_the_system_really_sets_leaves_nothing(tmp_path: Path) -> None:
    """A real refusal in the middle of a file, by the limit of file sizes: nothing is left of the version."""
    import signal

    resource = pytest.importorskip("resource")
    what = build("1.0.0", "x" * 100_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(InputError) as caught:
            Store(tmp_path).publish(what)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.message.endswith("the file would be larger than is allowed")
    assert {} == tree(tmp_path)


def test_an_interrupted_publication_cleans_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle leaves nothing, and is not swallowed."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Store(tmp_path).publish(build())
    assert {} == tree(tmp_path)
