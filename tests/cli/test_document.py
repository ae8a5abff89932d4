"""docs/cli.md names every command and every option, and says what the commands themselves say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import cfn_table
from cfn_table.cli.document import cli_markdown
from cfn_table.cli.root import COMMANDS, cli
from tests.engines.install import ROOT

PAGE = ROOT / "docs" / "cli.md"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command of the program, and every command of a group."""
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            for sub, subcommand in command.commands.items():
                yield f"{name} {sub}", subcommand


def test_the_page_is_fresh() -> None:
    """It is made from the commands: `python -m cfn_table.cli.document > docs/cli.md` makes it anew."""
    assert cli_markdown() == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_option_and_argument_is_documented(name: str) -> None:
    """With the words of its help; an option without help would have none."""
    heading = "##" if name in COMMANDS else "###"
    section = (
        PAGE.read_text(encoding="utf-8").partition(f"\n{heading} cfn-table {name}\n")[2].partition(f"\n{heading} ")[0]
    )
    command = dict(commands())[name]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert all(option in section for option in parameter.opts)
            assert parameter.help in section
        else:
            metavar = parameter.make_metavar(click.Context(command))
            assert metavar.strip("[].") in section
            assert metavar.strip("[].{}").partition("|")[0] in (command.help or "") + section


def test_the_list_of_commands_is_the_folder() -> None:
    """One file for each command, and each command is in the list, with the first sentence of its help."""
    folder = Path(cfn_table.__file__).parent / "cli"
    beside = {"__init__", "document", "endings", "interrupts", "options", "output", "progress", "root"}
    assert set(COMMANDS) == {path.stem for path in folder.glob("*.py")} - beside
    for name, command in commands():
        if name not in COMMANDS:
            continue
        assert COMMANDS[name] == (command.help or "").splitlines()[0]


def test_every_command_is_a_function_of_the_library() -> None:
    """Whatever a command can do, `import cfn_table` can do."""
    functions = {
        "init": "make_project",
        "generate": "generate_builds",
        "lint": "lint_paths",
        "access": "access_matrix",
        "prove": "prove_patterns",
        "review": "review_change",
        "emit deploy-policy": "deploy_policy",
        "emit consumer": "emit_consumer",
        "emit import": "adopt_table",
        "emit python": "emit_python",
        "emit json-schema": "emit_json_schema",
        "emit queries": "emit_queries",
        "emit typescript": "emit_typescript",
        "rollout": "plan_rollout",
        "publish": "publish_to_s3",
        "schema": "design_schema",
    }
    assert set(functions) == {name for name, command in commands() if not isinstance(command, click.Group)}
    assert set(functions.values()) <= set(cfn_table.__all__)


@pytest.mark.parametrize("heading", ["0", "1", "2", "3"])
def test_every_exit_status_is_documented(heading: str) -> None:
    """In the table at the top."""
    assert f"\n| {heading} | " in PAGE.read_text(encoding="utf-8")
