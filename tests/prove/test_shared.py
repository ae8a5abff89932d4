"""On a table that others use, nothing of ours is left, whatever happens; and nothing of theirs is touched."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.prove.report import Verdict
from cfn_table.prove.run import execute
from tests.prove.engine import SEED, deploy, design_of, on_moto, template_of
from tests.prove.lies import Answer, Call, Lie, LyingClient

DESIGN = """
design: shared
version: 1.0.0
table: {key: {partition: PK, sort: SK}, type_attribute: kind}
indexes:
  - {name: ByState, key: {partition: G1PK, sort: G1SK}}
entities:
  task:
    type: TASK
    keys: {PK: "BOARD#{board}", SK: "TASK#{task}", G1PK: "STATE#{state}", G1SK: "{task}"}
    attributes: {board: string, task: string, state: [open, done], title?: string}
  total:
    type: TOTAL
    keys: {PK: TOTALS, SK: "{day}"}
    attributes: {day: date, count: number}
access_patterns:
  get: {operation: GetItem, entity: task}
  tasks: {operation: Query, entity: task}
  open_tasks: {operation: Query, index: ByState, entity: task}
  all: {operation: Scan, entity: task, description: All of them}
  totals: {operation: Query, entity: total}
  create: {operation: PutItem, entity: task}
  close: {operation: UpdateItem, entity: task, set: {state: done}}
  drop: {operation: DeleteItem, entity: task}
  import: {operation: BatchWriteItem, entity: task}
  two:
    operation: TransactWriteItems
    parts: [{operation: PutItem, entity: task}, {operation: DeleteItem, entity: task, with: {task: "{other}"}}]
"""

THEIRS = {"PK": {"S": "BOARD#board1"}, "SK": {"S": "TASK#task1"}, "kind": {"S": "TASK"}, "title": {"S": "theirs"}}


def stopping(number: int, error: BaseException) -> Lie:
    """Raises an error at the n-th request, and at no other."""
    requests = itertools.count(1)

    def stop(name: str, call: Call, parameters: Answer) -> Answer:
        del name
        if next(requests) == number:
            raise error
        return call(**parameters)

    return stop


def remaining(client: Any) -> list[Any]:
    """All items of the table."""
    items: list[Any] = client.scan(TableName="shared")["Items"]
    return items


def test_nothing_of_ours_is_left_and_nothing_of_theirs_is_touched(tmp_path: Path) -> None:
    """Patterns that would read or write what is not ours are skipped, and the reason says why."""
    design = design_of(DESIGN, tmp_path)
    with on_moto() as client:
        deployed = deploy(design, client, is_shared=True)
        client.put_item(TableName="shared", Item=THEIRS)
        report = execute(design, template_of(design), deployed, seed=SEED)
        assert remaining(client) == [THEIRS]
    assert {each.pattern: each.reason for each in report.results if each.verdict is not Verdict.PASSED} == {
        "open_tasks": "it reads a partition that others may write to, who use this table",
        "all": "a Scan would read the items of others, who use this table",
        "totals": "the partition key of `total` has no text that could keep its items apart from those of others",
    }
    assert report.notes == ()


@pytest.mark.parametrize("number", [1, 2, 20, 60, 100])
def test_an_interrupt_leaves_nothing(number: int, tmp_path: Path) -> None:
    """Control-C at any request: what was written is deleted, then the interrupt goes on."""
    design = design_of(DESIGN, tmp_path)
    with on_moto() as client:
        deployed = deploy(design, client, is_shared=True)
        client.put_item(TableName="shared", Item=THEIRS)
        deployed = replace(deployed, client=LyingClient(client, stopping(number, KeyboardInterrupt())))
        with pytest.raises(KeyboardInterrupt):
            execute(design, template_of(design), deployed, seed=SEED)
        assert remaining(client) == [THEIRS]


@pytest.mark.parametrize("number", [1, 2, 20, 60, 100])
def test_a_connection_that_breaks_leaves_nothing(number: int, tmp_path: Path) -> None:
    """botocore's error becomes ours, which says that the engine does not answer."""
    design = design_of(DESIGN, tmp_path)
    with on_moto() as client:
        deployed = deploy(design, client, is_shared=True)
        error = EndpointConnectionError(endpoint_url="https://example.com")
        deployed = replace(deployed, client=LyingClient(client, stopping(number, error)))
        with pytest.raises(EngineRefused, match="moto does not answer: Could not connect to the endpoint URL"):
            execute(design, template_of(design), deployed, seed=SEED)
        assert remaining(client) == []


