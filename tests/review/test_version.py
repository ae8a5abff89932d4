"""The version that a change needs: from the contract, from the template, and whether the new one is enough."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from cfn_table.errors import RefusedError
from cfn_table.findings import Severity
from cfn_table.publish.semver import Bump, Version
from cfn_table.publish.version import check_bump
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.report import VersionStep
from cfn_table.review.side import Side
from cfn_table.review.version import exported_resources, required_step, version_step
from cfn_table.synth.read import read_template
from tests.publish.contracts import CONTRACTS, KV_STORAGE, Contract, changed

EXPORTS: dict[str, Any] = {
    "Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "a"}},
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {}},
    },
    "Outputs": {
        "TableName": {"Value": {"Ref": "Table"}, "Export": {"Name": "shop-TableName"}},
        "AlarmName": {"Value": {"Ref": "Alarm"}},
    },
}


def side(version: str, template: Any = EXPORTS, contract: Contract | None = None, digest: str = "a") -> Side:
    """A side with a template that says of itself what cfn-table's do."""
    whole = {**template, "Metadata": {"CfnTable": {"Version": version, "InputsDigest": digest}}}
    return Side(version, read_template(json.dumps(whole)), contract=contract, version=version)


def step(old: Side, new: Side, *changes: Change) -> VersionStep:
    """The step between two sides that have versions."""
    found = version_step(Pair(old, new), changes)
    assert found is not None
    return found


def change(effect: Effect, resource: str = "Table", **more: Any) -> Change:
    """A change of the template."""
    return Change(
        "a-rule", effect, Severity.WARNING, f"{resource}: {effect}", resource=resource, path=("Resources",), **more
    )


def test_an_unchanged_design_may_keep_its_version() -> None:
    """The same content under the same version is what generating twice gives."""
    assert VersionStep("1.0.0", "1.0.0", Bump.NONE, (), True) == step(side("1.0.0"), side("1.0.0"))


def test_a_version_by_itself_needs_nothing() -> None:
    """What a template says of itself follows from the version."""
    assert VersionStep("1.0.0", "1.0.1", Bump.NONE, (), True) == step(side("1.0.0"), side("1.0.1", digest="b"))


def test_changed_content_under_the_same_version_is_not_enough() -> None:
    """A published version never changes, however small the change is."""
    other = {**EXPORTS, "Description": "other words"}
    expected = VersionStep("1.0.0", "1.0.0", Bump.PATCH, ("the template changed",), False, "1.0.1")
    assert expected == step(side("1.0.0"), side("1.0.0", other))
    expected = VersionStep("1.0.0", "1.0.0", Bump.PATCH, ("the design changed",), False, "1.0.1")
    assert expected == step(side("1.0.0"), side("1.0.0", digest="b"))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (change(Effect.NONE), Bump.PATCH),
        (change(Effect.INTERRUPTION), Bump.PATCH),
        (change(Effect.NONE, breaking=True), Bump.MAJOR),
        (change(Effect.REPLACEMENT), Bump.MAJOR),
        (change(Effect.ORPHAN), Bump.MAJOR),
        (change(Effect.DATA_LOSS), Bump.MAJOR),
        (change(Effect.REPLACEMENT, "Alarm"), Bump.PATCH),
        (change(Effect.DELETION, "Alarm"), Bump.PATCH),
    ],
)
def test_a_change_of_the_template_needs_its_bump(found: Change, expected: Bump) -> None:
    """What breaks, or replaces what others import, is major; the rest of a template is a patch."""
    assert (expected, (found.message,)) == required_step(Pair(side("1.0.0"), side("1.0.1")), [found])


def test_the_contract_counts_once() -> None:
    """What a rule says about the contract is no reason beside the contract's own."""
    old, new = (side("1.0.0", contract=each) for each in (KV_STORAGE, changed(KV_STORAGE, "entities/user/keys/SK")))
    of_contract = Change(
        "key-templates-stay", Effect.NONE, Severity.WARNING, "…", path=("entities", "user"), breaking=True
    )
    expected = (Bump.MAJOR, ("entity `user`: key `SK` was removed",))
    assert expected == required_step(Pair(old, new), [of_contract])


