"""`cfn-table lint`."""

from __future__ import annotations

import glob
import sys
from pathlib import Path

import click

from cfn_table.cli.output import context_option, parse_context, show_findings
from cfn_table.errors import UsageError
from cfn_table.findings import Severity
from cfn_table.pipeline.lint import STDIN, lint, project_paths
from cfn_table.pipeline.prepared import Settings

FORMATS = ("text", "json", "sarif", "junit", "github", "markdown")


@click.command("lint")
@click.argument("paths", nargs=-1)
@context_option
@click.option(
    "--region",
    "regions",
    multiple=True,
    help="Region in which templates must be valid. Repeatable; us-east-1 by default.",
)
@click.option("--format", "output", type=click.Choice(FORMATS), default="text", help="Form of the findings.")
@click.option("--notes", is_flag=True, help="Show notes too, not just their number.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but findings.")
def command(
    paths: tuple[str, ...], context: tuple[str, ...], regions: tuple[str, ...], output: str, notes: bool, quiet: bool
) -> int:
    """Lint designs, published versions and any CloudFormation template.

    PATHS are files, globs, folders of published versions, or - for a template on standard input; without any, the
    project's designs and published versions.
    """
    settings = Settings(context=parse_context(context))
    wanted = expand(paths) if paths else project_paths(Path.cwd())
    if not wanted:
        raise UsageError("there is nothing to lint here", help="name files, or `-` for standard input")
    stdin = sys.stdin.read() if STDIN in wanted else ""
    done = list(lint(wanted, settings, regions=regions or ("us-east-1",), stdin=stdin))
    found = [finding for each in done for finding in each.findings]
    shown = [finding for finding in found if notes or finding.severity is not Severity.NOTE]
    if shown or output != "text":
        show_findings(shown, format=output)
    if output == "text" and not quiet:
        _summary(len(done), found, notes)
    if any(each.unusable for each in done):
        return 2
    return int(any(finding.severity is not Severity.NOTE for finding in found))


def expand(paths: tuple[str, ...]) -> list[str]:
    """The paths with globs expanded and folders of versions or designs opened.

    Raises:
        UsageError: a glob matches nothing.
    """
    found: list[str] = []
    for path in paths:
        if path != STDIN and glob.has_magic(path) and not Path(path).exists():
            matches = sorted(glob.iglob(path, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute patterns)
            if not matches:
                raise UsageError(f"`{path}` matches nothing")
            found += matches
        elif Path(path).is_dir() and not (Path(path) / "manifest.json").exists():
            inside = [each for each in sorted(Path(path).rglob("*")) if each.suffix in (".yaml", ".yml", ".json")]
            versions = {each.parent for each in inside if each.name == "manifest.json"}
            folders = sorted(str(version) for version in versions)
            files = [str(each) for each in inside if each.parent not in versions]
            if not folders and not files:
                raise UsageError(f"there is no design, template or version in `{path}`")
            found += folders + files
        else:
            found.append(path)
    return found


def _summary(files: int, found: list, notes: bool) -> None:  # type: ignore[type-arg]
    counts = {severity: sum(finding.severity is severity for finding in found) for severity in Severity}
    parts = [f"{count} {severity}{'s' if count != 1 else ''}" for severity, count in counts.items() if count]
    hint = "" if notes or not counts[Severity.NOTE] else " (`--notes` shows notes)"
    click.echo(f"{files} file{'s' if files != 1 else ''}: {', '.join(parts) or 'nothing found'}{hint}", err=True)
