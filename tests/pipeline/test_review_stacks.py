"""Deployed stacks as sides of a review; on moto, and importers on MiniStack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from cfn_table.errors import InputError, UsageError
from cfn_table.pipeline.sources import stacks
from cfn_table.prove.engines.process import Server
from tests.pipeline.deployed import EXPORTING, IMPORTING, denying, deploy, reviewed
from tests.pipeline.repositories import Compared
from tests.projects import small_project


def test_a_stack_is_its_template_with_values_and_importers(compared_in_aws: Compared) -> None:
    """Alone it is compared with the design of its name; hidden values are left out, and no version is believed."""
    deploy("notes", EXPORTING, Name="deployed")
    assert () == reviewed("stack:notes").notes
    assert [("notes", "stack:notes", "templates/notes.yaml")] == compared_in_aws.names
    ((old, _, _),) = compared_in_aws.pairs
    assert EXPORTING == old.data
    assert {"Name": "deployed"} == old.parameters
    assert {"notes-TableArn": (), "notes-TableName": ("reader", "writer")} == old.imports
    assert ("", None, None) == (old.version, old.contract, old.design)


def test_a_template_in_yaml_keeps_its_lines(compared_in_aws: Compared) -> None:
    """CloudFormation gives it as it was sent; JSON comes parsed, and is written again."""
    deploy("notes", "# Ours\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n")
    reviewed("stack:notes")
    ((old, _, _),) = compared_in_aws.pairs
    assert old.template is not None
    assert "stack:notes:3:3" == str(old.template.locate(("Resources", "Topic")))
    assert {} == old.imports


def test_the_design_in_metadata_counts(compared_in_aws: Compared, tmp_path: Path) -> None:
    """A stack may have another name than its design."""
    small_project(tmp_path / "more", "other")
    (tmp_path / "more" / "templates" / "other.yaml").rename(tmp_path / "templates" / "other.yaml")
    deploy("prod", {"Metadata": {"CfnTable": {"Design": "other"}}, **IMPORTING, "Resources": {}})
    reviewed("stack:prod")
    assert [("other", "stack:prod", "templates/other.yaml")] == compared_in_aws.names
    deploy("foreign", {"Metadata": {"CfnTable": {"Design": "elsewhere"}}, "Resources": {}})
    with pytest.raises(UsageError) as error:
        reviewed("stack:foreign")
    assert "it is not clear which design of `.` `stack:foreign` is to be compared with" == error.value.message


def test_who_imports_may_be_secret(compared_in_aws: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is not known, and a note says so."""
    deploy("notes", EXPORTING)
    denying(monkeypatch, "ListImports")
    assert ("which exports are imported is not known: cloudformation:ListImports is denied",) == (
        reviewed("stack:notes").notes
    )
    assert compared_in_aws.pairs[0][0].imports is None


def test_only_the_processed_template_may_be_there() -> None:
    """Then that is what is compared_in_aws."""

    class Client:
        def get_template(self, **arguments: str) -> dict[str, Any]:
            if arguments["TemplateStage"] == "Original":
                return {"StagesAvailable": ["Processed"]}
            return {"TemplateBody": IMPORTING, "StagesAvailable": ["Processed"]}

    assert IMPORTING == json.loads(stacks._template_text(Client(), "notes"))


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("REVIEW_IN_PROGRESS", "the stack `notes` has a change set, and nothing is deployed yet"),
        (
            "UPDATE_IN_PROGRESS",
            "the stack `notes` is UPDATE_IN_PROGRESS: what is deployed may be another template than it tells",
        ),
    ],
)
def test_a_stack_that_is_not_settled(
    compared_in_aws: Compared, monkeypatch: pytest.MonkeyPatch, status: str, note: str
) -> None:
    """Is compared all the same, where anything is deployed; a note says what it is."""
    deploy("notes", EXPORTING)
    original = stacks._stack
    monkeypatch.setattr(stacks, "_stack", lambda client, name: {**original(client, name), "StackStatus": status})
    assert (note,) == reviewed("stack:notes", "notes").notes
    assert (status == "REVIEW_IN_PROGRESS") == (compared_in_aws.pairs[0][0].template is None)


@pytest.mark.usefixtures("compared_in_aws")
def test_a_stack_that_is_not_there() -> None:
    """Is looked for in one Region, which the message names."""
    deploy("notes", EXPORTING, region="eu-west-1")
    with pytest.raises(InputError) as error:
        reviewed("stack:notes")
    assert "there is no stack `notes` in `us-east-1`" == error.value.message
    assert "correct its name, or name the Region and the account's profile that it is in" == error.value.help
    assert "notes" == reviewed("stack:notes", region="eu-west-1").name
    boto3.client("cloudformation", region_name="eu-west-1").delete_stack(StackName="notes")
    with pytest.raises(InputError, match="there is no stack `notes` in `eu-west-1`"):
        reviewed("stack:notes", region="eu-west-1")


@pytest.mark.usefixtures("compared_in_aws")
def test_what_aws_refuses_is_said_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """No permission, no credentials, no Region, no such profile."""
    deploy("notes", EXPORTING)
    with pytest.raises(InputError) as error:
        reviewed("stack:notes", profile="nobody")
    assert "the stack `notes` cannot be read: there is no such profile" == error.value.message
    with pytest.MonkeyPatch.context() as patch:
        denying(patch, "GetTemplate")
        with pytest.raises(InputError) as error:
            reviewed("stack:notes")
    assert "the stack `notes` cannot be read: access is denied" == error.value.message
    assert "allow cloudformation:DescribeStacks and cloudformation:GetTemplate" == error.value.help
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(InputError) as error:
        reviewed("stack:notes")
    assert "the stack `notes` cannot be read: there is no such Region" == error.value.message


def test_without_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Said before anything is sent."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.chdir(small_project(tmp_path))
    for source, what in (("stack:notes", "the stack `notes`"), ("table:notes", "the table `notes`")):
        with pytest.raises(InputError) as error:
            reviewed(source, region="us-east-1")
        assert f"{what} cannot be read: there are no credentials" == error.value.message


def test_an_engine_that_knows_imports(ministack: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another one than moto, through its endpoint."""
    compared = Compared()
    monkeypatch.setattr("cfn_table.review.compare.review_sides", compared)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "700000000001")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.chdir(small_project(tmp_path))
    client = boto3.Session().client("cloudformation", endpoint_url=ministack.endpoint, region_name="us-east-1")
    for name, template in (("notes", EXPORTING), ("reader", IMPORTING)):
        client.create_stack(StackName=name, TemplateBody=json.dumps(template))
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    assert () == reviewed("stack:notes", endpoint_url=ministack.endpoint, region="us-east-1").notes
    ((old, _, _),) = compared.pairs
    assert {"notes-TableArn": (), "notes-TableName": ("reader",)} == old.imports
    assert EXPORTING == old.data
    assert {"Name": "notes"} == old.parameters
