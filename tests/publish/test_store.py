"""The folder build/: what publishing does, refuses, and finds."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cfn_table.errors import CfnTableError, InputError, RefusedError
from cfn_table.findings import Location
from cfn_table.publish import Build, Outcome, Store, Version, read_version
from tests.publish.builds import DESIGN, TOOL, build, content, contract, published, tree

V1 = Version(1, 0, 0)


def refusal(root: Path, what: Build, kind: type[CfnTableError] = RefusedError) -> CfnTableError:
    """The error of publishing, after a check that it changed nothing."""
    before = tree(root)
    with pytest.raises(kind) as caught:
        Store(root).publish(what)
    assert before == tree(root)
    return caught.value


def test_a_new_version_is_created_with_its_manifest(tmp_path: Path) -> None:
    """Exactly the files of the build and the manifest are there, and they verify."""
    store = Store(tmp_path)
    assert Outcome.CREATED == store.publish(build())
    assert published(build()) == tree(tmp_path)
    assert [V1] == store.versions(DESIGN)
    assert [DESIGN] == store.designs()
    assert build().manifest() == store.read_manifest(DESIGN, V1)
    assert content(build()) == store.read(DESIGN, V1).files
    assert [] == store.verify(DESIGN, V1)
    assert [] == store.strays()


def test_the_same_again_writes_nothing(tmp_path: Path) -> None:
    """Same identity, same version: unchanged, whatever tool made it this time."""
    store = Store(tmp_path)
    store.publish(build())
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert Outcome.UNCHANGED == store.publish(build())
    assert Outcome.UNCHANGED == store.publish(build(tool={**TOOL, "cfn-lint": "9.9.9"}))
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_modes_do_not_depend_on_the_umask(tmp_path: Path, umask: int) -> None:
    """A published version has the modes 0644 and 0755 everywhere; the folders above it follow the umask."""
    before = os.umask(umask)
    try:
        Store(tmp_path).publish(build())
    finally:
        os.umask(before)
    version = tmp_path / "build" / DESIGN / "1.0.0"
    assert {0o755} == {stat.S_IMODE(path.stat().st_mode) for path in (version, version / "types")}
    assert {0o644} == {stat.S_IMODE(path.stat().st_mode) for path in version.rglob("*") if path.is_file()}
    assert {0o777 & ~umask} == {stat.S_IMODE(path.stat().st_mode) for path in (version.parent, version.parent.parent)}


@pytest.mark.parametrize(
    ("new", "help"),
    [
        (
            build(text="two", contract=contract("A", "B")),
            "set `version: 2.0.0` (a major bump), because export `C` was removed",
        ),
        (
            build(text="two", contract=contract("A", "B", "C", "D")),
            "set `version: 1.1.0` (a minor bump), because export `D` was added",
        ),
        (
            build(text="two", contract=contract("A", "B", "C")),
            (
                "set `version: 1.0.1` (a patch bump), because `template.json` differs; `template.yaml` differs; "
                "`types/kv-storage.ts` differs"
            ),
        ),
        (
            build(inputs="two", contract=contract("A", "B", "C")),
            "set `version: 1.0.1` (a patch bump), because its inputs differ",
        ),
    ],
    ids=["major", "minor", "patch", "inputs only"],
)
def test_other_content_under_a_released_version_is_refused_with_its_bump(tmp_path: Path, new: Build, help: str) -> None:
    """The help names the version that this content has to have, and why."""
    Store(tmp_path).publish(build(contract=contract("A", "B", "C")))
    error = refusal(tmp_path, new)
    assert f"version `1.0.0` of `{DESIGN}` is published and never changes" == error.message
    assert help == error.help
    assert (tmp_path / "build" / DESIGN / "1.0.0").as_posix() == str(error.location)


def test_the_version_that_a_help_names_is_free(tmp_path: Path) -> None:
    """When 1.0.1 and 1.1.0 are published, the help names versions after these."""
    store = Store(tmp_path)
    store.publish(build(contract=contract("A")))
    store.publish(build("1.0.1", "a", contract=contract("A")))
    store.publish(build("1.1.0", "b", contract=contract("A", "B")))
    assert "`version: 1.0.2`" in refusal(tmp_path, build(text="x", contract=contract("A"))).help
    assert "`version: 1.2.0`" in refusal(tmp_path, build(text="x", contract=contract("A", "C"))).help
    assert "`version: 2.0.0`" in refusal(tmp_path, build(text="x", contract=contract("C"))).help


def test_a_refusal_points_at_the_version_in_the_design(tmp_path: Path) -> None:
    """Where the user wrote the version is known, that is the place."""
    Store(tmp_path).publish(build())
    place = Location("templates/kv-storage.yaml", 2, 10)
    what = build(text="two")
    located = Build(what.design, what.version, what.files, what.inputs, what.tool, what.lint, place)
    assert place == refusal(tmp_path, located).location


def test_a_prerelease_is_overwritten_as_a_whole(tmp_path: Path) -> None:
    """Files of the old content that the new one does not have are gone."""
    store = Store(tmp_path)
    assert Outcome.CREATED == store.publish(build("1.0.0-rc.1", contract=contract("A")))
    assert Outcome.REPLACED == store.publish(build("1.0.0-rc.1", "two"))
    assert published(build("1.0.0-rc.1", "two")) == tree(tmp_path)
    assert Outcome.UNCHANGED == store.publish(build("1.0.0-rc.1", "two"))


def test_a_prerelease_is_not_overwritten_when_that_is_not_wanted(tmp_path: Path) -> None:
    """A caller can keep pre-releases too; the same content is still no change."""
    store = Store(tmp_path)
    store.publish(build("1.0.0-rc.1"))
    assert Outcome.UNCHANGED == store.publish(build("1.0.0-rc.1"), overwrite_prerelease=False)
    with pytest.raises(RefusedError) as caught:
        store.publish(build("1.0.0-rc.1", "two"), overwrite_prerelease=False)
    assert f"version `1.0.0-rc.1` of `{DESIGN}` is published, and overwriting is not allowed" == caught.value.message
    assert published(build("1.0.0-rc.1")) == tree(tmp_path)


def test_a_damaged_prerelease_is_made_good(tmp_path: Path) -> None:
    """A changed, missing or broken file of a pre-release is overwritten, even with the same content."""
    what = build("1.0.0-rc.1")
    folder = tmp_path / "build" / DESIGN / "1.0.0-rc.1"
    for damage in ("template.yaml", "template.json", "manifest.json"):
        Store(tmp_path).publish(what)
        (folder / damage).write_bytes(b"<<<<<<< HEAD")
        assert Outcome.REPLACED == Store(tmp_path).publish(what)
        assert published(what) == tree(tmp_path)
        (folder / damage).unlink()
        assert Outcome.REPLACED == Store(tmp_path).publish(what)
        assert published(what) == tree(tmp_path)


def test_what_a_user_put_into_a_prerelease_is_not_lost(tmp_path: Path) -> None:
    """A folder that holds what was never published is not overwritten."""
    Store(tmp_path).publish(build("1.0.0-rc.1"))
    folder = tmp_path / "build" / DESIGN / "1.0.0-rc.1"
    (folder / "notes.txt").write_bytes(b"mine")
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "types" / "notes.txt").write_bytes(b"mine")
    error = refusal(tmp_path, build("1.0.0-rc.1", "two"))
    assert error.message.endswith(
        "1.0.0-rc.1` holds what was never published: `notes.txt`, `sub/deep`, `types/notes.txt`"
    )
    assert "move it out of there" in error.help


@pytest.mark.parametrize("same", [True, False])
def test_a_damaged_release_is_refused_not_repaired(tmp_path: Path, same: bool) -> None:
    """Published files never change, so they are not rewritten either; the finding says how to restore them."""
    Store(tmp_path).publish(build())
    (tmp_path / "build" / DESIGN / "1.0.0" / "template.yaml").write_bytes(b"edited")
    error = refusal(tmp_path, build() if same else build(text="two"))
    assert [("`template.yaml` has changed", "published files never change: restore it with `git restore`")] == [
        (each.message, each.help) for each in error.findings
    ]


def test_verify_finds_every_difference(tmp_path: Path) -> None:
    """Changed, missing and extra files are found, each with its place."""
    store = Store(tmp_path)
    store.publish(build())
    folder = tmp_path / "build" / DESIGN / "1.0.0"
    (folder / "template.yaml").write_bytes(b"edited")
    (folder / "template.json").unlink()
    (folder / "template.json").symlink_to("template.yaml")
    (folder / "extra").write_bytes(b"")
    found = store.verify(DESIGN, V1)
    assert [
        "`extra` does not belong to the published version",
        "`template.json` is not a regular file",
        "`template.yaml` has changed",
    ] == [each.message for each in found]
    assert [f"{folder.as_posix()}/{name}" for name in ("extra", "template.json", "template.yaml")] == [
        str(each.location) for each in found
    ]


def test_an_unknown_version_names_those_that_are_published(tmp_path: Path) -> None:
    """Reading what is not there is an error with the list of what is."""
    store = Store(tmp_path)
    store.publish(build())
    store.publish(build("1.1.0"))
    with pytest.raises(InputError) as caught:
        store.verify(DESIGN, Version(3, 0, 0))
    assert (f"version `3.0.0` of `{DESIGN}` is not published", "published are: `1.0.0`, `1.1.0`") == (
        caught.value.message,
        caught.value.help,
    )
    with pytest.raises(InputError) as caught:
        Store(tmp_path / "build").read_manifest("other", V1)
    assert "published are: none" == caught.value.help


@pytest.mark.parametrize(
    ("published_before", "new", "message", "help"),
    [
        (
            [build("1.0.0"), build("1.0.2", "b")],
            build("1.0.1", "c"),
            "version `1.0.1` comes too late: `1.0.2` is published",
            "the next free version is `1.0.3` (patch) or `1.1.0` (minor) or `2.0.0` (major)",
        ),
        (
            [build(contract=contract("A", "B"))],
            build("1.1.0", "b", contract=contract("A")),
            "version `1.1.0` is too small a step after `1.0.0`: this change needs a major bump",
            "set `version: 2.0.0`, because export `B` was removed",
        ),
        (
            [build(contract=contract("A", "B")), build("1.1.0-rc.1", "b", contract=contract("A", "B", "C"))],
            build("1.1.0-rc.1", "c", contract=contract("A", "B", "C")),
            None,
            None,
        ),
        (
            [build(contract=contract("A", "B")), build("2.0.0-rc.1", "b", contract=contract("A"))],
            build("1.1.0", "c", contract=contract("A")),
            "version `1.1.0` is too small a step after `1.0.0`: this change needs a major bump",
            "set `version: 2.0.0`, because export `B` was removed",
        ),
        ([build("1.0.0-rc.1", contract=contract("A"))], build("1.0.0", contract=contract("B")), None, None),
        (
            [build("1.0.0-RC.1")],
            build("1.0.0-rc.1"),
            "version `1.0.0-rc.1` differs only in case from `1.0.0-RC.1`",
            None,
        ),
    ],
    ids=["too late", "too small", "prerelease again", "dropped in a prerelease", "first release", "case"],
)
def test_a_new_version_has_to_follow_what_is_published(
    tmp_path: Path, published_before: list[Build], new: Build, message: str | None, help: str | None
) -> None:
    """Order and contract are checked under the lock, against the version's own predecessor."""
    store = Store(tmp_path)
    for each in published_before:
        store.publish(each)
    if message is None:
        assert store.publish(new) in (Outcome.CREATED, Outcome.REPLACED)
        return
    error = refusal(tmp_path, new)
    assert error.message.startswith(message)
    assert help is None or help == error.help


