"""Executes patterns that write, transactions and batches, and compares what is stored with what the oracle says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from cfn_table.design.design import EntityView
from cfn_table.design.expressions import attribute_of
from cfn_table.design.items import Item
from cfn_table.design.model import AccessPattern, PatternBase
from cfn_table.design.requests import MOST_IN_BATCH, TRANSACTIONS, Inputs, Request, call_parameters, parameters
from cfn_table.prove.arguments import Arguments
from cfn_table.prove.choices import Impossible
from cfn_table.prove.compare import difference
from cfn_table.prove.oracle import bindings_of, tests_of
from cfn_table.prove.paths import MISSING, inside, steps_of
from cfn_table.prove.reads import Bench, batches, told
from cfn_table.prove.table import Key, Refused, Tally, plain

VARIANTS: Final = 3
"""With how many sets of arguments each state of the items is tried."""

STATES: Final = 6
"""How many items are made up in search of one of which a condition holds."""

IN_BATCH: Final = 30
"""How many items are put in batches: more than one request may have."""


WHOLE: Final = 400
"""Up to so many items the whole table is looked at after each operation that writes, else only after the last one."""


@dataclass(frozen=True, slots=True)
class Action:
    """A request on one item: an operation of an access pattern, or a part of a transaction."""

    pattern: PatternBase
    request: Request
    view: EntityView

    @property
    def operation(self) -> str:
        """DynamoDB's name of it, or `ConditionCheck`."""
        return self.request.operation


