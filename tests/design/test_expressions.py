"""Names and values in expressions, and the parameters of a request."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_table.design.requests import derive, parameters
from tests.design.store import STORE, request
from tests.design.written import load


class TestAliases:
    """Names that DynamoDB or its syntax would trip over."""

    def test_odd_names_are_aliased(self, tmp_path: Path) -> None:
        """Reserved words by their own name, others by a number; a dot or a bracket in a name is no path."""
        one = request(
            tmp_path,
            "{operation: GetItem, entity: guest, returns: [select, odd.name, 'list[0]', größe, a b, 'odd.name.x[1]']}",
        )
        assert one.expressions["ProjectionExpression"] == "#select, #n1, #n2, #n3, #n4, #n1.#x[1]"
        assert one.names == {
            "#select": "select",
            "#n1": "odd.name",
            "#n2": "list[0]",
            "#n3": "größe",
            "#n4": "a b",
            "#x": "x",
        }

    def test_aliases_never_collide(self, tmp_path: Path) -> None:
        """An attribute that is called like the alias of another gets one of its own."""
        design = STORE.replace("guestId: string, ", "guestId: string, n0: string, n1: string, ")
        one = request(tmp_path, "{operation: GetItem, entity: guest, returns: [n1, 'a b', n0, größe]}", design)
        assert ["n1", "a b", "n0", "größe"] == [
            one.names[alias] for alias in one.expressions["ProjectionExpression"].split(", ")
        ]

    def test_key_attributes_with_dots_are_one_name(self, tmp_path: Path) -> None:
        """In key conditions too."""
        design = (
            STORE.replace("partition: PK, sort: SK", "partition: P.K, sort: 'S[K]'")
            .replace("PK: ", "P.K: ")
            .replace("SK: ", "'S[K]': ")
        )
        design = design.replace("GSI1P.K:", "GSI1PK:").replace("GSI1'S[K]':", "GSI1SK:").replace("GSI4P.K:", "GSI4PK:")
        design = design.replace("partition: PK, sort: LSI1SK", "partition: P.K, sort: LSI1SK").replace(
            "LSI1'S[K]'?", "LSI1SK?"
        )
        one = request(tmp_path, "{operation: Query, entity: user}", design)
        assert ({"P.K", "S[K]"}, 2) == (set(one.names.values()), len(one.names))
        one = request(tmp_path, "{operation: PutItem, entity: user}", design)
        assert {"#n0": "P.K"} == one.names

    def test_values_are_named_after_their_attribute(self, tmp_path: Path) -> None:
        """With letters, digits and `_` only."""
        one = request(tmp_path, "{operation: Scan, filter: {größe: 5, 'a b': x}}")
        assert {":gr__e": "5", ":a_b": "x"} == {name: value.text for name, value in one.values.items()}


DELETE = "{operation: DeleteItem, entity: order, with: {userId: '{other}', placedAt: '{when}'}}"


class TestParameters:
    """Name and type of what a caller gives."""

    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("{operation: GetItem, entity: order}", {"userId": "string", "placedAt": "timestamp", "orderId": "string"}),
            ("{operation: GetItem, entity: player}", {"game": "string", "part": "string", "playerId": "string"}),
            ("{operation: Query, entity: order}", {"userId": "string"}),
            (
                "{operation: Query, index: GSI3, entity: player, sort_key: {gte: '{score}'}}",
                {"country": "string", "city": "string", "score": "number"},
            ),
            (
                "{operation: Query, entity: order, sort_key: {begins_with: 'ORDER#{p}'}}",
                {"userId": "string", "p": "string"},
            ),
            (
                "{operation: Query, entity: order, filter: {total: {gt: '{least}'}}}",
                {"userId": "string", "least": "number"},
            ),
            ("{operation: Query, entity: user, limit: '{page}'}", {"userId": "string", "page": "number"}),
            ("{operation: Scan, filter: {address.city: '{where}'}}", {"where": "any"}),
            (
                "{operation: UpdateItem, entity: user, set: [name, tags], add: {visits: '{more}'}}",
                {"userId": "string", "name": "string", "tags": "string_set", "more": "number"},
            ),
            (
                "{operation: UpdateItem, entity: order, set: {total: '{newTotal}'}}",
                {"userId": "string", "placedAt": "timestamp", "orderId": "string", "newTotal": "number"},
            ),
            ("{operation: DeleteItem, entity: user, condition: {name: ada}}", {"userId": "string"}),
            (
                f"{{operation: TransactWriteItems, parts: [{{operation: PutItem, entity: user}}, {DELETE}]}}",
                {"userId": "string", "other": "string", "when": "timestamp", "orderId": "string"},
            ),
        ],
    )
    def test_each_has_the_type_of_its_attribute(self, pattern: str, expected: dict[str, str], tmp_path: Path) -> None:
        """In any case under its own name; a free part is a text, a path into a map anything."""
        design = load(tmp_path, f"{STORE}access_patterns:\n  p: {pattern}\n")
        (one,) = derive(design, "p")
        assert expected == parameters(design, one)
        assert expected.keys() == parameters(design, one).keys()
