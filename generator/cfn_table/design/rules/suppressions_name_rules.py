"""`lint.suppress` names rules that exist and that can be suppressed.

Why: a misspelt suppression suppresses nothing, and one of a rule that keeps data and access safe would wave through
what cannot be waved through: a template that loses items, or a policy that grants more than it says.

Example:
    lint: {suppress: {indexes-are-usd: GSI2 is for the next release}}

Use instead: the rule's name or cfn-lint's id: `indexes-are-used`, `W3045`.

Known problems: whether a cfn-lint id exists is checked when cfn-lint runs.

Source: the lists of rules in this document; cfn-lint's ids are a letter (E, I, W) and four digits.
"""

from __future__ import annotations

import importlib.util
import pkgutil
import re
from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules.violation import Violation
from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity

NAME = "suppressions-name-rules"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False

_CFN_LINT = re.compile(r"[EIW]\d{4}")
_TEMPLATE_RULES = "cfn_table.lint.rules"


def check(design: Design) -> Iterator[Violation]:
    """A violation for every suppression that does nothing, or that is refused."""
    from cfn_table.design.rules import RULES

    rules = {rule.NAME: rule for rule in RULES}
    for name in design.file.lint.suppress:
        path = ("lint", "suppress", name)
        if name in rules:
            if not getattr(rules[name], "SUPPRESSIBLE", True):
                message = f"`{name}` cannot be suppressed"
                yield Violation(message, path, "it keeps data or access safe: correct the design instead", key=True)
        elif not _CFN_LINT.fullmatch(name) and name not in _template_rules():
            known = [*(each for each in rules if getattr(rules[each], "SUPPRESSIBLE", True)), *_template_rules()]
            help_ = did_you_mean(name, known) or "docs/rules.md lists our rules; cfn-lint's look like `W3045`"
            yield Violation(f"there is no rule `{name}`", path, help_, key=True)


def _template_rules() -> list[str]:
    """Names of the rules about templates: those of their files, which are not loaded (lint stands above design)."""
    package = importlib.util.find_spec(_TEMPLATE_RULES)
    folders = package.submodule_search_locations if package is not None else None
    names = (module.name for module in pkgutil.iter_modules(folders or []))
    return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))
