"""What a client really sends is seen, whoever answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cfn_table
from cfn_table.design.design import Design
from cfn_table.prove.capture import Capture
from cfn_table.prove.sent import Sent
from tests.engines.install import ROOT
from tests.prove.sending import deployed, names_of

KEY = {"PK": {"S": "NS#a"}, "SK": {"S": "METADATA"}}


@pytest.fixture(scope="module")
def design() -> Design:
    """The design kv-storage."""
    return cfn_table.load_design(Path(ROOT / "templates" / "kv-storage.yaml"), environment={})


@pytest.fixture
def client(design: Design) -> Iterator[Any]:
    """A client of moto with the design's table."""
    with deployed(design) as found:
        yield found


def test_a_request_is_recorded_with_its_pattern_and_answered(design: Design, client: Any) -> None:
    """The body is that of the API, not of boto3; the simulator answers in the same event all the same."""
    capture = Capture(client)
    with capture.of("put", {"namespace": "a"}):
        client.put_item(TableName=names_of(design).table, Item=KEY)
    with capture.of("get", {"namespace": "a"}):
        assert client.get_item(TableName=names_of(design).table, Key=KEY)["Item"] == KEY
    assert [
        Sent("put", "PutItem", {"TableName": "deployed-table", "Item": KEY}, {"namespace": "a"}),
        Sent("get", "GetItem", {"TableName": "deployed-table", "Key": KEY}, {"namespace": "a"}),
    ] == capture.sent


def test_nothing_is_recorded_outside(design: Design, client: Any) -> None:
    """Neither before, nor behind, nor after an error inside; nor once it is closed."""
    capture = Capture(client)
    client.get_item(TableName=names_of(design).table, Key=KEY)
    with pytest.raises(LookupError), capture.of("get", {}):
        raise LookupError
    client.get_item(TableName=names_of(design).table, Key=KEY)
    capture.close()
    with capture.of("get", {}):
        client.get_item(TableName=names_of(design).table, Key=KEY)
    assert [] == capture.sent


def test_an_inner_pattern_gives_way_to_the_outer_one(design: Design, client: Any) -> None:
    """What is current inside of a `with` inside of a `with` ends with it."""
    capture = Capture(client)
    with capture.of("outer", {}):
        with capture.of("inner", {}):
            client.get_item(TableName=names_of(design).table, Key=KEY)
        client.get_item(TableName=names_of(design).table, Key=KEY)
    assert ["inner", "outer"] == [each.pattern for each in capture.sent]


def test_threads_have_patterns_of_their_own(design: Design, client: Any) -> None:
    """A `with` in one thread records nothing that another sends."""
    capture = Capture(client)

    def elsewhere() -> None:
        client.get_item(TableName=names_of(design).table, Key=KEY)

    with capture.of("get", {}):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert [] == capture.sent


def test_binary_values_are_bytes(design: Design, client: Any) -> None:
    """Where the API has base64, in items, lists, maps and sets; an attribute that is called `B` is none."""
    item = {
        **KEY,
        "raw": {"B": b"\x00\xff"},
        "set": {"BS": [b"\x00", b"\x01"]},
        "deep": {"L": [{"M": {"B": {"B": b"\x02"}}}]},
        "B": {"S": "AAEC"},
    }
    capture = Capture(client)
    with capture.of("put", {}):
        client.put_item(TableName=names_of(design).table, Item=item)
        client.batch_write_item(RequestItems={names_of(design).table: [{"PutRequest": {"Item": item}}]})
    assert item == capture.sent[0].body["Item"]
    assert item == capture.sent[1].body["RequestItems"]["deployed-table"][0]["PutRequest"]["Item"]


def test_a_request_that_is_tried_again_is_one(design: Design, client: Any) -> None:
    """botocore's attempts share an invocation; two calls with the same body do not."""
    from botocore.awsrequest import AWSResponse

    attempts = []

    class Raw:
        """A body that says nothing."""

        def stream(self, **_: Any) -> Iterator[bytes]:
            """Nothing."""
            yield b"{}"

    def fail_first(request: Any, **_: Any) -> Any:
        attempts.append(request.headers["amz-sdk-invocation-id"])
        return AWSResponse(request.url, 500, {}, Raw()) if len(attempts) == 1 else None

    capture = Capture(client)
    client.meta.events.register_first("before-send.dynamodb", fail_first)
    with capture.of("get", {}):
        client.get_item(TableName=names_of(design).table, Key=KEY)
        assert 2 == len(attempts)
        assert 1 == len(set(attempts))
        client.get_item(TableName=names_of(design).table, Key=KEY)
    assert ["GetItem", "GetItem"] == [each.operation for each in capture.sent]


def test_a_request_that_is_refused_was_sent(design: Design, client: Any) -> None:
    """IAM is asked before DynamoDB looks at a condition."""
    from botocore.exceptions import ClientError

    capture = Capture(client)
    with capture.of("put", {}), pytest.raises(ClientError):
        client.put_item(TableName=names_of(design).table, Item=KEY, ConditionExpression="attribute_exists(PK)")
    assert ["PutItem"] == [each.operation for each in capture.sent]
