"""The published template deploys with the real AWS CLI, other stacks import from it, and the table outlives its stack.

MiniStack keeps stacks, exports, imports, tags and retained resources as CloudFormation does, runs the dependent's
function, and that is all that is asserted here. It validates no property, ignores a missing capability, evaluates no
policy, and drops PITR, encryption, TTL and resource policies: whether these are right is the business of the linters
and of DynamoDB Local.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import NEXT_TAG, Published
from tests.engines.aws_cli import AwsCli

PRODUCER = "kv-storage"
DEPENDENT = "kv-storage-api"
NAMESPACE = {"PK": "NS#myapp", "SK": "METADATA", "entityType": "NAMESPACE"}

WRONG = {"error": "`namespace` must be a text that is not empty and without `#`"}


def stack_names(aws: AwsCli) -> list[str]:
    """The stacks that are not deleted, sorted."""
    return sorted(stack["StackName"] for stack in aws.json("cloudformation", "describe-stacks")["Stacks"])


def stack(aws: AwsCli, name: str) -> Any:
    """What CloudFormation tells about one stack: its status, its outputs."""
    (told,) = aws.json("cloudformation", "describe-stacks", "--stack-name", name)["Stacks"]
    return told


def deployed(aws: AwsCli, template: Path, name: str, *options: str) -> None:
    """Deploy and see that the CLI calls it a success."""
    done = aws.deploy(template, name, *options)
    assert 0 == done.returncode, done.stdout + done.stderr


def deleted(aws: AwsCli, name: str) -> None:
    """Delete a stack and wait until it is gone."""
    aws.json("cloudformation", "delete-stack", "--stack-name", name)
    aws.json("cloudformation", "wait", "stack-delete-complete", "--stack-name", name)


def tags(aws: AwsCli, table_arn: str) -> dict[str, str]:
    """The tags of a table."""
    listed = aws.json("dynamodb", "list-tags-of-resource", "--resource-arn", table_arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in listed}


def stored(aws: AwsCli, table: str) -> Any:
    """The namespace's item in the table, as `put_namespace` wrote it, or None."""
    key = json.dumps({name: {"S": NAMESPACE[name]} for name in ("PK", "SK")})
    return (aws.json("dynamodb", "get-item", "--table-name", table, "--key", key) or {}).get("Item")


def put_namespace(aws: AwsCli, table: str) -> None:
    """Write one item, so that a table that was emptied or replaced on the way shows."""
    item = json.dumps({name: {"S": value} for name, value in NAMESPACE.items()})
    aws.json("dynamodb", "put-item", "--table-name", table, "--item", item)


@pytest.fixture
def dependent(root: Path) -> Path:
    """What `cfn-table emit consumer kv-storage --policy api` prints; a test of it says so."""
    return root / "examples" / "dependent-stack.yaml"


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_producer_and_its_dependent_live_and_end_as_their_owners_expect(
    aws_cli: AwsCli, published: Published, next_version: Published, dependent: Path, tmp_path: Path, form: str
) -> None:
    """Deploy, import, use, update, refuse to delete while imported, tear down; the table and its data stay."""
    deployed(aws_cli, published.template(form), PRODUCER)
    exports = aws_cli.exports()
    table, table_arn = exports["kv-storage-TableName"], exports["kv-storage-TableArn"]
    assert [table] == aws_cli.json("dynamodb", "list-tables")["TableNames"]
    assert table_arn == aws_cli.json("dynamodb", "describe-table", "--table-name", table)["Table"]["TableArn"]
    assert "GSI1" == exports["kv-storage-GSI1Name"]
    policies = {name: value for name, value in exports.items() if name.endswith("PolicyArn")}
    assert {f"kv-storage-{name}PolicyArn" for name in ("Api", "Reporting", "Tenant")} <= policies.keys()
    assert sorted(policies.values()) == sorted(
        policy["Arn"] for policy in aws_cli.json("iam", "list-policies", "--scope", "Local")["Policies"]
    )

    deployed(aws_cli, dependent, DEPENDENT)
    for export in ("kv-storage-TableName", "kv-storage-GSI1Name", "kv-storage-ApiPolicyArn"):
        assert [DEPENDENT] == aws_cli.json("cloudformation", "list-imports", "--export-name", export)["Imports"]
    (name,) = [
        each["OutputValue"] for each in stack(aws_cli, DEPENDENT)["Outputs"] if each["OutputKey"] == "FunctionName"
    ]
    function = aws_cli.json("lambda", "get-function-configuration", "--function-name", name)
    assert {"TABLE_NAME": table, "GSI1_NAME": "GSI1"} == function["Environment"]["Variables"]
    role = function["Role"].rpartition("/")[2]
    attached = aws_cli.json("iam", "list-attached-role-policies", "--role-name", role)["AttachedPolicies"]
    assert [exports["kv-storage-ApiPolicyArn"]] == [policy["PolicyArn"] for policy in attached]

    put_namespace(aws_cli, table)
    for given, expected in (("myapp", {"result": NAMESPACE}), ("my#app", WRONG)):
        answer = tmp_path / "answer.json"
        event = json.dumps({"pattern": "get_namespace", "parameters": {"namespace": given}})
        aws_cli.json("lambda", "invoke", "--function-name", name, "--payload", event, answer)
        assert expected == json.loads(answer.read_text(encoding="utf-8"))

    deployed(aws_cli, next_version.template(form), PRODUCER)
    assert "UPDATE_COMPLETE" == stack(aws_cli, PRODUCER)["StackStatus"]
    assert exports == aws_cli.exports()
    assert NEXT_TAG.items() <= tags(aws_cli, table_arn).items()
    assert stored(aws_cli, table)

    refused = aws_cli("cloudformation", "delete-stack", "--stack-name", PRODUCER)
    assert f"is imported by stack {DEPENDENT}" in refused.stderr
    assert sorted((DEPENDENT, PRODUCER)) == stack_names(aws_cli)

    deleted(aws_cli, DEPENDENT)
    deleted(aws_cli, PRODUCER)
    assert [] == stack_names(aws_cli)
    assert {} == aws_cli.exports()
    assert stored(aws_cli, table)


def test_the_same_version_again_changes_nothing(aws_cli: AwsCli, published: Published) -> None:
    """A second deploy of a published version is an empty change set, which the CLI can take for success."""
    template = published.template("yaml")
    deployed(aws_cli, template, PRODUCER)
    before = stack(aws_cli, PRODUCER)
    again = aws_cli.deploy(template, PRODUCER, "--no-fail-on-empty-changeset")
    assert (0, "No changes to deploy") == (again.returncode, again.stdout.strip().splitlines()[-1].partition(".")[0])
    assert before == stack(aws_cli, PRODUCER)


def test_a_dependent_without_its_producer_does_not_deploy(aws_cli: AwsCli, dependent: Path) -> None:
    """The import names an export that nobody has: the stack fails, says which, and leaves no role behind."""
    assert 0 != aws_cli.deploy(dependent, DEPENDENT, "--parameter-overrides", "ProducerStackName=absent").returncode
    events = aws_cli.json("cloudformation", "describe-stack-events", "--stack-name", DEPENDENT)["StackEvents"]
    assert any("absent-ApiPolicyArn" in event.get("ResourceStatusReason", "") for event in events)
    assert [] == aws_cli.json("iam", "list-roles")["Roles"]
