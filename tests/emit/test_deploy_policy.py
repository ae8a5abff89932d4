"""The least policy that deploys a design: from the schemas alone, without what the design does not use."""

from __future__ import annotations

import fnmatch
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cfn_table
from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.emit.deploy_policy import MAX_CHARACTERS, DeployPolicy, deploy_policy, length
from cfn_table.emit.permissions.features import GLOBAL_TABLE, RULES, TABLE, TYPES, WILDCARDS
from cfn_table.emit.permissions.schemas import exists, handlers, matches, resources_of
from cfn_table.emit.permissions.stack import OTHER_ACTIONS, STACK_ACTIONS
from cfn_table.errors import UsageError
from cfn_table.lint.runner import lint_template
from tests.projects import NAMES

ACCOUNT = "123456789012"
GOLDEN = Path(__file__).parent / "kv-storage.json"
ALL = (*NAMES, "kv-storage")


def statements(made: DeployPolicy, prefix: str = "") -> Iterator[dict[str, Any]]:
    """The statements of all policies whose name begins with `prefix`."""
    for name, document in made.policies.items():
        if name.startswith(prefix):
            yield from document["Statement"]


def actions(made: DeployPolicy, prefix: str = "") -> set[str]:
    """The actions that they allow."""
    return {action for statement in statements(made, prefix) for action in statement["Action"]}


def allowed(made: DeployPolicy, action: str) -> set[str]:
    """The resources on which an action is allowed."""
    return {arn for each in statements(made) if action in each["Action"] for arn in each["Resource"]}


def design_of(folder: Path, table: str = "", rest: str = "") -> Design:
    """A small design with more lines in its table and at its end."""
    text = (
        "design: notes\nversion: 1.0.0\ntable:\n  name: notes\n  key: {partition: pk}\n"
        + "".join(f"  {line}\n" for line in table.splitlines())
        + "entities: {note: {keys: {pk: 'N#{id}'}, attributes: {id: string, until?: epoch}}}\n"
        + "access_patterns: {get_note: {operation: GetItem, entity: note}}\n"
        + rest
    )
    (folder / "templates").mkdir(exist_ok=True)
    path = folder / "templates" / "notes.yaml"
    path.write_text(text, encoding="utf-8")
    return load_design(path, environment={})


def test_the_policy_of_kv_storage_is_as_reviewed(designs: dict[str, Design]) -> None:
    """Every statement of it was read; a change of the schemas or of the rules shows here."""
    made = deploy_policy(designs["kv-storage"], account=ACCOUNT)
    assert json.loads(GOLDEN.read_text(encoding="utf-8")) == json.loads(made.as_json())


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("role", [None, "deployer"])
def test_every_action_has_a_source(designs: dict[str, Design], name: str, role: str | None) -> None:
    """It is known to IAM, and named by a handler of a type in the template or by the list for CloudFormation."""
    made = deploy_policy(designs[name], service_role=role)
    template = cfn_table.to_plain(cfn_table.synthesize(designs[name]))
    sources = {*STACK_ACTIONS, *OTHER_ACTIONS}
    for resource in template["Resources"].values():
        for permissions in handlers(resource["Type"], "us-east-1").values():
            sources |= {action for each in permissions for action in WILDCARDS.get(each, (each,))}
    assert set() == actions(made) - sources
    assert all(exists(action) for action in actions(made))


@pytest.mark.parametrize("name", ALL)
def test_only_what_cannot_be_limited_is_allowed_on_everything(designs: dict[str, Design], name: str) -> None:
    """`*` stands alone in a statement whose actions take no resource, and no action is a wildcard."""
    for statement in statements(deploy_policy(designs[name], account=ACCOUNT)):
        assert "Allow" == statement["Effect"]
        assert not any("*" in action for action in statement["Action"])
        assert ("*" in statement["Resource"]) == (statement["Resource"] == ["*"])
        for action in statement["Action"]:
            assert ("*" in statement["Resource"]) == (not resources_of(action))


