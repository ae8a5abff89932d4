"""What a text gets that is no template: an error with a place and advice, quickly, and never anything else."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.errors import InputError
from cfn_table.synth.read import read_template
from tests.strategies_templates import yaml_fragments

EXAMPLES = int(os.environ.get("CFN_TABLE_EXAMPLES", "200"))


@pytest.mark.usefixtures("yaml_parser")
@pytest.mark.parametrize(
    ("text", "message", "place", "help"),
    [
        ("", "the template is empty", "t.yaml", "it needs at least `Resources`"),
        ("# only this\n", "the template is empty", "t.yaml", "it needs at least `Resources`"),
        ("~", "the template is empty", "t.yaml", "it needs at least `Resources`"),
        ("- a", "a template must be a mapping", "t.yaml:1:1", "begin with a section, such as `Resources:`"),
        ("\n [1]", "a template must be a mapping", "t.yaml:2:2", "begin with a section, such as `Resources:`"),
        ("text", "a template must be a mapping", "t.yaml:1:1", "begin with a section, such as `Resources:`"),
        ("!Ref a", "a template must be a mapping", "t.yaml:1:1", "begin with a section, such as `Resources:`"),
        ("!Sub {a: b}", "a template must be a mapping", "t.yaml:1:1", "begin with a section, such as `Resources:`"),
        (
            "A: 1\nB:\n  c: 1\n  d: 1\n  c: 2",
            "duplicate key `c`",
            "t.yaml:5:3",
            "line 3 has it already; keep one of them",
        ),
        ("A: 1\n'A': 2", "duplicate key `A`", "t.yaml:2:1", "line 1 has it already; keep one of them"),
        ("A: {<<: {}, <<: {}}", "duplicate key `<<`", "t.yaml:1:13", "line 1 has it already; keep one of them"),
        ("A: {<<: 1}", "a merge key `<<` takes a mapping or a list of mappings", "t.yaml:1:9", ""),
        ("A: {<<: [!Ref B]}", "a merge key `<<` takes a mapping or a list of mappings", "t.yaml:1:10", ""),
        ("A:\n  Null: 1", "YAML reads the key `Null` as `null`", "t.yaml:2:3", "quote it: `'Null'`"),
        ("A: {null: 1}", "YAML reads the key `null` as `null`", "t.yaml:1:5", "quote it: `'null'`"),
        ("A: {on: 1}", "YAML reads the key `on` as `true`", "t.yaml:1:5", "quote it: `'on'`"),
        ("A: {012: 1}", "YAML reads the key `012` as `10`", "t.yaml:1:5", "quote it: `'012'`"),
        ("A: {1.10: 1}", "YAML reads the key `1.10` as `1.1`", "t.yaml:1:5", "quote it: `'1.10'`"),
        ("A:\n  ?\n  : 1", "a key is missing", "t.yaml:2:4", "quote it: `''`"),
        ("A: {[a]: 1}", "a key must be a text", "t.yaml:1:5", "quote it if it is meant as text"),
        ("? {a: b}\n: c", "a key must be a text", "t.yaml:1:3", "quote it if it is meant as text"),
        ("A: {!Ref b: 1}", "a key must be a text", "t.yaml:1:5", "quote it if it is meant as text"),
        ("A: *a", "the alias `*a` has no anchor `&a` above it", "t.yaml:1:4", ""),
        ("A: &a [*a]", "the anchor `&a` contains itself", "t.yaml:1:8", ""),
        ("A: &a {b: [*a]}", "the anchor `&a` contains itself", "t.yaml:1:12", ""),
        ("A: 1\n---\nB: 2", "a template is one YAML document", "t.yaml:2:1", "remove the `---`"),
        ("A: !!binary a", "CloudFormation does not support the tag `!!binary` here", "t.yaml:1:4", "remove the tag"),
        ("A: !!set {a}", "CloudFormation does not support the tag `!!set` here", "t.yaml:1:4", "remove the tag"),
        ("A: !<x> a", "CloudFormation does not support the tag `!<x>` here", "t.yaml:1:4", "remove the tag"),
        ("A: !!seq {}", "CloudFormation does not support the tag `!!seq` here", "t.yaml:1:4", "remove the tag"),
        (
            "A: !!python/name:os.system a",
            "CloudFormation does not support the tag `!!python/name:os.system` here",
            "t.yaml:1:4",
            "remove the tag",
        ),
        ("A: .inf", "a template cannot hold the number `.inf`", "t.yaml:1:4", "quote it if it is meant as text"),
        (
            "A: 9.9e+999",
            "a template cannot hold the number `9.9e+999`",
            "t.yaml:1:4",
            "quote it if it is meant as text",
        ),
        ("A: 0x_", "`0x_` looks like a value of type int and is none", "t.yaml:1:4", "quote it if it is meant as text"),
        (
            "A: !!bool a",
            "`a` looks like a value of type bool and is none",
            "t.yaml:1:4",
            "quote it if it is meant as text",
        ),
        ("A: 1" + "0" * 1000, "a number of a template cannot be that long", "t.yaml:1:4", "quote a text"),
        ("A: b\x00", "YAML does not allow the character U+0000", "t.yaml:1:5", ""),
        ("A:\n  - b\x7f", "YAML does not allow the character U+007F", "t.yaml:2:6", ""),
        ("A: \ud83d", "YAML does not allow the character U+D83D", "t.yaml:1:4", ""),
        ('{"A": 1,}x', "expected another entry before `}`", "t.yaml:1:9", ""),
        ('{"A" 1}', "a key in JSON is followed by `:`", "t.yaml:1:6", ""),
        ('{"A": 1 "B": 2}', "expected `,` or `}`", "t.yaml:1:9", ""),
        ('{"A": [1 2', "expected `,` or `]`", "t.yaml:1:10", ""),
        ('{"A": [1,', "`[` is never closed", "t.yaml:1:7", ""),
        ("{", "`{` is never closed", "t.yaml:1:1", ""),
        ("{,}", "a key in JSON is a text in double quotes", "t.yaml:1:2", ""),
        ('{"A": tru', "not JSON: expecting value", "t.yaml:1:7", ""),
        ('{"A": "b', "not JSON: unterminated string starting at", "t.yaml:1:7", ""),
        ('{"A": NaN]', "JSON has no `NaN`", "t.yaml:1:7", ""),
        ('{"A": 1e999]', "a template cannot hold the number `1e999`", "t.yaml:1:7", "quote it if it is meant as text"),
        ('{"A": "\\ud83d"}', "half of a surrogate pair is not a character", "t.yaml:1:7", ""),
        ('{"A": 1, "A": 2}', "duplicate key `A`", "t.yaml:1:10", "line 1 has it already; keep one of them"),
        ('{"A": 1}\n{"B": 1}', "something follows the end of the JSON", "t.yaml:2:1", ""),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_bad_text_gets(text: str, message: str, place: str, help: str) -> None:
    """A message, a place and what to do; the same whether PyYAML has libyaml or not."""
    with pytest.raises(InputError) as caught:
        read_template(text, "t.yaml")
    assert (message, place, help) == (caught.value.message, str(caught.value.location), caught.value.help)


@pytest.mark.parametrize(
    ("text", "line", "column", "help"),
    [
        ("A:\n\tb: 1", 2, 1, "quote a text that begins with this character; indent with spaces, not tabs"),
        ("A: b: c", 1, 5, "quote a text that holds `: `, and indent keys of one mapping alike"),
        ("A: @b", 1, 4, "quote a text that begins with this character; indent with spaces, not tabs"),
        ("A:\n  - b\n  c: 1", 3, 3, "indent all entries of one list alike"),
        ("A: 'b\n", 1, 4, "close the quote that begins here"),
        (
            "A: !ImportValue !Sub b",
            1,
            17,
            "a value has one tag: write the outer function in its long form, such as `Fn::ImportValue: !Sub …`",
        ),
        ("A: [b", 1, 6, ""),
    ],
)
def test_what_is_no_yaml_gets(text: str, line: int, column: int, help: str) -> None:
    """The place where the parser stopped, and advice for the usual mistakes."""
    with pytest.raises(InputError) as caught:
        read_template(text, "t.yaml")
    location = caught.value.location
    assert location is not None
    assert caught.value.message.startswith("not YAML: ")
    assert (line, column, text.split("\n")[line - 1]) == (location.line, location.column, location.text)
    assert help == caught.value.help


BOMBS = {
    "billion laughs": "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
    "merged": "a0: &a0 {x: 1}\n"
    + "".join(f"a{n}: &a{n}\n  b: {{<<: [*a{n - 1}, *a{n - 1}]}}\n  c: *a{n - 1}\n" for n in range(1, 60)),
    "chain": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 3000)),
    "brackets": "A: " + "[" * 200_000,
    "closed brackets": "A: " + "[" * 5000 + "]" * 5000,
    "braces": "A: " + "{a: " * 100_000,
    "dashes": "A:\n  " + "- " * 200_000 + "x",
    "question marks": "? " * 100_000 + "x",
    "steps": "".join(" " * n + "a:\n" for n in range(3000)),
    "JSON brackets": '{"A": ' + "[" * 200_000,
    "JSON braces": '{"A": ' * 100_000,
    "JSON number": '{"A": ' + "1" * 100_000 + "}",
    "sexagesimal": "A: 1" + ":1" * 500_000,
    "number": "A: 1" + "0" * 1_000_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_small_text_cannot_become_large_work(text: str) -> None:
    """Aliases that multiply, nesting that would exhaust a stack, and numbers without end are refused quickly."""
    begin = time.perf_counter()
    with pytest.raises(InputError):
        read_template(text)
    assert time.perf_counter() - begin < 10


def test_many_aliases_within_the_limit_are_fine() -> None:
    """The limit is on what the template grows to."""
    text = "A: &a [" + "x, " * 1000 + "]\nB: [" + "*a, " * 200 + "]"
    assert 200 == len(read_template(text).data["B"])
    with pytest.raises(InputError) as caught:
        read_template("A: &a [" + "x, " * 1000 + "]\nB: [" + "*a, " * 300 + "]")
    expected = "a template may have 250,000 values, and this one has more once its aliases are resolved"
    assert expected == caught.value.message


@settings(max_examples=EXAMPLES)
@given(text=st.lists(yaml_fragments, max_size=20).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text gets anything but a template or an error of one line that says where."""
    refused: list[InputError] = []
    for variant in (text, "A: " + text, "{" + text + "}"):
        try:
            read_template(variant)
        except InputError as error:
            refused.append(error)
    for found in refused:
        assert found.location is not None
        assert found.message
        assert "\n" not in found.message
