"""Where no update leads to the new template: the reason, and the way around it."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_table.lint.runner import lint_template
from cfn_table.review.rollout import Migration, Rollout
from cfn_table.synth.render import render_yaml
from tests.prove.tables import table_from_template
from tests.review.rollout.stacks import copied, index, output, rollout, stack, table

BY_A = index("byA")
LOCAL = {**index("byDate", "PK", "date"), "Projection": {"ProjectionType": "ALL"}}


def with_outputs(main: dict[str, Any], *names: str) -> dict[str, Any]:
    """A stack that exports its table's name and ARN."""
    outputs = {
        "TableName": output({"Ref": "Table"}, "TableName"),
        "TableArn": output({"Fn::GetAtt": ["Table", "Arn"]}, "TableArn"),
    }
    return stack(main, *names, outputs=outputs)


def as_global(template: dict[str, Any]) -> dict[str, Any]:
    """The stack with a global table in the place of its table."""
    found = copied(template)
    found["Resources"]["Table"]["Type"] = "AWS::DynamoDB::GlobalTable"
    owned = found["Resources"]["Table"]["Properties"]
    owned["Replicas"] = [{"Region": "us-east-1"}]
    owned["StreamSpecification"] = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    return found


CASES = {
    "another key": (
        with_outputs(table(BY_A), "byA"),
        with_outputs(table(BY_A, key="ID"), "byA"),
        "the key schema of `Table` changes, and `orders` cannot be made beside the old one",
    ),
    "a key of another type": (
        with_outputs(table()),
        with_outputs(table(types={"PK": "N"})),
        "the type of the key attribute `PK` of `Table` changes, and `orders` cannot be made beside the old one",
    ),
    "a local index": (
        with_outputs(table()),
        with_outputs(table(KeySchema=LOCAL["KeySchema"], LocalSecondaryIndexes=[LOCAL])),
        "the local secondary indexes of `Table` change, and they come and go with their table only",
    ),
    "a global table": (
        with_outputs(table(stream="NEW_AND_OLD_IMAGES")),
        as_global(with_outputs(table())),
        "the type of `Table` changes from `AWS::DynamoDB::Table` to `AWS::DynamoDB::GlobalTable`, which no update does",
    ),
}


def planned(name: str) -> tuple[Rollout, Migration]:
    """The rollout of a case, and its migration."""
    old, new, _ = CASES[name]
    found = rollout(old, new)
    assert found.migration is not None
    return found, found.migration


@pytest.mark.parametrize("name", CASES)
def test_what_no_update_does_is_told(name: str) -> None:
    """Without steps, since none of them would lead there."""
    found, _ = planned(name)
    assert not found.is_safe
    assert () == found.steps
    assert [CASES[name][2]] == [each.message for each in found.obstacles]


@pytest.mark.parametrize("name", CASES)
def test_the_migration_makes_a_second_table_and_switches_to_it(name: str) -> None:
    """Both tables are there in between, retained; each template lints clean."""
    _, way = planned(name)
    assert [
        "make `TableV2` beside `Table`",
        "switch to `TableV2`",
        "take `Table` out of the stack",
    ] == [step.title for step in way.steps]
    tables = [
        {name: each for name, each in step.template["Resources"].items() if "::DynamoDB::" in each["Type"]}
        for step in way.steps
    ]
    assert [{"Table", "TableV2"}, {"TableV2", "Table"}, {"TableV2"}] == [set(each) for each in tables]
    assert {"Retain"} == {each["DeletionPolicy"] for step in tables for each in step.values()}
    assert {"orders-v2"} == {each["TableV2"]["Properties"]["TableName"] for each in tables}
    for step in way.steps:
        found = lint_template(render_yaml(step.template), path="t", regions=["us-east-1"])
        assert [] == [f"{each.rule}: {each.message}" for each in found], step.title


def test_policies_allow_both_tables_in_between() -> None:
    """Nobody is locked out: what may be done with the one may be done with the other."""
    _, way = planned("another key")
    texts = [str(step.template["Resources"]["Reader"]) for step in way.steps]
    assert [(True, True), (True, True), (False, True)] == [
        ("${Table.Arn}/index/byA" in text, "${TableV2.Arn}/index/byA" in text) for text in texts
    ]


def test_exports_switch_in_the_second_step() -> None:
    """To the new table, once nobody imports them."""
    _, way = planned("another key")
    values = [step.template["Outputs"]["TableName"]["Value"] for step in way.steps]
    assert [{"Ref": "Table"}, {"Ref": "TableV2"}, {"Ref": "TableV2"}] == values
    assert "list-imports --export-name orders-TableName" in str(way.steps[1].before.commands)


def test_the_engine_makes_both_tables(local_dynamodb: Any) -> None:
    """The second one has the key that the first could not get."""
    _, way = planned("another key")
    names = [table_from_template(local_dynamodb, way.steps[0].template, each) for each in ("Table", "TableV2")]
    keys = [local_dynamodb.describe_table(TableName=each)["Table"]["KeySchema"][0]["AttributeName"] for each in names]
    assert [("orders", "PK"), ("orders-v2", "ID")] == list(zip(names, keys, strict=True))


def test_an_imported_export_blocks_another_stream() -> None:
    """The ARN would change; where importers are not known, the step says what to look at."""
    arn = {"Fn::GetAtt": ["Table", "StreamArn"]}
    old, new = (stack(table(stream=each), outputs={"Arn": output(arn, "Arn")}) for each in ("NEW_IMAGE", "KEYS_ONLY"))
    blocked = rollout(old, new, imports={"orders-Arn": ("reader",)})
    assert [
        "another stream view changes the value of export `${AWS::StackName}-Arn`, which is imported by `reader`"
    ] == [each.message for each in blocked.obstacles]
    assert rollout(old, new).is_safe
    assert "list-imports --export-name orders-Arn" in str(rollout(old, new).steps[0].before.commands)


def test_an_imported_export_blocks_a_replacement() -> None:
    """The name of the table would change; a second table beside it does not need it to."""
    old, new = (with_outputs(table(TableName=each)) for each in ("orders", "sales"))
    blocked = rollout(old, new, imports={"orders-TableName": ("reader",)})
    assert not blocked.is_safe
    assert blocked.migration is not None
    assert [] == list(rollout(old, new, imports={}).obstacles)


def test_a_computed_list_of_indexes_is_no_guess() -> None:
    """What changes in it is not known."""
    old = stack(table(BY_A))
    new = copied(old)
    new["Conditions"] = {"IsBig": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}}
    listed = {"Fn::If": ["IsBig", [BY_A], {"Ref": "AWS::NoValue"}]}
    new["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"] = listed
    assert ["the list of its indexes is computed, so it is not known what changes"] == [
        each.message for each in rollout(old, new).obstacles
    ]
    changed = copied(new)
    changed["Resources"]["Table"]["Properties"]["TableClass"] = "STANDARD"
    assert ["deploy the new template"] == [step.title for step in rollout(new, changed).steps]
