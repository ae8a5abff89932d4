"""The gate about one template: nothing that cfn-lint knows is lost, and nothing but a reason silences it."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.errors import InputError
from cfn_table.findings import Finding, Location, Severity
from cfn_table.lint import runner
from cfn_table.lint.runner import first_difference, judge_template, lint_template
from cfn_table.lint.verdicts import LintVerdict
from tests.lint.linting import REGIONS, WRONG, lint, rules_of

TEMPLATES = Path(__file__).parent / "templates"
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in sorted(TEMPLATES.iterdir())}


def test_a_correct_template_has_no_findings() -> None:
    """A kv-storage template passes with no finding at all."""
    text = TEXTS["kv-storage.yaml"]
    assert [] == lint(text)


def test_errors_and_warnings_come_with_their_place() -> None:
    """Rule, severity, message and place are cfn-lint's; the message has the form of ours."""
    found = lint(WRONG)
    assert [
        ("W2001", Severity.WARNING, "parameter Unused not used", "t.yaml:3:3", "  Unused:"),
        ("E3012", Severity.ERROR, "[1] is not of type 'string'", "t.yaml:9:7", "      TopicName: [1]"),
        (
            "E3002",
            Severity.ERROR,
            "additional properties are not allowed ('Colour' was unexpected)",
            "t.yaml:10:7",
            "      Colour: red",
        ),
    ] == [
        (it.rule, it.severity, it.message, str(it.location), it.location.text if it.location else None) for it in found
    ]


def test_a_long_list_of_allowed_values_becomes_advice() -> None:
    """Of a hundred allowed values the message gives the number and the help the nearest."""
    (found,) = lint(
        """\
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Action: 'dynamodb:GetItms', Resource: '*'}]
"""
    )
    assert "W3037" == found.rule
    assert found.message.startswith("'getitms' is not one of the ")
    assert found.help.startswith("did you mean `getitem`? ")


def test_a_template_must_be_valid_in_each_region() -> None:
    """A resource type that one of the Regions lacks is a finding, which names that Region."""
    text = "Resources:\n  App:\n    Type: AWS::AppRunner::Service\n    Properties:\n      SourceConfiguration: {}\n"
    found = lint_template(text, path="t.yaml", regions=["us-east-1", "cn-north-1"])
    assert ["E3006"] == [it.rule for it in found if "cn-north-1" in it.message]
    assert [] == [it for it in lint(text) if it.rule == "E3006"]


@pytest.mark.parametrize(
    ("regions", "message", "help"),
    [
        ([], "no Region to check the template for", "name at least one, such as `us-east-1`"),
        (["us-east1"], "unknown Region `us-east1`", "did you mean `us-east-1`?"),
    ],
)
def test_regions_must_exist(regions: list[str], message: str, help: str) -> None:
    """An unknown Region is an InputError with advice; so is the absence of any."""
    with pytest.raises(InputError) as caught:
        judge_template(WRONG, path="t.yaml", regions=regions)
    assert (message, help) == (caught.value.message, caught.value.help)


# ---------------------------------------------------------------- suppressions


def test_a_suppressed_finding_is_recorded_with_its_reason() -> None:
    """It is no longer a finding, and stands apart with the reason."""
    verdict = judge_template(WRONG, path="t.yaml", regions=REGIONS, suppressions={"E3012": "a number is fine here"})
    assert ["E3002", "W2001"] == rules_of(verdict.findings)
    assert [("E3012", "a number is fine here")] == [(it.finding.rule, it.reason) for it in verdict.suppressed]
    assert verdict.passed is False


@pytest.mark.parametrize(
    ("suppressions", "message"),
    [
        ({"E3012": " "}, "the suppression of `E3012` gives no reason"),
        ({"E3": "all of them"}, "no rule `E3` exists to be suppressed"),
        ({"E9012": "a typo"}, "no rule `E9012` exists to be suppressed"),
        ({"E0000": "unreadable is fine"}, "`E0000` cannot be suppressed"),
        ({"E0002": "crashes are fine"}, "`E0002` cannot be suppressed"),
        ({"both-texts-say-the-same": "no matter"}, "no rule `both-texts-say-the-same` exists to be suppressed"),
    ],
)
def test_a_suppression_names_one_rule_and_a_reason(suppressions: dict[str, str], message: str) -> None:
    """Prefixes, unknown rules, missing reasons, and rules that say that nobody looked are refused."""
    with pytest.raises(InputError) as caught:
        lint(WRONG, suppressions=suppressions)
    assert message == caught.value.message


