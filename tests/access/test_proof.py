"""The proof of generated policies: it holds for what is generated, and for nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfn_table.access import Relation
from cfn_table.access.proof import PolicyProof, findings_of, prove_policies
from cfn_table.access.specification import specification
from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.languages import wildcard
from cfn_table.synth.template import synthesize, to_plain
from tests.engines.install import ROOT
from tests.projects import NAMES, copy_designs

Statement = dict[str, Any]


@pytest.fixture(scope="module")
def designs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Design]:
    """Every design that the tests have, and kv-storage, by name."""
    root = copy_designs(tmp_path_factory.mktemp("designs"))
    paths = [ROOT / "templates" / "kv-storage.yaml", *(root / "templates" / f"{name}.yaml" for name in NAMES)]
    return {path.stem: load_design(path, environment={}) for path in paths}


@pytest.fixture(scope="module")
def kv_storage(designs: dict[str, Design]) -> Design:
    """The design kv-storage."""
    return designs["kv-storage"]


def proved(design: Design, change: Callable[[Statement], None] | None = None, policy: str = "ApiPolicy") -> Any:
    """What is shown of each policy by name, after a change of the first statement of one policy in the template."""
    template = copy.deepcopy(to_plain(synthesize(design)))
    if change is not None:
        change(template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"][0])
    return {proof.policy: proof for proof in prove_policies(design, template)}


@pytest.mark.parametrize("name", ["kv-storage", *NAMES])
def test_generated_policies_allow_just_their_patterns(name: str, designs: dict[str, Design]) -> None:
    """The template's policies, merged and split, equal one statement for each request of each pattern."""
    design = designs[name]
    proofs = prove_policies(design, to_plain(synthesize(design)))
    assert [policy.name for policy in design.policies] == [proof.policy for proof in proofs]
    assert {Relation.EQUAL} == {proof.comparison.relation for proof in proofs}
    assert [] == list(findings_of(design, proofs))


def scan(statement: Statement) -> None:
    """Allow to read the whole table."""
    statement["Action"].append("dynamodb:Scan")


def all_actions(statement: Statement) -> None:
    """Allow everything on the keys."""
    statement["Action"] = ["dynamodb:*"]


def other_partitions(statement: Statement) -> None:
    """Allow the keys of users."""
    statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"].append("USER#*")


def a_longer_prefix(statement: Statement) -> None:
    """Allow all keys that begin like the right ones."""
    statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = ["NS*"]


def no_null(statement: Statement) -> None:
    """Allow requests without a partition key: ForAllValues is true of them."""
    del statement["Condition"]["Null"]


def no_condition(statement: Statement) -> None:
    """Allow all keys."""
    del statement["Condition"]


def all_indexes(statement: Statement) -> None:
    """Allow the indexes too."""
    statement["Resource"].append({"Fn::Sub": "${KVStorageTable.Arn}/index/*"})


def all_tables(statement: Statement) -> None:
    """Allow other tables."""
    statement["Resource"] = ["*"]


@pytest.mark.parametrize(
    "change",
    [scan, all_actions, other_partitions, a_longer_prefix, no_null, no_condition, all_indexes, all_tables],
    ids=lambda change: change.__name__,
)
def test_a_policy_that_allows_more_is_found(change: Callable[[Statement], None], kv_storage: Design) -> None:
    """With a request that it allows and that no pattern needs; the other policies are as they were."""
    proofs = proved(kv_storage, change)
    assert Relation.WIDER == proofs["api"].comparison.relation
    assert {"reporting": True, "tenant": True} == {name: proofs[name].holds for name in ("reporting", "tenant")}
    found = list(findings_of(kv_storage, proofs.values()))
    assert {"policies-allow-only-their-patterns"} == {finding.rule for finding in found}
    assert all("allows what no access pattern of it needs: `dynamodb:" in finding.message for finding in found)
    assert all(str(finding.location).endswith("policies/kv-storage/api.yaml:4:1") for finding in found)


def no_put(statement: Statement) -> None:
    """Forget an action."""
    statement["Action"].remove("dynamodb:PutItem")


def one_namespace(statement: Statement) -> None:
    """Allow some keys only."""
    statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = ["NS#a*"]


def a_wrong_index(statement: Statement) -> None:
    """Name an index that the table has not."""
    statement["Resource"] = [{"Fn::Sub": "${KVStorageTable.Arn}/index/GSI2"}]


def only_with_mfa(statement: Statement) -> None:
    """Ask for more than the patterns say."""
    statement["Condition"]["Bool"] = {"aws:MultiFactorAuthPresent": "true"}


