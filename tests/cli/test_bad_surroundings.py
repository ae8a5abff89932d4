"""What the command says when files, folders, links or versions are not as they must be; and what it leaves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.written import DESIGN, FILE, finding
from tests.projects import run, small_design, small_project
from tests.publish.builds import tree

KEEP = "keep the file itself under `.`: a version must depend on nothing else"
NO_LINKS = "nothing is written or read through links, which may lead out of the\n      project: make it a folder"
Change = Callable[[Path], object]

links = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a right on Windows")


def write(name: str, text: str | bytes) -> Change:
    """A change: the file has this content, and its folders exist."""

    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return change


def link(name: str, target: str, *, folder: bool = False) -> Change:
    """A change: `name` is a link to `target`, which is relative to the link and lies outside of the project."""

    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        outside = path.parent / target
        if folder:
            outside.mkdir(parents=True)
        else:
            outside.write_text(DESIGN, encoding="utf-8")
        path.symlink_to(target)

    return change


def both(*changes: Change) -> Change:
    """Several changes."""
    return lambda root: [change(root) for change in changes]


FILES: dict[str, tuple[Change, list[str], str]] = {
    "a design that is not there": (
        lambda root: (root / FILE).unlink(),
        [FILE],
        finding(FILE, f"there is no file `{FILE}`", "check the path"),
    ),
    "no design at all": (
        lambda root: (root / FILE).unlink(),
        [],
        "error: there is no design in `templates` [usage]\nhelp: `cfn-table init` makes a project\n\n1 error\n",
    ),
    "a name that no design has": (
        lambda _: None,
        ["nots"],
        "error: there is no design `nots` in `templates` [usage]\nhelp: did you mean `notes`?\n\n1 error\n",
    ),
    "a folder without designs": (
        lambda root: (root / "empty").mkdir(),
        ["empty"],
        (
            "error: there is no design in `empty` [usage]\n"
            "help: name a design file, or a folder with such files\n\n1 error\n"
        ),
    ),
    "a folder where a design should be": (
        both(lambda root: (root / FILE).unlink(), lambda root: (root / FILE).mkdir()),
        [],
        finding(FILE, f"`{FILE}` is a folder, not a file", "name a file in it"),
    ),
    "a file name that is no text": (
        lambda root: (root / FILE).rename(os.fsdecode(os.fsencode(root / "templates") + b"/n\xff.yaml")),
        [],
        finding(
            "templates/n\\udcff.yaml", "the file name `templates/n\\udcff.yaml` is no text in UTF-8", "rename the file"
        ),
    ),
    "two designs of one name": (
        write("templates/twin.yaml", DESIGN),
        ["notes"],
        finding(
            f"{FILE}:1:9",
            "`templates/twin.yaml` is a design named `notes` too",
            "give one of them another name: published versions are kept by name",
            shown="1 | design: notes\n  |         ^",
        ),
    ),
    "a policy that names an unknown pattern": (
        write("policies/notes/reader.yaml", "policy: reader\nallow: [get_nose]\n"),
        [],
        finding(
            "policies/notes/reader.yaml:2:9",
            "there is no access pattern `get_nose`",
            "did you mean `get_note`?",
            rule="names-refer-to-something",
            shown="2 | allow: [get_nose]\n  |         ^",
        ),
    ),
    "a policy in a file of another name": (
        write("policies/notes/reader.yaml", "policy: writer\nallow: [get_note]\n"),
        [],
        finding(
            "policies/notes/reader.yaml:1:9",
            "the policy `writer` is in a file named `reader.yaml`",
            "name the file `writer.yaml`",
            shown="1 | policy: writer\n  |         ^",
        ),
    ),
    "a folder where a policy should be": (
        lambda root: (root / "policies" / "notes" / "reader.yaml").mkdir(parents=True),
        [],
        finding(
            "policies/notes/reader.yaml", "`policies/notes/reader.yaml` is a folder, not a file", "name a file in it"
        ),
    ),
    "a file where the policies' folder should be": (
        write("policies/notes", ""),
        [],
        finding(
            "policies/notes",
            "`policies/notes` is not a folder",
            "policies are files in a folder of the design's name: move what is there\n      away",
        ),
    ),
    "a glob that matches nothing": (
        write(FILE, small_design("notes", "1.0.0", "include: ['more/*.yaml']")),
        [],
        finding(
            f"{FILE}:14:11",
            "`more/*.yaml` matches no file",
            "the glob is relative to this file's folder",
            shown="14 | include: ['more/*.yaml']\n   |           ^",
        ),
    ),
    "an entity that is included twice": (
        both(
            write(FILE, small_design("notes", "1.0.0", "include: ['more/*.yaml']")),
            write("templates/more/a.yaml", "entities:\n  note: {attributes: {x: string}}\n"),
        ),
        [],
        finding(
            "templates/more/a.yaml:2:3",
            f"`note` is declared twice, first at {FILE}:8:3",
            shown="2 |   note: {attributes: {x: string}}\n  |   ^",
        ),
    ),
    "a file where build/ should be": (
        write("build", ""),
        [],
        finding("build", "`build` is not a folder", "move it away and run the command again"),
    ),
    "a file where the design's versions should be": (
        write("build/notes", ""),
        [],
        finding("build/notes", "`build/notes` is not a folder", "move it away and run the command again"),
    ),
}

LINKS: dict[str, tuple[Change, list[str], str]] = {
    "a design that is a link": (
        link(FILE, "../../outside.yaml"),
        [],
        finding(FILE, f"`{FILE}` leads out of the project", KEEP),
    ),
    "a templates folder that is a link": (
        both(link("templates", "../outside", folder=True), write("templates/notes.yaml", DESIGN)),
        [],
        finding(FILE, f"`{FILE}` leads out of the project", KEEP),
    ),
    "a link that leads to itself": (
        both(lambda root: (root / FILE).unlink(), lambda root: (root / FILE).symlink_to("notes.yaml")),
        [],
        finding(FILE, f"`{FILE}` leads out of the project", KEEP),
    ),
    "an included file that is a link": (
        both(
            write(FILE, small_design("notes", "1.0.0", "include: ['more/a.yaml']")),
            link("templates/more/a.yaml", "../../../outside.yaml"),
        ),
        [],
        finding("templates/more/a.yaml", "`templates/more/a.yaml` leads out of the project", KEEP),
    ),
    "a glob that climbs out": (
        both(
            write(FILE, small_design("notes", "1.0.0", "include: ['../../*.yaml']")),
            lambda root: (root.parent / "outside.yaml").write_text(DESIGN, encoding="utf-8"),
        ),
        [],
        finding("templates/../../outside.yaml", "`templates/../../outside.yaml` leads out of the project", KEEP),
    ),
    "a policies folder that is a link": (
        link("policies/notes", "../../outside", folder=True),
        [],
        finding("policies/notes", "`policies/notes` leads out of the project", KEEP),
    ),
    "a folder of all policies that is a link": (
        both(link("policies", "../outside", folder=True), lambda root: (root / "policies" / "notes").mkdir()),
        [],
        finding("policies/notes", "`policies/notes` leads out of the project", KEEP),
    ),
    "a policies folder that is a link to nowhere": (
        both(
            lambda root: (root / "policies").mkdir(), lambda root: (root / "policies" / "notes").symlink_to("nowhere")
        ),
        [],
        finding(
            "policies/notes",
            "`policies/notes` is not a folder",
            "policies are files in a folder of the design's name: move what is there\n      away",
        ),
    ),
    "a policy that is a link": (
        link("policies/notes/reader.yaml", "../../../outside.yaml"),
        [],
        finding("policies/notes/reader.yaml", "`policies/notes/reader.yaml` leads out of the project", KEEP),
    ),
    "a build folder that is a link": (
        link("build", "../outside", folder=True),
        [],
        finding("build", "`build` is a symbolic link", NO_LINKS),
    ),
    "a folder of versions that is a link": (
        link("build/notes", "../../outside", folder=True),
        [],
        finding("build/notes", "`build/notes` is a symbolic link", NO_LINKS),
    ),
    "a version that is a link": (
        link("build/notes/1.0.0", "../../../outside", folder=True),
        [],
        finding("build/notes/1.0.0", "`build/notes/1.0.0` is a symbolic link", NO_LINKS),
    ),
}


@pytest.mark.parametrize(
    ("change", "arguments", "expected"),
    [*FILES.values(), *(pytest.param(*case, marks=links) for case in LINKS.values())],
    ids=[*FILES, *LINKS],
)
def test_generation_is_refused_for(change: Change, arguments: list[str], expected: str, root: Path, cli: Cli) -> None:
    """The message names the place and what to do, the status is 2, and nothing changes, inside or outside."""
    change(root)
    before = tree(root.parent)
    assert (2, "", expected) == cli("generate", *arguments).told
    assert before == tree(root.parent)


@links
def test_a_link_inside_of_the_project_is_followed(root: Path, cli: Cli) -> None:
    """What a version depends on is in the project; where in it is the user's business."""
    (root / FILE).rename(root / "notes.yaml")
    (root / FILE).symlink_to("../notes.yaml")
    assert (0, "created   build/notes/1.0.0\n", "") == cli("generate").told


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_not_waited_for(root: Path, cli: Cli) -> None:
    """Opening a pipe that nobody writes to would never return."""
    (root / FILE).unlink()
    os.mkfifo(root / FILE)
    assert (2, "", finding(FILE, f"`{FILE}` is a pipe, not a file", "name a file, or `-`")) == cli("generate").told


