"""Made-up items are near misses of each other, follow from the seed, and fit their design."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cfn_table.design.design import Design
from cfn_table.design.requests import derive
from cfn_table.prove.arguments import Asking
from cfn_table.prove.choices import EXPIRED, Choices, Impossible
from cfn_table.prove.items import PARTITION_BYTES, SORT_BYTES, Builder
from tests.prove.engine import design_of

DESIGN = """
design: choices
version: 1.0.0
table: {key: {partition: PK, sort: SK}, type_attribute: kind, time_to_live: expires}
indexes:
  - {name: ByState, key: {partition: G1PK, sort: G1SK}}
key_only:
  path: {type: string, pattern: "[a-z]+(#[a-z]+)*"}
entities:
  user:
    type: USER
    keys: {PK: "USER#{user}", SK: "AT#{number:06}#{at}", G1PK?: "STATE#{state}", G1SK?: "{email}"}
    attributes:
      user: string
      number: number
      at: timestamp
      state: [open, done]
      email?: string
      expires?: epoch
      size?: number
      code?: {type: string, pattern: "[A-Z]{3}"}
    samples:
      - {user: user1, number: 7, at: 2024-01-31T12:00:00Z, state: open, email: a@b.c, code: ABC}
  file:
    type: FILE
    keys: {PK: "USER#{user}", SK: "FILE#{path}"}
    attributes: {user: string}
access_patterns:
  users: {operation: Query, entity: user, sort_key: {begins_with: "AT#{start}"}, filter: {size: {gt: 40}}}
  files: {operation: Query, entity: file, sort_key: {begins_with: "FILE#{folder}#"}}
"""


@pytest.fixture
def design(tmp_path: Path) -> Design:
    """The design that values are made up for."""
    return design_of(DESIGN, tmp_path)


def test_texts_have_near_misses(design: Design) -> None:
    """A longer and a shorter one, a neighbour, another case, another script, one that ends alike."""
    choices = Choices(design).of(design.entities["user"], "user")
    assert choices == ["user1", "user12", "user", "user2", "USER1", "user1-ü日\U0001f511", "xuser1"]


def test_numbers_have_near_misses(design: Design) -> None:
    """Neighbours, and those that sort otherwise as texts."""
    choices = Choices(design).of(design.entities["user"], "number")
    assert choices == [Decimal(each) for each in (7, 8, 6, 10, 2, 1, 70)]


def test_values_that_tests_name_are_tried(design: Design) -> None:
    """So that something is at the limit, and something beside it."""
    assert {Decimal(39), Decimal(40), Decimal(41)} <= set(Choices(design).of(design.entities["user"], "size"))


def test_patterns_are_kept(design: Design) -> None:
    """Every value matches; where a pattern allows the delimiter, one has it."""
    choices = Choices(design)
    assert all(len(each) == 3 and each.isupper() for each in choices.of(design.entities["user"], "code"))
    assert "a#a" in choices.of(design.entities["file"], "path")


def test_a_prefix_makes_values_ours(design: Design) -> None:
    """Only in the partition key of the table."""
    choices = Choices(design, "ours-")
    view = design.entities["user"]
    assert all(each.startswith("ours-") for each in choices.of(view, "user"))
    assert choices.of(view, "email")[0] == "a@b.c"
    assert choices.is_ours(view)


def test_the_same_seed_gives_the_same_items(design: Design) -> None:
    """And another seed gives others."""
    names = list(design.entities)

    def made(seed: int) -> list[object]:
        return [item.attributes for item in Builder(design, Choices(design), seed).dataset(names)]

    assert made(3) == made(3)
    assert made(3) != made(4)


def test_items_are_near_misses(design: Design) -> None:
    """Each has a key of its own; some are in no sparse index, some are over, some have the longest keys."""
    items = Builder(design, Choices(design), 1).dataset(["user", "file"])
    assert len({item.key for item in items}) == len(items)
    users = [item.attributes for item in items if item.entity == "user"]
    assert any("G1SK" not in each for each in users)
    assert any("G1SK" in each for each in users)
    assert any(each.get("expires") == EXPIRED for each in users)
    assert max(len(each["PK"].encode()) for each in users) == PARTITION_BYTES
    assert max(len(each.get("G1SK", "").encode()) for each in users) == SORT_BYTES
    partitions = {each["PK"] for each in users}
    assert {"USER#user1", "USER#user12", "USER#user", "USER#USER1"} <= partitions


def test_what_cannot_be_made_up_is_said(tmp_path: Path) -> None:
    """A pattern that is not regular needs a sample."""
    text = DESIGN.replace('pattern: "[A-Z]{3}"', "pattern: '(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{30}'").replace(
        ", code: ABC", ""
    )
    design = design_of(text.replace("code?", "code"), tmp_path)
    with pytest.raises(Impossible) as raised:
        Choices(design).of(design.entities["user"], "code")
    assert str(raised.value) == "no value of `code` could be made up: give entity `user` a sample"


def test_arguments_are_taken_from_items_and_from_beside_them(design: Design) -> None:
    """A part of a sort key is a beginning of one, the whole, a longer one, or nothing; some arguments find nothing."""
    choices = Choices(design)
    items = Builder(design, choices, 1).dataset(["user", "file"])
    (request,) = derive(design, "users")
    cases = Asking(design, choices).reads(design.pattern("users"), request, items)
    starts = [each["start"] for each in cases]
    assert "" in starts
    assert any(each.endswith("Z") for each in starts)
    assert any(each.endswith("Zx") for each in starts)
    stored = {item.values["user"] for item in items}
    assert any(each["user"] not in stored for each in cases)


def test_arguments_find_what_only_some_items_have(design: Design) -> None:
    """A folder is asked for that there is."""
    choices = Choices(design)
    items = Builder(design, choices, 1).dataset(["user", "file"])
    (request,) = derive(design, "files")
    cases = Asking(design, choices).reads(design.pattern("files"), request, items)
    assert "a" in {each["folder"] for each in cases}
