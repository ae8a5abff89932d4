"""Designs of different shapes generate: no error, nothing that cfn-lint says, and the same bytes everywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cfn_table.emit.types import EMITTERS
from cfn_table.findings import Severity
from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Result, Settings
from tests.projects import NAMES, copy_designs, run, version_files
from tests.publish.builds import tree

WITHOUT_ENVIRONMENT = Settings(environment={})


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Result]]:
    """A project with all designs, generated, and the result of each."""
    project = copy_designs(tmp_path_factory.mktemp("designs"))
    paths = sorted((project / "templates").glob("*.yaml"))
    return project, {result.design: result for result in generate(paths, WITHOUT_ENVIRONMENT)}


def template(generated: tuple[Path, dict[str, Result]], name: str) -> dict[str, Any]:
    """The published template of a design."""
    project, results = generated
    text = (project / "build" / name / results[name].version / "template.json").read_text(encoding="utf-8")
    decoded: dict[str, Any] = json.loads(text)
    return decoded


def table(generated: tuple[Path, dict[str, Result]], name: str) -> dict[str, Any]:
    """The properties of the design's table."""
    found: list[dict[str, Any]] = [
        resource["Properties"]
        for resource in template(generated, name)["Resources"].values()
        if resource["Type"] in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
    ]
    (properties,) = found
    return properties


@pytest.mark.parametrize("name", NAMES)
def test_a_design_generates_without_a_complaint(generated: tuple[Path, dict[str, Result]], name: str) -> None:
    """Neither the design rules nor cfn-lint have an error or a warning about it."""
    result = generated[1][name]
    assert [] == [finding for finding in result.findings if finding.severity is not Severity.NOTE]
    assert ("created", 0) == (result.outcome, result.exit_status)


@pytest.mark.parametrize("name", NAMES)
def test_a_version_has_all_its_files(generated: tuple[Path, dict[str, Result]], name: str) -> None:
    """Both texts of the template, the contract, the stack policy, notes for the deployer, types, and the manifest."""
    project, results = generated
    folder = project / "build" / name / results[name].version
    manifest = json.loads((folder / "manifest.json").read_bytes())
    expected = version_files(name)
    assert expected == sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert sorted({*expected} - {"manifest.json"}) == sorted(manifest["artifacts"])


SURROUNDINGS = [
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONUTF8": "1", "LANGUAGE": "tr"},
]


def test_the_same_input_gives_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """Neither the hash seed nor locale, time zone, current folder, umask or the project's own place change a byte."""
    trees = []
    for number, variables in enumerate(SURROUNDINGS):
        project = copy_designs(tmp_path / ("project" * (number + 1)))
        elsewhere = tmp_path if number else project
        arguments = ["generate", "--no-cache"] + ([str(project)] if number else [])
        done = run(*arguments, cwd=elsewhere, variables=variables, umask=0o077 if number else 0o022)
        assert (0, "") == (done.status, done.err)
        trees.append(tree(project / "build"))
    assert trees[0] == trees[1]
    assert (6 + len(EMITTERS)) * len(NAMES) == len(trees[0])


# ---------------------------------------------------------------- what the designs are for


def test_billing_that_a_deployment_chooses_becomes_conditions(generated: tuple[Path, dict[str, Result]]) -> None:
    """Both ways of billing are in one template, each under its condition, auto scaling with the provisioned one."""
    whole = template(generated, "settings")
    properties = table(generated, "settings")
    assert {"HasAlarmTopic", "IsOnDemand", "IsProvisioned"} == set(whole["Conditions"])
    assert {"Ref": "BILLING"} == properties["BillingMode"]
    assert "IsProvisioned" == properties["ProvisionedThroughput"]["Fn::If"][0]
    assert "IsOnDemand" == properties["OnDemandThroughput"]["Fn::If"][0]
    scaling = [it for it in whole["Resources"].values() if it["Type"].startswith("AWS::ApplicationAutoScaling")]
    assert 4 == len(scaling)
    assert {"IsProvisioned"} == {each["Condition"] for each in scaling}


def test_names_numbers_switches_and_tags_can_be_parameters(generated: tuple[Path, dict[str, Result]]) -> None:
    """Whatever a deployment may choose is a Ref or stands in a Sub, and each parameter is used."""
    whole = template(generated, "settings")
    properties = table(generated, "settings")
    assert {"Ref": "TableName"} == properties["TableName"]
    assert {"Ref": "IndexName"} == properties["GlobalSecondaryIndexes"][0]["IndexName"]
    recovery = {"PointInTimeRecoveryEnabled": {"Ref": "RECOVERY"}, "RecoveryPeriodInDays": {"Ref": "RecoveryDays"}}
    assert recovery == properties["PointInTimeRecoverySpecification"]
    assert {"Ref": "PROTECTION"} == properties["DeletionProtectionEnabled"]
    assert {"Ref": "KeyArn"} == properties["SSESpecification"]["KMSMasterKeyId"]
    assert {"Ref": "CLASS"} == properties["TableClass"]
    assert {"Ref": "StreamArn"} == properties["KinesisStreamSpecification"]["StreamArn"]
    assert [
        {"Key": "owner", "Value": {"Fn::Sub": "team-${OwningTeam}-${STAGE}"}},
        {"Key": "stage", "Value": {"Ref": "STAGE"}},
    ] == properties["Tags"]
    text = json.dumps({name: section for name, section in whole.items() if name != "Parameters"})
    unused = [name for name in whole["Parameters"] if f'"{name}"' not in text and f"${{{name}}}" not in text]
    assert [] == unused


