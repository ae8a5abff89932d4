"""The laws about templates: each fixture names its findings to the column, and everything else in it is fine.

In a fixture, `---` stands between templates. `# ^ RULE: MESSAGE` says that the caret's column in the line above is the
place of a finding, `#@LINE:COLUMN RULE: MESSAGE` names the place, `#pad SIZE` makes the template so many bytes long.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.findings import Finding, Severity
from cfn_table.lint import rules
from cfn_table.lint.rules import RULES, TemplateView
from cfn_table.lint.rules._text import Variable, parts
from cfn_table.lint.runner import _own_findings, judge_template
from cfn_table.synth.read import read_template

FIXTURES = Path(__file__).parent / "fixtures"
TEMPLATES = Path(__file__).parent / "templates"
NAMES = [rule.NAME for rule in RULES]
SECTIONS = ("\nWhy: ", "\nExample:", "\nUse instead: ", "\nKnown problems: ", "\nSource: ")

Place = tuple[int, int, str, str]


def templates_in(fixture: Path) -> Iterator[tuple[str, list[Place]]]:
    """Each template of a fixture, on the lines on which it stands in the file, and its expected findings."""
    before = 0
    for text in fixture.read_text(encoding="utf-8").split("---\n"):
        expected: list[Place] = []
        size = above = 0
        for number, line in enumerate(text.split("\n"), start=before + 1):
            if caret := re.fullmatch(r"#( *)\^ ([a-z0-9-]+): (.*)", line):
                expected.append((above, len(caret[1]) + 2, caret[2], caret[3]))
            elif place := re.fullmatch(r"#@(\d+):(\d+) ([a-z0-9-]+): (.*)", line):
                expected.append((int(place[1]), int(place[2]), place[3], place[4]))
            elif padding := re.fullmatch(r"#pad (\d+)", line):
                size = int(padding[1])
            else:
                above = number
        whole = "\n" * before + text
        yield whole + "#" * (size - len(whole.encode())), sorted(expected)
        before += text.count("\n") + 1


def own_findings(text: str) -> list[Finding]:
    """What our rules say about a template."""
    return list(_own_findings(read_template(text, "t.yaml")))


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_gives_exactly_the_findings_that_it_names(name: str) -> None:
    """Rule, message, line and column agree, of all our rules together, so that near misses are near misses."""
    for text, expected in templates_in(FIXTURES / f"{name}.yaml"):
        found = [
            (it.location.line, it.location.column, it.rule, it.message) for it in own_findings(text) if it.location
        ]
        assert expected == sorted(found)


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_has_breaches_and_near_misses(name: str) -> None:
    """It breaks the law that it is named after and no other, and has cases next to it that keep the law."""
    places = [place for _, expected in templates_in(FIXTURES / f"{name}.yaml") for place in expected]
    assert {name} == {rule for _, _, rule, _ in places}
    assert "near miss" in (FIXTURES / f"{name}.yaml").read_text(encoding="utf-8")


def test_list_folder_fixtures_and_documentation_agree() -> None:
    """A rule is a file, an entry of the list, a fixture of its name, and a docstring with all that users need."""
    folder = Path(rules.__file__).parent
    files = sorted(file.stem for file in folder.glob("*.py") if not file.stem.startswith("_"))
    assert NAMES == sorted(NAMES)
    assert files == [name.replace("-", "_") for name in NAMES]
    assert [f"cfn_table.lint.rules.{stem}" for stem in files] == [rule.__name__ for rule in RULES]  # type: ignore[attr-defined]
    assert NAMES == sorted(file.stem for file in FIXTURES.iterdir())
    for rule in RULES:
        documentation = rule.__doc__ or ""
        first = documentation.split("\n\n")[0]
        assert first.endswith("."), rule.NAME
        assert [True] * 5 == [section in documentation for section in SECTIONS], rule.NAME
        assert sorted(map(documentation.index, SECTIONS)) == list(map(documentation.index, SECTIONS)), rule.NAME


def test_rules_use_the_style_of_messages() -> None:
    """One line, lower case where it is no name, no full stop; advice stands apart and has no full stop either."""
    for name in NAMES:
        for text, _ in templates_in(FIXTURES / f"{name}.yaml"):
            for finding in own_findings(text):
                for said in (finding.message, finding.help):
                    assert "\n" not in said
                    assert not said.endswith(".")
                    assert not re.match(r"[A-Z][a-z]", said)


def test_severities_are_errors_unless_a_rule_says_so() -> None:
    """What DynamoDB, IAM or CloudFormation refuse is an error; what may be meant is a warning."""
    found = {
        (finding.rule, finding.severity)
        for name in NAMES
        for text, _ in templates_in(FIXTURES / f"{name}.yaml")
        for finding in own_findings(text)
    }
    assert {
        ("for-all-values-needs-the-key", Severity.WARNING),
        ("index-counts-fit-quotas", Severity.WARNING),
        ("policies-state-their-version", Severity.WARNING),
    } == {it for it in found if it[1] is not Severity.ERROR}


def test_advice_names_what_may_have_been_meant() -> None:
    """Misspelt indexes and actions get the nearest right one, actions as people write them."""
    text = """\
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      GlobalSecondaryIndexes: [{IndexName: by-mail}, {IndexName: by-day}]
      ResourcePolicy:
        PolicyDocument:
          Version: '2012-10-17'
          Statement: {Effect: Deny, Principal: '*', Resource: '*', Action: 'dynamodb:BatchGetItems'}
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement: {Effect: Allow, Action: 'dynamodb:Query', Resource: !Sub '${Table.Arn}/index/bymail'}
Outputs:
  MailIndexName: {Value: by-mial}
