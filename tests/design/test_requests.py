"""What access patterns on single items, batches and transactions send to DynamoDB."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_table.design.requests import Underivable, derive, parameters
from tests.design.store import STORE, TAKES, keys, request, requests, sent, why_not
from tests.design.written import load


class TestSingleItems:
    """GetItem, PutItem, UpdateItem, DeleteItem."""

    def test_get_item_gives_the_whole_key(self, tmp_path: Path) -> None:
        """And nothing else."""
        one = request(tmp_path, "{operation: GetItem, entity: order}")
        assert ["PK equals USER#{userId}", "SK equals ORDER#{placedAt}#{orderId}"] == keys(one)
        assert ({}, None, ("order",), None) == (sent(one), one.returns, one.entities, one.keys.index)

    def test_a_projection_is_aliased(self, tmp_path: Path) -> None:
        """In the order in which it is written; paths lead into maps and lists."""
        one = request(tmp_path, "{operation: GetItem, entity: user, returns: [name, 'address.lines[0].text', userId]}")
        assert sent(one) == {
            "ProjectionExpression": "#name, #address.#lines[0].#text, #userId",
            "#name": "name",
            "#address": "address",
            "#lines": "lines",
            "#text": "text",
            "#userId": "userId",
        }
        assert ("name", "address.lines[0].text", "userId") == one.returns

    def test_put_item_makes_and_does_not_overwrite(self, tmp_path: Path) -> None:
        """By default; it writes all attributes of the entity, keys and type included."""
        one = request(tmp_path, "{operation: PutItem, entity: user}")
        assert {"ConditionExpression": "attribute_not_exists(#PK)", "#PK": "PK"} == sent(one)
        expected = "GSI1PK GSI1SK PK SK address email kind name tags userId visits"
        assert tuple(expected.split()) == one.changes

    @pytest.mark.parametrize(
        ("operation", "condition", "expected"),
        [
            ("PutItem", "", "attribute_not_exists(#PK)"),
            ("UpdateItem", "", "attribute_exists(#PK)"),
            ("DeleteItem", "", None),
            ("PutItem", "exists", "attribute_exists(#PK)"),
            ("PutItem", "none", None),
            ("UpdateItem", "not_exists", "attribute_not_exists(#PK)"),
            ("UpdateItem", "none", None),
            ("DeleteItem", "exists", "attribute_exists(#PK)"),
            ("DeleteItem", "{name: ada}", "#name = :name"),
            ("DeleteItem", "{visits: {gt: 5, lt: '{most}'}}", "#visits > :visits AND #visits < :most"),
        ],
    )
    def test_each_write_has_its_condition(
        self, operation: str, condition: str, expected: str | None, tmp_path: Path
    ) -> None:
        """The default, or the one that is stated."""
        field = f", condition: {condition}" if condition else ""
        change = ", set: [name]" if operation == "UpdateItem" else ""
        one = request(tmp_path, f"{{operation: {operation}, entity: user{change}{field}}}")
        assert expected == one.expressions.get("ConditionExpression")

    def test_several_operations_make_several_requests(self, tmp_path: Path) -> None:
        """One each, in the order in which they are listed; an update's fields are the update's alone."""
        found = requests(tmp_path, "{operation: [DeleteItem, GetItem, UpdateItem, PutItem], entity: user, set: [name]}")
        assert ["DeleteItem", "GetItem", "UpdateItem", "PutItem"] == [one.operation for one in found]
        assert [[], [], ["UpdateExpression", "ConditionExpression"], ["ConditionExpression"]] == [
            list(one.expressions) for one in found
        ]


class TestBatchesAndTransactions:
    """Several items at once."""

    def test_a_batch_reads_several_entities(self, tmp_path: Path) -> None:
        """With a projection, without conditions."""
        one = request(tmp_path, "{operation: BatchGetItem, entity: [user, order], returns: [userId]}")
        assert (("user", "order"), {"ProjectionExpression": "#userId"}) == (one.entities, one.expressions)

    def test_a_batch_of_several_entities_has_the_key_of_each(self, tmp_path: Path) -> None:
        """And it takes what the keys of all of them hold."""
        design = load(tmp_path, f"{STORE}access_patterns:\n  p: {{operation: BatchGetItem, entity: [user, order]}}\n")
        (one,) = derive(design, "p")
        assert () == one.key
        assert {"user": "USER#{userId} PROFILE", "order": "USER#{userId} ORDER#{placedAt}#{orderId}"} == {
            entity: " ".join(str(each.templates[0]) for each in key) for entity, key in one.keys_by_entity.items()
        }
        assert {"userId": "string", "placedAt": "timestamp", "orderId": "string"} == parameters(design, one)

    def test_a_request_says_its_order(self, tmp_path: Path) -> None:
        """A Query has one, by default ascending; nothing else has any."""
        orders = [
            request(tmp_path, pattern).order
            for pattern in (
                "{operation: Query, entity: user}",
                "{operation: Query, entity: user, order: descending}",
                "{operation: GetItem, entity: user}",
            )
        ]
        assert ["ascending", "descending", None] == orders

    def test_a_batch_writes_whole_items(self, tmp_path: Path) -> None:
        """Without conditions, which it cannot have."""
        one = request(tmp_path, "{operation: BatchWriteItem, entity: guest}")
        assert ({}, {"guestId", "odd.name", "PK", "SK", "kind"} <= set(one.changes)) == (one.expressions, True)

    def test_a_transaction_writes_its_parts(self, tmp_path: Path) -> None:
        """Each part is a request with its own default condition."""
        one = request(
            tmp_path,
            "{operation: TransactWriteItems, parts: [{operation: PutItem, entity: order}, "
            "{operation: UpdateItem, entity: user, add: {visits: 1}}, {operation: DeleteItem, entity: guest}, "
            "{operation: ConditionCheck, entity: user, condition: {name: ada}}]}",
        )
        assert (("order", "user", "guest"), ()) == (one.entities, one.key)
        assert ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheck"] == [part.operation for part in one.parts]
        assert ["attribute_not_exists(#PK)", "attribute_exists(#PK)", None, "#name = :name"] == [
            part.expressions.get("ConditionExpression") for part in one.parts
        ]

    def test_a_condition_check_checks_existence_by_default(self, tmp_path: Path) -> None:
        """A check of nothing is refused."""
        part = "{operation: TransactWriteItems, parts: [{operation: ConditionCheck, entity: user%s}]}"
        assert "attribute_exists(#PK)" == request(tmp_path, part % "").parts[0].expressions["ConditionExpression"]
        assert (TAKES, "a ConditionCheck checks a condition", "", "condition") == why_not(
            tmp_path, part % ", condition: none"
        )

    def test_with_fixes_and_renames_placeholders(self, tmp_path: Path) -> None:
        """A fixed text is checked as a value is; a rename makes another parameter."""
        one = request(
            tmp_path,
            "{operation: TransactGetItems, parts: [{operation: GetItem, entity: user}, "
            "{operation: GetItem, entity: user, with: {userId: '{friendId}'}}, "
            "{operation: GetItem, entity: user, with: {userId: admin}, returns: [name]}]}",
        )
        assert ["USER#{userId}", "USER#{friendId}", "USER#admin"] == [
            str(part.key[0].templates[0]) for part in one.parts
        ]
        assert ["USER#", ("USER#admin",)] == [
            one.parts[1].key[0].templates[0].parts[0],
            one.parts[2].key[0].templates[0].parts,
        ]

    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            (
                "{operation: TransactGetItems}",
                ("TransactGetItems needs `parts`", "list its actions, each like an access pattern"),
            ),
            (
                "{operation: TransactGetItems, parts: [{operation: PutItem, entity: user}]}",
                ("PutItem cannot be part of TransactGetItems", ""),
            ),
            (
                "{operation: TransactWriteItems, parts: [{operation: GetItem, entity: user}]}",
                ("GetItem cannot be part of TransactWriteItems", ""),
            ),
            (
                "{operation: TransactWriteItems, parts: [{operation: PutItem}]}",
                ("a part of a transaction has one entity", "add `entity: NAME`"),
            ),
            (
                "{operation: TransactWriteItems, parts: [{operation: PutItem, entity: [user, order]}]}",
                ("a part of a transaction has one entity", "add `entity: NAME`"),
            ),
            (
                "{operation: TransactWriteItems, entity: user, parts: [{operation: PutItem, entity: user}]}",
                ("TransactWriteItems takes no `entity`", "its parts have entities"),
            ),
            (
                "{operation: TransactWriteItems, parts: [{operation: PutItem, entity: user, set: [name]}]}",
                ("PutItem takes no `set`", "only UpdateItem takes it"),
            ),
            (
                "{operation: TransactWriteItems, parts: ["
                + ", ".join(["{operation: PutItem, entity: user}"] * 101)
                + "]}",
                ("a transaction has at most 100 parts", "split it"),
            ),
        ],
    )
    def test_impossible_transactions_are_refused(self, pattern: str, expected: tuple[str, str], tmp_path: Path) -> None:
        """Each for its reason."""
        assert (TAKES, *expected) == why_not(tmp_path, pattern)[:3]

    @pytest.mark.parametrize(
        ("binding", "rule", "message"),
        [
            ("{usrId: x}", "patterns-name-attributes", "the keys of entity `user` hold no `{usrId}`"),
            ("{name: x}", "patterns-name-attributes", "the keys of entity `user` hold no `{name}`"),
            ("{userId: 'a#b'}", "values-fit-their-attributes", "`{userId}`: `a#b` holds the delimiter `#`"),
            ("{userId: 'a{b'}", "values-fit-their-attributes", "`a{b` cannot stand in a key: it holds a brace"),
        ],
    )
    def test_impossible_bindings_are_refused(self, binding: str, rule: str, message: str, tmp_path: Path) -> None:
        """A misspelt placeholder is not silently ignored; the part is named."""
        pattern = (
            "{operation: TransactWriteItems, parts: [{operation: PutItem, entity: user}, "
            f"{{operation: PutItem, entity: user, with: {binding}}}]}}"
        )
        with pytest.raises(Underivable) as caught:
            requests(tmp_path, pattern)
        assert (rule, 1) == (caught.value.rule, caught.value.part)
        assert str(caught.value).startswith(message)


class TestFieldsOfOperations:
    """What an operation does not take is refused, not ignored."""

    @pytest.mark.parametrize(
        ("pattern", "message", "help_", "field"),
        [
            (
                "{operation: GetItem, entity: user, sort_key: any}",
                "GetItem takes no `sort_key`",
                "only Query takes it",
                "sort_key",
            ),
            (
                "{operation: GetItem, entity: user, index: GSI1}",
                "GetItem takes no `index`",
                "only Query and Scan take it",
                "index",
            ),
            (
                "{operation: PutItem, entity: user, limit: 5}",
                "PutItem takes no `limit`",
                "only Query and Scan take it",
                "limit",
            ),
            (
                "{operation: GetItem, entity: user, filter: {name: a}}",
                "GetItem takes no `filter`",
                "only Query and Scan take it",
                "filter",
            ),
            (
                "{operation: GetItem, entity: user, order: ascending}",
                "GetItem takes no `order`",
                "only Query takes it",
                "order",
            ),
            ("{operation: Scan, sort_key: any}", "Scan takes no `sort_key`", "only Query takes it", "sort_key"),
            (
                "{operation: GetItem, entity: user, condition: exists}",
                "GetItem takes no `condition`",
                "only PutItem, UpdateItem, DeleteItem and ConditionCheck take it",
                "condition",
            ),
            (
                "{operation: Query, entity: user, set: [name]}",
                "Query takes no `set`",
                "only UpdateItem takes it",
                "set",
            ),
            (
                "{operation: PutItem, entity: user, add: [visits]}",
                "PutItem takes no `add`",
                "only UpdateItem takes it",
                "add",
            ),
            (
                "{operation: PutItem, entity: user, remove: [visits]}",
                "PutItem takes no `remove`",
                "only UpdateItem takes it",
                "remove",
            ),
            (
                "{operation: DeleteItem, entity: user, returns: [name]}",
                "DeleteItem takes no `returns`",
                "only GetItem, Query, Scan and BatchGetItem take it",
                "returns",
            ),
            (
                "{operation: GetItem, entity: user, parts: [{operation: GetItem, entity: user}]}",
                "GetItem takes no `parts`",
                "only TransactGetItems and TransactWriteItems take it",
                "parts",
            ),
            (
                "{operation: GetItem, entity: [user, order]}",
                "GetItem takes one entity",
                "write a pattern each",
                "entity",
            ),
            ("{operation: GetItem}", "`entity` is missing", "add `entity: NAME`", ""),
            ("{operation: Query}", "`entity` is missing", "add `entity: NAME`", ""),
        ],
    )
    def test_senseless_fields_are_refused(
        self, pattern: str, message: str, help_: str, field: str, tmp_path: Path
    ) -> None:
        """With the operations that do take them."""
        assert (TAKES, message, help_, field) == why_not(tmp_path, pattern)
