"""The laws of changes: rules, files, pairs and documentation agree, and every docstring is a documentation."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from cfn_table.design.rules.document import SECTIONS, read_docstring
from cfn_table.review import rules
from cfn_table.review.compare import review_sides
from cfn_table.review.rules import RULES
from tests.design.rules.fixtures import DOCUMENT
from tests.review.pairs import FOLDER, cases, expected, file_of, review_of, side_of

NAMES = [rule.NAME for rule in RULES]


def test_rules_are_files_pairs_and_documentation() -> None:
    """The list of rules, their folder, the folder of pairs and docs/rules.md have the same names, in order."""
    files = [path.stem for path in Path(rules.__file__).parent.glob("[a-z]*.py")]
    folders = [path.name for path in FOLDER.iterdir() if path.is_dir()]
    chapter = DOCUMENT.read_text(encoding="utf-8").partition("\n## Rules about changes\n")[2]

    assert sorted(NAMES) == NAMES
    assert NAMES == [rule.__name__.rpartition(".")[2].replace("_", "-") for rule in RULES]
    assert NAMES == sorted(name.replace("_", "-") for name in files)
    assert NAMES == sorted(folders)
    assert NAMES == re.findall(r"^### (.+)$", chapter, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_pairs_and_near_misses(name: str) -> None:
    """Something is expected of the rule in one pair, of templates or of designs, and nothing in another."""
    folders = [path.parent for path in FOLDER.glob(f"{name}/*/expected.yaml")]
    # Pairs of designs are about the rule of their folder alone.
    about = {any(each.get("rule", name) == name for each in expected(folder)) for folder in folders}
    assert {True, False} == about


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_docstring_is_a_documentation(rule: ModuleType) -> None:
    """Every section is there, the law is one sentence on one line, and examples are YAML or a comment."""
    text = read_docstring(rule.__doc__ or "")
    assert tuple(text.sections) == SECTIONS
    assert re.fullmatch(r"[A-Z`][^\n]*[.]", text.summary)
    code = "\n".join(line[4:] for line in text.sections["Example"].split("\n") if line.startswith("    "))
    assert code
    assert code.startswith("# ") or yaml.compose(code)


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_words_are_those_of_the_style(folder: Path) -> None:
    """Messages and helps are one line without a full stop, and begin in lower case, with a user's word, or a name."""
    for change in review_of(folder).changes:
        for text in filter(None, (change.message, change.help)):
            assert re.fullmatch(r"([a-z`]|DynamoDB |CloudFormation )[^\n]*[^.\n]", text)


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_change_is_told_once(folder: Path) -> None:
    """No two rules say the same effect of the same place under the same conditions."""
    said = [(each.path, each.effect, each.when) for each in review_of(folder).changes if each.path]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_nothing_is_said_of_what_stays(folder: Path) -> None:
    """Either side compared with itself is no change."""
    for name in ("old", "new"):
        side = side_of(file_of(folder, name))
        assert () == review_sides(side, side).changes
