"""`cfn-table prove`."""

from __future__ import annotations

import contextlib
import math
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from cfn_table.cli import Report as Ending
from cfn_table.cli.endings import ending_in_order
from cfn_table.cli.options import (
    account_options,
    context_option,
    parameter_option,
    parse_context,
    parse_parameters,
    quiet_option,
)
from cfn_table.cli.output import find_designs, show_findings, use_colour
from cfn_table.cli.progress import Progress, can_show_progress
from cfn_table.errors import UsageError
from cfn_table.formats import visible
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.prove import prove_patterns
from cfn_table.prove.options import ProveOptions
from cfn_table.publish.aws_errors import require_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cfn_table.prove.report import Report

DYNAMODB_LOCAL = "dynamodb-local"


@click.command("prove")
@click.argument("designs", nargs=-1)
@context_option
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(["moto", DYNAMODB_LOCAL]),
    help="Where the patterns are executed; moto by default. Repeatable.",
)
@click.option("--jar", metavar="PATH", help="DynamoDBLocal.jar, for --engine dynamodb-local.")
@click.option("--endpoint-url", metavar="URL", help="Execute them on this endpoint of DynamoDB's API.")
@click.option("--stack-name", metavar="NAME", help="Execute them on the table of this deployed stack.")
@account_options("stack")
@parameter_option("Value of a parameter of the template.")
@click.option("--pattern", "patterns", multiple=True, metavar="NAME", help="Only this access pattern. Repeatable.")
@click.option("--seed", type=int, default=0, metavar="N", help="What the generated items follow from; 0 by default.")
@click.option("--max-latency", type=float, metavar="MS", help="Fail where the p99 of an operation is above it.")
@click.option("--draft", is_flag=True, help="Prove the design as it is, not its published version.")
@click.option("--yes", is_flag=True, help="Do not ask before writing to a table that others may use.")
@click.option(
    "--format", "output", type=click.Choice(["text", "json", "junit", "markdown"]), default="text", help="Form."
)
@quiet_option("Print nothing but the report.")
@click.pass_obj
def command(
    ending: Ending,
    designs: tuple[str, ...],
    context: tuple[str, ...],
    engines: tuple[str, ...],
    jar: str | None,
    endpoint_url: str | None,
    stack_name: str | None,
    region: str | None,
    profile: str | None,
    parameters: tuple[str, ...],
    patterns: tuple[str, ...],
    seed: int,
    max_latency: float | None,
    draft: bool,
    yes: bool,
    output: str,
    quiet: bool,
) -> int:
    """Execute access patterns, and check what they return and which policies allow them.

    DESIGNS are design files, folders or names; without any, all designs in templates/. Each design is deployed to an
    engine and filled with items; every pattern must return what the design says, and every policy must allow what was
    sent for its patterns and nothing else. Exits 1 where one does not, and with --max-latency where one is too slow.
    """
    if output != "text":
        ending.show = lambda errors: show_findings(errors, format=output)
    if engines and (endpoint_url is not None or stack_name is not None):
        place = "--endpoint-url" if endpoint_url is not None else "--stack-name"
        raise UsageError(f"`--engine` and `{place}` are two places", help="leave `--engine` out")
    if jar is not None and DYNAMODB_LOCAL not in engines:
        raise UsageError("`--jar` is for DynamoDB Local", help=f"add `--engine {DYNAMODB_LOCAL}`")
    _require_used(stack_name, endpoint_url, region, profile, parameters)
    if max_latency is not None and not 0 < max_latency < math.inf:
        raise UsageError(f"`--max-latency {max_latency:g}` is no limit", help="write milliseconds, such as `20`")
    progress = Progress()
    options = ProveOptions(
        engines=tuple(dict.fromkeys(engines)) or ProveOptions().engines,
        jar=jar,
        endpoint_url=endpoint_url,
        stack_name=stack_name,
        region=region,
        profile=profile,
        parameters=parse_parameters(parameters),
        patterns=tuple(dict.fromkeys(patterns)),
        seed=seed,
        draft=draft,
        confirm=_confirm(yes, progress),
        progress=progress if can_show_progress() and not quiet else None,
    )
    found = prove_patterns(find_designs(designs), Settings(context=parse_context(context)), options)
    # Whatever ends the output, such as a full disk, ends the engine that waits for the report to be shown.
    with ending_in_order(), contextlib.closing(found):
        try:
            reports = _shown(found, max_latency, progress) if output == "text" else list(found)
        finally:
            progress.end()
    if output != "text":
        _print(reports, output, max_latency)
    is_slow = max_latency is not None and any(each.too_slow(max_latency) for each in reports)
    return int(is_slow or any(each.failed for each in reports))


def _require_used(
    stack_name: str | None,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
    parameters: tuple[str, ...],
) -> None:
    """Refuse what would have no effect: whoever names a profile or a Region means to reach something there.

    Raises:
        UsageError: an option is empty or no address, or belongs to another place than the one that is named.
    """
    if endpoint_url is not None:
        require_endpoint(endpoint_url)
    if stack_name is not None and not stack_name.strip():
        raise UsageError("the name of the stack is empty", help="write `--stack-name STACK`")
    if profile is not None and stack_name is None:
        raise UsageError("`--profile` is for a deployed stack", help="add `--stack-name STACK`")
    if region is not None and stack_name is None and endpoint_url is None:
        raise UsageError("`--region` is for a stack or an endpoint", help="add `--stack-name STACK`")
    if parameters and stack_name is not None:
        raise UsageError("a deployed stack has its parameters", help="leave `--parameter` out")


def _confirm(yes: bool, progress: Progress) -> Callable[[str], bool] | None:
    """How the user is asked; nobody can be where standard input is no terminal."""

    def ask(question: str) -> bool:
        progress.end()
        return click.confirm(visible(question), err=True)

    if yes:
        return lambda _: True
    return ask if sys.stdin.isatty() else None


def _shown(found: Iterable[Report], max_latency: float | None, progress: Progress) -> list[Report]:
    """Each report as soon as it is there."""
    from cfn_table.prove.formats import text

    colour = use_colour(sys.stdout)
    width = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    reports: list[Report] = []
    for report in found:
        progress.end()
        shown = text(report, width=width, colour=colour, max_latency_ms=max_latency)
        click.echo(f"\n{shown}" if reports else shown, nl=False, color=colour)
        reports.append(report)
    return reports


def _print(reports: list[Report], output: str, max_latency: float | None) -> None:
    import json

    from cfn_table import __version__
    from cfn_table.prove import formats

    if output == "json":
        data = formats.json(reports, tool_version=__version__, max_latency_ms=max_latency)
        click.echo(json.dumps(data, indent=2))
    elif output == "junit":
        click.echo(formats.junit(reports, max_latency_ms=max_latency), nl=False)
    else:
        click.echo("\n".join(formats.markdown(each, max_latency_ms=max_latency) for each in reports), nl=False)
