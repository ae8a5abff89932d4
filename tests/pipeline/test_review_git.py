"""Commits and files of git as sides of a review; comparing them is tested elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cfn_table.errors import InputError, RefusedError, UsageError
from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.review import review_change
from tests.pipeline.repositories import (
    SETTINGS,
    TEMPLATE,
    Compared,
    commit,
    git,
    published,
    repository,
    reviewed,
    write,
)
from tests.projects import copy_designs, small_design, small_project

# Git: all designs


def test_without_arguments_the_branch_is_compared_with_where_it_left_main(compared: Compared, tmp_path: Path) -> None:
    """All designs, by name: what is new or removed has one side; main's own progress since then does not count."""
    small_project(repository(tmp_path), "notes", "gone")
    base = commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "feature")
    (tmp_path / "templates" / "gone.yaml").unlink()
    write(tmp_path / "templates" / "fresh.yaml", small_design("fresh"))
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "main")
    write(tmp_path / "templates" / "later.yaml", small_design("later"))
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "feature")
    write(tmp_path / "templates" / "notes.yaml", small_design("notes", "1.1.0"))
    assert ["fresh", "gone", "notes"] == [each.name for each in reviewed()]
    at = f"git:{base[:12]}:templates"
    assert [
        ("fresh", "", "templates/fresh.yaml"),
        ("gone", f"{at}/gone.yaml", ""),
        ("notes", f"{at}/notes.yaml", "templates/notes.yaml"),
    ] == compared.names
    (_, (gone, _, _), (old, new, _)) = ((a, b, c) for a, b, c in compared.pairs)
    assert ("1.0.0", "1.0.0", "1.1.0") == (gone.version, old.version, new.version)
    assert old.design is not None
    assert f"{at}/notes.yaml:2:1" == str(old.design.locate_key("version"))
    assert old.template is not None
    assert f"git:{base[:12]}:build/notes/1.0.0/template.yaml" == old.template.path
    assert new.template is not None
    assert "build/notes/1.1.0/template.yaml" == new.template.path


def test_a_design_is_known_by_its_name(compared: Compared, tmp_path: Path) -> None:
    """Another file name changes nothing."""
    small_project(repository(tmp_path))
    commit(tmp_path)
    (tmp_path / "templates" / "notes.yaml").rename(tmp_path / "templates" / "all-notes.yml")
    reviewed("git:HEAD")
    assert [("notes", "git:HEAD:templates/notes.yaml", "templates/all-notes.yml")] == compared.names


def test_what_was_published_counts_as_old(compared: Compared, tmp_path: Path) -> None:
    """Even where the design was edited after that; its lines are those of the design there."""
    small_project(repository(tmp_path))
    published(tmp_path)
    text = (tmp_path / "build/notes/1.0.0/template.yaml").read_text("utf-8")
    write(tmp_path / "templates" / "notes.yaml", "# edited\n" + small_design().replace("Notes of", "Words of"))
    commit(tmp_path)
    reviewed("git:HEAD")
    ((old, new, _),) = compared.pairs
    assert ("git:HEAD:build/notes/1.0.0", "1.0.0") == (old.name, old.version)
    assert old.template is not None
    assert text == old.template.text
    assert old.contract is not None
    assert "notes" == old.contract["design"]
    assert old.design is not None
    assert "git:HEAD:templates/notes.yaml:3:1" == str(old.design.locate_key("version"))
    assert "Words of users" == new.data["Description"]
    assert "Notes of users" == old.data["Description"]


def test_what_was_published_and_damaged_is_refused(compared: Compared, tmp_path: Path) -> None:
    """It is not what its manifest says, and so nobody knows what was there."""
    small_project(repository(tmp_path))
    published(tmp_path)
    write(tmp_path / "build/notes/1.0.0/template.yaml", "Resources: {}\n")
    commit(tmp_path)
    with pytest.raises(RefusedError) as refused:
        reviewed("git:HEAD")
    assert "git:HEAD:build/notes/1.0.0/template.yaml" == str(refused.value.location)
    assert [] == compared.pairs


