"""Queries of a design in all languages, run as programs against DynamoDB Local."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

import cfn_table
from cfn_table.design.attribute_values import plain_value
from cfn_table.design.design import Design
from cfn_table.design.generated_names import camel_case
from cfn_table.design.items import complete_item
from cfn_table.design.requests import stored_item
from cfn_table.emit.queries import javascript, python, unique_names
from cfn_table.emit.queries.calls import calls_of
from tests.engines import install
from tests.prove.tables import table_from_template

# For designs that leave the name to CloudFormation.
TABLE = "named-at-deployment"
# One session reads the service's description once for all clients.
SESSION = boto3.Session(region_name="us-east-1")

Entities = dict[str, dict[str, Any]]

# Version 2 of the AWS CLI is no package. In what these commands use it differs from version 1 in one thing: with
# `--cli-binary-format base64`, its default, JSON holds binary values as base64.
AWS = """\
#!{python}
import sys
from awscli.clidriver import main

if "--cli-binary-format" in sys.argv:
    from botocore.serialize import Serializer

    at = sys.argv.index("--cli-binary-format")
    assert "base64" == sys.argv[at + 1]
    del sys.argv[at : at + 2]
    Serializer._get_base64 = lambda self, value: value
sys.exit(main())
"""

# Each account has a module of its own, since a client keeps the credentials that it has found.
NODE = """\
import { readFileSync } from "node:fs";