@pytest.mark.parametrize("name", ALL)
def test_nothing_that_escalates_is_allowed_widely(designs: dict[str, Design], name: str) -> None:
    """Actions of IAM hold for this stack's policies and for service-linked roles; no attaching, no passing."""
    made = deploy_policy(designs[name], account=ACCOUNT)
    for action in (each for each in actions(made) if each.startswith("iam:")):
        for arn in allowed(made, action):
            assert matches(arn, ("arn:aws:iam::*:policy/*", "arn:aws:iam::*:role/aws-service-role/*"))
            assert not arn.endswith(("policy/*", "role/*"))
    assert not {each for each in actions(made) if matches(each, ("iam:Attach*", "iam:PassRole", "iam:Put*", "sts:*"))}


@pytest.mark.parametrize("name", [name for name in ALL if name != "profile"])
def test_no_deployment_reads_or_writes_items(designs: dict[str, Design], name: str) -> None:
    """The schema of a table names Scan, PutItem and the like: only adding a replica needs them."""
    assert not {each for each in actions(deploy_policy(designs[name])) if each.endswith(("Item", ":Scan", ":Query"))}


FEATURES = {
    "time_to_live: until": {"dynamodb:UpdateTimeToLive"},
    "point_in_time_recovery: true": {"dynamodb:UpdateContinuousBackups"},
    "contributor_insights: true": {"dynamodb:UpdateContributorInsights", "iam:CreateServiceLinkedRole"},
    "kinesis_stream: arn:aws:kinesis:us-east-1:123456789012:stream/s": {
        "dynamodb:EnableKinesisStreamingDestination",
        "dynamodb:DisableKinesisStreamingDestination",
        "dynamodb:UpdateKinesisStreamingDestination",
        "iam:CreateServiceLinkedRole",
        "kinesis:DescribeStream",
        "kinesis:PutRecords",
    },
    "tags: {a: b}": {"dynamodb:TagResource", "dynamodb:UntagResource"},
    "require_tls: true": {"dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy"},
    "encryption: aws_managed": {"kms:DescribeKey"},
    "encryption: arn:aws:kms:us-east-1:123456789012:key/1": {
        *("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:RevokeGrant")
    },
    "encryption: alias/a": {
        *("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:RevokeGrant", "kms:ListAliases")
    },
    "on_delete: delete": {"dynamodb:DeleteTable"},
    "on_replace: delete": {"dynamodb:DeleteTable"},
    "import_source: {bucket: b, prefix: p/, format: CSV}": {
        *("dynamodb:ImportTable", "dynamodb:DescribeImport", "s3:GetObject", "s3:ListBucket"),
        *(f"logs:{name}" for name in ("CreateLogGroup", "CreateLogStream", "DescribeLogGroups")),
        *(f"logs:{name}" for name in ("DescribeLogStreams", "PutLogEvents", "PutRetentionPolicy")),
    },
    "billing: PROVISIONED\nprovisioned_throughput: {read: 5, write: {min: 5, max: 50}}": {
        *(f"application-autoscaling:{verb}ScalableTarget" for verb in ("Register", "Deregister")),
        *(f"application-autoscaling:{verb}ScalingPolicy" for verb in ("Put", "Delete")),
        *(f"application-autoscaling:Describe{each}" for each in ("ScalableTargets", "ScalingPolicies")),
        *("application-autoscaling:DescribeScheduledActions", "application-autoscaling:ListTagsForResource"),
        *(f"cloudwatch:{each}" for each in ("PutMetricAlarm", "DeleteAlarms", "DescribeAlarms")),
        "iam:CreateServiceLinkedRole",
    },
    "stream: NEW_IMAGE": set(),
    "deletion_protection: true": set(),
    "table_class: STANDARD": set(),
}


@pytest.mark.parametrize("lines", FEATURES)
def test_a_feature_brings_its_permissions_and_takes_them_along(lines: str, tmp_path: Path) -> None:
    """With the feature come exactly these, and without it none of them is there."""
    plain = actions(deploy_policy(design_of(tmp_path)))
    assert FEATURES[lines] == actions(deploy_policy(design_of(tmp_path, lines))) - plain
    assert set() == FEATURES[lines] & plain


