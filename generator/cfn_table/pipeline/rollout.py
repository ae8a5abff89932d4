"""`rollout`: the updates that lead from one template to another, each linted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cfn_table.errors import InputError, UsageError
from cfn_table.findings import Finding, Location, Severity
from cfn_table.pipeline.prepared import Settings

if TYPE_CHECKING:
    from cfn_table.review.rollout import Rollout, Step
    from cfn_table.review.rollout.formats import Shown
    from cfn_table.review.side import Side

README: Final = "README.md"
STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class RolloutOptions:
    """How a rollout is planned.

    Attributes:
        stack: the stack's name, for commands; empty for that of the design, else `STACK`.
        regions: Regions in which each step must be valid; a design names its own.
        stdin: the text that `-` stands for.
    """

    stack: str = ""
    regions: tuple[str, ...] = ("us-east-1",)
    stdin: str = ""


@dataclass(frozen=True, slots=True)
class PlannedRollout:
    """A rollout with the linter's verdict.

    Attributes:
        old, new: the sides.
        rollout: the steps, or why there are none.
        findings: file of a step → what is wrong with its template, but neither with the old nor with the new one.
    """

    old: Side
    new: Side
    rollout: Rollout
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def fails(self) -> bool:
        """Whether there is no safe sequence: none at all, or one with a template in which the linter finds errors."""
        found = (each for listed in self.findings.values() for each in listed)
        return not self.rollout.is_safe or any(each.severity is Severity.ERROR for each in found)

    @property
    def shown(self) -> Shown:
        """What formats take."""
        from cfn_table.review.rollout.formats import Shown

        return Shown(self.old.name, self.new.name, self.rollout, dict(self.findings))


def plan_rollout(
    old: str,
    new: str,
    settings: Settings,
    options: RolloutOptions = RolloutOptions(),
) -> PlannedRollout:
    """Plan the updates from one template to another, and lint each.

    Args:
        old, new: a template, a design, a published version (its folder, or DESIGN@VERSION), or `-` for `stdin`.
        settings: the context of designs.
        options: see there.

    Raises:
        CfnTableError: a side cannot be read, or a Region does not exist.
    """
    from cfn_table.review.rollout import plan

    before, after = sides(old, new, settings, stdin=options.stdin)
    design = after.design or before.design
    rollout = plan(before, after, stack=options.stack or (design.name if design else "STACK"))
    steps = [*rollout.steps, *(rollout.migration.steps if rollout.migration else ())]
    return PlannedRollout(before, after, rollout, _findings(before, after, steps, options.regions))


def sides(old: str, new: str, settings: Settings, *, stdin: str = "") -> tuple[Side, Side]:
    """Both sides of a rollout, which must have a template.

    Raises:
        CfnTableError: one of them cannot be read.
    """
    if old == new == STDIN:
        raise UsageError("standard input can be read once", help="give one of the sources as a file")
    return _side(old, settings, stdin), _side(new, settings, stdin)


def _side(name: str, settings: Settings, stdin: str) -> Side:
    from cfn_table.design.source import read_file
    from cfn_table.pipeline.access import file_of
    from cfn_table.pipeline.lint import is_design
    from cfn_table.pipeline.prepared import prepare
    from cfn_table.review.side import Side
    from cfn_table.synth.read import read_template

    shown, design = name, None
    if name == STDIN:
        text, shown = stdin, "<stdin>"
    else:
        path = file_of(name)
        text = read_file(path, name=str(path)).text
        if is_design(text):
            prepared = prepare(path, settings)
            design, text = prepared.design, prepared.artifacts.yaml
    template = read_template(text, shown)
    if not isinstance(template.data.get("Resources"), dict):
        raise InputError(
            f"`{shown}` is no design and no template", help="a template has `Resources`", location=Location(shown)
        )
    return Side(shown, template, design, version=design.version if design else "")


def _findings(old: Side, new: Side, steps: Sequence[Step], regions: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
    """What is wrong with steps only."""
    from cfn_table.lint.runner import lint_template
    from cfn_table.synth.render import render_yaml

    design = new.design or old.design
    checked = tuple(design.file.regions) if design else tuple(regions)

    def look(text: str, path: str) -> list[Finding]:
        return lint_template(text, path=path, regions=checked)

    if not steps:
        return {}
    known = {(each.rule, each.message) for side in (old, new) for each in look(render_yaml(dict(side.data)), side.name)}
    found = {step.file: look(render_yaml(step.template), step.file) for step in steps}
    return {
        file: new_ones
        for file, each in found.items()
        if (new_ones := tuple(it for it in each if (it.rule, it.message) not in known))
    }


def write_rollout(planned: PlannedRollout, folder: Path) -> list[str]:
    """Write the template of each step, the one before them and a README with the commands, all at once.

    Args:
        planned: the rollout.
        folder: made where it is missing; one that is there must be an older rollout's, or empty.

    Returns:
        The names of the files.

    Raises:
        InputError: something else is in the folder, or the system refuses.
    """
    from cfn_table.pipeline.rollout_folder import replace_folder
    from cfn_table.review.rollout.formats import markdown
    from cfn_table.review.rollout.steps import BEFORE_FILE
    from cfn_table.synth.render import render_yaml

    shown = planned.shown
    files = {step.file: render_yaml(step.template) for step in shown.steps}
    if files:
        files = {BEFORE_FILE: render_yaml(dict(planned.old.data)), **files}
    files[README] = markdown(shown)
    replace_folder(folder, {name: text.encode() for name, text in files.items()})
    return list(files)