def test_what_only_the_design_knows_counts_too() -> None:
    """What a placeholder of keys may hold is not in the contract, and narrowing it strands items all the same."""
    narrowed = Change(
        "stored-keys-stay-possible",
        Effect.DATA_LOSS,
        Severity.ERROR,
        "stored items may be out of reach",
        path=("entities", "user", "keys", "PK"),
        breaking=True,
    )
    pair = Pair(side("1.0.0", contract=KV_STORAGE), side("1.0.1", contract=KV_STORAGE))
    assert (Bump.MAJOR, ("stored items may be out of reach",)) == required_step(pair, [narrowed])


def test_reasons_come_gravest_first_and_patches_only_alone() -> None:
    """Who is told to bump the major is not told of alarms."""
    old, new = (side("1.0.0", contract=each) for each in (KV_STORAGE, changed(KV_STORAGE, "exports/Other", "Other")))
    pair = Pair(old, new)
    changes = [change(Effect.NONE, "Alarm"), change(Effect.REPLACEMENT)]
    expected = (Bump.MAJOR, ("Table: replacement", "export `Other` was added"))
    assert expected == required_step(pair, changes)
    assert (Bump.MINOR, ("export `Other` was added",)) == required_step(pair, changes[:1])


@pytest.mark.parametrize(
    ("old", "new", "effect", "enough", "proposed"),
    [
        ("1.2.3", "1.2.4", Effect.NONE, True, ""),
        ("1.2.3", "1.3.0", Effect.REPLACEMENT, False, "2.0.0"),
        ("1.2.3", "2.0.0", Effect.REPLACEMENT, True, ""),
        ("1.2.3", "2.0.0-rc.1", Effect.REPLACEMENT, True, ""),
        ("1.2.3", "1.3.0-rc.1", Effect.REPLACEMENT, False, "2.0.0"),
        ("1.2.3", "1.2.3-rc.1", Effect.NONE, False, "1.2.4"),
        ("1.0.0-rc.1", "1.0.0-rc.1", Effect.REPLACEMENT, True, ""),
        ("1.0.0-rc.1", "1.0.0", Effect.REPLACEMENT, True, ""),
        ("0.1.0", "0.1.1", Effect.REPLACEMENT, False, "0.2.0"),
        ("0.1.0", "0.2.0", Effect.REPLACEMENT, True, ""),
        ("0.1.0", "0.1.1", Effect.NONE, True, ""),
    ],
)
def test_a_version_is_enough_by_the_rules_of_publishing(
    old: str, new: str, effect: Effect, enough: bool, proposed: str
) -> None:
    """What review calls enough is what `generate` lets pass, and what it proposes would be enough."""
    found = step(side(old), side(new), change(effect))
    assert (enough, proposed) == (found.enough, found.proposed)
    try:
        check_bump(Version.parse(new), Version.parse(old), found.needed, found.reasons)
    except RefusedError:
        assert not enough
    else:
        assert enough
    if proposed:
        assert step(side(old), side(proposed), change(effect)).enough


@given(CONTRACTS)
def test_the_same_contract_needs_no_version(contract: Contract) -> None:
    """No change needs no bump."""
    sides = (Side("", None, contract=contract, version=version) for version in ("1.0.0", "1.0.0"))
    assert VersionStep("1.0.0", "1.0.0", Bump.NONE, (), True) == version_step(Pair(*sides), [])


@pytest.mark.parametrize(("old", "new"), [("", "1.0.0"), ("1.0.0", ""), ("", ""), ("one", "1.0.0")])
def test_without_versions_there_is_no_step(old: str, new: str) -> None:
    """A template of somebody else has no version."""
    assert version_step(Pair(side(old), side(new)), []) is None


def test_exported_resources_are_those_that_exports_refer_to() -> None:
    """In whatever way an export's value is put together; other outputs are for people."""
    values = [
        {"Ref": "A"},
        {"Fn::GetAtt": ["B", "Arn"]},
        {"Fn::GetAtt": "C.Arn"},
        {"Fn::Sub": "x-${D}-${E.Arn}-${!F}"},
        {"Fn::Join": ["", [{"Fn::Sub": ["${G}${h}", {"h": {"Ref": "H"}}]}]]},
    ]
    outputs = {f"O{at}": {"Value": value, "Export": {"Name": f"n{at}"}} for at, value in enumerate(values)}
    outputs["Other"] = {"Value": {"Ref": "Z"}}
    assert set("ABCDEGHh") == exported_resources({"Outputs": outputs})
    assert frozenset() == exported_resources({"Outputs": ["odd"]})
