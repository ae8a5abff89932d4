"""Comparisons of two policies, each with its witness, and hostile policies, which end."""

from __future__ import annotations

import string
from typing import Any

import pytest

from cfn_table.access import Comparison, Policy, Relation, compare

Document = dict[str, Any]

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/kv-storage-data"
READ = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE}


def policy(*statements: Document, name: str = "policy") -> Policy:
    """A policy of some statements."""
    return Policy.from_document({"Version": "2012-10-17", "Statement": list(statements)}, name)


def compared(
    old: Document | list[Document], new: Document | list[Document], asks_principal: bool = False
) -> Comparison:
    """The comparison of two policies, given as statements."""
    sides = [policy(*(side if isinstance(side, list) else [side])) for side in (old, new)]
    return compare(*sides, asks_principal=asks_principal)


def leading(*values: str, operator: str = "ForAllValues:StringLike") -> Document:
    """A condition on the partition keys of a request."""
    return {"Condition": {operator: {"dynamodb:LeadingKeys": list(values)}}}


def test_an_added_action_is_gained() -> None:
    """The witness is that action on the resource, and nothing else."""
    comparison = compared(READ, READ | {"Action": ["dynamodb:GetItem", "dynamodb:Scan"]})
    assert Relation.WIDER == comparison.relation
    assert [f"dynamodb:Scan on {TABLE}"] == [str(each.request) for each in comparison.gained]
    assert [("dynamodb:Scan",)] == [each.actions for each in comparison.gained]
    assert ["statement 1"] == [statement.title for _, statement in comparison.gained[0].statements]


def test_wider_leading_keys_are_gained() -> None:
    """The witness is a partition that was out of reach."""
    comparison = compared(READ | leading("USER#1#*"), READ | leading("USER#*"))
    assert Relation.WIDER == comparison.relation
    (difference,) = comparison.gained
    (key,) = difference.request.values("dynamodb:leadingkeys") or ()
    assert key.startswith("USER#")
    assert not key.startswith("USER#1#")


def test_a_dropped_null_test_is_gained() -> None:
    """`ForAllValues` alone holds for a request without the key; the witness is such a request."""
    guarded = READ | {"Condition": {**leading("A")["Condition"], "Null": {"dynamodb:LeadingKeys": "false"}}}
    comparison = compared(guarded, READ | leading("A"))
    assert Relation.WIDER == comparison.relation
    assert [{}] == [each.request.context for each in comparison.gained]


def test_a_narrower_wildcard_loses_the_other_actions() -> None:
    """Actions that can not be told apart are reported once, with all their names."""
    comparison = compared(READ | {"Action": "dynamodb:*Item"}, READ | {"Action": "dynamodb:Get*"})
    assert Relation.INCOMPARABLE == comparison.relation  # GetRecords begins with Get, too
    (lost,) = comparison.lost
    assert lost.request.action in lost.actions
    assert {"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:BatchWriteItem"} < set(lost.actions)
    assert not [action for action in lost.actions if action.startswith("dynamodb:Get")]
    assert all(each.request.action.startswith("dynamodb:Get") for each in comparison.gained)


def test_an_added_deny_is_lost() -> None:
    """The witness is what it denies; the statement that allowed it is named."""
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    comparison = compared(READ, [READ, deny])
    assert Relation.NARROWER == comparison.relation
    assert [f"dynamodb:GetItem on {TABLE}, aws:SecureTransport = false"] == [str(e.request) for e in comparison.lost]


def test_a_wider_resource_is_gained() -> None:
    """The witness is an index of the table."""
    comparison = compared(READ, READ | {"Resource": [TABLE, f"{TABLE}/index/*"]})
    assert Relation.WIDER == comparison.relation
    (difference,) = comparison.gained
    assert difference.request.resource.startswith(f"{TABLE}/index/")


