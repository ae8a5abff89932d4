"""Files, versions and projects as sides of a review; comparing them is tested elsewhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cfn_table.errors import CfnTableError, InputError, UsageError
from cfn_table.pipeline.review import SourceOptions, review_change
from tests.pipeline.repositories import (
    SETTINGS,
    TEMPLATE,
    Compared,
    published,
    reviewed,
    write,
)
from tests.projects import environment, small_design, small_project

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