# ---------------------------------------------------------------- templates that are none


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("", "the template is empty", "t.yaml"),
        ("Resources:\n\tA: 1\n", "not YAML: found character that cannot start any token", "t.yaml:2:1"),
        ("A: 1\nB: 2\nA: 3\n", "duplicate key `A`", "t.yaml:3:1"),
        ("A: b\0c\n", "YAML does not allow the character U+0000", "t.yaml:1:5"),
        ("- a\n", "a template must be a mapping", "t.yaml:1:1"),
        ("A: &a [*a]\n", None, "t.yaml:1:8"),
        ("A: " + "[" * 300_000, "the template nests deeper than 200 levels", None),
        ("- " * 300_000, "the template nests deeper than 200 levels", None),
        ('{"A": ' * 300_000, "the template nests deeper than 200 levels", None),
    ],
    ids=["empty", "tab", "duplicate", "nul", "list", "recursive", "deep-flow", "deep-block", "deep-json"],
)
def test_a_text_that_is_no_template_is_a_finding(text: str, message: str | None, place: str | None) -> None:
    """What cannot be read is one error with a place; never an exception, and never the end of the process."""
    (found,) = lint(text)
    assert ("E0000", Severity.ERROR) == (found.rule, found.severity)
    assert message is None or message == found.message
    assert place is None or place == str(found.location)


@pytest.mark.parametrize(
    "text",
    [
        "Resources: 1\n",
        "Resources: [1]\nOutputs: [2]\nMetadata: x\n",
        "Resources:\n  T: 1\n",
        "Resources:\n  T:\n    Type: [AWS::DynamoDB::Table]\n    Properties: x\n",
        "Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n    Metadata: text\n    Properties: {KeySchema: 1}\n",
        "Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n    Metadata: {cfn-lint: {config: [1]}}\n",
        "Transform: [1, {A: 2}]\nResources: {}\n",
        "Conditions: {A: !Equals [1]}\nResources: {T: {Type: AWS::SNS::Topic, Condition: [A]}}\n",
        "Resources:\n  'Fn::ForEach::X': [A, [1], {B: {}}]\n",
        "Parameters: {A: 1}\nMappings: 1\nRules: []\nResources: {T: {Type: AWS::SNS::Topic}}\n",
    ],
)
def test_whatever_shape_a_template_has_is_judged_without_an_exception(text: str) -> None:
    """Shapes that no template has give error findings, even where cfn-lint itself stumbles over them."""
    verdict = judge_template(text, path="t.yaml", regions=REGIONS)
    assert verdict.passed is False


