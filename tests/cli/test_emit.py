"""`cfn-table emit deploy-policy`: the policy on standard output, notes on standard error, help for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.projects import copy_designs, small_project


def test_the_policy_goes_to_standard_output(cli: Cli, tmp_path: Path) -> None:
    """As one JSON document, ready for `aws iam create-policy`; what is worth knowing goes to standard error."""
    small_project(tmp_path)
    done = cli("emit", "deploy-policy")
    assert 0 == done.status
    assert "2012-10-17" == json.loads(done.out)["Version"]
    assert "note: the account is not given, so `*` stands for it" in done.err


def test_quiet_prints_no_notes(cli: Cli, tmp_path: Path) -> None:
    """With `-q` there is the document alone."""
    small_project(tmp_path)
    assert "" == cli("emit", "deploy-policy", "notes", "-q").err


def test_one_of_several_documents_can_be_had(cli: Cli, tmp_path: Path) -> None:
    """`--only` prints it alone; a wrong name gets the nearest right one."""
    small_project(tmp_path)
    done = cli("emit", "deploy-policy", "--service-role", "deployer", "--only", "ServiceRoleTrustPolicy")
    assert "sts:AssumeRole" == json.loads(done.out)["Statement"][0]["Action"]
    wrong = cli("emit", "deploy-policy", "--service-role", "deployer", "--only", "ServiceRoleTrust")
    assert 2 == wrong.status
    assert "did you mean `ServiceRoleTrustPolicy`?" in wrong.err


def test_yaml_is_a_template(cli: Cli, tmp_path: Path) -> None:
    """With the policies as managed policies."""
    small_project(tmp_path)
    done = cli("emit", "deploy-policy", "--format", "yaml")
    assert done.out.startswith("AWSTemplateFormatVersion: '2010-09-09'")
    assert "Type: AWS::IAM::ManagedPolicy" in done.out


def test_a_context_value_changes_the_policy(cli: Cli, tmp_path: Path) -> None:
    """The table's name, for example."""
    copy_designs(tmp_path, "shop")
    done = cli("emit", "deploy-policy", "shop", "--context", "STAGE=prod", "--account", "123456789012")
    assert 0 == done.status
    assert "arn:aws:dynamodb:us-east-1:123456789012:table/shop-prod" in done.out


@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        ("deploy-policy note", "there is no design `note` in `templates`", "did you mean `notes`?"),
        ("deploy-policy notes --account 12", "`12` is no account", "give its twelve digits"),
        ("deploy-policy notes --stack-name a_b", "`a_b` is no name of a stack", "use letters, digits and hyphens"),
        ("deploy-policy notes --region *", "`*` is no Region", "write it as `--region eu-west-1`"),
        (
            "deploy-policy notes --parameter x",
            "`--parameter x` is not NAME=VALUE",
            "write `--parameter TableName=my-table`",
        ),
        ("deploy-policy notes --parameter x=y", "the template has no parameter `x`", "it has no parameters at all"),
        ("deploy-policy notes --context A=b", "no design declares the context value `A`", "declare it in the design"),
        ("deploy-policy notes --only x --format yaml", "`--only` prints one document", "leave one out"),
        ("queries note", "there is no design `note` in `templates`", "did you mean `notes`?"),
        (
            "queries notes --table-name a/b",
            "`a/b` is no name of a table",
            "use 3 to 255 letters, digits, `_`, `-` and `.`",
        ),
        ("queries notes --context A=b", "no design declares the context value `A`", "declare it in the design"),
    ],
)
def test_what_has_no_meaning_is_refused_with_help(
    cli: Cli, tmp_path: Path, arguments: str, message: str, advice: str
) -> None:
    """Exit status 2, what is wrong, what to do, and nothing on standard output."""
    small_project(tmp_path)
    done = cli("emit", *arguments.split())
    assert (2, "") == (done.status, done.out)
    assert message in done.err
    assert f"help: {advice}" in done.err
    assert "Traceback" not in done.err


def test_a_policy_is_for_one_design(cli: Cli, tmp_path: Path) -> None:
    """Where there are two, one must be named."""
    small_project(tmp_path, "notes", "orders")
    done = cli("emit", "deploy-policy")
    assert 2 == done.status
    assert "name one of `notes`, `orders`" in done.err


def test_an_unknown_text_is_refused(cli: Cli, tmp_path: Path) -> None:
    """Click's own words, with status 2."""
    small_project(tmp_path)
    done = cli("emit", "deploy-polic")
    assert 2 == done.status
    assert "deploy-polic" in done.err


