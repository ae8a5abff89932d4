"""What the two sides of a review may be, and what they are then; comparing them is tested elsewhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cfn_table.errors import CfnTableError, InputError, RefusedError, UsageError
from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.review import SourceOptions, review_change
from cfn_table.pipeline.sources.git import Repository
from cfn_table.review.report import Review
from tests.pipeline.repositories import WHO, Compared, commit, git, repository
from tests.projects import copy_designs, environment, small_design, small_project

SETTINGS = Settings(environment={}, processes=1)
TEMPLATE = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n"


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compared:
    """What is compared, in the current folder `tmp_path`; git knows nothing of the machine."""
    found = Compared()
    monkeypatch.setattr("cfn_table.review.compare.review_sides", found)
    monkeypatch.chdir(tmp_path)
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return found


def reviewed(old: str | None = None, new: str | None = None, **settings: str) -> list[Review]:
    """The reviews of a change, with context values."""
    return list(review_change(old, new, Settings(context=settings, environment={}, processes=1)))


def published(folder: Path) -> None:
    """Publish the project's designs."""
    assert [0] == [each.exit_status for each in generate(sorted((folder / "templates").iterdir()), SETTINGS)]


def write(path: Path, text: str) -> Path:
    """Write a text file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


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


# Git: what goes wrong


@pytest.mark.parametrize(
    ("old", "message", "advice"),
    [
        ("git:nowhere", "git knows no commit `nowhere`", "name a branch, a tag or a commit"),
        ("git:--output=x", "git knows no commit `--output=x`", "name a branch, a tag or a commit"),
        ("git:", "`git:` names no commit", "write `git:REF`"),
        ("git:HEAD:", "`git:HEAD:` names no commit", "write `git:REF`"),
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
    with pytest.raises(UsageError, match="git knows no main branch"):
        reviewed()
    with pytest.raises(UsageError, match="the repository has no commit yet"):
        reviewed("git:HEAD")
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


# Files and versions


def test_two_templates_that_are_not_ours(compared: Compared, tmp_path: Path) -> None:
    """In YAML or JSON; there is no design and no version."""
    write(tmp_path / "old.yaml", TEMPLATE)
    write(tmp_path / "new.json", '{"Resources": {"T": {"Type": "AWS::SQS::Queue"}}}')
    reviewed("old.yaml", "new.json")
    assert [("new.json", "old.yaml", "new.json")] == compared.names
    ((old, new, _),) = compared.pairs
    assert "AWS::SNS::Topic" == old.data["Resources"]["T"]["Type"]
    assert "AWS::SQS::Queue" == new.data["Resources"]["T"]["Type"]
    assert (None, None, "") == (new.design, new.contract, new.version)


def test_standard_input_is_a_template(compared: Compared, tmp_path: Path) -> None:
    """On one side."""
    write(tmp_path / "new.yaml", TEMPLATE)
    options = SourceOptions(stdin='{"Resources": {}}')
    list(review_change("-", "new.yaml", SETTINGS, options))
    assert [("new.yaml", "<stdin>", "new.yaml")] == compared.names
    with pytest.raises(UsageError, match="standard input can be read once"):
        list(review_change("-", "-", SETTINGS, options))


def test_a_published_version_has_its_contract(compared: Compared, tmp_path: Path) -> None:
    """By name or by folder; and its design, as long as that is what it was generated from."""
    small_project(tmp_path)
    published(tmp_path)
    reviewed("notes@1.0.0", "build/notes/1.0.0/")
    ((old, new, _),) = compared.pairs
    assert [("notes", "notes@1.0.0", "build/notes/1.0.0")] == compared.names
    for side in (old, new):
        assert ("1.0.0", "notes") == (side.version, side.contract and side.contract["design"])
        assert side.design is not None
        assert side.template is not None
        assert "build/notes/1.0.0/template.yaml" == side.template.path
    write(tmp_path / "templates" / "notes.yaml", small_design("notes", "1.1.0"))
    reviewed("notes@1.0.0")
    assert ("notes", "notes@1.0.0", "templates/notes.yaml") == compared.names[-1]
    assert compared.pairs[-1][0].design is None


def test_a_version_of_a_design_that_is_gone(compared: Compared, tmp_path: Path) -> None:
    """Alone it is compared with nothing: the design was removed."""
    small_project(tmp_path)
    published(tmp_path)
    (tmp_path / "templates" / "notes.yaml").rename(tmp_path / "templates" / "other.txt")
    reviewed("notes@1.0.0")
    assert [("notes", "notes@1.0.0", "")] == compared.names


def test_a_folder_with_a_template_alone(compared: Compared, tmp_path: Path) -> None:
    """It need not be published by cfn-table."""
    write(tmp_path / "old" / "template.yaml", TEMPLATE)
    write(tmp_path / "new" / "template.yaml", TEMPLATE)
    write(tmp_path / "new" / "contract.json", '{"design": "topics", "version": "2.0.0"}')
    reviewed("old", "new")
    ((old, new, name),) = compared.pairs
    assert ("topics", None, {"design": "topics", "version": "2.0.0"}) == (name, old.contract, new.contract)
    assert ("", "2.0.0") == (old.version, new.version)


def test_two_projects(compared: Compared, tmp_path: Path) -> None:
    """Two working trees of one repository, for example."""
    small_project(tmp_path / "old", "notes", "gone")
    small_project(tmp_path / "new", "notes", version="1.1.0")
    reviewed("old", "new")
    assert [
        ("gone", "old/templates/gone.yaml", ""),
        ("notes", "old/templates/notes.yaml", "new/templates/notes.yaml"),
    ] == (compared.names)


def test_a_design_elsewhere_against_the_working_tree(compared: Compared, tmp_path: Path) -> None:
    """It is the old side: a copy that was kept, for example."""
    small_project(tmp_path, "notes", "other")
    write(tmp_path / "kept.yaml", small_design("notes", "0.9.0"))
    reviewed("kept.yaml")
    assert [("notes", "kept.yaml", "templates/notes.yaml")] == compared.names


def test_a_template_of_ours_says_its_design(compared: Compared, tmp_path: Path) -> None:
    """In its Metadata; for another one the design must be named, unless there is one only."""
    small_project(tmp_path, "notes")
    published(tmp_path)
    small_project(tmp_path / "more", "other")
    (tmp_path / "more" / "templates" / "other.yaml").rename(tmp_path / "templates" / "other.yaml")
    shutil.rmtree(tmp_path / "more")
    reviewed("build/notes/1.0.0/template.yaml")
    assert [("notes", "build/notes/1.0.0/template.yaml", "templates/notes.yaml")] == compared.names
    write(tmp_path / "any.yaml", TEMPLATE)
    with pytest.raises(UsageError) as error:
        reviewed("any.yaml")
    assert "it is not clear which design of `.` `any.yaml` is to be compared with" == error.value.message
    assert "name one of `notes`, `other`" == error.value.help
    (tmp_path / "templates" / "other.yaml").unlink()
    reviewed("any.yaml")
    assert ("notes", "any.yaml", "templates/notes.yaml") == compared.names[-1]


def test_a_design_is_found_by_its_name(compared: Compared, tmp_path: Path) -> None:
    """Whatever its file is called."""
    small_project(tmp_path)
    (tmp_path / "templates" / "notes.yaml").rename(tmp_path / "templates" / "file.yaml")
    write(tmp_path / "any.yaml", TEMPLATE)
    reviewed("any.yaml", "notes")
    assert [("notes", "any.yaml", "templates/file.yaml")] == compared.names


@pytest.mark.parametrize(
    ("name", "error", "message", "advice"),
    [
        ("", UsageError, "the name of a side is empty", "name a design, a template"),
        ("note", UsageError, "there is nothing named `note`", "did you mean `notes`?"),
        ("none.yaml", InputError, "there is no file `none.yaml`", "check the path"),
        ("notes@1.0.0", InputError, "version `1.0.0` of `notes` is not published", "published are: none"),
        ("notes@one", InputError, "`one` is not a version", ""),
        ("policy.yaml", InputError, "`policy.yaml` is no design and no template", "a policy file is reviewed"),
        ("list.yaml", InputError, "a template must be a mapping", "begin with a section"),
        ("empty", InputError, "`empty` holds no `template.yaml`", "name a published version"),
        ("stack:", UsageError, "`stack:` names no stack", "write `stack:NAME`"),
        ("table:", UsageError, "`table:` names no table", "write `table:NAME`"),
    ],
)
@pytest.mark.usefixtures("compared")
def test_what_is_no_side_is_refused_with_help(
    tmp_path: Path, name: str, error: type[CfnTableError], message: str, advice: str
) -> None:
    """In the user's words."""
    small_project(tmp_path)
    write(tmp_path / "policy.yaml", "policy: api\nallow: []\n")
    write(tmp_path / "list.yaml", "- 1\n")
    (tmp_path / "empty").mkdir()
    with pytest.raises(error) as refused:
        reviewed("templates/notes.yaml", name)
    assert refused.value.message.startswith(message)
    assert refused.value.help.startswith(advice)


def test_two_templates_need_nothing_heavy(tmp_path: Path) -> None:
    """No model, no synthesis, no client: only YAML is read."""
    write(tmp_path / "old.yaml", TEMPLATE)
    write(tmp_path / "new.yaml", TEMPLATE)
    code = """
import sys
import cfn_table.review.compare
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.review import review_change
from cfn_table.review.report import Review
cfn_table.review.compare.review_sides = lambda old, new, name: Review(name, old.name, new.name)
print([each.name for each in review_change("old.yaml", "new.yaml", Settings())])
heavy = {"pydantic", "troposphere", "awacs", "boto3", "botocore", "jinja2", "cfnlint", "moto", "rich"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ["['new.yaml']", "[]"] == done.stdout.splitlines()
