"""Whatever changes: the last template is the new one, and no step does what the service or CloudFormation refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cfn_table.lint.rules import RULES, TemplateView
from cfn_table.prove.engines.create_table import remove_table
from cfn_table.prove.update_steps import apply, update_calls
from cfn_table.review.rollout.exports import exports
from cfn_table.review.rollout.tables import key_attributes
from cfn_table.review.rollout.values import Step
from tests.prove.tables import table_from_template
from tests.review.rollout.stacks import ONE_UNIT, PROVISIONED, index, output, policy, rollout, stack, table

NAMES = ("byA", "byB", "byC", "byD")
EXPORTS = ("byAName", "byBName", "TableName", "Limit")
ALL = {"ProjectionType": "ALL"}
KEYS_ONLY = {"ProjectionType": "KEYS_ONLY"}


@st.composite
def tables(draw: st.DrawFn, name: str, shared: str) -> tuple[dict[str, Any], list[str]]:
    """A table of any of two keys per index, two projections, two billing modes; and the names of its indexes."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(0, 4))]
    provisioned = draw(st.booleans())
    more: dict[str, Any] = {"ProvisionedThroughput": ONE_UNIT} if provisioned else {}
    types = {"shared": draw(st.sampled_from("SN"))}
    found = [
        index(
            each,
            draw(st.sampled_from([f"{each}PK", shared or f"{each}SK"])),
            **more,
            Projection=draw(st.sampled_from([ALL, ALL, KEYS_ONLY])),
        )
        for each in names
    ]
    made = table(
        *found,
        ttl=draw(st.sampled_from([None, "expires", "until"])),
        types=types,
        **(PROVISIONED if provisioned else {}),
        TableName=name,
        TableClass=draw(st.sampled_from([None, "STANDARD"])),
        DeletionProtectionEnabled=draw(st.sampled_from([None, True])),
    )
    return made, list(names)


@st.composite
def stacks(draw: st.DrawFn, shared: str = "shared") -> dict[str, Any]:
    """A template with a table or two, a policy on each, and outputs; indexes may share a key attribute."""
    main, names = draw(tables("orders", shared))
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        other, others = draw(tables("other", shared))
        more = {"Other": other, "OtherReader": policy(*others, table="Other")}
    exported = draw(st.sets(st.sampled_from(EXPORTS)))
    values: dict[str, Any] = {each: each.removesuffix("Name") for each in exported if each.startswith("by")}
    values = {each: value for each, value in values.items() if value in names}
    if "TableName" in exported:
        values["TableName"] = {"Ref": "Table"}
    if "Limit" in exported:
        values["Limit"] = draw(st.sampled_from(["10", "20"]))
    return stack(main, *names, outputs={each: output(value, each) for each, value in values.items()}, **more)


