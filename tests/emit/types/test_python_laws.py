"""What emitted Python modules do is what cfn-table does: keys, items, requests, and which entity an item is of."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cfn_table.design.design import Design, EntityView
from cfn_table.design.items import Item
from cfn_table.design.keys import Domain, Placeholder, ValueRefused
from cfn_table.design.requests import Inputs, Names, call_parameters, derive, stored_item
from cfn_table.emit.samples import sample_inputs, sample_items
from cfn_table.emit.types import TypeFile
from cfn_table.emit.types.calls import calls_of
from cfn_table.emit.types.fields import entity_fields
from cfn_table.prove.choices import Choices
from cfn_table.prove.items import Builder
from tests.emit.consumer.test_laws import in_order
from tests.emit.types.every import EVERY
from tests.emit.types.python_modules import Module, serialized, wire

NASTY = (
    "",
    "a",
    "#",
    "a#b",
    "::",
    "A::b",
    "0",
    "free",
    "\n",
    "A b",
    "é",
    "İ",
    "ŉ",
    "ß",
    "x" * 300,
    "USER#",
    "\U0001f600",
)
NUMBERS = (
    *("0", "-0", "1", "-1", "10", "1.0", "0.1", "1E+3", "1E-37", "1E-38", "1E+37", "1E+38", "1E+200", "0E-200"),
    *("NaN", "Infinity", "99999999999", "12345678901234567890123456789012345678"),
    "123456789012345678901234567890123456789",
)
DAYS = st.dates(datetime.date(1000, 1, 1)).map(str)


@pytest.fixture(scope="session")
def loaded(every: dict[str, Design], modules: dict[str, TypeFile]) -> dict[str, Module]:
    """Every module, in use."""
    return {name: Module(design, modules[name]) for name, design in every.items()}


def values_of(domain: Domain) -> st.SearchStrategy[Any]:
    """Values that a placeholder may hold, and others of the same type that it may not."""
    if domain.type in ("number", "epoch"):
        listed = [Decimal(each) for each in (*NUMBERS, *domain.values)]
        return st.sampled_from(listed) | st.integers() | st.decimals() | st.integers(0, 99999) | st.booleans()
    if domain.type == "boolean":
        return st.booleans()
    if domain.type == "binary":
        return st.binary()
    texts = st.sampled_from([*NASTY, *domain.values]) | st.text(st.characters(exclude_categories=["Cs"]))
    if domain.values:
        return st.sampled_from(domain.values) | texts
    if domain.pattern is not None:
        return st.from_regex(domain.pattern, fullmatch=True) | texts
    if domain.type == "date":
        return DAYS | texts
    if domain.type == "timestamp":
        return (
            st.builds("{}T{:02}:00:00{}".format, DAYS, st.integers(0, 23), st.sampled_from(["Z", ".1+02:00"])) | texts
        )
    return texts


def all_items(design: Design) -> list[Item]:
    """The samples, and generated items with near misses of each other."""
    entities = sorted(design.entities)
    samples = [item for entity in entities for item in sample_items(design, entity)]
    return [*samples, *Builder(design, Choices(design), 1).dataset(entities)]


@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_key_builders_take_and_make_what_key_templates_do(
    name: str, loaded: dict[str, Module], data: st.DataObject
) -> None:
    """The same texts for the same values, and the same are refused; what is a number or bytes as a whole stays that."""
    module = loaded[name]
    for entity, view in module.design.entities.items():
        for keys in (each for each in module.design.all_keys if view.is_in(each)):
            templates = {each: view.templates[each] for each in keys.names}
            names = dict.fromkeys(name for each in templates.values() for name in each.placeholders)
            values = {each: data.draw(values_of(view.domains[each]), each) for each in names}
            expected: dict[str, Any] | None = {}
            for attribute, template in templates.items():
                if module.design.key_types[attribute] != "S" and template.whole is not None:
                    expected = None if expected is None else {**expected, attribute: values[template.whole.name]}
                    continue
                try:
                    text: Any = template.render(values, view.domains)
                except ValueRefused:
                    expected = None
                    break
                kind = module.design.key_types[attribute]
                expected = None if expected is None else {**expected, attribute: Decimal(text) if kind == "N" else text}
            try:
                made = module.key(entity, keys, values)
            except ValueError:
                made = None
            assert repr(expected) == repr(made) or expected == made, (entity, keys.title, values)


@pytest.mark.parametrize("name", EVERY)
def test_items_are_stored_as_the_design_says(name: str, loaded: dict[str, Module]) -> None:
    """Also the items that are easily taken for others: the longest keys, other scripts, prefixes of each other."""
    module = loaded[name]
    for item in all_items(module.design):
        assert in_order(stored_item(module.design, item)) == in_order(serialized(module.item(item))), item


@pytest.mark.parametrize("name", EVERY)
def test_guards_tell_each_entity_from_all_others(name: str, loaded: dict[str, Module]) -> None:
    """Each item is of its own entity alone; what is no item is of none."""
    module = loaded[name]
    for item in all_items(module.design):
        assert [item.entity] == module.entities_of(module.item(item)), item
    assert [] == module.entities_of({})


@pytest.mark.parametrize("name", EVERY)
def test_parsers_give_what_builders_take(name: str, loaded: dict[str, Module]) -> None:
    """The parser of an entity takes just the keys that its templates match, and gives what makes the same key again."""
    module = loaded[name]
    keys = module.design.table_keys
    for item, (entity, view) in itertools.product(all_items(module.design), module.design.entities.items()):
        stored = module.item(item)
        key = {each: stored[each] for each in keys.names}
        names = entity_fields(module.design, entity).names
        parts = module.names[names.parser.python](key)
        assert matches(module.design, view, key) == (parts is not None), (entity, item)
        if item.entity == entity:
            assert key == module.names[names.key_builder.python](**parts)


def matches(design: Design, view: EntityView, key: Mapping[str, Any]) -> bool:
    """Whether all key attributes match an entity's templates, with one value for each placeholder."""
    found: dict[str, list[tuple[Placeholder, str]]] = {}
    for name, value in key.items():
        template, kind = view.templates[name], design.key_types[name]
        if kind != "S":
            if template.is_constant and str(template) != str(value):
                return False
            continue
        texts = template.match(value, view.domains)
        if texts is None:
            return False
        for part in template.parts:
            if isinstance(part, Placeholder):
                found.setdefault(part.name, []).append((part, texts[part.name]))
    for same in found.values():
        whole = next((text for part, text in same if part.width or not part.format), same[0][1])
        if any((getattr(whole, part.format)() if part.format.isalpha() else whole) != text for part, text in same):
            return False
    return True


