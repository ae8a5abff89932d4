"""Sample items become what DynamoDB stores, or every problem is told at its place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.design.design import Design
from cfn_table.design.items import InvalidItem, complete_item, item_size
from cfn_table.design.load import load_design
from cfn_table.design.rules import check_design
from cfn_table.project import Project

DESIGN = """\
design: items
version: 1.0.0
table: {key: {partition: PK, sort: position}, type_attribute: kind}
indexes:
  - {name: ByState, key: {partition: GSI1PK, sort: digest}}
key_only:
  tenant: string
entities:
  step:
    type: STEP
    keys: {PK: "T#{tenant}#{number:03}", GSI1PK?: "STATE#{state}"}
    attributes:
      number: number
      position: epoch
      digest?: binary
      state?: [open, done]
      tags?: string_set
      data?: any
"""
FULL = {
    "tenant": "a",
    "number": "7",
    "position": "1700000000",
    "digest": "AAE=",
    "state": "open",
    "tags": ["red", "blue"],
    "data": {"nested": ["x"]},
}


@pytest.fixture(scope="module")
def design(tmp_path_factory: pytest.TempPathFactory) -> Design:
    """A design with numbers, binaries, key-only placeholders and a sparse index."""
    return load(tmp_path_factory.mktemp("items"), DESIGN)


def load(folder: Path, text: str) -> Design:
    """The design of this text."""
    file = folder / "design.yaml"
    file.write_text(text, encoding="utf-8")
    return load_design(file, project=Project(folder), environment={})


def refusals(design: Design, raw: dict[str, Any]) -> list[tuple[str, tuple[str | int, ...]]]:
    """Message and place in the item of everything that is wrong with it."""
    with pytest.raises(InvalidItem) as caught:
        complete_item(design, "step", raw)
    return [(problem.message, problem.path) for problem in caught.value.problems]


def test_keys_and_type_follow_from_the_rest(design: Design) -> None:
    """Key attributes come first, with DynamoDB's types; the key-only placeholder is stored nowhere else."""
    item = complete_item(design, "step", FULL)

    assert item.entity == "step"
    assert item.key == ("T#a#007", Decimal(1700000000))
    assert {
        "PK": "T#a#007",
        "position": Decimal(1700000000),
        "GSI1PK": "STATE#open",
        "digest": b"\x00\x01",
        "kind": "STEP",
        "number": Decimal(7),
        "state": "open",
        "tags": ["blue", "red"],
        "data": {"nested": ["x"]},
    } == item.attributes
    assert ["PK", "position", "GSI1PK", "digest", "kind"] == list(item.attributes)[:5]
    assert "a" == item.values["tenant"]


def test_an_item_is_in_a_sparse_index_when_its_key_can_be_built(design: Design) -> None:
    """Without its placeholder the key attribute is absent."""
    item = complete_item(design, "step", {name: value for name, value in FULL.items() if name != "state"})
    assert "GSI1PK" not in item.attributes


def test_stated_keys_must_be_the_derived_ones(design: Design) -> None:
    """An item may say its key and type, and then they are checked."""
    stated = {"PK": "T#a#007", "kind": "STEP", "GSI1PK": "STATE#open"}

    assert complete_item(design, "step", FULL) == complete_item(design, "step", {**FULL, **stated})
    assert [("`PK` is `T#a#7`, and `T#{tenant}#{number:03}` gives `T#a#007`", ("PK",))] == refusals(
        design, {**FULL, "PK": "T#a#7"}
    )
    assert [("`kind` is `STOP`, and the type of `step` gives `STEP`", ("kind",))] == refusals(
        design, {**FULL, "kind": "STOP"}
    )


def test_every_problem_is_told_at_its_place(design: Design) -> None:
    """Unknown, missing, wrongly typed and unbuildable values, all at once."""
    raw = {"tenant": "a#b", "number": "1000", "state": "opne", "tags": [], "colour": "red"}

    assert [
        ("entity `step` has no attribute `colour`", ("colour",)),
        ("`position` is missing", ()),
        ("`state`: `opne` is not one of `open`, `done`", ("state",)),
        ("`tags`: a set cannot be empty", ("tags",)),
        (
            "`PK` cannot be built: `{tenant}`: `a#b` holds the delimiter `#`, which would make it part of another key",
            ("tenant",),
        ),
    ] == refusals(design, raw)


def test_one_bad_value_is_told_once(tmp_path: Path) -> None:
    """A value that several keys hold is refused once."""
    text = DESIGN.replace('"STATE#{state}"', '"STATE#{tenant}"')
    raw = {**FULL, "tenant": "a#b"}

    assert 1 == len(refusals(load(tmp_path, text), raw))


def test_errors_have_places_in_the_file(tmp_path: Path) -> None:
    """What is wrong with a sample of a file is an error at its line and column."""
    text = DESIGN + "    samples:\n      - {tenant: a, number: x, position: 1}\n"
    design = load(tmp_path, text)
    with pytest.raises(InvalidItem) as caught:
        complete_item(design, "step", design.file.entities["step"].samples[0])
    place = caught.value.location

    assert place is not None
    assert (len(text.splitlines()), 29) == (place.line, place.column)
    assert "`number`: `x` is not a number" == caught.value.message


@given(st.dictionaries(st.sampled_from([*FULL, "PK", "GSI1PK", "kind", "other"]), st.text(max_size=3) | st.just(["x"])))
def test_any_item_is_completed_or_refused(design: Design, raw: dict[str, Any]) -> None:
    """No value, however wrong, does anything else; and what is completed has its whole key."""
    try:
        item = complete_item(design, "step", raw)
    except InvalidItem:
        return
    assert None not in item.key
    assert item == complete_item(design, "step", {**raw, "PK": item.attributes["PK"]})


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({"a": "b"}, 2),
        ({"ä": "€"}, 5),
        ({"n": Decimal(12345)}, 5),
        ({"n": Decimal("1E+20")}, 3),
        ({"f": True, "z": None}, 4),
        ({"b": b"abc"}, 4),
        ({"l": ["ab", Decimal(1)]}, 1 + 3 + 2 + 2 + 2),
        ({"m": {"k": "v"}}, 1 + 3 + 1 + 2),
    ],
)
def test_the_size_of_an_item_is_counted_as_documented(attributes: dict[str, Any], size: int) -> None:
    """Names and values in bytes, numbers by pairs of digits, three bytes for lists and maps and one for each entry."""
    assert size == item_size(attributes)


@pytest.mark.parametrize(("length", "too_large"), [(409_600 - 12, False), (409_600 - 11, True)])
def test_an_item_of_more_than_400_kb_is_refused(length: int, too_large: bool, tmp_path: Path) -> None:
    """`PK` and `P#1`, `id` and `1`, `body` and its text: 12 bytes beside the text."""
    text = f"""\
design: pages
version: 1.0.0
table: {{key: {{partition: PK}}}}
entities:
  page:
    keys: {{PK: "P#{{id}}"}}
    attributes: {{id: string, body: string}}
    samples: [{{id: "1", body: {"x" * length}}}]
"""
    found = [each for each in check_design(load(tmp_path, text)) if each.rule == "items-fit-their-quota"]

    assert too_large == bool(found)
    if too_large:
        assert "a sample of `page` has 409601 bytes, more than the 409600 of an item" == found[0].message