const answers = [];
for (const [name, account] of JSON.parse(readFileSync(0, "utf8"))) {
  process.env.AWS_ACCESS_KEY_ID = account;
  const queries = await import(`./queries.mjs?${account}`);
  answers.push((await queries[name]()) ?? null);
}
function binary(key, value) {
  return this[key] instanceof Uint8Array ? Buffer.from(this[key]).toString("base64") : value;
}
console.log(JSON.stringify(answers, binary));
"""


class Bench:
    """A design, its samples, and a folder with the queries in all languages."""

    def __init__(self, design: Design, folder: Path, endpoint: str) -> None:
        self.design = design
        self.folder = folder
        self.endpoint = endpoint
        self.calls = {call.name: call for call in calls_of(design)}
        self.python = dict(zip(self.calls, unique_names(self.calls, python.TAKEN), strict=True))
        functions = unique_names(map(camel_case, self.calls), javascript.TAKEN)
        self.javascript = dict(zip(self.calls, functions, strict=True))
        self.modules: dict[str, dict[str, Any]] = {}
        template = json.loads(cfn_table.render_json(cfn_table.to_plain(cfn_table.synthesize(design))))
        properties = template["Resources"][design.logical_id]["Properties"]
        properties.setdefault("TableName", TABLE)
        # Samples are of the past, and the engine deletes what has expired.
        properties.pop("TimeToLiveSpecification", None)
        self.template = template
        for language, name in (("cli", "queries.sh"), ("python", "queries.py"), ("javascript", "queries.mjs")):
            (folder / name).write_text(cfn_table.emit_queries(design, language=language), encoding="utf-8")
        (folder / "run.mjs").write_text(NODE, encoding="utf-8")
        (folder / "node_modules").symlink_to(install.javascript_sdk() / "node_modules")
        aws = install.aws_cli()
        (folder / "bin").mkdir()
        (folder / "bin" / "aws").write_text(AWS.format(python=aws.parent / "python"), encoding="utf-8")
        (folder / "bin" / "aws").chmod(0o755)

    def environment(self, account: str) -> dict[str, str]:
        """The environment of a program that uses DynamoDB Local, without the user's own AWS configuration."""
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "not-a-secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_PAGER": "",
            "NO_PROXY": "*",
            "LC_ALL": "C.UTF-8",
            "TABLE_NAME": TABLE,
        }

    def samples(self) -> Entities:
        """The first sample of each entity, as it is stored."""
        return {
            name: dict(complete_item(self.design, name, view.entity.samples[0]).attributes)
            for name, view in self.design.entities.items()
        }

    def changed(self, entities: Entities, changes: Mapping[str, Mapping[str, Any] | None]) -> Entities:
        """Other items: some with other attributes, some with none."""
        found: Entities = {}
        samples = self.samples()
        for name in samples:
            change = changes.get(name, {})
            if change is not None and (name in entities or name in changes):
                both = {**entities.get(name, samples[name]), **change}
                gone = {key for key, value in change.items() if value is None}
                found[name] = {key: value for key, value in both.items() if key not in gone}
        return found

    def table(self, account: str, entities: Entities) -> Any:
        """A client of an account with the design's table, which holds the items."""
        config = Config(retries={"total_max_attempts": 2}, proxies={})
        client = SESSION.client(
            "dynamodb",
            endpoint_url=self.endpoint,
            aws_access_key_id=account,
            aws_secret_access_key="not-a-secret",
            config=config,
        )
        name = table_from_template(client, self.template, self.design.logical_id)
        for entity, attributes in entities.items():
            whole = complete_item(self.design, entity, self.design.entities[entity].entity.samples[0])
            item = type(whole)(entity, attributes, whole.key, whole.values)
            client.put_item(TableName=name, Item=stored_item(self.design, item))
        return client

    def stored(self, client: Any) -> list[Any]:
        """All items of the only table, sorted."""
        (name,) = client.list_tables()["TableNames"]
        return in_order([plain(item, coded=False) for item in client.scan(TableName=name)["Items"]])

    def run_all(self, accounts: Mapping[tuple[str, str], str], *some: str) -> dict[tuple[str, str], Any]:
        """What each call, or some of them, returned, by language and name."""
        names = list(some or self.calls)
        with ThreadPoolExecutor(2) as pool:
            scripts = pool.map(lambda name: self.run_script(name, accounts["cli", name]), names)
            node = self.run_node([(self.javascript[name], accounts["javascript", name]) for name in names])
            found = {("javascript", name): answer for name, answer in zip(names, node, strict=True)}
            for name in names:
                found["python", name] = self.run_python(self.python[name], accounts["python", name])
            found |= {("cli", name): answer for name, answer in zip(names, scripts, strict=True)}
        return found

    def run_script(self, name: str, account: str) -> Any:
        """What the shell script prints, as the other languages return it."""
        printed = self.run(["sh", "queries.sh", name], account)
        answer = json.loads(printed) if printed.strip() else {}
        call = self.calls[name]
        assert not answer.get("UnprocessedItems"), answer
        if call.operation == "BatchGetItem":
            return answer["Responses"][call.table]
        if call.operation == "TransactGetItems":
            return [each["Item"] for each in answer["Responses"]]
        return answer.get("Item", answer.get("Items"))

    def run_node(self, calls: list[tuple[str, str]]) -> Any:
        """What the functions of the ES module return, one after the other."""
        return json.loads(self.run([install.node(), "run.mjs"], "0", json.dumps(calls)))

    def run(self, command: list[str], account: str, given: str = "") -> str:
        """What a command prints; it must succeed."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(account),
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert 0 == done.returncode, f"{command} {done.stdout} {done.stderr}"
        return done.stdout

    def run_python(self, name: str, account: str) -> Any:
        """What a function of the Python module returns."""
        with pytest.MonkeyPatch.context() as patch:
            for variable, value in self.environment(account).items():
                patch.setenv(variable, value)
            # A client keeps the credentials that its session has found: each account has a module of its own.
            patch.setattr(boto3, "DEFAULT_SESSION", None)
            if account not in self.modules:
                self.modules[account] = {"__name__": "queries"}
                text = (self.folder / "queries.py").read_text(encoding="utf-8")
                exec(compile(text, "queries.py", "exec"), self.modules[account])
            return self.modules[account][name]()


def plain(item: Mapping[str, Any], *, coded: bool) -> dict[str, Any]:
    """An item's plain values; with `coded`, its binary values are base64."""

    def decoded(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                kind: base64.b64decode(inner)
                if kind == "B" and isinstance(inner, str)
                else [base64.b64decode(each) for each in inner]
                if kind == "BS"
                else decoded(inner)
                for kind, inner in value.items()
            }
        return [decoded(each) for each in value] if isinstance(value, list) else value

    return {name: plain_value(decoded(value) if coded else value) for name, value in item.items()}


def in_order(items: list[Any]) -> list[Any]:
    """Items in an order that their values give."""
    return sorted(items, key=lambda item: sorted((name, repr(value)) for name, value in item.items()))
