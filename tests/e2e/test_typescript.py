"""Requests of emitted TypeScript do what the design says, sent by the SDK's document client to DynamoDB Local."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest

import cfn_table
from cfn_table.design.load import load_design
from cfn_table.emit.types.typescript import emit_typescript
from cfn_table.prove.engines.process import Server
from tests.engines import install
from tests.engines.install import ROOT, EngineUnavailableError
from tests.engines.require import engine_or_skip
from tests.prove.tables import table_from_template

PATHS = {"kv-storage": ROOT / "templates/kv-storage.yaml", "hurting": ROOT / "tests/emit/hurting.yaml"}
# DynamoDB Local keeps access keys apart.
ACCOUNTS = {"kv-storage": "300000000001", "hurting": "300000000002"}

CLIENT = """\
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as sdk from '@aws-sdk/lib-dynamodb';

const client = sdk.DynamoDBDocumentClient.from(new DynamoDBClient({}));
const answers: unknown[] = [];
"""

STEPS = {
    "kv-storage": """\
import * as kv from './kv-storage.js';
const at = '2024-01-01T00:00:00Z';
const user: kv.User = { userId: 'u1', email: 'a@b.c', apiKey: 'k1', plan: 'pro', createdAt: at, updatedAt: at };
const key: kv.Key = { namespace: 'app', key: 'user:1#x', value: { deep: [1, null] }, createdAt: at, updatedAt: at };
const named = { namespace: 'app', key: 'user:1#x' };
await client.send(new sdk.PutCommand({ TableName: kv.TABLE_NAMES.tableName, Item: kv.userItem(user) }));
await client.send(new sdk.PutCommand(kv.manageKeyPutItem(key)));
const { Item: found } = await client.send(new sdk.GetCommand(kv.getUserById({ userId: 'u1' })));
answers.push(kv.isUser(found) && found.plan);
answers.push((await client.send(new sdk.QueryCommand(kv.getUserByApiKey({ apiKey: 'k1' })))).Items?.[0]?.email);
answers.push((await client.send(new sdk.GetCommand(kv.reportUser({ userId: 'u1' })))).Item);
const listed = await client.send(new sdk.QueryCommand(kv.listKeysByPrefix({ namespace: 'app', prefix: 'user:' })));
answers.push(listed.Items?.map((each) => kv.isKey(each) && kv.parseKeyKey(each)));
await client.send(new sdk.UpdateCommand(kv.manageKeyUpdateItem({ ...named, updatedAt: at, value: 'new' })));
answers.push((await client.send(new sdk.GetCommand(kv.manageKeyGetItem(named)))).Item?.value);
await client.send(new sdk.DeleteCommand(kv.manageKeyDeleteItem(named)));
answers.push((await client.send(new sdk.GetCommand(kv.manageKeyGetItem(named)))).Item ?? null);
""",
    "hurting": """\
import * as hurting from './hurting.js';
const named = { thingId: 'a\\'b"c', moment: '2024-01-31T12:00:00Z' };
const thing: hurting.Thing = {
  ...named, "it's": "it's", 'say "hi"': 'hi', 'a b-c': ' x ', $HOME: '$HOME', '`id`': '`', 日本語: '\\u{1F600}',
  'back\\\\slash': '\\\\', lines: 'one\\ntwo', separators: '\\u2028', comment: '*/', class: '${d}', digits: 7,
  tiny: -1.5e-100, nested: { a: 1 }, mixed: [null, 'x'], raw: Uint8Array.of(0, 255), labels: new Set(["it's"]),
  figures: new Set([0.1]), blobs: new Set([Uint8Array.of(1)]), empty: '',
};
await client.send(new sdk.PutCommand(hurting.deletePutItem(thing)));
const { Item: found } = await client.send(new sdk.GetCommand(hurting.class_(named)));
answers.push(hurting.isThing(found) && found['日本語'], found?.raw);
const wanted = { its: "it's", hi: 'h', label: "it's", lines: 'one\\ntwo', separators: '\\u2028' };
const things = hurting.things({ ...wanted, thingId: named.thingId });
answers.push((await client.send(new sdk.QueryCommand(things))).Count);
answers.push((await client.send(new sdk.ScanCommand(hurting.list({ most: 5 })))).Count);
const batch = await client.send(new sdk.BatchGetCommand(hurting.esac([hurting.thingKey(named)])));
answers.push(batch.Responses?.[hurting.TABLE_NAMES.tableName]?.length);
""",
}

ANSWERS: dict[str, list[Any]] = {
    "kv-storage": [
        "pro",
        "a@b.c",
        {"userId": "u1", "plan": "pro"},
        [{"namespace": "app", "key": "user:1#x"}],
        "new",
        None,
    ],
    "hurting": ["\U0001f600", {"0": 0, "1": 255}, 1, 1, 1],
}


@pytest.mark.parametrize("name", PATHS)
def test_requests_do_what_the_design_says(name: str, tmp_path: Path, dynamodb_local: Server) -> None:
    """Items that are put come back, by key, by index and in part; they are changed and deleted."""
    try:
        engine = install.typescript()
    except EngineUnavailableError as reason:
        engine_or_skip(str(reason))
    design = load_design(PATHS[name], environment={})
    template = json.loads(cfn_table.render_json(cfn_table.to_plain(cfn_table.synthesize(design))))
    template["Resources"][design.logical_id]["Properties"].pop("TimeToLiveSpecification", None)
    client = boto3.client(
        "dynamodb",
        endpoint_url=dynamodb_local.endpoint,
        region_name="us-east-1",
        aws_access_key_id=ACCOUNTS[name],
        aws_secret_access_key="not-a-secret",
    )
    table_from_template(client, template, design.logical_id)
    made = emit_typescript(design)
    (tmp_path / made.name).write_text(made.text, encoding="utf-8")
    program = CLIENT + STEPS[name] + "console.log(JSON.stringify(answers));\nexport {};\n"
    (tmp_path / "program.ts").write_text(program, encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(engine / "node_modules")
    options = (
        "--strict --target es2022 --module esnext --moduleResolution bundler --skipLibCheck --outDir js program.ts"
    )
    compiled = subprocess.run(
        ["node_modules/.bin/tsc", *options.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": ACCOUNTS[name],
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": dynamodb_local.endpoint,
        "NO_PROXY": "*",
    }
    done = subprocess.run(
        [install.node(), "js/program.js"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (0, "") == (done.returncode, compiled.stdout + done.stderr), compiled.stdout + done.stderr
    assert ANSWERS[name] == json.loads(done.stdout)
