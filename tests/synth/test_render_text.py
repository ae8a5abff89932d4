"""How single values look in the text of a template."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_table.synth.render import render_json, render_yaml
from tests.synth.readers import YAML_READERS, exactly


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("kv-storage-data", "kv-storage-data"),
        ("AWS::DynamoDB::Table", "AWS::DynamoDB::Table"),
        ("dynamodb:*", "dynamodb:*"),
        ("/service/", "/service/"),
        ("Name, of (the) table's key = a+b@c", "Name, of (the) table's key = a+b@c"),
        ("Null", "'Null'"),
        ("N", "'N'"),
        ("yEs", "'yEs'"),
        ("1e3", "'1e3'"),
        ("08", "'08'"),
        ("0o7", "'0o7'"),
        ("0x1f", "'0x1f'"),
        ("1_000", "'1_000'"),
        ("12:30:45", "'12:30:45'"),
        ("2012-10-17", "'2012-10-17'"),
        ("1.10", "'1.10'"),
        ("123456789012", "'123456789012'"),
        ("=", "'='"),
        ("<<", "'<<'"),
        ("~", "'~'"),
        ("", "''"),
        (".inf", "'.inf'"),
        ("*", "'*'"),
        ("USER#*", "'USER#*'"),
        ("${AWS::StackName}-TableName", "'${AWS::StackName}-TableName'"),
        (" a", "' a'"),
        ("a ", "'a '"),
        ("a  b", "'a  b'"),
        ("a: b", "'a: b'"),
        ("a:", "'a:'"),
        ("a #b", "'a #b'"),
        ("- a", "'- a'"),
        ("---", "'---'"),
        ("'a'", "'''a'''"),
        ('say "a"', "'say \"a\"'"),
        ("a\\b", "'a\\b'"),
        ("Ü 日本", "'Ü 日本'"),
        ("\U0001f600", "'\U0001f600'"),
        ("a\tb", '"a\\tb"'),
        ('one "line"\nand \\ another\r\n', '"one \\"line\\"\\nand \\\\ another\\r\\n"'),
        ("a\x00\x1b\x7f\x85", '"a\\u0000\\u001b\\u007f\\u0085"'),
        ("\u2028\u2029\ufeff\uffff", '"\\u2028\\u2029\\ufeff\\uffff"'),
        ("a\u00a0b\u200b\u202ec", '"a\\u00a0b\\u200b\\u202ec"'),
        ("\U000e0041\U0010ffff", '"\\U000e0041\\U0010ffff"'),
    ],
)
def test_what_is_not_safe_is_quoted(text: str, written: str) -> None:
    """Plain where it is provably a string, in single quotes otherwise, in double quotes where only escapes help."""
    assert f"Metadata:\n  {written}: {written}\n" == render_yaml({"Metadata": {text: text}})


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (-1, "-1"),
        (10**30, "1" + 30 * "0"),
        (10.0, "10.0"),
        (-0.0, "-0.0"),
        (0.1, "0.1"),
        (1e-7, "1.0e-07"),
        (1.5e-7, "1.5e-07"),
        (1e16, "1.0e+16"),
        (5e-324, "5.0e-324"),
        (True, "true"),
        (False, "false"),
        (None, "null"),
    ],
)
def test_numbers_are_numbers_for_every_reader(number: Any, written: str) -> None:
    """YAML 1.1 wants a fraction and a sign before it sees a number with an exponent; JSON takes that as well."""
    assert f"Metadata: {written}\n" == render_yaml({"Metadata": number})
    assert f'{{\n  "Metadata": {written}\n}}\n' == render_json({"Metadata": number})


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"Ref": "T"}, "!Ref T"),
        ({"Ref": "No"}, "!Ref 'No'"),
        ({"Ref": {"Fn::FindInMap": ["a", "b"]}}, "\n  Ref: !FindInMap\n    - a\n    - b"),
        ({"Fn::GetAtt": ["T", "Arn"]}, "!GetAtt T.Arn"),
        ({"Fn::GetAtt": ["T", "Outputs.A.B"]}, "!GetAtt T.Outputs.A.B"),
        ({"Fn::GetAtt": "T.Arn"}, "\n  Fn::GetAtt: T.Arn"),
        ({"Fn::GetAtt": ["T.A", "B"]}, "\n  Fn::GetAtt:\n    - T.A\n    - B"),
        ({"Fn::GetAtt": ["T", {"Ref": "Name"}]}, "\n  Fn::GetAtt:\n    - T\n    - !Ref Name"),
        ({"Fn::GetAtt": ["T"]}, "\n  Fn::GetAtt:\n    - T"),
        ({"Fn::Sub": ["${A}", {"A": 1}]}, "!Sub\n  - '${A}'\n  - A: 1"),
        ({"Fn::Base64": {"Fn::Sub": "a"}}, "\n  Fn::Base64: !Sub a"),
        ({"Fn::ImportValue": {"Fn::Sub": "${A}-B"}}, "\n  Fn::ImportValue: !Sub '${A}-B'"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "!Select\n  - 0\n  - !GetAZs ''"),
        ({"Fn::Split": [",", {"Fn::ImportValue": "A"}]}, "!Split\n  - ','\n  - !ImportValue A"),
        ({"Fn::If": ["A", {"B": 1}, []]}, "!If\n  - A\n  - B: 1\n  - []"),
        ({"Fn::Join": []}, "\n  Fn::Join: []"),
        ({"Fn::Join": "a"}, "\n  Fn::Join: a"),
        ({"Ref": 1}, "\n  Ref: 1"),
        ({"Ref": "A", "B": 1}, "\n  Ref: A\n  B: 1"),
        ({"Fn::Length": {"Ref": "A"}}, "\n  Fn::Length: !Ref A"),
        ({"Fn::Length": [1]}, "\n  Fn::Length:\n    - 1"),
        ({"Fn::ToJsonString": ["a"]}, "\n  Fn::ToJsonString:\n    - a"),
        ({"Fn::Contains": [["a"], "a"]}, "\n  Fn::Contains:\n    - - a\n    - a"),
        ({"Fn::ToJsonString": {"A": {"Ref": "B"}}}, "\n  Fn::ToJsonString:\n    A: !Ref B"),
        ({"Fn::Transform": {"Name": "X"}}, "\n  Fn::Transform:\n    Name: X"),
        ({"Condition": "A"}, "\n  Condition: A"),
        ({"Fn::Or": [{"Condition": "A"}, {"Condition": {"Ref": "B"}}]}, "!Or\n  - !Condition A\n  - Condition: !Ref B"),
        ({"Fn::If": ["A", {"Condition": "B"}]}, "!If\n  - A\n  - Condition: B"),
        (
            [{"Fn::Sub": "a"}, {"Fn::If": ["A", [1], [[2, 3]]]}],
            "\n  - !Sub a\n  - !If\n    - A\n    - - 1\n    - - - 2\n        - 3",
        ),
    ],
)
def test_intrinsics_are_short_where_that_means_the_same(value: Any, written: str) -> None:
    """One tag for a value at most, GetAtt only with plain parts, Condition only inside the functions of conditions."""
    gap = "" if written.startswith("\n") else " "
    indented = written.replace("\n", "\n  ")
    assert f"Outputs:\n  A:{gap}{indented}\n" == render_yaml({"Outputs": {"A": value}})


def test_conditions_name_each_other_in_short_form() -> None:
    """In the Conditions section `{Condition: name}` is a function even at the top."""
    assert "Conditions:\n  A: !Condition B\n" == render_yaml({"Conditions": {"A": {"Condition": "B"}}})


@pytest.mark.parametrize("section", ["Metadata", "Mappings", "Parameters", "Transform", "Globals"])
def test_data_has_no_functions(section: str) -> None:
    """Where CloudFormation evaluates nothing, a key `Ref` is a key."""
    assert f"{section}:\n  A:\n    Ref: B\n" == render_yaml({section: {"A": {"Ref": "B"}}})


@pytest.mark.parametrize("length", [249, 251, 997, 998, 999, 1020, 1023, 1024, 1025, 5000])
@pytest.mark.parametrize("character", ["k", "'", "é", "\n", "\U0001f600"])
def test_long_keys_are_keys(length: int, character: str) -> None:
    """A key that is too long for the simple form is written in the explicit one."""
    key = character * length
    template = {"Metadata": {key: {key: [{key: 1, "b": [2]}]}}, "Resources": {key: {"Type": key, key: {"Ref": "A"}}}}
    for reader in YAML_READERS.values():
        assert exactly(template) == exactly(reader(render_yaml(template)))


def test_an_explicit_key_is_laid_out_like_a_list_entry() -> None:
    """The value of an explicit key begins on the line of its colon."""
    key = "k" * 1001
    assert f"Metadata:\n  ? {key}\n  : a: 1\n    b:\n      - 2\n" == render_yaml(
        {"Metadata": {key: {"a": 1, "b": [2]}}}
    )
