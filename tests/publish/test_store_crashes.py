"""A publisher that is killed at any step leaves the old state or the new one, and the next one finds its way."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cfn_table.errors import InputError
from cfn_table.publish import Build, Outcome, Store, Version, write_text_atomically
from tests.publish.builds import DESIGN, build, content, published, tree
from tests.publish.faults import Failing, in_child, killed_at, watched

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")

OLD, NEW = build("1.0.0-rc.1", "old"), build("1.0.0-rc.1", "new")
RC = Version.parse("1.0.0-rc.1")
# More steps than any publishing has; a run that never survives is a bug of the test.
MANY = 500


def visible(root: Path) -> dict[str, bytes]:
    """The files of the pre-release as a reader of the store sees them; none when it is not published."""
    store = Store(root)
    if RC not in store.versions(DESIGN):
        return {}
    assert [] == store.verify(DESIGN, RC)
    return dict(store.read(DESIGN, RC).files)


def on_disk(root: Path) -> dict[str, bytes]:
    """The files of the pre-release as any other program sees them."""
    folder = root / "build" / DESIGN / str(RC)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def publish_and_die(root: Path, what: Build, step: int, **how: Any) -> bool:
    """Publish in a process that is killed before this step; True when it was done before."""
    torn = how.pop("torn", False)

    def action() -> None:
        with watched(killed_at(step, torn=torn), **how):
            Store(root).publish(what)

    return in_child(action)


@pytest.mark.parametrize("torn", [False, True], ids=["between steps", "in the middle of writes"])
def test_a_killed_first_publication_leaves_nothing_or_all(tmp_path: Path, torn: bool) -> None:
    """Killed at every step, the new version is absent or whole; the next run publishes it and leaves nothing else."""
    seen = set()
    for step in range(MANY):
        root = tmp_path / str(step)
        root.mkdir()
        survived = publish_and_die(root, NEW, step, torn=torn)
        found = visible(root)
        assert found in ({}, content(NEW))
        assert found == on_disk(root)
        seen.add(bool(found))
        expected = Outcome.UNCHANGED if found else Outcome.CREATED
        assert expected == Store(root).publish(NEW)
        assert published(NEW) == tree(root)
        if survived:
            break
    else:
        pytest.fail("publishing never ends")
    assert {False, True} == seen


def killed_overwrites(folder: Path, **how: Any) -> Iterator[tuple[Path, dict[str, bytes]]]:
    """Overwrites of the pre-release that are killed at every step: the project and what a reader of the store sees.

    That is the old one up to one step and the new one from then on, and the next run publishes the new one.
    """
    seen = []
    for step in range(MANY):
        root = folder / str(step)
        root.mkdir()
        Store(root).publish(OLD)
        survived = publish_and_die(root, NEW, step, **how)
        found = visible(root)
        assert found in (content(OLD), content(NEW))
        yield root, found
        seen.append(found == content(NEW))
        expected = Outcome.UNCHANGED if found == content(NEW) else Outcome.REPLACED
        assert expected == Store(root).publish(NEW)
        assert published(NEW) == tree(root)
        if survived:
            break
    else:
        pytest.fail("publishing never ends")
    assert sorted(seen) == seen
    assert {False, True} == set(seen)


@pytest.mark.parametrize("torn", [False, True], ids=["between steps", "in the middle of writes"])
def test_a_killed_overwrite_leaves_the_old_or_the_new(tmp_path: Path, torn: bool) -> None:
    """Killed at every step, the overwritten pre-release is the old or the new one, for every program that looks."""
    for root, found in killed_overwrites(tmp_path, torn=torn):
        assert found == on_disk(root)


def test_a_killed_overwrite_without_exchange_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """Where names cannot be exchanged, every reader of the store still sees the old or the new pre-release.

    Another program may find the folder missing between two renames, but never half of it.
    """
    missing = 0
    for root, _ in killed_overwrites(tmp_path, can_exchange=False):
        assert on_disk(root) in ({}, content(OLD), content(NEW))
        missing += not on_disk(root)
    # The window is there, and this test went through it.
    assert missing > 0


@pytest.mark.parametrize("before", [None, OLD], ids=["first", "overwrite"])
def test_a_version_is_on_the_disk_before_it_is_in_its_place(tmp_path: Path, before: Build | None) -> None:
    """Files and folders that are staged are synced, then comes the one step that counts, then its folder is synced."""
    if before is not None:
        Store(tmp_path).publish(before)
    with watched(lambda *_: None) as steps:
        Store(tmp_path).publish(NEW)
    changes = [step for step in steps if step in ("write", "fsync", "rename", "exchange")]
    commit = "rename" if before is None else "exchange"
    above = ["fsync", "fsync"] if before is None else []
    # The folder in the staging folder, then the staging folder itself.
    staged = [*["write", "fsync"] * len(content(NEW)), "fsync", "fsync"]
    assert [*above, *staged, commit, "fsync"] == changes


def test_recovery_itself_may_be_killed(tmp_path: Path) -> None:
    """The publisher that completes what another one committed can be killed at every step as well."""
    committed = []
    for step in range(MANY):
        root = tmp_path / f"probe-{step}"
        survived = _publish_without_exchange(root, step)
        if (root / f"build/{DESIGN}/.next-{RC}").exists():
            committed.append(step)
        if survived:
            break
    assert committed
    for first in committed:
        for step in range(MANY):
            root = tmp_path / f"{first}-{step}"
            assert not _publish_without_exchange(root, first)
            survived = publish_and_die(root, NEW, step, can_exchange=False)
            assert content(NEW) == visible(root)
            assert Outcome.UNCHANGED == Store(root).publish(NEW)
            assert published(NEW) == tree(root)
            if survived:
                break


def _publish_without_exchange(root: Path, step: int) -> bool:
    root.mkdir()
    Store(root).publish(OLD)
    return publish_and_die(root, NEW, step, can_exchange=False)


@pytest.mark.parametrize(
    ("code", "once"),
    [(errno.ENOSPC, False), (errno.EACCES, False), (errno.EIO, True)],
    ids=["full", "forbidden", "one error"],
)
@pytest.mark.parametrize("can_exchange", [True, False], ids=["exchange", "journal"])
@pytest.mark.parametrize("before", [None, OLD], ids=["first", "overwrite"])
def test_a_system_that_refuses_any_step_gets_a_place_and_a_help(
    tmp_path: Path, code: int, once: bool, can_exchange: bool, before: Build | None
) -> None:
    """A full disk or another refusal at any step: an error with a place and a help, the old state or the new one."""
    refused = 0
    for step in range(MANY):
        root = tmp_path / str(step)
        root.mkdir()
        if before is not None:
            Store(root).publish(before)
        old = {} if before is None else content(before)
        failing = Failing(step, code, once=once)
        error = None
        try:
            with watched(failing, can_exchange=can_exchange):
                Store(root).publish(NEW)
        except InputError as caught:
            error = caught
        found = visible(root)
        if error is None:
            assert content(NEW) == found
        else:
            refused += 1
            assert error.help
            assert error.location is not None
            assert f"build/{DESIGN}/{RC}" in error.location.path
            assert found in (old, content(NEW))
            assert not [name for name in tree(root) if ".staging-" in name]
            if not found:
                assert {} == tree(root)
        Store(root).publish(NEW)
        assert published(NEW) == tree(root)
        if not failing.fired:
            break
    else:
        pytest.fail("publishing never ends")
    assert refused > 15


@pytest.mark.parametrize("old", [None, b"old"], ids=["new", "existing"])
def test_a_single_file_on_a_full_disk_stays_as_it_was(tmp_path: Path, old: bytes | None) -> None:
    """A refusal at any step is an error with the file's place, and nothing else is left."""
    refused = 0
    for step in range(MANY):
        folder = tmp_path / str(step)
        folder.mkdir()
        path = folder / "types.ts"
        if old is not None:
            path.write_bytes(old)
        failing = Failing(step, errno.ENOSPC, once=False)
        error = None
        try:
            with watched(failing):
                write_text_atomically(path, b"new content")
        except InputError as caught:
            error = caught
        found = path.read_bytes() if path.exists() else None
        if error is not None:
            refused += 1
            assert f"cannot write `{path}`: no space is left on the device" == error.message
            assert str(path) == str(error.location)
        assert found in ((old, b"new content") if error else (b"new content",))
        assert set(tree(folder)) <= {"types.ts"}
        if not failing.fired:
            break
    assert refused > 3


def test_a_killed_write_of_a_single_file_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """A file that is written atomically is the old or the new one at every step."""
    seen = set()
    for step in range(MANY):
        folder = tmp_path / str(step)
        folder.mkdir()
        path = folder / "types.ts"
        path.write_bytes(b"old")

        def action(path: Path = path, step: int = step) -> None:
            with watched(killed_at(step, torn=True)):
                write_text_atomically(path, b"new content")

        survived = in_child(action)
        seen.add(path.read_bytes())
        write_text_atomically(path, b"new content")
        assert {"types.ts": b"new content"} == tree(folder)
        if survived:
            break
    assert {b"old", b"new content"} == seen