def test_a_literal_in_place_of_a_variable_is_both() -> None:
    """One tenant is reached by everybody, and all others by nobody."""
    bound = READ | leading("${aws:PrincipalTag/tenant}")
    comparison = compared(bound, READ | leading("acme"))
    assert Relation.INCOMPARABLE == comparison.relation
    assert [("acme",)] == [each.request.context["dynamodb:LeadingKeys"] for each in comparison.gained]
    assert "acme" != comparison.gained[0].request.context.get("aws:PrincipalTag/tenant")
    (lost,) = comparison.lost
    assert lost.request.context["dynamodb:LeadingKeys"] == (lost.request.context["aws:PrincipalTag/tenant"],)


def test_a_variable_narrows_a_wildcard() -> None:
    """What anybody could reach, only its own tenant reaches."""
    comparison = compared(READ | leading("T#*"), READ | leading("T#${aws:PrincipalTag/tenant}"))
    assert Relation.NARROWER == comparison.relation


def test_not_action_allows_all_other_actions() -> None:
    """Of other services too; the witness is a real action."""
    comparison = compared(READ, {"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": TABLE})
    assert Relation.INCOMPARABLE == comparison.relation
    assert ["dynamodb:GetItem"] == [each.request.action for each in comparison.lost]
    assert not [each for each in comparison.gained if each.request.action.startswith("dynamodb:")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (READ | {"Action": ["dynamodb:GetItem", "dynamodb:Query"]}, [READ | {"Action": "dynamodb:Query"}, READ]),
        (READ | leading("A", "B", operator="ForAnyValue:StringLike"), None),
        (READ | leading("A*"), READ | {"Condition": {"forallvalues:stringlike": {"DYNAMODB:leadingkeys": "A*"}}}),
        (READ | {"Action": "dynamodb:GetItem"}, READ | {"Action": "DynamoDB:getitem"}),
        (READ | {"Action": ["dynamodb:*", "dynamodb:GetItem"]}, READ | {"Action": "dynamodb:*"}),
        (READ | {"Resource": ["*", TABLE]}, READ | {"Resource": "**"}),
        (READ | {"Resource": "arn:${AWS::Partition}:s3:::${Bucket}/*"}, None),
        (READ | leading("${aws:username}"), READ | leading("${aws:UserName}")),
        (READ | {"Condition": {"NumericLessThan": {"s3:max-keys": "10"}}}, None),
        (
            READ | {"Condition": {"NumericEquals": {"s3:max-keys": "10"}}},
            READ | {"Condition": {"NumericEquals": {"s3:max-keys": "1e1"}}},
        ),
        (
            READ | {"Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/9"]}}},
            READ | {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
        ),
    ],
)
def test_the_same_in_other_words_is_equal(old: Document, new: Document | list[Document] | None) -> None:
    """Order, splitting, the case of keys and actions, and what is covered anyway change nothing."""
    assert Comparison(Relation.EQUAL) == compared(old, old if new is None else new)


def test_symbols_of_a_template_are_equal_to_themselves() -> None:
    """A text with symbols that another statement covers changes nothing."""
    symbol = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/x"
    wide = READ | {"Resource": f"{symbol}*"}
    assert Relation.EQUAL == compared(wide, [wide, READ | {"Resource": symbol}]).relation


def test_a_deny_on_a_symbol_that_could_be_another_is_undecided() -> None:
    """Whether something is lost hangs on two parameters."""
    allow, deny = READ | {"Resource": "${Other}"}, {"Effect": "Deny", "Action": "*", "Resource": "${Param}"}
    comparison = compared(allow, [allow, deny])
    assert Relation.UNDECIDED == comparison.relation
    assert ("whether `${Other}` and `${Param}` are the same",) == comparison.undecided