def test_the_project_may_be_below_the_repositorys_top(
    compared: Compared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hooks, included files and policies are found there, as they were."""
    project = copy_designs(repository(tmp_path) / "services" / "shop")
    commit(tmp_path)
    for path in (*project.rglob("*.py"), *(project / "policies").rglob("*.yaml")):
        path.unlink()
    shutil.rmtree(project / "templates")
    (project / "templates").mkdir()
    monkeypatch.chdir(project / "templates")
    names = [each.name for each in reviewed("git:main")]
    assert sorted(path.stem for path in Path(__file__).parents[1].glob("designs/*.yaml")) == names
    assert all(new.template is None and old.template is not None for old, new, _ in compared.pairs)


def test_nothing_is_checked_out_and_nothing_is_run(compared: Compared, tmp_path: Path) -> None:
    """Not what attributes and configuration would run when files are checked out; the worktree stays as it is."""
    small_project(repository(tmp_path))
    write(tmp_path / ".gitattributes", "* filter=evil diff=evil text eol=crlf export-ignore export-subst\n")
    mark = tmp_path.parent / f"{tmp_path.name}-mark"
    commit(tmp_path)
    hook = write(tmp_path / ".git/hooks/post-checkout", f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    for name in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor"):
        git(tmp_path, "config", name, f"touch {mark};")
    before = git(tmp_path, "-c", "core.fsmonitor=false", "rev-parse", "HEAD")
    index = (tmp_path / ".git/index").read_bytes()
    reviewed("git:HEAD")
    assert not mark.exists()
    assert (before, index) == (git(tmp_path, "rev-parse", "HEAD"), (tmp_path / ".git/index").read_bytes())
    assert ["notes"] == [name for _, _, name in compared.pairs]


def test_the_environment_of_another_repository_is_not_followed(
    compared: Compared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`GIT_DIR` of a git hook, for example."""
    small_project(repository(tmp_path))
    commit(tmp_path)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere" / "index"))
    reviewed("git:main")
    assert ["notes"] == [name for _, _, name in compared.pairs]


def test_two_commits_can_be_compared(compared: Compared, tmp_path: Path) -> None:
    """Without the working tree."""
    small_project(repository(tmp_path))
    commit(tmp_path)
    write(tmp_path / "templates" / "notes.yaml", small_design("notes", "1.1.0"))
    commit(tmp_path)
    shutil.rmtree(tmp_path / "templates")
    (tmp_path / "templates").mkdir()
    reviewed("git:HEAD~1", "git:HEAD")
    assert [("notes", "git:HEAD~1:templates/notes.yaml", "git:HEAD:templates/notes.yaml")] == compared.names


def test_three_dots_are_the_merge_base(compared: Compared, tmp_path: Path) -> None:
    """As in `git diff`: with a branch that is not the main one."""
    small_project(repository(tmp_path))
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "release")
    write(tmp_path / "templates" / "later.yaml", small_design("later"))
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "main")
    assert ["notes"] == [each.name for each in reviewed("git:release...")]
    assert ["later", "notes"] == [each.name for each in reviewed("git:release")]
    assert "git:release...:templates/notes.yaml" == compared.pairs[0][0].name


def test_a_design_alone_is_compared_with_what_it_was(compared: Compared, tmp_path: Path) -> None:
    """Where the branch left main; by file or by name."""
    small_project(repository(tmp_path), "notes", "other")
    base = commit(tmp_path)
    reviewed("notes")
    reviewed("templates/notes.yaml")
    reviewed(None, "notes")
    assert [("notes", f"git:{base[:12]}:templates/notes.yaml", "templates/notes.yaml")] * 3 == compared.names


@pytest.mark.parametrize("sides", [("P",), ("git:HEAD", "P"), ("P/D",), ("git:HEAD", "P/D"), ("git:HEAD:P/D", "P")])
def test_a_project_elsewhere_is_compared_with_what_it_was(
    compared: Compared, tmp_path: Path, sides: tuple[str, ...]
) -> None:
    """Where the current folder has no designs: else all of them would seem to be new, or removed."""
    small_project(repository(tmp_path) / "a" / "b")
    commit(tmp_path)
    reviewed(*(side.replace("P", "a/b").replace("/D", "/templates/notes.yaml") for side in sides))
    ((old, new, _),) = compared.pairs
    assert {} != old.data == new.data
    assert "a/b/templates/notes.yaml" == new.name


