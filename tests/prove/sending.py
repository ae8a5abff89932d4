"""Sending what access patterns send: to moto, with the items and arguments that a design's samples give."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

from cfn_table.design.design import Design
from cfn_table.design.items import Item, complete_item
from cfn_table.design.requests import Inputs, Names, Request, call_parameters, derive, parameters
from cfn_table.prove.capture import Capture
from cfn_table.prove.sent import Sent

SAMPLE_TEXT = {
    "string": "a",
    "number": Decimal(1),
    "boolean": True,
    "binary": b"a",
    "epoch": Decimal(1),
}
"""A value for parameters of which no sample says anything."""


def names_of(design: Design) -> Names:
    """Physical names that are unlike those of the design."""
    return Names("deployed-table", {each: f"deployed-{each}" for each in design.indexes})


def items_of(design: Design) -> dict[str, Item]:
    """The first sample of each entity."""
    return {name: complete_item(design, name, view.entity.samples[0]) for name, view in design.entities.items()}


def inputs_of(design: Design, request: Request) -> Inputs:
    """Arguments, items and keys for a request, all from samples."""
    items = items_of(design)
    entities = [name for each in (request, *request.parts) for name in each.entities] or list(items)
    values = {name: value for entity in reversed(entities) for name, value in items[entity].values.items()}
    arguments = {
        name: values.get(request.renamed.get(name, name), SAMPLE_TEXT.get(kind, "a"))
        for name, kind in parameters(design, request).items()
    }
    puts = [part.entities[0] for part in request.parts or (request,) if part.operation == "PutItem"]
    if request.operation == "BatchWriteItem":
        puts = entities
    keys = [(name, items[name].values) for name in entities] if request.operation == "BatchGetItem" else []
    return Inputs(arguments or values, [items[name] for name in puts], keys)


@contextmanager
def deployed(design: Design) -> Iterator[Any]:
    """A client of moto that has the design's table under `names_of`."""
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        create_table(client, design)
        yield client


def create_table(client: Any, design: Design) -> None:
    """Create the table, without anything that is no key."""
    names = names_of(design)
    used = {name for keys in design.all_keys for name in keys.names}
    indexes: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for each, keys in design.key_schemas.items():
        index = {"IndexName": names.indexes[each], "KeySchema": _schema(keys), "Projection": {"ProjectionType": "ALL"}}
        indexes[keys.local].append(index)
    more: dict[str, Any] = {}
    if indexes[True]:
        more["LocalSecondaryIndexes"] = indexes[True]
    if indexes[False]:
        more["GlobalSecondaryIndexes"] = indexes[False]
    client.create_table(
        TableName=names.table,
        KeySchema=_schema(design.table_keys),
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": design.key_types[name]} for name in sorted(used)
        ],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def _schema(keys: Any) -> list[dict[str, str]]:
    return [
        *({"AttributeName": name, "KeyType": "HASH"} for name in keys.partition),
        *({"AttributeName": name, "KeyType": "RANGE"} for name in keys.sort),
    ]


def send_all(design: Design, client: Any) -> list[Sent]:
    """Send every request of every access pattern; whether it succeeds does not matter, it is sent."""
    from botocore import xform_name
    from botocore.exceptions import ClientError

    names = names_of(design)
    capture = Capture(client)
    for pattern in design.file.access_patterns:
        for request in derive(design, pattern):
            inputs = inputs_of(design, request)
            with capture.of(pattern, inputs.arguments), suppress(ClientError):
                getattr(client, xform_name(request.operation))(**call_parameters(design, request, inputs, names))
    capture.close()
    return capture.sent
