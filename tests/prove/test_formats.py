"""A report says the same in every form, loses nothing, and nothing in it can act as more than text."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.design.reference import schema_text
from cfn_table.formats import code, columns, wrapped
from cfn_table.prove import formats
from cfn_table.prove.formats.layout import folded
from cfn_table.prove.report import Allowed, Report
from tests.prove.reports import HOSTILE_REPORT, REPORT, REPORTS, SMALL

EXPECTED = Path(__file__).parent / "expected"


def expected(name: str) -> str:
    """A pinned output; who changes a form writes it anew, and reads it as a user would."""
    return (EXPECTED / name).read_text(encoding="utf-8")


# ---------------------------------------------------------------- a terminal

TEXT = expected("report.txt")


def test_a_report_in_a_terminal() -> None:
    """Tables, failures, the matrix and what it means, notes, and at the end what a reader looks for first."""
    assert TEXT == formats.text(REPORT)
    assert TEXT == formats.text(REPORT, width=80, colour=False)


def test_a_wide_terminal_breaks_no_name() -> None:
    """What has room stands in one line."""
    assert expected("wide.txt") == formats.text(REPORT, width=200)


def test_times_that_are_no_evidence() -> None:
    """An engine that says nothing about latency is held against no target; columns without anything are left out."""
    assert expected("small.txt") == formats.text(SMALL)
    assert "\x1b[2m  50.0\x1b[0m" in formats.text(SMALL, colour=True)


def test_the_callers_limit_comes_before_the_designs_target() -> None:
    """It counts on every engine: whoever sets it knows which."""
    assert "\n  ! above 20 ms, --max-latency\n" in formats.text(SMALL, max_latency_ms=20)
    assert ": 1 passed, 1 too slow\n" in formats.text(SMALL, max_latency_ms=20)
    shown = formats.text(REPORT, max_latency_ms=13)
    assert "13.8!" in shown
    assert "12.1!" not in shown


def test_colour_says_nothing_else() -> None:
    """Without the escapes the text is the same, and the verdicts are painted."""
    painted = formats.text(REPORT, colour=True)
    plain = re.sub(r"\x1b\[[\d;]*m", "", painted)
    assert TEXT == "".join(f"{line.rstrip()}\n" for line in plain.splitlines())
    for piece in ("32mpassed ", "1;31mfailed ", "33mskipped", "1;31m  13.8!", "33malso", "1;31mwrong"):
        assert f"\x1b[{piece}" in painted


@pytest.mark.parametrize("name", ["NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"])
def test_the_environment_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who calls has looked at it already."""
    painted = formats.text(REPORT, colour=True)
    monkeypatch.setenv(name, "1")
    assert (TEXT, painted) == (formats.text(REPORT), formats.text(REPORT, colour=True))


POLICIES = tuple(f"Policy{letter}ForTheTenants" for letter in "ABCDEFG")
WIDE_MATRIX = dataclasses.replace(
    REPORT, policies=POLICIES, access=dict.fromkeys(("get_value", "list_keys"), (*Allowed, *Allowed)[:7])
)
TURNED = """\
  policy                get_value  list_keys
  PolicyAForTheTenants  yes        yes
  PolicyBForTheTenants  also       also
  PolicyCForTheTenants  -          -
  PolicyDForTheTenants  wrong      wrong
  PolicyEForTheTenants  ?          ?
  PolicyFForTheTenants  yes        yes
  PolicyGForTheTenants  also       also
"""


def test_a_matrix_that_is_too_wide_is_turned() -> None:
    """When that makes fewer lines; where there is room it stays."""
    assert f"\n\n{TURNED}\n" in formats.text(WIDE_MATRIX)
    assert "\n  pattern    PolicyAForTheTenants  PolicyB" in formats.text(WIDE_MATRIX, width=200)


def test_a_matrix_that_is_too_wide_both_ways_comes_in_blocks() -> None:
    """Each with the names of its rows, and no column twice or never."""
    policies, patterns = [f"Policy{letter}" for letter in "ABCDEFGHIJKL"], [f"pattern_{at}" for at in range(10, 30)]
    access = dict.fromkeys(patterns, (*Allowed, *Allowed, Allowed.LISTED, Allowed.NO))
    shown = formats.text(dataclasses.replace(REPORT, policies=tuple(policies), access=access), width=80)
    assert [policies[:7], policies[7:]] == [
        line.split()[1:] for line in shown.splitlines() if line.startswith("  pattern ") and "Policy" in line
    ]
    assert "\n  pattern_29  ?        yes      also     -        wrong" not in shown
    assert "\n  pattern_29  wrong    ?        yes      -\n" not in shown
    assert "\n  pattern_29  -        wrong    ?        yes      -\n" in shown


