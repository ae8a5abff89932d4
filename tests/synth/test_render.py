"""The text of templates: the same values for every reader, the same bytes every time, and readable."""

from __future__ import annotations

import copy
import datetime
import enum
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.errors import InternalError
from cfn_table.synth import render
from cfn_table.synth.render import render_json, render_yaml
from tests.strategies_templates import NASTY_TEXTS, shuffled, templates, texts, values
from tests.synth.readers import YAML_READERS, exactly, read_with_c, read_with_cfn_lint, read_with_python

EXAMPLES = int(os.environ.get("CFN_TABLE_EXAMPLES", "200"))


@settings(max_examples=EXAMPLES)
@given(template=templates)
def test_every_reader_sees_the_same_values(template: dict[str, Any]) -> None:
    """The YAML has, for a reader of either version, the values, types and order that the JSON has."""
    text = render_yaml(template)
    expected = exactly(json.loads(render_json(template)))
    assert dict.fromkeys(YAML_READERS, expected) == {name: exactly(read(text)) for name, read in YAML_READERS.items()}


@settings(max_examples=EXAMPLES)
@given(template=templates)
def test_json_is_the_template(template: dict[str, Any]) -> None:
    """The JSON has exactly the values of the template; only the order of keys may differ."""
    assert template == json.loads(render_json(template))
    assert exactly(sorted_keys(template)) == exactly(sorted_keys(json.loads(render_json(template))))


@settings(max_examples=EXAMPLES)
@given(template=templates)
def test_json_read_as_yaml_is_the_template(template: dict[str, Any]) -> None:
    """Tools that read JSON with a YAML 1.1 parser, as cfn-lint does, see the same values."""
    text = render_json(template)
    for read in (read_with_python, read_with_c, read_with_cfn_lint):
        assert exactly(json.loads(text)) == exactly(read(text))


@settings(max_examples=EXAMPLES)
@given(template=templates)
def test_rendering_is_deterministic(template: dict[str, Any]) -> None:
    """Equal templates give equal bytes, which UTF-8 can hold, with a line feed at the end and no other line break."""
    for write in (render_yaml, render_json):
        text = write(template)
        assert text == write(copy.deepcopy(template))
        assert text == text.encode().decode()
        assert text.endswith("\n")
        assert text.splitlines() == text.removesuffix("\n").split("\n")


@settings(max_examples=EXAMPLES)
@given(text=st.sampled_from(NASTY_TEXTS) | texts)
def test_texts_stay_texts_as_keys_and_values(text: str) -> None:
    """A text is the same text everywhere it can stand: as key, value, list entry and argument of a short intrinsic."""
    template = {
        "Metadata": {text: [text, [text], {text: text}]},
        "Resources": {text: {"Properties": {"A": {"Ref": text}, "B": {"Fn::Join": [text, [text]]}, text: {text: []}}}},
    }
    for reader in YAML_READERS.values():
        assert exactly(template) == exactly(reader(render_yaml(template)))


def test_nasty_texts_stay_texts() -> None:
    """Every text of the list that hypothesis draws from survives, in one template."""
    template = {"Metadata": {"Keys": {text: text for text in NASTY_TEXTS}, "Values": list(NASTY_TEXTS)}}
    for reader in YAML_READERS.values():
        assert exactly(template) == exactly(reader(render_yaml(template)))


def sorted_keys(value: Any) -> Any:
    """The value with the keys of every mapping sorted."""
    if isinstance(value, dict):
        return {key: sorted_keys(value[key]) for key in sorted(value)}
    return [sorted_keys(item) for item in value] if isinstance(value, list) else value


HERE = Path(__file__).parent
# One whole template in both forms, as a reviewer sees it.
TABLE_YAML = (HERE / "table.yaml").read_text("utf-8")
TABLE_JSON = (HERE / "table.json").read_text("utf-8")
TABLE = json.loads(TABLE_JSON)

# Mappings in which the order of keys is the template's own: entries of sections, operators of a Condition, Metadata.
GIVEN_ORDER = {"Resources", "Outputs", "Conditions", "cfn-table"}


