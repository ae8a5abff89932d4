"""The oracle answers from the design's words alone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.design import Design
from cfn_table.design.items import Item, complete_item
from cfn_table.prove.oracle import Oracle
from tests.prove.engine import design_of

DESIGN = """
design: oracle
version: 1.0.0
table: {key: {partition: PK, sort: SK}, type_attribute: kind}
indexes:
  - {name: ByState, key: {partition: G1PK, sort: size}, projection: keys_only}
entities:
  task:
    type: TASK
    keys: {PK: "BOARD#{board:lower}", SK: "TASK#{number:03}", G1PK?: "STATE#{state}#{owner}"}
    attributes:
      board: string
      number: number
      state: [open, done]
      owner?: string
      size?: number
      title?: string
      tags?: string_set
      more?: map
      list?: list
  board:
    type: BOARD
    keys: {PK: "BOARD#{board:lower}", SK: INFO}
    attributes: {board: string}
access_patterns:
  get: {operation: GetItem, entity: task}
  tasks: {operation: Query, entity: task}
  all: {operation: Query, entity: [task, board], sort_key: any}
  later: {operation: Query, entity: task, sort_key: {gt: "TASK#{after:03}"}}
  of_state: {operation: Query, index: ByState, entity: task, sort_key: {between: ["{low}", "{high}"]}, returns: [PK]}
  scan: {operation: Scan, description: All}
  returned: {operation: GetItem, entity: task, returns: [title, more.a.b, "list[1]"]}
  change: {operation: UpdateItem, entity: task, set: {state: "{newState}", owner: "{newOwner}"}, add: [tags]}
  leave: {operation: UpdateItem, entity: task, remove: [owner, more.a, "list[0]"]}
  count: {operation: UpdateItem, entity: task, add: {size: 2, more.n: 1}, condition: none}
  put: {operation: PutItem, entity: task}
  drop: {operation: DeleteItem, entity: task}
