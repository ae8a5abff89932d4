"""A schema lets pass every item of its design, as stored and as applications see it, and no item of something else.

jsonschema judges; where the patterns are not also Python's, Node.js judges them in its place.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cfn_table.design.design import Design
from cfn_table.design.items import Item, complete_item
from cfn_table.design.load import load_design
from cfn_table.emit.types.fields import entity_fields
from cfn_table.emit.types.json_schema import emit_json_schema
from cfn_table.prove.choices import Choices
from cfn_table.prove.items import Builder
from tests.emit.conftest import HURTING
from tests.emit.types.node import Matcher
from tests.emit.written import design_of
from tests.engines.install import ROOT
from tests.projects import NAMES, copy_designs

GOLDEN = Path(__file__).parent / "golden"
ALL = (*NAMES, "kv-storage", "hurting")
GRAMMAR = sorted((ROOT / "tests" / "prove" / "designs").glob("*.yaml"))
"""Designs that use every construct of access patterns."""

Json = dict[str, Any]


def schema_of(design: Design) -> Json:
    """The schema as a program reads it."""
    schema = json.loads(emit_json_schema(design).text)
    jsonschema.Draft202012Validator.check_schema(schema, format_checker=None)
    assert isinstance(schema, dict)
    return schema


def native(value: Any) -> Any:
    """A value as JSON holds that of a natively typed item."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {name: native(each) for name, each in value.items()}
    return [native(each) for each in value] if isinstance(value, list) else value


def views(design: Design, item: Item) -> tuple[Json, Json]:
    """The item as applications see it, and as it is stored."""
    known = [field.name for field in entity_fields(design, item.entity).application]
    application = {name: native(item.values[name]) for name in known if name in item.values}
    return application, native(item.attributes)