def failing_from(number: int, error: BaseException) -> Lie:
    """Raises an error at the n-th request and at all that follow."""
    requests = itertools.count(1)

    def fail(name: str, call: Call, parameters: Answer) -> Answer:
        del name
        if next(requests) >= number:
            raise error
        return call(**parameters)

    return fail


@pytest.mark.parametrize("ending", [KeyboardInterrupt(), EndpointConnectionError(endpoint_url="https://example.com")])
def test_what_is_left_after_an_ending_is_told(ending: BaseException, tmp_path: Path) -> None:
    """By an error that whoever interrupted the proof, or lost the connection, reads; with the text in the keys."""
    design = design_of(DESIGN, tmp_path)
    with on_moto() as client:
        deployed = deploy(design, client, is_shared=True)
        deployed = replace(deployed, client=LyingClient(client, failing_from(20, ending)))
        with pytest.raises(EngineRefused) as told:
            execute(design, template_of(design), deployed, seed=SEED)
        left = told.value.findings[-1]
        prefix = left.message.partition("items whose keys hold `")[2].partition("`")[0]
        assert "delete them: a scan finds them by that text" == left.help
        assert [True] == list({prefix in each["PK"]["S"] for each in remaining(client)})


def test_an_interrupt_while_items_are_deleted_waits_for_that(tmp_path: Path) -> None:
    """Nothing is left, and the command ends as interrupted, not as if nobody had asked it to."""
    design = design_of(DESIGN, tmp_path)
    steps: list[str] = []
    interrupts = iter([KeyboardInterrupt()])

    def interrupt(name: str, call: Call, parameters: Answer) -> Answer:
        del name
        if "deleting the items" in steps and (error := next(interrupts, None)):
            raise error
        return call(**parameters)

    with on_moto() as client:
        deployed = replace(deploy(design, client, is_shared=True), client=LyingClient(client, interrupt))
        with pytest.raises(KeyboardInterrupt):
            execute(design, template_of(design), deployed, seed=SEED, progress=steps.append)
        assert [] == remaining(client)
        assert "deleting the items" == steps[-1]


def test_what_could_not_be_deleted_is_told(tmp_path: Path) -> None:
    """A table that cannot be cleaned up is noted, with what the keys of its items hold."""

    def refuses_to_delete(name: str, call: Call, parameters: Answer) -> Answer:
        requests = [each for table in parameters.get("RequestItems", {}).values() for each in table]
        if name == "batch_write_item" and len(requests) > 3 and all("DeleteRequest" in each for each in requests):
            raise EndpointConnectionError(endpoint_url="https://example.com")
        return call(**parameters)

    design = design_of(DESIGN.replace("  import: {operation: BatchWriteItem, entity: task}\n", ""), tmp_path)
    with on_moto() as client:
        deployed = deploy(design, client, is_shared=True)
        deployed = replace(deployed, client=LyingClient(client, refuses_to_delete))
        report = execute(design, template_of(design), deployed, seed=SEED)
        (note,) = report.notes
        prefix = note.partition("`")[2].partition("`")[0]
        assert note == (
            "could not clean up (moto does not answer: Could not connect to the endpoint URL: "
            f'"https://example.com"): items whose keys hold `{prefix}` are left'
        )
        left = remaining(client)
        assert left != []
        assert all(prefix in each["PK"]["S"] for each in left)
