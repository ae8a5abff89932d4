"""What access patterns send to DynamoDB: keys, conditions and expressions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.requests import MAX_CHARACTER, Request, Underivable, derive, parameters
from tests.design.written import load

STORE = """\
design: shop
version: 1.0.0
table:
  key: {partition: PK, sort: SK}
  type_attribute: kind
indexes:
  - {name: GSI1, key: {partition: GSI1PK, sort: GSI1SK}}
  - {name: GSI2, key: {partition: status, sort: [year, month, day]}}
  - {name: GSI3, key: {partition: [country, city], sort: score}}
  - {name: GSI4, key: {partition: GSI4PK}, projection: keys_only}
  - {name: LSI1, key: {partition: PK, sort: LSI1SK}, local: true, projection: {include: [total]}}
key_only: {part: string}
entities:
  user:
    type: USER
    keys: {PK: "USER#{userId}", SK: PROFILE, GSI1PK: "MAIL#{email:lower}", GSI1SK: PROFILE}
    attributes: {userId: string, email: string, name: string, visits?: number, tags?: string_set, address?: map}
  order:
    type: ORDER
    keys:
      PK: "USER#{userId}"
      SK: "ORDER#{placedAt}#{orderId}"
      GSI1PK: "ORDER#{orderId}"
      GSI1SK: "{placedAt}"
      year: "{year:04}"
      month: "{month:02}"
      day: "{day:02}"
      LSI1SK?: "TOTAL#{total:010}"
      GSI4PK: "DAY#{day}"
    attributes:
      userId: string
      orderId: string
      placedAt: timestamp
      status: [open, paid]
      year: number
      month: number
      day: number
      total: number
      lines: list
  player:
    type: PLAYER
    keys: {PK: "GAME#{game}#{part}", SK: "P#{playerId}"}
    attributes: {game: string, playerId: string, country: string, city: string, score: number, size?: number}
  guest:
    type: GUEST
    keys: {PK: "GUEST#{guestId}", SK: GUEST, GSI4PK: "DAY#{guestId}"}
    attributes: {guestId: string, "odd.name": string, "list[0]": string, select: string, größe: number, "a b"?: string}
