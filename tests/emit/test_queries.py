"""Queries are code that a person would paste: it says exactly what the request is, whatever names and values hold."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import cfn_table
from cfn_table.design.design import Design
from cfn_table.design.generated_names import camel_case
from cfn_table.emit.queries import LANGUAGES, emit_queries, javascript, python, unique_names
from cfn_table.emit.queries.calls import Variable, calls_of
from cfn_table.errors import UsageError
from tests.emit.written import design_of
from tests.projects import NAMES, copy_designs, run

ALL = (*NAMES, "kv-storage", "hurting")
VALUES = {"TABLE_NAME": "a-table", "BY_OWNER_NAME": "an-index"}
"""What the environment says."""


def resolved(value: Any) -> Any:
    """Parameters with the names that the environment gives."""
    if isinstance(value, Variable):
        return VALUES[str.__str__(value)]
    if isinstance(value, dict):
        return {resolved(key): resolved(each) for key, each in value.items()}
    return [resolved(each) for each in value] if isinstance(value, list) else value


def coded(value: Any) -> Any:
    """Parameters with binary values as base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: coded(each) for key, each in value.items()}
    return [coded(each) for each in value] if isinstance(value, list) else value


class Recorder:
    """A client that keeps what it is called with."""

    def __init__(self) -> None:
        self.operation = ""
        self.parameters: dict[str, Any] = {}

    def get_paginator(self, operation: str) -> Any:
        """A paginator that reads nothing."""
        self.operation = operation
        return types.SimpleNamespace(paginate=lambda **parameters: self.keep(operation, parameters) and [])

    def __getattr__(self, operation: str) -> Any:
        return lambda **parameters: self.keep(operation, parameters)

    def keep(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """An empty answer of any operation."""
        self.operation, self.parameters = operation, parameters
        responses: Any = {} if operation == "batch_get_item" else []
        return {"Items": [], "Responses": responses, "UnprocessedKeys": {}, "UnprocessedItems": {}}


@pytest.mark.parametrize("name", ALL)
def test_python_sends_exactly_the_request(
    designs: dict[str, Design], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each function calls the operation with the parameters, also when they hold quotes, newlines and bytes."""
    for variable, value in VALUES.items():
        monkeypatch.setenv(variable, value)
    client = Recorder()
    monkeypatch.setitem(sys.modules, "boto3", types.SimpleNamespace(client=lambda _: client))
    module: dict[str, Any] = {"__name__": "queries"}
    exec(compile(emit_queries(designs[name], language="python"), "queries.py", "exec"), module)
    calls = calls_of(designs[name])
    for call, function in zip(calls, unique_names((each.name for each in calls), python.TAKEN), strict=True):
        module[function]()
        assert resolved(call.parameters) == client.parameters
        assert call.operation == client.operation.title().replace("_", "")


# An `aws` that prints its arguments, each as JSON.
AWS = f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n"


def sent(arguments: list[str]) -> tuple[str, dict[str, Any]]:
    """The command and the options of an `aws dynamodb` call, as the CLI reads them; JSON is read where it is one."""
    service, command, *options = arguments
    assert "dynamodb" == service
    found: dict[str, Any] = {}
    while options:
        name = options.pop(0).removeprefix("--")
        if name.startswith("no-"):
            found[name.removeprefix("no-")] = False
            continue
        value = options.pop(0)
        is_json = value[:1] in ("{", "[") or name == "limit"
        found[name] = json.loads(value) if is_json else value
    return command, found


@pytest.mark.parametrize("name", ALL)
def test_the_shell_sends_exactly_the_request(designs: dict[str, Design], name: str, tmp_path: Path) -> None:
    """Whatever a value holds, the shell expands nothing of it, and the CLI reads the JSON that was meant."""
    (tmp_path / "aws").write_text(AWS, encoding="utf-8")
    (tmp_path / "aws").chmod(0o755)
    script = tmp_path / "queries.sh"
    script.write_text(emit_queries(designs[name], language="cli"), encoding="utf-8")
    variables = {**os.environ, **VALUES, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    for call in calls_of(designs[name]):
        done = subprocess.run(
            ["sh", str(script), call.name], env=variables, capture_output=True, text=True, timeout=60, check=True
        )
        command, options = sent(json.loads(done.stdout))
        assert call.operation == command.title().replace("-", "")
        has_binary = options.pop("cli-binary-format", None) == "base64"
        assert has_binary == (coded(call.parameters) != call.parameters)
        expected = {_option(key): value for key, value in coded(resolved(call.parameters)).items()}
        assert expected == options


def _option(name: str) -> str:
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in name).removeprefix("-")


@pytest.mark.parametrize("name", ALL)
def test_the_script_is_one_for_bash_too(designs: dict[str, Design], name: str, tmp_path: Path) -> None:
    """And without a name it lists all, with exit status 2."""
    script = tmp_path / "queries.sh"
    script.write_text(emit_queries(designs[name], language="cli"), encoding="utf-8")
    subprocess.run(["bash", "-n", str(script)], timeout=60, check=True)
    done = subprocess.run(
        ["sh", str(script)], env={**os.environ, **VALUES}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (2, "") == (done.returncode, done.stdout)
    assert [f"  {call.name}" for call in calls_of(designs[name])] == done.stderr.splitlines()[1:]


# A package that keeps what commands are made with.
SDK = """\
export let sent = [];
export class DynamoDBClient {
  async send(command) {
    sent.push([command.constructor.name.replace(/Command$/, ""), command.input]);
    return { Items: [], Responses: command.constructor.name.startsWith("Batch") ? {} : [] };
  }
}
class Command { constructor(input) { this.input = input; } }
"""
RUN = """\
import { sent } from "@aws-sdk/client-dynamodb";
import * as queries from "./queries.mjs";
for (const name of process.argv.slice(2)) await queries[name]();
function binary(key, value) {
  return this[key] instanceof Uint8Array ? this[key].toString("base64") : value;
}
console.log(JSON.stringify(sent, binary));
"""


@pytest.mark.parametrize("name", ALL)
def test_javascript_sends_exactly_the_request(designs: dict[str, Design], name: str, tmp_path: Path) -> None:
    """Each function sends the command with the parameters; whole pages are asked for with the paginator."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is missing")
    calls = calls_of(designs[name])
    package = tmp_path / "node_modules" / "@aws-sdk" / "client-dynamodb"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "exports": "./index.js"}', encoding="utf-8")
    operations = sorted({call.operation for call in calls})
    made = [f"export class {each}Command extends Command {{}}" for each in operations]
    made += [
        f"export async function* paginate{each}(_, input) {{ sent.push(['{each}', input]); yield {{ Items: [] }}; }}"
        for each in operations
    ]
    (package / "index.js").write_text(SDK + "\n".join(made), encoding="utf-8")
    (tmp_path / "queries.mjs").write_text(emit_queries(designs[name], language="javascript"), encoding="utf-8")
    (tmp_path / "run.mjs").write_text(RUN, encoding="utf-8")
    functions = unique_names((camel_case(each.name) for each in calls), javascript.TAKEN)
    done = subprocess.run(
        [node, "run.mjs", *functions],
        cwd=tmp_path,
        env={**os.environ, **VALUES},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    assert [[call.operation, coded(resolved(call.parameters))] for call in calls] == json.loads(done.stdout)


def blocks(text: str) -> list[tuple[str, str]]:
    """Language and code of every fenced block."""
    found: list[tuple[str, str]] = []
    fence, language, lines = "", "", list[str]()
    for line in text.splitlines():
        if fence and line == fence:
            found.append((language, "\n".join(lines) + "\n"))
            fence = ""
        elif fence:
            lines.append(line)
        elif line.startswith("```"):
            language = line.lstrip("`")
            fence, lines = line.removesuffix(language), []
    assert not fence
    return found


@pytest.mark.parametrize("name", ALL)
def test_markdown_has_three_blocks_for_each_operation(designs: dict[str, Design], name: str) -> None:
    """Under the access pattern's heading; what they hold can be pasted as it is."""
    text = emit_queries(designs[name])
    calls = calls_of(designs[name])
    assert ["sh", "python", "javascript"] * len(calls) == [language for language, _ in blocks(text)]
    for language, code in blocks(text):
        if language == "python":
            compile(code, "block.py", "exec")
        elif language == "sh":
            subprocess.run(["sh", "-n"], input=code, text=True, timeout=60, check=True)
        else:
            assert code.startswith("import {")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert [f"## {name}" for name in dict.fromkeys(call.pattern for call in calls)] == headings


@pytest.mark.parametrize("name", ALL)
def test_python_is_laid_out_as_ruff_does(designs: dict[str, Design], name: str) -> None:
    """So nobody's formatter changes what was pasted."""
    ruff = Path(sys.executable).with_name("ruff")
    text = emit_queries(designs[name], language="python")
    done = subprocess.run(
        [ruff, "format", "--isolated", "--line-length", "80", "-"],
        input=text.encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert text == done.stdout.decode()


KV = """\
## get_user_by_api_key

A user by API key

```sh
aws dynamodb query \\
  --table-name kv-storage-data \\
  --index-name GSI1 \\
  --key-condition-expression '#GSI1PK = :GSI1PK AND #GSI1SK = :GSI1SK' \\
  --expression-attribute-names '{"#GSI1PK": "GSI1PK", "#GSI1SK": "GSI1SK"}' \\
  --expression-attribute-values '{
    ":GSI1PK": {"S": "APIKEY#abc123"},
    ":GSI1SK": {"S": "METADATA"}
  }'
```

```python
import boto3

client = boto3.client("dynamodb")

paginator = client.get_paginator("query")
pages = paginator.paginate(
    TableName="kv-storage-data",
    IndexName="GSI1",
    KeyConditionExpression="#GSI1PK = :GSI1PK AND #GSI1SK = :GSI1SK",
    ExpressionAttributeNames={"#GSI1PK": "GSI1PK", "#GSI1SK": "GSI1SK"},
    ExpressionAttributeValues={
        ":GSI1PK": {"S": "APIKEY#abc123"},
        ":GSI1SK": {"S": "METADATA"},
    },
)
items = [item for page in pages for item in page["Items"]]
```

```javascript
import { DynamoDBClient, paginateQuery } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});

const input = {
  TableName: "kv-storage-data",
  IndexName: "GSI1",
  KeyConditionExpression: "#GSI1PK = :GSI1PK AND #GSI1SK = :GSI1SK",
  ExpressionAttributeNames: { "#GSI1PK": "GSI1PK", "#GSI1SK": "GSI1SK" },
  ExpressionAttributeValues: {
    ":GSI1PK": { S: "APIKEY#abc123" },
    ":GSI1SK": { S: "METADATA" },
  },
};
const items = [];
for await (const page of paginateQuery({ client }, input)) {
  items.push(...page.Items);
}
```
"""


def test_a_section_reads_as_a_person_would_write_it(designs: dict[str, Design]) -> None:
    """A heading, what it is for, and three ways to do it."""
    text = emit_queries(designs["kv-storage"])
    start = text.index("## get_user_by_api_key")
    assert KV == text[start : text.index("\n## list_user_namespaces")]


def test_only_what_has_no_limit_is_paged(designs: dict[str, Design]) -> None:
    """A pattern with a limit asks once."""
    text = emit_queries(designs["forum"], language="javascript")
    first, second = text.partition("export async function getThread()")[::2]
    assert "new QueryCommand(input" not in first
    assert "new QueryCommand({" in first
    assert "paginateQuery({ client }, input)" in second


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_a_table_without_a_fixed_name_has_that_of_the_environment(
    designs: dict[str, Design], language: str | None
) -> None:
    """TABLE_NAME, and for an index its id; a name that is given replaces it."""
    text = emit_queries(designs["settings"], language=language)
    uses = {
        "cli": ['--table-name "$TABLE_NAME"', '--index-name "$BY_OWNER_NAME"', ': "${TABLE_NAME:?'],
        "python": ['TableName=os.environ["TABLE_NAME"]', 'IndexName=os.environ["BY_OWNER_NAME"]'],
        "javascript": ["TableName: process.env.TABLE_NAME", "IndexName: process.env.BY_OWNER_NAME"],
        None: ["They read `TABLE_NAME` and `BY_OWNER_NAME` from the environment."],
    }
    assert all(each in text for each in uses[language])
    named = emit_queries(designs["settings"], language=language, table_name="settings-test")
    assert "TABLE_NAME" not in named
    assert "settings-test" in named


@pytest.mark.parametrize("name", ["a", "a b", "x" * 256, "", "a/b", "arn:aws:dynamodb:x"])
def test_what_cannot_name_a_table_is_refused(designs: dict[str, Design], name: str) -> None:
    """With what a name is made of."""
    with pytest.raises(UsageError, match="is no name of a table") as refused:
        emit_queries(designs["kv-storage"], table_name=name)
    assert "use 3 to 255 letters" in refused.value.help


def test_a_tables_arn_names_it(designs: dict[str, Design]) -> None:
    """As DynamoDB takes it, for tables of other accounts."""
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/kv"
    assert f"--table-name {arn} " in emit_queries(designs["kv-storage"], language="cli", table_name=arn)


def test_an_unknown_language_is_refused(designs: dict[str, Design]) -> None:
    """With the nearest right one."""
    with pytest.raises(UsageError, match="there is no language `pyton`") as refused:
        emit_queries(designs["kv-storage"], language="pyton")
    assert "did you mean `python`?" == refused.value.help


def test_names_that_a_language_keeps_get_an_underscore() -> None:
    """And names that become the same get a number."""
    assert ["class_", "get", "get2"] == unique_names(["class", "get", "get"], python.TAKEN)
    assert ["delete_", "client_", "getUser"] == unique_names(["delete", "client", "getUser"], javascript.TAKEN)


def test_a_design_without_access_patterns_has_no_queries(tmp_path: Path) -> None:
    """And what is printed is still a program of its language."""
    design = design_of(tmp_path, "entities: {thing: {keys: {PK: 'T#{id}', SK: T}, attributes: {id: string}}}\n")
    compile(emit_queries(design, language="python"), "queries.py", "exec")
    subprocess.run(["sh", "-n"], input=emit_queries(design, language="cli"), text=True, timeout=60, check=True)
    assert "DynamoDBClient" in emit_queries(design, language="javascript")
    assert [] == blocks(emit_queries(design))


def test_output_is_the_same_every_time(tmp_path: Path) -> None:
    """Whatever the order of hashes."""
    copy_designs(tmp_path, "shop")
    told = {run("emit", "queries", cwd=tmp_path, variables={"PYTHONHASHSEED": seed}).told for seed in ("1", "2")}
    assert 1 == len(told)


def test_the_function_is_one_of_the_library() -> None:
    """`import cfn_table` offers it."""
    assert cfn_table.emit_queries is emit_queries
