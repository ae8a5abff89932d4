"""A rollout as text for a terminal, as Markdown, and as data for programs."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.findings import Finding
from cfn_table.formats import finding_for_programs, visible
from cfn_table.review.rollout.steps import BEFORE_FILE
from cfn_table.review.rollout.values import Check, Rollout, Step

WIDTH: Final = 80
_VERSION: Final = 1
# A command breaks before its options and between commands of a list, and never inside of quotes.
_BREAK: Final = re.compile(r""" (?=--)(?=(?:[^"']|"[^"]*"|'[^']*')*$)""")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a rollout.

    Attributes:
        old, new: the sides, as the user names them.
        rollout: the steps, or why there are none.
        findings: file of a step → what the linter found in its template, but neither in the old nor in the new one.
    """

    old: str
    new: str
    rollout: Rollout
    findings: dict[str, tuple[Finding, ...]]

    @property
    def migration_steps(self) -> tuple[Step, ...]:
        """The steps of the migration; none where there is none."""
        return self.rollout.migration.steps if self.rollout.migration else ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps that have templates: those of the rollout, or those of the migration."""
        return self.rollout.steps or self.migration_steps


def text(shown: Shown) -> str:
    """The plan for a terminal."""
    return "\n".join(_text(shown)) + "\n"


def _text(shown: Shown) -> Iterator[str]:
    yield from _wrapped(_summary(shown))
    for each in shown.rollout.obstacles:
        yield from _wrapped(f"error: {each.message}", "       ")
        if each.help:
            yield from _wrapped(f"help: {each.help}", "      ")
    for warning in shown.rollout.warnings:
        yield from _wrapped(f"warning: {warning}", "         ")
    if shown.rollout.migration:
        yield from _wrapped(f"migration: {shown.rollout.migration.why}", "           ")
    for number, step in enumerate(shown.steps, 1):
        yield ""
        yield from _wrapped(f"{number}. {step.title}", "   ")
        yield from _step(step, shown.findings.get(step.file, ()))


def _summary(shown: Shown) -> str:
    if shown.rollout.obstacles:
        return f"{shown.old} → {shown.new}: no sequence of updates leads there"
    count = len(shown.rollout.steps)
    if not count:
        return f"{shown.old} → {shown.new}: nothing to do"
    return f"{shown.old} → {shown.new}: {count} step{'s' * (count > 1)}"


def _step(step: Step, findings: Iterable[Finding]) -> Iterator[str]:
    if step.why:
        yield from _labelled("why", step.why)
    for each in step.changes:
        yield from _wrapped(f"   - {each}", "     ")
    if step.before:
        yield from _check("before", step.before)
    yield "   preview:"
    yield from _commands(step.preview.splitlines())
    yield "   deploy:"
    yield from _commands(step.command.splitlines())
    yield from _check("wait for", step.wait)
    yield from _labelled("back", step.back)
    for finding in findings:
        yield from _labelled(str(finding.severity), f"{finding.message} [{finding.rule}]")


def _labelled(label: str, words: str) -> Iterator[str]:
    yield from _wrapped(f"   {label}: {words}", " " * (len(label) + 5))


def _check(label: str, check: Check) -> Iterator[str]:
    yield from _labelled(label, check.what)
    yield from _commands([line for each in check.commands for line in each.splitlines()])


def _commands(lines: Sequence[str]) -> Iterator[str]:
    for command in _whole("\n".join(lines)):
        yield from (f"     {line}" for line in folded(command, WIDTH - 5))


def _whole(commands: str) -> list[str]:
    """The commands of a text, each in one line."""
    return re.sub(r"\s*\\\n\s*", " ", commands).splitlines()


def folded(command: str, width: int) -> list[str]:
    """The lines of a command; it is broken before its options, and an option that is longer stays whole."""
    lines = [""]
    for part in _BREAK.split(command):
        joined = f"{lines[-1]} {part}" if lines[-1] else part
        if lines[-1] and len(joined) > width - 2:
            lines.append(f"  {part}")
        else:
            lines[-1] = joined
    return [f"{line} \\" if at < len(lines) - 1 else line for at, line in enumerate(lines)]


def _wrapped(line: str, indent: str = "") -> list[str]:
    return textwrap.wrap(visible(line), WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def markdown(shown: Shown) -> str:
    """The plan in Markdown, with every command; it is the `README.md` of a folder."""
    return "\n".join(_markdown(shown)) + "\n"


def _markdown(shown: Shown) -> Iterator[str]:
    yield "# Rollout"
    yield ""
    yield visible(f"{_summary(shown)}.")
    for each in shown.rollout.obstacles:
        yield f"\n- **Error:** {visible(each.message)}{f' ({visible(each.help)})' if each.help else ''}"
    for warning in shown.rollout.warnings:
        yield f"\n- **Warning:** {visible(warning)}"
    if shown.rollout.migration:
        yield f"\nMigration: {visible(shown.rollout.migration.why)}."
    if shown.steps:
        yield f"\nDeploy the templates in order, each from this folder. `{BEFORE_FILE}` is what is deployed now."
    for number, step in enumerate(shown.steps, 1):
        yield ""
        yield f"## {number}. {visible(step.title)}"
        yield ""
        yield from _markdown_step(step, shown.findings.get(step.file, ()))


def _markdown_step(step: Step, findings: Iterable[Finding]) -> Iterator[str]:
    if step.why:
        yield f"Why: {visible(step.why)}."
        yield ""
    yield from (f"- {visible(each)}" for each in step.changes)
    if step.before:
        yield f"\nBefore: {visible(step.before.what)}."
        yield from _fenced("\n".join(step.before.commands))
    yield "\nPreview:"
    yield from _fenced(step.preview)
    yield "\nDeploy:"
    yield from _fenced(step.command)
    yield f"\nWait for: {visible(step.wait.what)}."
    yield from _fenced("\n".join(step.wait.commands))
    yield f"\nBack: {visible(step.back)}."
    for finding in findings:
        yield f"\n- **{str(finding.severity).capitalize()}:** {visible(finding.message)} (`{finding.rule}`)"


def _fenced(commands: str) -> Iterator[str]:
    if commands:
        yield "\n```sh"
        yield from (line for command in _whole(commands) for line in folded(command, 100))
        yield "```"


def data(shown: Shown, *, tool_version: str) -> dict[str, Any]:
    """The plan in the form that `rollout_schema` describes."""
    rollout = shown.rollout
    way = rollout.migration
    return {
        "version": _VERSION,
        "tool": {"name": "cfn-table", "version": tool_version},
        "old": shown.old,
        "new": shown.new,
        "safe": rollout.is_safe,
        "steps": [_step_data(each, shown) for each in rollout.steps],
        "obstacles": [{"resource": it.resource, "message": it.message, "help": it.help} for it in rollout.obstacles],
        "migration": None if way is None else {"why": way.why, "steps": [_step_data(it, shown) for it in way.steps]},
        "warnings": list(rollout.warnings),
    }


def _step_data(step: Step, shown: Shown) -> dict[str, Any]:
    return {
        "title": step.title,
        "why": step.why,
        "changes": list(step.changes),
        "before": _check_data(step.before),
        "wait": _check_data(step.wait),
        "back": step.back,
        "file": step.file,
        "command": step.command,
        "preview": step.preview,
        "findings": [finding_for_programs(each) for each in shown.findings.get(step.file, ())],
        "template": step.template,
    }


def _check_data(check: Check) -> dict[str, Any]:
    return {"what": check.what, "commands": list(check.commands)}
