"""Policies are asked about what was really sent: right ones pass, and each way to be wrong is told by name."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import cfn_table
from cfn_table.access.proof import prove_policies
from cfn_table.design.design import Design
from cfn_table.prove.permissions import AccessResult, judge
from cfn_table.prove.report import Allowed
from cfn_table.prove.sent import Sent
from tests.engines.install import ROOT
from tests.projects import NAMES, copy_designs
from tests.prove.broken import BROKEN, Statements, all_leading, leading
from tests.prove.sending import deployed, names_of, send_all

Made = tuple[Design, dict[str, Any], list[Sent]]
YES, ALSO, NO, WRONG, UNKNOWN = Allowed.LISTED, Allowed.ALSO, Allowed.NO, Allowed.WRONG, Allowed.UNKNOWN


def made(design: Design) -> Made:
    """The design, its template, and everything that its patterns send to moto."""
    template: dict[str, Any] = cfn_table.to_plain(cfn_table.synthesize(design))
    with deployed(design) as client:
        return design, template, send_all(design, client)


@pytest.fixture(scope="module")
def all_made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """Every design that the tests have, and kv-storage, by name."""
    root = copy_designs(tmp_path_factory.mktemp("designs"))
    paths = [ROOT / "templates" / "kv-storage.yaml", *(root / "templates" / f"{name}.yaml" for name in NAMES)]
    return {path.stem: made(cfn_table.load_design(path, environment={})) for path in paths}


def judged(
    made: Made,
    policy: str = "",
    change: Callable[[Statements], object] = lambda _: None,
    parameters: Mapping[str, str] | None = None,
) -> AccessResult:
    """The result after a change of the statements of one policy in the template."""
    design, template, sent = made
    template = copy.deepcopy(template)
    if policy:
        change(template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"])
    return judge(design, template, sent, names_of(design), parameters)


@pytest.mark.parametrize("name", ["kv-storage", *NAMES])
def test_generated_policies_do_what_they_say(name: str, all_made: dict[str, Made]) -> None:
    """All that is listed is allowed; what else is allowed is what the proof lists, and what is the caller's own."""
    design, template, sent = all_made[name]
    result = judged(all_made[name])
    assert () == result.failures
    assert tuple(policy.name for policy in design.policies) == result.policies
    assert set(design.file.access_patterns) == {each.pattern for each in sent} == set(result.access)
    for place, (policy, proof) in enumerate(zip(design.policies, prove_policies(design, template), strict=True)):
        column = {pattern: row[place] for pattern, row in result.access.items()}
        listed = {grant.pattern for grant in policy.file.allow}
        also = {pattern for pattern, cell in column.items() if cell is ALSO}
        assert listed == {pattern for pattern, cell in column.items() if cell is YES}
        assert set(proof.also_allows) <= also
        if not any({**policy.file.bind, **grant.bind} for grant in policy.file.allow):
            assert set(proof.also_allows) == also


def test_the_table_of_kv_storage(all_made: dict[str, Made]) -> None:
    """A tenant reads the data of its own namespace, which IAM cannot tell from its keys."""
    result = judged(all_made["kv-storage"])
    assert ("api", "reporting", "tenant") == result.policies
    assert {
        "get_user_by_id": (NO, NO, NO),
        "get_user_by_api_key": (YES, NO, NO),
        "list_user_namespaces": (NO, NO, NO),
        "get_namespace": (YES, NO, ALSO),
        "manage_key": (YES, NO, YES),
        "list_keys_by_prefix": (YES, NO, YES),
        "report_user": (NO, YES, NO),
    } == result.access


def test_the_published_template_does_what_it_says(all_made: dict[str, Made]) -> None:
    """The one that deployers deploy, with its parameters."""
    import json

    design, _, sent = all_made["kv-storage"]
    template = json.loads((ROOT / "build/kv-storage/1.0.0/template.json").read_text("utf-8"))
    assert () == judge(design, template, sent, names_of(design), {"AlarmTopicArn": ""}).failures


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_policy_is_named(name: str, all_made: dict[str, Made]) -> None:
    """With the pattern and the request; other policies of the design have no failure."""
    broken = BROKEN[name]
    result = judged(all_made[broken.design], broken.logical_id, broken.change)
    pattern = f"access pattern `{broken.pattern}`"
    told = [each for each in result.failures if pattern in each and broken.says in each]
    assert told, result.failures
    assert all(each.startswith(f"policy `{broken.policy}`: access pattern `") for each in result.failures)
    assert all("\n" not in each for each in result.failures)
    place = result.policies.index(broken.policy)
    assert WRONG is result.access[broken.pattern][place]
    others = {row[at] for row in result.access.values() for at in range(len(row)) if at != place}
    assert WRONG not in others