@pytest.mark.parametrize("name", EVERY)
def test_functions_make_the_requests_that_the_design_derives(name: str, loaded: dict[str, Module]) -> None:
    """With the values of the samples, each function gives just what `call_parameters` does."""
    module = loaded[name]
    design = module.design
    fixed = {"table_name": "the-table", "index_names": {ref: f"index {ref}" for ref in design.indexes}}
    names = Names("the-table", {ref: f"index {ref}" for ref in design.indexes})
    for call in calls_of(design):
        (request,) = [each for each in derive(design, call.pattern) if each.operation == call.operation]
        inputs = sample_inputs(design, design.pattern(call.pattern), request)
        expected = call_parameters(design, request, inputs, names)
        assert in_order(expected) == in_order(wire(module.request(call, inputs, fixed))), call.pattern


def test_a_parser_holds_a_number_against_the_text(loaded: dict[str, Module]) -> None:
    """Also bytes: a key whose attributes hold two values for one placeholder is none."""
    parse = loaded["forms"].names["parse_base64_key"]
    assert {"count": 5, "plan": "FREE", "base64_": "b"} == parse({"number": 5, "SK": "P#FREE#5#b"})
    assert parse({"number": 6, "SK": "P#FREE#5#b"}) is None
    parse = loaded["bytes"].names["parse_blob_key"]
    assert {"raw": b"\0\1\2"} == parse({"PK": "B#AAEC", "SK": b"\0\1\2"})
    assert parse({"PK": "B#AAEC", "SK": b"\0\1"}) is None


def test_a_batch_has_a_limit(loaded: dict[str, Module]) -> None:
    """An empty one and one of more members than a request can have are refused."""
    module = loaded["hurting"]
    call = next(each for each in calls_of(module.design) if each.operation == "BatchGetItem")
    (item, *_) = sample_items(module.design, "thing")
    for count, refused in [(0, True), (1, False), (100, False), (101, True)]:
        inputs = Inputs(keys=[("thing", item.values)] * count)
        if not refused:
            assert count == len(module.request(call, inputs, None)["RequestItems"]["hurting.-_table"]["Keys"])
            continue
        with pytest.raises(ValueError, match=f"a batch has 1 to 100 members, not {count}"):
            module.request(call, inputs, None)


def test_a_refused_value_is_told_by_its_name(loaded: dict[str, Module]) -> None:
    """In the words of the design's rules."""
    names = loaded["kv-storage"].names
    with pytest.raises(ValueError, match=r"^`userId`: `a#b` holds the delimiter `#`, which would make it part of an"):
        names["user_key"](user_id="a#b")
    with pytest.raises(ValueError, match=r"^`userId`: an empty value cannot be part of a key$"):
        names["get_user_by_id"](user_id="")
