"""Where in a contract something changed, and what was and is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from cfn_table.publish.compatibility import ContractChange, contract_changes, softened
from cfn_table.publish.semver import Bump
from tests.publish.contracts import CONTRACTS, KV_STORAGE, Contract, changed

PLACES: list[tuple[str, Any, ContractChange]] = [
    (
        "entities/user/keys/PK",
        "U#{userId}",
        ContractChange(
            Bump.MAJOR,
            "entity `user`: the template of key `PK` changed from `USER#{userId}` to `U#{userId}`",
            ("entities", "user", "keys", "PK"),
            "USER#{userId}",
            "U#{userId}",
        ),
    ),
    (
        "entities/user/sparse",
        ["SK"],
        ContractChange(
            Bump.MAJOR, "entity `user`: key `SK` became optional", ("entities", "user", "sparse", "SK"), False, True
        ),
    ),
    (
        "entities/user/attributes/plan/values",
        ["free"],
        ContractChange(
            Bump.MAJOR,
            "the values of entity `user`: attribute `plan` no longer include `pro`",
            ("entities", "user", "attributes", "plan", "values"),
            ["free", "pro"],
            ["free"],
        ),
    ),
    (
        "exports/StreamArn",
        "KVStorageTable",
        ContractChange(Bump.MINOR, "export `StreamArn` was added", ("exports", "StreamArn"), None, "KVStorageTable"),
    ),
    (
        "policies/api/bind/tenant",
        "${aws:x}",
        ContractChange(
            Bump.MAJOR,
            "policy `api` now binds `tenant` to `${aws:x}`",
            ("policies", "api", "bind", "tenant"),
            None,
            "${aws:x}",
        ),
    ),
]


@pytest.mark.parametrize(("path", "value", "expected"), PLACES)
def test_a_change_says_where_it_is(path: str, value: Any, expected: ContractChange) -> None:
    """A change has the bump, the reason, the place, and both values."""
    assert (expected,) == contract_changes(KV_STORAGE, changed(KV_STORAGE, path, value))


def value_at(contract: Contract, path: tuple[str, ...]) -> Any:
    """What stands at a place of a contract; None where nothing does."""
    value: Any = contract
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


@given(CONTRACTS, CONTRACTS)
def test_places_lead_to_their_values(old: Contract, new: Contract) -> None:
    """The values of a change are those at its place, and they differ."""
    for change in contract_changes(old, new):
        assert change.old != change.new
        if change.path[0] == "entities" and change.path[2:3] == ("sparse",):
            continue
        for contract, value in ((old, change.old), (new, change.new)):
            there = value_at(contract, change.path)
            # A projection is told as a limit, a flag that is not there as false.
            assert value == there or "projection" in change.path or not there


def test_below_1_0_0_every_step_is_smaller() -> None:
    """Breaking is minor there and additive a patch; a patch stays one."""
    assert [Bump.NONE, Bump.PATCH, Bump.PATCH, Bump.MINOR] == [softened(bump, "0.9.1") for bump in Bump]
    assert list(Bump) == [softened(bump, "1.0.0") for bump in Bump]
    assert list(Bump) == [softened(bump, "") for bump in Bump]