def test_a_policy_that_is_missing_is_told(all_made: dict[str, Made]) -> None:
    """Its patterns are wrong, the others are unknown: nobody is asked about them."""
    design, template, sent = all_made["kv-storage"]
    template = copy.deepcopy(template)
    del template["Resources"]["TenantPolicy"]
    result = judge(design, template, sent, names_of(design))
    assert ("policy `tenant` is not in the template, which has no `TenantPolicy`",) == result.failures
    assert (WRONG, UNKNOWN) == (result.access["manage_key"][2], result.access["report_user"][2])


def test_parts_of_a_split_policy_are_one(all_made: dict[str, Made]) -> None:
    """A second part allows what the first does not."""
    design, template, sent = all_made["kv-storage"]
    template = copy.deepcopy(template)
    first = template["Resources"]["ApiPolicy"]
    second = template["Resources"]["ApiPolicy2"] = copy.deepcopy(first)
    del first["Properties"]["PolicyDocument"]["Statement"][0]
    del second["Properties"]["PolicyDocument"]["Statement"][1]
    assert () == judge(design, template, sent, names_of(design)).failures


def test_nothing_sent_is_nothing_known(all_made: dict[str, Made]) -> None:
    """Neither allowed nor denied."""
    design, template, sent = all_made["kv-storage"]
    result = judge(design, template, [each for each in sent if each.pattern != "manage_key"], names_of(design))
    assert (UNKNOWN,) * 3 == result.access["manage_key"]
    assert () == result.failures


