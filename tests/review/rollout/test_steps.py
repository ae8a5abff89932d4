"""Each change has its steps: titles, templates without a finding, and updates that AWS's own engine takes."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cfn_table.lint.runner import lint_template
from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.update_steps import apply, update_calls
from cfn_table.review.rollout.values import Step
from cfn_table.synth.render import render_yaml
from tests.prove.tables import table_from_template
from tests.review.rollout.stacks import PAIRS, REPLACEMENTS, Pair, rollout

ALL = {**PAIRS, **REPLACEMENTS}
ACCEPTED = {"another projection under an exported name": {"outputs-name-existing-indexes"}}
"""What is wrong on the way and cannot be helped: an export stays while its index is away."""


@functools.cache
def steps_of(name: str) -> tuple[Step, ...]:
    """The steps of a pair."""
    pair = ALL[name]
    return rollout(pair.old, pair.new, **pair.known).steps


@functools.cache
def findings(text: str) -> tuple[str, ...]:
    """What the linter says about a template."""
    found = lint_template(text, path="template.yaml", regions=["us-east-1"])
    return tuple(f"{each.rule}: {each.message}" for each in found)


@pytest.mark.parametrize("name", ALL)
def test_the_steps(name: str) -> None:
    """Their titles, in order."""
    assert ALL[name].titles == tuple(step.title for step in steps_of(name))


@pytest.mark.parametrize("name", ALL)
def test_each_step_differs_and_the_last_is_the_new_template(name: str) -> None:
    """And each says what it changes, how to deploy it and how to go back."""
    previous = ALL[name].old
    for step in steps_of(name):
        assert previous != step.template
        assert step.changes
        assert step.file in step.preview
        assert step.back
        assert step.wait
        previous = step.template
    assert ALL[name].new == previous


@pytest.mark.parametrize("name", ALL)
def test_each_step_lints_clean(name: str) -> None:
    """By cfn-lint and by our rules."""
    for step in steps_of(name):
        found = [
            it for it in findings(render_yaml(step.template)) if it.partition(":")[0] not in ACCEPTED.get(name, ())
        ]
        assert [] == found, step.title


# ---------------------------------------------------------------- on AWS's own engine


def in_place(pair: Pair) -> Iterator[str]:
    """Logical ids of the tables that are in both templates."""
    for name, resource in pair.old["Resources"].items():
        if resource["Type"] == "AWS::DynamoDB::Table" and name in pair.new["Resources"]:
            yield name


def index_changes(calls: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """The creations and deletions of indexes in calls."""
    return [
        change
        for call in calls
        for change in call["Arguments"].get("GlobalSecondaryIndexUpdates", ())
        if {"Create", "Delete"} & set(change)
    ]


@pytest.mark.parametrize("name", PAIRS)
def test_the_engine_takes_each_step(local_dynamodb: Any, name: str) -> None:
    """With one change of an index at most, and the table is then as the new template says."""
    pair = PAIRS[name]
    for logical_id in in_place(pair):
        table_name = table_from_template(local_dynamodb, pair.old, logical_id)
        previous = pair.old
        for step in steps_of(name):
            calls = update_calls(previous, step.template, logical_id)
            assert len(index_changes(calls)) <= 1, step.title
            assert sum(call["Operation"] == "UpdateTimeToLive" for call in calls) <= 1, step.title
            apply(local_dynamodb, table_name, calls)
            previous = step.template
        state = local_dynamodb.describe_table(TableName=table_name)["Table"]
        wanted = pair.new["Resources"][logical_id]["Properties"]
        assert sorted(each["IndexName"] for each in wanted.get("GlobalSecondaryIndexes", ())) == sorted(
            each["IndexName"] for each in state.get("GlobalSecondaryIndexes", ())
        )
        assert sorted(each["AttributeName"] for each in wanted["AttributeDefinitions"]) == sorted(
            each["AttributeName"] for each in state["AttributeDefinitions"]
        )


def at_once(pair: Pair, logical_id: str) -> dict[str, Any]:
    """What one update would be: every change of an index in one call."""
    calls = update_calls(pair.old, pair.new, logical_id)
    wanted = pair.new["Resources"][logical_id]["Properties"]
    return {
        "Operation": "UpdateTable",
        "Arguments": {
            "AttributeDefinitions": wanted["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": index_changes(calls),
        },
    }


@pytest.mark.parametrize("name", [name for name, pair in PAIRS.items() if pair.refused])
def test_the_engine_refuses_the_update_in_one_step(local_dynamodb: Any, name: str) -> None:
    """In the words of the service."""
    pair = PAIRS[name]
    for logical_id in in_place(pair):
        table_name = table_from_template(local_dynamodb, pair.old, logical_id)
        with pytest.raises(EngineRefused, match=r"is refused: `(LimitExceeded|Validation)Exception`"):
            apply(local_dynamodb, table_name, [at_once(pair, logical_id)])
