"""The laws about designs: each fixture's findings are exact, and rules, files, fixtures and documentation agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType

import pytest

from cfn_table.design import requests, rules
from cfn_table.design.load import load_design
from cfn_table.design.rules import RULES, check_design
from cfn_table.design.rules.document import SECTIONS, read_docstring
from cfn_table.design.source import SourceFile, parse_any
from cfn_table.findings import Severity
from cfn_table.project import Project
from tests.design.rules.fixtures import DOCUMENT, FOLDER, cases, expected_file, findings_of, findings_text, rule_of

NAMES = [rule.NAME for rule in RULES]
NO_RULES = {"__init__", "document", "violation"}

REFUSED = """\
design: refused
version: 1.0.0
table: {key: {partition: PK}}
indexes: [{name: Unused, key: {partition: PK}}]
entities:
  one: {keys: {PK: "X#{a}"}, attributes: {a: string}}
  other: {keys: {PK: "X#{b}"}, attributes: {b: string}}
"""


def load(folder: Path, text: str) -> list[tuple[str, str, int]]:
    """Rule, severity and line of everything that is found in a design."""
    file = folder / "design.yaml"
    file.write_text(text, encoding="utf-8")
    findings = check_design(load_design(file, project=Project(folder), environment={}))
    return [(each.rule, str(each.severity), each.location.line if each.location else 0) for each in findings]


def code_of(section: str) -> str:
    """The indented lines of a section of a docstring."""
    return "\n".join(line[4:] for line in section.split("\n") if line.startswith("    "))


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_a_rule_finds_exactly_this(case: Path) -> None:
    """Place, severity, message and help of every finding are those of the text beside the design."""
    assert expected_file(case).read_text(encoding="utf-8") == findings_text(case)


def test_rules_are_files_fixtures_and_documentation() -> None:
    """The list of rules, their folder, the folder of fixtures and docs/rules.md have the same names, in order."""
    files = [path.stem for path in Path(rules.__file__).parent.glob("[a-z]*.py")]
    fixtures = [path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("_")]
    text = DOCUMENT.read_text(encoding="utf-8").partition("\n## Rules about templates\n")[0]

    assert sorted(NAMES) == NAMES
    assert NAMES == [rule.__name__.rpartition(".")[2].replace("_", "-") for rule in RULES]
    assert NAMES == sorted(name.replace("_", "-") for name in files if name not in NO_RULES)
    assert NAMES == sorted(fixtures)
    assert NAMES == re.findall(r"^### (.+)$", text, re.MULTILINE)


def test_every_fixture_is_expected_to_say_something() -> None:
    """No text is left over from a design that is gone, and each rule has a finding of its own severity."""
    texts = set(FOLDER.glob("*/*.txt"))
    severities: dict[str, set[Severity]] = {rule.NAME: set() for rule in RULES}
    for case in cases():
        severities[rule_of(case).NAME] |= {finding.severity for finding in findings_of(case)}

    assert texts == {expected_file(case) for case in cases()}
    assert [] == [rule.NAME for rule in RULES if rule.SEVERITY not in severities[rule.NAME]]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_every_rule_has_near_misses(rule: ModuleType) -> None:
    """Beside what is found, the fixtures of a rule have what is just right, with a comment that says so."""
    files = [*(FOLDER / rule.NAME).glob("*.yaml"), *(FOLDER / rule.NAME).glob("policies/*/*.yaml")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert "# bad" in text or "# a note" in text
    assert "near miss" in text


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_docstring_is_a_documentation(rule: ModuleType) -> None:
    """Every section is there, the law is one sentence on one line, and examples are of the design language."""
    text = read_docstring(rule.__doc__ or "")
    assert tuple(text.sections) == SECTIONS
    assert "\n" not in text.summary
    assert re.fullmatch(r"[A-Z`][^\n]*[.]", text.summary)
    assert code_of(text.sections["Example"])
    for section in ("Example", "Use instead"):
        code = code_of(text.sections[section])
        assert not code or parse_any(SourceFile(rule.NAME, code))


def test_every_law_of_the_requests_is_a_rule() -> None:
    """A pattern without a request is reported, by a rule that nobody can suppress: else no policy could be made."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in Path(requests.__file__).parent.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    laws = {word for word in words if re.fullmatch(r"[a-z]+(-[a-z]+){2,}", word)}

    assert "updates-keep-the-key" in laws
    assert set() == laws - set(NAMES)
    assert set() == laws - {rule.NAME for rule in RULES if not getattr(rule, "SUPPRESSIBLE", True)}


def test_a_suppressed_rule_is_silent(tmp_path: Path) -> None:
    """`lint.suppress` with a reason takes a rule's findings away."""
    before = load(tmp_path, REFUSED)
    after = load(tmp_path, REFUSED + "lint: {suppress: {indexes-are-used: it is for later}}\n")

    assert ("indexes-are-used", "warning", 4) in before
    assert [each for each in before if each[0] != "indexes-are-used"] == after


def test_what_keeps_data_safe_cannot_be_suppressed(tmp_path: Path) -> None:
    """A suppression of such a rule is an error itself, and the rule speaks on."""
    rule = "entities-never-share-a-key"
    found = load(tmp_path, REFUSED + f"lint: {{suppress: {{{rule}: it will never happen}}}}\n")

    assert (rule, "error", 7) in found
    assert ("suppressions-name-rules", "error", 8) in found


def test_kv_storage_has_notes_only(root: Path) -> None:
    """The design of the key-value store keeps every law; what its policies reach beyond their patterns is noted."""
    design = load_design(root / "templates" / "kv-storage.yaml", environment={})
    found = [(each.severity, each.rule, each.message) for each in check_design(design)]
    also, tenant = "limited to the listed attributes", "NS#${aws:PrincipalTag/namespace}"
    messages = [
        "`api` thereby allows DeleteItem, PutItem, UpdateItem on items of `namespace` too, in `NS#*`",
        f"`reporting` thereby allows GetItem on items of `user_namespace` too, in `USER#*` of the table, {also}",
        f"`tenant` thereby allows DeleteItem, GetItem, PutItem, UpdateItem on items of `namespace` too, in `{tenant}`",
    ]
    expected = [f"policy {each}" if each.endswith(also) else f"policy {each} of the table" for each in messages]

    assert [(Severity.NOTE, "shared-partitions-are-known", each) for each in expected] == found


def test_the_defect_of_the_key_value_store_is_found(root: Path, tmp_path: Path) -> None:
    """Without the user's key of the index, the query by API key is the one error, at its entity."""
    text = (root / "templates" / "kv-storage.yaml").read_text(encoding="utf-8")
    without = text.replace("      GSI1PK: APIKEY#{apiKey}\n      GSI1SK: METADATA\n", "")
    errors = [each for each in load(tmp_path, without) if each[1] == "error"]
    line = without.splitlines().index("    entity: user", without.splitlines().index("  get_user_by_api_key:")) + 1

    assert without != text
    assert [("entities-write-the-keys-of-their-patterns", "error", line)] == errors
