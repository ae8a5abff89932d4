"""Permissions by meaning: what is said of each change of a policy, and that texts alone are nothing."""

from __future__ import annotations

import copy
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.review.change import ABSENT, Access, Change
from cfn_table.review.pair import Pair
from cfn_table.review.policies import policy_changes
from cfn_table.review.report import PolicyChange
from cfn_table.review.rules import permissions_stay
from cfn_table.review.side import Side
from tests.review.sides import side_of_template

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
TLS = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
ASSUME = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
IS_PROD = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}

Template = dict[str, Any]


def allow(*actions: Any, **more: Any) -> dict[str, Any]:
    """A statement that allows actions on the table."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": TABLE, **more}


def document(*statements: Any) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def managed(*statements: Any, **more: Any) -> dict[str, Any]:
    """A managed policy."""
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document(*statements)}, **more}


def role(trust: Any = ASSUME, **properties: Any) -> dict[str, Any]:
    """A role."""
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document(trust), **properties}}


def template(conditions: Any = None, **resources: Any) -> Template:
    """A template with resources by logical id."""
    parameters = {"Stage": {"Type": "String"}}
    return {"Parameters": parameters, "Conditions": conditions or {"IsProd": IS_PROD}, "Resources": resources}


def pair_of(old: Template, new: Template) -> Pair:
    """Both templates."""
    return Pair(*(side_of_template(json.dumps(each)) for each in (old, new)))


def found(old: Template, new: Template) -> list[Change]:
    """What the rule says."""
    return list(permissions_stay.check(pair_of(old, new)))


GET, QUERY, PUT = "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"
API = template(Api=managed(allow(GET)))

SAID: list[tuple[Template, Template, list[tuple[str, Access, bool, tuple[str, ...]]]]] = [
    (
        API,
        template(Api=managed(allow(GET, PUT))),
        [
            (
                "policy `Api` allows whoever has it more than before",
                Access.WIDER,
                False,
                (f"allowed now: {PUT} on {TABLE}",),
            )
        ],
    ),
    (
        template(Api=managed(allow(GET, PUT))),
        API,
        [
            (
                "policy `Api` allows whoever has it less than before",
                Access.NARROWER,
                True,
                (f"no longer allowed: {PUT} on {TABLE}",),
            )
        ],
    ),
    (
        API,
        template(Api=managed(allow(PUT))),
        [
            (
                "policy `Api` allows whoever has it other requests than before, some more and some no longer",
                Access.BOTH,
                True,
                (f"allowed now: {PUT} on {TABLE}", f"no longer allowed: {GET} on {TABLE}"),
            )
        ],
    ),
    (
        template(),
        API,
        [
            (
                "policy `Api` is new, attached to nobody in this template",
                Access.WIDER,
                False,
                (f"allowed now: {GET} on {TABLE}",),
            )
        ],
    ),
    (
        API,
        template(),
        [
            (
                "policy `Api` was removed; it was attached to nobody in this template",
                Access.NARROWER,
                True,
                (f"no longer allowed: {GET} on {TABLE}",),
            )
        ],
    ),
    (
        template(Api=managed(allow(GET)), Worker=role()),
        template(Api=managed(allow(GET)), Worker=role(ManagedPolicyArns=[{"Ref": "Api"}])),
        [
            (
                "policy `Api` is attached to `Worker`",
                Access.WIDER,
                False,
                (f"allowed now: {GET} on {TABLE}",),
            )
        ],
    ),
    (
        template(Api=managed(allow(GET)), Worker=role(ManagedPolicyArns=[{"Ref": "Api"}])),
        template(Api=managed(allow(GET)), Worker=role()),
        [
            (
                "policy `Api` is no longer attached to `Worker`",
                Access.NARROWER,
                True,
                (f"no longer allowed: {GET} on {TABLE}",),
            )
        ],
    ),
    (
        template(Api=managed(allow(GET)), Worker=role(ManagedPolicyArns=[{"Ref": "Api"}])),
        template(Api=managed(allow(GET, PUT)), Worker=role(ManagedPolicyArns=[{"Ref": "Api"}])),
        [
            (
                "policy `Api` allows `Worker` more than before",
                Access.WIDER,
                False,
                (f"allowed now: {PUT} on {TABLE}",),
            )
        ],
    ),
    (
        template(Worker=role()),
        template(Worker=role({**ASSUME, "Principal": {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}})),
        [
            (
                "the trust policy of `Worker` allows those it names more than before",
                Access.WIDER,
                False,
                ("allowed now: Service:ec2.amazonaws.com: sts:AssumeRole on arn:aws:iam::123456789012:role/example",),
            )
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), SAID)
def test_a_change_of_meaning_is_said_with_example_requests(
    old: Template, new: Template, expected: list[tuple[str, Access, bool, tuple[str, ...]]]
) -> None:
    """Who may do what now or no longer, whether that can break somebody, and a request that shows it."""
    changes = found(old, new)
    assert expected == [(each.message, each.access, each.breaking, each.examples) for each in changes]
    assert all(each.certain and each.path[0] == "Resources" and each.location is not None for each in changes)


def test_a_boundary_that_is_new_takes_away() -> None:
    """A permissions boundary allows nothing by itself: with none, everything is within bounds."""
    bounds = managed(allow(GET))
    old = template(Bounds=bounds, Worker=role())
    new = template(Bounds=bounds, Worker=role(PermissionsBoundary={"Ref": "Bounds"}))
    (change,) = found(old, new)
    assert ("permissions boundary `Bounds/PermissionsBoundary` is new, limiting `Worker`", Access.NARROWER) == (
        change.message,
        change.access,
    )
    (change,) = found(new, old)
    assert Access.WIDER == change.access


def table(**properties: Any) -> dict[str, Any]:
    """A table."""
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties}


GUARDED = table(ResourcePolicy={"PolicyDocument": document({**TLS, "Principal": "*"})})
BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
GUARD = {
    "Type": "AWS::S3::BucketPolicy",
    "Properties": {"Bucket": {"Ref": "Files"}, "PolicyDocument": document({**TLS, "Principal": "*"})},
}


def accesses(old: Template, new: Template) -> list[Access]:
    """What each change does to permissions."""
    return [each.access for each in found(old, new)]


def test_what_denies_comes_and_goes_with_what_it_is_about() -> None:
    """Nobody had a table that is new, or was within the bounds of a role that is new; and so when they go."""
    bounds = managed(allow(GET))
    none, with_table = template(Bounds=bounds), template(Bounds=bounds, Orders=GUARDED)
    with_role = template(Bounds=bounds, Worker=role(PermissionsBoundary={"Ref": "Bounds"}))
    assert ([], []) == (accesses(none, with_table), accesses(with_table, none))
    assert ([Access.WIDER], [Access.NARROWER]) == (accesses(none, with_role), accesses(with_role, none)), "its trust"


def test_what_denies_something_that_stays_takes_away() -> None:
    """The table is there already; and the bucket is retained, but its policy, a resource of its own, is not."""
    with_bucket = template(Files=BUCKET, Guard=GUARD)
    assert [Access.NARROWER] == accesses(template(Orders=table()), template(Orders=GUARDED))
    assert ([], [Access.WIDER]) == (accesses(template(), with_bucket), accesses(with_bucket, template()))


def test_a_deny_counts_even_where_nothing_is_allowed() -> None:
    """What a resource policy only denies is taken from those whom others allow it."""
    everybody = {**TLS, "Principal": "*"}
    table: dict[str, Any] = {"Type": "AWS::DynamoDB::Table", "Properties": {"KeySchema": []}}
    secured = copy.deepcopy(table)
    secured["Properties"]["ResourcePolicy"] = {"PolicyDocument": document(everybody)}
    (change,) = found(template(Orders=table), template(Orders=secured))
    assert (
        "resource policy `Orders/ResourcePolicy` is new, for those it names, and only denies",
        Access.NARROWER,
        True,
    ) == (change.message, change.access, change.breaking)
    (change,) = found(template(Orders=secured), template(Orders=table))
    assert (
        "resource policy `Orders/ResourcePolicy` was removed; it only denied, for those it names",
        Access.WIDER,
    ) == (
        change.message,
        change.access,
    )
    (change,) = found(template(Api=managed(allow(GET), TLS)), template(Api=managed(allow(GET))))
    assert (f"allowed now: {GET} on {TABLE}, aws:SecureTransport = false",) == change.examples


def test_a_variant_is_told_with_its_condition() -> None:
    """Where a policy depends on a condition of the template, so does what is said of it."""
    either = managed(allow(GET, {"Fn::If": ["IsProd", GET, QUERY]}))
    (change,) = found(API, template(Api=either))
    assert ((("IsProd", False),), Access.WIDER) == (change.when, change.access)
    assert (PolicyChange("Api when IsProd is false", "wider", (f"{QUERY} on {TABLE}",)),) == policy_changes(
        pair_of(API, template(Api=either))
    )


def test_a_policy_that_is_there_under_a_condition_is_removed_elsewhere() -> None:
    """What the condition leaves out is what changes."""
    (change,) = found(API, template(Api=managed(allow(GET), Condition="IsProd")))
    assert ((("IsProd", False),), Access.NARROWER, ABSENT) == (change.when, change.access, change.new)


def test_another_definition_of_a_condition_changes_who_gets_which_variant() -> None:
    """The text of the policy is the same, and deployments change sides."""
    policy = managed(allow(GET, {"Fn::If": ["IsProd", PUT, QUERY]}))
    dev = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}}
    changes = found(template(Api=policy), template(dev, Api=policy))
    assert [
        (("IsProd", False), ("IsProd (before)", True)),
        (("IsProd", True), ("IsProd (before)", False)),
    ] == sorted(each.when for each in changes)


def test_a_known_parameter_leaves_one_variant() -> None:
    """Of a stack that is deployed the conditions are known, and what cannot happen is not told."""
    either = template(Api=managed(allow(GET, {"Fn::If": ["IsProd", GET, QUERY]})))
    old, new = (side_of_template(json.dumps(each)) for each in (API, either))
    for stage, expected in (("prod", []), ("dev", [Access.WIDER])):
        known = Side(new.name, new.template, parameters={"Stage": stage})
        assert expected == [each.access for each in permissions_stay.check(Pair(old, known))]


def test_parts_of_one_policy_are_compared_together() -> None:
    """A statement that moves from one part to the other changes nothing for who attaches both."""
    contract = {"policies": {"api": {"export": "ApiPolicyArn", "parts": 2}}}
    one = template(ApiPolicy=managed(allow(GET), allow(PUT)), ApiPolicy2=managed(allow(QUERY)))
    other = template(ApiPolicy=managed(allow(GET)), ApiPolicy2=managed(allow(PUT), allow(QUERY)))
    plain = pair_of(one, other)
    assert 2 == len(list(permissions_stay.check(plain)))
    sides = (Side(each.name, each.template, contract=contract) for each in (plain.old, plain.new))
    assert [] == list(permissions_stay.check(Pair(*sides)))


def test_what_cannot_be_decided_may_be_wider() -> None:
    """An operator that nobody knows is no reason to be silent."""
    odd = allow(GET, Condition={"StringResembles": {"aws:username": "me"}})
    (change,) = found(template(Api=managed(odd)), template(Api=managed({**odd, "Action": [GET, PUT]})))
    assert (Access.UNDECIDED, False) == (change.access, change.certain)
    assert change.message.startswith("policy `Api` may allow more or less than before: ")


def test_what_a_new_macro_may_add_is_not_known() -> None:
    """A macro that was there before is no change; one that is new may add any policy."""
    (change,) = found(API, {**API, "Transform": "Magic"})
    assert ("what it allows is not known: the macro `Magic` may add or change policies", Access.UNDECIDED, False) == (
        change.message,
        change.access,
        change.certain,
    )
    assert [] == found({**API, "Transform": "Magic"}, {**API, "Transform": "Magic"})


def test_examples_that_change_something_come_first() -> None:
    """Of many requests a few are shown: first what writes and deletes."""
    actions = [f"dynamodb:{name}" for name in ("Query", "Scan", "DeleteItem", "PutItem", "UpdateItem", "DescribeTable")]
    (change,) = found(template(Api=managed(allow(GET))), template(Api=managed(*map(allow, [GET, *actions]))))
    shown = [text.split()[2] for text in change.examples]
    assert 4 == permissions_stay.MAX_EXAMPLES >= len(shown)
    assert "dynamodb:DeleteItem" == shown[0]
    assert "dynamodb:DescribeTable" not in shown


STATEMENTS = st.lists(
    st.sampled_from(
        [
            allow(GET),
            allow(GET, QUERY),
            allow(PUT, Condition={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["A#*", "B#*"]}}),
            allow(PUT, Condition={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["A#*"]}}),
            allow(QUERY, Resource=[f"{TABLE}/index/a", f"{TABLE}/index/b"]),
            TLS,
        ]
    ),
    min_size=1,
    max_size=4,
)


@given(STATEMENTS, st.randoms(use_true_random=False))
def test_another_order_of_statements_and_actions_is_nothing(statements: list[dict[str, Any]], shuffler: Any) -> None:
    """Text that moves means nothing."""
    moved = copy.deepcopy(statements)
    shuffler.shuffle(moved)
    for statement in moved:
        if isinstance(statement["Action"], list):
            shuffler.shuffle(statement["Action"])
    assert [] == found(template(Api=managed(*statements)), template(Api=managed(*moved)))


@given(STATEMENTS)
def test_statements_that_are_split_by_action_are_nothing(statements: list[dict[str, Any]]) -> None:
    """A statement with two actions is two statements with one each, and back."""
    split = list(
        itertools.chain.from_iterable(
            [{**each, "Action": action} for action in each["Action"]] if isinstance(each["Action"], list) else [each]
            for each in statements
        )
    )
    for old, new in ((statements, split), (split, statements)):
        assert [] == found(template(Api=managed(*old)), template(Api=managed(*new)))


@given(STATEMENTS, STATEMENTS)
def test_what_is_wider_one_way_is_narrower_the_other(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    """The two directions of a change mirror each other."""
    one, other = template(Api=managed(*old)), template(Api=managed(*new))
    mirrored = {
        Access.WIDER: Access.NARROWER,
        Access.NARROWER: Access.WIDER,
        Access.BOTH: Access.BOTH,
        Access.UNDECIDED: Access.UNDECIDED,
    }
    assert [mirrored[each.access] for each in found(one, other)] == [each.access for each in found(other, one)]
