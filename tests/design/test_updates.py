"""What updates send to DynamoDB: what they set, add and remove, and which index keys follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.design.store import STORE, TAKES, request, sent, why_not


class TestUpdates:
    """What an update sets, adds and removes, and which index keys follow."""

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ("set: [name, visits]", "SET #name = :name, #visits = :visits"),
            ("set: {name: ada, visits: '{count}'}", "SET #name = :name, #visits = :count"),
            ("add: {visits: 1}", "ADD #visits :visits"),
            ("add: [tags]", "ADD #tags :tags"),
            ("remove: [visits, address.street]", "REMOVE #visits, #address.#street"),
            (
                "set: {address.city: '{city}'}, add: {visits: 1}, remove: [tags]",
                "SET #address.#city = :city ADD #visits :visits REMOVE #tags",
            ),
        ],
    )
    def test_changes_become_clauses(self, fields: str, expected: str, tmp_path: Path) -> None:
        """SET, ADD and REMOVE, in this order."""
        one = request(tmp_path, f"{{operation: UpdateItem, entity: user, {fields}}}")
        assert expected == one.expressions["UpdateExpression"]

    def test_without_fields_an_update_sets_what_is_required(self, tmp_path: Path) -> None:
        """Every required attribute that is not in the key, and the index keys that hold them."""
        one = request(tmp_path, "{operation: UpdateItem, entity: user}")
        assert one.expressions["UpdateExpression"] == "SET #email = :email, #name = :name, #GSI1PK = :GSI1PK"
        assert ("GSI1PK", "email", "name") == one.changes
        assert "MAIL#{email:lower}" == one.values[":GSI1PK"].text

    def test_a_changed_placeholder_rewrites_its_index_keys(self, tmp_path: Path) -> None:
        """With a parameter of another name, and with a constant in the form that the key has."""
        renamed = request(tmp_path, "{operation: UpdateItem, entity: user, set: {email: '{newEmail}'}}")
        assert sent(renamed) == {
            "UpdateExpression": "SET #email = :newEmail, #GSI1PK = :GSI1PK",
            "ConditionExpression": "attribute_exists(#PK)",
            "#email": "email",
            "#GSI1PK": "GSI1PK",
            "#PK": "PK",
            ":newEmail": "{newEmail}",
            ":GSI1PK": "MAIL#{newEmail:lower}",
        }
        fixed = request(tmp_path, "{operation: UpdateItem, entity: user, set: {email: Info@Shop.example}}")
        assert ("Info@Shop.example", "MAIL#info@shop.example") == (
            fixed.values[":email"].text,
            fixed.values[":GSI1PK"].text,
        )

    def test_a_padded_number_is_rewritten_padded(self, tmp_path: Path) -> None:
        """The key's form stays."""
        one = request(tmp_path, "{operation: UpdateItem, entity: order, set: {total: 42, lines: '{lines}'}}")
        assert "TOTAL#0000000042" == one.values[":LSI1SK"].text

    def test_a_key_attribute_that_is_an_attribute_is_set_itself(self, tmp_path: Path) -> None:
        """`status` is its own key template."""
        one = request(tmp_path, "{operation: UpdateItem, entity: order, set: {status: paid}}")
        assert "SET #status = :status" == one.expressions["UpdateExpression"]
        assert ("status",) == one.changes

    def test_a_removed_placeholder_removes_its_index_keys(self, tmp_path: Path) -> None:
        """The item leaves the index."""
        one = request(tmp_path, "{operation: UpdateItem, entity: order, remove: [total]}")
        assert "REMOVE #total, #LSI1SK" == one.expressions["UpdateExpression"]
        assert ("LSI1SK", "total") == one.changes

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            (
                "entity: user, set: [userId]",
                (
                    "updates-keep-the-key",
                    "an update cannot change `userId`, a part of the item's key",
                    "delete the item and put another",
                    "set",
                ),
            ),
            (
                "entity: user, remove: [SK]",
                (
                    "updates-keep-the-key",
                    "an update cannot change `SK`, a part of the item's key",
                    "delete the item and put another",
                    "set",
                ),
            ),
            (
                "entity: user, set: [nickname]",
                ("patterns-name-attributes", "entity `user` has no attribute `nickname`", "", "set"),
            ),
            (
                "entity: order, add: {total: 5}",
                (
                    "updates-keep-the-key",
                    "the update changes index key `LSI1SK`, which also holds `total`",
                    "set `total` too, so that `LSI1SK` can be rebuilt",
                    "set",
                ),
            ),
            (
                "entity: user, set: [visits], add: [visits]",
                (TAKES, "the update changes a value twice", "say once what becomes of each attribute", ""),
            ),
            (
                "entity: user, set: {email: 'a}b'}",
                ("values-fit-their-attributes", "`a}b` cannot stand in a key: it holds a brace", "", ""),
            ),
            (
                "entity: user, set: {email: 'a#b'}",
                (
                    "values-fit-their-attributes",
                    "`{email:lower}`: `a#b` holds the delimiter `#`, which would make it part of another key",
                    "write a value that its key can hold",
                    "",
                ),
            ),
        ],
    )
    def test_impossible_changes_are_refused(
        self, fields: str, expected: tuple[str, str, str, str], tmp_path: Path
    ) -> None:
        """With the rule that they break, and what to do."""
        assert expected == why_not(tmp_path, f"{{operation: UpdateItem, {fields}}}")

    def test_a_half_known_index_key_is_refused(self, tmp_path: Path) -> None:
        """An index key of two placeholders cannot be rebuilt from one."""
        design = STORE.replace('GSI1SK: "{placedAt}"', 'GSI1SK: "{total}#{status}"')
        assert why_not(tmp_path, "{operation: UpdateItem, entity: order, set: [status]}", design) == (
            "updates-keep-the-key",
            "the update changes index key `GSI1SK`, which also holds `total`",
            "set `total` too, so that `GSI1SK` can be rebuilt",
            "set",
        )
        one = request(tmp_path, "{operation: UpdateItem, entity: order, set: [status, total]}", design)
        assert "{total}#{status}" == one.values[":GSI1SK"].text

    def test_an_update_that_changes_nothing_is_refused(self, tmp_path: Path) -> None:
        """An entity that is all key has nothing to set by default."""
        design = (
            STORE
            + "  link:\n    type: LINK\n    keys: {PK: 'A#{a}', SK: 'B#{b}'}\n    attributes: {a: string, b: string}\n"
        )
        assert why_not(tmp_path, "{operation: UpdateItem, entity: link}", design) == (
            TAKES,
            "the update changes nothing",
            "add `set: [ATTRIBUTE]`",
            "",
        )
