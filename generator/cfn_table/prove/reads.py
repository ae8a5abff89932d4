"""Executes patterns that read, and compares what comes with what the oracle says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from cfn_table.design.items import Item
from cfn_table.design.model import AccessPattern
from cfn_table.design.requests import Inputs, Request, call_parameters
from cfn_table.prove.arguments import Arguments, Asking
from cfn_table.prove.compare import difference
from cfn_table.prove.items import Builder
from cfn_table.prove.oracle import Oracle
from cfn_table.prove.table import Table, Tally, plain

PAUSE: Final = 0.02
"""Seconds between two tries of a read that an index has not caught up with, at first."""

PAGES: Final = 3
"""In how many pages the items of the fullest case are read once more."""

ITEM_BYTES: Final = 360_000
"""A size that an item may have, its copies in local indexes included (developer guide, "Local secondary indexes")."""

BULK_BYTES: Final = 1_600_000
"""Clearly more than the megabyte that one response holds (developer guide, "Paginating table query results")."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What the execution of a design's patterns shares.

    Attributes:
        of: notes a pattern and its arguments for the requests that are sent inside.
        patience: how many seconds a read may lag behind a write.
    """

    table: Table
    oracle: Oracle
    asking: Asking
    builder: Builder
    of: Callable[[str, Arguments], AbstractContextManager[None]]
    patience: float


class Reading:
    """One reading operation of an access pattern."""

    def __init__(self, bench: Bench, name: str, pattern: AccessPattern, request: Request, tally: Tally) -> None:
        self.bench = bench
        self.name = name
        self.pattern = pattern
        self.request = request
        self.tally = tally
        self.design = bench.table.design

    def run(self) -> tuple[int, list[str]]:
        """How many cases were executed, and what failed."""
        stored = list(self.bench.table.stored.values())
        self.bench.builder.require(self.request.entities, stored)
        cases = self._cases(stored)
        failures: list[str] = []
        fullest: tuple[int, Arguments] | None = None
        for arguments in cases:
            expected = self.expected(arguments)
            count = sum(map(len, expected))
            if fullest is None or count > fullest[0]:
                fullest = (count, arguments)
            failures += self._failed(arguments, self._checked(arguments, expected))
        if fullest is None or not fullest[0]:
            return len(cases), ["nothing that was made up is found by it: give its entities samples that are"]
        if self.request.operation in ("Query", "Scan") and fullest[0] > 1:
            failures += self._failed(fullest[1], self._in_pages(fullest[1], fullest[0]))
        return len(cases), failures

    def _failed(self, arguments: Arguments, problem: str) -> Iterator[str]:
        if problem:
            yield f"{told(arguments)}: {problem}"

    def expected(self, arguments: Arguments) -> list[list[Mapping[str, Any]]]:
        """Groups of what must come, in order."""
        oracle, keys = self.bench.oracle, self.request.keys
        items = self._found(arguments)
        groups: list[list[Item]] = [items]
        if self.request.operation == "Query" and keys.sort:
            ordered = sorted(
                items, key=lambda item: oracle.sort_value(keys, item), reverse=self.pattern.order == "descending"
            )
            groups = [list(group) for _, group in groupby(ordered, lambda item: oracle.sort_value(keys, item))]
        return [[oracle.shown(self.pattern, keys, item) for item in group] for group in groups if group]

    def _cases(self, items: Sequence[Item]) -> list[Arguments]:
        return self.bench.asking.reads(self.pattern, self.request, items)

    def _found(self, arguments: Arguments) -> list[Item]:
        """The items that must be found, in no order."""
        stored = self.bench.table.stored.values()
        return self.bench.oracle.read(self.pattern, self.request.operation, arguments, stored)

    def _checked(self, arguments: Arguments, expected: list[list[Mapping[str, Any]]]) -> str:
        """Read until it is what was expected, or the index has had its time."""
        begin, pause = time.monotonic(), PAUSE
        while True:
            problem = self._once(arguments, expected)
            waited = time.monotonic() - begin
            if not problem:
                if pause > PAUSE:
                    self.tally.waited = max(self.tally.waited, waited)
                return ""
            if waited + pause > self.bench.patience:
                return problem
            time.sleep(pause)
            pause *= 2

    def _once(self, arguments: Arguments, expected: list[list[Mapping[str, Any]]]) -> str:
        parameters = call_parameters(self.design, self.request, Inputs(arguments), self.bench.table.deployed.names)
        names = self.design.table_keys.names
        if self.request.operation == "GetItem":
            found = self._send(arguments, parameters)
            # Of an item that has none of the attributes that are asked for, an empty one comes.
            items = [plain(found["Item"])] if "Item" in found else []
            return difference([[item for item in group if item or items] for group in expected], items, names)
        limit = self._limit(arguments)
        found = self._send(arguments, parameters)
        first = [plain(item) for item in found["Items"]]
        if limit is not None and len(first) > limit:
            return f"{len(first)} items came, and {limit} were asked for"
        wanted = [item for group in expected for item in group]
        if limit is not None and not self._is_filtered() and len(first) != min(limit, len(wanted)):
            return f"{len(first)} items came, not {min(limit, len(wanted))}"
        return difference(expected, [*first, *self._rest(arguments, parameters, found)], names)

    def _limit(self, arguments: Arguments) -> int | None:
        """The most items that one response may have, by the pattern's own words."""
        limit = self.pattern.limit
        return (
            int(arguments.get(limit.strip("{}"), 0) if isinstance(limit, str) else limit) if limit is not None else None
        )

    def _rest(
        self, arguments: Arguments, parameters: Mapping[str, Any], found: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        """The items of the pages that follow."""
        while "LastEvaluatedKey" in found:
            found = self._send(arguments, {**parameters, "ExclusiveStartKey": found["LastEvaluatedKey"]})
            yield from map(plain, found["Items"])

    def _send(self, arguments: Arguments, parameters: Mapping[str, Any]) -> dict[str, Any]:
        with self.bench.of(self.name, arguments):
            answer = self.bench.table.call(self.request.operation, parameters, self.tally)
        self.tally.items += len(answer.get("Items", ())) + ("Item" in answer)
        return answer

    def _is_filtered(self) -> bool:
        return bool(self.pattern.filter or self.request.types)

    def _in_pages(self, arguments: Arguments, count: int) -> str:
        """The same items must come in small pages."""
        parameters = call_parameters(self.design, self.request, Inputs(arguments), self.bench.table.deployed.names)
        if self._is_filtered():  # a limit counts what is read, before the filter
            count = self._send(arguments, parameters)["ScannedCount"]
        parameters["Limit"] = max(1, count // PAGES)
        found = self._send(arguments, parameters)
        if len(found["Items"]) > parameters["Limit"]:
            return f"{len(found['Items'])} items came, and {parameters['Limit']} were asked for"
        items = [*map(plain, found["Items"]), *self._rest(arguments, parameters, found)]
        problem = difference(self.expected(arguments), items, self.design.table_keys.names)
        return f"in pages of {parameters['Limit']}: {problem}" if problem else ""

    def bulky(self) -> list[Item]:
        """Items of a partition that takes more than one response; none where items cannot be that big."""
        if self.request.operation != "Query" or self.request.limit is not None or self.pattern.filter:
            return []
        view = self.design.entities[self.request.entities[0]]
        keys = self.request.keys
        big = next((n for n, each in view.attributes.items() if self._can_grow(n, each.type, view.attributes[n])), None)
        if big is None:
            return []
        if keys.projection != "all" and big not in keys.projection:
            return []
        if self.pattern.returns is not None and big not in self.pattern.returns:
            return []
        builder = self.bench.builder
        usual = builder.usual(view)
        shared = [name for key in keys.partition for name in view.templates[key].placeholders]
        in_key = [name for key in self.design.table_keys.names for name in view.templates[key].placeholders]
        free = [name for name in in_key if name not in shared and isinstance(usual[name], str)]
        place = next((n for n in shared if builder.choices.fits(view, n, f"{usual[n]}-full")), None)
        if not free or place is None:
            return []
        usual[place] = f"{usual[place]}-full"
        size = ITEM_BYTES // (1 + sum(each.local for each in self.design.indexes.values()))
        count = BULK_BYTES // size
        value: Any = "x" * size
        kind = view.attributes[big].type
        value = {"text": value} if kind == "map" else [value] if kind == "list" else value
        value = value.encode() if kind == "binary" else value
        items = [
            item
            for number in range(count)
            for item in builder.tried(view.name, {**usual, free[-1]: f"{usual[free[-1]]}-{number}", big: value})
        ]
        return items if len({item.key for item in items}) == count else []

    def _can_grow(self, name: str, kind: str, attribute: Any) -> bool:
        views = self.design.entities.values()
        keyed = {part for view in views for each in view.templates.values() for part in each.placeholders}
        grows = kind in ("string", "any", "map", "list", "binary") and not attribute.values and not attribute.pattern
        return grows and name not in keyed

    def read_bulk(self, items: Sequence[Item]) -> list[str]:
        """What fails where one response cannot hold all of these items."""
        keys = {item.key for item in items}
        fullest = next((each for each in self._cases(items) if keys <= {item.key for item in self._found(each)}), None)
        if fullest is None:
            return []
        before = self.tally.requests
        problem = self._checked(fullest, self.expected(fullest))
        # A megabyte takes longer than what the design's latency target is about.
        del self.tally.latencies[before:]
        if not problem and self.tally.requests - before < 2:
            problem = "more than a megabyte came in one response"
        return list(self._failed(fullest, problem))


def told(arguments: Mapping[str, Any]) -> str:
    """Arguments in a message."""
    from cfn_table.prove.compare import text_of

    return ", ".join(f"{name} {text_of(value)}" for name, value in arguments.items()) or "without arguments"


def batches(items: Sequence[Any], most: int) -> Iterator[Sequence[Any]]:
    """Parts of at most so many."""
    for start in range(0, len(items), most):
        yield items[start : start + most]