def test_a_second_replica_brings_items_and_its_region(tmp_path: Path) -> None:
    """DynamoDB wants reading and writing items of who adds a replica; one replica alone needs none of it."""
    one = deploy_policy(design_of(tmp_path, "replicas: [us-east-1]"))
    two = deploy_policy(design_of(tmp_path, "replicas: [us-east-1, eu-west-1]"), account=ACCOUNT)
    assert {"dynamodb:PutItem", "dynamodb:Scan", "dynamodb:CreateTableReplica"} <= actions(two) - actions(one)
    assert "dynamodb:DeleteTableReplica" not in actions(two)
    table = f"{ACCOUNT}:table/notes"
    assert {f"arn:aws:dynamodb:{region}:{table}" for region in ("us-east-1", "eu-west-1")} == allowed(
        two, "dynamodb:CreateTable"
    )


def test_a_retained_table_cannot_be_deleted(tmp_path: Path) -> None:
    """CloudFormation does not try it; the note says so. With `on_delete: delete` it can, but for `delete=False`."""
    kept = deploy_policy(design_of(tmp_path))
    assert "dynamodb:DeleteTable" not in actions(kept)
    assert any("retained" in note for note in kept.notes)
    design = design_of(tmp_path, "on_delete: delete")
    assert "dynamodb:DeleteTable" in actions(deploy_policy(design))
    fixed = actions(deploy_policy(design, delete=False))
    assert not {each for each in fixed if matches(each, ("*:DeleteTable", "*:DeleteStack", "*:DeleteAlarms"))}
    assert "iam:DeletePolicy" not in fixed


