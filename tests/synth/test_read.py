"""Reading any template: what it means, where everything stands, and what bad text gets."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cfn_table.errors import InputError
from cfn_table.synth.read import read_template
from cfn_table.synth.render import render_json, render_yaml
from tests.strategies_templates import templates, yaml_fragments
from tests.synth.readers import CLoader, exactly, read_with_c, read_with_cfn_lint

EXAMPLES = int(os.environ.get("CFN_TABLE_EXAMPLES", "200"))


def data(text: str) -> dict[str, Any]:
    """The data of a template's text."""
    return read_template(text).data


@settings(max_examples=EXAMPLES)
@given(template=templates)
def test_what_was_written_is_read(template: dict[str, Any]) -> None:
    """A template survives writing and reading, as YAML and as JSON, with all types and orders."""
    expected = exactly(json.loads(render_json(template)))
    assert expected == exactly(data(render_yaml(template)))
    assert expected == exactly(data(render_json(template)))


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every key and every entry of a value, outer ones first."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from paths(item, (*path, key))


@settings(max_examples=EXAMPLES)
@given(template=templates)
def test_every_path_has_its_place(template: dict[str, Any]) -> None:
    """At the place of a key stands that key, or the tag that means it, for every path of a template."""
    for written in (read_template(render_yaml(template)), read_template(render_json(template))):
        json_text = written.text.startswith("{")
        for path in paths(written.data):
            place = written.locate(path)
            assert place.text == written.text.split("\n")[place.line - 1]
            rest = place.text[place.column - 1 :]
            if isinstance(path[-1], str):
                key = json.loads(render_json({path[-1]: 0}))
                opening = render_json(key)[4:].split(": 0")[0] if json_text else render_yaml(key).split(": 0")[0]
                tag = f"!{path[-1].removeprefix('Fn::')}"
                assert rest.startswith((opening.removeprefix("? ").removesuffix("\n"), tag))
            assert place.column > 1 or len(path) == 1


YAML = """\
# A comment
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub '${AWS::StackName}-t'
      'KeySchema':   [{AttributeName: PK}, {AttributeName: SK}]
      Tags:
        - Key: é\U0001f600
          Value: !If
            - A
            - !GetAtt B.Arn.C
            - Fn::GetAtt: [D, E]
        -
          Key: b
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), (2, 1), (2, 1)),
        (("Resources",), (2, 1), (3, 3)),
        (("Resources", "Table", "Type"), (4, 5), (4, 11)),
        (("Resources", "Table", "Properties", "TableName"), (6, 7), (6, 18)),
        (("Resources", "Table", "Properties", "TableName", "Fn::Sub"), (6, 18), (6, 18)),
        (("Resources", "Table", "Properties", "KeySchema"), (7, 7), (7, 22)),
        (("Resources", "Table", "Properties", "KeySchema", 1), (7, 44), (7, 44)),
        (("Resources", "Table", "Properties", "KeySchema", 1, "AttributeName"), (7, 45), (7, 60)),
        (("Resources", "Table", "Properties", "Tags", 0, "Key"), (9, 11), (9, 16)),
        (("Resources", "Table", "Properties", "Tags", 0, "Value", "Fn::If", 0), (11, 15), (11, 15)),
        (("Resources", "Table", "Properties", "Tags", 0, "Value", "Fn::If", 1, "Fn::GetAtt", 1), (12, 15), (12, 15)),
        (("Resources", "Table", "Properties", "Tags", 0, "Value", "Fn::If", 2, "Fn::GetAtt", 1), (13, 31), (13, 31)),
        (("Resources", "Table", "Properties", "Tags", 1, "Key"), (15, 11), (15, 16)),
        # What is not there is at its deepest part that is.
        (("Resources", "Table", "Condition"), (3, 3), (4, 5)),
        (("Resources", "Table", "Properties", "Tags", 2), (8, 7), (9, 9)),
        (("Resources", "Table", "Properties", "Tags", -1), (8, 7), (9, 9)),
        (("Resources", "Table", "Type", 0), (4, 5), (4, 11)),
        (("Resources", "Table", "Properties", "TableName", "Ref"), (6, 7), (6, 18)),
        (("Outputs",), (2, 1), (2, 1)),
    ],
)
def test_places_in_yaml(
    path: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int], yaml_parser: str
) -> None:
    """Lines and columns begin at one and count characters; short intrinsics are found by their long names."""
    text = read_template(YAML, f"{yaml_parser}.yaml")
    place, value_place = text.locate(path), text.locate(path, value=True)
    assert (f"{yaml_parser}.yaml", *key) == (place.path, place.line, place.column)
    assert value == (value_place.line, value_place.column)
    assert YAML.split("\n")[key[0] - 1] == place.text


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), (2, 1), (2, 1)),
        (("Resources", "T"), (3, 4), (3, 10)),
        (("Resources", "T", "a"), (3, 11), (3, 16)),
        (("Resources", "T", "a", 1), (3, 20), (3, 20)),
        (("Resources", "T", "é"), (4, 1), (4, 6)),
    ],
)
def test_places_in_json(path: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int]) -> None:
    """JSON, even with tabs and Windows line ends, has places as well."""
    text = read_template('\ufeff\r\n{"Resources":\r\n\t{ "T" : {"a": [1, {}],\r\n"é": "\\ud83d\\ude00"}}}')
    assert key == (text.locate(path).line, text.locate(path).column)
    assert value == (text.locate(path, value=True).line, text.locate(path, value=True).column)
    assert {"Resources": {"T": {"a": [1, {}], "é": "\U0001f600"}}} == text.data


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_in_an_editor(end: str, yaml_parser: str) -> None:
    """A line separator of Unicode ends a line for YAML 1.1, but not for the person who reads the message."""
    text = read_template(f"\ufeff# a\u2028# b{end}Metadata: 'c\u0085 d'{end}Resources: {{}}{end}", yaml_parser)
    place = text.locate(("Resources",))
    assert (yaml_parser, 3, 1, "Resources: {}") == (place.path, place.line, place.column, place.text)


SHORT_FORMS = """\
A: [!Ref B, !Ref 1, !Ref 'no', !Ref 2012-10-17, !Ref ]
B: [!GetAtt A.B, !GetAtt A.B.C, !GetAtt A, !GetAtt [A, !Ref B], !GetAtt {A: B}]
C: [!Sub 'a ${B}', !Sub [a, {B: !Ref C}]]
D: [!If [A, !Ref B, [!Ref C]], !Equals [1, 1.0], !Not [!Condition A], !Or [!Condition B, {Condition: C}]]
E: !Transform {Name: A, Parameters: {B: !Ref C}}
F: !Base64
  Fn::Sub: a