def test_a_deny_on_a_symbol_elsewhere_is_decided() -> None:
    """The texts around the symbols differ, so they can not be the same."""
    allow = READ | {"Resource": "arn:aws:s3:::a-${Other}"}
    deny = {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::b-${Param}"}
    assert Relation.EQUAL == compared(allow, [allow, deny]).relation


def test_what_else_may_be_gained_is_told_beside_what_is() -> None:
    """It does not change the relation, but whoever takes the one out has still to think of the other."""
    denied = {"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "${Other}"}
    allowed = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "${Param}"}
    comparison = compared([allowed, denied], [allowed, allowed | {"Action": "dynamodb:Scan"}])
    assert Relation.WIDER == comparison.relation
    assert ["dynamodb:Scan"] == [each.request.action for each in comparison.gained]
    assert ("whether `${Param}` and `${Other}` are the same",) == comparison.undecided


def test_an_unknown_operator_is_undecided() -> None:
    """Nobody knows what it lets through."""
    strange = READ | {"Condition": {"StringSounds": {"aws:username": "Bob"}}}
    comparison = compared(strange, READ)
    assert Relation.UNDECIDED == comparison.relation
    assert comparison.may_be_wider
    assert ("whether `dynamodb:GetItem` is gained: a condition operator is not known",) == comparison.undecided


def test_an_unknown_operator_on_both_sides_is_decided() -> None:
    """What it lets through is the same, whatever it is."""
    strange = READ | {"Condition": {"StringSounds": {"aws:username": "Bob"}}}
    put = READ | {"Action": "dynamodb:PutItem"}
    assert Relation.EQUAL == compared(strange, strange).relation
    assert Relation.WIDER == compared(strange, [strange, put]).relation


def test_unknown_operators_are_told_apart_by_their_names() -> None:
    """Two of them on one key with one value may let through different requests."""
    sounds, smells = (
        READ | {"Condition": {name: {"aws:username": "Bob"}}} for name in ("StringSounds", "StringSmells")
    )
    assert Relation.UNDECIDED == compared(sounds, smells).relation
    assert Relation.UNDECIDED == compared(sounds, READ).relation


def test_an_unknown_operator_with_and_without_variables_is_two_tests() -> None:
    """In the language of 2008 its value is another text."""
    strange = READ | {"Condition": {"StringSounds": {"s:text": "${aws:username}"}}}
    old = Policy.from_document({"Version": "2008-10-17", "Statement": strange})
    assert Relation.UNDECIDED == compare(old, policy(strange)).relation


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("NumericLessThan", "${Limit}"),
        ("NumericLessThan", "${aws:PrincipalTag/limit}"),
        ("DateGreaterThan", "${Start}"),
        ("IpAddress", "${Vpc.CidrBlock}"),
        ("BinaryEquals", "${Base64:<Secret>}"),
        ("Null", "${IsNull}"),
    ],
)
def test_a_number_or_the_like_that_is_not_known_is_not_taken_for_nothing(operator: str, value: str) -> None:
    """What a parameter of the template stands for is compared with itself only."""
    bounded = READ | {"Condition": {operator: {"s:key": value}}}
    put = READ | {"Action": "dynamodb:PutItem"}
    assert Relation.EQUAL == compared(bounded, [bounded, bounded]).relation
    assert Relation.WIDER == compared(bounded, [bounded, put]).relation
    assert Relation.UNDECIDED == compared([put], [put, bounded]).relation
    assert Relation.UNDECIDED == compared([put, bounded], [put]).relation


def test_symbols_are_symbols_in_the_language_of_2008() -> None:
    """A template is filled in before IAM reads its policy, whatever the version."""
    document = {"Version": "2008-10-17", "Statement": READ | {"Resource": "arn:aws:s3:::${Bucket}"}}
    other = {"Version": "2008-10-17", "Statement": READ | {"Resource": "arn:aws:s3:::${Other}"}}
    old, new = Policy.from_document(document), Policy.from_document(other)
    assert Relation.EQUAL == compare(old, policy(document["Statement"])).relation  # type: ignore[arg-type]
    denying = Policy.from_document({**document, "Statement": {**other["Statement"], "Effect": "Deny"}})  # type: ignore[dict-item]
    assert Relation.INCOMPARABLE == compare(old, new).relation
    assert Relation.UNDECIDED == compare(old, (old, denying)).relation


