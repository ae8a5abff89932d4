"""A folder in a published version: what is wrong with it is found, and versions without one stay what they are."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cfn_table.errors import RefusedError
from cfn_table.publish import Outcome, Store, Version
from tests.publish.builds import DESIGN, TYPES, build, published, tree

V1 = Version(1, 0, 0)
RESTORE = "published files never change: restore it with `git restore`"
ELSEWHERE = "move it out of the folder of the published version"
AWAY = "move it away, and restore the folder with `git restore`"
MISSING = [(name, f"`{name}` is missing", RESTORE) for name in TYPES]


def linked(folder: Path) -> None:
    """The folder is moved away, and a link leads to it."""
    (folder / "types").rename(folder.parents[2] / "elsewhere")
    (folder / "types").symlink_to(folder.parents[2] / "elsewhere", target_is_directory=True)


def emptied(folder: Path) -> None:
    """The files are gone, and the folder is not."""
    for path in (folder / "types").iterdir():
        path.unlink()


def a_file(folder: Path) -> None:
    """A file has the folder's name."""
    shutil.rmtree(folder / "types")
    (folder / "types").write_bytes(b"mine")


def made(name: str) -> Callable[[Path], None]:
    """A file is added, with the folders above it."""

    def make(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"mine")

    return make


def a_link(folder: Path) -> None:
    """A link has the name of a file."""
    (folder / TYPES[0]).unlink()
    (folder / TYPES[0]).symlink_to(folder / TYPES[1])


def lower(folder: Path) -> None:
    """The folder is one deeper."""
    (folder / "types").rename(folder / "elsewhere")
    (folder / "types").mkdir()
    (folder / "elsewhere").rename(folder / "types" / "inner")


DAMAGE: dict[str, tuple[Callable[[Path], object], list[tuple[str, str, str]]]] = {
    "a link in its place": (linked, [("types", "`types` is not a folder", AWAY)]),
    "a file in its place": (a_file, [("types", "`types` is not a folder", AWAY)]),
    "it is gone": (lambda folder: shutil.rmtree(folder / "types"), MISSING),
    "it is empty": (emptied, MISSING),
    "it is too deep": (
        lower,
        [("types/inner", "`types/inner` does not belong to the published version", ELSEWHERE), *MISSING],
    ),
    "one file is gone": (lambda folder: (folder / TYPES[0]).unlink(), MISSING[:1]),
    "a link is one of its files": (a_link, [(TYPES[0], f"`{TYPES[0]}` is not a regular file", RESTORE)]),
    "a file more": (
        made("types/a.txt"),
        [("types/a.txt", "`types/a.txt` does not belong to the published version", ELSEWHERE)],
    ),
    "Python was there": (
        made("types/__pycache__/kv_storage.pyc"),
        [
            (
                "types/__pycache__",
                "`types/__pycache__` does not belong to the published version",
                "remove it: Python writes it beside what it imports; import a copy, or set PYTHONDONTWRITEBYTECODE=1",
            )
        ],
    ),
    "another folder": (made("sub/x"), [("sub/x", "`sub/x` does not belong to the published version", ELSEWHERE)]),
    "an empty folder more": (
        lambda folder: (folder / "sub").mkdir(),
        [("sub/", "`sub/` does not belong to the published version", ELSEWHERE)],
    ),
}


@pytest.mark.parametrize(("damage", "expected"), DAMAGE.values(), ids=DAMAGE)
def test_damage_of_the_folder_is_found_by_name(
    tmp_path: Path, damage: Callable[[Path], object], expected: list[tuple[str, str, str]]
) -> None:
    """Each difference has its place and what to do; a release with one is neither repaired nor taken for the same."""
    store = Store(tmp_path)
    store.publish(build())
    folder = tmp_path / "build" / DESIGN / str(V1)
    damage(folder)
    found = store.verify(DESIGN, V1)
    assert [(f"{folder.as_posix()}/{place}", message, help) for place, message, help in expected] == [
        (str(each.location), each.message, each.help) for each in found
    ]
    before = tree(tmp_path)
    with pytest.raises(RefusedError) as caught:
        store.publish(build())
    assert found == list(caught.value.findings)
    assert before == tree(tmp_path)


@pytest.mark.parametrize("name", ["it is gone", "it is empty", "one file is gone"])
def test_a_prerelease_that_lacks_files_of_the_folder_is_made_good(tmp_path: Path, name: str) -> None:
    """Nothing is in the way that could be lost, so it is overwritten."""
    what = build("1.0.0-rc.1")
    Store(tmp_path).publish(what)
    DAMAGE[name][0](tmp_path / "build" / DESIGN / "1.0.0-rc.1")
    assert Outcome.REPLACED == Store(tmp_path).publish(what)
    assert published(what) == tree(tmp_path)


@pytest.mark.parametrize("name", ["a link in its place", "a file in its place", "a file more", "it is too deep"])
def test_a_prerelease_is_not_overwritten_over_what_a_user_put_into_the_folder(tmp_path: Path, name: str) -> None:
    """What was never published is named, and nothing changes."""
    Store(tmp_path).publish(build("1.0.0-rc.1"))
    DAMAGE[name][0](tmp_path / "build" / DESIGN / "1.0.0-rc.1")
    before = tree(tmp_path)
    with pytest.raises(RefusedError) as caught:
        Store(tmp_path).publish(build("1.0.0-rc.1", "two"))
    place = DAMAGE[name][1][0][0]
    assert caught.value.message.endswith(f"1.0.0-rc.1` holds what was never published: `{place}`")
    assert before == tree(tmp_path)


def test_a_version_of_before_stays_valid_and_is_followed(tmp_path: Path) -> None:
    """A version without a folder verifies, is unchanged when it is published again, and is followed by one with it."""
    store = Store(tmp_path)
    old = build(types=False)
    store.publish(old)
    assert [] == store.verify(DESIGN, V1)
    assert Outcome.UNCHANGED == store.publish(old)
    assert Outcome.CREATED == store.publish(build("1.0.1"))
    assert published(old, build("1.0.1")) == tree(tmp_path)


@pytest.mark.parametrize("types", [True, False])
def test_a_prerelease_gets_and_loses_its_folder(tmp_path: Path, types: bool) -> None:
    """It is swapped as a whole, so that nothing of the other content stays."""
    old, new = build("1.0.0-rc.1", types=not types), build("1.0.0-rc.1", types=types)
    Store(tmp_path).publish(old)
    assert Outcome.REPLACED == Store(tmp_path).publish(new)
    assert published(new) == tree(tmp_path)
