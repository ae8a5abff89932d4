"""Several processes publish at once: one wins, the others see what it did."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cfn_table.errors import InputError
from cfn_table.publish import Outcome, Store, Version, locking
from cfn_table.publish import store as store_module
from cfn_table.publish.atomic import Folder
from tests.publish.builds import DESIGN, build, content, published, tree

# Waits until all have started, so that they really meet.
PUBLISHER = """
import sys, time
from pathlib import Path
from cfn_table.errors import RefusedError
from cfn_table.publish import Store
from tests.publish.builds import build
root, version, text, number, start = Path(sys.argv[1]), *sys.argv[2:4], sys.argv[4], Path(sys.argv[5])
what, store = build(version, text), Store(root)
(start / number).touch()
while not (start / "go").exists():
    time.sleep(0.0005)
try:
    print(store.publish(what))
except RefusedError as error:
    print("refused", error.help)
"""


def publish_at_once(root: Path, start: Path, version: str, texts: list[str]) -> list[str]:
    """What each of several processes said that published these texts at the same time."""
    start.mkdir()
    repository = Path(__file__).parents[2]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(root), version, text, str(number), str(start)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=repository,
        )
        for number, text in enumerate(texts)
    ]
    try:
        while len(list(start.iterdir())) < len(texts) and all(process.poll() is None for process in running):
            pass
        (start / "go").touch()
        said = []
        for process in running:
            out, err = process.communicate(timeout=60)
            assert err == ""
            said.append(out.strip())
        return said
    finally:
        for process in running:
            process.kill()
            process.wait()


@pytest.mark.parametrize("number", [2, 8])
def test_the_same_content_is_created_once(tmp_path: Path, number: int) -> None:
    """One process creates the version, all others find it unchanged."""
    root = tmp_path / "project"
    root.mkdir()
    said = publish_at_once(root, tmp_path / "start", "1.0.0", ["one"] * number)
    assert ["created", *["unchanged"] * (number - 1)] == sorted(said)
    assert published(build()) == tree(root)


@pytest.mark.parametrize("number", [2, 8])
def test_of_different_contents_one_wins(tmp_path: Path, number: int) -> None:
    """One process creates the version, all others are refused with the version that they need."""
    root = tmp_path / "project"
    root.mkdir()
    texts = [f"text {each}" for each in range(number)]
    said = publish_at_once(root, tmp_path / "start", "1.0.0", texts)
    winner = said.index("created")
    assert number - 1 == len([each for each in said if each.startswith("refused set `version: 1.0.1`")])
    assert published(build("1.0.0", texts[winner])) == tree(root)


@pytest.mark.parametrize("number", [2, 8])
def test_a_prerelease_is_that_of_one_of_them(tmp_path: Path, number: int) -> None:
    """One process creates it, the others overwrite it; in the end it is whole."""
    root = tmp_path / "project"
    root.mkdir()
    texts = [f"text {each}" for each in range(number)]
    said = publish_at_once(root, tmp_path / "start", "1.0.0-rc.1", texts)
    assert ["created", *["replaced"] * (number - 1)] == sorted(said)
    assert tree(root) in [published(build("1.0.0-rc.1", text)) for text in texts]


def test_readers_never_see_half_while_a_prerelease_is_overwritten(tmp_path: Path) -> None:
    """Whoever reads during a hundred overwrites sees one content or the other, whole and verified."""
    store, version = Store(tmp_path), Version.parse("1.0.0-rc.1")
    builds = [build(str(version), text) for text in ("one", "two")]
    store.publish(builds[0])
    stop = threading.Event()

    def overwrite() -> None:
        for number in range(100):
            Store(tmp_path).publish(builds[number % 2])
        stop.set()

    writer = threading.Thread(target=overwrite)
    writer.start()
    seen, known = 0, [content(each) for each in builds]
    while not stop.is_set():
        assert store.read(DESIGN, version).files in known
        assert [version] == store.versions(DESIGN)
        assert [] == store.verify(DESIGN, version)
        seen += 1
    writer.join()
    assert seen > 0


def test_a_publisher_whose_folder_is_removed_makes_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first publication that fails removes the folder it made, also from under others that wait for its lock."""
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if threading.current_thread().name.startswith("full"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    outcomes: list[Outcome] = []
    failures: list[str] = []
    designs = [f"d{number}" for number in range(12)]

    def work() -> None:
        for design in designs:
            try:
                outcomes.append(Store(tmp_path).publish(build(design=design)))
            except InputError as error:
                failures.append(error.message)

    threads = [
        threading.Thread(target=work, name=f"{name} {number}") for number in range(3) for name in ("full", "fine")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert published(*(build(design=design) for design in designs)) == tree(tmp_path)
    assert len(designs) == outcomes.count(Outcome.CREATED)
    assert all(message.endswith("no space is left on the device") for message in failures)
    assert 6 * len(designs) == len(outcomes) + len(failures)


def test_a_folder_that_goes_away_before_its_lock_is_taken_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waited for the lock of a folder that another one removed does not publish into nowhere."""
    real = locking.exclusive
    removed: list[Path] = []

    def exclusive(descriptor: int | None, folder: Path) -> contextlib.AbstractContextManager[None]:
        if len(removed) < 3:
            folder.rmdir()
            removed.append(folder)
        return real(descriptor, folder)

    monkeypatch.setattr(store_module, "exclusive", exclusive)
    assert Outcome.CREATED == Store(tmp_path).publish(build())
    assert [tmp_path / "build" / DESIGN] * 3 == removed
    assert published(build()) == tree(tmp_path)


def test_a_listing_that_opened_what_was_then_replaced_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pre-release that is swapped and removed while versions are listed is still listed."""
    store, version = Store(tmp_path), Version.parse("1.0.0-rc.1")
    store.publish(build(str(version), "one"))
    real = Folder.names

    def names(folder: Folder) -> list[str]:
        if folder.path.name == str(version):
            monkeypatch.setattr(Folder, "names", real)
            store.publish(build(str(version), "two"))
        return real(folder)

    monkeypatch.setattr(Folder, "names", names)
    assert [version] == store.versions(DESIGN)


def test_a_reader_that_opened_what_was_then_replaced_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pre-release that is swapped and removed while it is being read is neither missing nor empty."""
    store, version = Store(tmp_path), Version.parse("1.0.0-rc.1")
    store.publish(build(str(version), "one"))
    real = Folder.contents
    texts = ["two", "three"]

    def contents(folder: Folder, *, inner: bool = True) -> tuple[dict[str, bytes], list[str]]:
        # Once before the version is read, and once while the folder in it is.
        if texts and folder.path.name == (str(version) if len(texts) == 2 else "types"):
            text = texts.pop()
            monkeypatch.setattr(Folder, "contents", real)
            store.publish(build(str(version), text))
            monkeypatch.setattr(Folder, "contents", contents)
        return real(folder, inner=inner)

    monkeypatch.setattr(Folder, "contents", contents)
    assert content(build(str(version), "two")) == store.read(DESIGN, version).files
