"""Generated templates that are hard on writers and readers, for hypothesis."""

from __future__ import annotations

import random
from typing import Any, Final

from hypothesis import strategies as st

# Words and numbers of YAML 1.1 or 1.2, and near misses.
_WORDS: Final = """
y Y n N yes Yes YES yEs no No NO on On ON oN off Off OFF true True TRUE tRue false False FALSE null Null NULL
nUll ~ None nil t f inf nan NaN .inf .Inf -.inf +.INF .nan .NaN . .. ... - -- --- + +- 0 -0 +0 00 01 08 09 0o7 0o8 0O7
0x1f 0X1F 0x_ 0x 0b1 0b_ 0b 1_000 1_ _1 0_ 010 -010 12:30:45 1:1 190:20:30.15 -1:30 1:60 60:1 1e3 1E3 1e+3 1.e3 1.0e3
1.0e+3 .5 5. -.5 1.10 1.1.0 1.0 -1.5e-7 1e-07 6.02e23 1,000 2012-10-17 2010-09-09 2001-1-1 2001-01-01T00:00:00Z
2001-12-14t21:59:43.10-05:00 0000-00-00 123456789012 012345678901 0777 0.0.0.0 1d 1L = << <<< == => !ref
"""
NASTY_TEXTS: Final = (
    *_WORDS.split(),
    # Indicators, blanks and what ends a plain text.
    *("", " ", "  ", "\t", "\n", "\r", "\r\n", " a", "a ", "\ta", "a\t", "a\n", "\na", "a\n\nb", "a  b", "a \n b"),
    *("a:", ":", ": ", ":a", "a: b", "a:b", "a :b", "a : b", "a::b", "a:: b", "#", "# a", "#a", "a #b", "a#b", "a# b"),
    *("-", "- ", "- a", "-a", "?", "? a", "?a", "[", "[]", "[a", "a]", "{", "{}", "{a: b}", "}", ",", ",a", "a, b"),
    *("&", "&a", "a & b", "*", "*a", "!", "!a", "! a", "!!str", "!Ref A", "|", "|-", ">", ">+", "%", "%YAML 1.1", "@a"),
    *(
        "`",
        "`a",
        "'",
        "''",
        "'a'",
        "it's",
        '"',
        '"a"',
        'a"b',
        "\\",
        "\\n",
        "a\\",
        "\\\\x41",
        "--- a",
        "...",
        "--- ",
        "->",
    ),
    *(
        "2001-12-14 21:59:43.10 -5",
        "0 0",
        "- - -",
        "a\u00a0b",
        "\u00a0",
        "\u00ad",
        "\u00e9",
        "Ünïcode",
        "日本",
        "\u3000",
    ),
    # Line breaks of one YAML version and not of the other; marks, controls, non-characters, other planes.
    *("a\u0085b", "a\u2028b", "\u2029", "\ufeff", "a\ufeffb", "\ufffe", "\uffff", "\ufffd", "\x00", "\x07", "\x1b[0m"),
    *("\x7f", "\x80", "\x9f", "\u200b", "\u200d", "\u202e", "\U0001f600", "\U000e0041", "\U0010ffff", "\U0001fffe"),
    # What templates hold.
    *(
        "AWS::DynamoDB::Table",
        "dynamodb:GetItem",
        "dynamodb:*",
        "USER#*",
        "arn:aws:s3:::b/*",
        "${A}",
        "$",
        "$a",
        "/",
        "/a",
    ),
    *(
        "${!aws:PrincipalTag/x}",
        "Fn::Sub",
        "Ref",
        "Condition",
        "A.B",
        "Fn::GetAtt",
        "Fn::ForEach::X",
        "{{resolve:ssm:x}}",
    ),
)
"""Texts that some YAML reader takes for something else unless they are quoted."""

_PIECES: Final = st.sampled_from(
    [*" \t\n\r:#-?[]{},&*!|>'\"%@`~=<+._/\\$0123456789abefnoxyEOTXZ", "é", "\u0085", "\u2028", "\ufeff", "\x7f", "\x00"]
)
texts: Final = st.one_of(
    st.sampled_from(NASTY_TEXTS),
    st.lists(_PIECES, max_size=8).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.from_regex(r"[-+]?[0-9][0-9_]{0,3}(:[0-5]?[0-9]){0,2}(\.[0-9_]{0,3})?([eE][-+]?[0-9]{1,3})?", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?Z?)?", fullmatch=True),
    st.from_regex(r"[-+]?0[obxOX]?[0-9a-fA-F_]{0,4}", fullmatch=True),
)
"""Texts of every kind, nasty ones above all."""

scalars: Final = st.one_of(
    texts,
    st.booleans(),
    st.none(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, -1, 10**40, 0.0, -0.0, 10.0, 1e-7, 1e16, 1e22, 5e-324, 1.7976931348623157e308, 123456789.125]),
)

