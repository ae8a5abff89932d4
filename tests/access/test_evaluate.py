"""Decisions about one request: the rules that the documented vectors do not spell out, and the reasons."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_table.access import Outcome, Policy, Request, evaluate
from cfn_table.access.evaluate import judge, principal_matches
from cfn_table.access.policy import Principals

Document = dict[str, Any]

QUEUE = "arn:aws:sqs:eu-west-1:111111111111:jobs"
ALLOW: Document = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
DENY: Document = {"Effect": "Deny", "Action": "sqs:Delete*", "Resource": "*", "Sid": "NoDelete"}
ANN = "arn:aws:iam::111111111111:user/ann"
ROLE = "arn:aws:sts::111111111111:assumed-role/reader/session"


def policy(*statements: Document, name: str = "p", version: str = "2012-10-17") -> Policy:
    """A policy of some statements."""
    return Policy.from_document({"Version": version, "Statement": list(statements)}, name)


def tested(operator: str, key: str, *values: str) -> Policy:
    """A policy that allows everything under one condition."""
    return policy(ALLOW | {"Condition": {operator: {key: list(values)}}})


def is_allowed(by: Policy, **context: Any) -> bool:
    """Whether a policy allows a request with some context keys, all of the service `s`."""
    request = Request("sqs:SendMessage", QUEUE, {f"s:{name}": value for name, value in context.items()})
    return judge([by], request) is Outcome.ALLOW


def test_the_reason_names_the_statement_and_its_policy() -> None:
    """By Sid, or by place."""
    policies = [policy(ALLOW, name="use"), policy(ALLOW, DENY, name="limit")]
    denied = evaluate(Request("sqs:DeleteQueue", QUEUE), policies)
    assert (Outcome.EXPLICIT_DENY, "`NoDelete` of policy `limit` denies it") == (denied.effect, denied.reason)
    allowed = evaluate(Request("sqs:SendMessage", QUEUE), policies)
    assert "`statement 1` of policy `use` and 1 more allows it" == allowed.reason
    assert ["use", "limit"] == [each.name for each, _ in allowed.statements]
    nothing = evaluate(Request("s3:GetObject", "*"), policies)
    assert (Outcome.IMPLICIT_DENY, "no statement allows it", ()) == (nothing.effect, nothing.reason, nothing.statements)


def test_no_policy_allows_nothing() -> None:
    """And no boundary limits nothing."""
    assert Outcome.IMPLICIT_DENY == evaluate(Request("sqs:SendMessage", QUEUE)).effect


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("StringEquals", None, False),
        ("StringEquals", (), False),
        ("StringNotEquals", None, True),
        ("StringNotEquals", "a", False),
        ("StringEqualsIfExists", None, True),
        ("StringEqualsIfExists", "b", False),
        ("StringNotEqualsIfExists", None, True),
        ("ForAllValues:StringEquals", None, True),
        ("ForAllValues:StringEquals", (), True),
        ("ForAllValues:StringEquals", ("a", "b"), False),
        ("ForAnyValue:StringEquals", None, False),
        ("ForAnyValue:StringEquals", (), False),
        ("ForAnyValue:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringNotEquals", ("b", "c"), True),
        ("ForAllValues:StringNotEquals", ("a", "b"), False),
        ("ForAnyValue:StringNotEquals", ("a", "b"), True),
        ("ForAnyValue:StringNotEquals", ("a",), False),
        ("ForAnyValue:StringNotEquals", None, False),
    ],
)
def test_absent_empty_and_several_values(operator: str, value: Any, expected: bool) -> None:
    """Each operator says what it makes of them."""
    assert expected == is_allowed(tested(operator, "s:k", "a"), **({} if value is None else {"k": value}))


def test_null_asks_whether_the_key_is_there() -> None:
    """A key without a value is not there."""
    absent, present = tested("Null", "s:k", "true"), tested("Null", "s:k", "false")
    assert [True, True, False] == [is_allowed(absent), is_allowed(absent, k=()), is_allowed(absent, k="x")]
    assert [False, False, True] == [is_allowed(present), is_allowed(present, k=()), is_allowed(present, k="x")]


def test_a_variable_without_a_value_matches_nothing() -> None:
    """Neither in `Resource` nor in `NotResource`; several values are no value."""
    for element in ("Resource", "NotResource"):
        statement = {"Effect": "Allow", "Action": "*", element: "arn:aws:s3:::b/${s:k}"}
        request = Request("s3:GetObject", "arn:aws:s3:::b/x", {})
        assert Outcome.IMPLICIT_DENY == judge([policy(statement)], request)
        several = Request("s3:GetObject", "arn:aws:s3:::b/x", {"s:k": ("x",)})
        assert Outcome.IMPLICIT_DENY == judge([policy(statement)], several)


def test_a_value_with_wildcards_is_plain() -> None:
    """A user named `*` does not reach everybody's files."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${s:k}"}
    assert Outcome.IMPLICIT_DENY == judge(
        [policy(statement)], Request("s3:GetObject", "arn:aws:s3:::b/x", {"s:k": "*"})
    )
    assert Outcome.ALLOW == judge([policy(statement)], Request("s3:GetObject", "arn:aws:s3:::b/*", {"s:k": "*"}))