class Writing:
    """One operation of an access pattern on single items, or a transaction."""

    def __init__(
        self,
        bench: Bench,
        name: str,
        pattern: AccessPattern,
        request: Request,
        tally: Tally,
        bound: frozenset[str] = frozenset(),
        is_last: bool = True,
    ) -> None:
        self.bench = bench
        self.name = name
        self.pattern = pattern
        self.request = request
        self.tally = tally
        self.bound = bound
        self.is_last = is_last
        self.design = bench.table.design
        entities = self.design.entities
        if request.operation in TRANSACTIONS:
            pairs = zip(pattern.parts, request.parts, strict=True)
            self.actions = [Action(part, each, entities[each.entities[0]]) for part, each in pairs]
        else:
            self.actions = [Action(pattern, request, entities[request.entities[0]])]
        self.is_read = request.operation == "TransactGetItems"

    def run(self) -> tuple[int, list[str]]:
        """How many cases were executed, and what failed."""
        cases = successes = 0
        failures: list[str] = []
        for variant in self._variants():
            arguments = self.arguments(variant)
            for states in self._arrangements():
                if not self._arranged(arguments, states):
                    continue
                cases += 1
                holds, problem = self._case(arguments)
                successes += holds
                failures += [f"{told(arguments)}: {problem}"] if problem else []
        if not successes and not failures:
            failures.append(
                "its condition holds of nothing that was made up: give its entity a sample of which it does"
            )
        return cases, [*failures, *self._elsewhere()]

    def _variants(self) -> list[int]:
        """The first variants whose arguments DynamoDB takes."""
        tried = range(VARIANTS * STATES)
        oracle = self.bench.oracle
        taken = [n for n in tried if all(oracle.is_askable(a.pattern, self.arguments(n)) for a in self.actions)]
        return taken[:VARIANTS]

    def arguments(self, variant: int) -> Arguments:
        """Arguments; those that stand for the same thing under two names differ."""
        found: Arguments = {}
        taken: dict[str, int] = {}
        for name in parameters(self.design, self.request):
            for action in self.actions:
                original = action.request.renamed.get(name, name)
                values = list(self.bench.asking.values(action.request, action.view, name, None))
                if not values and original in action.view.domains:
                    values = self.bench.builder.choices.of(action.view, original)
                if values:
                    number = taken.get(original, 0)
                    taken[original] = number + 1
                    found[name] = values[(variant + number) % len(values)]
                    break
            else:
                raise Impossible(f"no value of parameter `{name}` could be made up")
        for action in self.actions:
            found = self.bench.asking.in_order(action.pattern, found)
        return found

    def _arrangements(self) -> Iterator[list[bool]]:
        """Whether the condition of each action is to hold: of all, and in turn of all but one."""
        wanted = [True] * len(self.actions)
        yield wanted
        for number in range(len(self.actions)):
            yield [number != other for other in range(len(self.actions))]
        # Once more, so that what the first one has left is there.
        yield wanted

    def _values(self, action: Action, arguments: Arguments) -> dict[str, Any]:
        """What the arguments say of the item's own values."""
        bindings = bindings_of(action.pattern)
        placeholders = [p for name in self.design.table_keys.names for p in action.view.templates[name].placeholders]
        return {
            name: self.bench.oracle.argument(action.view, name, arguments, bindings)
            for name in dict.fromkeys(placeholders)
        }

    def _states(self, action: Action, arguments: Arguments) -> Iterator[Item | None]:
        """What may be stored under the action's key: nothing, what is there, and items made up for its condition."""
        builder, view = self.bench.builder, action.view
        values = self._values(action, arguments)
        made = builder.item(view.name, values)
        yield None
        yield self.bench.table.stored.get(made.key, made)
        for optional in (True, False):
            yield from builder.tried(view.name, values, optional=optional)
        inner = [path for path in _changed(action.pattern) if path not in view.stored]
        for path in (*(test.path for test in tests_of(action.pattern)), *inner):
            name = attribute_of(path, view.stored)
            if name in view.attributes and name not in values:
                choices = builder.choices.of(view, name)
                given = [value for value in arguments.values() if any(value == each for each in choices)]
                for value in (*given, *choices):
                    yield from builder.tried(view.name, {**values, name: value})
        for _ in range(STATES):
            yield from builder.tried(view.name, values)

    def _arranged(self, arguments: Arguments, wanted: Sequence[bool]) -> bool:
        """Bring it about that the conditions hold, or do not; False where that cannot be."""
        chosen: list[tuple[Key, Item | None]] = []
        for action, want in zip(self.actions, wanted, strict=True):
            key = self.bench.builder.item(action.view.name, self._values(action, arguments)).key
            for state in self._states(action, arguments):
                if self._holds(action, arguments, state) is want and self._possible(action, state):
                    chosen.append((key, state))
                    break
            else:
                return False
        if len({key for key, _ in chosen}) < len(chosen):
            return False  # no transaction may name an item twice
        table = self.bench.table
        for key, state in chosen:
            if table.stored.get(key) is state:
                continue
            if state is None:
                table.remove(key)
            else:
                table.put(state)
        return True

    def _holds(self, action: Action, arguments: Arguments, stored: Item | None) -> bool:
        if self.is_read:
            return stored is not None
        return self.bench.oracle.writes(action.pattern, action.operation, arguments, stored)

    def _possible(self, action: Action, stored: Item | None) -> bool:
        """Whether an update finds what it changes: nothing can be put inside of what is not there."""
        attributes = stored.attributes if stored else {}
        for path in _changed(action.pattern):
            name = attribute_of(path, action.view.stored)
            steps = steps_of(path[len(name) :])
            value = attributes.get(name, MISSING)
            if steps and not isinstance(inside(value, steps[:-1]), list if isinstance(steps[-1], int) else dict):
                return False
            there = inside(value, steps)
            if path in action.pattern.add and there is not MISSING and not isinstance(there, Decimal | list):
                return False
        return True

    def _case(self, arguments: Arguments) -> tuple[bool, str]:
        """Whether all conditions hold, and what is wrong."""
        table = self.bench.table
        keys: list[Key] = []
        after: dict[Key, Item | None] = {}
        puts: list[Item] = []
        holds = True
        for action in self.actions:
            made = self.bench.builder.item(action.view.name, self._values(action, arguments))
            stored = table.stored.get(made.key)
            keys.append(made.key)
            holds = holds and (self.is_read or self._holds(action, arguments, stored))
            if action.operation == "PutItem":
                puts.append(made)
            after[made.key] = self._after(action, arguments, made, stored)
        if self.is_read:
            return holds, self._transact_get(arguments, keys)
        problem = self._sent(arguments, puts, holds, keys)
        for key in keys:
            expected = after[key] if holds else table.stored.get(key)
            problem = problem or _one(expected, table.get(key), self.design.table_keys.names)
            if expected is None:
                table.stored.pop(key, None)
            else:
                table.stored[key] = expected
        if problem:
            table.mend(keys)
        return holds, problem

    def _after(self, action: Action, arguments: Arguments, made: Item, stored: Item | None) -> Item | None:
        """What is stored under the key when the action has succeeded."""
        if action.operation == "PutItem":
            return made
        if action.operation == "DeleteItem":
            return None
        if action.operation != "UpdateItem":
            return stored
        values = {**(stored.values if stored else {}), **self._values(action, arguments)}
        key = {**dict(zip(self.design.table_keys.names, made.key, strict=True)), **self._values(action, arguments)}
        attributes = self.bench.oracle.updated(action.pattern, action.view, key, arguments, stored)
        known = {name: value for name, value in values.items() if name not in action.view.attributes}
        known.update({name: attributes[name] for name in action.view.attributes if name in attributes})
        return Item(action.view.name, attributes, made.key, {**known, **self._values(action, arguments)})

    def _sent(self, arguments: Arguments, puts: Sequence[Item], holds: bool, keys: Sequence[Key]) -> str:
        table = self.bench.table
        inputs = Inputs(arguments, puts)
        parameters = call_parameters(self.design, self.request, inputs, table.deployed.names)
        table.will_write(keys)
        is_transaction = self.request.operation in TRANSACTIONS
        expected = "TransactionCanceledException" if is_transaction else "ConditionalCheckFailedException"
        try:
            with self.bench.of(self.name, arguments):
                table.call(self.request.operation, parameters, self.tally)
        except Refused as error:
            if holds or error.code != expected:
                return str(error)
            return ""
        self.tally.items += len(self.actions)
        return "" if holds else "it succeeds, though its condition does not hold"

    def _transact_get(self, arguments: Arguments, keys: Sequence[Key]) -> str:
        table = self.bench.table
        parameters = call_parameters(self.design, self.request, Inputs(arguments), table.deployed.names)
        with self.bench.of(self.name, arguments):
            answer = table.call(self.request.operation, parameters, self.tally)
        for action, key, found in zip(self.actions, keys, answer["Responses"], strict=True):
            stored = table.stored.get(key)
            shown = self.bench.oracle.shown(action.pattern, self.design.table_keys, stored) if stored else None
            actual = plain(found["Item"]) if "Item" in found else None
            self.tally.items += actual is not None
            problem = difference([[shown]] if shown else [], [actual] if actual else [], self.design.table_keys.names)
            if problem:
                return problem
        return ""

    def _elsewhere(self) -> Iterator[str]:
        """What became of items that no request was about."""
        if self.bench.table.deployed.is_shared or self.is_read:
            return
        if len(self.bench.table.stored) > WHOLE and not self.is_last:
            return
        stored = [dict(item.attributes) for item in self.bench.table.stored.values()]
        problem = difference([stored], list(self.bench.table.everything().values()), self.design.table_keys.names)
        if problem:
            self.bench.table.mend()
            yield f"the table as a whole: {problem}"