@pytest.mark.parametrize("change", [no_put, one_namespace, only_with_mfa], ids=lambda change: change.__name__)
def test_a_policy_that_allows_less_is_found(change: Callable[[Statement], None], kv_storage: Design) -> None:
    """With a request that a pattern needs and that it does not allow."""
    proofs = proved(kv_storage, change)
    assert Relation.NARROWER == proofs["api"].comparison.relation
    found = list(findings_of(kv_storage, proofs.values()))
    assert found
    assert all("does not allow what an access pattern of it needs: `dynamodb:" in finding.message for finding in found)


def test_a_policy_for_a_wrong_index_allows_other_things(kv_storage: Design) -> None:
    """Neither more nor less: both are told."""
    assert Relation.INCOMPARABLE == proved(kv_storage, a_wrong_index)["api"].comparison.relation


def test_an_unknown_operator_is_no_proof(kv_storage: Design) -> None:
    """What cannot be decided is not published either."""

    def odd(statement: Statement) -> None:
        statement["Condition"]["StringSimilar"] = {"aws:username": "x"}

    proof: PolicyProof = proved(kv_storage, odd)["api"]
    assert Relation.UNDECIDED == proof.comparison.relation
    first = next(findings_of(kv_storage, [proof]))
    reason = "whether `dynamodb:GetItem` is lost: a condition operator is not known"
    assert f"what policy `api` allows cannot be decided: {reason}" == first.message


def test_an_unbound_tenant_is_found(kv_storage: Design) -> None:
    """The tenant's variable is part of what is proven."""

    def unbound(statement: Statement) -> None:
        statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = ["NS#*"]

    assert Relation.WIDER == proved(kv_storage, unbound, "TenantPolicy")["tenant"].comparison.relation


def test_hidden_attributes_are_part_of_the_proof(kv_storage: Design) -> None:
    """A reporting policy that shows one attribute more, or any projection, allows more."""

    def shows_more(statement: Statement) -> None:
        statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"].append("passwordHash")

    def any_projection(statement: Statement) -> None:
        del statement["Condition"]["StringEquals"]

    for change in (shows_more, any_projection):
        assert Relation.WIDER == proved(kv_storage, change, "ReportingPolicy")["reporting"].comparison.relation


def test_patterns_that_come_along_are_listed(designs: dict[str, Design]) -> None:
    """A pattern that a policy does not list and that IAM cannot tell from those that it does."""
    proofs = {proof.policy: proof for proof in prove_policies(designs["shop"], to_plain(synthesize(designs["shop"])))}
    assert {
        "back-office": ("rename_customer",),
        "checkout": ("get_customer", "rename_customer", "ship_order"),
        "storefront": (),
    } == {name: proof.also_allows for name, proof in proofs.items()}


@pytest.mark.parametrize("name", ["kv-storage", *NAMES])
def test_the_specification_covers_every_key(name: str, designs: dict[str, Design]) -> None:
    """Every text that the template of a partition key can give matches a pattern that is made for it."""
    design = designs[name]
    templates = {
        (view.name, attribute): view.templates[attribute].language(view.domains)
        for view in design.entities.values()
        for keys in design.all_keys
        for attribute in keys.partition
        if attribute in view.templates and design.key_types[attribute] == "S" and len(keys.partition) == 1
    }
    patterns = {
        value
        for policy in design.policies
        for statement in specification(design, policy).statements
        for test in statement.tests
        if test.key == "dynamodb:leadingkeys" and test.operator and test.operator.name == "StringLike"
        for value in test.values
        if "${aws:" not in value
    }
    for pattern in patterns:
        assert any(wildcard(pattern).includes(language) for language in templates.values()), pattern


def test_the_specification_is_one_statement_for_each_request(kv_storage: Design) -> None:
    """Nothing is merged: what is compared with the generated policy is as plain as the design."""
    (api, *_) = kv_storage.policies
    assert [
        ("dynamodb:Query", "GSI1", "APIKEY#*"),
        ("dynamodb:GetItem", "", "NS#*"),
        ("dynamodb:GetItem", "", "NS#*"),
        ("dynamodb:PutItem", "", "NS#*"),
        ("dynamodb:UpdateItem", "", "NS#*"),
        ("dynamodb:DeleteItem", "", "NS#*"),
        ("dynamodb:Query", "GSI1", "NS#*"),
    ] == [
        (
            statement.actions[0],
            (statement.resources or ("",))[0].partition("/index/")[2],
            next(test.values[0] for test in statement.tests if test.operator and test.operator.name == "StringLike"),
        )
        for statement in specification(kv_storage, api).statements
    ]


def test_designs_are_where_the_test_thinks() -> None:
    """Else the parametrized tests above would prove nothing."""
    assert len(NAMES) >= 9
    assert Path(ROOT / "templates" / "kv-storage.yaml").is_file()