def test_what_cannot_change_the_answer_leaves_it_as_it_is() -> None:
    """An Allow that is not understood beside one that is, and a Deny where nothing is allowed."""
    strange = {"Condition": {"StringSounds": {"s:x": "y"}}}
    request = Request("sqs:SendMessage", QUEUE)
    assert Outcome.ALLOW == judge([policy(ALLOW, ALLOW | strange)], request)
    assert Outcome.ALLOW == evaluate(request, [policy(ALLOW, ALLOW | strange)]).effect
    deny = {**ALLOW, "Effect": "Deny", **strange}
    assert Outcome.IMPLICIT_DENY == judge([policy(deny)], request)
    assert Outcome.UNDECIDED == judge([policy(ALLOW, ALLOW | strange, deny)], request)


def test_an_unknown_operator_is_undecided_where_it_decides() -> None:
    """Not where another statement denies, or where only an Allow could be unknown that is not needed."""
    strange = ALLOW | {"Condition": {"StringSounds": {"s:k": "a"}}}
    request = Request("sqs:SendMessage", QUEUE)
    assert Outcome.UNDECIDED == evaluate(request, [policy(strange)]).effect
    assert Outcome.UNDECIDED == judge([policy(strange | {"Effect": "Deny"}), policy(ALLOW)], request)
    assert Outcome.IMPLICIT_DENY == judge([policy(strange | {"Effect": "Deny"})], request)
    assert Outcome.EXPLICIT_DENY == judge([policy(strange, ALLOW | {"Effect": "Deny"})], request)
    assert Outcome.IMPLICIT_DENY == judge([policy(strange)], Request("s3:GetObject", QUEUE))


@pytest.mark.parametrize(
    ("values", "principal", "expected"),
    [
        (("*",), ANN, True),
        (("AWS:111111111111",), ANN, True),
        (("AWS:222222222222",), ANN, False),
        ((f"AWS:{ANN}",), ANN, True),
        (("AWS:arn:aws:iam::111111111111:role/reader",), ROLE, True),
        (("AWS:arn:aws:iam::111111111111:role/writer",), ROLE, False),
        (("Service:sns.amazonaws.com",), "Service:sns.amazonaws.com", True),
        (("Service:sns.amazonaws.com",), "sns.amazonaws.com", True),
        (("AWS:${AWS::AccountId}",), "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/ann", True),
        ((f"AWS:{ANN}",), "", False),
        (("*",), "", True),
    ],
)
def test_principals(values: tuple[str, ...], principal: str, expected: bool) -> None:
    """An account means all in it, and a role its sessions."""
    assert expected == principal_matches(Principals(values), principal)


def test_an_account_allows_nothing_by_itself() -> None:
    """A resource policy that names the account leaves it to the account's policies; one that names a user does not."""
    request = Request("sqs:SendMessage", QUEUE, {}, ANN)
    account = policy(ALLOW | {"Principal": {"AWS": "111111111111"}})
    user = policy(ALLOW | {"Principal": {"AWS": ANN}})
    assert Outcome.IMPLICIT_DENY == evaluate(request, resource=[account]).effect
    assert Outcome.ALLOW == evaluate(request, [policy(ALLOW)], resource=[account]).effect
    assert Outcome.ALLOW == evaluate(request, resource=[user]).effect


def test_another_account_needs_both_sides() -> None:
    """The caller's policies and the resource's."""
    request = Request("sqs:SendMessage", QUEUE, {}, "arn:aws:iam::222222222222:user/bob")
    resource = policy(ALLOW | {"Principal": {"AWS": "222222222222"}})
    assert Outcome.IMPLICIT_DENY == evaluate(request, [policy(ALLOW)]).effect
    assert Outcome.IMPLICIT_DENY == evaluate(request, resource=[resource]).effect
    assert Outcome.ALLOW == evaluate(request, [policy(ALLOW)], resource=[resource]).effect


def test_a_boundary_limits() -> None:
    """What it does not allow, or denies, is not allowed."""
    request = Request("sqs:DeleteQueue", QUEUE)
    assert Outcome.ALLOW == evaluate(request, [policy(ALLOW)], boundaries=[policy(ALLOW)]).effect
    assert Outcome.EXPLICIT_DENY == evaluate(request, [policy(ALLOW)], boundaries=[policy(ALLOW, DENY)]).effect
    read = policy(ALLOW | {"Action": "sqs:Get*"})
    decision = evaluate(request, [policy(ALLOW)], boundaries=[read])
    assert (Outcome.IMPLICIT_DENY, "the permissions boundary does not allow it") == (decision.effect, decision.reason)


def test_the_language_of_2008_takes_variables_for_text() -> None:
    """There is no variable in it."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "${s:k}"}
    old = policy(statement, version="2008-10-17")
    assert Outcome.ALLOW == judge([old], Request("s:a", "${s:k}", {"s:k": "x"}))
    assert Outcome.IMPLICIT_DENY == judge([old], Request("s:a", "x", {"s:k": "x"}))
