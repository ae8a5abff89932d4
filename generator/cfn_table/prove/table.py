"""The table that patterns are executed on, and what we know that it holds."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cfn_table.design.attribute_values import attribute_value, plain_value
from cfn_table.design.design import Design
from cfn_table.design.items import Item
from cfn_table.design.requests import MOST_IN_BATCH, stored_item
from cfn_table.prove.compare import canonical
from cfn_table.prove.engines.deployed import Deployed, EngineRefused

Key = tuple[Any, ...]
Attributes = dict[str, Any]

TRIES: Final = 8
"""How often what a batch has left is sent again, with growing pauses."""


class Refused(Exception):
    """The engine answered with an error.

    Attributes:
        code: its code, such as `ConditionalCheckFailedException`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Broken(Exception):
    """moto, which runs inside of this process, has failed in a way in which no service answers."""


@dataclass(slots=True)
class Tally:
    """What the requests of one operation have cost."""

    requests: int = 0
    items: int = 0
    capacity: float | None = None
    latencies: list[float] = field(default_factory=list)
    waited: float = 0.0


class Table:
    """A deployed table with the items that were written to it.

    Attributes:
        stored: key → item, as the table should hold them.
    """

    def __init__(self, design: Design, deployed: Deployed) -> None:
        self.design = design
        self.deployed = deployed
        self.stored: dict[Key, Item] = {}
        self._written: dict[Key, None] = {}

    def call(self, operation: str, parameters: Mapping[str, Any], tally: Tally | None = None) -> dict[str, Any]:
        """Send one request.

        Raises:
            Refused: the engine answers with an error.
            EngineRefused: there is no answer.
        """
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError

        method = getattr(self.deployed.client, xform_name(operation))
        tally = tally if tally is not None else Tally()
        tally.requests += 1
        begin = time.perf_counter()
        try:
            answer: dict[str, Any] = method(ReturnConsumedCapacity="TOTAL", **parameters)
        except ClientError as error:
            tally.latencies.append(time.perf_counter() - begin)
            told = error.response.get("Error", {})
            raise Refused(str(told.get("Code", "")), str(told.get("Message", ""))) from None
        except BotoCoreError as error:
            raise EngineRefused(f"{self.deployed.engine} does not answer: {error}") from None
        except Exception as error:
            if self.deployed.engine != "moto":
                raise
            raise Broken(f"moto breaks with {type(error).__name__}: {error}") from error
        tally.latencies.append(time.perf_counter() - begin)
        consumed = answer.get("ConsumedCapacity") or []
        for each in [consumed] if isinstance(consumed, Mapping) else consumed:
            tally.capacity = (tally.capacity or 0.0) + float(each.get("CapacityUnits", 0.0))
        return answer

    def load(self, items: Sequence[Item]) -> None:
        """Write items, in batches."""
        self._remember(items)
        requests = [{"PutRequest": {"Item": stored_item(self.design, item)}} for item in items]
        self._write(requests)
        self.stored.update({item.key: item for item in items})

    def put(self, item: Item) -> None:
        """Write one item, whatever is there."""
        self._remember([item])
        self.call("PutItem", {"TableName": self.name, "Item": stored_item(self.design, item)})
        self.stored[item.key] = item

    def remove(self, key: Key) -> None:
        """Delete an item, if there is one."""
        self.call("DeleteItem", {"TableName": self.name, "Key": self.key(key)})
        self.stored.pop(key, None)

    def will_write(self, keys: Iterable[Key]) -> None:
        """Say that items may come to be under these keys, so that `clean` removes them."""
        self._written.update(dict.fromkeys(keys))

    def mend(self, keys: Iterable[Key] = ()) -> None:
        """Make the table hold what it should, so that one failure does not become the next one's.

        Args:
            keys: where it is wrong; without any, wherever it is.
        """
        wrong = list(keys)
        if not wrong:
            actual = self.everything()
            wrong = [key for key in {**actual, **self.stored} if not self._is_right(key, actual.get(key))]
        for key in wrong:
            item = self.stored.get(key)
            if item is None:
                self.remove(key)
            else:
                self.put(item)

    def _is_right(self, key: Key, actual: Attributes | None) -> bool:
        item = self.stored.get(key)
        return item is not None and actual is not None and canonical(item.attributes) == canonical(actual)

    def clean(self) -> None:
        """Delete every item that was or may have been written."""
        keys = [{"DeleteRequest": {"Key": self.key(key)}} for key in self._written]
        self._write(keys)
        self._written.clear()
        self.stored.clear()

    @property
    def name(self) -> str:
        """The table's name."""
        return self.deployed.names.table

    @property
    def remains(self) -> int:
        """How many keys `clean` would delete."""
        return len(self._written)

    def key(self, key: Key) -> dict[str, Any]:
        """A key in the API's form."""
        return {name: attribute_value(value) for name, value in zip(self.design.table_keys.names, key, strict=True)}

    def key_of(self, attributes: Mapping[str, Any]) -> Key:
        """The key in an item's attributes."""
        return tuple(attributes.get(name) for name in self.design.table_keys.names)

    def get(self, key: Key) -> Attributes | None:
        """What the table really holds under a key."""
        answer = self.call("GetItem", {"TableName": self.name, "Key": self.key(key), "ConsistentRead": True})
        return plain(answer["Item"]) if "Item" in answer else None

    def everything(self) -> dict[Key, Attributes]:
        """All that the table really holds."""
        found: dict[Key, Attributes] = {}
        parameters: dict[str, Any] = {"TableName": self.name, "ConsistentRead": True}
        while True:
            answer = self.call("Scan", parameters)
            for stored in answer["Items"]:
                attributes = plain(stored)
                found[self.key_of(attributes)] = attributes
            if "LastEvaluatedKey" not in answer:
                return found
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _remember(self, items: Iterable[Item]) -> None:
        self.will_write(item.key for item in items)

    def _write(self, requests: list[dict[str, Any]]) -> None:
        for batch in _batches(requests, MOST_IN_BATCH["BatchWriteItem"]):
            left = {self.name: batch}
            for attempt in range(TRIES):
                left = self.call("BatchWriteItem", {"RequestItems": left}).get("UnprocessedItems", {})
                if not left:
                    break
                time.sleep(0.05 * 2**attempt)
            else:
                raise EngineRefused(f"{self.deployed.engine} does not take all items that it is given")


def plain(stored: Mapping[str, Any]) -> Attributes:
    """Attributes as values."""
    return {name: plain_value(value) for name, value in stored.items()}


def _batches(requests: list[dict[str, Any]], most: int) -> Iterator[list[dict[str, Any]]]:
    """Batches within what one request may hold: a number of items, and 16 MB (API reference, BatchWriteItem)."""
    for start in range(0, len(requests), most):
        yield requests[start : start + most]
