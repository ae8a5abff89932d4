"""`cfn-table init`."""

from __future__ import annotations

from pathlib import Path

import click

from cfn_table.pipeline.scaffold import make_project


@click.command("init")
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="Name of the design; by default the folder's name.")
def command(folder: Path, name: str | None) -> None:
    """Make a project with a small design that generates.

    FOLDER is the project's folder, by default the current one; it is made if it is missing. No file that is there
    already is changed.
    """
    made = make_project(folder, name)
    for path in made.created:
        click.echo(f"created   {path}")
    for path in made.kept:
        click.echo(f"kept      {path}")
    where = "" if folder == Path() else f"cd {folder} && "
    click.echo(f"\nNext: {where}cfn-table generate")