class Judge:
    """Holds items against the definitions of a schema."""

    def __init__(self, design: Design, node: Matcher | None = None) -> None:
        self.design = design
        self.schema = schema_of(design)
        self._class = jsonschema.Draft202012Validator
        if node is not None:
            self._class = jsonschema.validators.extend(self._class, {"pattern": self._pattern_of(node)})

    def _pattern_of(self, node: Matcher) -> Any:
        def check(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[Any]:
            if isinstance(instance, str) and not node.tests(pattern, [instance])[0]:
                yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")

        return check

    def fits(self, definition: str, value: Any) -> bool:
        """Whether the value is what the definition says."""
        return not self.problems(definition, value)

    def problems(self, definition: str, value: Any) -> list[str]:
        """What is wrong with the value."""
        schema = {**self.schema["$defs"][definition], "$defs": self.schema["$defs"]}
        return [error.message for error in self._class(schema).iter_errors(value)]

    def is_an_item(self, value: Any) -> bool:
        """Whether the value is an item of the table."""
        return bool(self._class(self.schema).is_valid(value))

    def application(self, entity: str) -> str:
        """The name of an entity's definition, as applications see it."""
        return entity_fields(self.design, entity).names.application

    def stored(self, entity: str) -> str:
        """The name of an entity's definition, as it is stored."""
        return entity_fields(self.design, entity).names.stored

    def entities_of(self, value: Any) -> list[str]:
        """The entities that a stored item is one of."""
        return [entity for entity in self.design.entities if self.fits(self.stored(entity), value)]


def samples(design: Design) -> Iterator[Item]:
    """All samples of a design."""
    for name, view in design.entities.items():
        for sample in view.entity.samples:
            yield complete_item(design, name, sample)


def items(design: Design) -> Iterator[Item]:
    """Samples, and generated items with near misses of each other."""
    yield from samples(design)
    yield from Builder(design, Choices(design), seed=7).dataset(design.entities)


@pytest.mark.parametrize("name", ALL)
def test_the_file_is_as_pinned(designs: dict[str, Design], name: str) -> None:
    """`python -m tests.emit.types.test_json_schema` writes it anew; the difference is read as a user would."""
    file = emit_json_schema(designs[name])
    assert f"{name}.schema.json" == file.name
    assert (GOLDEN / name / file.name).read_text(encoding="utf-8") == file.text


@pytest.mark.parametrize("name", ALL)
def test_the_definitions_are_exported(designs: dict[str, Design], name: str) -> None:
    """Two for each entity, sorted; the document is the schema of any stored item."""
    file = emit_json_schema(designs[name])
    schema = json.loads(file.text)
    assert tuple(sorted(schema["$defs"])) == file.exports
    assert [
        {"$ref": f"#/$defs/{entity_fields(designs[name], each).names.stored}"} for each in designs[name].entities
    ] == (schema["anyOf"])


@pytest.mark.parametrize("name", ALL)
def test_items_of_a_design_pass(designs: dict[str, Design], name: str, node: Matcher) -> None:
    """In both forms, and the key tells of which one entity a stored item is, whatever the types are."""
    judge = Judge(designs[name], node)
    for item in items(designs[name]):
        application, stored = views(designs[name], item)
        assert [] == judge.problems(judge.application(item.entity), application)
        assert [] == judge.problems(judge.stored(item.entity), stored)
        assert [item.entity] == judge.entities_of(stored)
        assert judge.is_an_item(stored)


@pytest.mark.parametrize("path", GRAMMAR, ids=lambda path: path.stem)
def test_items_of_the_whole_grammar_pass(path: Path, node: Matcher) -> None:
    """Keys of several attributes, of numbers and of binary values, padded, in lower and upper case, sparse."""
    design = load_design(path, environment={})
    judge = Judge(design, node)
    for item in items(design):
        application, stored = views(design, item)
        assert [] == judge.problems(judge.application(item.entity), application)
        assert [] == judge.problems(judge.stored(item.entity), stored)
        assert [item.entity] == judge.entities_of(stored)


@pytest.mark.parametrize("name", ALL)
def test_python_reads_the_patterns_of_plain_designs(designs: dict[str, Design], name: str) -> None:
    """A pattern of the design without categories of Unicode needs no engine of ECMAScript."""
    judge = Judge(designs[name])
    for item in samples(designs[name]):
        application, stored = views(designs[name], item)
        assert judge.fits(judge.application(item.entity), application)
        assert judge.fits(judge.stored(item.entity), stored)


def broken(judge: Judge, item: Item) -> Iterator[tuple[str, str, Json]]:
    """What is wrong with it, a definition, and a value that it must refuse."""
    application, stored = views(judge.design, item)
    fields = entity_fields(judge.design, item.entity)
    for form, value, of_form in (
        (judge.application(item.entity), application, fields.application),
        (judge.stored(item.entity), stored, fields.stored),
    ):
        for field in of_form:
            if not field.optional:
                yield f"{field.name} is missing", form, {each: value[each] for each in value if each != field.name}
            if field.name in value and field.kind != "any":
                other: Any = 1 if isinstance(value[field.name], str | bool | list) else "x"
                yield f"{field.name} has another type", form, {**value, field.name: other}
                yield f"{field.name} is null", form, {**value, field.name: None}
            if field.values and field.name in value:
                wrong: Any = "no such value" if field.kind == "string" else 123456
                yield f"{field.name} has no such value", form, {**value, field.name: wrong}
            if field.kind.endswith("_set") and field.name in value:
                yield f"{field.name} is empty", form, {**value, field.name: []}
                yield f"{field.name} holds one twice", form, {**value, field.name: [*value[field.name]] * 2}
            if field.kind in ("timestamp", "date") and field.name in value:
                yield f"{field.name} is no moment", form, {**value, field.name: "yesterday"}
            if field.template is not None and field.template.static_prefix and field.name in value:
                yield f"{field.name} begins otherwise", form, {**value, field.name: "?" + value[field.name][1:]}
                yield f"{field.name} is empty", form, {**value, field.name: ""}
            if field.constant is not None:
                yield "another type", form, {**value, field.name: "no such type"}
    yield "an unknown attribute", judge.application(item.entity), {**application, "no such attribute": 1}


@pytest.mark.parametrize("name", ALL)
def test_broken_items_are_refused(designs: dict[str, Design], name: str, node: Matcher) -> None:
    """One thing is wrong with each."""
    judge = Judge(designs[name], node)
    passed = [
        (what, form)
        for item in samples(designs[name])
        for what, form, value in broken(judge, item)
        if judge.fits(form, value)
    ]
    assert [] == passed


def test_a_stored_item_may_hold_more(designs: dict[str, Design]) -> None:
    """A newer version has added attributes; a reader of this one ignores them."""
    judge = Judge(designs["kv-storage"])
    for item in samples(designs["kv-storage"]):
        assert [item.entity] == judge.entities_of({**views(designs["kv-storage"], item)[1], "addedLater": [1]})


def test_entities_of_one_type_are_told_apart_by_their_keys(designs: dict[str, Design]) -> None:
    """A namespace and the note that a user has it carry the same type."""
    judge = Judge(designs["kv-storage"])
    found = {item.entity: views(designs["kv-storage"], item)[1] for item in samples(designs["kv-storage"])}
    assert "NAMESPACE" == found["namespace"]["entityType"] == found["user_namespace"]["entityType"]
    mixed = {**found["user_namespace"], "PK": found["namespace"]["PK"]}
    assert [] == judge.entities_of(mixed)
    assert not judge.is_an_item(mixed)


_FORMS = """
key_only:
  letter: {type: string, pattern: "^[A-Z]$"}
  raw: binary
entities:
  thing:
    description: "A \\u2028thing\\u202e"
    keys:
      PK: "T#{name:lower}#{plan:upper}#{letter}#V"
      SK: "{number:04}#{at}#{tail}"
      N: "{count}"
      B: "{raw}"
      W?: "{code}"
      P: "{plan}"
      Q: "MAIL#{mail}#{level}"
    attributes:
      name: string
      plan: [free, "pro|1", "a$"]
      number: number
      at: timestamp
      tail: {type: string, pattern: '(?!x\\Z).*'}
      count: epoch
      code: {type: string, pattern: "[0-9]+|[a-z]+", description: Digits or letters}
      mail?: string
      level: {type: number, values: ["1", "2.50"]}
      word?: {type: string, pattern: '\\w+'}
      odd?: {type: string, pattern: '(?>a|ab)c'}
indexes:
  - {name: ByN, key: {partition: N, sort: B}}
  - {name: ByP, key: {partition: P, sort: W}}
  - {name: ByQ, key: {partition: Q, sort: Q2}}
"""


def test_every_form_of_a_key(tmp_path: Path) -> None:
    """Cases, padding, bare numbers and binary values, listed values, patterns with anchors and with alternatives."""
    schema = schema_of(design_of(tmp_path, _FORMS))
    stored, application = schema["$defs"]["ThingEntity"], schema["$defs"]["Thing"]
    moment = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
    keys = {name: {**stored["properties"][name]} for name in ("PK", "SK", "N", "B", "W", "P", "Q")}
    assert "Built as `T#{name:lower}#{plan:upper}#{letter}#V`" == keys["PK"]["description"]
    for each in keys.values():
        del each["description"]
    binary = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
    assert {
        "PK": {"type": "string", "pattern": r"^T#[^#A-Z]+#(?:FREE|PRO\|1|A\$)#[A-Z]#V$"},
        "SK": {"type": "string", "pattern": f"^[0-9]{{4}}#{moment}#(?!x$)[^\\n]*$"},
        "N": {"type": "integer", "minimum": 0, "maximum": 99999999999},
        "B": {"type": "string", "contentEncoding": "base64", "pattern": binary, "minLength": 1},
        "W": {"type": "string", "pattern": "^(?:[0-9]+|[a-z]+)$"},
        "P": {"type": "string", "enum": ["free", "pro|1", "a$"]},
        "Q": {"type": "string", "pattern": r"^MAIL#[^#]+#(?:1|2\.5)$"},
    } == keys
    assert {"Q": ["mail"], "mail": ["Q"]} == stored["dependentRequired"]
    assert {"W", "Q"}.isdisjoint(stored["required"])
    found = application["properties"]
    assert {"type": "integer", "minimum": 0, "maximum": 9999} == found["number"]
    assert {"type": "string", "pattern": "^[A-Z]$"} == found["letter"]
    assert {"type": "number", "enum": [1, 2.5]} == found["level"]
    assert {"type": "string", "pattern": r"^[\p{L}\p{N}_]+$"} == found["word"]
    assert {"type": "string", "pattern": "^[^#]+$"} == found["mail"]
    assert {"type": "string", "pattern": r"^(?!x$)[^\n]*$", "minLength": 1} == found["tail"]
    told = "What the design asks for, `(?>a|ab)c`, cannot be written in ECMAScript."
    assert {"type": "string", "$comment": told} == found["odd"]


def test_what_nobody_can_see_is_escaped(tmp_path: Path) -> None:
    """A separator or a mark that turns the direction of a line stands in no file as it is."""
    text = emit_json_schema(design_of(tmp_path, _FORMS)).text
    assert r"A \u2028thing\u202e" in text
    assert not re.search("[\u2028\u202e]", text)
    assert "A \u2028thing\u202e" == json.loads(text)["$defs"]["Thing"]["description"]


def test_a_value_that_no_key_holds_may_be_any(tmp_path: Path) -> None:
    """An index may be left out of a stored item that an application cannot write with this value."""
    rest = """
entities:
  note:
    keys: {PK: "N#{id}", SK: "A", G?: "OF#{owner}"}
    attributes: {id: string, owner: string}
indexes:
  - {name: ByOwner, key: {partition: G}}
"""
    definitions = schema_of(design_of(tmp_path, rest))["$defs"]
    assert {"type": "string", "pattern": "^[^#]+$"} == definitions["Note"]["properties"]["owner"]
    assert {"type": "string"} == definitions["NoteEntity"]["properties"]["owner"]


def pin() -> None:
    """Write the pinned files anew."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        project = copy_designs(Path(folder))
        paths = [*sorted((project / "templates").glob("*.yaml")), ROOT / "templates" / "kv-storage.yaml", HURTING]
        for path in paths:
            file = emit_json_schema(load_design(path, environment={}))
            (GOLDEN / path.stem).mkdir(parents=True, exist_ok=True)
            (GOLDEN / path.stem / file.name).write_text(file.text, encoding="utf-8")


if __name__ == "__main__":
    pin()
