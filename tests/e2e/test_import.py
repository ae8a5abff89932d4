"""A table that outlived its stack is adopted: the commands of IMPORT.md, by the real AWS CLI on MiniStack."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.conftest import DESIGN, Published
from tests.e2e.test_deploy import NAMESPACE, deleted, deployed, put_namespace, stack, stack_names, stored
from tests.engines.aws_cli import AwsCli
from tests.projects import run


def commands(text: str) -> Iterator[list[str]]:
    """The arguments of every command in a page's shell blocks."""
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for command in re.split(r"\n\s*\n", block.replace("\\\n", " ").strip()):
            yield shlex.split(command)


def test_a_retained_table_is_adopted(aws_cli: AwsCli, published: Published, tmp_path: Path) -> None:
    """Its data is there all the time; after the deployment the stack has everything that the design says."""
    deployed(aws_cli, published.template("yaml"), DESIGN)
    exports = aws_cli.exports()
    table = exports["kv-storage-TableName"]
    put_namespace(aws_cli, table)
    deleted(aws_cli, DESIGN)
    assert ([], NAMESPACE["PK"]) == (stack_names(aws_cli), stored(aws_cli, table)["PK"]["S"])

    at = ("--live", "--endpoint-url", aws_cli.endpoint, "--region", aws_cli.region)
    credentials = {"AWS_ACCESS_KEY_ID": aws_cli.account, "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
    folder = tmp_path / "import"
    done = run("emit", "import", DESIGN, "--folder", folder, *at, cwd=published.project, variables=credentials)
    assert 0 == done.status, done.err
    for command in commands((folder / "IMPORT.md").read_text("utf-8")):
        if command[0] != "aws" or "drift" in command[2]:  # MiniStack knows no drift
            continue
        if command[2] == "deploy":
            assert "IMPORT_COMPLETE" == stack(aws_cli, DESIGN)["StackStatus"]
        ran = aws_cli(*(published.project / part if part.startswith("build/") else part for part in command[1:]))
        assert 0 == ran.returncode, (command, ran.stderr)
    assert exports.keys() == aws_cli.exports().keys()
    assert table == aws_cli.exports()["kv-storage-TableName"]
    assert [table] == aws_cli.json("dynamodb", "list-tables")["TableNames"]
    assert NAMESPACE["PK"] == stored(aws_cli, table)["PK"]["S"]
