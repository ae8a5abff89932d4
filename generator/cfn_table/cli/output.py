"""What commands have in common beside options: which designs, where findings go, and when colour is used."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cfn_table.errors import UsageError
from cfn_table.project import Project

if TYPE_CHECKING:
    from cfn_table.findings import Finding


def show_findings(findings: Iterable[Finding], *, format: str = "text") -> None:
    """Write findings: text goes to stderr, where messages go; every other format is the result and goes to stdout."""
    from cfn_table import __version__
    from cfn_table.formats import format_findings

    if format == "text":
        colour = use_colour(sys.stderr)
        text = format_findings(list(findings), "text", tool_version=__version__, color=colour, width=terminal_width())
        click.echo(text, err=True, nl=not text.endswith("\n"), color=colour)
        return
    text = format_findings(list(findings), format, tool_version=__version__)
    click.echo(text, nl=not text.endswith("\n"))


def use_colour(stream: Any) -> bool:
    """Whether output to `stream` may be coloured: a terminal, and no `NO_COLOR`."""
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    import shutil

    return shutil.get_terminal_size((80, 24)).columns if sys.stderr.isatty() else 80


def find_designs(names: Iterable[str]) -> list[Path]:
    """The design files that arguments name (files, folders, names of designs); all of the project's without any.

    Raises:
        UsageError: there is no such design, or none at all.
    """
    from cfn_table.design.suggest import did_you_mean

    project = Project.find(Path.cwd())
    found: list[Path] = []
    for name in names:
        if not name:  # an empty variable of a script; Path("") would be the current folder
            raise UsageError("the name of a design is empty", help="leave all names out for the whole project")
        path = Path(name)
        if path.is_dir():
            found += _designs_in(path)
        elif path.exists() or path.suffix in (".yaml", ".yml"):
            found.append(path)
        else:
            known = {each.stem: each for each in project.designs()}
            if name not in known:
                raise UsageError(
                    f"there is no design `{name}` in `{project.name_of(project.templates)}`",
                    help=did_you_mean(name, known),
                )
            found.append(known[name])
    if not list(names) and not found:
        found = project.designs()
        if not found:
            raise UsageError(
                f"there is no design in `{project.name_of(project.templates)}`", help="`cfn-table init` makes a project"
            )
    return list(dict.fromkeys(Path(os.path.relpath(path)) if path.is_absolute() else path for path in found))


def _designs_in(folder: Path) -> list[Path]:
    """The designs of the project in `folder`, else the files in it that may be designs."""
    found = Project(folder).designs() or sorted(
        path
        for path in folder.iterdir()
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(".") and not path.is_dir()
    )
    if not found:
        raise UsageError(f"there is no design in `{folder}`", help="name a design file, or a folder with such files")
    return found
