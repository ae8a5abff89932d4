"""A policy has one variant for every combination of conditions that matters to it and can be."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cfn_table.access.templates import find_policies
from cfn_table.access.templates.conditions import Conditions
from cfn_table.access.templates.view import View
from tests.access.templates.samples import managed, statement, variants


def equals(parameter: str, value: str) -> dict[str, Any]:
    """A condition that a parameter has a value."""
    return {"Fn::Equals": [{"Ref": parameter}, value]}


STAGE = {"Parameters": {"Stage": {"Type": "String"}, "Other": {"Type": "String"}}}
CONDITIONS = {
    "IsProd": equals("Stage", "prod"),
    "IsDev": {"Fn::Equals": ["dev", {"Ref": "Stage"}]},
    "NotProd": {"Fn::Not": [{"Condition": "IsProd"}]},
    "Known": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
    "Never": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
    "Always": {"Fn::Equals": ["a", "a"]},
    "Other": equals("Other", "x"),
}


def template(policy: Any, **conditions: Any) -> dict[str, Any]:
    """A template with these conditions and one policy."""
    return {**STAGE, "Conditions": CONDITIONS | conditions, "Resources": {"P": policy}}


def test_both_branches_are_variants() -> None:
    """`Fn::If` gives one variant per branch, and conditions that do not matter give none."""
    value = {"Fn::If": ["IsProd", "a", "b"]}
    expected = {(("IsProd", True),): ["a"], (("IsProd", False),): ["b"]}
    assert expected == variants(template(managed(statement(value))))


def test_the_condition_of_the_resource_holds_in_every_variant() -> None:
    """Branches that contradict the resource's condition are left out; what follows from it is named."""
    value = [{"Fn::If": ["NotProd", "a", "b"]}, {"Fn::If": ["IsDev", "c", "d"]}]
    expected = {(("IsDev", False), ("IsProd", True), ("NotProd", False)): [["b", "d"]]}
    assert expected == variants(template(managed(statement(value), condition="IsProd")))


def test_literals_of_one_parameter_exclude_each_other() -> None:
    """A stage is `prod` or `dev` or something else, never both."""
    value = [{"Fn::If": [name, "a", "b"]} for name in ("IsProd", "IsDev", "Known")]
    found = variants(template(managed(statement(value))))
    assert [["a", "b", "a"], ["b", "a", "a"], ["b", "b", "b"]] == sorted(item[0] for item in found.values())


def test_what_cannot_be_has_no_policy() -> None:
    """A policy under a condition that never holds does not exist, and one that always holds makes no variants."""
    assert {} == variants(template(managed(statement("a"), condition="Never")))
    expected = {(("Always", True),): ["a"]}
    assert expected == variants(template(managed(statement({"Fn::If": ["Always", "a", "b"]}))))


def test_allowed_values_limit_conditions() -> None:
    """A literal that a parameter cannot have is never its value, and the last one that is left is."""
    value = [{"Fn::If": [name, "a", "b"]} for name in ("IsProd", "IsDev", "IsTest")]
    data = template(managed(statement(value)), IsTest=equals("Stage", "test"))
    data["Parameters"] = {"Stage": {"Type": "String", "AllowedValues": ["prod", "dev"]}}
    assert [["a", "b", "b"], ["b", "a", "b"]] == sorted(item[0] for item in variants(data).values())


def test_no_value_removes_properties_items_and_statements() -> None:
    """A statement that is left out leaves its neighbours' places as they are."""
    nothing = {"Ref": "AWS::NoValue"}
    policy = managed(
        {"Fn::If": ["IsProd", statement("a"), nothing]}, statement("b", Sid={"Fn::If": ["IsProd", nothing, "x"]})
    )
    found = {dict(policy.when)["IsProd"]: policy for policy in find_policies(template(policy))}
    where = ("Resources", "P", "Properties", "PolicyDocument", "Statement")
    assert ((*where, 0, "Fn::If", 1), (*where, 1)) == found[True].statement_paths
    assert ((*where, 1),) == found[False].statement_paths
    assert [False, True] == ["Sid" in found[value].document["Statement"][-1] for value in (True, False)]


