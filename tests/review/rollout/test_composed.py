"""What the templates in between have: grants, sections, streams, resources that go, tables that move."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_table.access import Policy, compare
from cfn_table.access.templates import find_policies
from cfn_table.lint.runner import lint_template
from cfn_table.review.rollout import Step
from cfn_table.synth.render import render_yaml
from tests.review.rollout.stacks import PROVISIONED, TWO_UNITS, copied, index, output, policy, rollout, stack, table

A, B = index("byA"), index("byB")


def clean(steps: tuple[Step, ...]) -> None:
    """No template has a finding."""
    for step in steps:
        found = lint_template(render_yaml(step.template), path="t", regions=["us-east-1"])
        assert [] == [f"{each.rule}: {each.message}" for each in found], step.title


def allowed(template: dict[str, Any], name: str = "Reader") -> tuple[Policy, ...]:
    """What a policy of a template allows."""
    return tuple(
        Policy.from_document(each.document, name) for each in find_policies(template).policies if each.name == name
    )


def test_nobody_is_locked_out_on_the_way() -> None:
    """While the old index is there, its readers may read it; until the new one is, nobody gets a grant in vain."""
    old, new = stack(table(A), "byA"), stack(table(B), "byB")
    first, second = rollout(old, new).steps
    for side in (old, new):
        assert () == compare(allowed(side), allowed(first.template)).lost
    assert () == compare((*allowed(old), *allowed(new)), allowed(first.template)).gained
    assert new == second.template


def test_a_policy_that_goes_stays_while_its_index_does() -> None:
    """It is a resource that readers may use."""
    old = stack(table(A, B), "byA", Other=policy("byB"))
    new = stack(table(A), "byA")
    new["Resources"]["Table"]["Properties"]["TableClass"] = "STANDARD"
    steps = rollout(old, new).steps
    assert ["change everything else", "remove index `byB`"] == [step.title for step in steps]
    assert [True, False] == ["Other" in step.template["Resources"] for step in steps]


def test_a_role_keeps_its_other_policies() -> None:
    """Of an inline policy about an index that is away, nothing is left; the role stays."""
    statement = {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": {"Fn::Sub": "${Table.Arn}/index/byA"}}
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {"PolicyName": "read", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}},
            ],
        },
    }
    old = stack(table(A, B), "byA", Role=role)
    new = stack(table(index("byA", "PK2"), B), "byA", Role=role)
    steps = rollout(old, new).steps
    assert ["remove index `byA`", "add index `byA`"] == [step.title for step in steps]
    assert [] == steps[0].template["Resources"]["Role"]["Properties"]["Policies"]
    clean(steps)


def test_sections_come_with_what_needs_them() -> None:
    """A parameter of an index that comes first is there from then on, and one that nothing uses any more is not."""
    size = {"Type": "Number", "Default": 5}
    units = {"ReadCapacityUnits": {"Ref": "Units"}, "WriteCapacityUnits": {"Ref": "Units"}}
    old = stack(table({**A, "ProvisionedThroughput": units}, **PROVISIONED), "byA")
    old["Parameters"] = {"Units": size}
    new = copied(stack(table({**B, "ProvisionedThroughput": TWO_UNITS}, {**index("byC"), **PROVISIONED}), "byB", "byC"))
    owned = new["Resources"]["Table"]["Properties"]
    owned |= PROVISIONED
    owned["GlobalSecondaryIndexes"][1].pop("BillingMode")
    owned["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] = {
        name: {"Fn::If": ["IsBig", {"Ref": "Size"}, 1]} for name in TWO_UNITS
    }
    new["Parameters"] = {"Size": size, "Stage": {"Type": "String", "Default": "dev"}}
    new["Conditions"] = {"IsBig": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    steps = rollout(old, new).steps
    assert ["add index `byB`", "add index `byC`", "remove index `byA`"] == [step.title for step in steps]
    assert [{"Size", "Stage", "Units"}] * 2 + [{"Size", "Stage"}] == [
        set(step.template["Parameters"]) for step in steps
    ]
    assert "--parameter-overrides" not in steps[0].command
    clean(steps)


def test_what_reads_a_stream_is_away_with_it() -> None:
    """Another view: the mapping goes and comes, and so does the grant; the rest of the policy stays."""
    arn = {"Fn::GetAtt": ["Table", "StreamArn"]}
    mapping = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"EventSourceArn": arn, "FunctionName": "reader", "StartingPosition": "LATEST"},
    }
    old, new = (stack(table(stream=view), Mapping=mapping) for view in ("NEW_IMAGE", "KEYS_ONLY"))
    for each in (old, new):
        document = each["Resources"]["Reader"]["Properties"]["PolicyDocument"]
        document["Statement"].append({"Effect": "Allow", "Action": ["dynamodb:GetRecords"], "Resource": [arn]})
    off, on = rollout(old, new).steps
    assert "Mapping" not in off.template["Resources"]
    assert 1 == len(off.template["Resources"]["Reader"]["Properties"]["PolicyDocument"]["Statement"])
    assert new == on.template
    clean((off, on))


def test_a_table_that_moves_keeps_what_depends_on_it() -> None:
    """Policies and exports name it by name while it is out of the stack; only the table comes by the import."""
    outputs = {
        "Name": output({"Ref": "Orders"}, "Name"),
        "Arn": output({"Fn::Sub": "${Orders.Arn}/index/byA"}, "Arn"),
    }
    old = {
        "Resources": {"Orders": {**table(A), "DeletionPolicy": "Delete"}, "Reader": policy("byA", table="Orders")},
        "Outputs": outputs,
    }
    new = stack(
        table(A, B),
        "byA",
        "byB",
        outputs={
            "Name": output({"Ref": "Table"}, "Name"),
            "Arn": output({"Fn::Sub": "${Table.Arn}/index/byA"}, "Arn"),
        },
    )
    steps = rollout(old, new).steps
    assert [
        "keep `Orders`",
        "take `Orders` out of the stack",
        "import `Table`",
        "add index `byB`",
    ] == [step.title for step in steps]
    _, out, back, last = steps
    assert "orders" == out.template["Outputs"]["Name"]["Value"]
    assert () == compare(allowed(old), allowed(out.template)).lost
    assert {"Table"} == {*back.template["Resources"]} - {*out.template["Resources"]}
    assert out.template["Outputs"] == back.template["Outputs"]
    assert "Retain" == back.template["Resources"]["Table"]["DeletionPolicy"]
    assert "--change-set-type IMPORT" in back.preview
    assert '"ResourceIdentifier":{"TableName":"orders"}' in back.preview
    assert "execute-change-set" in back.command
    assert new == last.template
    assert back.file in last.back
    clean(steps)


def test_a_replacement_is_retained_until_the_last_step() -> None:
    """And unprotected, so that a replacement that fails can be undone."""
    loose = {**table(), "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
    old, new = (copied(stack(loose)) for _ in range(2))
    for each, key in ((old, "PK"), (new, "ID")):
        owned = each["Resources"]["Table"]["Properties"]
        del owned["TableName"]
        owned["DeletionProtectionEnabled"] = True
        owned["KeySchema"][0]["AttributeName"] = owned["AttributeDefinitions"][0]["AttributeName"] = key
    steps = rollout(old, new).steps
    assert [
        "keep the data of `Table`",
        "switch off the deletion protection of `Table`",
        "replace `Table`",
        "finish the replacement of `Table`",
    ] == [step.title for step in steps]
    shown = [step.template["Resources"]["Table"] for step in steps]
    assert [("Retain", True), ("Retain", False), ("Retain", False), ("Delete", True)] == [
        (each["UpdateReplacePolicy"], each["Properties"]["DeletionProtectionEnabled"]) for each in shown
    ]
    assert ("changes `DeletionPolicy`, `UpdateReplacePolicy` of `Table`",) == steps[0].changes
    clean(steps)


@pytest.mark.parametrize("size", [10, 700])
def test_a_large_template_goes_through_a_bucket(size: int) -> None:
    """Over 51,200 bytes."""
    topics = {
        f"Topic{number}": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "x" * 90}} for number in range(size)
    }
    (step,) = rollout(stack(table()), stack(table(), **topics)).steps
    assert (size == 700) is ("--s3-bucket BUCKET" in step.command)
    assert (size == 700) is ("--template-url" in step.preview)
