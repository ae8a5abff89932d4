"""What access patterns are called with in examples follows from the design's samples."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.design import Design
from cfn_table.design.model import Attribute
from cfn_table.emit.queries import emit_queries
from cfn_table.emit.queries.calls import calls_of
from cfn_table.emit.sample_values import beginning, changed, near, plausible
from cfn_table.errors import RefusedError
from tests.emit.written import by_name, design_of


def test_arguments_come_from_the_samples(designs: dict[str, Design]) -> None:
    """Ranges lie around a sample, prefixes begin it, updates change it, and a limit is small."""
    kv = by_name(designs["kv-storage"])
    assert {"S": "KEY#user:"} == kv["list_keys_by_prefix"].parameters["ExpressionAttributeValues"][":GSI1SK"]
    update = kv["manage_key_update_item"].parameters["ExpressionAttributeValues"]
    assert {"S": "2024-01-02T00:00:00Z"} == update[":updatedAt"]
    readings = by_name(designs["device-telemetry"])["readings_between"].parameters["ExpressionAttributeValues"]
    assert ({"N": "1704063600"}, {"N": "1704070800"}) == (readings[":recordedAt"], readings[":recordedAt_2"])
    shop = by_name(designs["shop"])
    assert 10 == shop["orders_of_customer"].parameters["Limit"]
    assert {"N": "99.90"} == shop["orders_of_day"].parameters["ExpressionAttributeValues"][":atLeast"]
    stock = shop["place_order"].parameters["TransactItems"][2]["Update"]["ExpressionAttributeValues"]
    assert {":minusQuantity": {"N": "-3"}, ":quantity": {"N": "3"}} == stock


def test_entities_without_samples_get_plausible_values(tmp_path: Path) -> None:
    """Of the attribute's pattern, listed values or type; what another entity has too is as in that one's sample."""
    design = design_of(
        tmp_path,
        """
entities:
  user:
    keys: {PK: "U#{userId}", SK: U}
    attributes: {userId: string}
    samples: [{userId: ada}]
  order:
    keys: {PK: "U#{userId}", SK: "O#{code}#{number:04}"}
    attributes:
      userId: string
      code: {type: string, pattern: "[A-Z]{3}-[0-9]+"}
      number: number
      state: [open, closed]
      when: date
      data: binary
access_patterns:
  put_order: {operation: PutItem, entity: order}
  orders_from: {operation: Query, entity: order, sort_key: {begins_with: "O#{start}"}}
""",
    )
    put, query = calls_of(design)
    item = {**put.parameters["Item"]}
    assert ({"S": "U#ada"}, {"S": "O#AAA-0#0001"}) == (item["PK"], item["SK"])
    assert ({"S": "open"}, {"S": "2024-01-31"}, {"B": b"\1\2\3"}) == (item["state"], item["when"], item["data"])
    assert {"S": "O#AAA-"} == query.parameters["ExpressionAttributeValues"][":SK"]


def test_a_transaction_touches_each_item_once(tmp_path: Path) -> None:
    """Two parts of one entity take two samples, or one and another like it: DynamoDB refuses one item twice."""
    design = design_of(
        tmp_path,
        """
entities:
  account:
    keys: {PK: "A#{id}", SK: A}
    attributes: {id: string, balance: number}
    samples: [{id: ada, balance: 5}]
access_patterns:
  pay:
    operation: TransactWriteItems
    parts:
      - {operation: UpdateItem, entity: account, with: {id: "{from}"}, add: {balance: "{minusAmount}"}}
      - {operation: UpdateItem, entity: account, with: {id: "{to}"}, add: {balance: "{amount}"}}
""",
    )
    (call,) = calls_of(design)
    keys = [each["Update"]["Key"]["PK"]["S"] for each in call.parameters["TransactItems"]]
    assert ["A#ada", "A#ada2"] == keys


def test_an_entity_of_which_nothing_can_be_made_up_is_refused(tmp_path: Path) -> None:
    """A pattern with a look-ahead is no regular expression that gives an example; its place in the file is told."""
    design = design_of(
        tmp_path,
        """
entities:
  thing:
    keys: {PK: "T#{id}", SK: T}
    attributes: {id: {type: string, pattern: "(?=b)b{7}"}}
access_patterns:
  get_thing: {operation: GetItem, entity: thing}
""",
    )
    with pytest.raises(RefusedError, match="entity `thing` has no samples, and none can be made up") as refused:
        emit_queries(design)
    assert "add one to the samples of `thing`" == refused.value.help
    assert refused.value.location is not None
    assert 6 == refused.value.location.line


@pytest.mark.parametrize(
    ("value", "comparison", "position", "kind", "expected"),
    [
        (Decimal("12.5"), "between", 0, "number", Decimal("11.5")),
        (Decimal("12.5"), "between", 1, "number", Decimal("13.5")),
        (Decimal(7200), "gt", 0, "epoch", Decimal(3600)),
        (Decimal(7), "gte", 0, "number", Decimal(7)),
        (Decimal("9" * 38), "lt", 0, "number", Decimal("1" + "0" * 38)),
        ("2024-02-29", "between", 1, "date", "2024-03-01"),
        ("2024-01-01T00:00:00Z", "gt", 0, "timestamp", "2023-12-31T00:00:00Z"),
        ("9999-12-31", "lt", 0, "date", "9999-12-31"),
        ("user:123", "begins_with", 0, "string", "user:"),
        ("Lamp|lamp-1", "begins_with", 0, "key", "Lamp"),
        ("lamp", "begins_with", 0, "string", "la"),
        (["a", "b"], "contains", 0, "string_set", "a"),
        (b"\1\2", "gt", 0, "binary", b"\1"),
        (True, "not_equals", 0, "boolean", False),
    ],
)
def test_bounds_hold_for_the_sample(value: Any, comparison: str, position: int, kind: str, expected: Any) -> None:
    """They are near it, and the comparison with it is true."""
    assert expected == near(value, comparison, position, kind)


def test_a_changed_value_is_still_one_of_the_attribute() -> None:
    """Listed values follow each other around."""
    assert "free" == changed("pro", "string", ("free", "pro"))
    assert Decimal(1) == changed(Decimal(3), "number", ("1", "3"))
    assert "text" == changed("text", "string", ())
    assert None is beginning(None)


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ({"type": "string"}, "userId1"),
        ({"pattern": "[0-9]{4}"}, "0000"),
        ({"values": ["b", "a"]}, "b"),
        ({"type": "epoch"}, "1704067200"),
    ],
)
def test_plausible_values_fit_their_attribute(attribute: dict[str, Any], expected: str) -> None:
    """What is listed or matches, else what the type has, else the name with a number."""
    assert expected == plausible("userId", Attribute.model_validate(attribute), "#")
    assert plausible("userId", Attribute(), "I") not in ("", "userId1")
