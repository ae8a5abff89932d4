"""The command `cfn-table` and the list of its subcommands, each imported only when it is called."""

from __future__ import annotations

import importlib
from typing import Final

import click

from cfn_table import __version__

COMMANDS: Final = {
    "init": "Make a project with a small design that generates.",
    "generate": "Generate, lint and publish versions of designs.",
    "lint": "Lint designs, published versions and any CloudFormation template.",
    "access": "Show what policies allow: access patterns, who can do what, and changes.",
    "prove": "Execute access patterns, and check what they return and which policies allow them.",
    "review": "Show what a change does to data, dependents and permissions, and which version it needs.",
    "emit": "Print what belongs to a design beside its template.",
    "rollout": "Plan the updates that lead from one template to another.",
    "publish": "Copy published versions to S3, never changing what is there.",
    "schema": "Print the JSON Schema of designs, of files that they include, of policies, and of reports.",
}
"""Subcommand → its line in the help."""


class LazyGroup(click.Group):
    """A group that imports a subcommand only to run it, so that `--help` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """The subcommands, in the order in which a project meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """The subcommand `cmd_name`, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"cfn_table.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """The subcommands' lines, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand that `args` name; a wrong name gets the nearest right one."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from cfn_table.design.suggest import did_you_mean

            help_ = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"there is no command `{args[0]}`" + (f" ({help_})" if help_ else ""), ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cfn-table", message="%(prog)s %(version)s")
def cli() -> None:
    """Describe a DynamoDB table once; get CloudFormation that is linted, versioned, proven and importable."""