@given(report=REPORTS, width=st.integers(80, 200))
def test_no_line_is_wider_than_the_terminal(report: Report, width: int) -> None:
    """But for one long word; names of 60 characters break between their words."""
    for line in formats.text(report, width=width).splitlines():
        longest = max(map(columns, re.split(r"[_\-.:/ ]", line)))
        assert columns(line) <= width or longest > 11, line


@given(report=REPORTS)
def test_nothing_is_lost(report: Report) -> None:
    """Every name is there, whatever line it breaks in."""
    shown = re.sub(r"\s", "", formats.text(report, width=10_000))
    for name in [report.design, *(each.pattern for each in report.results), *report.notes]:
        assert re.sub(r"\s", "", name) in shown


def test_names_break_between_words() -> None:
    """And a word that is too long stays whole."""
    assert ["list_all_", "values_", "of_all"] == folded("list_all_values_of_all", 9)
    assert ["  Batch", "  Write", "  Item"] == folded("  BatchWriteItem", 8)
    assert ["a", "extraordinarily-", "b"] == folded("a extraordinarily-b", 4)
    assert ["- 中中", "  中 x"] == wrapped("中中 中 x", 6, "- ", "  ")
    assert ["a  b", "c"] == wrapped("a  b c", 4)


# ---------------------------------------------------------------- a pull request


def test_a_report_in_a_pull_request() -> None:
    """The verdict first, failures in full, the matrix folded away."""
    assert expected("report.markdown.txt") == formats.markdown(REPORT)


def test_a_report_that_passed_is_short() -> None:
    """And one in which nothing was executed does not say that it passed."""
    lines = formats.markdown(SMALL).splitlines()
    assert "### `kv-storage 1.2.0` on moto: passed" == lines[0]
    assert "| access pattern | cases | requests | items | p50 ms | p99 ms | verdict |" == lines[4]
    nothing = dataclasses.replace(SMALL, results=())
    assert "### `kv-storage 1.2.0` on moto: nothing was proven" == formats.markdown(nothing).splitlines()[0]


def test_hostile_names_are_text_in_markdown() -> None:
    """No markup, no mention, no cell or block that ends early."""
    assert expected("hostile.markdown.txt") == formats.markdown(HOSTILE_REPORT)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a", "`a`"),
        ("a|b", "`a\\|b`"),
        ("a`b", "`` a`b ``"),
        ("a\\|b", "<code>a&#92;&#124;b</code>"),
        ("", "<code></code>"),
        ("<b>\n", "`<b>\\n`"),
    ],
)
def test_text_in_code_font(text: str, shown: str) -> None:
    """As it is, in a cell too."""
    assert shown == code(text)


# ---------------------------------------------------------------- a terminal that must not be commanded


def test_hostile_names_are_text_in_a_terminal() -> None:
    """Nothing is obeyed, hidden or reordered."""
    assert expected("hostile.txt") == formats.text(HOSTILE_REPORT)


# ---------------------------------------------------------------- programs


def test_a_report_for_programs() -> None:
    """Numbers as numbers, null for what nobody knows."""
    data = formats.json([REPORT, SMALL], tool_version="1.2.3")
    assert (1, {"name": "cfn-table", "version": "1.2.3"}, True, None) == (
        data["version"],
        data["tool"],
        data["failed"],
        data["maxLatencyMs"],
    )
    full, small = data["reports"]
    assert json.loads(expected("report.json")) == full
    assert {"ApiPolicy": "yes", "ReportingPolicy": "yes", "TenantPolicy": "wrong"} == full["access"]["list_keys"]
    assert {"name": "load", "seconds": 1.23} == full["phases"][1]
    assert [False, True, False, False, True, False] == [each["tooSlow"] for each in full["operations"]]
    assert (None, None, [False]) == (
        small["access"],
        small["operations"][0]["capacityUnits"],
        [each["tooSlow"] for each in small["operations"]],
    )
    (limited,) = formats.json([SMALL], tool_version="1.2.3", max_latency_ms=20)["reports"]
    assert limited["operations"][0]["tooSlow"]


@given(reports=st.lists(REPORTS, max_size=2))
def test_reports_keep_the_schema(reports: list[Report]) -> None:
    """It is strict here: no member that it does not know."""
    schema = formats.proof_schema()
    for each in (schema, *schema["$defs"].values()):
        if "properties" in each:
            each["additionalProperties"] = False
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(json.dumps(formats.json(reports, tool_version="1.2.3")))
    jsonschema.Draft202012Validator(schema).validate(data)


