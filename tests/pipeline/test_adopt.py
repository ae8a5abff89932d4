"""What adopts a table that is there already: a template with the table alone, what to import, and the commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cfn_table.errors import CfnTableError, InputError, RefusedError, UsageError
from cfn_table.lint.runner import lint_template
from cfn_table.pipeline.adopt import Adoption, adopt_table, write_adoption
from cfn_table.pipeline.prepared import Settings, prepare
from cfn_table.pipeline.review import review_change
from cfn_table.pipeline.sources.found import SourceOptions
from cfn_table.synth.read import read_template
from tests.pipeline.deployed import answering
from tests.projects import copy_designs, small_project

SETTINGS = Settings(environment={})
LIVE = SourceOptions(region="us-east-1")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A DynamoDB client of an empty account of moto."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    answering(monkeypatch, "DescribeKinesisStreamingDestination", lambda _: {})
    answering(monkeypatch, "DescribeContributorInsights", lambda _: {})
    with mock_aws():
        yield boto3.client("dynamodb", region_name="us-east-1")


def named(folder: Path, name: str = "by-hand") -> Path:
    """The file of a small design that names its table."""
    path = small_project(folder) / "templates" / "notes.yaml"
    path.write_text(path.read_text("utf-8").replace("table:\n", f"table:\n  name: {name}\n"), encoding="utf-8")
    return path


def create(client: Any, **more: Any) -> None:
    """The table that somebody made by hand."""
    arguments: dict[str, Any] = {
        "TableName": "by-hand",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("SK", "PK")],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    }
    client.create_table(**arguments | more)


def template_of(adoption: Adoption) -> dict[str, Any]:
    """The template to import, as data."""
    return read_template(adoption.files["import-template.yaml"]).data


def test_the_template_holds_the_table_alone(tmp_path: Path) -> None:
    """No outputs, no policies, and a DeletionPolicy: what CloudFormation asks of an import."""
    adoption = adopt_table(named(tmp_path), SETTINGS, folder="there")
    assert {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Import of the table of notes, before it is deployed",
        "Resources": {
            "NotesTable": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "TableName": "by-hand",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [
                        {"AttributeName": "PK", "AttributeType": "S"},
                        {"AttributeName": "SK", "AttributeType": "S"},
                    ],
                    "KeySchema": [
                        {"AttributeName": "PK", "KeyType": "HASH"},
                        {"AttributeName": "SK", "KeyType": "RANGE"},
                    ],
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                },
            }
        },
    } == template_of(adoption)
    assert [
        {
            "ResourceType": "AWS::DynamoDB::Table",
            "LogicalResourceId": "NotesTable",
            "ResourceIdentifier": {"TableName": "by-hand"},
        }
    ] == json.loads(adoption.files["resources-to-import.json"])
    assert (
        "the import records what the design says of the table; `--live` records what `by-hand` is",
    ) == adoption.notes
    notes = adoption.files["IMPORT.md"]
    assert "--change-set-type IMPORT" in notes
    assert "--resources-to-import file://there/resources-to-import.json" in notes
    assert "--template-body file://there/import-template.yaml" in notes
    assert "cfn-table review table:by-hand notes" in notes
    assert "--template-file build/notes/1.0.0/template.yaml" in notes
    assert "--capabilities" not in notes


def test_a_design_that_would_delete_its_table_retains_it_until_it_is_deployed(tmp_path: Path) -> None:
    """Going back must not cost the data."""
    path = named(tmp_path)
    path.write_text(path.read_text("utf-8").replace("table:\n", "table:\n  on_delete: delete\n"), encoding="utf-8")
    assert "Retain" == template_of(adopt_table(path, SETTINGS))["Resources"]["NotesTable"]["DeletionPolicy"]


def test_parameters_come_along(tmp_path: Path) -> None:
    """Those that the table needs, through conditions too; the command gives values to those without a default."""
    path = copy_designs(tmp_path, "settings") / "templates" / "settings.yaml"
    adoption = adopt_table(path, SETTINGS, table_name="of-production", stack_name="production")
    template = template_of(adoption)
    assert {"AWSTemplateFormatVersion", "Description", "Resources", "Parameters", "Conditions"} == template.keys()
    whole = prepare(path, SETTINGS).artifacts.template
    assert {"LATENCY", "PERIOD", "PREFIX", "MaxRead", "UTILIZATION", "AlarmTopicArn"} == (
        whole["Parameters"].keys() - template["Parameters"].keys()
    )
    assert {"HasAlarmTopic"} == whole["Conditions"].keys() - template["Conditions"].keys()
    assert "ParameterKey=KeyArn,ParameterValue=VALUE" in adoption.files["IMPORT.md"]
    assert "ParameterKey=TableName,ParameterValue=of-production" in adoption.files["IMPORT.md"]
    assert "--stack-name production" in adoption.files["IMPORT.md"]
    assert "settings" == adopt_table(path, SETTINGS).table


@pytest.mark.parametrize("name", ["settings", "shop", "profile", "everything"])
def test_the_template_passes_the_linter(tmp_path: Path, name: str) -> None:
    """As every template of ours."""
    path = copy_designs(tmp_path, name) / "templates" / f"{name}.yaml"
    text = adopt_table(path, SETTINGS).files["import-template.yaml"]
    errors = [each for each in lint_template(text, path="t.yaml", regions=["us-east-1"]) if each.severity == "error"]
    assert [] == errors


def test_a_table_as_it_is(tmp_path: Path, account: Any) -> None:
    """Then the deployment after the import changes what differs: CloudFormation would not see it else."""
    create(account)
    adoption = adopt_table(named(tmp_path), SETTINGS, live=LIVE)
    assert {
        "TableName": "by-hand",
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        "AttributeDefinitions": [
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
    } == template_of(adoption)["Resources"]["NotesTable"]["Properties"]
    assert () == adoption.notes
    assert "2. Import the table as it is." in adoption.files["IMPORT.md"]


def test_the_design_is_compared_with_the_live_table(
    tmp_path: Path, account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what the service would do about the table, and without policies and outputs; after that nothing differs."""
    create(account)
    named(tmp_path)
    monkeypatch.chdir(tmp_path)
    (review,) = review_change("table:by-hand", "notes", SETTINGS, LIVE)
    assert ("notes", "table:by-hand", "templates/notes.yaml") == (review.name, review.old, review.new)
    assert ["BillingMode", "PointInTimeRecoverySpecification", "ProvisionedThroughput"] == sorted(
        str(each.path[3]) for each in review.changes
    )
    account.update_table(TableName="by-hand", BillingMode="PAY_PER_REQUEST")
    account.update_continuous_backups(
        TableName="by-hand", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    (review,) = review_change("table:by-hand", "notes", SETTINGS, LIVE)
    assert () == review.changes


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}]}, "key"),
        (
            {
                "LocalSecondaryIndexes": [
                    {
                        "IndexName": "local",
                        "KeySchema": [
                            {"AttributeName": "PK", "KeyType": "HASH"},
                            {"AttributeName": "at", "KeyType": "RANGE"},
                        ],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                ]
            },
            "local secondary indexes",
        ),
    ],
)
def test_a_table_that_would_be_replaced_is_refused(
    tmp_path: Path, account: Any, more: dict[str, Any], words: str
) -> None:
    """It could be imported, and its data would stay behind at the first deployment."""
    used = ["PK"] if words == "key" else ["PK", "SK", "at"]
    create(account, AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in used], **more)
    with pytest.raises(RefusedError) as refused:
        adopt_table(named(tmp_path), SETTINGS, live=LIVE)
    assert f"the table `by-hand` has other {words} than the design: to deploy it would replace the table" == (
        refused.value.message
    )
    assert "see what differs: `cfn-table review table:by-hand notes`" == refused.value.help


