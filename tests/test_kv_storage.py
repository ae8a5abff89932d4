"""The first design, kv-storage, is what was promised: table, access patterns, policies and exports."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.engines.install import ROOT


def newest() -> Path:
    """The folder of the newest published version of kv-storage."""
    from cfn_table import Store

    return ROOT / "build" / "kv-storage" / str(Store(ROOT).versions("kv-storage")[-1])


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The published template."""
    return dict(json.loads((newest() / "template.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def table(template: dict[str, Any]) -> dict[str, Any]:
    """The table's resource in the published template."""
    return dict(template["Resources"]["KVStorageTable"])


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    """The published contract."""
    return dict(json.loads((newest() / "contract.json").read_text("utf-8")))


def test_the_template_is_valid_cloudformation() -> None:
    """cfn-lint and our own rules find nothing in the published template, as YAML and as JSON."""
    from cfn_table import lint_template

    for name in ("template.yaml", "template.json"):
        text = (newest() / name).read_text("utf-8")
        assert [] == lint_template(text, path=name, regions=["us-east-1", "eu-central-1"])


def test_the_table_has_a_partition_key_and_a_sort_key(table: dict[str, Any]) -> None:
    """The table `kv-storage-data` is keyed by PK and SK, both strings."""
    properties = table["Properties"]
    assert "kv-storage-data" == properties["TableName"]
    assert [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}] == properties[
        "KeySchema"
    ]
    assert {"PK": "S", "SK": "S", "GSI1PK": "S", "GSI1SK": "S"} == {
        each["AttributeName"]: each["AttributeType"] for each in properties["AttributeDefinitions"]
    }


def test_the_table_has_gsi1(table: dict[str, Any]) -> None:
    """GSI1 is keyed by GSI1PK and GSI1SK and holds all attributes."""
    assert [
        {
            "IndexName": "GSI1",
            "KeySchema": [
                {"AttributeName": "GSI1PK", "KeyType": "HASH"},
                {"AttributeName": "GSI1SK", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ] == table["Properties"]["GlobalSecondaryIndexes"]


def test_capacity_is_on_demand(table: dict[str, Any]) -> None:
    """The table is billed per request and states no throughput."""
    assert "PAY_PER_REQUEST" == table["Properties"]["BillingMode"]
    assert "ProvisionedThroughput" not in table["Properties"]


def test_data_can_be_restored_and_survives_the_stack(table: dict[str, Any]) -> None:
    """Point-in-time recovery is on, and the table is retained when it is deleted or replaced."""
    recovery = table["Properties"]["PointInTimeRecoverySpecification"]
    assert {"PointInTimeRecoveryEnabled": True} == recovery
    assert ("Retain", "Retain") == (table["DeletionPolicy"], table["UpdateReplacePolicy"])


def test_items_expire_by_ttl(table: dict[str, Any]) -> None:
    """Time to live is on, by the attribute `ttl`."""
    assert {"AttributeName": "ttl", "Enabled": True} == table["Properties"]["TimeToLiveSpecification"]


def test_data_is_encrypted_at_rest_and_in_transit(table: dict[str, Any]) -> None:
    """The AWS-managed key encrypts the table, and requests without TLS are denied by its resource policy."""
    assert {"SSEEnabled": True, "SSEType": "KMS"} == table["Properties"]["SSESpecification"]
    (statement,) = table["Properties"]["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert ("Deny", "*", "dynamodb:*", "*") == tuple(
        statement[key] for key in ("Effect", "Principal", "Action", "Resource")
    )
    assert {"Bool": {"aws:SecureTransport": "false"}} == statement["Condition"]


PATTERNS = {
    "get_user_by_id": ("GetItem", None, {"PK": {"equals": ["USER#{userId}"]}, "SK": {"equals": ["METADATA"]}}),
    "get_user_by_api_key": (
        "Query",
        "#GSI1PK = :GSI1PK AND #GSI1SK = :GSI1SK",
        {"GSI1PK": {"equals": ["APIKEY#{apiKey}"]}, "GSI1SK": {"equals": ["METADATA"]}},
    ),
    "list_user_namespaces": (
        "Query",
        "#PK = :PK AND begins_with(#SK, :SK)",
        {"PK": {"equals": ["USER#{userId}"]}, "SK": {"begins_with": ["NS#"]}},
    ),
    "get_namespace": ("GetItem", None, {"PK": {"equals": ["NS#{namespace}"]}, "SK": {"equals": ["METADATA"]}}),
    "manage_key": ("GetItem", None, {"PK": {"equals": ["NS#{namespace}"]}, "SK": {"equals": ["KEY#{key}"]}}),
    "list_keys_by_prefix": (
        "Query",
        "#GSI1PK = :GSI1PK AND begins_with(#GSI1SK, :GSI1SK)",
        {"GSI1PK": {"equals": ["NS#{namespace}"]}, "GSI1SK": {"begins_with": ["KEY#{prefix}"]}},
    ),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_each_access_pattern_has_its_keys_and_expressions(name: str, contract: dict[str, Any]) -> None:
    """Each of the six access patterns asks for exactly the key that its entity is stored under."""
    operation, expression, key = PATTERNS[name]
    request = contract["accessPatterns"][name]["requests"][operation]
    assert expression == request.get("KeyConditionExpression")
    assert key == request["key"]


def test_keys_are_created_read_updated_and_deleted(contract: dict[str, Any]) -> None:
    """`manage_key` covers the four operations; a Put does not overwrite, an Update does not create."""
    requests = contract["accessPatterns"]["manage_key"]["requests"]
    assert ["DeleteItem", "GetItem", "PutItem", "UpdateItem"] == sorted(requests)
    assert "attribute_not_exists(#PK)" == requests["PutItem"]["ConditionExpression"]
    assert "attribute_exists(#PK)" == requests["UpdateItem"]["ConditionExpression"]


def test_other_stacks_can_import_everything(template: dict[str, Any]) -> None:
    """Table name and ARN, the index's name and each policy's ARN are exported under the stack's name."""
    exports = {name: output["Export"]["Name"] for name, output in template["Outputs"].items()}
    names = ["TableName", "TableArn", "GSI1Name", "ApiPolicyArn", "ReportingPolicyArn", "TenantPolicyArn"]
    assert {name: {"Fn::Sub": f"${{AWS::StackName}}-{name}"} for name in names} == exports
    assert "GSI1" == template["Outputs"]["GSI1Name"]["Value"]


def statements(template: dict[str, Any], policy: str) -> list[dict[str, Any]]:
    """The statements of one managed policy."""
    return list(template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"])


def test_no_policy_allows_a_wildcard_action_or_the_whole_table(template: dict[str, Any]) -> None:
    """Every statement names its actions and limits the partition key."""
    for policy in ("ApiPolicy", "ReportingPolicy", "TenantPolicy"):
        for statement in statements(template, policy):
            assert all(re.fullmatch(r"dynamodb:[A-Za-z]+", action) for action in statement["Action"])
            assert statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            assert {"dynamodb:LeadingKeys": "false"} == statement["Condition"]["Null"]


def test_the_reporting_policy_hides_secrets(template: dict[str, Any]) -> None:
    """Reports name only attributes that are no secret, and must name them."""
    (statement,) = statements(template, "ReportingPolicy")
    names = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
    assert ["PK", "SK", "plan", "requestCount", "storageBytes", "userId"] == names
    assert {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"} == statement["Condition"]["StringEquals"]


def test_the_tenant_policy_is_bound_to_the_callers_namespace(template: dict[str, Any]) -> None:
    """Every statement of the tenant policy is limited to the namespace in the caller's principal tag."""
    for statement in statements(template, "TenantPolicy"):
        keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        assert ["NS#${aws:PrincipalTag/namespace}"] == keys


def test_a_stack_policy_protects_the_table() -> None:
    """The stack policy that comes with the version denies replacing and deleting the table."""
    policy = json.loads((newest() / "stack-policy.json").read_text("utf-8"))
    denied = [each for each in policy["Statement"] if each["Effect"] == "Deny"]
    assert [(["Update:Replace", "Update:Delete"], "LogicalResourceId/KVStorageTable")] == [
        (each["Action"], each["Resource"]) for each in denied
    ]
    assert "update-termination-protection" in (newest() / "DEPLOY.md").read_text("utf-8")


def test_latency_is_watched_where_it_is_promised(template: dict[str, Any]) -> None:
    """Each single-item operation and Query has an alarm at 10 ms with TableName and Operation."""
    alarms = [
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Alarm" and each["Properties"]["MetricName"] == "SuccessfulRequestLatency"
    ]
    watched = {
        dimension["Value"] for each in alarms for dimension in each["Dimensions"] if dimension["Name"] == "Operation"
    }
    assert {"DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"} == watched
    assert {10} == {each["Threshold"] for each in alarms}


def test_settings_come_from_context() -> None:
    """TABLE_NAME, GSI_NAME, BILLING_MODE and REGION change what is generated."""
    from cfn_table import load_design, synthesize, to_plain

    context = {"TABLE_NAME": "other", "GSI_NAME": "Another", "REGION": "eu-west-1"}
    design = load_design(ROOT / "templates" / "kv-storage.yaml", context=context, environment={})
    plain = to_plain(synthesize(design))
    properties = plain["Resources"]["KVStorageTable"]["Properties"]
    assert "other" == properties["TableName"]
    assert "Another" == properties["GlobalSecondaryIndexes"][0]["IndexName"]
    assert "Another" == plain["Outputs"]["GSI1Name"]["Value"]
    assert ("eu-west-1",) == design.file.regions


def test_billing_comes_from_context() -> None:
    """BILLING_MODE=PROVISIONED gives the table and GSI1 their throughput, and breaks no rule."""
    from cfn_table import check_design, load_design, synthesize, to_plain
    from cfn_table.findings import Severity

    context = {"BILLING_MODE": "PROVISIONED"}
    design = load_design(ROOT / "templates" / "kv-storage.yaml", context=context, environment={})
    properties = to_plain(synthesize(design))["Resources"]["KVStorageTable"]["Properties"]
    throughput = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    assert ("PROVISIONED", throughput) == (properties["BillingMode"], properties["ProvisionedThroughput"])
    assert throughput == properties["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]
    assert [] == [finding for finding in check_design(design) if finding.severity is not Severity.NOTE]


def test_samples_become_the_items_that_were_promised() -> None:
    """The sample user and the sample key are stored under the keys of the original data model."""
    from cfn_table import load_design
    from cfn_table.design.items import complete_item

    design = load_design(ROOT / "templates" / "kv-storage.yaml", environment={})
    user = complete_item(design, "user", design.file.entities["user"].samples[0]).attributes
    key = complete_item(design, "key", design.file.entities["key"].samples[0]).attributes
    assert ("USER#user123", "METADATA", "APIKEY#abc123", "METADATA", "USER") == tuple(
        user[name] for name in ("PK", "SK", "GSI1PK", "GSI1SK", "entityType")
    )
    assert ("NS#myapp", "KEY#user:123", "NS#myapp", "KEY#user:123", "KEY") == tuple(
        key[name] for name in ("PK", "SK", "GSI1PK", "GSI1SK", "entityType")
    )
    assert {"name": "John", "email": "john@example.com"} == key["value"]


def test_every_criterion_names_a_test_that_exists() -> None:
    """docs/success-criteria.md points at tests that are there."""
    text = (ROOT / "docs" / "success-criteria.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) >= 8
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text("utf-8"), f"{file} has no {test}"