def test_a_changed_deny_with_the_text_of_a_variable_is_found() -> None:
    """A user whose name begins with an a is denied something; the witness has such a name."""
    allow = READ | {"Resource": "home/${aws:username}/*"}
    deny = {"Effect": "Deny", "Action": "*", "Resource": "home/a*"}
    comparison = compared(allow, [allow, deny])
    assert Relation.NARROWER == comparison.relation
    (lost,) = comparison.lost
    assert str(lost.request.context["aws:username"]).startswith("a")


def test_two_values_of_one_test_of_a_variable_are_told_apart() -> None:
    """That one of them is allowed as a text does not hide the other."""
    who = {"Condition": {"StringEquals": {"aws:username": ["a", "b"]}}}
    comparison = compared(READ | {"Resource": "home/a"}, READ | {"Resource": "home/${aws:username}"} | who)
    assert "b" in [each.request.context["aws:username"] for each in comparison.gained]


def test_a_variable_that_is_a_number_and_a_text_is_undecided() -> None:
    """Which numbers make a resource with it one that another statement names is not worked out."""
    number = {"Condition": {"NumericLessThan": {"aws:PrincipalTag/team": "20"}}}
    old = READ | {"Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"} | number
    comparison = compared(old, [old, READ | {"Effect": "Deny", "Resource": "arn:aws:s3:::1?/*"}])
    assert Relation.UNDECIDED == comparison.relation or comparison.relation is Relation.INCOMPARABLE
    assert "`aws:principaltag/team` is compared with values of several kinds" in comparison.undecided


def test_what_no_policy_can_hold_is_undecided_at_once() -> None:
    """Tens of thousands of statements are no policy that IAM takes."""
    many = [READ | {"Resource": f"arn:aws:s3:::b{number}/*"} for number in range(20_000)]
    assert Relation.UNDECIDED == compared(READ, many).relation


def test_another_principal_is_gained() -> None:
    """A resource policy that names another account, seen by a user of that account."""
    old = READ | {"Principal": {"AWS": "arn:aws:iam::111111111111:root"}}
    new = READ | {"Principal": {"AWS": ["111111111111", "arn:aws:iam::222222222222:role/reader"]}}
    comparison = compared(old, new, asks_principal=True)
    assert Relation.WIDER == comparison.relation
    assert ["arn:aws:iam::222222222222:role/reader"] == [each.request.principal for each in comparison.gained]
    everybody = compared(old, READ | {"Principal": "*"}, asks_principal=True)
    assert [True] == [":999999999999:" in each.request.principal for each in everybody.gained]


def test_excluding_an_account_excludes_its_root() -> None:
    """And not its users, so that only the root loses."""
    old, new = (READ | {"NotPrincipal": {"AWS": [name, "222222222222"]}} for name in ("333333333333", "111111111111"))
    comparison = compared(old, new, asks_principal=True)
    assert Relation.INCOMPARABLE == comparison.relation
    assert ["arn:aws:iam::111111111111:root"] == [each.request.principal for each in comparison.lost]


def test_an_account_that_is_a_symbol_has_users() -> None:
    """What the account of the stack may do is compared like any other account's."""
    old = READ | {"Principal": {"AWS": "arn:aws:iam::${AWS::AccountId}:root"}}
    comparison = compared(old, old | {"Action": "dynamodb:Scan"}, asks_principal=True)
    assert Relation.INCOMPARABLE == comparison.relation
    assert ["arn:aws:iam::${AWS::AccountId}:user/example"] == [each.request.principal for each in comparison.lost]


def several(values: list[str]) -> Document:
    """A statement on some resources."""
    return READ | {"Resource": values}


