"""What is really sent to DynamoDB, seen where botocore sends it.

botocore emits `before-send.dynamodb.OPERATION` with the signed HTTP request and asks every handler, even behind one
that answers; so ours sees the request whether or not a simulator such as moto answers in the same event.

Source: botocore, `endpoint.Endpoint._get_response` and `hooks.HierarchicalEmitter.emit`; DynamoDB developer guide,
"DynamoDB low-level API" (the header `X-Amz-Target`, the body as JSON).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import local
from typing import Any, Final

from cfn_table.prove.sent import Sent

EVENT: Final = "before-send.dynamodb"
"""botocore's event of a request that is about to be sent; it holds those of each operation."""

_INVOCATION: Final = "amz-sdk-invocation-id"
"""The header that all attempts of one call share."""


class Capture:
    """Records what a client sends, each call once.

    A call that botocore tries again is one request: DynamoDB may have been asked twice, but for the same, and IAM would
    have answered the same. Attempts are known by botocore's header `amz-sdk-invocation-id`.

    Attributes:
        sent: what was sent so far, in order.
    """

    def __init__(self, client: Any) -> None:
        self.sent: list[Sent] = []
        self._client = client
        # Patterns may be executed by several threads, each inside of a `with` of its own.
        self._thread = local()
        self._seen: set[str] = set()
        client.meta.events.register(EVENT, self._record)

    @contextmanager
    def of(self, pattern: str, arguments: Mapping[str, Any]) -> Iterator[None]:
        """Record what this thread sends inside of the `with` as sent for an access pattern with these arguments."""
        before = getattr(self._thread, "current", None)
        self._thread.current = (pattern, dict(arguments))
        try:
            yield
        finally:
            self._thread.current = before

    def close(self) -> None:
        """Record no more."""
        self._client.meta.events.unregister(EVENT, self._record)

    def _record(self, request: Any, **_: Any) -> None:
        """Handle the event. None, always: anything else would be taken for the answer."""
        current: tuple[str, Mapping[str, Any]] | None = getattr(self._thread, "current", None)
        target = _text(request.headers.get("X-Amz-Target", ""))
        operation = target.rpartition(".")[2]
        if current is None or not operation or self._is_retry(request):
            return
        shape = self._client.meta.service_model.operation_model(operation).input_shape
        body = _decoded(json.loads(_text(request.body)), shape)
        self.sent.append(Sent(current[0], operation, body, current[1]))

    def _is_retry(self, request: Any) -> bool:
        invocation = _text(request.headers.get(_INVOCATION, ""))
        if not invocation:
            return False
        if invocation in self._seen:
            return True
        self._seen.add(invocation)
        return False


def _text(raw: str | bytes | bytearray) -> str:
    return raw if isinstance(raw, str) else bytes(raw).decode()


def _decoded(value: Any, shape: Any) -> Any:
    """The JSON with its binary values as bytes; which are binary is said by botocore's model of the operation."""
    if shape.type_name == "blob":
        return base64.b64decode(value)
    if shape.type_name == "structure":
        return {
            name: _decoded(each, shape.members[name]) if name in shape.members else each for name, each in value.items()
        }
    if shape.type_name == "map":
        return {name: _decoded(each, shape.value) for name, each in value.items()}
    if shape.type_name == "list":
        return [_decoded(each, shape.member) for each in value]
    return value
