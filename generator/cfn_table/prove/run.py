"""Executes the access patterns of a design on an engine, under policies that are to allow them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.design.items import Item
from cfn_table.design.keys import ValueRefused
from cfn_table.design.requests import BATCHES, Request, derive
from cfn_table.design.values import WrongValue
from cfn_table.prove.arguments import Asking
from cfn_table.prove.choices import Choices, Impossible
from cfn_table.prove.deviations import deviation_of_moto
from cfn_table.prove.engines.deployed import Deployed, EngineRefused, also_left
from cfn_table.prove.items import Builder
from cfn_table.prove.oracle import Oracle
from cfn_table.prove.reads import Bench, Reading
from cfn_table.prove.report import OperationResult, Report, Verdict
from cfn_table.prove.table import Broken, Refused, Table, Tally
from cfn_table.prove.writes import Batching, Writing

READS: Final = ("GetItem", "Query", "Scan")
OTHER_READS: Final = ("BatchGetItem", "TransactGetItems")

FAILURES: Final = 5
"""How many failures of one operation are told."""

PATIENCE: Final = 1.0
"""Seconds that an index may take to catch up on an engine of our own."""

PATIENCE_OF_OTHERS: Final = 10.0
"""Seconds that an index may take where others use the table too."""


def execute(
    design: Design,
    template: Mapping[str, Any],
    deployed: Deployed,
    *,
    seed: int,
    only: Collection[str] | None = None,
    phases: dict[str, float] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Execute every access pattern, and hold what was sent against the policies.

    On a table that others use, only items under a prefix of our own are written, and they are deleted at the end, also
    when it is interrupted.

    Args:
        design: the design.
        template: its template, as plain data with long intrinsics.
        deployed: where.
        seed: what the generated items follow from.
        only: names of the access patterns to execute; None for all.
        phases: what took how many seconds before; more is added.
        progress: is told what is done next.

    Raises:
        EngineRefused: the engine does not answer.
    """
    from cfn_table.prove.capture import Capture
    from cfn_table.prove.permissions import judge

    phases = {} if phases is None else phases
    prefix = f"cfn-table-{secrets.token_hex(4)}-" if deployed.is_shared else ""
    choices = Choices(design, prefix)
    builder = Builder(design, choices, seed)
    table = Table(design, deployed)
    capture = Capture(deployed.client)
    patience = PATIENCE_OF_OTHERS if deployed.is_shared else PATIENCE if deployed.engine != "moto" else 0.0
    bench = Bench(table, Oracle(design), Asking(design, choices), builder, capture.of, patience)
    notes = [*deployed.notes]
    _require_designed(design, deployed)
    results: dict[tuple[str, str], OperationResult] = {}
    with _leaving_nothing(table, prefix, notes, phases, progress) if deployed.is_shared else nullcontext():
        with _timed(phases, "load"):
            progress("writing items")
            _load(table, builder)
        with _timed(phases, "execute"):
            names = [name for name in design.file.access_patterns if only is None or name in only]
            operations = [(name, request) for name in names for request in derive(design, name)]
            # Reads first: they find what was loaded.
            ordered = sorted(operations, key=lambda each: each[1].operation not in (*READS, *OTHER_READS))
            for name, request in ordered:
                progress(f"{name}: {request.operation}")
                is_last = request is ordered[-1][1]
                results[name, request.operation] = _operation(bench, name, request, is_last)
        results = {(name, request.operation): results[name, request.operation] for name, request in operations}
    progress("checking the policies")
    with _timed(phases, "judge"):
        access = judge(design, template, capture.sent, deployed.names, deployed.parameters)
    if len(names) < len(access.access):
        notes.append(f"{len(names)} of {len(access.access)} access patterns were executed, as asked")
    target = design.file.latency_target_ms
    return Report(
        design.name,
        design.version,
        deployed.engine,
        seed,
        tuple(results.values()),
        access.policies,
        {name: access.access[name] for name in names},
        access.failures,
        float(target) if isinstance(target, int | float) else None,
        deployed.has_latency,
        phases,
        tuple(notes),
    )


def _require_designed(design: Design, deployed: Deployed) -> None:
    """Refuse a table whose keys are not the design's: another version's, or what an engine was too lax to refuse."""
    described = deployed.client.describe_table(TableName=deployed.names.table)["Table"]
    types = {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}
    for name, kind in design.key_types.items():
        if name in types and types[name] != kind:
            raise EngineRefused(
                f"key attribute `{name}` of table `{deployed.names.table}` has the type {types[name]}, not {kind}",
                help="deploy the design's version as it is now",
            )
    indexes = {
        each["IndexName"]: each["KeySchema"]
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        for each in described.get(kind, ())
    }
    for keys in design.all_keys if deployed.is_shared else ():
        schema = described["KeySchema"] if keys.index is None else indexes.get(deployed.names.indexes[keys.index])
        found = [part["AttributeName"] for part in schema or ()]
        if found != list(keys.names):
            has = f"the key {', '.join(f'`{name}`' for name in found)}" if schema else "no such index"
            raise EngineRefused(
                f"{keys.title} of table `{deployed.names.table}`: it has {has}, and the design {', '.join(keys.names)}",
                help="deploy the design's version as it is now",
            )