def test_permissions_hold_for_this_stack_and_this_table(designs: dict[str, Design]) -> None:
    """The stack by its name, the table by its, policies and alarms by the names that CloudFormation makes."""
    made = deploy_policy(designs["kv-storage"], account=ACCOUNT, stack_name="kv-test", regions=["eu-west-1"])
    assert {f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/kv-test/*"} == allowed(
        made, "cloudformation:CreateChangeSet"
    )
    assert {f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/kv-storage-data"} == allowed(made, "dynamodb:CreateTable")
    assert f"arn:aws:iam::{ACCOUNT}:policy/kv-test-ApiPolicy-*" in allowed(made, "iam:CreatePolicyVersion")
    assert f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:kv-test-GetItemLatencyAlarm-*" in allowed(
        made, "cloudwatch:PutMetricAlarm"
    )


def test_a_table_without_a_name_has_the_one_that_cloudformation_makes(designs: dict[str, Design]) -> None:
    """Stack, logical id, and what nobody knows before."""
    made = deploy_policy(designs["smallest"], account=ACCOUNT)
    assert {f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/smallest-SmallestTable-*"} == allowed(
        made, "dynamodb:CreateTable"
    )


def test_a_name_chosen_at_deployment_is_a_pattern_and_a_note(designs: dict[str, Design]) -> None:
    """It is narrowed by a value that every deployment gives."""
    wide = deploy_policy(designs["settings"])
    assert {"arn:aws:dynamodb:us-east-1:*:table/*"} == allowed(wide, "dynamodb:CreateTable")
    assert any("chosen when the stack is deployed" in note for note in wide.notes)
    narrow = deploy_policy(designs["settings"], parameters={"TableName": "settings-prod"})
    assert {"arn:aws:dynamodb:us-east-1:*:table/settings-prod"} == allowed(narrow, "dynamodb:CreateTable")


def test_allowed_values_of_a_name_are_all_there(tmp_path: Path) -> None:
    """Each is an ARN of its own, and there is no note."""
    design = design_of(tmp_path, rest="context: {NAME: {default: aaa, allowed_values: [aaa, bbb]}}\n")
    path = tmp_path / "templates" / "notes.yaml"
    path.write_text(path.read_text().replace("name: notes", "name: '{{ NAME }}'"))
    design = load_design(path, environment={})
    made = deploy_policy(design)
    assert {f"arn:aws:dynamodb:us-east-1:*:table/{name}" for name in ("aaa", "bbb")} == allowed(
        made, "dynamodb:CreateTable"
    )
    assert not any("chosen" in note for note in made.notes)


def test_named_policies_are_allowed_by_their_names(designs: dict[str, Design]) -> None:
    """With path and prefix, stack and Region."""
    made = deploy_policy(designs["everything"], account=ACCOUNT, regions=["us-west-2"])
    assert f"arn:aws:iam::{ACCOUNT}:policy/catalogue/catalogue-everything-reader-us-west-2" in allowed(
        made, "iam:CreatePolicy"
    )


def test_keys_are_used_only_through_dynamodb(designs: dict[str, Design]) -> None:
    """Grants and decryption need `kms:ViaService`; an alias is a condition."""
    for name in ("team-space", "everything", "profile"):
        for statement in statements(deploy_policy(designs[name])):
            if "kms:CreateGrant" in statement["Action"]:
                via = statement["Condition"]["StringEquals"]["kms:ViaService"]
                assert all(each.startswith("dynamodb.") for each in via)
                aliases = statement["Condition"].get("ForAnyValue:StringEquals")
                assert (name == "team-space") == (aliases == {"kms:ResourceAliases": ["alias/team-space"]})


def test_what_a_hook_adds_is_granted_without_roles(designs: dict[str, Design]) -> None:
    """A topic of the hook is allowed in the account, and passing roles, which its schema names, is not."""
    made = deploy_policy(designs["everything"], account=ACCOUNT)
    assert "sns:CreateTopic" in actions(made)
    assert f"arn:aws:sns:us-east-1:{ACCOUNT}:*" in allowed(made, "sns:CreateTopic")
    assert "iam:PassRole" not in actions(made)
    assert any("AWS::SNS::Topic" in note and "iam:PassRole" in note for note in made.notes)


def test_with_a_service_role_the_pipeline_can_only_pass_it(designs: dict[str, Design]) -> None:
    """The pipeline has CloudFormation's actions and the role; the role has the rest, and trusts CloudFormation."""
    whole = deploy_policy(designs["kv-storage"], account=ACCOUNT)
    made = deploy_policy(designs["kv-storage"], account=ACCOUNT, service_role="deployer")
    assert {*STACK_ACTIONS, "iam:PassRole"} == actions(made, "DeployPolicy")
    assert {f"arn:aws:iam::{ACCOUNT}:role/deployer"} == allowed(made, "iam:PassRole")
    assert actions(whole) - set(STACK_ACTIONS) == actions(made, "ServiceRolePolicy")
    assert made.trust is not None
    assert {"Service": "cloudformation.amazonaws.com"} == made.trust["Statement"][0]["Principal"]
    assert ["DeployPolicy", "ServiceRolePolicy", "ServiceRoleTrustPolicy"] == list(json.loads(made.as_json()))


def test_the_template_goes_through_a_bucket_where_one_is_named(designs: dict[str, Design]) -> None:
    """Its objects may be written and read; without it, nothing of S3 is allowed."""
    made = deploy_policy(designs["kv-storage"], bucket="deployments")
    assert {"arn:aws:s3:::deployments/*"} == allowed(made, "s3:PutObject") == allowed(made, "s3:GetObject")
    assert not any(each.startswith("s3:") for each in actions(deploy_policy(designs["kv-storage"])))


def test_the_partition_is_that_of_the_regions(designs: dict[str, Design]) -> None:
    """In China the ARNs are China's."""
    made = deploy_policy(designs["kv-storage"], regions=["cn-north-1"])
    arns = {arn for statement in statements(made) for arn in statement["Resource"]}
    assert all(arn.startswith("arn:aws-cn:") for arn in arns)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("role", [None, "deployer"])
def test_cfn_lint_takes_the_policies(designs: dict[str, Design], name: str, role: str | None) -> None:
    """As managed policies in the template that `--format yaml` prints; each is as short as IAM wants."""
    made = deploy_policy(designs[name], account=ACCOUNT, service_role=role)
    assert all(length(document["Statement"]) <= MAX_CHARACTERS for document in made.policies.values())
    text = made.as_template()
    assert [] == [str(finding) for finding in lint_template(text, path="t.yaml", regions=["us-east-1"])]


def test_a_long_policy_is_split(designs: dict[str, Design]) -> None:
    """Its parts are named, each fits, together they allow the same, and a note says so."""
    regions = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2"]
    made = deploy_policy(designs["kv-storage"], account=ACCOUNT, regions=regions)
    assert ["DeployPolicy", "DeployPolicy2"] == list(made.policies)[:2]
    assert all(length(document["Statement"]) <= MAX_CHARACTERS for document in made.policies.values())
    assert any("in parts" in note for note in made.notes)
    assert 14 * len(regions) == len(allowed(made, "cloudwatch:PutMetricAlarm"))
    for document in made.policies.values():
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert len(sids) == len(set(sids))
        assert all(sid.isalnum() for sid in sids)


def test_alarms_of_scaling_are_those_of_its_table_and_index(designs: dict[str, Design]) -> None:
    """A table whose name only begins like this one's keeps its alarms."""
    made = deploy_policy(designs["forum"], account=ACCOUNT, stack_name="f")
    start = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:TargetTracking-table/f-ForumTable-*"
    scaling = {arn for arn in allowed(made, "cloudwatch:PutMetricAlarm") if "TargetTracking" in arn}
    assert {start, f"{start}/index/by-author-*"} == scaling


@pytest.mark.parametrize("kind", TYPES)
def test_every_rule_decides_about_something(kind: str) -> None:
    """A rule that no permission of the schema matches would be a rule for a schema of the past."""
    named = {
        action
        for type_ in ((TABLE, GLOBAL_TABLE) if kind in (TABLE, GLOBAL_TABLE) else (kind,))
        for permissions in handlers(type_, "us-east-1").values()
        for each in permissions
        for action in WILDCARDS.get(each, (each,))
    }
    for rule in RULES[kind]:
        for pattern in rule.actions:
            assert fnmatch.filter(named, pattern), pattern


def test_every_wildcard_of_the_schemas_is_spelled_out() -> None:
    """A policy never has one, so each is known, and each of its actions exists."""
    for kind in TYPES:
        for permissions in handlers(kind, "us-east-1").values():
            assert {each for each in permissions if "*" in each} <= set(WILDCARDS)
    assert all(exists(action) for found in WILDCARDS.values() for action in found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stack_name": "1st"}, "`1st` is no name of a stack"),
        ({"stack_name": "a b*"}, "`a b*` is no name of a stack"),
        ({"account": "*"}, "`*` is no account"),
        ({"account": "12345"}, "`12345` is no account"),
        ({"regions": ["*"]}, "`*` is no Region"),
        ({"regions": ["cn-north-1", "us-east-1"]}, "the Regions are in several partitions: aws, aws-cn"),
        ({"partition": "aws-ch"}, "`aws-ch` is no partition"),
        ({"bucket": "s3://b"}, "`s3://b` is no name of a bucket"),
        ({"service_role": "*"}, "`*` is no role"),
        (
            {"service_role": "arn:aws:iam::999999999999:role/r", "account": ACCOUNT},
            f"the service role is in account 999999999999, not in {ACCOUNT}",
        ),
        (
            {"parameters": {"AlarmTopicArn": "*"}},
            "`*` cannot be the value of `AlarmTopicArn` in a policy",
        ),
        ({"parameters": {"Topic": "x"}}, "the template has no parameter `Topic`"),
    ],
)
def test_options_without_a_meaning_are_refused(
    designs: dict[str, Design], options: dict[str, Any], message: str
) -> None:
    """With help; above all nothing gets into an ARN that would widen it."""
    with pytest.raises(UsageError) as caught:
        deploy_policy(designs["kv-storage"], **options)
    assert message == caught.value.message
    assert caught.value.help


def test_the_schemas_are_read_without_cfn_lint(root: Path) -> None:
    """Importing it takes half a second, and its data is all that is needed."""
    import subprocess

    code = (
        "import sys, pathlib, cfn_table as c\n"
        f"c.deploy_policy(c.load_design(pathlib.Path({str(root / 'templates/kv-storage.yaml')!r}), environment={{}}))\n"
        "assert 'cfnlint' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