def test_a_condition_of_the_template_makes_variants(all_made: dict[str, Made]) -> None:
    """Parameters decide which is asked; without them both are, and the wrong one is named with its condition."""
    design, template, sent = all_made["kv-storage"]
    template = copy.deepcopy(template)
    template["Parameters"]["Stage"] = {"Type": "String", "Default": "dev"}
    template["Conditions"]["IsProd"] = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    statement = template["Resources"]["ApiPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
    keys = statement["Condition"]["ForAllValues:StringLike"]
    keys["dynamodb:LeadingKeys"] = [{"Fn::If": ["IsProd", "*", "NS#*"]}]
    assert () == judge(design, template, sent, names_of(design), {}).failures
    assert () == judge(design, template, sent, names_of(design), {"Stage": "test"}).failures
    stored = copy.deepcopy(template)
    stored["Parameters"]["Stage"]["Type"] = "AWS::SSM::Parameter::Value<String>"  # its value is a name of the value
    for text, parameters in ((template, None), (template, {"Stage": "prod"}), (stored, {"Stage": "test"})):
        result = judge(design, text, sent, names_of(design), parameters)
        assert WRONG is result.access["get_user_by_id"][0]
        where = "policy `api` where `IsProd` is true: access pattern `get_user_by_id` is allowed, and it does not"
        assert any(each.startswith(where) for each in result.failures), result.failures


NOTES = """
design: notes
version: 1.0.0
description: Notes of tenants
table: {key: {partition: PK, sort: SK}, point_in_time_recovery: true}
entities:
  note:
    keys: {PK: "T#{tenantId}#{topic}", SK: "N#{noteId}"}
    attributes: {tenantId: string, topic: string, noteId: string, text: string}
    samples: [{tenantId: acme, topic: plans, noteId: n1, text: Hello}]
  secret:
    keys: {PK: "S#{tenantId}", SK: SECRET}
    attributes: {tenantId: string, text: string}
    samples: [{tenantId: acme, text: Hush}]
access_patterns:
  get_note: {operation: GetItem, entity: note}
  put_note: {operation: PutItem, entity: note}
  get_notes: {operation: BatchGetItem, entity: note}
  get_any_notes: {operation: BatchGetItem, entity: note}
  put_notes: {operation: BatchWriteItem, entity: note}
  note_with_secret:
    operation: TransactGetItems
    parts: [{operation: GetItem, entity: note}, {operation: GetItem, entity: secret}]
"""


def notes(folder: Path, policy: str) -> Made:
    """A small design with one policy `p`."""
    (folder / "templates").mkdir()
    (folder / "policies" / "notes").mkdir(parents=True)
    (folder / "templates" / "notes.yaml").write_text(NOTES, encoding="utf-8")
    (folder / "policies" / "notes" / "p.yaml").write_text(f"policy: p\n{policy}", encoding="utf-8")
    return made(cfn_table.load_design(folder / "templates" / "notes.yaml", environment={}))


def cells(result: AccessResult) -> dict[str, Allowed]:
    """The answers of the only policy."""
    return {pattern: row[0] for pattern, row in result.access.items()}


def test_each_bound_placeholder_is_asked_about(tmp_path: Path) -> None:
    """Two tags in one key: opening either of them is told; items that are put and batches have their texts in keys."""
    bind = 'bind: {tenantId: "${aws:PrincipalTag/tenant}", topic: "${aws:PrincipalTag/topic}"}\n'
    sent = notes(tmp_path, bind + "allow: [get_note, put_note, get_notes, put_notes]\n")
    assert () == judged(sent).failures
    assert {YES} == {cells(judged(sent))[name] for name in ("get_note", "put_note", "get_notes", "put_notes")}
    for keys, key in (("T#${aws:PrincipalTag/tenant}#*", "topic"), ("T#*#${aws:PrincipalTag/topic}", "tenant")):
        result = judged(sent, "PPolicy", all_leading([keys]))
        assert {WRONG} == {cells(result)[name] for name in ("get_note", "put_note", "get_notes", "put_notes")}
        assert all(f"a caller whose `aws:PrincipalTag/{key}` is not" in each for each in result.failures)


def test_a_batch_of_several_callers_is_asked_about_its_first_item(tmp_path: Path) -> None:
    """One caller cannot write for two, so each may write its own."""
    design, template, sent = notes(tmp_path, 'bind: {tenantId: "${aws:PrincipalTag/tenant}"}\nallow: [put_notes]\n')
    (batch,) = [each for each in sent if each.pattern == "put_notes"]
    (put,) = batch.body["RequestItems"]["deployed-table"]
    other = {**put["PutRequest"]["Item"], "PK": {"S": "T#other#plans"}}
    body = {"RequestItems": {"deployed-table": [put, {"PutRequest": {"Item": other}}]}}
    result = judge(design, template, [Sent("put_notes", "BatchWriteItem", body, {})], names_of(design))
    assert () == result.failures
    assert YES is cells(result)["put_notes"]


def test_a_placeholder_that_is_bound_to_a_text_is_that_text(tmp_path: Path) -> None:
    """What was sent for another is denied, and the same for that text is allowed."""
    sent = notes(tmp_path, "bind: {tenantId: initech}\nallow: [get_note, put_note]\n")
    assert () == judged(sent).failures
    assert YES is cells(judged(sent))["get_note"]
    result = judged(sent, "PPolicy", leading(["T#*"]))
    assert any("is allowed for another `tenantId` than `initech`" in each for each in result.failures)
    result = judged(sent, "PPolicy", leading(["T#umbrella#*"]))
    assert any("is denied, and it lists that" in each and "T#initech#plans" in each for each in result.failures)


def test_another_grant_may_open_what_one_binds(tmp_path: Path) -> None:
    """The very same request is listed for every caller, so that others are allowed it is no failure."""
    allow = 'allow:\n  - get_notes: {tenantId: "${aws:PrincipalTag/tenant}"}\n  - get_any_notes\n'
    result = judged(notes(tmp_path, allow))
    assert () == result.failures
    assert (YES, YES) == (cells(result)["get_notes"], cells(result)["get_any_notes"])


def test_a_transaction_is_more_than_the_part_that_is_allowed(tmp_path: Path) -> None:
    """Its first part is a listed GetItem; the second is not, so the whole cannot be executed."""
    sent = notes(tmp_path, "allow: [get_note]\n")
    result = judged(sent)
    assert () == result.failures
    assert {
        "get_note": YES,
        "put_note": NO,
        "get_notes": NO,
        "get_any_notes": NO,
        "put_notes": NO,
        "note_with_secret": NO,
    } == cells(result)
    result = judged(sent, "PPolicy", leading(["T#*", "S#*"]))
    assert WRONG is cells(result)["note_with_secret"]