def test_a_design_that_breaks_a_law_gets_no_policy(cli: Cli, tmp_path: Path) -> None:
    """Status 1, and the finding: such a design is never deployed."""
    small_project(tmp_path)
    path = tmp_path / "templates" / "notes.yaml"
    other = "  copy: {keys: {PK: 'USER#{userId}', SK: 'NOTE#{noteId}'}, attributes: {userId: string, noteId: string}}\n"
    text = path.read_text(encoding="utf-8").replace("access_patterns:\n", f"{other}access_patterns:\n")
    path.write_text(text, encoding="utf-8")
    done = cli("emit", "deploy-policy")
    assert (1, "") == (done.status, done.out)
    assert "[entities-never-share-a-key]" in done.err


def test_queries_go_to_standard_output(cli: Cli, tmp_path: Path) -> None:
    """Markdown with every access pattern; nothing else is told."""
    small_project(tmp_path)
    done = cli("emit", "queries")
    assert (0, "") == (done.status, done.err)
    assert done.out.startswith("# The access patterns of notes 1.0.0\n")
    assert ["## get_note", "## put_note"] == [line for line in done.out.splitlines() if line.startswith("## ")]


def test_queries_of_one_language_are_a_file(cli: Cli, tmp_path: Path) -> None:
    """A shell script, a Python module, an ES module; with the table's name where it is given."""
    small_project(tmp_path)
    beginnings = {"cli": "#!/bin/sh\n", "python": '"""The access patterns', "javascript": "// The access patterns"}
    for language, beginning in beginnings.items():
        done = cli("emit", "queries", "notes", "--language", language, "--table-name", "notes-test")
        assert done.out.startswith(beginning)
        assert "notes-test" in done.out
        assert "TABLE_NAME" not in done.out


def test_a_context_value_changes_the_queries(cli: Cli, tmp_path: Path) -> None:
    """The table's name, for example."""
    copy_designs(tmp_path, "shop")
    done = cli("emit", "queries", "shop", "--language", "cli", "--context", "STAGE=prod")
    assert "--table-name shop-prod " in done.out


def test_queries_are_for_one_design(cli: Cli, tmp_path: Path) -> None:
    """Where there are two, one must be named."""
    small_project(tmp_path, "notes", "orders")
    done = cli("emit", "queries")
    assert 2 == done.status
    assert "queries are for one design, and there are 2" in done.err


def test_types_of_one_language_are_a_file(cli: Cli, tmp_path: Path) -> None:
    """A module that runs as it is, with the names of this context; nothing else is told."""
    copy_designs(tmp_path, "shop")
    done = cli("emit", "typescript", "shop", "--context", "STAGE=prod")
    assert (0, "") == (done.status, done.err)
    assert "export const TABLE_NAMES: TableNames = {\n  tableName: 'shop-prod'," in done.out
    refused = cli("emit", "typescript", "shops")
    assert (2, "") == (refused.status, refused.out)
    assert "did you mean `shop`?" in refused.err


def test_an_import_is_a_folder(cli: Cli, tmp_path: Path) -> None:
    """Its files are named on standard output; what is worth knowing goes to standard error."""
    copy_designs(tmp_path, "profile")
    done = cli("emit", "import")
    names = ["import-template.yaml", "resources-to-import.json", "IMPORT.md"]
    assert (0, [f"import-profile/{name}" for name in names]) == (done.status, done.out.splitlines())
    assert "note: the import records what the design says of the table" in done.err
    assert sorted(names) == sorted(path.name for path in (tmp_path / "import-profile").iterdir())
    assert "file://import-profile/import-template.yaml" in (tmp_path / "import-profile/IMPORT.md").read_text("utf-8")


def test_one_file_of_an_import_can_be_printed(cli: Cli, tmp_path: Path) -> None:
    """Then nothing is written."""
    copy_designs(tmp_path, "profile")
    done = cli("emit", "import", "profile", "--only", "resources", "-q")
    assert (0, "") == (done.status, done.err)
    assert {"TableName": "profiles"} == json.loads(done.out)[0]["ResourceIdentifier"]
    assert not (tmp_path / "import-profile").exists()


@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        (["--region", "eu-west-1"], "only `--live` reads the table", "add `--live`"),
        (["--only", "notes", "--folder", "x"], "`--only` prints one file", "leave one out"),
        (["--table-name", "other"], "the design names its table `profiles`, and not `other`", "set `table:"),
        (["--folder", "templates/profile.yaml"], "cannot write `templates/profile.yaml`", ""),
    ],
)
def test_an_import_that_has_no_meaning_is_refused(
    cli: Cli, tmp_path: Path, arguments: list[str], message: str, advice: str
) -> None:
    """Exit status 2, and help."""
    copy_designs(tmp_path, "profile")
    done = cli("emit", "import", "profile", *arguments)
    assert (2, "") == (done.status, done.out)
    assert message in done.err
    assert advice in done.err