# ---------------------------------------------------------------- versions


@pytest.fixture
def published(root: Path, cli: Cli) -> Path:
    """The project, with 1.1.0 published."""
    write(FILE, small_design("notes", "1.1.0"))(root)
    assert (0, "created   build/notes/1.1.0\n", "") == cli("generate").told
    return root


def version(text: str) -> str:
    """The version's line with a caret below it."""
    return f"2 | version: {text}\n  |          ^"


VERSIONS: dict[str, tuple[str, str]] = {
    "a version lower than the published one": (
        small_design("notes", "1.0.0"),
        finding(
            f"{FILE}:2:10",
            "version `1.0.0` comes too late: `1.1.0` is published",
            "the next free version is `1.1.1` (patch) or `1.2.0` (minor) or `2.0.0`\n      (major)",
            rule="refused",
            shown=version("1.0.0"),
        ),
    ),
    "the published version with other content": (
        small_design("notes", "1.1.0").replace("  put_note: {operation: PutItem, entity: note}\n", ""),
        finding(
            f"{FILE}:2:10",
            "version `1.1.0` of `notes` is published and never changes",
            "set `version: 2.0.0` (a major bump), because access pattern `put_note` was\n      removed",
            rule="refused",
            shown=version("1.1.0"),
        ),
    ),
    "a step that is too small for what was removed": (
        small_design("notes", "1.1.1").replace("  put_note: {operation: PutItem, entity: note}\n", ""),
        finding(
            f"{FILE}:2:10",
            "version `1.1.1` is too small a step after `1.1.0`: this change needs a major bump",
            "set `version: 2.0.0`, because access pattern `put_note` was removed",
            rule="refused",
            shown=version("1.1.1"),
        ),
    ),
}