"""

RAW: list[dict[str, Any]] = [
    {"board": "B", "number": "1", "state": "open", "owner": "ada", "size": "5", "title": "first", "tags": ["x"]},
    {"board": "b", "number": "10", "state": "open", "owner": "ada", "size": "10"},
    {"board": "b", "number": "2", "state": "done", "more": {"a": {"b": "x", "c": "y"}}, "list": ["p", "q"]},
    {"board": "bb", "number": "1", "state": "open"},
]


@pytest.fixture
def design(tmp_path: Path) -> Design:
    """The design that the oracle is asked about."""
    return design_of(DESIGN, tmp_path)


def items_of(design: Design) -> list[Item]:
    """Four tasks, and a board."""
    return [*(complete_item(design, "task", raw) for raw in RAW), complete_item(design, "board", {"board": "b"})]


@pytest.mark.parametrize(
    ("name", "operation", "arguments", "expected"),
    [
        ("get", "GetItem", {"board": "b", "number": Decimal(1)}, ["TASK#001"]),
        ("get", "GetItem", {"board": "B", "number": Decimal("1.0")}, ["TASK#001"]),
        ("get", "GetItem", {"board": "c", "number": Decimal(1)}, []),
        ("tasks", "Query", {"board": "b"}, ["TASK#001", "TASK#010", "TASK#002"]),
        ("all", "Query", {"board": "b"}, ["TASK#001", "TASK#010", "TASK#002", "INFO"]),
        ("later", "Query", {"board": "b", "after": Decimal(2)}, ["TASK#010"]),
        ("of_state", "Query", {"state": "open", "owner": "ada", "low": Decimal(5), "high": Decimal(9)}, ["TASK#001"]),
        ("of_state", "Query", {"state": "open", "owner": "ada", "low": Decimal(5), "high": Decimal(10)}, None),
        ("scan", "Scan", {}, ["TASK#001", "TASK#010", "TASK#002", "TASK#001", "INFO"]),
    ],
)
def test_a_read_finds_what_its_author_means(
    name: str, operation: str, arguments: dict[str, Any], expected: list[str] | None, design: Design
) -> None:
    """Placeholders are compared as keys hold them; 2 is less than 10; what is in no index is not found by it."""
    found = Oracle(design).read(design.pattern(name), operation, arguments, items_of(design))
    assert (expected or ["TASK#001", "TASK#010"]) * (expected != []) == [item.attributes["SK"] for item in found]


def test_what_is_returned(design: Design) -> None:
    """Paths give what they lead to and nothing beside it; an index gives what it holds."""
    oracle, items = Oracle(design), items_of(design)
    assert oracle.shown(design.pattern("returned"), design.table_keys, items[2]) == {
        "more": {"a": {"b": "x"}},
        "list": ["q"],
    }
    assert oracle.shown(design.pattern("returned"), design.table_keys, items[1]) == {}
    query = design.pattern("of_state").model_copy(update={"returns": None})
    assert set(oracle.shown(query, design.keys_of("ByState"), items[0])) == {"PK", "SK", "G1PK", "size"}


@pytest.mark.parametrize(
    ("test", "arguments", "expected"),
    [
        ({"title": "first"}, {}, [1]),
        ({"title": {"not_equals": "first"}}, {}, [2, 3, 4]),
        ({"title": {"exists": "false"}}, {}, [2, 3, 4]),
        ({"size": {"gt": "5"}}, {}, [2]),
        ({"size": {"between": ["5", "{most}"]}}, {"most": Decimal(10)}, [1, 2]),
        ({"size": {"in": ["1", "10"]}}, {}, [2]),
        ({"title": {"contains": "irs"}}, {}, [1]),
        ({"title": {"begins_with": "irs"}}, {}, []),
        ({"tags": {"contains": "x"}}, {}, [1]),
        ({"tags": {"contains": "{tag}"}}, {"tag": "x"}, [1]),
        ({"more.a.b": "x", "list[1]": "q"}, {}, [3]),
        ({"more.a": {"exists": "true"}}, {}, [3]),
        ([{"size": "5"}, {"list[0]": {"in": ["p", "z"]}}], {}, [1, 3]),
        ({"more.a.b": {"gt": "{it}"}}, {"it": Decimal(1)}, []),
    ],
)
def test_tests_hold(test: Any, arguments: dict[str, Any], expected: list[int], design: Design) -> None:
    """What is missing passes only `not_equals` and `exists: false`; values of other types are not ordered."""
    from cfn_table.design.model.patterns import read_tests

    pattern = design.pattern("tasks")
    items = items_of(design)[:4]
    found = [
        number
        for number, item in enumerate(items, 1)
        if Oracle(design).passes(pattern, read_tests(test), item.attributes, arguments)
    ]
    assert expected == found


@pytest.mark.parametrize(
    ("operation", "name", "there", "expected"),
    [
        ("PutItem", "put", False, True),
        ("PutItem", "put", True, False),
        ("UpdateItem", "change", False, False),
        ("UpdateItem", "change", True, True),
        ("UpdateItem", "count", False, True),
        ("DeleteItem", "drop", False, True),
        ("DeleteItem", "drop", True, True),
    ],
)
def test_conditions_have_defaults(operation: str, name: str, there: bool, expected: bool, design: Design) -> None:
    """A put makes, an update changes, a delete takes what may be there."""
    stored = items_of(design)[0] if there else None
    assert expected is Oracle(design).writes(design.pattern(name), operation, {}, stored)


def updated(design: Design, name: str, stored: Item | None, arguments: dict[str, Any]) -> dict[str, Any]:
    """The attributes after an update of task 1 of board B."""
    view = design.entities["task"]
    key = {"PK": "BOARD#b", "SK": "TASK#001", "board": "B", "number": Decimal(1)}
    return Oracle(design).updated(design.pattern(name), view, key, arguments, stored)


def test_an_update_rewrites_index_keys(design: Design) -> None:
    """Sets are joined, and the index key follows what it is made of."""
    item = items_of(design)[0]
    arguments = {"newState": "done", "newOwner": "bob", "tags": ["y", "x"]}
    assert updated(design, "change", item, arguments) == {
        **item.attributes,
        "state": "done",
        "owner": "bob",
        "G1PK": "STATE#done#bob",
        "tags": ["x", "y"],
    }


def test_an_update_takes_an_item_out_of_an_index(design: Design) -> None:
    """What an index key is made of is removed, and so is the key; inner paths are removed alone."""
    item = complete_item(design, "task", {**RAW[0], "more": {"a": "x", "b": "y"}, "list": ["p", "q"]})
    expected = {**item.attributes, "more": {"b": "y"}, "list": ["q"]}
    del expected["owner"], expected["G1PK"]
    assert updated(design, "leave", item, {}) == expected
    assert item.attributes["more"] == {"a": "x", "b": "y"}


def test_an_update_makes_an_item(design: Design) -> None:
    """Without a condition: the key and what is added to nothing."""
    assert updated(design, "count", None, {}) == {
        "PK": "BOARD#b",
        "SK": "TASK#001",
        "size": Decimal(2),
        "more": {"n": Decimal(1)},
    }


@pytest.mark.parametrize(
    ("test", "arguments", "expected"),
    [
        ({"size": {"between": ["{low}", "{high}"]}}, {"low": Decimal(2), "high": Decimal(1)}, False),
        ({"size": {"between": ["{low}", "{high}"]}}, {"low": Decimal(1), "high": Decimal(1)}, True),
        ({"title": {"between": ["{low}", "{high}"]}}, {"low": "10", "high": "2"}, True),
        ({"more.a": {"gt": "{it}"}}, {"it": {}}, False),
        ({"more.a": {"gt": "{it}"}}, {"it": True}, False),
        ({"more.a": {"begins_with": "{it}"}}, {"it": Decimal(1)}, False),
        ({"more.a": "{it}"}, {"it": {}}, True),
    ],
)
def test_what_dynamodb_refuses_is_not_asked(
    test: Any, arguments: dict[str, Any], expected: bool, design: Design
) -> None:
    """A range does not end before it begins, and only texts, numbers and binaries are ordered."""
    from cfn_table.design.model.patterns import read_tests

    pattern = design.pattern("tasks").model_copy(update={"filter": read_tests(test)})
    assert expected is Oracle(design).is_askable(pattern, arguments)
