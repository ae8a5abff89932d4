"""The laws about contracts: each fixture is two designs, and every change that the rule of its folder reports.

`fixtures/RULE/CASE/` has `old.yaml` and `new.yaml` (designs), `old-policies/` and `new-policies/` where they have
policies, and `expected.yaml`. A case whose name begins with `near-miss-` looks like a breach, and nothing is reported.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.design.design import Design
from cfn_table.design.names import pascal_case
from cfn_table.design.rules.document import read_docstring
from cfn_table.publish.compatibility import contract_changes
from cfn_table.publish.semver import Bump
from cfn_table.review.change import ABSENT, Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules import (
    access_patterns_stay,
    attributes_stay,
    entities_stay,
    generated_names_stay,
    key_templates_stay,
    policies_stay,
    stored_items_do_not_expire,
    stored_keys_stay_possible,
)
from cfn_table.review.side import Side
from tests.publish.contracts import CONTRACTS, KV_STORAGE, Contract, changed
from tests.review.sides import pair_of_contracts, side_of_design

FIXTURES = Path(__file__).parent / "fixtures"
RULES = {
    rule.NAME: rule
    for rule in (
        access_patterns_stay,
        attributes_stay,
        entities_stay,
        generated_names_stay,
        key_templates_stay,
        policies_stay,
        stored_items_do_not_expire,
        stored_keys_stay_possible,
    )
}
CASES = sorted(path for name in RULES for path in (FIXTURES / name).iterdir())


def exported(design: Design) -> list[str]:
    """Names as TypeScript has them: one for each entity, and a function for each operation of an access pattern."""
    names = [f"{pascal_case(name)}Entity" for name in design.entities]
    for name, pattern in design.file.access_patterns.items():
        several = len(pattern.operation) > 1
        names += [pascal_case(name) + (operation if several else "") for operation in pattern.operation]
    return sorted(names)


def with_names(side: Side) -> Side:
    """The side of a version with types."""
    assert side.design is not None
    return replace(side, contract={**(side.contract or {}), "types": {"typescript": exported(side.design)}})


def told(change: Change, case: Path) -> dict[str, Any]:
    """What a fixture says of a change; `design` is the file and the line that it is shown at."""
    place = change.design
    assert place is not None
    side = "old" if "old-project" in place.path else "new"
    name = f"{side}.yaml" if "/templates/" in place.path else f"{side}-policies/{Path(place.path).name}"
    lines = (case / name).read_text(encoding="utf-8").splitlines()
    return {
        "effect": str(change.effect),
        "severity": str(change.severity),
        "breaking": change.breaking,
        "certain": change.certain,
        "access": str(change.access),
        "path": "/".join(map(str, change.path)),
        "message": change.message,
        "help": change.help,
        "design": f"{name}: {lines[place.line - 1].strip()}",
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_rule_reports_exactly_what_its_fixture_says(case: Path, tmp_path: Path) -> None:
    """Effect, severity, place and words of every change, and nothing else; in a near miss nothing at all."""
    old, new = (
        side_of_design(case / f"{side}.yaml", case / f"{side}-policies", tmp_path / f"{side}-project")
        for side in ("old", "new")
    )
    rule = RULES[case.parent.name]
    if rule is generated_names_stay:
        old, new = with_names(old), with_names(new)
    found = sorted(rule.check(Pair(old, new)), key=Change.sort_key)
    assert all(change.rule == rule.NAME for change in found)
    expected = yaml.safe_load((case / "expected.yaml").read_text(encoding="utf-8"))
    assert expected == [told(change, case) for change in found]
    assert case.name.startswith("near-miss-") == (not found)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_documented_and_has_a_near_miss(name: str) -> None:
    """Its docstring has every section, its file its name, and its fixtures a case in which nothing is reported."""
    rule = RULES[name]
    assert read_docstring(rule.__doc__ or "").summary.endswith(".")
    assert name == Path(rule.__file__ or "").stem.replace("_", "-")
    assert any(case.name.startswith("near-miss-") for case in (FIXTURES / name).iterdir())


def changes_of(pair: Pair) -> Iterator[Change]:
    """What all these rules find."""
    for rule in RULES.values():
        yield from rule.check(pair)


@given(CONTRACTS)
def test_a_contract_compared_with_itself_gives_nothing(contract: Contract) -> None:
    """No change gives no finding."""
    assert [] == list(changes_of(pair_of_contracts(contract, copy.deepcopy(contract))))


@given(CONTRACTS, CONTRACTS)
def test_what_is_reported_is_a_change_of_the_contract(old: Contract, new: Contract) -> None:
    """Every change stands for one of the contract, in one line; what is breaking there is breaking here."""
    changes = {change.path: change for change in contract_changes(old, new)}
    for change in changes_of(pair_of_contracts(old, new)):
        assert change.path in changes or change.rule == stored_keys_stay_possible.NAME
        assert change.message.isprintable()
        assert not change.message.endswith(".")
        assert change.old is not ABSENT or change.new is not ABSENT
        if change.effect is Effect.DATA_LOSS:
            assert change.breaking


@given(CONTRACTS, CONTRACTS, st.sampled_from(["entities", "accessPatterns"]))
def test_nothing_that_breaks_is_passed_over(old: Contract, new: Contract, section: str) -> None:
    """Each breaking change of these sections is reported, but a key that went with all indexes that had it."""
    reported = {change.path for change in changes_of(pair_of_contracts(old, new)) if change.breaking}
    for change in contract_changes(old, new):
        is_key = change.path[2:3] == ("keys",) and change.new is None
        if change.path[0] == section and change.bump is Bump.MAJOR and not is_key:
            assert change.path in reported


def test_a_side_without_a_contract_gives_nothing() -> None:
    """A template of somebody else has no contract, and a new design no predecessor."""
    known, unknown = Side("", None, contract=KV_STORAGE), Side("", None)
    for pair in (Pair(known, unknown), Pair(unknown, known), Pair(unknown, unknown)):
        assert [] == list(changes_of(pair))


def test_without_designs_the_contract_is_enough() -> None:
    """What placeholders may hold is read from the contract's attributes; the place is not known."""
    new = changed(KV_STORAGE, "entities/user/keys/PK", "U#{userId}")
    (change,) = key_templates_stay.check(pair_of_contracts(KV_STORAGE, json.loads(json.dumps(new))))
    assert Effect.DATA_LOSS == change.effect
    assert (
        "stored items of entity `user` are out of reach: key `PK` changed from `USER#{userId}` (such as `USER#abc`)"
        " to `U#{userId}` (such as `U#abc`)"
    ) == change.message
    assert change.design is None


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("parts", 2, "the number of parts of policy `api` changed from `1` to `2`"),
        ("export", "Other", "policy `api`: export changed from `ApiPolicyArn` to `Other`"),
        ("bind/userId", None, ""),
        ("attributes/user", ["plan"], ""),
        ("readStream", True, ""),
    ],
)
def test_a_policy_is_told_here_as_far_as_requests_do_not_tell_it(path: str, value: Any, message: str) -> None:
    """Parts and exports concern who attaches it; what bindings and attributes mean is seen in what it allows."""
    new = changed(KV_STORAGE, f"policies/api/{path}", value)
    found = [change.message for change in policies_stay.check(pair_of_contracts(KV_STORAGE, new))]
    assert ([message] if message else []) == found


@pytest.mark.parametrize(
    ("template", "attributes", "is_loss"),
    [
        ("USER#{id}", {"id": "string"}, False),
        ("USER#{email}", {"userId": "string"}, True),
        ("USER#{id}", {"id": "string", "userId": "string"}, True),
        ("USER#{id}", {"id": "number"}, True),
        ("USER#{id}#", {"id": "string"}, True),
        ("USER#{id:lower}", {"id": "string"}, True),
        ("{id}", {"id": "string"}, True),
        ("USER#{id}{id}", {"id": "string"}, True),
        ("{", {}, True),
    ],
)
def test_another_name_of_a_placeholder_is_no_loss(template: str, attributes: dict[str, str], is_loss: bool) -> None:
    """Only where the same value has another name are stored items found as before."""
    new = changed(KV_STORAGE, "entities/user/keys/PK", template)
    new = changed(new, "entities/user/attributes/userId")
    for name, type_ in attributes.items():
        new = changed(new, f"entities/user/attributes/{name}", {"type": type_, "optional": False})
    (change,) = key_templates_stay.check(pair_of_contracts(KV_STORAGE, new))
    assert is_loss == (change.effect is Effect.DATA_LOSS)
    assert change.breaking
