"""Global tables: one replica or one index at a time, and settings of indexes only where the indexes are."""

from __future__ import annotations

from typing import Any

from cfn_table.lint.runner import lint_template
from cfn_table.synth.render import render_yaml
from tests.review.rollout.stacks import index, rollout, stack, table


def global_table(*indexes: str, regions: tuple[str, ...] = ("us-east-1",)) -> dict[str, Any]:
    """A global table with these indexes, each with insights in every replica."""
    made = table(*(index(each) for each in indexes), stream="NEW_AND_OLD_IMAGES")
    made["Type"] = "AWS::DynamoDB::GlobalTable"
    insights = {"ContributorInsightsSpecification": {"Enabled": True}}
    settings = [{"IndexName": each, **insights} for each in indexes]
    replica = {"GlobalSecondaryIndexes": settings} if settings else {}
    made["Properties"]["Replicas"] = [{"Region": each, **replica} for each in regions]
    return made


def test_replicas_come_before_indexes_and_go_after_them() -> None:
    """Each in a step of its own."""
    old = stack(global_table("byA", regions=("us-east-1", "eu-west-1")))
    new = stack(global_table("byB", regions=("us-east-1", "eu-central-1")))
    steps = rollout(old, new).steps
    assert [
        "add replica `eu-central-1`",
        "add index `byB`",
        "remove index `byA`",
        "remove replica `eu-west-1`",
    ] == [step.title for step in steps]
    assert ["replica", "index", "index", "replica"] == [step.why.split(" one ")[1].split()[0] for step in steps]
    shown = []
    for step in steps:
        owned = step.template["Resources"]["Table"]["Properties"]
        names = [each["IndexName"] for each in owned["GlobalSecondaryIndexes"]]
        for replica in owned["Replicas"]:
            assert sorted(names) == sorted(each["IndexName"] for each in replica["GlobalSecondaryIndexes"]), step.title
        shown.append((sorted(names), sorted(each["Region"] for each in owned["Replicas"])))
        assert [] == lint_template(render_yaml(step.template), path="t", regions=["us-east-1"])
    assert [
        (["byA"], ["eu-central-1", "eu-west-1", "us-east-1"]),
        (["byA", "byB"], ["eu-central-1", "eu-west-1", "us-east-1"]),
        (["byB"], ["eu-central-1", "eu-west-1", "us-east-1"]),
        (["byB"], ["eu-central-1", "us-east-1"]),
    ] == shown
    assert new == steps[-1].template
