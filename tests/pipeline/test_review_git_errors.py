"""What a review says when git cannot give what is asked for, and what it does with hostile repositories."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cfn_table.errors import InputError, UsageError
from cfn_table.pipeline.sources.git import Repository
from tests.pipeline.repositories import (
    Compared,
    commit,
    git,
    repository,
    reviewed,
    write,
)
from tests.projects import small_design, small_project


@pytest.mark.parametrize(
    ("old", "message", "advice"),
    [
        ("git:nowhere", "git knows no commit `nowhere`", "name a branch, a tag or a commit"),
        ("git:--output=x", "git knows no commit `--output=x`", "name a branch, a tag or a commit"),
        ("git:", "`git:` names no commit", "write `git:REF`"),
        ("git:HEAD:", "`git:HEAD:` names no file", "write `git:REF`"),
        ("git:HEAD:../x.yaml", "there is no `git:HEAD:../x.yaml`", "name a file that was committed there"),
        ("git:a\0b", "git knows no commit `a?b`", "name a branch, a tag or a commit"),
    ],
)
def test_a_wrong_ref_is_refused_with_help(
    compared: Compared, tmp_path: Path, old: str, message: str, advice: str
) -> None:
    """And is never taken for an option."""
    small_project(repository(tmp_path))
    commit(tmp_path)
    with pytest.raises(UsageError) as error:
        reviewed(old)
    assert message == error.value.message
    assert error.value.help.startswith(advice)
    assert not (tmp_path / "x").exists()
    assert [] == compared.pairs


@pytest.mark.usefixtures("compared")
def test_outside_of_a_repository_two_sides_must_be_named(tmp_path: Path) -> None:
    """With help."""
    small_project(tmp_path)
    with pytest.raises(InputError) as error:
        reviewed()
    assert f"`{tmp_path}` is in no git repository" == error.value.message
    assert "name two files or versions: `cfn-table review OLD NEW`" == error.value.help


@pytest.mark.usefixtures("compared")
def test_a_repository_without_a_commit_or_a_main_branch(tmp_path: Path) -> None:
    """Both are said."""
    small_project(repository(tmp_path))
    for old in (None, "git:HEAD"):
        with pytest.raises(UsageError, match="the repository has no commit yet"):
            reviewed(old)
    git(tmp_path, "checkout", "--quiet", "-b", "trunk")
    commit(tmp_path)
    with pytest.raises(UsageError) as error:
        reviewed()
    assert "git knows no main branch" == error.value.message
    assert error.value.help.startswith("fetch it, or name what to compare with: `cfn-table review git:REF`")


@pytest.mark.usefixtures("compared")
def test_the_remotes_main_branch_comes_first(
    compared: Compared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not pushed yet is part of the change, even on main itself."""
    origin = small_project(repository(tmp_path / "origin"))
    base = commit(origin)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(origin), str(clone))
    write(clone / "templates" / "notes.yaml", small_design("notes", "1.1.0"))
    commit(clone)
    monkeypatch.chdir(clone)
    reviewed()
    assert f"git:{base[:12]}:templates/notes.yaml" == compared.pairs[0][0].name


@pytest.mark.usefixtures("compared")
def test_a_shallow_clone_gets_the_right_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`fetch-depth: 0`, which is what most need who see this."""
    origin = small_project(repository(tmp_path / "origin"))
    commit(origin)
    git(origin, "checkout", "--quiet", "-b", "feature")
    write(origin / "templates" / "notes.yaml", small_design("notes", "1.1.0"))
    commit(origin)
    git(origin, "checkout", "--quiet", "main")
    commit(origin)
    clone = tmp_path / "clone"
    git(
        tmp_path, "clone", "--quiet", "--depth=1", "--no-single-branch", "-b", "feature", f"file://{origin}", str(clone)
    )
    monkeypatch.chdir(clone)
    with pytest.raises(InputError) as error:
        reviewed()
    assert "HEAD and `origin/HEAD` have no commit in common" == error.value.message
    assert "`fetch-depth: 0` of actions/checkout" in error.value.help


@pytest.mark.usefixtures("compared")
def test_a_partial_clone_is_not_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no network in a review; what lacks is named."""
    origin = small_project(repository(tmp_path / "origin"))
    commit(origin)
    write(origin / "templates" / "notes.yaml", small_design("notes", "1.1.0"))
    commit(origin)
    git(origin, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{origin}", str(clone))
    monkeypatch.chdir(clone)
    with pytest.raises(InputError) as error:
        reviewed("git:HEAD~1")
    assert "the clone is partial: it lacks what was committed as `templates/notes.yaml`" == error.value.message


@pytest.mark.usefixtures("compared")
def test_without_git_two_files_can_still_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And that is the advice."""
    small_project(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError) as error:
        reviewed()
    assert ("git is not installed", "install git, or name two files: `cfn-table review OLD NEW`") == (
        error.value.message,
        error.value.help,
    )


@pytest.mark.usefixtures("compared")
def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    """A design that was committed as a link to another file of the machine."""
    small_project(repository(tmp_path / "project"))
    secret = write(tmp_path / "secret.yaml", small_design("secret"))
    (tmp_path / "project" / "templates" / "link.yaml").symlink_to(secret)
    commit(tmp_path / "project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path / "project")
        with pytest.raises(InputError) as error:
            reviewed("git:HEAD", "git:HEAD")
    assert "`git:HEAD:templates/link.yaml` leads out of the project" == error.value.message


@pytest.mark.usefixtures("compared")
def test_a_hostile_tree_leads_nowhere_else(tmp_path: Path) -> None:
    """Git writes no such names, but a repository of somebody else's may hold them."""
    source = repository(tmp_path / "source")
    commit(write(source / "file", "text").parent)
    blob = git(source, "rev-parse", "HEAD:file")

    def tree(*lines: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(source), "mktree"],
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    link = subprocess.run(
        ["git", "-C", str(source), "hash-object", "-w", "--stdin"], input=b"..", capture_output=True, check=True
    )
    inner = tree(f"100644 blob {blob}\tescaped")
    top = tree(
        f"040000 tree {inner}\t..",
        f"040000 tree {inner}\t.git",
        f"120000 blob {link.stdout.decode().strip()}\tlink",
        f"040000 tree {inner}\tsafe",
    )
    target = tmp_path / "target" / "inner"
    target.mkdir(parents=True)
    Repository(source).unpack(git(source, "commit-tree", top, "-m", "hostile"), "", target)
    assert [] == [path for path in tmp_path.rglob("escaped") if path.parent.name != "safe"]
    assert {"link", "safe"} == {path.name for path in target.iterdir()}
