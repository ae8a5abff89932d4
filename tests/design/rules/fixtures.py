"""Designs that break one rule each, beside what that rule must say about them.

`tests/design/rules/<rule>/<case>.yaml` is a design (its policies are in `policies/` beside it), `<case>.txt` is everything
that the rule finds in it: place, severity, message, help. `python -m tests.design.rules.fixtures` writes these texts anew;
read the difference before you keep it.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from cfn_table.design.load import load_design
from cfn_table.design.rules import RULES, check_rule
from cfn_table.findings import Finding
from cfn_table.project import Project

FOLDER = Path(__file__).parent
NOTHING = "nothing\n"


def cases() -> list[Path]:
    """Every design of every rule."""
    return sorted(FOLDER.glob("*/*.yaml"))


def rule_of(case: Path) -> ModuleType:
    """The rule that the case's folder is named after."""
    return next(rule for rule in RULES if case.parent.name == rule.NAME)


def expected_file(case: Path) -> Path:
    """Where it stands what the rule says about the case."""
    return case.with_suffix(".txt")


def findings_text(case: Path) -> str:
    """What the rule says about the case, in order of place."""
    design = load_design(case, project=Project(case.parent), environment={})
    found = sorted(check_rule(rule_of(case), design), key=Finding.sort_key)
    return "".join(_text(finding, case.parent) for finding in found) or NOTHING


def _text(finding: Finding, folder: Path) -> str:
    place = finding.location
    assert place is not None
    path = Path(place.path).absolute().relative_to(folder).as_posix()
    help_ = f"    help: {finding.help}\n" if finding.help else ""
    return f"{path}:{place.line}:{place.column}: {finding.severity}: {finding.message} [{finding.rule}]\n{help_}"


if __name__ == "__main__":
    for each in cases():
        expected_file(each).write_text(findings_text(each), encoding="utf-8")
