"""Filters of queries and scans: what the pattern states, and what tells entities apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.design.store import STORE, request, why_not


class TestFilters:
    """Tests of returned items, and of the type where others could be returned too."""

    @pytest.mark.parametrize(
        ("tests", "expected"),
        [
            ("{total: 5}", "#total = :total"),
            ("{total: {equals: 5}}", "#total = :total"),
            ("{total: {not_equals: 5}}", "#total <> :total"),
            ("{total: {gt: 5}}", "#total > :total"),
            ("{total: {gte: 5}}", "#total >= :total"),
            ("{total: {lt: 5}}", "#total < :total"),
            ("{total: {lte: '{most}'}}", "#total <= :most"),
            ("{status: {begins_with: o}}", "begins_with(#status, :status)"),
            ("{lines: {contains: x}}", "contains(#lines, :lines)"),
            ("{total: {between: [1, '{most}']}}", "#total BETWEEN :total AND :most"),
            ("{status: {in: [open, paid, '{other}']}}", "#status IN (:status, :status_2, :other)"),
            ("{total: {exists: true}}", "attribute_exists(#total)"),
            ("{total: {exists: false}}", "attribute_not_exists(#total)"),
            ("{total: {gt: 1, lt: 5}, status: open}", "#total > :total AND #total < :total_2 AND #status = :status"),
            ("[{total: 1}, {status: open}]", "#total = :total OR #status = :status"),
            (
                "[{total: 1, status: open}, {status: paid}]",
                "(#total = :total AND #status = :status) OR #status = :status_2",
            ),
            ("[[{total: 1}], {total: 2}]", "#total = :total OR #total = :total_2"),
            ("{'lines[0].price.amount': {gt: 5}}", "#lines[0].#price.#amount > :lines_0__price_amount"),
            ("{total: '{x}', status: '{x}'}", "#total = :x AND #status = :x_2"),
            ("[{total: 5}, {total: 5}]", "#total = :total OR #total = :total"),
        ],
    )
    def test_filters_are_and_and_or(self, tests: str, expected: str, tmp_path: Path) -> None:
        """A mapping is a conjunction, a list a disjunction; equal operands share a placeholder."""
        one = request(tmp_path, f"{{operation: Query, entity: order, filter: {tests}}}")
        assert expected == one.expressions["FilterExpression"]
        assert set(one.values) >= {":PK", ":SK"}

    def test_a_type_filter_keeps_strangers_out(self, tmp_path: Path) -> None:
        """Where items of other entities can match the key condition."""
        one = request(tmp_path, "{operation: Query, entity: order, sort_key: any}")
        assert (("ORDER",), "#kind = :kind") == (one.types, one.expressions["FilterExpression"])
        assert ("ORDER", "kind") == (one.values[":kind"].constant, one.names["#kind"])
        assert () == request(tmp_path, "{operation: Query, entity: order}").types
        assert () == request(tmp_path, "{operation: Query, entity: [order, user], sort_key: any}").types

    def test_a_type_filter_stands_before_other_tests(self, tmp_path: Path) -> None:
        """Alternatives are put in brackets."""
        one = request(tmp_path, "{operation: Query, entity: order, sort_key: any, filter: [{total: 1}, {total: 2}]}")
        assert "#kind = :kind AND (#total = :total OR #total = :total_2)" == one.expressions["FilterExpression"]
        one = request(tmp_path, "{operation: Query, entity: order, sort_key: any, filter: {total: 1}}")
        assert "#kind = :kind AND #total = :total" == one.expressions["FilterExpression"]

    def test_a_free_part_may_hold_anything(self, tmp_path: Path) -> None:
        """Also the delimiter, so that it may lead to other entities."""
        design = STORE.replace("    type: GUEST\n", "    type: GUEST\n").replace(
            'PK: "GUEST#{guestId}", SK: GUEST', 'PK: "USER#{guestId}", SK: "ORDER#x#y#{guestId}"'
        )
        assert ("ORDER",) == request(
            tmp_path, "{operation: Query, entity: order, sort_key: {begins_with: 'ORDER#{p}'}}", design
        ).types
        assert ("ORDER",) == request(
            tmp_path, "{operation: Query, entity: order, sort_key: {equals: 'ORDER#{any}'}}", design
        ).types

    SAME = "queries-return-exactly-their-entities"

    def test_without_a_type_attribute_strangers_are_refused(self, tmp_path: Path) -> None:
        """Nothing tells the entities apart."""
        design = STORE.replace("  type_attribute: kind\n", "")
        assert why_not(tmp_path, "{operation: Query, entity: order, sort_key: any}", design) == (
            self.SAME,
            "it also returns items of `user`, and nothing tells them apart",
            "give the entities different types, narrow the sort key condition, or name both entities",
            "entity",
        )

    @pytest.mark.parametrize(
        ("of_user", "of_order"), [("ORDER", "ORDER"), (None, "ORDER"), ("USER", None), (None, None)]
    )
    def test_entities_of_one_type_or_of_none_are_refused(
        self, of_user: str | None, of_order: str | None, tmp_path: Path
    ) -> None:
        """Whichever of the two lacks a type of its own."""
        design = STORE
        for name, kind in (("USER", of_user), ("ORDER", of_order)):
            design = design.replace(f"    type: {name}\n", f"    type: {kind}\n" if kind else "")
        assert self.SAME == why_not(tmp_path, "{operation: Query, entity: order, sort_key: any}", design)[0]

    def test_an_index_that_does_not_hold_the_type_is_refused(self, tmp_path: Path) -> None:
        """Where a filter by it would be needed; `keys_only` holds no letter of it."""
        for type_attribute in ("kind", "k"):
            design = STORE.replace("type_attribute: kind", f"type_attribute: {type_attribute}").replace(
                "DAY#{day}", "DAY#{orderId}"
            )
            assert why_not(tmp_path, "{operation: Query, index: GSI4, entity: guest}", design) == (
                self.SAME,
                f"index `GSI4` also holds `order`, without `{type_attribute}`, which tells them apart",
                f"project `{type_attribute}`, or narrow the sort key condition",
                "entity",
            )

    def test_a_query_cannot_filter_by_its_key(self, tmp_path: Path) -> None:
        """A Scan can; so can a query of another index."""
        assert why_not(tmp_path, "{operation: Query, entity: order, filter: {SK: x}}") == (
            "filters-leave-keys-alone",
            "a Query cannot filter by its key attribute `SK`",
            "use `sort_key`, or filter by another attribute",
            "filter",
        )
        assert request(tmp_path, "{operation: Query, index: GSI1, entity: order, filter: {SK: x}}").expressions
        assert request(tmp_path, "{operation: Scan, entity: order, filter: {SK: x}}").expressions


class TestScans:
    """Scan."""

    def test_a_scan_of_everything_needs_no_entity(self, tmp_path: Path) -> None:
        """It has no condition and no filter."""
        one = request(tmp_path, "{operation: Scan}")
        assert ((), (), {}, {}) == (one.entities, one.key, one.expressions, one.names)

    def test_a_scan_of_entities_filters_by_type(self, tmp_path: Path) -> None:
        """One type by equality, several by IN, sorted; only the index's entities are strangers."""
        one = request(tmp_path, "{operation: Scan, entity: user}")
        assert (("USER",), "#kind = :kind") == (one.types, one.expressions["FilterExpression"])
        one = request(tmp_path, "{operation: Scan, entity: [user, order]}")
        assert (("ORDER", "USER"), "#kind IN (:kind, :kind_2)") == (one.types, one.expressions["FilterExpression"])
        one = request(tmp_path, "{operation: Scan, index: GSI1, entity: [user, order]}")
        assert ((), "GSI1") == (one.types, one.keys.index)

    def test_a_scan_has_a_projection_and_a_limit(self, tmp_path: Path) -> None:
        """Like a query."""
        one = request(tmp_path, "{operation: Scan, returns: [kind], limit: 100}")
        assert ({"ProjectionExpression": "#kind"}, 100) == (one.expressions, one.limit)
