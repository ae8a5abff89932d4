"""The gate between a template and its publication: what is asked of the linter, and what its answer means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from cfn_table.findings import Finding, Severity

if TYPE_CHECKING:
    from cfn_table.design.design import Design


def cfn_lint_suppressions(design: Design) -> dict[str, str]:
    """The design's suppressions that concern the template, not the design itself."""
    from cfn_table.design.rules import RULES

    own = {rule.NAME for rule in RULES}
    return {rule: reason for rule, reason in design.file.lint.suppress.items() if rule not in own}


def blocks(finding: Finding) -> bool:
    """Whether the finding keeps a version from being published: errors, and whatever cfn-lint says."""
    return finding.severity is Severity.ERROR or (finding.severity is Severity.WARNING and finding.rule[1:].isdigit())


def blamed(design: Design, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with the place of the design line that caused them, where that is known."""
    from cfn_table.synth.origin import origin

    for finding in findings:
        place = origin(design, finding.path)
        if place is None:
            yield finding
            continue
        where = f"in the template: {'/'.join(str(step) for step in finding.path)}"
        yield replace(finding, location=place, help=f"{finding.help}; {where}" if finding.help else where)
