"""Emitted Python modules with boto3's resource: what is asked for is stored and comes back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cfn_table.design.design import Design, KeySchema
from cfn_table.design.generated_names import snake_case
from cfn_table.design.items import Item
from cfn_table.design.requests import Inputs, derive
from cfn_table.emit.samples import sample_inputs, sample_items
from cfn_table.emit.types import TypeFile
from cfn_table.emit.types.calls import Call, calls_of
from tests.emit.types.python_modules import Module

ACCOUNTS = itertools.count(300_000_000_001)
REFUSED: dict[str, list[str]] = {
    "kv-storage": [],
    "shop": ["ship_order"],
    "hurting": [],
    "forum": [],
    "team-space": [],
}
"""Design → the functions whose conditions its samples do not meet, so that DynamoDB refuses."""


@pytest.fixture(params=["moto", pytest.param("dynamodb-local", marks=pytest.mark.engine)])
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The client of a resource, which takes and gives native values."""
    # DynamoDB Local keeps access keys apart.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", str(next(ACCOUNTS)))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    if request.param == "moto":
        with mock_aws():
            yield boto3.resource("dynamodb", region_name="us-east-1").meta.client
        return
    server = request.getfixturevalue("dynamodb_local")
    yield boto3.resource("dynamodb", region_name="us-east-1", endpoint_url=server.endpoint).meta.client


def create_table(client: Any, design: Design) -> None:
    """The design's table and indexes, under the names `table` and `index …`."""

    def schema(keys: KeySchema) -> list[dict[str, str]]:
        kinds = [*(("HASH", name) for name in keys.partition), *(("RANGE", name) for name in keys.sort)]
        return [{"AttributeName": name, "KeyType": kind} for kind, name in kinds]

    indexes = [
        {"IndexName": f"index-{ref}", "KeySchema": schema(keys), "Projection": {"ProjectionType": "ALL"}}
        for ref, keys in design.key_schemas.items()
    ]
    client.create_table(
        TableName="table",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=schema(design.table_keys),
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in design.key_types.items()],
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    )


def within_boto3(item: Item) -> Item:
    """An item without the smallest numbers that DynamoDB has, which boto3 itself refuses."""
    values = {
        name: Decimal("-1.5") if isinstance(value, Decimal) and value and value.adjusted() < -100 else value
        for name, value in item.values.items()
    }
    return replace(item, values=values)


class Run:
    """One call on a table that holds the samples, but not what the call puts."""

    def __init__(self, client: Any, module: Module, call: Call) -> None:
        design = module.design
        (request,) = [each for each in derive(design, call.pattern) if each.operation == call.operation]
        found = sample_inputs(design, design.pattern(call.pattern), request)
        self.inputs = Inputs(found.arguments, [within_boto3(each) for each in found.items], found.keys)
        samples = [module.item(within_boto3(i)) for each in design.entities for i in sample_items(design, each)]
        self.put = [module.item(each) for each in self.inputs.items]
        keys = [self.key(design, each) for each in self.put]
        self.samples = [each for each in samples if self.key(design, each) not in keys]
        create_table(client, design)
        for item in self.samples:
            client.put_item(TableName="table", Item=item)
        names = {"table_name": "table", "index_names": {ref: f"index-{ref}" for ref in design.indexes}}
        self.request = module.request(call, self.inputs, names)
        self.answer = getattr(client, snake_case(call.operation))(**self.request)
        self.stored = client.scan(TableName="table")["Items"]

    def key(self, design: Design, item: dict[str, Any]) -> dict[str, Any]:
        """The table's key of an item."""
        return {each: item[each] for each in design.table_keys.names}


@pytest.mark.parametrize("name", REFUSED)
def test_each_function_does_what_it_says(
    name: str, every: dict[str, Design], modules: dict[str, TypeFile], client: Any
) -> None:
    """Reads give samples of their entities, what is put is there as it was made, and what is deleted is not."""
    module = Module(every[name], modules[name])
    refused = []
    for call in calls_of(module.design):
        try:
            require_effect(module, call, Run(client, module, call))
        except (client.exceptions.ConditionalCheckFailedException, client.exceptions.TransactionCanceledException):
            refused.append(call.function.python)
        client.delete_table(TableName="table")
    assert REFUSED[name] == refused


def require_effect(module: Module, call: Call, run: Run) -> None:
    """Fail unless a call gave, or left in the table, what its design says."""
    key = run.request.get("Key", {})
    same = [each for each in run.stored if each.items() >= key.items()] if key else []
    if call.operation == "GetItem":
        (expected,) = same
        names = expected if call.returns is None else call.returns
        assert {each: expected[each] for each in names if each in expected} == run.answer["Item"], call.pattern
    elif call.operation in ("Query", "Scan"):
        entities = {entity for each in run.answer["Items"] for entity in module.entities_of(each)}
        assert entities or call.returns is not None, call.pattern
        assert entities <= set(call.entities or module.design.entities), call.pattern
    elif call.operation == "BatchGetItem":
        keys = run.request["RequestItems"]["table"]["Keys"]
        assert len(keys) == len(run.answer["Responses"]["table"]), call.pattern
    elif call.operation == "UpdateItem":
        (after,) = same
        before = [each for each in run.samples if each.items() >= key.items()]
        assert list(call.entities) == module.entities_of(after), call.pattern
        assert before != [after] or not call.arguments, call.pattern
    elif call.operation == "DeleteItem":
        assert [] == same, call.pattern
    else:
        assert all(each in run.stored for each in run.put), call.pattern
