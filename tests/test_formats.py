"""Every format says the same in its own form, and nothing in a finding can act as more than text."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.errors import UsageError
from cfn_table.findings import Finding, Location, Severity
from cfn_table.formats import FORMATS, format_findings, visible

KEY = Finding(
    "query-gives-whole-partition-key",
    Severity.ERROR,
    "`list_keys` gives no value for `GSI1PK`",
    help="add `namespace` to the pattern, or query the table, whose partition key is `PK` and which has all of it",
    location=Location("templates/kv.yaml", 12, 7, "      GSI1PK: NS#{namespace}"),
)
TTL = Finding("W3011", Severity.WARNING, "100% of it", location=Location("templates/kv.yaml", 3, 0, "Resources:"))
FILE = Finding("E0002", Severity.ERROR, "cfn-lint failed", help="try again", location=Location("a:b,c.yaml"))
NOWHERE = Finding("usage", Severity.NOTE, "nothing to do")
SOME = [KEY, TTL, FILE, NOWHERE]


def shown(findings: list[Finding], format: str, **options: Any) -> str:
    """The findings in a format, by version 1.2.3."""
    return format_findings(findings, format, tool_version="1.2.3", **options)


# ---------------------------------------------------------------- all formats

HOSTILE = "\x1b[2J\x1b]0;owned\x07 a|b `c` <b>&amp;\n::error::x\r\n]]> --> \x00 \x9b \u202e \ufffe \ud800 %0A @all #1"
TEXTS = st.text(
    st.sampled_from(HOSTILE + "äß中\u0301\u200d\U0001f600\t\\'\"*_[](){}!~$:,") | st.characters(), max_size=12
)
PLACES = st.builds(Location, TEXTS, st.integers(0, 120), st.integers(0, 200), TEXTS)
FINDINGS = st.builds(Finding, TEXTS, st.sampled_from(Severity), TEXTS, TEXTS, st.none() | PLACES)


@pytest.mark.parametrize("format", FORMATS)
@given(findings=st.lists(FINDINGS, max_size=5), seed=st.integers())
def test_order_of_findings_means_nothing(format: str, findings: list[Finding], seed: int) -> None:
    """However findings come, they go out sorted, and twice the same."""
    shuffled = random.Random(seed).sample(findings, len(findings))
    assert shown(findings, format) == shown(shuffled, format)


@pytest.mark.parametrize("format", FORMATS)
@given(findings=st.lists(FINDINGS, max_size=5))
def test_no_finding_can_control_what_shows_it(format: str, findings: list[Finding]) -> None:
    """Whatever a finding holds, the output is printable text and line ends, and can be encoded."""
    said = shown(findings, format)
    said.encode("utf-8")
    assert [] == [it for it in said if it != "\n" and unicodedata.category(it) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert "" == said or said.endswith("\n")


def test_an_unknown_format_is_refused() -> None:
    """The error lists those that exist."""
    with pytest.raises(UsageError) as caught:
        shown([], "xml")
    assert "unknown format `xml`" == caught.value.message
    assert "use one of text, json, sarif, github, junit, markdown" == caught.value.help


def test_control_characters_become_visible() -> None:
    """Escapes name what was there; letters of all languages stay."""
    assert r"\x1b[31m ä中 \n\r\t \x9b \u202e \ud800 \ufffe \U000e0001" == visible(
        "\x1b[31m ä中 \n\r\t \x9b \u202e \ud800 \ufffe \U000e0001"
    )


# ---------------------------------------------------------------- text


def test_text_shows_place_line_caret_and_help() -> None:
    """As compilers do, in eighty columns; files are sorted, and the end says how many there are."""
    assert """\
note: nothing to do [usage]

a:b,c.yaml: error: cfn-lint failed [E0002]
help: try again

templates/kv.yaml:3: warning: 100% of it [W3011]
3 | Resources:

templates/kv.yaml:12:7: error: `list_keys` gives no value for `GSI1PK` [query-gives-whole-partition-key]
12 |       GSI1PK: NS#{namespace}
   |       ^
help: add `namespace` to the pattern, or query the table, whose partition key is
      `PK` and which has all of it