LETTERS = string.ascii_lowercase
HOSTILE: dict[str, tuple[Document | list[Document], Document | list[Document]]] = {
    "100 wildcards": (several(["*a" * 100]), several(["*a" * 99 + "*b"])),
    "100 patterns with 5 wildcards": (
        several(["*".join(LETTERS[(n + k * n // 7) % 5] for k in range(6)) for n in range(100)]),
        several(["*".join(LETTERS[(n * k + 1) % 5] for k in range(6)) for n in range(100)]),
    ),
    "2,000 patterns with wildcards in the middle": (
        several([f"arn:aws:dynamodb:*:*:table/a{n}*" for n in range(2000)]),
        several([f"arn:aws:dynamodb:*:*:table/b{n}*" for n in range(2000)]),
    ),
    "500 resources": (
        several([f"arn:aws:s3:::bucket-{n}/*" for n in range(500)]),
        several([f"arn:aws:s3:::bucket-{n}/*" for n in range(1, 501)]),
    ),
    "500 actions on 500 resources": (
        several([f"arn:aws:s3:::bucket-{n}/*" for n in range(500)]) | {"Action": [f"s3:Get{n}x*" for n in range(500)]},
        several([f"arn:aws:s3:::bucket-{n}/*" for n in range(500)]) | {"Action": [f"s3:Get{n}x*" for n in range(499)]},
    ),
    "9 variables in patterns": (
        [several([f"*a*b${{s:v{n}}}*c*" for n in range(9)]), READ],
        [several([f"*a*${{s:v{n}}}*b*c*" for n in range(9)]), READ],
    ),
    "60 keys with 20 values": (
        READ | {"Condition": {"StringLike": {f"s:k{n}": [f"v{v}-*" for v in range(20)] for n in range(60)}}},
        READ | {"Condition": {"StringLike": {f"s:k{n}": [f"v{v}-*" for v in range(21)] for n in range(60)}}},
    ),
    "60 keys in 60 statements": (
        [READ | {"Condition": {"StringLike": {f"s:k{n}": [f"v{v}-*" for v in range(20)]}}} for n in range(60)],
        [READ | {"Condition": {"StringLike": {f"s:k{n}": [f"v{v}-*" for v in range(21)]}}} for n in range(60)],
    ),
    "40 variables": (
        several(["/".join(f"${{aws:PrincipalTag/t{n}}}" for n in range(40))]),
        several(["/".join(f"${{aws:PrincipalTag/t{n}}}" for n in range(39)) + "/*"]),
    ),
    "sets of 30 values": (
        READ | leading(*(f"{a}*{b}*" for a in LETTERS for b in LETTERS[:9])),
        [READ | leading(f"{a}*", operator="ForAnyValue:StringLike") for a in LETTERS],
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_policies_end(name: str) -> None:
    """With a verdict or without one, but never with "equal": they are not."""
    old, new = HOSTILE[name]
    comparison = compared(old, new)
    assert Relation.EQUAL != comparison.relation
    if comparison.relation is Relation.UNDECIDED:
        assert comparison.undecided


def test_differences_are_found_where_not_all_can_be_told_apart() -> None:
    """A text can match any number of patterns with a wildcard in the middle; those that match one are looked at."""
    tables = [f"arn:aws:dynamodb:*:*:table/{name}-*" for name in LETTERS]
    comparison = compared(several(tables), several([*tables, "arn:aws:dynamodb:*:*:table/secret"]))
    assert Relation.UNDECIDED == comparison.relation
    assert ("the policies tell too many resources apart",) == comparison.undecided
    assert ["dynamodb:GetItem on arn:aws:dynamodb:::table/secret"] == [str(each.request) for each in comparison.gained]


@pytest.mark.parametrize("name", ["100 wildcards", "500 resources", "60 keys with 20 values"])
def test_large_is_not_hostile(name: str) -> None:
    """Long patterns and lists alone are decided."""
    assert () == compared(*HOSTILE[name]).undecided