def _load(table: Table, builder: Builder) -> None:
    entities = [name for name, view in table.design.entities.items() if builder.choices.is_ours(view)]
    try:
        table.load(builder.dataset(entities))
    except Refused as error:
        raise EngineRefused(
            f"{table.deployed.engine} does not take the items of the design: {error}",
            help="the table's keys are not those that the design's items have",
        ) from None


def _operation(bench: Bench, name: str, request: Request, is_last: bool) -> OperationResult:
    design = bench.table.design
    pattern = design.pattern(name)
    tally = Tally()
    reason = _unfit(bench, request)
    if bench.table.deployed.engine == "moto":
        reason = reason or deviation_of_moto(design, pattern, request)
    if reason:
        return OperationResult(name, request.operation, Verdict.SKIPPED, reason=reason)
    try:
        if request.operation in READS:
            reading = Reading(bench, name, pattern, request, tally)
            cases, failures = reading.run()
            bulky = reading.bulky()
            if bulky and not failures:
                failures += _bulk(bench, reading, bulky)
                cases += 1
        else:
            bound = frozenset(n for policy in design.policies for n in (*policy.file.bind, *_grant_binds(policy.file)))
            kind = Batching if request.operation in BATCHES else Writing
            cases, failures = kind(bench, name, pattern, request, tally, bound, is_last).run()
    except Broken as error:
        # What moto is known to break on is skipped (see `deviations`): anything else may be a fault of the request.
        cases, failures = 0, [f"{error}; try DynamoDB Local"]
    except (Impossible, ValueRefused, WrongValue) as error:
        cases, failures = (
            0,
            [f"no request can be made of it: {error}" if not isinstance(error, Impossible) else str(error)],
        )
    except Refused as error:
        cases, failures = 0, [f"{bench.table.deployed.engine} answers {error}"]
    result = OperationResult(
        name,
        request.operation,
        Verdict.FAILED if failures else Verdict.PASSED,
        cases,
        tally.requests,
        tally.items,
        tally.capacity,
        tuple(tally.latencies),
        tally.waited,
        tuple(failures[:FAILURES]),
    )
    if len(failures) > FAILURES:
        more = f"and {len(failures) - FAILURES} more"
        result = replace(result, failures=(*result.failures, more))
    return result


def _grant_binds(policy: Any) -> Iterator[str]:
    for grant in policy.allow:
        yield from grant.bind


def _bulk(bench: Bench, reading: Reading, items: list[Item]) -> list[str]:
    """Read a partition that takes several responses, and take it away again."""
    table = bench.table
    try:
        for item in items:
            table.put(item)
        return reading.read_bulk(items)
    finally:
        for item in items:
            table.remove(item.key)


def _unfit(bench: Bench, request: Request) -> str:
    """Why an operation cannot be executed on this table; empty where it can."""
    if not bench.table.deployed.is_shared:
        return ""
    choices, design = bench.builder.choices, bench.table.design
    if request.operation == "Scan":
        return "a Scan would read the items of others, who use this table"
    entities = {*request.entities, *(name for part in request.parts for name in part.entities)}
    for name in entities:
        if not choices.is_ours(design.entities[name]):
            return f"the partition key of `{name}` has no text that could keep its items apart from those of others"
    prefixed = {name for entity in entities for name in choices.prefixed(design.entities[entity])}
    templates = [each for condition in request.key[: len(request.keys.partition)] for each in condition.templates]
    named = {name for template in templates for name in template.placeholders}
    if request.operation == "Query" and not prefixed & named:
        return "it reads a partition that others may write to, who use this table"
    return ""


@contextmanager
def _leaving_nothing(
    table: Table, prefix: str, notes: list[str], phases: dict[str, float], progress: Callable[[str], None]
) -> Iterator[None]:
    """Delete what the block wrote, however it ends; what is left is noted, or told beside what ended the block."""

    def clean() -> EngineRefused | None:
        progress("deleting the items")
        with _timed(phases, "clean"):
            return _clean(table, prefix)

    try:
        yield
    except BaseException as error:
        if left := clean():
            raise also_left(error, left) from None
        raise
    if left := clean():
        notes.append(left.message)


def _clean(table: Table, prefix: str) -> EngineRefused | None:
    """Delete what was written, and say what is left; a first interrupt waits for that, a second one does not."""
    interrupt: KeyboardInterrupt | None = None
    why = ""
    for _ in range(2):
        try:
            table.clean()
        except KeyboardInterrupt as error:
            interrupt, why = error, "interrupted while cleaning up"
            continue
        except Exception as error:
            why = f"could not clean up ({error})"
        else:
            why = ""
        break
    left = None
    if why:
        message = f"{why}: items whose keys hold `{prefix}` are left"
        left = EngineRefused(message, help="delete them: a scan finds them by that text")
    if interrupt is not None:
        raise left or interrupt
    return left


@contextmanager
def _timed(phases: dict[str, float], name: str) -> Iterator[None]:
    begin = time.perf_counter()
    try:
        yield
    finally:
        phases[name] = phases.get(name, 0.0) + time.perf_counter() - begin
