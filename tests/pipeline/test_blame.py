"""What cfn-lint finds in a template points at the line of the design that caused it, and blocks the version."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.lint import lint
from cfn_table.pipeline.prepared import Result, Settings
from tests.projects import small_design, small_project
from tests.publish.builds import tree

TABLE = "  key: {partition: PK, sort: SK}\n"
INDEXED = (
    "indexes:\n  - name: by-text\n    id: ByText\n    key: {partition: text}\n    extra_properties: {Projektion: 1}\n"
)
PATTERN = "access_patterns:\n  by_text: {operation: Query, index: ByText, entity: note}\n"
HOOK = """\
from troposphere import sns


def extend(template, design):
    topic = template.add_resource(sns.Topic("Mine"))
    topic.properties["DisplayNam"] = "x"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def generated(root: Path, text: str) -> Result:
    """What becomes of the one design of a new project."""
    small_project(root)
    (root / "templates" / "notes.yaml").write_text(text, encoding="utf-8")
    (result,) = generate([Path("templates/notes.yaml")], Settings(environment={}))
    return result


def design_with(old: str, new: str) -> str:
    """The small design with a text replaced, which must be there."""
    text = small_design()
    assert old in text
    return text.replace(old, new)


CASES = {
    "a misspelt property": (
        design_with(TABLE, f"{TABLE}  extra_properties:\n    TableNam: x\n"),
        "E3002",
        "templates/notes.yaml:7:5",
        "Resources/NotesTable/Properties/TableNam",
    ),
    "a value that is not allowed": (
        design_with(TABLE, f"{TABLE}  extra_properties:\n    TableClass: CHEAP\n"),
        "E3030",
        "templates/notes.yaml:7:5",
        "Resources/NotesTable/Properties/TableClass",
    ),
    "a wrong value deep inside": (
        design_with(TABLE, f"{TABLE}  extra_properties:\n    TableClass: STANDARD\n    Tags: [{{Key: a, Wert: b}}]\n"),
        "E3002",
        "templates/notes.yaml:8:5",
        "Resources/NotesTable/Properties/Tags/0/Wert",
    ),
    "a misspelt property of an index": (
        design_with("access_patterns:\n", INDEXED + PATTERN),
        "E3002",
        "templates/notes.yaml:15:36",
        "Resources/NotesTable/Properties/GlobalSecondaryIndexes/0/Projektion",
    ),
    "a billing mode that does not exist": (
        design_with(TABLE, f"{TABLE}  extra_properties: {{BillingMode: FREE}}\n"),
        "E3030",
        "templates/notes.yaml:6:22",
        "Resources/NotesTable/Properties/BillingMode",
    ),
    "a parameter that nothing uses": (
        small_design("notes", "1.0.0", "context: {UNUSED: {default: x}}"),
        "W2001",
        "templates/notes.yaml:14:11",
        "Parameters/UNUSED",
    ),
}


@pytest.mark.parametrize(("text", "rule", "place", "path"), CASES.values(), ids=CASES)
def test_a_finding_points_at_the_design(text: str, rule: str, place: str, path: str, root: Path) -> None:
    """The place is in the design, the help says where in the template it is, and nothing is published."""
    result = generated(root, text)
    found = {(finding.rule, str(finding.location)): finding for finding in result.findings}
    assert (rule, place) in found, found
    finding = found[rule, place]
    assert f"in the template: {path}" in finding.help
    assert tuple(path.split("/")) == tuple(str(step) for step in finding.path)
    assert finding.location is not None
    assert finding.location.text, "the line of the design is shown"
    assert ("failed", 1) == (result.outcome, result.exit_status)
    assert not (root / "build").exists()


def test_a_remembered_verdict_points_there_too(root: Path) -> None:
    """The second time the verdict comes from the cache and blames the same line."""
    first = generated(root, CASES["a misspelt property"][0])
    (second,) = generate([Path("templates/notes.yaml")], Settings(environment={}))
    assert first == second
    assert [finding.path for finding in first.findings] == [finding.path for finding in second.findings]


def test_lint_blames_the_same_line(root: Path) -> None:
    """`cfn-table lint` of the design says what `generate` says."""
    result = generated(root, CASES["a misspelt property"][0])
    (linted,) = lint(["templates/notes.yaml"], Settings(environment={}))
    assert result.findings == linted.findings


def test_what_a_hook_added_is_at_its_place_in_the_template(root: Path) -> None:
    """Where no line of the design made it, the finding names the template's line."""
    (root / "hook.py").write_text(HOOK, encoding="utf-8")
    result = generated(root, small_design("notes", "1.0.0", "extend: hook.py:extend"))
    (finding,) = result.findings
    assert ("E3002", "template.yaml") == (finding.rule, finding.location and finding.location.path)
    assert ("Resources", "Mine", "Properties", "DisplayNam") == finding.path


def test_a_finding_that_is_suppressed_with_a_reason_does_not_block(root: Path) -> None:
    """The manifest says what was silenced, why, and how often."""
    suppressed = "lint: {suppress: {W2001: a macro uses it}}"
    result = generated(root, small_design("notes", "1.0.0", "context: {UNUSED: {default: x}}", suppressed))
    assert ("created", ()) == (result.outcome, result.findings)
    manifest = tree(root)["build/notes/1.0.0/manifest.json"]
    assert isinstance(manifest, bytes)
    assert b'"reason": "a macro uses it"' in manifest