def test_replicas_make_a_global_table(generated: tuple[Path, dict[str, Result]]) -> None:
    """Capacity, recovery, class, key and tags live in each replica; what a replica leaves out is the table's."""
    whole = template(generated, "profile")
    assert "AWS::DynamoDB::GlobalTable" == whole["Resources"]["Profiles"]["Type"]
    europe, america = table(generated, "profile")["Replicas"]
    assert ("eu-west-1", "us-east-1") == (europe["Region"], america["Region"])
    assert {"ReadCapacityUnits": 25} == europe["ReadProvisionedThroughputSettings"]
    assert 400 == america["ReadProvisionedThroughputSettings"]["ReadCapacityAutoScalingSettings"]["MaxCapacity"]
    assert "STANDARD_INFREQUENT_ACCESS" == europe["TableClass"]
    assert "TableClass" not in america
    assert europe["PointInTimeRecoverySpecification"] == america["PointInTimeRecoverySpecification"]
    assert europe["SSESpecification"] != america["SSESpecification"]
    assert [{"Key": "residency", "Value": "eu"}, {"Key": "team", "Value": "identity"}] == europe["Tags"]


def test_capacity_that_moves_has_a_target_and_a_policy(generated: tuple[Path, dict[str, Result]]) -> None:
    """One pair for reads and one for writes of the table, and one for each capacity of an index that has a range."""
    resources = template(generated, "forum")["Resources"]
    scaling = sorted(name for name, it in resources.items() if it["Type"].endswith(("ScalableTarget", "ScalingPolicy")))
    assert [
        "ByAuthorWriteScalableTarget",
        "ByAuthorWriteScalingPolicy",
        "TableReadScalableTarget",
        "TableReadScalingPolicy",
        "TableWriteScalableTarget",
        "TableWriteScalingPolicy",
    ] == scaling
    target = resources["ByAuthorWriteScalableTarget"]["Properties"]
    assert (5, 50) == (target["MinCapacity"], target["MaxCapacity"])
    assert {"Fn::Sub": "table/${ForumTable}/index/by-author"} == target["ResourceId"]
    assert "by-activity" == table(generated, "forum")["LocalSecondaryIndexes"][0]["IndexName"]


def test_an_index_can_have_several_attributes_in_each_key(generated: tuple[Path, dict[str, Result]]) -> None:
    """All partition attributes come first, then the sort attributes, each with its type."""
    properties = table(generated, "tournament")
    (index,) = [it for it in properties["GlobalSecondaryIndexes"] if it["IndexName"] == "tournament-region-index"]
    assert [
        ("tournamentId", "HASH"),
        ("region", "HASH"),
        ("round", "RANGE"),
        ("bracket", "RANGE"),
        ("playedAt", "RANGE"),
    ] == [(element["AttributeName"], element["KeyType"]) for element in index["KeySchema"]]
    types = {each["AttributeName"]: each["AttributeType"] for each in properties["AttributeDefinitions"]}
    assert ("N", "B", "S") == (types["playedAt"], types["playerTag"], types["region"])


def test_one_table_can_have_every_feature_at_once(generated: tuple[Path, dict[str, Result]]) -> None:
    """Whatever does not exclude another feature stands together in one table, and passes the gate for two Regions."""
    assert {
        "AttributeDefinitions",
        "BillingMode",
        "ContributorInsightsSpecification",
        "DeletionProtectionEnabled",
        "GlobalSecondaryIndexes",
        "ImportSourceSpecification",
        "KeySchema",
        "KinesisStreamSpecification",
        "LocalSecondaryIndexes",
        "OnDemandThroughput",
        "PointInTimeRecoverySpecification",
        "ResourcePolicy",
        "SSESpecification",
        "StreamSpecification",
        "TableClass",
        "TableName",
        "Tags",
        "TimeToLiveSpecification",
        "VectorIndexes",
        "WarmThroughput",
    } == set(table(generated, "everything"))
    whole = template(generated, "everything")
    assert "NewsTopic" in whole["Resources"], "the hook's own resource"
    assert {"Ref": "CatalogueAlarms"} == whole["Resources"]["GetItemLatencyAlarm"]["Properties"]["AlarmActions"][0][
        "Fn::If"
    ][1]
    project, results = generated
    manifest = json.loads((project / results["everything"].folder / "manifest.json").read_bytes())
    assert ["us-east-1", "us-west-2"] == manifest["lint"]["regions"]


def test_a_bound_policy_grants_only_the_callers_own_partition(generated: tuple[Path, dict[str, Result]]) -> None:
    """Every leading key of the tenant's policy holds the caller's tag, in the place of the tenant."""
    policy = template(generated, "team-space")["Resources"]["TenantPolicy"]["Properties"]
    statements = policy["PolicyDocument"]["Statement"]
    keys = [
        key
        for statement in statements
        if "dynamodb:LeadingKeys" in statement.get("Condition", {}).get("ForAllValues:StringLike", {})
        for key in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    ]
    assert ["T#${aws:PrincipalTag/tenant}", "T#${aws:PrincipalTag/tenant}#DOC"] == sorted(set(keys))


def test_an_alias_becomes_a_condition(generated: tuple[Path, dict[str, Result]]) -> None:
    """A key that is known by its alias is no IAM resource: the account's keys are allowed under this alias alone."""
    policy = template(generated, "team-space")["Resources"]["TenantPolicy"]["Properties"]
    statements = policy["PolicyDocument"]["Statement"]
    (use,) = [statement for statement in statements if statement["Sid"] == "UseTableKey"]
    assert ["alias/team-space"] == use["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"]