def test_a_rule_of_cfn_lint_that_crashes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception inside a rule becomes E0002, and the other rules' findings remain."""
    runner.prepare()
    rule = runner._gate().rules["W2001"]

    def crash(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(rule, "match", crash)
    found = lint(WRONG)
    assert ["E0002", "E3002", "E3012"] == rules_of(found)
    assert ["unknown exception while processing rule W2001: 'on purpose'"] == [
        it.message for it in found if it.rule == "E0002"
    ]


def test_a_crash_of_cfn_lint_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception outside any rule becomes E0002 as well."""

    def crash(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("cfnlint.runner.template.runner.run_template_by_data", crash)
    (found,) = lint(WRONG)
    assert ("E0002", Severity.ERROR, "cfn-lint fails on this template: ZeroDivisionError: on purpose") == (
        found.rule,
        found.severity,
        found.message,
    )
    assert Location("t.yaml") == found.location


def test_a_setting_that_the_gate_does_not_know_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """If cfn-lint asks for a setting without an answer here, the template fails instead of passing unseen."""
    monkeypatch.delattr("cfn_table.lint.runner._GateConfig.mandatory_checks")
    assert ["E0002"] == rules_of(lint(WRONG))


# ---------------------------------------------------------------- only the rules that can speak


@pytest.mark.parametrize("name", ["wrong-in-many-ways.yaml", "wrong-table.yaml", "kv-storage.yaml"])
def test_leaving_out_rules_of_absent_types_loses_no_finding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each resource alone, and all together, give the same findings with the chosen rules as with all of cfn-lint's."""
    import yaml

    from cfn_table.synth.read import read_template

    whole = read_template(TEXTS[name]).data
    gate = runner._gate()
    chosen: list[Finding] = []
    for names in [*([it] for it in whole["Resources"]), list(whole["Resources"])]:
        text = yaml.safe_dump({**whole, "Resources": {it: whole["Resources"][it] for it in names}})
        chosen = lint(text)
        with monkeypatch.context() as patch:
            patch.setattr(type(gate), "rules_for", lambda gate, *_: gate.rules)
            assert lint(text) == chosen
    assert name == "kv-storage.yaml" or chosen


def test_rules_of_absent_types_are_left_out() -> None:
    """A table and a policy need far fewer than all rules; a transform needs all, since nobody knows what it makes."""
    gate = runner._gate()
    template = {"Resources": {"T": {"Type": "AWS::DynamoDB::Table"}, "P": {"Type": "AWS::IAM::ManagedPolicy"}}}
    few = gate.rules_for("", template)
    assert 100 < len(few) < len(gate.rules) - 80
    assert len(gate.rules) == len(gate.rules_for("", {**template, "Transform": "AWS::Serverless-2016-10-31"}))
    assert len(gate.rules) == len(gate.rules_for("Fn::ForEach::All", template))
    assert len(gate.rules) == len(gate.rules_for("", {"Resources": {"T": {"Type": {"Ref": "Type"}}}}))


def test_templates_of_different_types_in_turn_keep_their_findings() -> None:
    """What one template needed of the rules does not change what the next is told."""
    expected = {name: lint(text) for name, text in TEXTS.items()}
    assert expected == {name: lint(TEXTS[name]) for name in reversed(TEXTS)}


def test_threads_do_not_disturb_each_other() -> None:
    """cfn-lint keeps state in its rules; several threads that lint get what one alone gets."""
    texts = [*TEXTS.values()] * 2
    expected = [lint(text) for text in texts]
    got: dict[int, list[Finding]] = {}
    threads = [
        threading.Thread(target=lambda index=index, text=text: got.update({index: lint(text)}))
        for index, text in enumerate(texts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert expected == [got[index] for index in range(len(texts))]


# ---------------------------------------------------------------- YAML and JSON say the same


def test_the_json_text_must_say_the_same() -> None:
    """Two texts of different templates are an error at the place where they part."""
    good = TEXTS["kv-storage.yaml"]
    from cfn_table.synth.read import read_template

    data = read_template(good).data
    assert () == judge_template(good, path="t", regions=REGIONS, json_text=json.dumps(data)).findings
    data["Resources"]["KVStorageTable"]["Properties"]["BillingMode"] = "PROVISIONED"
    (found,) = judge_template(good, path="t.yaml", regions=REGIONS, json_text=json.dumps(data)).findings
    assert ("both-texts-say-the-same", Severity.ERROR, "t.yaml:38:7") == (
        found.rule,
        found.severity,
        str(found.location),
    )
    assert "the YAML and the JSON text of the template differ at `Resources/KVStorageTable/Properties/BillingMode`" == (
        found.message
    )


@pytest.mark.parametrize("json_text", ["", "[]", "{", "[" * 100_000])
def test_a_json_text_that_is_no_template_is_an_error(json_text: str) -> None:
    """Broken JSON is a finding and no exception."""
    verdict = judge_template(WRONG, path="t.yaml", regions=REGIONS, json_text=json_text)
    assert "both-texts-say-the-same" in rules_of(verdict.findings)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(PLAIN, PLAIN)
def test_a_difference_is_found_exactly_where_texts_differ(one: Any, other: Any) -> None:
    """No difference means the same JSON text; a difference leads to a place that is not the same in both."""
    path = first_difference(one, other)
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert same == (path is None)
    if path is not None:

        def at(data: Any) -> Any:
            for step in path:
                try:
                    data = data[step]
                except (KeyError, IndexError):
                    return "absent", step
            return "present", data

        assert json.dumps(at(one), sort_keys=True) != json.dumps(at(other), sort_keys=True)


@given(PLAIN)
def test_a_template_does_not_differ_from_itself(data: Any) -> None:
    """JSON written and read again is the same."""
    assert first_difference(data, json.loads(json.dumps(data))) is None


# ---------------------------------------------------------------- the verdict


def test_a_verdict_survives_json() -> None:
    """`from_data` undoes `to_data`, through JSON text."""
    verdict = judge_template(
        WRONG, path="t.yaml", regions=["us-east-1", "eu-west-1"], suppressions={"E3012": "so be it"}
    )
    assert verdict == LintVerdict.from_data(json.loads(json.dumps(verdict.to_data())))
    assert ("eu-west-1", "us-east-1") == verdict.regions
    import cfnlint.version

    assert cfnlint.version.__version__ == verdict.cfn_lint_version


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """U+0085 and U+2028 are line breaks for YAML 1.1 and for cfn-lint, and for nobody else."""
    text = WRONG.replace("Type: String", "Type: String # \x85 # \u2028 # here").replace("\n", "\r\n")
    assert [(str(it.location), it.rule) for it in lint(WRONG)] == [(str(it.location), it.rule) for it in lint(text)]