def test_the_schema_is_published(root: Path) -> None:
    """`cfn-table schema proof > docs/schema/proof.schema.json` after a change."""
    published = (root / "docs" / "schema" / "proof.schema.json").read_text(encoding="utf-8")
    assert schema_text(formats.proof_schema()) == published


# ---------------------------------------------------------------- tests


def suites(*reports: Report, **options: Any) -> list[ElementTree.Element]:
    """The suites of a file whose sums are right."""
    top = ElementTree.fromstring(formats.junit(reports, **options))
    for each in (top, *top):
        cases = list(each.iter("testcase"))
        found = {"tests": len(cases), "errors": 0}
        found |= {name: sum(case.find(tag) is not None for case in cases) for name, tag in TAGS.items()}
        assert {name: str(number) for name, number in found.items()} == {name: each.attrib[name] for name in found}
    return list(top)


TAGS = {"failures": "failure", "skipped": "skipped"}


def outcomes(suite: ElementTree.Element) -> dict[str, tuple[str, ...]]:
    """Test case → what became of it."""
    return {
        case.attrib["name"]: tuple(
            value for each in case for value in (each.tag, each.attrib.get("type", ""), each.attrib["message"])
        )
        for case in suite.iter("testcase")
    }


def test_a_report_as_tests() -> None:
    """A test case for each operation and each policy, with all that failed in its text."""
    first, second = suites(REPORT, SMALL)
    assert ["kv-storage 1.2.0 on dynamodb-local", "kv-storage 1.2.0 on moto"] == [
        each.attrib["name"] for each in (first, second)
    ]
    assert "4.000" == first.attrib["time"]
    assert {
        "get_value GetItem": (),
        "list_keys Query": (
            "failure",
            "access pattern",
            'namespace="a b", prefix="x": 3 items were expected, 2 came, and this line is long enough to wrap',
        ),
        "change_value PutItem": (),
        "change_value UpdateItem": (),
        "list_all_values_of_a_namespace_by_creation Query": (),
        "scan_everything Scan": (
            "skipped",
            "",
            "the table is shared with others, and a scan would read their items too",
        ),
        "ApiPolicy": (),
        "ReportingPolicy": (),
        "TenantPolicy": (
            "failure",
            "policy",
            'TenantPolicy: `list_keys` with namespace="b" is allowed, and the policy does not list it',
        ),
    } == outcomes(first)
    failure = first.findall("testcase")[1].find("failure")
    assert failure is not None
    result = REPORT.results[1]
    assert "\n".join(result.failures) == failure.text
    assert "0.018" == first.findall("testcase")[1].attrib["time"]
    assert {"get_value GetItem": ()} == outcomes(second)


def test_only_the_callers_limit_fails_a_test() -> None:
    """As in the command's exit status."""
    (suite,) = suites(SMALL, max_latency_ms=20)
    assert {"get_value GetItem": ("failure", "latency", "p99 is 50.0 ms, above 20 ms")} == outcomes(suite)


def test_a_failure_belongs_to_the_policy_that_it_names_first() -> None:
    """Not to one whose name it contains; what names none is told all the same, and so is a wrong cell."""
    report = Report(
        "kv",
        "1.0.0",
        "moto",
        1,
        (),
        policies=("api", "api-admin", "quiet", "idle"),
        access={"get": (Allowed.LISTED, Allowed.NO, Allowed.WRONG, Allowed.UNKNOWN), "put": (*[Allowed.UNKNOWN] * 4,)},
        access_failures=("`api-admin` allows less than `api`", "the engine said no"),
    )
    (suite,) = suites(report)
    assert {
        "no access patterns": (),
        "api": (),
        "api-admin": ("failure", "policy", "`api-admin` allows less than `api`"),
        "quiet": ("failure", "policy", "not what the policy says: get"),
        "idle": ("skipped", "", "nothing was sent"),
        "policies": ("failure", "policy", "the engine said no"),
    } == outcomes(suite)
    (unchecked,) = suites(dataclasses.replace(report, access=None, access_failures=()))
    assert ("skipped", "", "not checked") == outcomes(unchecked)["api"]


@given(reports=st.lists(REPORTS, min_size=1, max_size=2))
def test_every_report_is_well_formed_xml(reports: list[Report]) -> None:
    """With as many test cases as its sums say."""
    assert len(reports) == len(suites(*reports, HOSTILE_REPORT)) - 1