def test_check_says_what_publishing_would_say_and_writes_nothing(tmp_path: Path) -> None:
    """The predecessor is returned, a version that would be refused is refused, build/ is not touched."""
    store = Store(tmp_path)
    assert store.check(build()) is None
    assert {} == tree(tmp_path)
    store.publish(build(contract=contract("A", "B")))
    before = tree(tmp_path)
    assert V1 == store.check(build("1.0.1", "b"))
    with pytest.raises(RefusedError) as caught:
        store.check(build("1.0.1", "b", contract=contract("A")))
    assert "this change needs a major bump" in caught.value.message
    assert before == tree(tmp_path)


def test_nothing_follows_a_damaged_predecessor(tmp_path: Path) -> None:
    """What a changed contract says is not what dependents rely on, so nothing is compared with it."""
    store = Store(tmp_path)
    store.publish(build(contract=contract("A")))
    (tmp_path / "build" / DESIGN / "1.0.0" / "contract.json").write_bytes(b"{}")
    error = refusal(tmp_path, build("1.0.1", "b", contract=contract("A")))
    assert "`contract.json` has changed" == error.message


def test_an_empty_version_folder_is_as_if_absent(tmp_path: Path) -> None:
    """Git leaves empty folders where another branch has versions."""
    folder = tmp_path / "build" / DESIGN
    for name in ("1.0.0", "9.0.0"):
        (folder / name).mkdir(parents=True)
    store = Store(tmp_path)
    assert [] == store.versions(DESIGN)
    assert [] == store.designs()
    assert [] == store.strays()
    with pytest.raises(InputError):
        store.read_manifest(DESIGN, V1)
    assert Outcome.CREATED == store.publish(build())
    assert {**published(build()), f"build/{DESIGN}/9.0.0": "/"} == tree(tmp_path)