def shuffled_where_conventional(value: Any, generator: random.Random, key: str = "") -> Any:
    """The template with the keys of all mappings that have a conventional order in another order."""
    if isinstance(value, list):
        return [shuffled_where_conventional(item, generator, key) for item in value]
    if not isinstance(value, dict):
        return value
    mixed = {name: shuffled_where_conventional(item, generator, name) for name, item in value.items()}
    if key in GIVEN_ORDER or (key == "Condition" and "Null" in value):
        return mixed
    return dict(generator.sample(sorted(mixed.items()), len(mixed)))


def test_yaml_is_what_a_person_would_write() -> None:
    """A whole template, as a reviewer sees it."""
    assert TABLE_YAML == render_yaml(TABLE)


def test_json_is_ordered_alike() -> None:
    """JSON has the order of the YAML, an indentation of two, and a line feed at its end."""
    assert TABLE_JSON == render_json(TABLE)


@settings(max_examples=EXAMPLES // 4)
@given(generator=st.randoms(use_true_random=False))
def test_order_of_conventional_keys_is_irrelevant(generator: random.Random) -> None:
    """Where keys have a conventional order, the order of the mapping does not show."""
    template = shuffled_where_conventional(TABLE, generator)
    assert TABLE_YAML == render_yaml(template)
    assert render_json(TABLE) == render_json(template)


@settings(max_examples=EXAMPLES // 4)
@given(template=templates, generator=st.randoms(use_true_random=False))
def test_order_never_changes_a_value(template: dict[str, Any], generator: random.Random) -> None:
    """Whatever the order of the mappings, the values are the same."""
    mixed = shuffled(template, generator)
    assert json.loads(render_json(template)) == json.loads(render_json(mixed))
    assert read_with_c(render_yaml(template)) == read_with_c(render_yaml(mixed))


@settings(max_examples=EXAMPLES // 4)
@given(value=st.dictionaries(texts, values, max_size=5))
def test_other_keys_keep_their_order(value: dict[str, Any]) -> None:
    """Entries of sections and keys that have no conventional place stand in the order of the mapping."""
    template = {"Metadata": value, "Resources": {f"{key}0": {"Properties": {}} for key in value}}
    for text in (render_json(template), json.dumps(read_with_c(render_yaml(template)))):
        assert exactly(template) == exactly(json.loads(text))


def test_unknown_keys_follow_the_known_ones() -> None:
    """A section, attribute or property that the conventions do not know stands behind those they know."""
    template = {
        "Zone": {},
        "Resources": {
            "T": {"Zone": 1, "Properties": {"Zone": 1, "Arn": 2, "TableName": "t"}, "Type": "AWS::DynamoDB::Table"}
        },
    }
    expected = {
        "Resources": {
            "T": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "t", "Zone": 1, "Arn": 2}, "Zone": 1}
        },
        "Zone": {},
    }
    assert exactly(expected) == exactly(json.loads(render_json(template)))


def test_conventional_keys_exist() -> None:
    """Every property that has a place in the order is one that the registry schema of a type knows."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    known: set[str] = set()
    for kind, order in render.PROPERTIES_OF_TYPE.items():
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
        known |= set(schema["properties"])
        for definition in schema.get("definitions", {}).values():
            known |= set(definition.get("properties", {}))
        if "DynamoDB" not in kind:  # a table and a global table share one order
            assert set() == set(order) - set(schema["properties"])
    policies = {"Version", "Id", "Statement", "AssumeRolePolicyDocument"}
    statements = {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
    for key, order in render.MAPPING_UNDER_KEY.items():
        assert set() == {key, *order} - known - policies - statements
    tables = render.PROPERTIES_OF_TYPE["AWS::DynamoDB::Table"]
    assert set() == set(tables) - known


def test_repeated_values_are_written_out() -> None:
    """A value that occurs twice as one object gets no anchor."""
    tag = {"Key": "a", "Value": "b"}
    assert "Metadata:\n  - Key: a\n    Value: b\n  - Key: a\n    Value: b\n" == render_yaml({"Metadata": [tag, tag]})


def test_nothing_is_a_template_too() -> None:
    """Empty templates and collections have a text."""
    assert ("{}\n", "{}\n") == (render_yaml({}), render_json({}))
    assert "Metadata:\n  a: {}\n  b: []\n  c:\n    - {}\n    - []\n" == render_yaml(
        {"Metadata": {"a": {}, "b": [], "c": [{}, []]}}
    )


class Colour(str, enum.Enum):  # noqa: UP042 - this is the kind that is hard
    """A text whose str() is another text."""

    RED = "red"


class Level(enum.IntEnum):
    """A number whose repr() is no number."""

    HIGH = 3


def test_subclasses_are_written_as_their_values() -> None:
    """Members of enumerations and tuples, as builders of templates use them, are what they hold."""
    template: dict[str, Any] = {Colour.RED: (Colour.RED, Level.HIGH)}
    assert "red:\n  - red\n  - 3\n" == render_yaml(template)
    assert '{\n  "red": [\n    "red",\n    3\n  ]\n}\n' == render_json(template)


def endless() -> dict[str, Any]:
    """A mapping that contains itself."""
    result: dict[str, Any] = {}
    result["Metadata"] = result
    return result


@pytest.mark.parametrize("write", [render_yaml, render_json])
@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"A": float("nan")}, "a template cannot hold nan, which is of type float"),
        ({"A": [float("inf")]}, "a template cannot hold inf, which is of type float"),
        ({"A": {"B": float("-inf")}}, "a template cannot hold -inf, which is of type float"),
        ({"A": b"a"}, "a template cannot hold b'a', which is of type bytes"),
        (
            {"A": datetime.date(2012, 10, 17)},
            "a template cannot hold datetime.date(2012, 10, 17), which is of type date",
        ),
        ({"A": Decimal(1)}, "a template cannot hold Decimal('1'), which is of type Decimal"),
        ({"A": {1}}, "a template cannot hold {1}, which is of type set"),
        ({"A": {1: 2}}, "a key of a template cannot be 1, which is of type int"),
        ({"Resources": {None: {}}}, "a key of a template cannot be None, which is of type NoneType"),
        ({True: 1}, "a key of a template cannot be True, which is of type bool"),
        ({"A": "\ud83d"}, "a template cannot hold '\\ud83d': half of a surrogate pair is not a character"),
        ({"\ud83d": 1}, "a template cannot hold '\\ud83d': half of a surrogate pair is not a character"),
        ({"A": 10**5000}, "a template cannot hold a number of thousands of digits"),
        (endless(), "a template nests too deeply to be written"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_template_can_hold_is_refused(write: Callable[[Any], str], template: Any, message: str) -> None:
    """Such a value is a mistake of the program, not of its user."""
    with pytest.raises(InternalError) as caught:
        write(template)
    assert message == str(caught.value)


def test_a_template_of_troposphere_is_written() -> None:
    """What `to_dict` gives is what the readers read."""
    from troposphere import GetAtt, Output, Ref, Sub, Template
    from troposphere.dynamodb import AttributeDefinition, KeySchema, Table

    template = Template()
    table = template.add_resource(
        Table(
            "T",
            AttributeDefinitions=[AttributeDefinition(AttributeName="PK", AttributeType="N")],
            KeySchema=[KeySchema(AttributeName="PK", KeyType="HASH")],
            BillingMode="PAY_PER_REQUEST",
            TableName=Sub("${AWS::StackName}-t"),
        )
    )
    template.add_output(Output("Arn", Value=GetAtt(table, "Arn")))
    template.add_output(Output("Name", Value=Ref(table)))
    for reader in YAML_READERS.values():
        assert template.to_dict() == reader(render_yaml(template.to_dict()))


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_hash_seed_does_not_show(seed: str) -> None:
    """Another process with another hash seed writes the same bytes."""
    program = (
        "import json, sys; from cfn_table.synth.render import render_yaml as r; print(r(json.load(sys.stdin)), end='')"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
    result = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(TABLE),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert TABLE_YAML == result.stdout