class Batching(Writing):
    """A BatchWriteItem or a BatchGetItem."""

    def run(self) -> tuple[int, list[str]]:
        """How many cases were executed, and what failed."""
        builder, table = self.bench.builder, self.bench.table
        items = [each for each in builder.dataset(self.request.entities) if each.entity in self.request.entities]
        builder.require(self.request.entities, items)
        items = items[:: max(1, len(items) // IN_BATCH)]
        cases = 0
        failures: list[str] = []
        writes = self.request.operation == "BatchWriteItem"
        for group in self._groups(items):
            for batch in batches(group, MOST_IN_BATCH[self.request.operation]):
                cases += 1
                failures += self._write(batch, ()) if writes else self._read(batch)
        for batch in batches(items[::4], MOST_IN_BATCH[self.request.operation]) if writes else ():
            for one in self._groups(batch):
                cases += 1
                failures += self._write((), one)
        if not writes and not any(item.key in table.stored for item in items):
            failures.append("nothing that was made up is found by it")
        return cases, [*failures, *(self._elsewhere() if writes else ())]

    def _groups(self, items: Sequence[Item]) -> list[list[Item]]:
        """The items apart by what policies bind to a caller: one request is one caller's."""
        groups: dict[str, list[Item]] = {}
        for item in items:
            mark = repr([(name, item.values.get(name)) for name in sorted(self.bound)])
            groups.setdefault(mark, []).append(item)
        return list(groups.values())

    def _inputs(self, puts: Sequence[Item], others: Sequence[Item]) -> tuple[Arguments, Inputs]:
        first = (*puts, *others)[0]
        arguments = {name: first.values[name] for name in parameters(self.design, self.request) if name in first.values}
        return arguments, Inputs(arguments, puts, [(item.entity, item.values) for item in others])

    def _write(self, puts: Sequence[Item], deleted: Sequence[Item]) -> list[str]:
        table = self.bench.table
        arguments, inputs = self._inputs(puts, deleted)
        table.will_write(item.key for item in puts)
        parameters = call_parameters(self.design, self.request, inputs, table.deployed.names)
        try:
            while True:
                with self.bench.of(self.name, arguments):
                    answer = table.call(self.request.operation, parameters, self.tally)
                if not answer.get("UnprocessedItems"):
                    break
                parameters = {"RequestItems": answer["UnprocessedItems"]}
        except Refused as error:
            return [str(error)]
        self.tally.items += len(puts) + len(deleted)
        table.stored.update({item.key: item for item in puts})
        for item in deleted:
            table.stored.pop(item.key, None)
        problems = (
            _one(table.stored.get(item.key), table.get(item.key), self.design.table_keys.names)
            for item in (*puts[:2], *deleted[:2])
        )
        return [f"{told(arguments)}: {problem}" for problem in problems if problem]

    def _read(self, items: Sequence[Item]) -> list[str]:
        table = self.bench.table
        arguments, inputs = self._inputs((), items)
        parameters = call_parameters(self.design, self.request, inputs, table.deployed.names)
        found: list[Mapping[str, Any]] = []
        try:
            while parameters["RequestItems"]:
                with self.bench.of(self.name, arguments):
                    answer = table.call(self.request.operation, parameters, self.tally)
                found += map(plain, answer["Responses"].get(table.name, ()))
                parameters = {"RequestItems": answer.get("UnprocessedKeys", {})}
        except Refused as error:
            return [str(error)]
        self.tally.items += len(found)
        stored = [each for item in items if (each := table.stored.get(item.key)) is not None]
        shown = [self.bench.oracle.shown(self.pattern, self.design.table_keys, item) for item in stored]
        problem = difference([shown], found, self.design.table_keys.names)
        return [f"{told(arguments)}: {problem}"] if problem else []


def _changed(pattern: PatternBase) -> tuple[str, ...]:
    """The paths that an update changes."""
    return (*pattern.set, *pattern.add, *pattern.remove)


def _one(expected: Item | None, actual: Mapping[str, Any] | None, keys: Sequence[str]) -> str:
    wanted = [[dict(expected.attributes)]] if expected else []
    return difference(wanted, [actual] if actual is not None else [], keys)
