"""`cfn-table lint`."""

from __future__ import annotations

import glob
import sys
from pathlib import Path

import click

from cfn_table.cli import Report
from cfn_table.cli.options import context_option, notes_option, parse_context, quiet_option, regions_option
from cfn_table.cli.output import show_findings
from cfn_table.errors import InputError, UsageError
from cfn_table.findings import Finding, Location, Severity
from cfn_table.formats import FORMATS
from cfn_table.pipeline.lint import STDIN, lint, project_paths
from cfn_table.pipeline.prepared import Settings


@click.command("lint")
@click.argument("paths", nargs=-1)
@context_option
@regions_option("Region in which templates must be valid. Repeatable; us-east-1 by default.")
@click.option("--format", "output", type=click.Choice(FORMATS), default="text", help="Form of the findings.")
@notes_option
@quiet_option("Print nothing but findings.")
@click.pass_obj
def command(
    report: Report,
    paths: tuple[str, ...],
    context: tuple[str, ...],
    regions: tuple[str, ...],
    output: str,
    notes: bool,
    quiet: bool,
) -> int:
    """Lint designs, published versions and any CloudFormation template.

    PATHS are files, globs, folders of published versions, or - for a template on standard input; without any, the
    project's designs and published versions.
    """
    report.show = lambda errors: show_findings(errors, format=output)
    settings = Settings(context=parse_context(context))
    wanted = expand(paths) if paths else project_paths(Path.cwd())
    if not wanted:
        raise UsageError("there is nothing to lint here", help="name files, or `-` for standard input")
    stdin = _read_stdin() if STDIN in wanted else ""
    done = list(lint(wanted, settings, regions=regions or ("us-east-1",), stdin=stdin))
    found = [finding for each in done for finding in each.findings]
    shown = [finding for finding in found if notes or finding.severity is not Severity.NOTE]
    if shown or output != "text":
        show_findings(shown, format=output)
    if output == "text" and not quiet:
        _summary(len(done), found, bool(shown))
    if any(each.unusable for each in done):
        return 2
    return int(any(finding.severity is not Severity.NOTE for finding in found))


def _read_stdin() -> str:
    from cfn_table.design.source import MAX_BYTES, decode

    name = "<stdin>"
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"standard input is larger than {MAX_BYTES // 1024**2} MiB", location=Location(name))
    return decode(data, name).text


def expand(paths: tuple[str, ...]) -> list[str]:
    """The paths with globs expanded and folders of versions or designs opened.

    Raises:
        UsageError: a glob matches nothing.
    """
    found: list[str] = []
    for path in paths:
        if not path:  # an empty variable of a script; Path("") would be the current folder
            raise UsageError("a path is empty", help="name files, or leave all paths out for the whole project")
        if path != STDIN and glob.has_magic(path) and not Path(path).exists():
            matches = sorted(glob.iglob(path, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute patterns)
            if not matches:
                raise UsageError(f"`{path}` matches nothing")
            found += matches
        elif Path(path).is_dir() and not (Path(path) / "manifest.json").exists():
            inside = project_paths(Path(path)) if (Path(path) / "templates").is_dir() else _inside(Path(path))
            if not inside:
                raise UsageError(f"there is no design, template or version in `{path}`")
            found += inside
        else:
            found.append(path)
    return found


def _inside(folder: Path) -> list[str]:
    """The published versions in a folder, then its other YAML and JSON files; nothing that is hidden."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".yaml", ".yml", ".json")
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    versions = {path.parent for path in files if path.name == "manifest.json"}
    return [
        *sorted(str(version) for version in versions),
        *(str(path) for path in files if versions.isdisjoint(path.parents)),
    ]


def _summary(files: int, found: list[Finding], said: bool) -> None:
    linted = f"{files} file{'s' if files != 1 else ''} linted"
    hidden = 0 if said else sum(finding.severity is Severity.NOTE for finding in found)
    some = f"{hidden} notes; `--notes` shows them" if hidden > 1 else "1 note; `--notes` shows it"
    hint = f" ({some})" if hidden else ""
    click.echo(linted if said else f"{linted}, nothing found{hint}", err=True)
