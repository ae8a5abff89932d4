"""The values of requests have the types that DynamoDB compares and stores: of members, of keys, of odd names."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.load import load_design
from cfn_table.design.requests import Inputs, Names, call_parameters, derive, parameters

DESIGN = """
design: cells
version: 1.0.0
table: {key: {partition: number, sort: bytes}, type_attribute: none}
entities:
  cell:
    keys: {}
    attributes: {number: number, bytes: binary, tags?: string_set, sizes?: number_set, list?: list, "a b?": string}
access_patterns:
  tagged: {operation: Query, entity: cell, sort_key: any, filter: {tags: {contains: "{tag}"}}}
  sized: {operation: Query, entity: cell, sort_key: any, filter: {sizes: {contains: "{one}"}}}
  listed: {operation: Query, entity: cell, sort_key: any, filter: {list: {contains: "{it}"}}}
  fixed: {operation: Query, entity: cell, sort_key: {equals: AAE=}}
  rename: {operation: UpdateItem, entity: cell, set: ["a b"]}
  two: {operation: TransactGetItems, parts: [{operation: GetItem, entity: cell, with: {number: "5"}}]}
"""


def values(tmp_path: Path, name: str, arguments: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """The parameters of a pattern, and those of its call."""
    path = tmp_path / "cells.yaml"
    path.write_text(DESIGN, encoding="utf-8")
    design = load_design(path, environment={})
    (request,) = derive(design, name)
    return parameters(design, request), call_parameters(design, request, Inputs(arguments), Names("cells"))


@pytest.mark.parametrize(
    ("name", "parameter", "kind", "value", "expected"),
    [
        ("tagged", "tag", "string", "vip", {"S": "vip"}),
        ("sized", "one", "number", Decimal(1), {"N": "1"}),
        ("listed", "it", "any", "vip", {"S": "vip"}),
    ],
)
def test_what_contains_looks_for_is_a_member(
    name: str, parameter: str, kind: str, value: Any, expected: dict[str, str], tmp_path: Path
) -> None:
    """A set contains no set (API reference, Condition: CONTAINS), and a parameter is one of its members."""
    kinds, call = values(tmp_path, name, {"number": Decimal(1), parameter: value})
    assert kinds[parameter] == kind
    assert call["ExpressionAttributeValues"][f":{parameter}"] == expected


def test_a_fixed_value_of_a_key_has_the_type_of_the_key(tmp_path: Path) -> None:
    """A number or a binary, not their text."""
    _, call = values(tmp_path, "fixed", {"number": Decimal(1)})
    assert call["ExpressionAttributeValues"] == {":number": {"N": "1"}, ":bytes": {"B": b"\x00\x01"}}
    _, call = values(tmp_path, "two", {"bytes": b"x"})
    assert call["TransactItems"][0]["Get"]["Key"] == {"number": {"N": "5"}, "bytes": {"B": b"x"}}


def test_what_a_list_sets_is_a_parameter_whatever_its_name(tmp_path: Path) -> None:
    """And not the text `{a b}`."""
    arguments = {"number": Decimal(1), "bytes": b"x", "a b": "new"}
    kinds, call = values(tmp_path, "rename", arguments)
    assert kinds["a b"] == "string"
    assert call["ExpressionAttributeValues"] == {":a_b": {"S": "new"}}
