"""What queries send to DynamoDB: key conditions, as narrow as the design allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_table.design.requests.sort_keys import MAX_CHARACTER
from tests.design.store import STORE, TAKES, keys, request, why_not


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
            design += f"  {name}: {{keys: {{PK: 'P#{{id}}', SK: '{template}'}}, attributes: *\n"
        design = design.replace("*", "{id: string, x: string, y: string}}")
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
