"""`rollout`: the updates that lead from one template to another, each linted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cfn_table.errors import UsageError
from cfn_table.findings import Finding, Severity
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.sources.found import SourceOptions

if TYPE_CHECKING:
    from cfn_table.review.rollout import Rollout, Step
    from cfn_table.review.rollout.formats import Shown
    from cfn_table.review.side import Side

README: Final = "README.md"


@dataclass(frozen=True, slots=True)
class RolloutOptions:
    """How a rollout is planned.

    Attributes:
        stack: the stack's name, for commands; empty for that of the design, else `STACK`.
        regions: Regions in which each step must be valid; a design names its own.
        sources: what the sides need beside their names: the account of a stack, and what `-` stands for.
    """

    stack: str = ""
    regions: tuple[str, ...] = ("us-east-1",)
    sources: SourceOptions = field(default_factory=SourceOptions)


@dataclass(frozen=True, slots=True)
class PlannedRollout:
    """A rollout with the linter's verdict.

    Attributes:
        old, new: the sides.
        rollout: the steps, or why there are none.
        findings: file of a step → what is wrong with its template, and not with the old one; what is wrong with the
            new one is told of the last step.
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
        old, new: a template, a design, a published version (its folder, or DESIGN@VERSION), `stack:NAME`,
            `git:REF:PATH`, or `-` for `stdin`.
        settings: the context of designs.
        options: see there.

    Raises:
        CfnTableError: a side cannot be read, or a Region does not exist.
    """
    from cfn_table.review.rollout import plan

    before, after = sides(old, new, settings, options.sources)
    design = after.design or before.design
    deployed = old.removeprefix("stack:") if old.startswith("stack:") else ""
    rollout = plan(before, after, stack=options.stack or deployed or (design.name if design else "STACK"))
    steps = [*rollout.steps, *(rollout.migration.steps if rollout.migration else ())]
    return PlannedRollout(before, after, rollout, _findings(before, after, steps, options.regions))


def sides(old: str, new: str, settings: Settings, options: SourceOptions) -> tuple[Side, Side]:
    """Both sides of a rollout, which must have a template.

    Raises:
        CfnTableError: one of them cannot be read, or is no single template.
    """
    from contextlib import ExitStack

    from cfn_table.pipeline.sources.found import Single
    from cfn_table.pipeline.sources.named import STDIN, Sources

    if old == new == STDIN:
        raise UsageError("standard input can be read once", help="give one of the sides as a file")
    found = []
    with ExitStack() as folders:
        sources = Sources(settings, options, folders)
        for name in (old, new):
            source = sources.named(name)
            if not isinstance(source, Single):
                raise UsageError(
                    f"`{name}` is no single template",
                    help="name a template, a design, a version, `git:REF:PATH` or `stack:NAME`",
                )
            side = source.load().side
            if side.template is None:
                raise UsageError(f"there is no template at `{name}`", help="a rollout leads from one to another")
            found.append(side)
    return found[0], found[1]


def _findings(old: Side, new: Side, steps: Sequence[Step], regions: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
    """What is wrong with steps that is not with what is deployed; what is wrong with NEW is told of NEW itself."""
    from cfn_table.lint.runner import lint_template
    from cfn_table.synth.render import render_yaml

    design = new.design or old.design
    checked = tuple(design.file.regions) if design else tuple(regions)

    def look(text: str, path: str) -> list[Finding]:
        return lint_template(text, path=path, regions=checked)

    if not steps:
        return {}
    deployed, wanted = (
        {(each.rule, each.message) for each in look(render_yaml(dict(side.data)), side.name)} for side in (old, new)
    )
    found = {}
    for step in steps:
        known = deployed if step.template == new.data else deployed | wanted
        told = [it for it in look(render_yaml(step.template), step.file) if (it.rule, it.message) not in known]
        if told:
            found[step.file] = tuple(told)
    return found


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