@pytest.mark.parametrize(
    ("name", "given", "error", "message", "advice"),
    [
        ("smallest", "old", InputError, "the design does not name its table", "set `table: {name: old}`"),
        ("profile", "old", UsageError, "the design names its table `profiles`, and not `old`", "set `table:"),
    ],
)
def test_a_name_that_cannot_be_adopted_is_refused(
    tmp_path: Path, name: str, given: str, error: type[CfnTableError], message: str, advice: str
) -> None:
    """The name belongs to the table for good."""
    path = copy_designs(tmp_path, name) / "templates" / f"{name}.yaml"
    with pytest.raises(error) as refused:
        adopt_table(path, SETTINGS, table_name=given)
    assert refused.value.message.startswith(message)
    assert refused.value.help.startswith(advice)


def test_a_global_table_is_imported_as_designed(tmp_path: Path) -> None:
    """Its identifier is the same; it is not read."""
    path = copy_designs(tmp_path, "profile") / "templates" / "profile.yaml"
    (resource,) = json.loads(adopt_table(path, SETTINGS).files["resources-to-import.json"])
    assert ("AWS::DynamoDB::GlobalTable", {"TableName": "profiles"}) == (
        resource["ResourceType"],
        resource["ResourceIdentifier"],
    )
    with pytest.raises(UsageError, match="a global table cannot be read as one resource"):
        adopt_table(path, SETTINGS, live=LIVE)


def test_a_table_that_refers_to_another_resource_is_refused(tmp_path: Path) -> None:
    """A key that a hook makes, for example: it is not there yet."""
    path = named(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write("extend: hooks/key.py:extend\n")
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "key.py").write_text(
        "from troposphere import GetAtt, sns\n"
        "def extend(template, design):\n"
        "    topic = template.add_resource(sns.Topic('Topic'))\n"
        "    tags = [{'Key': 'a', 'Value': GetAtt(topic, 'TopicName')}]\n"
        "    template.resources['NotesTable'].properties['Tags'] = tags\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        adopt_table(path, SETTINGS)
    assert "the table refers to `Topic`, which is not there before it is imported" == refused.value.message


def test_the_files_are_written(tmp_path: Path) -> None:
    """Into a folder that is made; again, they are the same."""
    adoption = adopt_table(named(tmp_path), SETTINGS)
    folder = tmp_path / "a" / "b"
    for _ in range(2):
        written = write_adoption(adoption, folder)
        assert [f"{folder}/{name}" for name in adoption.files] == list(written)
    assert dict(adoption.files) == {path.name: path.read_text("utf-8") for path in folder.iterdir()}
