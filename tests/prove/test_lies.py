"""The proof has teeth: whatever an engine does otherwise than DynamoDB, a pattern that suffers from it fails."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from cfn_table.prove.report import Verdict
from cfn_table.prove.run import execute
from tests.prove import lies
from tests.prove.engine import SEED, deploy, design_of, on_moto, template_of

DESIGN = """
design: lied-to
version: 1.0.0
table: {key: {partition: PK, sort: SK}, type_attribute: kind}
indexes:
  - {name: ByState, key: {partition: G1PK, sort: G1SK}}
  - {name: ByOwner, key: {partition: G2PK, sort: SK}, projection: {include: [title]}}
entities:
  task:
    type: TASK
    keys: {PK: "BOARD#{board}", SK: "TASK#{task}", G1PK: "STATE#{state}", G1SK: "{task}", G2PK?: "OWNER#{owner}"}
    attributes: {board: string, task: string, state: [open, done], owner?: string, title: string, size: number}
  note:
    type: NOTE
    keys: {PK: "BOARD#{board}", SK: "TASK#{task}#NOTE"}
    attributes: {board: string, task: string, text?: string}
access_patterns:
  get: {operation: GetItem, entity: task}
  get_title: {operation: GetItem, entity: task, returns: [title]}
  tasks: {operation: Query, entity: task}
  latest: {operation: Query, entity: task, order: descending}
  first: {operation: Query, entity: task, limit: 1}
  large: {operation: Query, index: ByState, entity: task, filter: {size: {gt: 2}}}
  of_owner: {operation: Query, index: ByOwner, entity: task, returns: [title]}
  create: {operation: PutItem, entity: task}
  move: {operation: UpdateItem, entity: task, set: [state, title]}
  abandon: {operation: UpdateItem, entity: task, remove: [owner]}
  close: {operation: DeleteItem, entity: task, condition: {state: done}}
  both:
    operation: TransactWriteItems
    parts: [{operation: PutItem, entity: note}, {operation: UpdateItem, entity: task, add: {size: 1}}]
  import: {operation: BatchWriteItem, entity: [task, note]}
  export: {operation: BatchGetItem, entity: [task, note]}
"""

QUERIES = {"tasks", "latest", "first", "large", "of_owner"}

CAUGHT = {
    lies.drops_an_item_of_a_page: QUERIES,
    lies.returns_an_item_twice: QUERIES,
    lies.ignores_filters: {"tasks", "latest", "first", "large"},
    lies.ignores_the_order: {"latest"},
    lies.orders_backwards: QUERIES - {"latest"},
    lies.loses_the_next_page: QUERIES,
    lies.ignores_limits: QUERIES,
    lies.ignores_conditions: {"create", "move", "abandon", "close"},
    lies.ignores_conditions_of_transactions: {"both"},
    lies.forgets_parts_of_transactions: {"both"},
    lies.refuses_every_condition: {"create", "move", "abandon", "close"},
    lies.forgets_index_keys: {"move"},
    lies.leaves_sparse_indexes_never: {"abandon"},
    lies.writes_to_a_neighbour_too: {"create"},
    lies.deletes_too_much: {"close"},
    lies.deletes_nothing: {"close"},
    lies.ignores_projections: {"get_title", "of_owner"},
    lies.returns_another_item: {"get", "get_title"},
    lies.finds_what_is_not_there: {"get", "get_title"},
    lies.compares_prefixes_of_partitions: QUERIES - {"large"},
    lies.takes_half_of_a_batch: {"import"},
    lies.reads_half_of_a_batch: {"export"},
    lies.rounds_numbers: {"get"},
}


COMPARISONS = """
design: compared
version: 1.0.0
table: {key: {partition: PK, sort: SK}, type_attribute: kind}
indexes:
  - {name: BySize, key: {partition: PK, sort: size}, local: true}
entities:
  task:
    type: TASK
    keys: {PK: "BOARD#{board}", SK: "TASK#{task}"}
    attributes: {board: string, task: string, size: number, title?: string, tags?: string_set, count?: number}
