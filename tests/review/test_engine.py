"""What a review says of indexes is what AWS's own engine does: DynamoDB Local refuses what is said to be refused."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cfn_table.prove.update_steps import update_calls
from cfn_table.review.change import Effect
from cfn_table.review.compare import review_sides
from tests.prove.tables import table_from_template
from tests.review.model import Thing, template_of
from tests.review.strategies import TABLE_FIELDS
from tests.review.test_laws import EXAMPLES, side

ID = "Table"
ABOUT_INDEXES = ("index-changes-come-one-at-a-time", "indexes-stay-as-they-are", "local-indexes-come-with-their-table")
Indexes = dict[str, dict[str, str]]

indexes = TABLE_FIELDS["global"]


@st.composite
def pairs(draw: Any) -> tuple[Indexes, Indexes]:
    """The indexes of a table before and after an update; often one of them alone differs."""
    old = draw(indexes)
    if draw(st.booleans()):
        return old, draw(indexes)
    new = dict(old)
    name = draw(st.sampled_from(["by-a", "by-b", "by-c"]))
    new.pop(name, None)
    if name not in old or draw(st.booleans()):
        new |= {name: next(iter(draw(indexes.filter(bool)).values()))}
    return old, new


def table(name: str, found: Indexes) -> dict[str, Any]:
    """A template with a table that has these indexes."""
    more: dict[str, Any] = {"key": ("PK", "SK"), "types": {}, "global": found, "local": {}}
    return template_of({ID: Thing("table", name, more=more)}, {})


def is_refused(client: Any, name: str, calls: list[dict[str, Any]], new: Mapping[str, Any]) -> bool:
    """Whether all changes of indexes are refused in one UpdateTable, as one update of a stack makes them.

    Nobody waits until they are made: DynamoDB Local deletes some indexes for ever.
    """
    changes = [each for call in calls for each in call["Arguments"]["GlobalSecondaryIndexUpdates"]]
    if not changes:
        return False
    definitions = new["Resources"][ID]["Properties"]["AttributeDefinitions"]
    try:
        client.update_table(TableName=name, AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=changes)
    except ClientError:
        return True
    return False


@settings(
    max_examples=max(5, EXAMPLES // 2),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pair=pairs())
def test_the_engine_refuses_what_a_review_says_is_refused(pair: tuple[Indexes, Indexes], local_dynamodb: Any) -> None:
    """And takes the rest, in one call."""
    name = f"of-the-test-{uuid.uuid4()}"
    old, new = (table(name, each) for each in pair)
    review = review_sides(side(json.dumps(old)), side(json.dumps(new)))
    said = {each.rule for each in review.changes if each.effect is Effect.REFUSED}
    assert said <= set(ABOUT_INDEXES)
    calls = update_calls(old, new, ID)
    table_from_template(local_dynamodb, old, ID)
    assert bool(said) == is_refused(local_dynamodb, name, calls, new)
    assert said or len(calls) <= 1
    with contextlib.suppress(ClientError):
        local_dynamodb.delete_table(TableName=name)
