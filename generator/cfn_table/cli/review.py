"""`cfn-table review`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cfn_table.cli import Report as Ending
from cfn_table.cli.options import account_options, context_option, parse_context, quiet_option, require_deployed
from cfn_table.cli.output import show_findings, use_colour
from cfn_table.errors import CfnTableError, UsageError
from cfn_table.pipeline.prepared import Settings
from cfn_table.project import as_named
from cfn_table.review.report import LEVELS

if TYPE_CHECKING:
    from cfn_table.review.report import Review


FORMATS: Final = ("text", "markdown", "html", "json", "sarif", "github")
STDIN: Final = "-"


@click.command("review")
@click.argument("old", required=False)
@click.argument("new", required=False)
@context_option
@click.option("--base", metavar="REF", help="Compare with this commit or branch; the same as OLD = git:REF.")
@click.option(
    "--fail-on",
    "level",
    type=click.Choice(LEVELS),
    default=LEVELS[0],
    help="Exit 1 on this and on what is worse; data-loss by default.",
)
@account_options("stack or the table")
@click.option("--endpoint-url", metavar="URL", help="Endpoint that stacks and tables are read from.")
@click.option("--format", "output", type=click.Choice(FORMATS), default="text", help="Form.")
@click.option(
    "--write",
    "files",
    multiple=True,
    metavar="FORMAT=PATH",
    help="Write this form to a file too; the exit status says the same. Repeatable.",
)
@quiet_option("Print no text and no Markdown where nothing is of note.")
@click.pass_obj
def command(
    ending: Ending,
    old: str | None,
    new: str | None,
    context: tuple[str, ...],
    base: str | None,
    level: str,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    output: str,
    files: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show what a change does to data, dependents and permissions, and which version it needs.

    OLD and NEW are designs, templates or - for one on standard input, published versions (DESIGN@VERSION or a folder),
    folders of projects, git:REF, git:REF:PATH, stack:NAME or table:NAME. Without NEW it is what is here, without OLD
    what was there where this branch left the main branch. A design of the project alone, or its folder, is NEW. Exits
    1 when a change reaches the level of --fail-on, when the deployment would be refused, and when the version says too
    little.
    """
    if output not in ("text", "html"):
        ending.show = lambda errors: show_findings(errors, format=output)
    old, new = _sides(old, new, base)
    require_deployed(old, new, {"--region": region, "--profile": profile, "--endpoint-url": endpoint_url})
    paths = list(_files(files))
    from cfn_table.pipeline.review import SourceOptions, review_change

    options = SourceOptions(region=region, profile=profile, endpoint_url=endpoint_url, stdin=_stdin(old, new))
    reviews: list[Review] = []
    try:
        try:
            reviews.extend(review_change(old, new, Settings(context=parse_context(context)), options))
        finally:
            # An error comes after the reviews of all designs that can be read, which are worth reading too. Files come
            # first: after a document, standard output could not be given the one of an error.
            if reviews:
                _write_all(reviews, paths, quiet)
    except CfnTableError:
        if reviews and output == "text":
            _print(reviews, output, quiet)
        raise
    _print(reviews, output, quiet)
    return int(any(each.fails(level) for each in reviews))


def _sides(old: str | None, new: str | None, base: str | None) -> tuple[str | None, str | None]:
    """OLD and NEW; with `--base` the only argument is NEW.

    Raises:
        UsageError: a side is empty, or said twice.
    """
    for name, value in (("OLD", old), ("NEW", new), ("--base", base)):
        if value is not None and not value.strip():  # an empty variable of a script
            raise UsageError(f"`{name}` is empty", help="leave it out, or name a source")
    if base is None:
        return old, new
    if new is not None:
        raise UsageError("OLD and `--base` are the same side", help="leave one of them out")
    return base if base.startswith("git:") else f"git:{base}", old


def _stdin(old: str | None, new: str | None) -> str:
    """The template on standard input, where a side is one."""
    return sys.stdin.buffer.read().decode("utf-8", "replace") if STDIN in (old, new) else ""


def _files(files: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Form and file of every `--write`.

    Raises:
        UsageError: one is not FORMAT=PATH, has no such form, or has the file of another one.
    """
    taken = set()
    for given in files:
        form, _, path = given.partition("=")
        if form not in FORMATS or not path.strip():
            raise UsageError(f"`--write {given}` is not FORMAT=PATH", help=f"FORMAT is one of {', '.join(FORMATS)}")
        if as_named(Path(path)) in taken:
            raise UsageError(f"`{path}` is written twice", help="give each form a file of its own")
        taken.add(as_named(Path(path)))
        yield form, Path(path)


def _write_all(reviews: list[Review], files: list[tuple[str, Path]], quiet: bool) -> None:
    for form, path in files:
        _write(path, _shown(reviews, form, quiet).encode("utf-8", "backslashreplace"))


def _write(path: Path, content: bytes) -> None:
    """Write a file in one step; what a link leads to, a device or a pipe is written through.

    Raises:
        InputError: the system refuses.
    """
    from cfn_table.publish.atomic import explaining, write_text_atomically

    with explaining(path):
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_bytes(content)
        else:
            write_text_atomically(path, content)


def _print(reviews: list[Review], output: str, quiet: bool) -> None:
    width = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    colour = use_colour(sys.stdout)
    click.echo(_shown(reviews, output, quiet, width, colour), nl=False, color=colour)


def _shown(reviews: list[Review], output: str, quiet: bool, width: int = 80, colour: bool = False) -> str:
    """The reviews in a form; empty where that is quiet and nothing is of note."""
    from cfn_table import __version__
    from cfn_table.review import formats

    match output:
        case "json":
            return formats.json(reviews, __version__)
        case "sarif":
            return formats.sarif(reviews, __version__)
        case "github":
            return formats.github(reviews)
        case "html":
            return formats.html(reviews)
    if quiet and not any(formats.is_of_note(each) for each in reviews):
        return ""
    if output == "markdown":
        return formats.markdown(reviews)
    return formats.text(reviews, width=width, colour=colour) or "there is nothing to review\n"
