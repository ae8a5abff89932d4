"""Reading policy documents: what they say, and what is wrong with those that say nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.access import Policy
from cfn_table.access.policy import Principals, Quantifier
from cfn_table.errors import InputError

STATEMENT: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
JUNK: list[Any] = [
    None,
    1,
    True,
    "x",
    b"x",
    [],
    {},
    [[]],
    [None],
    [{}],
    {"x": 1},
    {"x": None},
    {1: 2},
    {"x": [{}]},
    object(),
]


def read(statement: object) -> Policy:
    """A policy of one statement."""
    return Policy.from_document({"Version": "2012-10-17", "Statement": statement}, "p")


def refused(document: object) -> InputError | None:
    """Why a document is refused; None if it is not."""
    try:
        Policy.from_document(document, "p")
    except InputError as error:
        return error
    return None


def is_helpful(error: InputError | None) -> bool:
    """Whether an error names the policy, and says what to do."""
    return error is None or (
        error.message.startswith("policy `p`: ") and bool(error.help) and "\n" not in error.message
    )


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("x", "statement 1 must be a mapping"),
        ({**STATEMENT, "Efect": "Deny"}, "statement 1 has an unknown element `Efect`"),
        ({**STATEMENT, "Effect": "allow"}, "statement 1 has the effect `allow`"),
        ({"Action": "*"}, "statement 1 has the effect `None`"),
        ({"Effect": "Deny"}, "statement 1 names no action"),
        ({**STATEMENT, "NotAction": "*"}, "statement 1 has `Action` and `NotAction`"),
        ({**STATEMENT, "NotResource": "*"}, "statement 1 has `Resource` and `NotResource`"),
        ({**STATEMENT, "Action": None}, "`Action` of statement 1 must be a text or a list of texts"),
        ({**STATEMENT, "Resource": {"Ref": "X"}}, "`Resource` of statement 1 must be a text or a list of texts"),
        ({**STATEMENT, "Resource": b"x"}, "`Resource` of statement 1 must be a text or a list of texts"),
        ({**STATEMENT, "Condition": []}, "`Condition` of statement 1 must be a mapping"),
        ({**STATEMENT, "Condition": {"Bool": "x"}}, "`Bool` of statement 1 must be a mapping"),
        ({**STATEMENT, "Condition": {"Bool": {"k": {}}}}, "`k` of statement 1 must be a text or a list of texts"),
        ({**STATEMENT, "Principal": "x"}, "the principal of statement 1 must be `*` or a mapping"),
        ({**STATEMENT, "Principal": {"AWS": None}}, "the principal of statement 1 must be a text or a list of texts"),
        ({**STATEMENT, "Principal": "*", "NotPrincipal": "*"}, "statement 1 has `Principal` and `NotPrincipal`"),
    ],
)
def test_what_is_wrong_is_named(statement: object, message: str) -> None:
    """The message names the element, and the statement by its number."""
    error = refused({"Version": "2012-10-17", "Statement": [statement]})
    assert error is not None
    assert f"policy `p`: {message}" == error.message
    assert error.help


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "a policy must be a mapping"),
        ({"Version": "2012"}, "there is no policy version `2012`"),
        ({"Version": []}, "there is no policy version `[]`"),
        ({}, "`Statement` must be a statement or a list of statements"),
        ({"Statement": "x"}, "`Statement` must be a statement or a list of statements"),
    ],
)
def test_what_is_no_policy_is_refused(document: object, message: str) -> None:
    """Before any statement is looked at."""
    error = refused(document)
    assert error is not None
    assert f"policy `p`: {message}" == error.message
    assert error.help


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: type(junk).__name__)
@pytest.mark.parametrize("element", ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "Resource", "Condition"])
def test_junk_in_any_place_is_refused_or_read(element: str, junk: object) -> None:
    """And never another error."""
    assert is_helpful(refused({"Version": "2012-10-17", "Statement": {**STATEMENT, element: junk}}))
    assert is_helpful(refused({"Version": junk, "Statement": STATEMENT}))
    assert is_helpful(refused({"Statement": junk}))
    assert is_helpful(refused({"Statement": {**STATEMENT, "Condition": {"StringLike": {"k": junk}}}}))
    assert is_helpful(refused(junk))


names = st.sampled_from(
    ["Version", "Statement", "Effect", "Action", "Resource", "Condition", "Principal", "AWS", "Allow"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | names | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names | st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(document=values, statement=st.dictionaries(names, values, max_size=4), condition=values)
def test_any_document_is_refused_or_read(document: object, statement: dict[str, Any], condition: object) -> None:
    """Whatever JSON has."""
    assert is_helpful(refused(document))
    assert is_helpful(refused({"Statement": [statement]}))
    assert is_helpful(refused({"Statement": {**STATEMENT, "Condition": condition}}))
    assert is_helpful(refused({"Statement": {**STATEMENT, "Principal": condition}}))


def test_tests_are_read_with_their_set_operator() -> None:
    """In any case; the key's case is irrelevant."""
    condition = {"forallvalues:STRINGLIKEIFEXISTS": {"DynamoDB:LeadingKeys": ["a", 1, True]}}
    (test,) = read({**STATEMENT, "Condition": condition}).statements[0].tests
    assert "StringLike" == (test.operator.name if test.operator else "")
    assert (Quantifier.ALL, True) == (test.quantifier, test.if_exists)
    assert ("dynamodb:leadingkeys", ("a", "1", "true")) == (test.key, test.values)


@pytest.mark.parametrize("operator", ["StringSounds", "NullIfExists", "ForAllValues:Null", "ForSome:StringLike", ""])
def test_an_unknown_operator_is_kept_as_unknown(operator: str) -> None:
    """It is no error: IAM may know more than this."""
    (test,) = read({**STATEMENT, "Condition": {operator: {"k": "v"}}}).statements[0].tests
    assert None is test.operator
    assert (operator, "k") == test.written


def test_an_account_is_one_principal_however_it_is_written() -> None:
    """By its number, or by the ARN of its root."""
    written = [
        {"AWS": "123456789012"},
        {"AWS": ["arn:aws:iam::123456789012:root"]},
        {"AWS": "arn:aws-cn:iam::123456789012:root"},
    ]
    found = {read({**STATEMENT, "Principal": each}).statements[0].principals for each in written}
    assert {Principals(("AWS:123456789012",))} == found
    assert Principals(("*",)) == read({**STATEMENT, "Principal": {"AWS": "*"}}).statements[0].principals
    excluded = read({**STATEMENT, "NotPrincipal": {"Service": "x"}}).statements[0].principals
    assert Principals(("Service:x",), excluded=True) == excluded


def test_statements_are_named_by_their_sid_or_their_place() -> None:
    """Places count from 1."""
    policy = read([STATEMENT, {**STATEMENT, "Sid": "Second"}])
    assert ["statement 1", "Second"] == [each.title for each in policy.statements]
    assert policy.has_variables
    assert not Policy.from_document({"Statement": STATEMENT}).has_variables
