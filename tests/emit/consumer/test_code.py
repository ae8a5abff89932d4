"""The function does what its policy allows, and says what is wrong with an event."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import cfn_table
from cfn_table.design.attribute_values import plain_value
from cfn_table.design.design import Design
from cfn_table.design.generated_names import snake_case
from cfn_table.design.requests import Inputs, Request, call_parameters, derive, stored_item
from cfn_table.emit.consumer import sample_event
from cfn_table.emit.consumer.functions import Module, Offer
from cfn_table.emit.samples import sample_inputs, sample_items
from cfn_table.emit.types.calls import calls_of
from cfn_table.prove.engines.deployed import Deployed
from cfn_table.prove.engines.moto import moto_engine
from tests.emit.consumer.conftest import ALL, Consumer, consumer_of

PARAMETERS = {"settings": {"KeyArn": "arn:aws:kms:us-east-1:123456789012:key/k"}}
"""Design → what its template must be given."""


@dataclass
class Bench:
    """A consumer's function beside the table that its producer's template makes."""

    consumer: Consumer
    deployed: Deployed
    module: dict[str, Any]

    def made_ready(self, inputs: Inputs) -> list[Any]:
        """Make the table hold the samples of every entity but those that are put; what it holds then."""
        client, table, design = self.deployed.client, self.deployed.names.table, self.consumer.design
        for item in client.scan(TableName=table)["Items"]:
            client.delete_item(TableName=table, Key={name: item[name] for name in design.table_keys.names})
        put = [each.key for each in inputs.items]
        for each in (item for entity in design.entities for item in sample_items(design, entity)):
            if each.key not in put:
                client.put_item(TableName=table, Item=stored_item(design, each))
        return self.stored()

    def stored(self) -> list[Any]:
        """All that the table holds."""
        found = self.deployed.client.scan(TableName=self.deployed.names.table)["Items"]
        return sorted((plain(values_of(item)) for item in found), key=lambda item: json.dumps(item, sort_keys=True))

    def call(self, event: Any) -> Any:
        """What the function answers, through JSON both ways as Lambda does."""
        return json.loads(json.dumps(self.module["handler"](json.loads(json.dumps(event)), None)))

    def expected(self, request: Request, inputs: Inputs) -> Any:
        """What the request itself, as cfn-table derives it, is answered."""
        parameters = call_parameters(self.consumer.design, request, inputs, self.deployed.names)
        try:
            response = getattr(self.deployed.client, snake_case(request.operation))(**parameters)
        except ClientError as error:
            return {"error": str(error)}
        return {"result": plain(_result(request.operation, response))}


def _result(operation: str, response: Any) -> Any:
    if operation == "GetItem":
        return values_of(response["Item"])
    if operation in ("Query", "Scan"):
        return list(map(values_of, response["Items"]))
    if operation == "BatchGetItem":
        return [values_of(item) for items in response["Responses"].values() for item in items]
    if operation == "TransactGetItems":
        return [values_of(each["Item"]) for each in response["Responses"]]
    return None


def plain(value: Any) -> Any:
    """A value as the function answers it."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def values_of(item: dict[str, Any]) -> dict[str, Any]:
    """An item's native values, with the members of sets in the order of their JSON."""
    return {
        name: sorted(map(plain, plain_value(value))) if next(iter(value)) in ("SS", "NS", "BS") else plain_value(value)
        for name, value in item.items()
    }


def offers_of(design: Design, policy: str) -> list[Offer]:
    """What events may ask of a consumer."""
    (chosen,) = [each for each in design.policies if each.name == policy]
    allowed = [grant.pattern for grant in chosen.file.allow]
    calls = [call for pattern in allowed for call in calls_of(design) if call.pattern == pattern]
    return Module(design, calls).offers


def environment(consumer: Consumer, deployed: Deployed) -> Iterator[tuple[str, str]]:
    """The function's variables, with what the producer's stack exports."""
    properties = consumer.load()["Resources"]["Function"]["Properties"]
    exports = {
        part: deployed.names.indexes[ref]
        for ref, part in consumer.design.exports.items()
        if ref in deployed.names.indexes
    }
    exports["TableName"] = deployed.names.table
    for name, value in properties.get("Environment", {}).get("Variables", {}).items():
        yield name, exports[value["Fn::ImportValue"]["Fn::Sub"].removeprefix("${ProducerStackName}-")]