access_patterns:
  is: {operation: Query, index: BySize, entity: task, sort_key: {equals: "{size}"}}
  over: {operation: Query, index: BySize, entity: task, sort_key: {gt: "{low}"}}
  from: {operation: Query, index: BySize, entity: task, sort_key: {gte: "{low}"}}
  under: {operation: Query, index: BySize, entity: task, sort_key: {lt: "{high}"}}
  to: {operation: Query, index: BySize, entity: task, sort_key: {lte: "{high}"}}
  within: {operation: Query, index: BySize, entity: task, sort_key: {between: ["{low}", "{high}"]}}
  later: {operation: Query, entity: task, sort_key: {gt: "TASK#{after}"}}
  beginning: {operation: Query, entity: task, sort_key: {begins_with: "TASK#{start}"}}
  count_over: {operation: Query, entity: task, filter: {count: {gt: "{low}"}}}
  count_from: {operation: Query, entity: task, filter: {count: {gte: 2}}}
  count_under: {operation: Query, entity: task, filter: {count: {lt: "{high}"}}}
  count_to: {operation: Query, entity: task, filter: {count: {lte: "{high}"}}}
  count_within: {operation: Query, entity: task, filter: {count: {between: ["{low}", "{high}"]}}}
  not_titled: {operation: Query, entity: task, filter: {title: {not_equals: "{title}"}}}
  title_begins: {operation: Query, entity: task, filter: {title: {begins_with: "{start}"}}}
  title_holds: {operation: Query, entity: task, filter: {title: {contains: "{part}"}}}
  tagged: {operation: Query, entity: task, filter: {tags: {exists: true}}}
  untagged: {operation: Query, entity: task, filter: {tags: {exists: false}}}
  both: {operation: Query, entity: task, filter: {tags: {contains: a}, count: {in: [1, 2]}}}
  either: {operation: Query, entity: task, filter: [{tags: {contains: a}}, {title: "{title}"}]}
"""

OF_INDEX = {"is", "over", "from", "under", "to", "within"}
OF_TABLE = set(re.findall(r"^  ([a-z_]+): \{op", COMPARISONS, re.MULTILINE)) - OF_INDEX - {"later"}

KEY, FILTER = "KeyConditionExpression", "FilterExpression"

MISREAD: dict[tuple[str, str, str], set[str]] = {
    (KEY, "#size =", "#size >="): {"is"},
    (KEY, " > ", " >= "): {"over"},
    (KEY, " >= ", " > "): {"from"},
    (KEY, " < ", " <= "): {"under"},
    (KEY, " <= ", " < "): {"to"},
    (KEY, " AND :size_2", " AND :size"): {"within"},
    (KEY, "begins_with(#SK, :SK)", "#SK = :SK"): OF_TABLE,
    (FILTER, " > ", " >= "): {"count_over"},
    (FILTER, " >= ", " > "): {"count_from"},
    (FILTER, " < ", " <= "): {"count_under"},
    (FILTER, " <= ", " < "): {"count_to"},
    (FILTER, " BETWEEN :low AND :high", " = :low"): {"count_within"},
    (FILTER, " BETWEEN :low AND :high", " = :high"): {"count_within"},
    (FILTER, "<>", "="): {"not_titled"},
    (FILTER, "begins_with", "contains"): {"title_begins"},
    (FILTER, "contains(#title", "begins_with(#title"): {"title_holds"},
    (FILTER, "attribute_exists", "attribute_not_exists"): {"tagged"},
    (FILTER, "attribute_not_exists", "attribute_exists"): {"untagged"},
    (FILTER, " AND ", " OR "): {"both"},
    (FILTER, " OR ", " AND "): {"either"},
}


def failed(tmp_path: Path, lie: lies.Lie | None, text: str = DESIGN, only: Collection[str] | None = None) -> set[str]:
    """The access patterns that fail on moto where it lies; of all, or only of some."""
    design = design_of(text, tmp_path)
    with on_moto() as client:
        deployed = deploy(design, client)
        if lie is not None:
            deployed = replace(deployed, client=lies.LyingClient(client, lie))
        report = execute(design, template_of(design), deployed, seed=SEED, only=only)
    return {each.pattern for each in report.results if each.verdict is Verdict.FAILED}


def test_an_honest_engine_is_believed(tmp_path: Path) -> None:
    """Without a lie nothing fails."""
    assert failed(tmp_path, None) == set()


@pytest.mark.parametrize(("lie", "expected"), CAUGHT.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_lie_is_caught(lie: lies.Lie, expected: set[str], tmp_path: Path) -> None:
    """Exactly the patterns that suffer from it fail: one failure does not become the next one's."""
    assert failed(tmp_path, lie) == expected


def test_an_honest_engine_compares_rightly(tmp_path: Path) -> None:
    """Without a lie no comparison fails."""
    assert failed(tmp_path, None, COMPARISONS) == set()


@pytest.mark.parametrize(
    ("misread", "expected"), MISREAD.items(), ids=lambda each: "".join(each) if isinstance(each, tuple) else ""
)
def test_a_comparison_that_is_misread_is_caught(
    misread: tuple[str, str, str], expected: set[str], tmp_path: Path
) -> None:
    """Something is at each limit, and something just beside it; what it does not touch passes."""
    assert expected == failed(tmp_path, lies.reads_it_as(*misread), COMPARISONS, only={*expected, "later"})