@pytest.mark.parametrize(("text", "expected"), VERSIONS.values(), ids=VERSIONS)
def test_a_version_is_refused_that_is(text: str, expected: str, published: Path, cli: Cli) -> None:
    """The message names the version that would be right and why; the status is 1; what is published stays."""
    write(FILE, text)(published)
    before = tree(published)
    assert (1, "", expected) == cli("generate").told
    assert before == tree(published)


def test_a_published_file_that_was_edited_is_told(published: Path, cli: Cli) -> None:
    """Generating again neither repairs it silently nor takes it for what was published."""
    write("build/notes/1.1.0/template.yaml", "x")(published)
    before = tree(published)
    expected = finding(
        "build/notes/1.1.0/template.yaml",
        "`template.yaml` has changed",
        "published files never change: restore it with `git restore`",
        rule="published-files-never-change",
    )
    assert (1, "", expected) == cli("generate").told
    assert before == tree(published)


def test_the_same_happens_in_a_process_of_its_own(tmp_path: Path) -> None:
    """`python -m cfn_table` gives what `main` gives."""
    root = small_project(tmp_path / "project")
    (root / "build").write_text("", encoding="utf-8")
    expected = finding("build", "`build` is not a folder", "move it away and run the command again")
    assert (2, "", expected) == run("generate", cwd=root).told