G: [!GetAZs '', !ImportValue a-b, !Select [0, !Split [",", a]], !Cidr [a, 6, 5], !FindInMap [A, B, C], !Join ["", [a]]]
H: {Fn::GetAtt: A.B, Ref: A, Condition: {StringLike: {a: b}}}
I: [!Something a, !Fn::Sub a]
"""


@pytest.mark.usefixtures("yaml_parser")
def test_short_forms_become_long_ones() -> None:
    """Every tag becomes its function; a tagged scalar is a text, whatever it looks like."""
    expected = {
        "A": [{"Ref": "B"}, {"Ref": "1"}, {"Ref": "no"}, {"Ref": "2012-10-17"}, {"Ref": ""}],
        "B": [
            {"Fn::GetAtt": ["A", "B"]},
            {"Fn::GetAtt": ["A", "B.C"]},
            {"Fn::GetAtt": ["A"]},
            {"Fn::GetAtt": ["A", {"Ref": "B"}]},
            {"Fn::GetAtt": {"A": "B"}},
        ],
        "C": [{"Fn::Sub": "a ${B}"}, {"Fn::Sub": ["a", {"B": {"Ref": "C"}}]}],
        "D": [
            {"Fn::If": ["A", {"Ref": "B"}, [{"Ref": "C"}]]},
            {"Fn::Equals": [1, 1.0]},
            {"Fn::Not": [{"Condition": "A"}]},
            {"Fn::Or": [{"Condition": "B"}, {"Condition": "C"}]},
        ],
        "E": {"Fn::Transform": {"Name": "A", "Parameters": {"B": {"Ref": "C"}}}},
        "F": {"Fn::Base64": {"Fn::Sub": "a"}},
        "G": [
            {"Fn::GetAZs": ""},
            {"Fn::ImportValue": "a-b"},
            {"Fn::Select": [0, {"Fn::Split": [",", "a"]}]},
            {"Fn::Cidr": ["a", 6, 5]},
            {"Fn::FindInMap": ["A", "B", "C"]},
            {"Fn::Join": ["", ["a"]]},
        ],
        "H": {"Fn::GetAtt": "A.B", "Ref": "A", "Condition": {"StringLike": {"a": "b"}}},
        "I": [{"Fn::Something": "a"}, {"Fn::Fn::Sub": "a"}],
    }
    assert exactly(expected) == exactly(data(SHORT_FORMS))


def test_cfn_lint_reads_the_same() -> None:
    """cfn-lint's own decoder gives the same data for all short forms."""
    assert read_with_cfn_lint(SHORT_FORMS) == data(SHORT_FORMS)