"""
    assert [
        ("dynamodb-actions-exist", "did you mean `BatchGetItem`?"),
        ("outputs-name-existing-indexes", "did you mean `by-mail`?"),
        ("policies-name-existing-indexes", "did you mean `by-mail`?"),
    ] == [(it.rule, it.help) for it in own_findings(text)]


def test_a_correct_template_breaks_no_law() -> None:
    """The template of kv-storage passes."""
    assert [] == own_findings((TEMPLATES / "kv-storage.yaml").read_text(encoding="utf-8"))


def test_a_rule_can_be_suppressed_with_a_reason() -> None:
    """Our rules are suppressed by name as cfn-lint's are by id."""
    text = "Resources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {A: {Value: 1, Export: {Name: a_b}}}\n"
    verdict = judge_template(
        text, path="t", regions=["us-east-1"], suppressions={"export-names-are-well-formed": "an old stack"}
    )
    assert () == verdict.findings
    assert ["export-names-are-well-formed"] == [it.finding.rule for it in verdict.suppressed]


def test_a_rule_that_crashes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash of one rule is a finding, and the others still speak."""

    def crash(_: TemplateView) -> Iterator[Any]:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("cfn_table.lint.rules.export_names_are_unique.check", crash)
    found = own_findings("Outputs: {A: {Value: 1, Export: {Name: a_b}}}\n")
    assert [
        ("E0002", "the rule `export-names-are-unique` fails on this template: ZeroDivisionError: on purpose"),
        ("export-names-are-well-formed", "the export of output `A` has '_' in its name"),
    ] == [(it.rule, it.message) for it in found]


# ---------------------------------------------------------------- any shape

WHOLE = [
    read_template(text).data
    for file in sorted([*FIXTURES.iterdir(), *TEMPLATES.iterdir()])
    for text, _ in templates_in(file)
    if len(text) < 100_000
]
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1.5,
        "",
        "x",
        "${",
        "${a",
        "[!a",
        [],
        {},
        [[]],
        [None],
        {"": None},
        {"Ref": "x"},
        {"Ref": ["x"]},
        {"Fn::Sub": [1]},
        {"Fn::Sub": ["${a}", {"a": {"Fn::Sub": "b"}}]},
        {"Fn::Join": ["", {"a": 1}]},
        {"Fn::GetAtt": []},
        {"Fn::If": ["a", {}, []]},
        {"Name": {"Ref": "x"}},
    ]
)


def _slots(data: Any) -> list[tuple[Any, Any]]:
    """Every place in a template whose value can be replaced: the container and the key or index."""
    found: list[tuple[Any, Any]] = []
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        found.append((data, key))
        found += _slots(value)
    return found


@given(st.data())
def test_no_rule_stumbles_over_any_shape(data: st.DataObject) -> None:
    """With something senseless anywhere in a template, every rule still answers."""
    template = copy.deepcopy(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 3))):
        slots = _slots(template)
        container, key = data.draw(st.sampled_from(slots))
        container[key] = copy.deepcopy(data.draw(JUNK))
    view = TemplateView(template, size=0)
    for rule in RULES:
        for problem in rule.check(view):
            assert problem.message
            node: Any = template
            for step in problem.path:
                node = node[step]


@given(st.data())
def test_rules_change_nothing(data: st.DataObject) -> None:
    """Checks are pure: the template is the same afterwards, and a second look finds the same."""
    template = data.draw(st.sampled_from(WHOLE))
    before = json.dumps(template)
    view = TemplateView(template, size=0)
    assert [list(rule.check(view)) for rule in RULES] == [list(rule.check(view)) for rule in RULES]
    assert before == json.dumps(template)


# ---------------------------------------------------------------- text that CloudFormation puts together


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", ("a",)),
        ("", ()),
        (1, ("1",)),
        (True, (Variable(""),)),
        (None, (Variable(""),)),
        ({"Ref": "T"}, (Variable("T"),)),
        ({"Fn::GetAtt": ["T", "Arn"]}, (Variable("T.Arn"),)),
        ({"Fn::GetAtt": "T.Arn"}, (Variable("T.Arn"),)),
        ({"Fn::Sub": "${T.Arn}/index/${!x}${ A }"}, (Variable("T.Arn"), "/index/${x}", Variable("A"))),
        ({"Fn::Sub": ["${a}-${b}", {"a": {"Ref": "T"}}]}, (Variable("T"), "-", Variable("b"))),
        ({"Fn::Join": ["/", [{"Ref": "T"}, "index", "G"]]}, (Variable("T"), "/index/G")),
        ({"Fn::Join": ["", []]}, ()),
        ({"Fn::Join": ["-", ["", "a"]]}, ("-a",)),
        ({"Fn::Join": ["", {"Ref": "L"}]}, (Variable(""),)),
        ({"Fn::If": ["c", "a", "b"]}, (Variable(""),)),
        ({"a": 1, "b": 2}, (Variable(""),)),
    ],
)
def test_text_is_taken_apart(value: Any, expected: tuple[Any, ...]) -> None:
    """Literals and variables in order, whichever function puts them together."""
    assert expected == parts(value)