2 errors, 1 warning, 1 note
""" == shown(SOME, "text")


def test_text_without_findings_says_so() -> None:
    """An empty answer would leave it open whether anything was looked at."""
    assert "no findings\n" == shown([], "text")


def test_only_severities_are_coloured_and_only_when_asked() -> None:
    """Without the colours, the coloured text is the plain one."""
    coloured = shown(SOME, "text", color=True)
    assert "\x1b" not in shown(SOME, "text")
    assert ["error", "error", "note", "warning"] == sorted(re.findall(r"\x1b\[1;3[136]m(\w+)\x1b\[0m", coloured))
    assert shown(SOME, "text") == re.sub(r"\x1b\[[0-9;]*m", "", coloured)


@pytest.mark.parametrize(
    ("text", "column", "lines"),
    [
        ("\tkey: value", 2, ["7 |     key: value", "  |     ^"]),
        ("a中文: x", 4, ["7 | a中文: x", "  |      ^"]),
        ("e\u0301: x", 3, ["7 | e\u0301: x", "  |  ^"]),
        ("\x1b[1mkey", 5, ["7 | \\x1b[1mkey", "  |        ^"]),
        ("key", 4, ["7 | key", "  |    ^"]),
        ("key", 9, ["7 | key", "  |    ^"]),
        ("key", 0, ["7 | key"]),
        ("   ", 2, []),
        ("", 1, []),
    ],
)
def test_the_caret_stands_below_the_place(text: str, column: int, lines: list[str]) -> None:
    """Tabs, wide and combining characters, and escapes of control characters count as wide as they are shown."""
    finding = Finding("r", Severity.ERROR, "m", location=Location("f", 7, column, text))
    assert lines == shown([finding], "text").splitlines()[1:-2]


@pytest.mark.parametrize("column", [1, 500, 1000])
def test_a_long_line_is_cut_around_the_place(column: int) -> None:
    """No source line is wider than the terminal, and the caret still stands below the place."""
    text = "".join(chr(ord("a") + number % 26) for number in range(1000))
    finding = Finding("r", Severity.ERROR, "m", location=Location("f", 7, column, text))
    _, source, caret, *_ = shown([finding], "text", width=60).splitlines()
    assert len(source) <= 60
    assert text[column - 1] == source[caret.index("^")]
    assert (column > 1) == source.startswith("7 | …")
    assert (column < 1000) == source.endswith("…")


def test_a_line_of_a_million_characters_is_shown_at_once() -> None:
    """A minified template costs no more than its window."""
    place = Location("f", 1, 900_000, "x\x1b" * 500_000)
    assert len(shown([Finding("r", Severity.ERROR, "m", location=place)], "text")) < 400


@pytest.mark.parametrize("format", FORMATS)
def test_a_line_of_a_million_characters_is_in_no_document(format: str) -> None:
    """It would be there once for each finding."""
    place = Location("f", 1, 900_000, "x" * 1_000_000)
    assert len(shown([Finding("r", Severity.ERROR, "m", location=place)], format)) < 2000


@given(findings=st.lists(FINDINGS, max_size=3), width=st.integers(-5, 200))
def test_any_width_is_survived(findings: list[Finding], width: int) -> None:
    """A terminal may claim any width."""
    assert shown(findings, "text", width=width)


# ---------------------------------------------------------------- json

JSON_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "tool", "summary", "findings"],
    "properties": {
        "version": {"const": 1},
        "tool": {"const": {"name": "cfn-table", "version": "1.2.3"}},
        "summary": {
            "additionalProperties": False,
            "required": ["error", "warning", "note"],
            "properties": {name: {"type": "integer", "minimum": 0} for name in ("error", "warning", "note")},
        },
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["rule", "severity", "message", "help", "location"],
                "properties": {
                    "rule": {"type": "string"},
                    "severity": {"enum": ["error", "warning", "note"]},
                    "message": {"type": "string"},
                    "help": {"type": "string"},
                    "location": {
                        "type": ["object", "null"],
                        "additionalProperties": False,
                        "required": ["path", "line", "column", "text"],
                        "properties": {
                            "path": {"type": "string"},
                            "line": {"type": ["integer", "null"], "minimum": 1},
                            "column": {"type": ["integer", "null"], "minimum": 1},
                            "text": {"type": "string"},
                        },
                    },
                },
            },
        },
    },
}


@given(st.lists(FINDINGS, max_size=5))
def test_json_holds_everything(findings: list[Finding]) -> None:
    """The documented schema holds, and every finding can be made again from it."""
    data = json.loads(shown(findings, "json"))
    jsonschema.Draft202012Validator(JSON_SCHEMA).validate(data)
    again = [
        Finding(
            it["rule"],
            Severity(it["severity"]),
            it["message"],
            it["help"],
            place
            and Location(
                place["path"], place["line"] or 0, (place["column"] or 0) if place["line"] else 0, place["text"]
            ),
        )
        for it in data["findings"]
        for place in [it["location"]]
    ]
    assert sorted(map(_without_lost_column, findings), key=repr) == sorted(again, key=repr)
    assert len(findings) == sum(data["summary"].values())


def _without_lost_column(finding: Finding) -> Finding:
    place = finding.location
    if place is None or place.line:
        return finding
    return Finding(finding.rule, finding.severity, finding.message, finding.help, Location(place.path))


def test_json_without_findings_is_an_empty_list() -> None:
    """A program sees that all is well."""
    data = json.loads(shown([], "json"))
    assert [] == data["findings"]
    assert {"error": 0, "warning": 0, "note": 0} == data["summary"]


# ---------------------------------------------------------------- sarif

# What the schema of SARIF 2.1.0 (OASIS) says about the objects that are used here, and nothing else allowed.
MESSAGE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
}
SARIF_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "additionalProperties": False,
                                            "required": ["id"],
                                            "properties": {"id": {"type": "string"}, "help": MESSAGE},
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["message"],
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": -1},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": MESSAGE,
                                "locations": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "additionalProperties": False,
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "additionalProperties": False,
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "type": "object",
                                                        "additionalProperties": False,
                                                        "properties": {
                                                            "uri": {
                                                                "type": "string",
                                                                "pattern": r"^[A-Za-z0-9._~:/%-]*$",
                                                            },
                                                            "uriBaseId": {"type": "string"},
                                                        },
                                                    },
                                                    "region": {
                                                        "type": "object",
                                                        "additionalProperties": False,
                                                        "required": ["startLine"],
                                                        "properties": {
                                                            "startLine": {"type": "integer", "minimum": 1},
                                                            "startColumn": {"type": "integer", "minimum": 1},
                                                            "snippet": MESSAGE,
                                                        },
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


@given(st.lists(FINDINGS, max_size=5))
def test_sarif_is_valid_and_lists_the_rules_that_spoke(findings: list[Finding]) -> None:
    """The schema holds, and each result leads to its rule, level, place and message."""
    data = json.loads(shown(findings, "sarif"))
    jsonschema.Draft202012Validator(SARIF_SCHEMA).validate(data)
    (run,) = data["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert sorted({it.rule for it in findings}) == [rule["id"] for rule in rules]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    said = [(it["ruleId"], it["level"], it["message"]["text"].split("\nhelp: ")[0]) for it in run["results"]]
    assert sorted((it.rule, it.severity.value, it.message.split("\nhelp: ")[0]) for it in findings) == sorted(said)


def test_sarif_gives_help_and_place() -> None:
    """The help stands with the rule and with the result; columns are characters."""
    (run,) = json.loads(shown([KEY], "sarif"))["runs"]
    assert "unicodeCodePoints" == run["columnKind"]
    assert [{"id": KEY.rule, "help": {"text": KEY.help}}] == run["tool"]["driver"]["rules"]
    assert [
        {
            "ruleId": KEY.rule,
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": f"{KEY.message}\nhelp: {KEY.help}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "templates/kv.yaml", "uriBaseId": "%SRCROOT%"},
                        "region": {
                            "startLine": 12,
                            "startColumn": 7,
                            "snippet": {"text": "      GSI1PK: NS#{namespace}"},
                        },
                    }
                }
            ],
        }
    ] == run["results"]


@pytest.mark.parametrize(
    ("path", "artifact"),
    [
        ("a b/c#d.yaml", {"uri": "a%20b/c%23d.yaml", "uriBaseId": "%SRCROOT%"}),
        ("c:d.yaml", {"uri": "c%3Ad.yaml", "uriBaseId": "%SRCROOT%"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "%SRCROOT%"}),
        ("/tmp/ä.yaml", {"uri": "file:///tmp/%C3%A4.yaml"}),
        ("C:\\x\\y.yaml", {"uri": "file:///C%3A/x/y.yaml"}),
    ],
)
def test_sarif_names_files_by_uri(path: str, artifact: dict[str, str]) -> None:
    """A path becomes a URI reference: relative to the source tree, or a file URI."""
    (run,) = json.loads(shown([Finding("r", Severity.NOTE, "m", location=Location(path))], "sarif"))["runs"]
    assert artifact == run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]


def test_sarif_without_findings_is_a_run_without_results() -> None:
    """An upload of it closes the alerts of earlier runs."""
    (run,) = json.loads(shown([], "sarif"))["runs"]
    assert [] == run["results"]
    assert [] == run["tool"]["driver"]["rules"]


# ---------------------------------------------------------------- github


def test_github_annotates_files() -> None:
    """One workflow command a finding, with what has a meaning there escaped."""
    assert [
        "::notice title=usage::nothing to do",
        "::error file=a%3Ab%2Cc.yaml,title=E0002::cfn-lint failed%0Ahelp: try again",
        "::warning file=templates/kv.yaml,line=3,title=W3011::100%25 of it",
        f"::error file=templates/kv.yaml,line=12,col=7,title={KEY.rule}::{KEY.message}%0Ahelp: {KEY.help}",
    ] == shown(SOME, "github").splitlines()
    assert "" == shown([], "github")


@given(st.lists(FINDINGS, max_size=4))
def test_github_gets_one_command_a_finding_whatever_it_says(findings: list[Finding]) -> None:
    """Read as the runner reads them, the commands say what the findings say, and there are no others."""
    lines = shown(findings, "github").split("\n")[:-1]
    got = []
    for line in lines:
        found = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert found, line
        properties = dict(it.split("=", 1) for it in found[2].split(","))
        got.append((unquote(properties["title"]), unquote(found[3])))
    assert sorted((visible(it.rule), _said(it)) for it in findings) == sorted(got)


def _said(finding: Finding) -> str:
    return visible(finding.message) + (f"\nhelp: {visible(finding.help)}" if finding.help else "")


# ---------------------------------------------------------------- junit


def test_junit_fails_for_errors_only() -> None:
    """An error is a failure; a warning is the output of a test that passes."""
    suites = ElementTree.fromstring(shown(SOME, "junit"))
    (suite,) = suites
    assert {"name": "cfn-table", "tests": "4", "failures": "2", "errors": "0", "skipped": "0"} == suite.attrib
    assert [
        ("usage", "cfn-table", "system-out"),
        ("E0002 a:b,c.yaml", "a:b,c.yaml", "failure"),
        ("W3011 templates/kv.yaml:3", "templates/kv.yaml", "system-out"),
        (f"{KEY.rule} templates/kv.yaml:12:7", "templates/kv.yaml", "failure"),
    ] == [(case.attrib["name"], case.attrib["classname"], case[0].tag) for case in suite]
    assert {"type": KEY.rule, "message": KEY.message} == suite[3][0].attrib
    assert (
        f"error: {KEY.message} [{KEY.rule}]\ntemplates/kv.yaml:12:7\n      GSI1PK: NS#{{namespace}}\nhelp: {KEY.help}"
        == suite[3][0].text
    )


def test_junit_without_findings_is_one_test_that_passes() -> None:
    """A suite of no tests counts as broken in several tools."""
    (suite,) = ElementTree.fromstring(shown([], "junit"))
    assert ("1", "0") == (suite.attrib["tests"], suite.attrib["failures"])
    assert ["no findings"] == [case.attrib["name"] for case in suite]


@given(st.lists(FINDINGS, max_size=4))
def test_junit_is_well_formed_whatever_findings_say(findings: list[Finding]) -> None:
    """What XML cannot hold is shown as an escape; the rest is read back as it was."""
    (suite,) = ElementTree.fromstring(shown(findings, "junit"))
    errors = [it for it in findings if it.severity is Severity.ERROR]
    failures = [case[0].attrib for case in suite if len(case) and case[0].tag == "failure"]
    assert sorted((visible(it.rule), visible(it.message)) for it in errors) == sorted(
        (it["type"], it["message"]) for it in failures
    )


# ---------------------------------------------------------------- markdown


def test_markdown_is_a_table() -> None:
    """A row a finding; links stay links, everything else is literal."""
    link = Finding("E1", Severity.ERROR, "a|b `c` *d* <e> @all #1", help="see https://example.org/a_b?c=d#e, or x_y")
    assert """\
1 error, 1 warning:

| Severity | Place | Finding | Rule |
| --- | --- | --- | --- |
| error |  | a\\|b \\`c\\` \\*d\\* &#60;e&#62; &#64;all &#35;1<br>see <https://example.org/a_b?c=d#e>, or x\\_y | E1 |
| warning | templates/kv.yaml:3 | 100% of it | W3011 |
""" == shown([TTL, link], "markdown")
    assert "No findings.\n" == shown([], "markdown")


@given(st.lists(FINDINGS, min_size=1, max_size=4))
def test_markdown_keeps_its_rows_whatever_findings_say(findings: list[Finding]) -> None:
    """Each finding is one row of four cells without HTML, mentions or code in it."""
    rows = shown(findings, "markdown").split("\n")[4:-1]
    assert len(findings) == len(rows)
    for row in rows:
        assert 5 == len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)), row
        literal = re.sub(r"<br>|<https?://[^<>|\s`]+>", "", row)
        assert not re.search(r"[<>@]|&(?!#\d+;)|(?<!\\)(?:\\\\)*[`*_\[\]]", literal), row
