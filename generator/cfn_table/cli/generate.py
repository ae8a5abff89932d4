"""`cfn-table generate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from cfn_table.cli import Report
from cfn_table.cli.options import context_option, notes_option, parse_context, quiet_option
from cfn_table.cli.output import find_designs, show_findings
from cfn_table.errors import UsageError
from cfn_table.findings import Finding, Severity
from cfn_table.pipeline.check import check
from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Result, Settings

INLINE_LIMIT = 51_200
"""Largest template in bytes that `aws cloudformation deploy` sends without a bucket (CloudFormation quotas)."""


@click.command("generate")
@click.argument("designs", nargs=-1)
@context_option
@click.option(
    "--check", "check_only", is_flag=True, help="Write nothing; exit 1 when build/ is not what the inputs say."
)
@click.option(
    "--draft",
    is_flag=False,
    flag_value="yaml",
    metavar="[yaml|json]",
    help="Print the template of one design instead of publishing it.",
)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="Form of the results.")
@notes_option
@click.option("--no-cache", is_flag=True, help="Remember no verdicts and builds, and use none.")
@quiet_option("Print nothing but findings.")
@click.pass_obj
def command(
    report: Report,
    designs: tuple[str, ...],
    context: tuple[str, ...],
    check_only: bool,
    draft: str | None,
    output: str,
    notes: bool,
    no_cache: bool,
    quiet: bool,
) -> int:
    """Generate, lint and publish versions of designs.

    DESIGNS are design files, folders or names; without any, all designs in templates/. A version is published once, in
    build/DESIGN/VERSION/, and never changes (pre-releases may).
    """
    if output == "json":
        report.show = lambda errors: _write_json([], errors)
    if draft not in (None, "yaml", "json"):
        # `--draft kv-storage`: what follows is the design, not the form.
        designs, draft = (draft, *designs), "yaml"
    if draft and output != "text":
        raise UsageError(
            "`--draft` prints a template, not results", help="leave `--format` out: `--draft json` is JSON"
        )
    paths = find_designs(designs)
    settings = Settings(context=parse_context(context), cache=not no_cache)
    if draft and (check_only or len(paths) != 1):
        raise UsageError("`--draft` prints the template of one design", help="name one design, without `--check`")
    results = check(paths, settings) if check_only else generate(paths, settings, draft=draft is not None)
    done = sorted(_with_progress(results, len(paths), quiet), key=lambda result: result.path)
    findings = [finding for result in done for finding in result.findings]
    if output == "json":
        _write_json(done)
    else:
        shown = [finding for finding in findings if notes or finding.severity is not Severity.NOTE]
        if shown:
            show_findings(shown)
        for result in done:
            if draft and result.yaml:
                click.echo(result.json if draft == "json" else result.yaml, nl=False)
            elif not quiet and result.outcome != "failed":
                _say(result, notes)
    return max((result.exit_status for result in done), default=0)


def _write_json(results: Iterable[Result], errors: Iterable[Finding] = ()) -> None:
    """One document in every case: what became of each design, and the errors that belong to no design."""
    from cfn_table.formats import finding_for_programs

    data = {
        "results": [_data(result) for result in results],
        "findings": [finding_for_programs(error) for error in errors],
    }
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def _with_progress(results: Iterator[Result], count: int, quiet: bool) -> list[Result]:
    if quiet or count < 2 or not sys.stderr.isatty():
        return list(results)
    done = []
    with click.progressbar(length=count, label="generating", file=sys.stderr) as bar:
        for result in results:
            done.append(result)
            bar.update(1)
    return done


def _say(result: Result, notes: bool) -> None:
    hidden = 0 if notes else sum(finding.severity is Severity.NOTE for finding in result.findings)
    some = f"{hidden} notes; `--notes` shows them" if hidden > 1 else "1 note; `--notes` shows it"
    note = f" ({some})" if hidden else ""
    click.echo(f"{result.outcome:<9} {result.folder}{note}")
    for name, value in sorted(result.environment.items()):
        click.echo(f"          {name}={value if value.isprintable() else _visible(value)} from the environment")
    if result.template_bytes > INLINE_LIMIT:
        click.echo(
            f"          template.yaml has {result.template_bytes:,} bytes, and deploy sends {INLINE_LIMIT:,} inline;\n"
            "          use `aws cloudformation deploy --s3-bucket BUCKET`, or `cfn-table publish`"
        )


def _visible(text: str) -> str:
    from cfn_table.formats import visible

    return visible(text)


def _data(result: Result) -> dict[str, Any]:
    from cfn_table.formats import finding_for_programs

    return {
        "path": result.path,
        "design": result.design,
        "version": result.version,
        "outcome": result.outcome,
        "folder": result.folder,
        "templateBytes": result.template_bytes or None,
        "environment": dict(result.environment),
        "findings": [finding_for_programs(finding) for finding in result.findings],
    }