@pytest.mark.usefixtures("yaml_parser")
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2012-10-17", "2012-10-17"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("'2012-10-17'", "2012-10-17"),
        ("yes", True),
        ("Off", False),
        ("n", "n"),
        ("NULL", None),
        ("", None),
        ("~", None),
        ("010", 8),
        ("0o10", "0o10"),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1:30", 90),
        ("1e3", "1e3"),
        ("1.0e+3", 1000.0),
        ("-.5", "-.5"),
        ("123456789012", 123456789012),
        ("=", "="),
        ("'<<'", "<<"),
        ("<<", "<<"),
        ("!!str 1", "1"),
        ("!!int '0x1f'", 31),
        ("!!float '1'", 1.0),
        ("!!bool 'no'", False),
        ("!!null ''", None),
        ("!!map {a: !!seq [1]}", {"a": [1]}),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">-\n  a\n  b\n", "a b"),
        ('"\\u00e9\\x41\\n"', "éA\n"),
    ],
)
def test_scalars_are_read_by_yaml_1_1_but_dates_are_text(written: str, value: Any) -> None:
    """As the AWS CLI reads them, and so what CloudFormation gets."""
    assert exactly({"Metadata": value}) == exactly(data(f"Metadata: {written}"))


@pytest.mark.usefixtures("yaml_parser")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A: &a {b: 1}\nB: *a\nC: [*a, *a]", {"A": {"b": 1}, "B": {"b": 1}, "C": [{"b": 1}, {"b": 1}]}),
        ("A: &a 1\nB: *a\nC: &c !Ref x\nD: *c", {"A": 1, "B": 1, "C": {"Ref": "x"}, "D": {"Ref": "x"}}),
        ("A: &a {b: 1, c: 2}\nB: {c: 3, <<: *a}", {"A": {"b": 1, "c": 2}, "B": {"b": 1, "c": 3}}),
        ("<<: {A: 1}\nB: 2", {"A": 1, "B": 2}),
        ("&k A: 1\nB: *k", {"A": 1, "B": "A"}),
    ],
)
def test_aliases_and_merge_keys_are_resolved(text: str, expected: Any) -> None:
    """As the AWS CLI resolves them before it uploads; nothing is shared in the data."""
    read = data(text)
    assert exactly(expected) == exactly(read)
    assert exactly(expected) == exactly(read_with_c(text))
    assert len(collections(read)) == len({id(item) for item in collections(read)})


@pytest.mark.usefixtures("yaml_parser")
def test_the_first_of_several_merged_mappings_wins() -> None:
    """As in PyYAML, whose order of the keys is another one in 6.0.4 than before."""
    text = "A: {<<: [{a: 1, b: 1}, {a: 2, c: 2}], c: 3}"
    assert {"A": {"a": 1, "c": 3, "b": 1}} == data(text) == read_with_c(text)


def collections(value: Any) -> list[Any]:
    """All mappings and lists in a value."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [] if inside is None else [value, *(found for item in inside for found in collections(item))]


def test_merged_keys_have_the_place_they_come_from() -> None:
    """A key of the mapping itself is found there, a merged one where it is written; `<<` is no key of the data."""
    text = read_template("A: &a\n  b: 1\n  c: 1\nB:\n  <<: [*a, {d: 1}]\n  c: 2\n")
    assert [(2, 3), (6, 3), (5, 13), (4, 1)] == [
        (text.locate(("B", key)).line, text.locate(("B", key)).column) for key in ("b", "c", "d", "<<")
    ]


def test_yaml_in_braces_is_yaml() -> None:
    """A text in braces that is no JSON may still be a flow mapping of YAML."""
    assert {"Resources": {"A": {"Ref": "B"}}} == data("{Resources: {A: !Ref B}}")
    assert {"A": "1e3", "B": None} == data("{A: 1e3, B: ~}")
    assert {"A": 1000.0} == data('{"A": 1e3}')


@settings(max_examples=EXAMPLES)
@given(template=templates, place=st.integers(0), cut=st.integers(0, 3), inserted=yaml_fragments | st.just(""))
def test_a_damaged_template_is_read_as_others_read_it(
    template: dict[str, Any], place: int, cut: int, inserted: str
) -> None:
    """What is read and not refused is what PyYAML reads with the AWS CLI's tags, but for keys that are no texts."""
    text = render_yaml(template)
    place %= len(text)
    text = text[:place] + inserted + text[place + cut :]
    assume(not text.lstrip(" \t\r\n").startswith("{"))
    try:
        found, expected = data(text), yaml.load(text, AwsCliLoader)
    except (InputError, yaml.YAMLError):
        return
    assert exactly(with_text_keys(expected)) == exactly(found)


class AwsCliLoader(CLoader):
    """Reads as the AWS CLI does, with the parser that `read_template` uses; dates are text, as there in the end."""


def as_text(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> Any:
    """The scalar as it is written."""
    return loader.construct_scalar(node)


for standard in ("timestamp", "value", "merge"):
    AwsCliLoader.add_constructor(f"tag:yaml.org,2002:{standard}", as_text)


def with_text_keys(value: Any) -> Any:
    """The value with keys as JSON would write them."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key): with_text_keys(item) for key, item in value.items()}
    return [with_text_keys(item) for item in value] if isinstance(value, list) else value