def resources(template: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The properties of the tables of a template."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::DynamoDB::Table":
            yield name, resource["Properties"]


def indexes(properties: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """What makes each index of a table what it is; the type of a key attribute belongs to it."""
    types = {each["AttributeName"]: each["AttributeType"] for each in properties["AttributeDefinitions"]}
    return {
        each["IndexName"]: (
            [(part["AttributeName"], types.get(part["AttributeName"])) for part in each["KeySchema"]],
            each["Projection"],
        )
        for each in properties.get("GlobalSecondaryIndexes", ())
    }


def index_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> int:
    """How many indexes come and go between two tables; one that is swapped does both."""
    before, after = indexes(old), indexes(new)
    return sum(before.get(name) != after.get(name) for name in {*before, *after}) + sum(
        before[name] != after[name] for name in before if name in after
    )


def pairs(old: dict[str, Any], steps: tuple[Step, ...]) -> Iterator[tuple[dict[str, Any], Step]]:
    """Each step with the template before it."""
    previous = old
    for step in steps:
        yield previous, step
        previous = step.template


def problems(template: Mapping[str, Any]) -> set[str]:
    """What our rules about templates find."""
    view = TemplateView(template, size=1)
    return {f"{rule.NAME}: {found.message}" for rule in RULES for found in rule.check(view)}


IMPORTS = st.none() | st.fixed_dictionaries({}, optional={f"orders-{each}": st.just(("reader",)) for each in EXPORTS})


@given(old=stacks(), new=stacks(), imports=IMPORTS)
def test_every_way_is_safe(
    old: dict[str, Any], new: dict[str, Any], imports: dict[str, tuple[str, ...]] | None
) -> None:
    """All laws at once, over pairs of templates that updates lead between."""
    found = rollout(old, new, imports=imports)
    assert found.is_safe
    assert (old == new) is (found.steps == ())
    assert new == (found.steps[-1].template if found.steps else old)
    swapped = any("keeps its name" in each for each in found.warnings)
    for previous, step in pairs(old, found.steps):
        assert previous != step.template
        assert step.changes
        before = dict(resources(previous))
        for name, properties in resources(step.template):
            defined = [each["AttributeName"] for each in properties["AttributeDefinitions"]]
            assert sorted(set(key_attributes(properties))) == sorted(defined), step.title
            if name in before:
                assert index_changes(before[name], properties) <= 1, step.title
                expiry = [each.get("TimeToLiveSpecification") for each in (before[name], properties)]
                attributes = {each["AttributeName"] for each in expiry if each and each["Enabled"]}
                assert len(attributes) <= 1, step.title
        wrong = problems(step.template)
        assert not wrong or (swapped and {"outputs-name-existing-indexes"} == {it.split(":")[0] for it in wrong}), wrong
        exports_go_alone(previous, step, imports)


def exports_go_alone(previous: dict[str, Any], step: Step, imports: Mapping[str, Any] | None) -> None:
    """What somebody may import goes, or changes, in a step that says how to see importers and changes no index."""
    before, after = exports(previous), exports(step.template)
    gone = [name for name, each in before.items() if name not in after or after[name].value != each.value]
    shown = [name.replace("${AWS::StackName}", "orders") for name in gone]
    imported = [name for name in shown if imports is None or imports.get(name)]
    assert all(name in "".join(step.before.commands) for name in imported), step.title
    if imported:
        tables_before = dict(resources(previous))
        assert [0] * len(tables_before) == [
            index_changes(tables_before[name], properties) for name, properties in resources(step.template)
        ]


@given(old=stacks())
def test_nothing_to_do_has_no_steps(old: dict[str, Any]) -> None:
    """Whatever is in the template."""
    assert () == rollout(old, old).steps


@given(old=stacks(), new=stacks())
def test_a_plan_is_always_the_same(old: dict[str, Any], new: dict[str, Any]) -> None:
    """It depends on the two templates alone."""
    assert rollout(old, new) == rollout(old, new)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=stacks(shared=""), new=stacks(shared=""))
def test_the_engine_takes_any_way(local_dynamodb: Any, old: dict[str, Any], new: dict[str, Any]) -> None:
    """AWS's own engine accepts the calls of each step, and the indexes are then those of the new template.

    No two indexes share a key attribute: DynamoDB Local 1.25 never finishes deleting one of those (its log tells of
    a syntax error in `DROP INDEX`).
    """
    for name, properties in resources(new):
        if name not in dict(resources(old)):
            continue
        table_name = table_from_template(local_dynamodb, old, name)
        for previous, step in pairs(old, rollout(old, new, imports={}).steps):
            if name in step.template["Resources"]:
                apply(local_dynamodb, table_name, update_calls(previous, step.template, name), seconds=15)
        state = local_dynamodb.describe_table(TableName=table_name)["Table"]
        assert sorted(indexes(properties)) == sorted(
            each["IndexName"] for each in state.get("GlobalSecondaryIndexes", ())
        )
        remove_table(local_dynamodb, table_name)
