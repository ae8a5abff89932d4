"""Designs that break one rule each, beside what that rule must say about them.

`tests/design/rules/<rule>/<case>.yaml` is a design (its policies are in `policies/` beside it), `<case>.txt` is all
that the rule finds in it: place, severity, message, help.

`python -m tests.design.rules.fixtures` writes these texts and docs/rules.md anew; read the difference before you keep
it.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from cfn_table.design.load import load_design
from cfn_table.design.rules import RULES, check_rule
from cfn_table.design.rules.document import rules_markdown
from cfn_table.findings import Finding
from cfn_table.lint.rules import RULES as TEMPLATE_RULES
from cfn_table.project import Project
from cfn_table.review.rules import RULES as CHANGE_RULES
from tests.engines.install import ROOT

FOLDER = Path(__file__).parent
DOCUMENT = ROOT / "docs" / "rules.md"
NOTHING = "nothing\n"


def cases() -> list[Path]:
    """Every design of every rule."""
    return sorted(FOLDER.glob("*/*.yaml"))


def rule_of(case: Path) -> ModuleType:
    """The rule that the case's folder is named after."""
    return next(rule for rule in RULES if case.parent.name == rule.NAME)


def expected_file(case: Path) -> Path:
    """The file that says what the rule finds in the case."""
    return case.with_suffix(".txt")


def findings_of(case: Path) -> list[Finding]:
    """What the rule finds in the case, in order of place."""
    design = load_design(case, project=Project(case.parent), environment={})
    return sorted(check_rule(rule_of(case), design), key=Finding.sort_key)


def findings_text(case: Path) -> str:
    """The same as the case's file has it."""
    return "".join(_text(finding, case.parent) for finding in findings_of(case)) or NOTHING


def document() -> str:
    """What docs/rules.md must be."""
    return rules_markdown(TEMPLATE_RULES, CHANGE_RULES)


def _text(finding: Finding, folder: Path) -> str:
    place = finding.location
    assert place is not None
    path = Path(place.path).absolute().relative_to(folder).as_posix()
    help_ = f"    help: {finding.help}\n" if finding.help else ""
    return f"{path}:{place.line}:{place.column}: {finding.severity}: {finding.message} [{finding.rule}]\n{help_}"


if __name__ == "__main__":
    for each in cases():
        expected_file(each).write_text(findings_text(each), encoding="utf-8")
    DOCUMENT.write_text(document(), encoding="utf-8")