"""

Derived = tuple[str, dict[str, str], dict[str, str], dict[str, str]]


def requests(folder: Path, pattern: str, design: str = STORE) -> tuple[Request, ...]:
    """The requests of an access pattern of the design."""
    return derive(load(folder, f"{design}access_patterns:\n  p: {pattern}\n"), "p")


def request(folder: Path, pattern: str, design: str = STORE) -> Request:
    """The one request of an access pattern."""
    (one,) = requests(folder, pattern, design)
    return one


def sent(one: Request) -> dict[str, Any]:
    """What is sent, with every value as a contract writes it."""
    return {**one.expressions, **one.names, **{name: value.text for name, value in one.values.items()}}


def keys(one: Request) -> list[str]:
    """The conditions on key attributes."""
    return [f"{each.attribute} {each.comparison} {' '.join(map(str, each.templates))}" for each in one.key]


def why_not(folder: Path, pattern: str, design: str = STORE) -> tuple[str, str, str, str]:
    """The rule, the message, the help and the field of a pattern that has no request."""
    with pytest.raises(Underivable) as caught:
        requests(folder, pattern, design)
    return caught.value.rule, str(caught.value), caught.value.help, caught.value.field


TAKES = "patterns-say-what-their-operation-takes"


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


class TestQueries:
    """Key conditions."""

    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("entity: user", ["PK equals USER#{userId}", "SK equals PROFILE"]),
            ("entity: order", ["PK equals USER#{userId}", "SK begins_with ORDER#"]),
            ("entity: order, sort_key: any", ["PK equals USER#{userId}"]),
            ("entity: [user, order]", ["PK equals USER#{userId}"]),
            ("entity: order, index: GSI1", ["GSI1PK equals ORDER#{orderId}"]),
            ("entity: user, index: GSI1", ["GSI1PK equals MAIL#{email:lower}", "GSI1SK equals PROFILE"]),
            ("entity: order, index: LSI1", ["PK equals USER#{userId}", "LSI1SK begins_with TOTAL#"]),
            ("entity: guest, index: GSI4", ["GSI4PK equals DAY#{guestId}"]),
            ("entity: player", ["PK equals GAME#{game}#{part}", "SK begins_with P#"]),
        ],
    )
    def test_the_default_is_the_narrowest_condition(self, pattern: str, expected: list[str], tmp_path: Path) -> None:
        """Equality where all is known, else the common beginning, else none."""
        if "GSI4" in pattern:
            design = STORE.replace(', GSI4PK: "DAY#{day}"', "").replace('      GSI4PK: "DAY#{day}"\n', "")
        else:
            design = STORE
        assert expected == keys(request(tmp_path, f"{{operation: Query, {pattern}}}", design))

    @pytest.mark.parametrize(
        ("templates", "expected"),
        [
            (("A#{x}", "A#{y}"), "SK begins_with A#"),
            (("ALPHA", "ALPINE"), "SK begins_with ALP"),
            (("A#{x}#B", "A#{x}#C"), "SK begins_with A#"),
            (("A#{id}#B", "A#{id}#C"), "SK begins_with A#{id}#"),
            (("A#{id}", "A#{id}#C"), "SK begins_with A#"),
            (("SAME", "SAME"), "SK equals SAME"),
            (("A", "B"), None),
            (("{x}", "A"), None),
        ],
    )
    def test_a_collection_shares_a_beginning(
        self, templates: tuple[str, str], expected: str | None, tmp_path: Path
    ) -> None:
        """What is common to the sort keys of all its entities, up to the last complete value."""
        design = "design: shop\nversion: 1.0.0\ntable: {key: {partition: PK, sort: SK}}\nentities:\n"
        for name, template in zip("ab", templates, strict=True):
            design += f"  {name}: {{keys: {{PK: 'P#{{id}}', SK: '{template}'}}, attributes: {{id: string, x: string, y: string}}}}\n"
        found = keys(request(tmp_path, "{operation: Query, entity: [a, b]}", design))
        assert ["PK equals P#{id}", *([expected] if expected else [])] == found

    @pytest.mark.parametrize(
        ("sort_key", "expected"),
        [
            ('{equals: "ORDER#{placedAt}#{orderId}"}', "equals ORDER#{placedAt}#{orderId}"),
            ('{begins_with: "ORDER#{placedAt}#"}', "begins_with ORDER#{placedAt}#"),
            ('{begins_with: "ORDER#{prefix}"}', "begins_with ORDER#{prefix}"),
            ('{begins_with: "ORDER#2024-"}', "begins_with ORDER#2024-"),
            ('{between: ["ORDER#{from}", "ORDER#{to}"]}', "between ORDER#{from} ORDER#{to}"),
            ('{gte: "ORDER#{since}"}', f"between ORDER#{{since}} ORDER#{MAX_CHARACTER}"),
            ('{gt: "ORDER#{after}"}', f"between ORDER#{{after}}\0 ORDER#{MAX_CHARACTER}"),
            ('{lte: "ORDER#{until}"}', "between ORDER# ORDER#{until}"),
            ('{gt: "ORDER#2024"}', f"between ORDER#2024\0 ORDER#{MAX_CHARACTER}"),
        ],
    )
    def test_sort_key_conditions(self, sort_key: str, expected: str, tmp_path: Path) -> None:
        """Free parts become parameters; half-open ranges stay inside of the entity's prefix."""
        one = request(tmp_path, f"{{operation: Query, entity: order, sort_key: {sort_key}}}")
        assert ["PK equals USER#{userId}", f"SK {expected}"] == keys(one)

    @pytest.mark.parametrize(
        ("condition", "text"),
        [
            ('{equals: "ORDER#{a}#{b}"}', "#SK = :SK"),
            ('{begins_with: "ORDER#{a}"}', "begins_with(#SK, :SK)"),
            ('{between: ["ORDER#{a}", "ORDER#{b}"]}', "#SK BETWEEN :SK AND :SK_2"),
            ('{gte: "ORDER#{a}"}', "#SK BETWEEN :SK AND :SK_2"),
        ],
    )
    def test_key_conditions_as_text(self, condition: str, text: str, tmp_path: Path) -> None:
        """In DynamoDB's syntax, with aliases."""
        one = request(tmp_path, f"{{operation: Query, entity: order, sort_key: {condition}}}")
        assert f"#PK = :PK AND {text}" == one.expressions["KeyConditionExpression"]

    MATCH = "sort-conditions-match-their-templates"

    @pytest.mark.parametrize(
        ("sort_key", "message", "help_"),
        [
            (
                '{begins_with: "ORDER#{placedAt}"}',
                "`{placedAt}` stands for a whole value, and begins_with also finds longer ones",
                "add the delimiter behind it, or use another name for a part of a value, such as `{placedAtPrefix}`",
            ),
            (
                '{lt: "ORDER#{before}"}',
                "`lt` would also return everything that sorts before `ORDER#`",
                "use `lte`, or `between` with the first and the last key",
            ),
            (
                '{begins_with: "INVOICE#"}',
                "the condition never matches `ORDER#{placedAt}#{orderId}`, the `SK` of entity `order`",
                "begin it as the template begins",
            ),
            (
                '{equals: "ORDER#{placedAt}"}',
                "the condition never matches `ORDER#{placedAt}#{orderId}`, the `SK` of entity `order`",
                "begin it as the template begins",
            ),
            (
                '{gte: "2024"}',
                "`gte: 2024` leaves the keys that begin with `ORDER#`",
                "begin it with `ORDER#`",
            ),
            (
                '{lte: "{until}"}',
                "`lte: {until}` leaves the keys that begin with `ORDER#`",
                "begin it with `ORDER#`",
            ),
        ],
    )
    def test_conditions_that_cannot_be_meant_are_refused(
        self, sort_key: str, message: str, help_: str, tmp_path: Path
    ) -> None:
        """With what to write instead."""
        found = why_not(tmp_path, f"{{operation: Query, entity: order, sort_key: {sort_key}}}")
        assert (self.MATCH, message, help_, "sort_key") == found

    def test_numbers_are_compared_as_numbers(self, tmp_path: Path) -> None:
        """A number has no prefix: half-open ranges stay what they are, and begins_with is refused."""
        for comparison in ("equals", "gt", "gte", "lt", "lte"):
            one = request(
                tmp_path, f"{{operation: Query, index: GSI3, entity: player, sort_key: {{{comparison}: '{{s}}'}}}}"
            )
            assert f"score {comparison} {{s}}" == keys(one)[-1]
        between = "{operation: Query, index: GSI3, entity: player, sort_key: {between: ['{low}', '{high}']}}"
        assert "score between {low} {high}" == keys(request(tmp_path, between))[-1]
        refused = why_not(tmp_path, "{operation: Query, index: GSI3, entity: player, sort_key: {begins_with: '1'}}")
        assert refused[:2] == (self.MATCH, "begins_with needs a string, and `score` is none")

    def test_a_partition_of_several_attributes_is_given_whole(self, tmp_path: Path) -> None:
        """Each is an attribute of its own."""
        one = request(tmp_path, "{operation: Query, index: GSI3, entity: player}")
        assert ["country equals {country}", "city equals {city}"] == keys(one)
        assert "#country = :country AND #city = :city" == one.expressions["KeyConditionExpression"]

    @pytest.mark.parametrize(
        ("sort_key", "expected"),
        [
            ("", []),
            (", sort_key: any", []),
            (", sort_key: {equals: '{year:04}'}", ["year equals {year:04}"]),
            (", sort_key: {year: {equals: '{year:04}'}}", ["year equals {year:04}"]),
            (
                ", sort_key: {year: {equals: '2024'}, month: {equals: '{month:02}'}, day: {gte: '{from}'}}",
                ["year equals 2024", "month equals {month:02}", "day gte {from}"],
            ),
            (
                ", sort_key: {year: {equals: '2024'}, month: {between: ['01', '06']}}",
                ["year equals 2024", "month between 01 06"],
            ),
        ],
    )
    def test_sort_attributes_are_given_from_the_left(self, sort_key: str, expected: list[str], tmp_path: Path) -> None:
        """With several sort attributes all but the last condition are equalities."""
        one = request(tmp_path, f"{{operation: Query, index: GSI2, entity: order{sort_key}}}")
        assert ["status equals {status}", *expected] == keys(one)

    @pytest.mark.parametrize(
        ("sort_key", "message"),
        [
            ("{month: {equals: '01'}}", "sort key attributes must be given from the left: `year`, `month`, `day`"),
            (
                "{year: {equals: '2024'}, day: {equals: '01'}}",
                "sort key attributes must be given from the left: `year`, `month`, `day`",
            ),
            (
                "{year: {gte: '2024'}, month: {equals: '01'}}",
                "only the last sort key attribute can be a range, not `year`",
            ),
        ],
    )
    def test_gaps_between_sort_attributes_are_refused(self, sort_key: str, message: str, tmp_path: Path) -> None:
        """DynamoDB cannot skip one, nor go on behind a range."""
        found = why_not(tmp_path, f"{{operation: Query, index: GSI2, entity: order, sort_key: {sort_key}}}")
        assert ("query-gives-whole-partition-key", message, "", "sort_key") == found

    def test_a_key_without_a_sort_attribute_takes_no_condition(self, tmp_path: Path) -> None:
        """But `any` says the same as nothing."""
        assert why_not(tmp_path, "{operation: Query, index: GSI4, entity: guest, sort_key: {equals: A}}") == (
            TAKES,
            "index `GSI4` has no sort key",
            "leave `sort_key` out",
            "sort_key",
        )

    def test_an_entity_without_the_index_s_keys_is_refused(self, tmp_path: Path) -> None:
        """A query finds only what was written."""
        rule, message, help_, field = why_not(tmp_path, "{operation: Query, index: GSI1, entity: guest}")
        assert ("entities-write-the-keys-of-their-patterns", "entity") == (rule, field)
        assert "entity `guest` never writes `GSI1PK`" in message
        assert "add `GSI1PK: TEMPLATE` to the keys of `guest`" == help_

    def test_entities_of_different_partitions_cannot_be_queried_together(self, tmp_path: Path) -> None:
        """One Query reads one partition."""
        assert why_not(tmp_path, "{operation: Query, entity: [user, guest]}") == (
            "query-gives-whole-partition-key",
            "the entities have different templates for partition key `PK`: `GUEST#{guestId}`, `USER#{userId}`",
            "one Query reads one partition: write a pattern for each entity",
            "entity",
        )

    def test_a_limit_is_kept(self, tmp_path: Path) -> None:
        """As a number, or as a parameter."""
        assert 5 == request(tmp_path, "{operation: Query, entity: user, limit: 5}").limit
        assert "{page}" == request(tmp_path, "{operation: Query, entity: user, limit: '{page}'}").limit


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


class TestBatchesAndTransactions:
    """Several items at once."""

    def test_a_batch_reads_several_entities(self, tmp_path: Path) -> None:
        """With a projection, without conditions."""
        one = request(tmp_path, "{operation: BatchGetItem, entity: [user, order], returns: [userId]}")
        assert (("user", "order"), {"ProjectionExpression": "#userId"}) == (one.entities, one.expressions)

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


class TestAliases:
    """Names that DynamoDB or its syntax would trip over."""

    def test_odd_names_are_aliased(self, tmp_path: Path) -> None:
        """Reserved words by their own name, others by a number; a dot or a bracket in a name is no path."""
        one = request(
            tmp_path,
            "{operation: GetItem, entity: guest, returns: [select, odd.name, 'list[0]', größe, 'a b', 'odd.name.x[1]']}",
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
                "{operation: TransactWriteItems, parts: [{operation: PutItem, entity: user}, "
                "{operation: DeleteItem, entity: order, with: {userId: '{other}', placedAt: '{when}'}}]}",
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
