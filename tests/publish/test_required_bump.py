"""The bump that a change of contract needs."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.errors import InputError
from cfn_table.publish import Bump, required_bump
from tests.publish.contracts import ADDITIONS, CONTRACTS, KV_STORAGE, Contract, changed

GSI2 = {"name": "GSI2", "local": False, "key": {"partition": [{"name": "GSI2PK", "type": "S"}]}, "projection": "ALL"}

MAJOR: list[tuple[str, Any, str]] = [
    ("exports/TableArn", None, "export `TableArn` was removed"),
    ("exports/TableArn", "Arn", "the output behind export `TableArn` changed from `TableArn` to `Arn`"),
    ("table/logicalId", "Table", "the table's logical id changed from `KVStorageTable` to `Table`"),
    (
        "table/type",
        "AWS::DynamoDB::GlobalTable",
        "the table's type changed from `AWS::DynamoDB::Table` to `AWS::DynamoDB::GlobalTable`",
    ),
    ("table/attributes/PK", "N", "the type of key attribute `PK` changed from `S` to `N`"),
    ("table/attributes/PK", None, "key attribute `PK` was removed"),
    (
        "table/key",
        {"partition": [{"name": "PK", "type": "S"}], "sort": []},
        "the table's key changed from `PK` (S) and `SK` (S) to `PK` (S)",
    ),
    ("table/timeToLive", "ttl", "items that hold `ttl` already now expire by it"),
    ("indexes/GSI1", None, "index `GSI1` was removed"),
    ("indexes/GSI1/name", "First", "index `GSI1`: name changed from `GSI1` to `First`"),
    ("indexes/GSI1/local", True, "index `GSI1`: local changed from `false` to `true`"),
    ("indexes/GSI1/projection", ["email"], "the attributes that index `GSI1` projects no longer include `plan`"),
    ("indexes/GSI1/projection", "KEYS_ONLY", "the attributes that index `GSI1` projects no longer include `email`"),
    ("entities/user", None, "entity `user` was removed"),
    ("entities/user/type", "PERSON", "entity `user`: type changed from `USER` to `PERSON`"),
    (
        "entities/user/keys/PK",
        "U#{userId}",
        "entity `user`: the template of key `PK` changed from `USER#{userId}` to `U#{userId}`",
    ),
    ("entities/user/keys/SK", None, "entity `user`: key `SK` was removed"),
    ("entities/user/attributes/userId", None, "entity `user`: attribute `userId` was removed"),
    ("entities/user/attributes/email", None, "entity `user`: attribute `email` was removed"),
    (
        "entities/user/attributes/userId/type",
        "number",
        "entity `user`: attribute `userId`: type changed from `string` to `number`",
    ),
    ("entities/user/attributes/userId/optional", True, "entity `user`: attribute `userId` became optional"),
    ("entities/user/attributes/email/optional", False, "entity `user`: attribute `email` became required"),
    (
        "entities/user/attributes/name",
        {"type": "string", "optional": False},
        "entity `user`: attribute `name` was added as a required one",
    ),
    (
        "entities/user/attributes/plan/values",
        ["free"],
        "the values of entity `user`: attribute `plan` no longer include `pro`",
    ),
    (
        "entities/user/attributes/userId/values",
        ["a"],
        'the values of entity `user`: attribute `userId` changed from all to `["a"]`',
    ),
    (
        "entities/user/attributes/userId/pattern",
        "[a-z]+",
        "entity `user`: attribute `userId`: pattern `[a-z]+` was added",
    ),
    ("accessPatterns/get_user", None, "access pattern `get_user` was removed"),
    (
        "accessPatterns/get_user/operations",
        ["Query"],
        "the operations of access pattern `get_user` no longer include `GetItem`",
    ),
    (
        "accessPatterns/get_user/keyCondition",
        {"PK": "x"},
        'access pattern `get_user`: key condition changed from `{"PK": "USER#{userId}"}` to `{"PK": "x"}`',
    ),
    ("accessPatterns/get_user/parameters/userId", None, "access pattern `get_user`: parameter `userId` was removed"),
    ("accessPatterns/get_user/parameters/limit", "number", "access pattern `get_user`: parameter `limit` was added"),
    (
        "accessPatterns/get_user/parameters/userId",
        "number",
        "access pattern `get_user`: the type of parameter `userId` changed from `string` to `number`",
    ),
    (
        "accessPatterns/get_user/returns",
        ["plan"],
        "the attributes that access pattern `get_user` returns no longer include `email`",
    ),
    ("policies/api", None, "policy `api` was removed"),
    ("policies/api/export", "Api", "policy `api`: export changed from `ApiPolicyArn` to `Api`"),
    ("policies/api/allows", [], "the patterns that policy `api` allows no longer include `get_user`"),
    ("policies/api/parts", 2, "the number of parts of policy `api` changed from `1` to `2`"),
    (
        "accessPatterns/get_user/requests/GetItem/ConditionExpression",
        "#a <> :free",
        "access pattern `get_user`: what `GetItem` asks for changed",
    ),
    ("entities/user/sparse", ["SK"], "entity `user`: key `SK` became optional"),
    (
        "policies/api/attributes/user",
        ["plan"],
        "the attributes of `user` that policy `api` allows no longer include `email`",
    ),
    (
        "policies/api/attributes/team",
        ["name"],
        'the attributes of `team` that policy `api` allows changed from all to `["name"]`',
    ),
    ("policies/api/bind/get_user.userId", "${aws:x}", "policy `api` now binds `get_user.userId` to `${aws:x}`"),
    ("policies/api/bind/tenant", "${aws:x}", "policy `api` now binds `tenant` to `${aws:x}`"),
    ("parameters/Stage", None, "parameter `Stage` was removed"),
    ("parameters/Stage/default", None, "parameter `Stage` lost its default"),
    ("parameters/Stage/type", "Number", "parameter `Stage`: type changed from `String` to `Number`"),
    ("parameters/Stage/allowedPattern", "d.*", "parameter `Stage`: allowed pattern `d.*` was added"),
    (
        "parameters/Stage/allowedValues",
        ["dev"],
        "the allowed values of parameter `Stage` no longer include `prod`",
    ),
    ("parameters/Owner", {"type": "String"}, "parameter `Owner` was added without a default"),
]

MINOR: list[tuple[str, Any, str]] = [
    ("exports/StreamArn", "StreamArn", "export `StreamArn` was added"),
    ("indexes/GSI2", GSI2, "index `GSI2` was added"),
    (
        "indexes/GSI1/projection",
        ["plan", "email", "ttl"],
        "the attributes that index `GSI1` projects now include `ttl`",
    ),
    (
        "indexes/GSI1/projection",
        "ALL",
        'the attributes that index `GSI1` projects changed from `["email", "plan"]` to all',
    ),
    ("table/timeToLive", "expires", "the time to live `expires` was added"),
    ("table/stream", "NEW_IMAGE", "the table's stream `NEW_IMAGE` was added"),
    ("table/attributes/GSI2PK", "S", "key attribute `GSI2PK` was added"),
    ("entities/team", {"type": "TEAM", "keys": {}, "attributes": {}}, "entity `team` was added"),
    ("entities/user/keys/GSI2PK", "X#{email}", "entity `user`: key `GSI2PK` was added"),
    (
        "entities/user/attributes/name",
        {"type": "string", "optional": True},
        "entity `user`: attribute `name` was added",
    ),
    (
        "entities/user/attributes/plan/values",
        ["free", "pro", "scale"],
        "the values of entity `user`: attribute `plan` now include `scale`",
    ),
    (
        "accessPatterns/get_user/operations",
        ["GetItem", "BatchGetItem"],
        "the operations of access pattern `get_user` now include `BatchGetItem`",
    ),
    (
        "accessPatterns/get_user/entities",
        ["user", "team"],
        "the entities of access pattern `get_user` now include `team`",
    ),
    ("accessPatterns/list_users", {"operations": ["Query"]}, "access pattern `list_users` was added"),
    ("policies/reporting", {"export": "ReportingPolicyArn"}, "policy `reporting` was added"),
    ("policies/api/allows", ["get_user", "x"], "the patterns that policy `api` allows now include `x`"),
    ("policies/api/readStream", True, "policy `api` now allows to read the stream"),
    (
        "policies/api/attributes/user",
        ["email", "plan", "name"],
        "the attributes of `user` that policy `api` allows now include `name`",
    ),
    (
        "policies/api/attributes/user",
        None,
        'the attributes of `user` that policy `api` allows changed from `["email", "plan"]` to all',
    ),
    ("policies/api/bind/userId", None, "policy `api` no longer binds `userId`"),
    ("parameters/Owner", {"type": "String", "default": "me"}, "parameter `Owner` was added"),
    ("parameters/Stage/default", "prod", "the default of parameter `Stage` changed from `dev` to `prod`"),
    (
        "parameters/Stage/allowedValues",
        ["dev", "prod", "test"],
        "the allowed values of parameter `Stage` now include `test`",
    ),
]

PATCH: list[tuple[str, Any, str]] = [
    ("entities/user/description", "a person", "entity `user`: description changed"),
    ("description", "a store", "the contract's description changed"),
]

NONE: list[tuple[str, Any]] = [
    ("version", "1.0.1"),
    ("indexes/GSI1/projection", ["plan", "email"]),
    ("parameters/Stage/allowedValues", ["prod", "dev"]),
    ("accessPatterns/get_user/requests/GetItem/ProjectionExpression", "#plan, #email"),
    ("accessPatterns/get_user/requests/PutItem", {"key": {}}),
    ("entities/user/sparse", ["GSI2PK"]),
]


@pytest.mark.parametrize(
    ("path", "value", "reason", "expected"),
    [
        *((*case, Bump.MAJOR) for case in MAJOR),
        *((*case, Bump.MINOR) for case in MINOR),
        *((*case, Bump.PATCH) for case in PATCH),
    ],
)
def test_every_change_needs_its_bump_and_has_its_reason(path: str, value: Any, reason: str, expected: Bump) -> None:
    """One change gives one bump, and a reason that names what changed."""
    bump, reasons = required_bump(KV_STORAGE, changed(KV_STORAGE, path, value))
    assert expected == bump
    assert reason == reasons[0]
    assert all(each.isprintable() and not each.endswith(".") for each in reasons)


@pytest.mark.parametrize(("path", "value"), NONE)
def test_what_means_the_same_needs_no_bump(path: str, value: Any) -> None:
    """The order of names, and the version itself, mean nothing."""
    assert (Bump.NONE, []) == required_bump(KV_STORAGE, changed(KV_STORAGE, path, value))


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        ("table/stream", "NEW_IMAGE", "KEYS_ONLY", Bump.MAJOR),
        ("table/timeToLive", "ttl", "expires", Bump.MAJOR),
        ("accessPatterns/get_user/index", "GSI1", "GSI2", Bump.MAJOR),
        ("indexes/GSI1/projection", "ALL", ["email"], Bump.MAJOR),
        ("indexes/GSI1/projection", "KEYS_ONLY", ["email"], Bump.MINOR),
        ("policies/api/parts", 2, 1, Bump.MAJOR),
        ("policies/api/readStream", True, False, Bump.MAJOR),
    ],
)
def test_a_change_between_two_values_needs_its_bump(path: str, before: Any, after: Any, expected: Bump) -> None:
    """Changes of what the example does not have."""
    old, new = changed(KV_STORAGE, path, before), changed(KV_STORAGE, path, after)
    assert expected == required_bump(old, new)[0]


def test_other_aliases_ask_for_the_same() -> None:
    """How a request names its attributes and values means nothing to anybody."""
    path = "accessPatterns/get_user/requests/GetItem"
    request = {
        "key": {"PK": {"equals": ["USER#{userId}"]}},
        "ConditionExpression": "#p = :v",
        "ExpressionAttributeNames": {"#p": "plan"},
        "ExpressionAttributeValues": {":v": "free"},
    }
    assert (Bump.NONE, []) == required_bump(KV_STORAGE, changed(KV_STORAGE, path, request))
    request["ExpressionAttributeValues"] = {":v": "pro"}
    assert Bump.MAJOR == required_bump(KV_STORAGE, changed(KV_STORAGE, path, request))[0]


def test_a_new_pattern_of_a_policy_may_come_bound() -> None:
    """A binding of a pattern that the policy did not allow before takes nothing away."""
    new = changed(KV_STORAGE, "policies/api/allows", ["get_user", "list_users"])
    new = changed(new, "policies/api/bind/list_users.userId", "${aws:userid}")
    assert (Bump.MINOR, ["the patterns that policy `api` allows now include `list_users`"]) == (
        required_bump(KV_STORAGE, new)
    )


def test_long_values_are_cut() -> None:
    """A reason stays one line that can be read."""
    new = changed(KV_STORAGE, "entities/user/keys/PK", "x" * 500)
    assert required_bump(KV_STORAGE, new)[1][0].endswith("x" * 100 + "…`")


def test_below_1_0_0_a_breaking_change_needs_a_minor_and_an_additive_one_a_patch() -> None:
    """SemVer promises nothing for 0.x; a step is still visible."""
    old = changed(KV_STORAGE, "version", "0.3.0")
    assert Bump.MINOR == required_bump(old, changed(old, "exports/TableArn"))[0]
    assert Bump.PATCH == required_bump(old, changed(old, "exports/Other", "Other"))[0]
    assert Bump.NONE == required_bump(old, changed(old, "version", "0.4.0"))[0]


def test_reasons_come_gravest_first() -> None:
    """What breaks is read before what only adds."""
    new = changed(changed(KV_STORAGE, "exports/Added", "Added"), "exports/TableArn")
    assert required_bump(KV_STORAGE, new) == (Bump.MAJOR, ["export `TableArn` was removed", "export `Added` was added"])


def test_a_contract_of_another_format_is_refused() -> None:
    """What a later cfn-table wrote is not compared by guesswork."""
    with pytest.raises(InputError) as caught:
        required_bump(changed(KV_STORAGE, "format", 2), KV_STORAGE)
    assert "the contract is of format `2`, which this cfn-table does not know" == caught.value.message
    assert "use the newest cfn-table" == caught.value.help


@given(CONTRACTS, st.randoms(use_true_random=False))
def test_no_change_needs_no_bump(contract: Contract, shuffler: random.Random) -> None:
    """A contract compared with itself, or with itself in another order of keys, needs nothing."""
    assert (Bump.NONE, []) == required_bump(contract, copy.deepcopy(contract))
    items = list(contract.items())
    shuffler.shuffle(items)
    assert (Bump.NONE, []) == required_bump(contract, dict(items))


@given(CONTRACTS, st.sampled_from(sorted(ADDITIONS)))
def test_adding_is_minor_and_taking_it_back_is_major(contract: Contract, name: str) -> None:
    """What only adds breaks nobody; without it again, whoever used it is broken."""
    more = ADDITIONS[name](contract)
    if more == contract:
        return
    assert Bump.MINOR == required_bump(contract, more)[0]
    assert Bump.MAJOR == required_bump(more, contract)[0]


@given(CONTRACTS, CONTRACTS, st.sampled_from(sorted(ADDITIONS)))
def test_adding_more_never_needs_less(old: Contract, new: Contract, name: str) -> None:
    """The bump is monotone over additions: a broken promise is not made good by something new."""
    bump, reasons = required_bump(old, new)
    more, more_reasons = required_bump(old, ADDITIONS[name](new))
    assert more >= bump
    assert len(more_reasons) >= len(reasons)


@given(CONTRACTS, CONTRACTS)
def test_reasons_and_bump_go_together(old: Contract, new: Contract) -> None:
    """There is a bump exactly if there is a reason, and reasons are the same in every run."""
    bump, reasons = required_bump(old, new)
    assert bool(bump) == bool(reasons)
    again = json.loads(json.dumps(old, sort_keys=True)), json.loads(json.dumps(new, sort_keys=True))
    assert (bump, reasons) == required_bump(*again)


def typed(**names: list[str]) -> Contract:
    """A contract whose generated types export these names, by language."""
    return {**KV_STORAGE, "types": names}


@pytest.mark.parametrize(
    ("old", "new", "bump", "reasons"),
    [
        (KV_STORAGE, typed(python=["A"]), Bump.NONE, []),
        (typed(python=["A"]), typed(python=["A"]), Bump.NONE, []),
        (
            typed(typescript=["A", "B"]),
            typed(typescript=["B", "C"]),
            Bump.MAJOR,
            ["the generated types for TypeScript no longer export `A`"],
        ),
        (typed(python=["A"]), typed(python=["A", "B"]), Bump.MINOR, ["the generated types for Python now export `B`"]),
        (
            typed(python=["A"]),
            typed(**{"python": ["A"], "json-schema": ["E", "F", "G", "H", "I"]}),
            Bump.MINOR,
            ["the generated types for JSON Schema now export `E`, `F`, `G` and 2 more"],
        ),
        (
            typed(python=["A"], typescript=["T"]),
            typed(typescript=["T"]),
            Bump.MAJOR,
            ["the generated types for Python no longer export `A`"],
        ),
        (
            typed(python=["A"]),
            KV_STORAGE,
            Bump.MAJOR,
            ["the generated types for Python no longer export `A`"],
        ),
    ],
    ids=["of before", "same", "renamed", "added", "another language", "no language", "none at all"],
)
def test_importers_rely_on_the_names_that_types_export(
    old: Contract, new: Contract, bump: Bump, reasons: list[str]
) -> None:
    """A name that is gone breaks who imports it, one more does not; a contract of before says nothing about names."""
    assert (bump, reasons) == required_bump(old, new)