def test_names_with_conditions_matter_too() -> None:
    """A table's conditional name makes variants of what refers to it."""
    data = template(managed(statement({"Ref": "T"})))
    name = {"Fn::If": ["Other", "a", {"Ref": "AWS::NoValue"}]}
    data["Resources"]["T"] = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}}
    assert {(("Other", True),): ["a"], (("Other", False),): ["${T}"]} == variants(data)


def test_deep_and_many_conditions_are_bounded() -> None:
    """A hundred nested branches, or thirty conditions, are more than are looked at; a forced hundred are not."""
    many = {f"C{i}": equals(f"P{i}", "x") for i in range(100)}
    deep: Any = "end"
    for i in range(100):
        deep = {"Fn::If": [f"C{i}", f"r{i}", deep]}
    wide = [{"Fn::If": [f"C{i}", "a", "b"]} for i in range(30)]
    for value in (deep, wide):
        found = find_policies({"Conditions": many, "Resources": {"P": managed(statement(value))}})
        reason = "more than 64 combinations of conditions matter to this policy"
        assert ((), [reason]) == (found.policies, [undecided.reason for undecided in found.undecided])
    same: Any = "end"
    for _ in range(1000):
        same = {"Fn::If": ["C0", same, "no"]}
    expected = {(("C0", True),): ["end"], (("C0", False),): ["no"]}
    assert expected == variants({"Conditions": many, "Resources": {"P": managed(statement(same))}})


def test_circles_and_unknown_conditions_may_be_either() -> None:
    """What CloudFormation refuses gives both variants, and no endless loop."""
    odd = {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}, "C": None, "D": {"Fn::Not": [1, 2]}}
    for name in (*odd, "Missing"):
        value = {"Fn::If": [name, "a", "b"]}
        expected = {((name, True),): ["a"], ((name, False),): ["b"]}
        assert expected == variants({"Conditions": odd, "Resources": {"P": managed(statement(value))}})


def test_shared_conditions_do_not_multiply() -> None:
    """A chain in which every condition refers twice to the one before stays cheap."""
    chain: dict[str, Any] = {"C0": equals("S", "x")}
    for i in range(1, 500):
        chain[f"C{i}"] = {"Fn::And": [{"Condition": f"C{i - 1}"}] * 2}
    value = [{"Fn::If": ["C499", "a", "b"]}, {"Fn::If": ["C0", "a", "b"]}]
    found = variants({"Conditions": chain, "Resources": {"P": managed(statement(value))}})
    assert [[["a", "a"]], [["b", "b"]]] == sorted(found.values())


_ATOMS = st.builds(equals, st.sampled_from(["S", "T"]), st.sampled_from(["a", "b", "c"]))
_FORMULAS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda item: {"Fn::Not": [item]}, inner),
        st.builds(lambda items: {"Fn::And": items}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda items: {"Fn::Or": items}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


def evaluate(formula: dict[str, Any], values: dict[str, str]) -> bool:
    """A formula under values of the parameters."""
    match formula:
        case {"Fn::Not": [item]}:
            return not evaluate(item, values)
        case {"Fn::And": items}:
            return all(evaluate(item, values) for item in items)
        case {"Fn::Or": items}:
            return any(evaluate(item, values) for item in items)
        case {"Fn::Equals": [{"Ref": name}, literal]}:
            return bool(values[name] == literal)
    raise AssertionError(formula)


@given(st.lists(_FORMULAS, min_size=1, max_size=4))
def test_exactly_the_possible_combinations_are_consistent(formulas: list[dict[str, Any]]) -> None:
    """Trying every value of every parameter finds the same combinations."""
    names = [f"C{i}" for i in range(len(formulas))]
    conditions = Conditions(View.of({"Conditions": dict(zip(names, formulas, strict=True))}))
    possible = {
        tuple(evaluate(formula, {"S": one, "T": other}) for formula in formulas) for one in "abcz" for other in "abcz"
    }
    for number in range(2 ** len(names)):
        row = tuple(bool(number >> i & 1) for i in range(len(names)))
        assert (row in possible) is conditions.consistent(dict(zip(names, row, strict=True)))