def test_the_projects_folder_alone_is_the_project(
    compared: Compared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As without arguments; another project is what is compared with."""
    small_project(repository(tmp_path) / "one")
    small_project(tmp_path / "two")
    base = commit(tmp_path)
    monkeypatch.chdir(tmp_path / "one")
    reviewed(".")
    reviewed("../two")
    names = [old.name for old, _, _ in compared.pairs]
    assert [f"git:{base[:12]}:templates/notes.yaml", "../two/templates/notes.yaml"] == names


@pytest.mark.usefixtures("compared")
def test_what_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    """They are reviewed, and then it fails with everything that was found."""
    small_project(repository(tmp_path), "broken", "notes", "worse")
    commit(tmp_path)
    for name in ("broken", "worse"):
        path = tmp_path / "templates" / f"{name}.yaml"
        write(path, path.read_text("utf-8").replace("entity: note", "entity: nobody"))
    reviews = review_change("git:HEAD", None, SETTINGS)
    assert "notes" == next(reviews).name
    with pytest.raises(InputError) as error:
        next(reviews)
    paths = {str(finding.location).partition(":")[0] for finding in error.value.findings}
    assert {"templates/broken.yaml", "templates/worse.yaml"} == paths


@pytest.mark.usefixtures("compared")
def test_a_file_whose_name_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    """Nobody knows which design was in it at the base: the others are reviewed, and a new one is not called new."""
    small_project(repository(tmp_path), "notes")
    write(tmp_path / "templates" / "lost.yaml", "design: [\n")
    commit(tmp_path)
    write(tmp_path / "templates" / "lost.yaml", small_design("lost"))
    reviews = review_change("git:HEAD", None, SETTINGS)
    assert "notes" == next(reviews).name
    with pytest.raises(InputError) as error:
        next(reviews)
    assert all("templates/lost.yaml" in str(finding.location) for finding in error.value.findings)


@pytest.mark.usefixtures("compared")
def test_what_is_wrong_in_a_commit_cannot_be_mended_there(tmp_path: Path) -> None:
    """Help says so, for one design and for all; in the working tree it is what it always is."""
    small_project(repository(tmp_path))
    path = tmp_path / "templates" / "notes.yaml"
    write(path, path.read_text("utf-8").replace("entity: note", "entity: nobody"))
    with pytest.raises(InputError) as here:
        reviewed("notes", "notes")
    commit(tmp_path)
    write(path, small_design())
    for sides in (("git:HEAD",), ("git:HEAD:templates/notes.yaml", "notes")):
        with pytest.raises(InputError) as error:
            reviewed(*sides)
        there = [each.help for each in error.value.findings if each.location and each.location.line]
        advice = "a commit stays as it is: compare with one that has no error"
        assert [f"{each.help}; {advice}" for each in here.value.findings] == there


def test_an_old_design_that_is_published_need_not_be_readable(compared: Compared, tmp_path: Path) -> None:
    """What was published is there all the same; a note says why its lines are not."""
    small_project(repository(tmp_path))
    published(tmp_path)
    write(tmp_path / "templates" / "notes.yaml", small_design().replace("entity: note", "entity: nobody"))
    commit(tmp_path)
    write(tmp_path / "templates" / "notes.yaml", small_design())
    (review,) = reviewed("git:HEAD")
    ((old, _, _),) = compared.pairs
    assert ("git:HEAD:build/notes/1.0.0", None) == (old.name, old.design)
    (note,) = review.notes
    assert note.startswith("`git:HEAD:templates/notes.yaml` cannot be read, so its lines are not shown: ")


def test_context_counts_on_both_sides(compared: Compared, tmp_path: Path) -> None:
    """And a value that no design declares is refused."""
    copy_designs(repository(tmp_path), "shop")
    commit(tmp_path)
    reviewed("git:HEAD", STAGE="prod")
    ((old, new, _),) = compared.pairs
    for side in (old, new):
        assert "shop-prod" == side.data["Resources"]["ShopTable"]["Properties"]["TableName"]
    with pytest.raises(UsageError, match="no design declares the context value `STAEG`"):
        reviewed("git:HEAD", STAEG="prod")


def test_values_that_a_version_was_published_with_count_again(compared: Compared, tmp_path: Path) -> None:
    """Else the same design would seem to change between a machine that has them and one that has not."""
    copy_designs(repository(tmp_path), "shop")
    settings = Settings(environment={"STAGE": "prod"}, processes=1)
    assert [0] == [each.exit_status for each in generate([tmp_path / "templates" / "shop.yaml"], settings)]
    commit(tmp_path)
    reviewed("git:HEAD")
    ((old, new, _),) = compared.pairs
    assert old.data == new.data


def test_one_design_of_all_is_chosen_by_the_other_side(compared: Compared, tmp_path: Path) -> None:
    """Broken files of other designs do not matter then; where all matter, all that are broken are told."""
    small_project(repository(tmp_path), "notes", "other")
    for name in ("bad", "worse"):
        write(tmp_path / "templates" / f"{name}.yaml", "design: [\n")
    commit(tmp_path)
    reviewed("git:HEAD", "notes")
    reviewed("git:HEAD:templates/other.yaml")
    assert [
        ("notes", "git:HEAD:templates/notes.yaml", "templates/notes.yaml"),
        ("other", "git:HEAD:templates/other.yaml", "templates/other.yaml"),
    ] == compared.names
    with pytest.raises(InputError) as error:
        reviewed("git:HEAD")
    paths = [str(finding.location).rpartition("/")[2].partition(":")[0] for finding in error.value.findings]
    assert ["bad.yaml", "worse.yaml"] == paths


@pytest.mark.usefixtures("compared")
def test_without_any_design_there_is_nothing_to_review(tmp_path: Path) -> None:
    """Neither there nor here: the folder is the wrong one."""
    commit(repository(tmp_path))
    with pytest.raises(UsageError) as error:
        reviewed()
    assert ("there is no design in `.`", "`cfn-table init` makes a project") == (error.value.message, error.value.help)


# Git: one file


def test_one_design_of_a_commit(compared: Compared, tmp_path: Path) -> None:
    """Against the design of that name in the working tree; or against what is named."""
    small_project(repository(tmp_path), "notes", "other")
    commit(tmp_path)
    (tmp_path / "templates" / "notes.yaml").rename(tmp_path / "templates" / "renamed.yaml")
    reviewed("git:HEAD:templates/notes.yaml")
    reviewed("git:HEAD:templates/notes.yaml", "other")
    old = "git:HEAD:templates/notes.yaml"
    assert [("notes", old, "templates/renamed.yaml"), ("other", old, "templates/other.yaml")] == compared.names


def test_one_template_of_a_commit(compared: Compared, tmp_path: Path) -> None:
    """Alone, it is compared with the file of that name."""
    small_project(repository(tmp_path))
    write(tmp_path / "stack.yaml", TEMPLATE)
    commit(tmp_path)
    write(tmp_path / "stack.yaml", TEMPLATE.replace("  T:", "  U:"))
    reviewed("git:HEAD:stack.yaml")
    ((old, new, _),) = compared.pairs
    assert [("stack.yaml", "git:HEAD:stack.yaml", "stack.yaml")] == compared.names
    assert (["T"], ["U"]) == (list(old.data["Resources"]), list(new.data["Resources"]))


def test_one_version_of_a_commit(compared: Compared, tmp_path: Path) -> None:
    """Its folder, with the contract."""
    small_project(repository(tmp_path))
    published(tmp_path)
    commit(tmp_path)
    shutil.rmtree(tmp_path / "build")
    reviewed("git:HEAD:build/notes/1.0.0")
    ((old, new, _),) = compared.pairs
    assert ("git:HEAD:build/notes/1.0.0", "1.0.0") == (old.name, old.version)
    assert old.contract == new.contract


@pytest.mark.usefixtures("compared")
@pytest.mark.parametrize("kind", ["a file", "a link", "too deep"])
def test_a_version_of_a_commit_has_no_more_than_its_manifest_names(tmp_path: Path, kind: str) -> None:
    """Folders in it are read too, links are not followed, and what does not belong there is told as in a folder."""
    small_project(repository(tmp_path))
    published(tmp_path)
    name = {"a file": "sub/more.txt", "a link": "sub/link", "too deep": "sub/sub/more.txt"}[kind]
    path = tmp_path / "build/notes/1.0.0" / name
    path.parent.mkdir(parents=True)
    if kind == "a link":
        path.symlink_to("../template.yaml")
    else:
        path.write_text("more")
    commit(tmp_path)
    shutil.rmtree(tmp_path / "build")
    with pytest.raises(RefusedError) as caught:
        reviewed("git:HEAD:build/notes/1.0.0")
    told = "sub/sub" if kind == "too deep" else name
    assert f"`{told}` does not belong to the published version" == caught.value.message


def test_a_path_is_seen_from_the_current_folder_the_project_or_the_top(
    compared: Compared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As whoever writes it sees it; the project around a design is found."""
    project = small_project(repository(tmp_path) / "a" / "b")
    commit(tmp_path)
    monkeypatch.chdir(project / "templates")
    for path in ("notes.yaml", "templates/notes.yaml", "a/b/templates/notes.yaml"):
        reviewed(f"git:HEAD:{path}", "notes.yaml")
    assert ["git:HEAD:../templates/notes.yaml"] * 3 == [old.name for old, _, _ in compared.pairs]