yaml_fragments: Final = st.sampled_from(
    [
        *" \n\t\r:#-?[]{},&*!|>'\"%@`~=<.0123eaNb_\\",
        *(": ", "- ", "\n  ", "!Ref ", "&a ", "*a", "<<: ", "!!int ", "? ", "null", "0x_", "1:60", "2001-01-01"),
        *("\\u", "\\UFFFFFFFF", "\ud800", "\u2028", "\x00", "---\n", "...\n", "%TAG ! x\n"),
    ]
)
"""Pieces of YAML that mean something, to build texts that may be YAML."""

NAMES_OF_FUNCTIONS: Final = (
    *("Ref", "Condition", "Fn::Sub", "Fn::GetAtt", "Fn::ImportValue", "Fn::Base64", "Fn::GetAZs", "Fn::Join", "Fn::If"),
    *("Fn::Select", "Fn::Split", "Fn::FindInMap", "Fn::Cidr", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals"),
    *("Fn::Transform", "Fn::Length", "Fn::ToJsonString", "Fn::ForEach::Loop", "Fn::GetStackOutput"),
)


def _intrinsics(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Intrinsics of the right shape and of every wrong one."""
    logical_ids = st.sampled_from(["A", "KVStorageTable", "Null", "No", "1e3"]) | texts
    get_att = st.tuples(logical_ids, st.sampled_from(["Arn", "Outputs.Name", "on", "0"]) | texts).map(list)
    any_name = st.builds(lambda name, value: {name: value}, st.sampled_from(NAMES_OF_FUNCTIONS), inner)
    return st.one_of(
        any_name,
        logical_ids.map(lambda name: {"Ref": name}),
        get_att.map(lambda parts: {"Fn::GetAtt": parts}),
        texts.map(lambda text: {"Fn::GetAtt": text}),
        st.builds(lambda text, names: {"Fn::Sub": [text, names]}, texts, st.dictionaries(texts, inner, max_size=2)),
        st.builds(lambda value: {"Fn::ImportValue": {"Fn::Sub": value}}, texts),
        st.builds(
            lambda name, values: {name: values},
            st.sampled_from(["Fn::Join", "Fn::If", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Fn::Select"]),
            st.lists(inner, max_size=3),
        ),
        st.lists(texts, max_size=2).map(lambda names: {"Fn::And": [{"Condition": name} for name in names]}),
    )


def _compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3), _intrinsics(inner))


values: Final = st.recursive(scalars, _compound, max_leaves=8)
"""Anything that a template may hold, whether it makes sense or not."""

_tags: Final = st.lists(st.fixed_dictionaries({"Value": values, "Key": texts}), max_size=2)
_statements: Final = st.lists(
    st.fixed_dictionaries(
        {"Resource": values, "Effect": st.just("Allow")},
        optional={"Condition": st.dictionaries(texts, values, max_size=2), "Sid": texts, "Action": values, "X": values},
    ),
    max_size=2,
)
_properties: Final = st.fixed_dictionaries(
    {},
    optional={
        "Tags": _tags | values,
        "KeySchema": values,
        "PolicyDocument": st.fixed_dictionaries({"Statement": _statements, "Version": st.just("2012-10-17")}),
        "TableName": values,
        "AttributeDefinitions": st.just([{"AttributeType": "N", "AttributeName": "PK"}]),
        "Ünknown": values,
    },
)
_resources: Final = st.fixed_dictionaries(
    {"Properties": _properties | values},
    optional={
        "Type": st.sampled_from(["AWS::DynamoDB::Table", "AWS::IAM::ManagedPolicy"]) | texts,
        "DeletionPolicy": st.just("Retain"),
        "Condition": texts,
        "Metadata": values,
        "DependsOn": values,
    },
)


def _section(entries: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(texts, entries | values, max_size=3)


templates: Final[st.SearchStrategy[dict[str, Any]]] = st.fixed_dictionaries(
    {},
    optional={
        "Outputs": _section(
            st.fixed_dictionaries({"Value": values}, optional={"Export": values, "Description": texts})
        ),
        "Resources": _section(_resources) | values,
        "Conditions": _section(values) | values,
        "Parameters": _section(st.fixed_dictionaries({"Type": texts}, optional={"Default": values})),
        "Rules": _section(values),
        "Mappings": _section(st.dictionaries(texts, values, max_size=2)),
        "Metadata": values,
        "Description": texts,
        "Transform": values,
        "AWSTemplateFormatVersion": st.just("2010-09-09"),
        "Ref": values,
    },
).flatmap(lambda known: st.dictionaries(texts, values, max_size=1).map(lambda other: {**other, **known}))
"""Whole templates: the known sections, with sensible and senseless contents, and an unknown one."""


def shuffled(value: Any, generator: random.Random) -> Any:
    """The same value with the keys of every mapping in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, generator)) for key, item in value.items()]
        generator.shuffle(items)
        return dict(items)
    return [shuffled(item, generator) for item in value] if isinstance(value, list) else value
