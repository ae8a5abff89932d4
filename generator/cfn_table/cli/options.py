"""Options that several commands have, and what their texts mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import click

from cfn_table.errors import UsageError

DEPLOYED: Final = ("stack:", "table:")
"""What the names of sides that are deployed begin with."""

F = TypeVar("F", bound=Callable[..., Any])


def context_option(function: F) -> F:
    """`--context NAME=VALUE`."""
    return click.option(
        "--context",
        "context",
        multiple=True,
        metavar="NAME=VALUE",
        help="Set a context value of the design; wins over environment variables. Repeatable.",
    )(function)


def parameter_option(help: str) -> Callable[[F], F]:
    """`--parameter NAME=VALUE`."""
    return click.option("--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help=f"{help} Repeatable.")


def regions_option(help: str) -> Callable[[F], F]:
    """`--region REGION`, as often as there are Regions."""
    return click.option("--region", "regions", multiple=True, metavar="REGION", help=help)


def account_options(what: str) -> Callable[[F], F]:
    """`--region REGION` and `--profile NAME`: where in AWS something is, such as `stack`."""
    region = click.option(
        "--region", metavar="REGION", help=f"Region of the {what}; by default as the AWS CLI finds it."
    )
    profile = click.option("--profile", metavar="NAME", help="Profile of the AWS configuration.")
    return lambda function: region(profile(function))


def notes_option(function: F) -> F:
    """`--notes`."""
    return click.option("--notes", is_flag=True, help="Show notes too, not just their number.")(function)


def quiet_option(help: str) -> Callable[[F], F]:
    """`-q` and `--quiet`."""
    return click.option("-q", "--quiet", is_flag=True, help=help)


def parse_parameters(pairs: Iterable[str]) -> dict[str, str]:
    """Name → value of every `NAME=VALUE`.

    Raises:
        UsageError: one has no `=`, or a name is given twice.
    """
    return _parse_pairs(pairs, "--parameter", "TableName=my-table")


def parse_context(pairs: Iterable[str]) -> dict[str, str]:
    """Name → value of every `NAME=VALUE`.

    Raises:
        UsageError: one has no `=`, or a name is given twice.
    """
    return _parse_pairs(pairs, "--context", "TABLE_NAME=my-table")


def _parse_pairs(pairs: Iterable[str], option: str, example: str) -> dict[str, str]:
    """Name → value of every `NAME=VALUE` of an option; the example is for the help of a wrong one.

    Raises:
        UsageError: one has no `=`, or a name is given twice.
    """
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"`{option} {pair}` is not NAME=VALUE", help=f"write `{option} {example}`")
        if name in values:
            raise UsageError(f"`{option} {name}` is given twice")
        values[name] = value
    return values


def require_deployed(old: str | None, new: str | None, given: dict[str, str | None]) -> None:
    """Refuse what would have no effect: whoever names a Region means to reach something there.

    Raises:
        UsageError: an option for what is deployed is given, and neither side is.
    """
    if any(side is not None and side.startswith(DEPLOYED) for side in (old, new)):
        return
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"`{name}` is for what is deployed", help="name a side `stack:NAME` or `table:NAME`")
