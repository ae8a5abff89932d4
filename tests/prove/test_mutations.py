"""A design, a template, a policy or a request that is broken in one place is caught: by a rule, or by executing it.

Each mutation names who must catch it: `rule:` and the design rule, `pattern:` and the access pattern that fails,
`policy:` and the policy that does not do what it says, or `engine` where the table does not take the design's items.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import cfn_table
from cfn_table.design.design import Design
from cfn_table.design.requests import KeyCondition, Request, derive
from cfn_table.errors import CfnTableError
from cfn_table.findings import Severity
from cfn_table.pipeline.artifacts import make_artifacts
from cfn_table.prove import run
from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.engines.moto import moto_engine
from cfn_table.prove.report import Verdict
from tests.engines.install import ROOT
from tests.projects import copy_designs

Template = dict[str, Any]


@dataclass(frozen=True)
class Mutation:
    """What is broken, and what must be said.

    Attributes:
        caught: see the module; any of them is enough.
        design: name of a design.
        text: a text of the design or of an included file, and what takes its place.
        template: changes the template.
        request: changes a request of an access pattern, by the pattern's name.
    """

    caught: str
    design: str = "kv-storage"
    text: tuple[str, str] | None = None
    template: Callable[[Template], None] | None = None
    request: tuple[str, Callable[[Request], Request]] | None = None


def table(template: Template) -> Template:
    """The table's properties."""
    (found,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::DynamoDB::Table")
    properties: Template = found["Properties"]
    return properties


def index(template: Template, name: str = "GSI1") -> Template:
    """An index."""
    (found,) = (each for each in table(template)["GlobalSecondaryIndexes"] if each["IndexName"] == name)
    result: Template = found
    return result


def statement(template: Template, policy: str, action: str, place: str = "") -> Template:
    """The first statement of a policy that allows an action, and whose resources hold a text."""
    for each in template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"]:
        if f"dynamodb:{action}" in each["Action"] and place in str(each["Resource"]):
            found: Template = each
            return found
    raise LookupError(action)


def swap_the_index_keys(template: Template) -> None:
    """Partition and sort key of the index take each other's place."""
    one, other = index(template)["KeySchema"]
    one["AttributeName"], other["AttributeName"] = other["AttributeName"], one["AttributeName"]


def swap_the_table_keys(template: Template) -> None:
    """Partition and sort key of the table take each other's place."""
    one, other = table(template)["KeySchema"]
    one["AttributeName"], other["AttributeName"] = other["AttributeName"], one["AttributeName"]


def project_only_keys(template: Template) -> None:
    """The index holds keys only."""
    index(template)["Projection"] = {"ProjectionType": "KEYS_ONLY"}


def make_a_key_a_number(template: Template) -> None:
    """The sort key of the index is a number."""
    for each in table(template)["AttributeDefinitions"]:
        if each["AttributeName"] == "GSI1SK":
            each["AttributeType"] = "N"


def swap_two_indexes(template: Template) -> None:
    """Each of two indexes has the other's key."""
    one, other = index(template, "inverted"), index(template, "GSI1")
    one["KeySchema"], other["KeySchema"] = other["KeySchema"], one["KeySchema"]


def drop_a_projected_attribute(template: Template) -> None:
    """The index lacks an attribute that a pattern returns."""
    index(template, "open-orders")["Projection"]["NonKeyAttributes"].remove("total")


def forget_a_statement(template: Template) -> None:
    """The API may not look for users."""
    document = template["Resources"]["ApiPolicy"]["Properties"]["PolicyDocument"]
    document["Statement"].remove(statement(template, "ApiPolicy", "Query", "index"))


def forget_an_action(template: Template) -> None:
    """The API may not delete keys."""
    for each in template["Resources"]["ApiPolicy"]["Properties"]["PolicyDocument"]["Statement"]:
        each["Action"] = [name for name in each["Action"] if name != "dynamodb:DeleteItem"]


def reach_every_tenant(template: Template) -> None:
    """A tenant reaches all namespaces."""
    for each in template["Resources"]["TenantPolicy"]["Properties"]["PolicyDocument"]["Statement"]:
        each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = ["NS#*"]


def show_every_attribute(template: Template) -> None:
    """Reports may read whole users."""
    for each in template["Resources"]["ReportingPolicy"]["Properties"]["PolicyDocument"]["Statement"]:
        del each["Condition"]["StringEquals"]
        each["Condition"].pop("ForAllValues:StringEquals", None)


def name_another_index(template: Template) -> None:
    """A policy is about an index that is not there."""
    statement(template, "ApiPolicy", "Query", "index")["Resource"] = [{"Fn::Sub": "${KVStorageTable.Arn}/index/GSI2"}]


def misspell_a_leading_key(template: Template) -> None:
    """A policy is about partitions that nobody writes to."""
    for each in template["Resources"]["ApiPolicy"]["Properties"]["PolicyDocument"]["Statement"]:
        condition = each["Condition"]["ForAllValues:StringLike"]
        condition["dynamodb:LeadingKeys"] = [key.lower() for key in condition["dynamodb:LeadingKeys"]]


def expression(name: str, old: str, new: str) -> Callable[[Request], Request]:
    """A request with another text in one of its expressions."""

    def changed(request: Request) -> Request:
        assert old in request.expressions[name]
        return replace(request, expressions={**request.expressions, name: request.expressions[name].replace(old, new)})

    return changed


def without(name: str) -> Callable[[Request], Request]:
    """A request without one of its expressions, and without what only that one uses."""

    def changed(request: Request) -> Request:
        rest = {each: text for each, text in request.expressions.items() if each != name}
        used = " ".join(rest.values()).replace("(", " ").replace(")", " ").replace(",", " ").split()
        names = {alias: attribute for alias, attribute in request.names.items() if alias in used}
        values = {alias: value for alias, value in request.values.items() if alias in used}
        return replace(request, expressions=rest, names=names, values=values)

    return changed


def widen(request: Request) -> Request:
    """The sort key's prefix is cut by its last character."""
    (alias,) = (each for each, value in request.values.items() if value.template and "KEY#" in str(value.template))
    operand = request.values[alias]
    assert operand.template is not None
    first, *rest = operand.template.parts
    shorter = replace(operand, template=replace(operand.template, parts=(str(first)[:-2], *rest)))
    return replace(request, values={**request.values, alias: shorter})


def on_the_table(request: Request) -> Request:
    """The query goes to the table, whose keys it does not name."""
    return replace(request, keys=replace(request.keys, index=None))


def another_attribute(request: Request) -> Request:
    """`begins_with` is about the table's sort key."""
    return replace(request, names={alias: "SK" if name == "GSI1SK" else name for alias, name in request.names.items()})


def wrong_key(request: Request) -> Request:
    """The item is looked for under a constant sort key of another case."""
    key = tuple(
        KeyCondition(each.attribute, each.comparison, tuple(type(t)((str(t).lower(),)) for t in each.templates))
        if each.attribute == "SK"
        else each
        for each in request.key
    )
    return replace(request, key=key, keys_by_entity=dict.fromkeys(request.keys_by_entity, key))


MUTATIONS: dict[str, Mutation] = {
    "a prefix that no key has": Mutation(
        "rule:sort-conditions-match-their-templates",
        text=('begins_with: "KEY#{prefix}"', 'begins_with: "KYE#{prefix}"'),
    ),
    "an index key that no item has": Mutation(
        "rule:entities-write-the-keys-of-their-patterns", text=("      GSI1PK: APIKEY#{apiKey}\n", "")
    ),
    "a projection without what is returned": Mutation(
        "rule:projections-cover-what-patterns-return",
        "shop",
        text=("{include: [customerId, total]}", "{include: [customerId]}"),
    ),
    "a query of the index for what it does not hold": Mutation(
        "rule:entities-write-the-keys-of-their-patterns",
        text=(
            "    operation: Query\n    entity: user_namespace",
            "    operation: Query\n    index: GSI1\n    entity: user_namespace",
        ),
    ),
    "two entities under one key": Mutation(
        "rule:entities-never-share-a-key", text=("      SK: NS#{namespace}\n", "      SK: METADATA\n")
    ),
    "swapped keys of the index": Mutation("engine", template=swap_the_index_keys),
    "swapped keys of the table": Mutation("engine", template=swap_the_table_keys),
    "an index with keys only": Mutation("pattern:list_keys_by_prefix", template=project_only_keys),
    "a key of another type": Mutation("engine", template=make_a_key_a_number),
    "swapped indexes": Mutation("pattern:orders_of_day", "shop", template=swap_two_indexes),
    "an index without an attribute": Mutation("pattern:orders_open_since", "shop", template=drop_a_projected_attribute),
    "a policy without its pattern": Mutation("policy:api", template=forget_a_statement),
    "a policy without an action": Mutation("policy:api", template=forget_an_action),
    "a tenant's policy for all tenants": Mutation("policy:tenant", template=reach_every_tenant),
    "a policy that shows what it hides": Mutation("policy:reporting", template=show_every_attribute),
    "a policy for another index": Mutation("policy:api", template=name_another_index),
    "a policy for other partitions": Mutation("policy:api", template=misspell_a_leading_key),
    "a condition that is too wide": Mutation("pattern:list_keys_by_prefix", request=("list_keys_by_prefix", widen)),
    "a query of the wrong table": Mutation(
        "pattern:get_user_by_api_key", request=("get_user_by_api_key", on_the_table)
    ),
    "begins_with on the wrong attribute": Mutation(
        "pattern:list_keys_by_prefix", request=("list_keys_by_prefix", another_attribute)
    ),
    "a key of the wrong case": Mutation("pattern:get_namespace", request=("get_namespace", wrong_key)),
    "a read without its projection": Mutation(
        "pattern:report_user", request=("report_user", without("ProjectionExpression"))
    ),
    "a write without its condition": Mutation(
        "pattern:manage_key", request=("manage_key", without("ConditionExpression"))
    ),
    "a filter that lets all pass": Mutation(
        "pattern:orders_of_day",
        "shop",
        request=("orders_of_day", expression("FilterExpression", " AND ", " OR ")),
    ),
    "a comparison that is off by one": Mutation(
        "pattern:orders_of_day", "shop", request=("orders_of_day", expression("FilterExpression", ">=", ">"))
    ),
    "the wrong order": Mutation(
        "pattern:orders_of_customer",
        "shop",
        request=("orders_of_customer", lambda each: replace(each, order="ascending")),
    ),
    "no limit": Mutation(
        "pattern:orders_of_customer", "shop", request=("orders_of_customer", lambda each: replace(each, limit=None))
    ),
    "a projection of too little": Mutation(
        "pattern:report_user",
        request=("report_user", expression("ProjectionExpression", ", #plan", "")),
    ),
}


def project(folder: Path, name: str) -> Path:
    """A project with a design; gives the design's file."""
    if name != "kv-storage":
        return copy_designs(folder, name) / "templates" / f"{name}.yaml"
    (folder / "templates").mkdir()
    path = folder / "templates" / "kv-storage.yaml"
    path.write_text((ROOT / "templates" / "kv-storage.yaml").read_text("utf-8"), "utf-8")
    (folder / "policies" / name).mkdir(parents=True)
    for each in (ROOT / "policies" / name).glob("*.yaml"):
        (folder / "policies" / name / each.name).write_text(each.read_text("utf-8"), "utf-8")
    return path


def caught(mutation: Mutation, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Who catches it."""
    path = project(folder, mutation.design)
    if mutation.text is not None:
        files = [path, *path.parent.glob(f"{mutation.design}/*.yaml")]
        texts = {each: each.read_text("utf-8") for each in files}
        assert any(mutation.text[0] in text for text in texts.values())
        for each, text in texts.items():
            each.write_text(text.replace(*mutation.text), "utf-8")
    design = cfn_table.load_design(path)
    found = [each for each in cfn_table.check_design(design) if each.severity is Severity.ERROR]
    yield from (f"rule:{each.rule}" for each in found)
    if found:
        return
    template: Template = copy.deepcopy(dict(make_artifacts(design).template))
    if mutation.template is not None:
        mutation.template(template)
    if mutation.request is not None:
        bend(*mutation.request, monkeypatch)
    yield from executed(design, template, patterns_of(mutation))


def patterns_of(mutation: Mutation) -> set[str] | None:
    """The access patterns to execute: the one that must fail, or all where it is not about one."""
    kind, _, name = mutation.caught.partition(":")
    return {name} if kind == "pattern" else None


def bend(name: str, change: Callable[[Request], Request], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the requests of a pattern be derived wrongly."""

    def bent(design: Design, pattern: str) -> tuple[Request, ...]:
        return tuple(change(each) if pattern == name else each for each in derive(design, pattern))

    monkeypatch.setattr(run, "derive", bent)


def executed(design: Design, template: Mapping[str, Any], only: set[str] | None) -> Iterator[str]:
    """What fails when the design's patterns, or only some of them, are executed on a template."""
    try:
        with moto_engine(design, template) as deployed:
            report = run.execute(design, template, deployed, seed=0, only=only)
    except EngineRefused:
        yield "engine"
        return
    yield from (f"pattern:{each.pattern}" for each in report.results if each.verdict is Verdict.FAILED)
    for failure in report.access_failures:
        yield from (f"policy:{policy}" for policy in report.policies if f"`{policy}`" in failure)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_caught(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is, and by whom it must be."""
    mutation = MUTATIONS[name]
    try:
        found = set(caught(mutation, tmp_path, monkeypatch))
    except CfnTableError as error:
        found = {f"rule:{each.rule}" for each in error.findings}
    assert mutation.caught in found, found


@pytest.mark.parametrize("name", sorted({each.design for each in MUTATIONS.values()}))
def test_without_a_mutation_nothing_is_caught(name: str, tmp_path: Path) -> None:
    """So it is the mutation that is caught."""
    design = cfn_table.load_design(project(tmp_path, name))
    named = [patterns_of(each) or set() for each in MUTATIONS.values() if each.design == name]
    assert [] == list(executed(design, make_artifacts(design).template, set().union(*named)))