def test_a_refused_first_version_leaves_no_folders(tmp_path: Path) -> None:
    """Nothing published, nothing left; a build/ that was there stays."""
    bad = build(contract={"format": 9})
    Store(tmp_path).publish(build("0.1.0", contract=contract("A")))
    refusal(tmp_path, bad, InputError)
    other = tmp_path / "other"
    other.mkdir()
    refusal(other, Build(DESIGN, V1, {}, bad.inputs, TOOL, bad.lint), InputError)
    assert {} == tree(other)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../x", "x/..", "a/b/c", "a//b", "a/", "a\\b", "/x", "-x", ".x", "x.", "a b", "a\0b", "é"),
        *("nul", "Aux.yaml", "x/Aux.yaml", "nul/x", ".x/x", "x/.x"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    """A design's name is one plain name on every platform, a file's is one or two: only one folder deep."""
    error = refusal(tmp_path, build(design=name), InputError)
    assert error.message.endswith("cannot be the name of a design")
    what = build()
    files = {**what.files, name: b""}
    error = refusal(tmp_path, Build(DESIGN, V1, files, what.inputs, TOOL, what.lint), InputError)
    assert error.message.endswith("cannot be the name of a file")
    with pytest.raises(InputError):
        Store(tmp_path).versions(name)
    assert {} == tree(tmp_path)


TAKEN = [
    ("manifest.json", "manifest.json"),
    ("manifest.json/x", "manifest.json"),
    ("Template.yaml", "template.yaml"),
    ("types", "types"),
    ("Types/other.ts", "types"),
    ("types/KV-storage.ts", "types/kv-storage.ts"),
    ("template.json/x", "template.json"),
]


@pytest.mark.parametrize(("name", "other"), TAKEN)
def test_file_names_are_taken_once(tmp_path: Path, name: str, other: str) -> None:
    """The manifest is not given, no two names differ only in case, and none is that of a file and of a folder."""
    what = build()
    error = refusal(tmp_path, Build(DESIGN, V1, {**what.files, name: b""}, what.inputs, TOOL, what.lint), InputError)
    assert f"the file name `{name}` is taken by `{other}`" == error.message


def test_strays_are_what_is_not_published(tmp_path: Path) -> None:
    """Everything in build/ but versions and READMEs is found."""
    store = Store(tmp_path)
    store.publish(build())
    folder = tmp_path / "build"
    (folder / "README.md").write_bytes(b"")
    (folder / "lib").mkdir()
    (folder / "lib" / "module.py").write_bytes(b"")
    (folder / "__init__.py").write_bytes(b"")
    (folder / DESIGN / "notes").write_bytes(b"")
    (folder / DESIGN / "1.0").mkdir()
    (folder / DESIGN / "1.0" / "x").write_bytes(b"")
    expected = ["__init__.py", f"{DESIGN}/1.0", f"{DESIGN}/notes", "lib/module.py"]
    assert expected == [Path(str(each.location)).relative_to(folder).as_posix() for each in store.strays()]


def test_a_version_folder_is_read_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A published version can be read without its store, also as the current folder."""
    Store(tmp_path).publish(build())
    folder = tmp_path / "build" / DESIGN / "1.0.0"
    assert content(build()) == read_version(folder).files
    monkeypatch.chdir(folder)
    assert content(build()) == read_version(Path()).files
    with pytest.raises(InputError) as caught:
        read_version(folder.parent / "2.0.0")
    assert caught.value.message.endswith("2.0.0` is not a published version")


def test_a_manifest_of_another_version_is_refused(tmp_path: Path) -> None:
    """A folder that was renamed by hand is not taken for the version that its name says."""
    store = Store(tmp_path)
    store.publish(build())
    (tmp_path / "build" / DESIGN / "1.0.0").rename(tmp_path / "build" / DESIGN / "1.5.0")
    with pytest.raises(InputError) as caught:
        store.verify(DESIGN, Version(1, 5, 0))
    assert caught.value.message.endswith(f"1.5.0/manifest.json` is that of `{DESIGN}` 1.0.0")


def test_a_release_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    """Files that somebody put there are neither a version nor overwritten."""
    folder = tmp_path / "build" / DESIGN / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "template.yaml").write_bytes(b"")
    error = refusal(tmp_path, build(), InputError)
    assert error.message.endswith("1.0.0` is not a published version: `manifest.json` is missing")


def test_paths_in_messages_are_relative_to_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place is named as the user would name it."""
    Store(tmp_path).publish(build())
    monkeypatch.chdir(tmp_path)
    error = refusal(Path(), build(text="two"))
    assert f"build/{DESIGN}/1.0.0" == str(error.location)
    error = refusal(tmp_path, build(text="two"))
    assert f"build/{DESIGN}/1.0.0" == str(error.location)
