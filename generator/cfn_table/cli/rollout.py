"""`cfn-table rollout`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from cfn_table.cli.options import context_option, parse_context, require_deployed
from cfn_table.errors import UsageError


@click.command("rollout")
@click.argument("old")
@click.argument("new")
@context_option
@click.option("--stack-name", metavar="NAME", help="Name of the stack, for the commands; by default the design's name.")
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="REGION",
    help="Region in which each step must be valid, the first that of stack:NAME. Repeatable; by default us-east-1, "
    "and a design names its own.",
)
@click.option("--profile", metavar="NAME", help="Profile of the AWS configuration, for stack:NAME.")
@click.option("--endpoint-url", metavar="URL", help="Endpoint that stack:NAME is read from.")
@click.option(
    "--folder",
    metavar="DIR",
    help="Write each step's template, and a README.md with the commands, into this folder.",
)
@click.option("--format", "output", type=click.Choice(["text", "markdown", "json"]), default="text", help="Form.")
def command(
    old: str,
    new: str,
    context: tuple[str, ...],
    stack_name: str | None,
    regions: tuple[str, ...],
    profile: str | None,
    endpoint_url: str | None,
    folder: str | None,
    output: str,
) -> int:
    """Plan the updates that lead from one template to another.

    OLD is what is deployed and NEW what is to be: templates, designs, published versions (DESIGN@VERSION or a folder),
    what a stack has (stack:NAME), a file of a commit (git:REF:PATH), or - for standard input. Each step is a whole
    template, with its commands, what to wait for and how to go back. Where no sequence of updates leads there, it says
    why and plans the migration. Exits 1 when there is no safe sequence.
    """
    from cfn_table import __version__
    from cfn_table.pipeline.prepared import Settings
    from cfn_table.pipeline.rollout import RolloutOptions, plan_rollout, write_rollout
    from cfn_table.pipeline.sources.found import SourceOptions
    from cfn_table.review.rollout import formats

    if folder is not None and not folder.strip():  # an empty variable of a script; Path("") would be the current folder
        raise UsageError("`--folder` is empty", help="leave it out, or name a folder")
    require_deployed(old, new, {"--profile": profile, "--endpoint-url": endpoint_url})
    stdin = sys.stdin.buffer.read().decode("utf-8", "replace") if "-" in (old, new) else ""
    sources = SourceOptions(next(iter(regions), None), profile, endpoint_url, stdin)
    options = RolloutOptions(stack_name or "", regions or ("us-east-1",), sources)
    planned = plan_rollout(old, new, Settings(context=parse_context(context)), options)
    if folder is not None:
        write_rollout(planned, Path(folder))
    if output == "json":
        click.echo(json.dumps(formats.data(planned.shown, tool_version=__version__), indent=2))
    else:
        click.echo((formats.markdown if output == "markdown" else formats.text)(planned.shown), nl=False)
    return int(planned.fails)
