"""What executing a design's patterns says where it cannot, or where the engine answers with errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.report import OperationResult, Report, Verdict
from cfn_table.prove.run import execute
from tests.prove.engine import SEED, deploy, design_of, on_moto, prove, template_of
from tests.prove.lies import Answer, Call, Lie, LyingClient

DESIGN = """
design: run
version: 1.0.0
table: {key: {partition: PK, sort: SK}, type_attribute: kind}
entities:
  task:
    type: TASK
    keys: {PK: "BOARD#{board}", SK: "TASK#{task}"}
    attributes: {board: string, task: string, code: {type: string, pattern: "[a-z]+"}, size?: number}
access_patterns:
  get: {operation: GetItem, entity: task}
  tasks: {operation: Query, entity: task}
  create: {operation: PutItem, entity: task}
  batch: {operation: BatchWriteItem, entity: task}
"""

IRREGULAR = "pattern: '(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{30}'"


def result(report: Report, pattern: str) -> OperationResult:
    """What the only operation of a pattern has shown."""
    (found,) = [each for each in report.results if each.pattern == pattern]
    return found


def lying(tmp_path: Path, lie: Lie) -> Report:
    """The report of an engine that lies."""
    design = design_of(DESIGN, tmp_path)
    with on_moto() as client:
        deployed = replace(deploy(design, client), client=LyingClient(client, lie))
        return execute(design, template_of(design), deployed, seed=SEED)


def test_what_cannot_be_made_up_is_a_failure_that_says_what_to_do(tmp_path: Path) -> None:
    """A value whose pattern is not regular: the patterns of its entity fail, with the way out."""
    with on_moto() as client:
        report = prove(design_of(DESIGN.replace('pattern: "[a-z]+"', IRREGULAR), tmp_path), client)
    told = "no value of `code` could be made up: give entity `task` a sample"
    assert {each.pattern: each.failures for each in report.results} == dict.fromkeys(
        ("get", "tasks", "create", "batch"), (told,)
    )


def test_a_sample_is_enough(tmp_path: Path) -> None:
    """The value of the sample is the only one that is tried."""
    text = DESIGN.replace('pattern: "[a-z]+"', IRREGULAR).replace(
        "access_patterns:",
        "    samples: [{board: b, task: t, code: ABCDEFGHIJKLMNOPQRSTUVWXYZ0123}]\naccess_patterns:",
    )
    with on_moto() as client:
        assert not prove(design_of(text, tmp_path), client).failed


def test_what_finds_nothing_is_a_failure(tmp_path: Path) -> None:
    """A pattern that is right, and finds nothing that was made up, is not proven."""
    text = DESIGN.replace("tasks: {operation: Query, entity: task}", "tasks: {operation: Query, entity: task, FILTER}")
    text = text.replace("FILTER", "filter: {size: {gt: 5, lt: 3}}")
    with on_moto() as client:
        report = prove(design_of(text, tmp_path), client)
    assert result(report, "tasks").failures == (
        "nothing that was made up is found by it: give its entities samples that are",
    )


def test_an_error_of_the_service_fails_its_pattern_alone(tmp_path: Path) -> None:
    """The answer of the engine is told; the other patterns are executed."""

    def throttles(name: str, call: Call, parameters: Answer) -> Answer:
        if name == "query":
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slower"}}, "Query")
        return call(**parameters)

    report = lying(tmp_path, throttles)
    assert result(report, "tasks").failures == ("moto answers ThrottlingException: slower",)
    assert {each.pattern for each in report.results if each.verdict is Verdict.FAILED} == {"tasks"}


def test_what_moto_breaks_on_is_not_proven(tmp_path: Path) -> None:
    """An error inside of moto may hide a wrong request: the pattern fails, and the way out is named."""

    def breaks(name: str, call: Call, parameters: Answer) -> Answer:
        if name == "query":
            raise TypeError("dict > str")
        return call(**parameters)

    found = result(lying(tmp_path, breaks), "tasks")
    assert found.verdict is Verdict.FAILED
    assert found.failures == ("moto breaks with TypeError: dict > str; try DynamoDB Local",)


def test_items_that_the_table_does_not_take(tmp_path: Path) -> None:
    """A table with other keys is refused before any pattern is executed."""

    def has_other_keys(name: str, call: Call, parameters: Answer) -> Answer:
        del call, parameters
        raise ClientError({"Error": {"Code": "ValidationException", "Message": "One of the keys is missing"}}, name)

    with pytest.raises(EngineRefused) as raised:
        lying(tmp_path, has_other_keys)
    assert str(raised.value) == (
        "moto does not take the items of the design: ValidationException: One of the keys is missing"
    )
    assert raised.value.help == "the table's keys are not those that the design's items have"


def test_what_a_batch_leaves_is_sent_again(tmp_path: Path) -> None:
    """Unprocessed items are no failure, and none is lost."""
    left: list[Any] = []

    def takes_half(name: str, call: Call, parameters: Answer) -> Answer:
        if name != "batch_write_item":
            return call(**parameters)
        ((table, requests),) = parameters["RequestItems"].items()
        taken = requests[: (len(requests) + 1) // 2]
        rest = requests[len(taken) :]
        left.extend(rest)
        answer = call(**{**parameters, "RequestItems": {table: taken}})
        return answer | ({"UnprocessedItems": {table: rest}} if rest else {})

    assert not lying(tmp_path, takes_half).failed
    assert left


def test_the_same_seed_gives_the_same_report(tmp_path: Path) -> None:
    """Cases and requests follow from the design and the seed."""

    def counted(seed: int) -> list[tuple[str, int, int, int]]:
        with on_moto() as client:
            report = prove(design_of(DESIGN, tmp_path), client, seed=seed)
        return [(each.pattern, each.cases, each.requests, each.items) for each in report.results]

    assert counted(1) == counted(1)


def test_a_design_without_patterns_has_an_empty_report(tmp_path: Path) -> None:
    """Nothing to prove is nothing that fails."""
    text = DESIGN.partition("access_patterns:")[0]
    with on_moto() as client:
        report = prove(design_of(text, tmp_path), client)
    assert (report.results, report.failed) == ((), False)