def bench_of(consumer: Consumer, patch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The table in this process, and the function."""
    template = cfn_table.to_plain(cfn_table.synthesize(consumer.design))
    with moto_engine(consumer.design, template, parameters=PARAMETERS.get(consumer.design.name)) as deployed:
        for name, value in environment(consumer, deployed):
            patch.setenv(name, value)
        module: dict[str, Any] = {"__name__": "index"}
        exec(compile(consumer.code, "index.py", "exec"), module)
        yield Bench(consumer, deployed, module)


@pytest.fixture
def bench(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The function of one consumer."""
    if request.param.startswith("hurting-"):
        consumer = consumer_of(request.getfixturevalue("hurting"), request.param.removeprefix("hurting-"))
    else:
        consumer = request.getfixturevalue("consumers")[request.param]
    yield from bench_of(consumer, monkeypatch)


@pytest.mark.parametrize(
    "bench", [name for name in ALL if name != "team-space-replication"] + ["hurting-all"], indirect=True
)
def test_every_pattern_does_what_its_request_does(bench: Bench) -> None:
    """Called with values of the samples, it answers and leaves what the derived request answers and leaves."""
    design = bench.consumer.design
    offers = offers_of(design, bench.consumer.policy)
    assert [each.name for each in offers] == list(bench.module["PATTERNS"])
    for offer in offers:
        pattern = design.pattern(offer.call.pattern)
        (request,) = [each for each in derive(design, offer.call.pattern) if each.operation == offer.call.operation]
        inputs = sample_inputs(design, pattern, request)
        before = bench.made_ready(inputs)
        answer = bench.call(sample_event(design, offer))
        after = bench.stored()
        assert before == bench.made_ready(inputs)
        assert bench.expected(request, inputs) == answer, offer.name
        assert bench.stored() == after, offer.name
        if offer.name == "ship_order":  # the sample is placed, and only what is paid is shipped
            assert "ConditionalCheckFailedException" in answer["error"]
        else:
            assert answer["result"] or before != after, offer.name


ITEMS: list[tuple[dict[str, Any], str]] = [
    ({"key": ""}, "`key` must match .+"),
    ({"ttl": 1.5}, "`ttl` must be a whole number"),
    ({"ttl": True}, "`ttl` must be a number of at most 38 digits"),
    ({"createdAt": "2024-13-01T00:00:00Z"}, "`createdAt` must be a moment such as 2024-01-31T12:00:00Z"),
    ({"createdAt": "2024-01-01"}, "`createdAt` must be a moment such as 2024-01-31T12:00:00Z"),
    ({"value": 10**40 + 1}, "`value` must be a number of at most 38 digits"),
    ({"colour": "red"}, "`colour` is not known in `key`"),
]
"""What an item has otherwise, and what is wrong with it then."""


@pytest.mark.parametrize("bench", ["kv-storage-api"], indirect=True)
def test_a_wrong_event_is_answered_with_what_is_wrong(bench: Bench) -> None:
    """In the words of the event, and nothing is sent."""
    item: dict[str, Any] = {
        "namespace": "myapp",
        "key": "k",
        "value": 1,
        "createdAt": "2024-01-01T00:00:00Z",
        "updatedAt": "2024-01-01T00:00:00Z",
    }
    names = ", ".join(bench.module["PATTERNS"])
    wrong: list[tuple[Any, str]] = [
        ([], "the event must be an object"),
        ({}, f"`pattern` must be one of {names}"),
        ({"pattern": "report_user"}, f"`pattern` must be one of {names}"),
        ({"pattern": ["get_namespace"]}, f"`pattern` must be one of {names}"),
        ({"pattern": "get_namespace"}, "`namespace` is missing in `parameters`"),
        ({"pattern": "get_namespace", "parameters": []}, "`parameters` must be an object"),
        (
            {"pattern": "get_namespace", "parameters": {"namespace": "a#b"}},
            "`namespace` must be a text that is not empty and without `#`",
        ),
        (
            {"pattern": "get_namespace", "parameters": {"namespace": 1}},
            "`namespace` must be a text that is not empty and without `#`",
        ),
        (
            {"pattern": "get_namespace", "parameters": {"namespace": "a", "x": 1}},
            "`x` is not known in `parameters`",
        ),
        (
            {"pattern": "list_keys_by_prefix", "parameters": {"namespace": "a", "prefix": None}},
            "`prefix` must be a text",
        ),
        *(
            ({"pattern": "manage_key_put_item", "parameters": {"key": {**item, **change}}}, message)
            for change, message in ITEMS
        ),
    ]
    for event, message in wrong:
        assert {"error": message} == bench.call(event), event
    assert [] == bench.stored()


@pytest.mark.parametrize("bench", ["kv-storage-api"], indirect=True)
def test_a_condition_that_fails_is_an_answer(bench: Bench) -> None:
    """What DynamoDB refuses because of the event is no failure of the function; what else it refuses is one."""
    bench.made_ready(Inputs())
    (offer,) = [each for each in offers_of(bench.consumer.design, "api") if each.name == "manage_key_put_item"]
    assert "ConditionalCheckFailedException" in bench.call(sample_event(bench.consumer.design, offer))["error"]
    client = bench.deployed.client
    client.update_table(TableName=bench.deployed.names.table, DeletionProtectionEnabled=False)
    client.delete_table(TableName=bench.deployed.names.table)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        bench.call({"pattern": "get_namespace", "parameters": {"namespace": "myapp"}})


@pytest.mark.parametrize("bench", ["kv-storage-api"], indirect=True)
def test_numbers_come_back_as_they_went(bench: Bench) -> None:
    """JSON has no Decimal, and DynamoDB no float."""
    value = {"whole": 12, "part": 0.1, "big": 10**37 + 1, "list": [None, True, -1e-7, "1"]}
    item = {
        "namespace": "n",
        "key": "k",
        "value": value,
        "createdAt": "2024-01-01T00:00:00Z",
        "updatedAt": "2024-01-01T00:00:00Z",
    }
    assert {"result": None} == bench.call({"pattern": "manage_key_put_item", "parameters": {"key": item}})
    got = bench.call({"pattern": "manage_key_get_item", "parameters": {"namespace": "n", "key": "k"}})
    assert value == got["result"]["value"]


@pytest.mark.parametrize("bench", ["shop-checkout"], indirect=True)
def test_a_batch_of_nothing_is_refused(bench: Bench) -> None:
    """Before DynamoDB has to."""
    assert {"error": "there is nothing to read"} == bench.call({"pattern": "get_products", "parameters": {}})


def test_changes_of_the_table_are_received(consumers: dict[str, Consumer], capsys: pytest.CaptureFixture[str]) -> None:
    """Each record of the stream is logged, to begin with."""
    module: dict[str, Any] = {"__name__": "index"}
    exec(compile(consumers["team-space-replication"].code, "index.py", "exec"), module)
    keys = {"pk": {"S": "T#acme"}, "sk": {"S": "TEAM"}}
    module["handler"]({"Records": [{"eventName": "INSERT", "dynamodb": {"Keys": keys}}]}, None)
    assert f"INSERT {json.dumps(keys)}\n" == capsys.readouterr().out


@pytest.mark.parametrize("width", [80, 88])
@pytest.mark.parametrize("name", [*ALL, "hurting-all", "hurting-reader"])
def test_the_code_is_laid_out_as_ruff_does(
    consumers: dict[str, Consumer], hurting: Design, name: str, width: int
) -> None:
    """In lines of 80 as of 88 columns, and nothing in it is unused."""
    is_hurting = name.startswith("hurting-")
    code = (consumer_of(hurting, name.removeprefix("hurting-")) if is_hurting else consumers[name]).code
    ruff = str(Path(sys.executable).with_name("ruff"))
    formatted = subprocess.run(
        [ruff, "format", "--isolated", "--line-length", str(width), "-"],
        input=code.encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert code == formatted.stdout.decode()
    checked = subprocess.run(
        [ruff, "check", "--isolated", "--select", "B,E4,E7,E9,F,I,UP", "-"],
        input=code.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert 0 == checked.returncode, checked.stdout.decode()
