"""A review says the same in every form: in a terminal, for programs, and where reviewers look at lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.design.reference import schema_text
from cfn_table.findings import Severity
from cfn_table.formats import columns
from cfn_table.review import formats
from cfn_table.review.change import Access, Change, Effect
from cfn_table.review.formats import words
from cfn_table.review.formats.verdict import answers, said
from cfn_table.review.report import LEVELS, Review
from cfn_table.review.rules import RULES
from tests.review import reviews
from tests.review.reviews import ALL, BAD, GOOD, HOSTILE_REVIEW, NEW, REMOVED, REVIEWS, SAME, big, expected

FORMS: dict[str, Callable[[Sequence[Review]], str]] = {
    "text": formats.text,
    "markdown": formats.markdown,
    "html": formats.html,
    "json": lambda found: formats.json(found, "1.2.3"),
    "sarif": lambda found: formats.sarif(found, "1.2.3"),
    "github": formats.github,
}


# ---------------------------------------------------------------- the verdict


@pytest.mark.parametrize(
    ("review", "line"),
    [
        (
            BAD,
            (
                "DATA IS LOST, the deployment is refused, 1 resource may be replaced, dependents break, permissions "
                "are wider and narrower, version 1.1.0 says too little, 1 part could not be looked at"
            ),
        ),
        (GOOD, "updates in place, nothing is lost, replaced or broken"),
        (SAME, "nothing changes"),
        (NEW, "nothing is lost, replaced or broken"),
        (REMOVED, "1 resource leaves the stack"),
        (reviews.NARROWER, "permissions are narrower"),
    ],
    ids=lambda value: value.name if isinstance(value, Review) else "",
)
def test_the_first_line_answers_what_a_reviewer_asks(review: Review, line: str) -> None:
    """What is well is not told there, and what is not always is."""
    assert line == said(review)


@pytest.mark.parametrize(
    ("effect", "certain", "possible"),
    [
        (Effect.REFUSED, "the deployment is refused", "the deployment may be refused"),
        (Effect.DATA_LOSS, "DATA IS LOST", "DATA MAY BE LOST"),
        (Effect.ORPHAN, "1 resource leaves the stack", "1 resource may leave the stack"),
        (Effect.REPLACEMENT, "1 resource is replaced", "1 resource may be replaced"),
        (Effect.DELETION, "1 resource is deleted", "1 resource may be deleted"),
        (Effect.INTERRUPTION, "1 resource is interrupted", "1 resource may be interrupted"),
    ],
)
def test_what_may_happen_is_told_as_such(effect: Effect, certain: str, possible: str) -> None:
    """What is certain comes before what is not."""
    change = Change("x", effect, Severity.WARNING, "it", resource="A")
    perhaps = replace(change, resource="B", certain=False)
    assert certain == said(Review("r", "a", "b", (change, perhaps)))
    assert possible == said(Review("r", "a", "b", (perhaps,)))


@given(review=REVIEWS)
def test_what_fails_is_in_the_first_line(review: Review) -> None:
    """At the strictest level but `any`, which fails on harmless changes too."""
    if review.fails("wider"):
        assert "nothing" not in said(replace(review, version=None)) or review.version is not None
        assert any(each.severity is not None for each in answers(review))
        assert words.is_of_note(review)


# ---------------------------------------------------------------- a terminal


def test_a_review_in_a_terminal() -> None:
    """The verdict, what is worst, harmless changes in few lines, permissions, the version."""
    assert expected("bad.txt") == formats.text([BAD])
    assert expected("bad.txt") == formats.text([BAD], width=80, colour=False)


def test_several_reviews_in_a_terminal() -> None:
    """Those in which nothing changes share the last line."""
    assert expected("several.txt") == formats.text(ALL[1:])


def test_hostile_names_are_text_in_a_terminal() -> None:
    """Nothing is obeyed, hidden or reordered."""
    assert expected("hostile.txt") == formats.text([HOSTILE_REVIEW])


def test_colour_says_nothing_else() -> None:
    """Without the escapes the text is the same, and each severity has its colour."""
    painted = formats.text([BAD], colour=True)
    assert formats.text([BAD]) == re.sub(r"\x1b\[[\d;]*m", "", painted)
    for piece in (
        "1;31mDATA IS LOST,",
        "33mpermissions are wider",
        "1;31merror: refused",
        "33mwarning: may be replaced",
    ):
        assert f"\x1b[{piece}" in painted
    assert "\x1b[32mupdates in place" in formats.text([GOOD], colour=True)


@given(review=REVIEWS, width=st.integers(40, 120))
def test_no_line_is_wider_than_the_terminal(review: Review, width: int) -> None:
    """But for one long word, behind what it is indented by."""
    for line in formats.text([review], width=width).splitlines():
        longest = max(map(columns, line.split(" ")))
        assert columns(line) <= width or longest > width - 20, line


@pytest.mark.parametrize("review", [*ALL, big(300)], ids=lambda review: review.name)
def test_no_usual_line_is_wider_than_80_columns(review: Review) -> None:
    """Only a word that has no room in a line makes a longer one."""
    for line in formats.text([review]).splitlines():
        assert columns(line) <= 80 or max(map(columns, line.split(" "))) > 60, line


def test_many_harmless_changes_take_few_lines() -> None:
    """One for each rule, and no more than a handful."""
    harmless = Review("r", "a", "b", tuple(each for each in big(600).changes if words.is_harmless(each)))
    assert len(formats.text([harmless], width=400).splitlines()) < 12
    assert "300 harmless changes" in formats.text([harmless])


def test_requests_are_shown_once() -> None:
    """With their policy, not with the change too."""
    assert 1 == formats.text([BAD], width=200).count("dynamodb:Scan on")
    assert 2 == formats.text([replace(BAD, policies=(*BAD.policies, *BAD.policies[:1]))], width=200).count("Scan on")
    assert 1 == formats.text([replace(BAD, policies=())], width=200).count("dynamodb:Scan on")


# ---------------------------------------------------------------- programs


def test_a_review_for_programs() -> None:
    """The values on both sides as they are; what is not there is left out; null for what nobody knows."""
    data = json.loads(formats.json([BAD, SAME], "1.2.3"))
    assert (1, {"name": "cfn-table", "version": "1.2.3"}, list(LEVELS)) == (
        data["version"],
        data["tool"],
        data["failsOn"],
    )
    bad, same = data["reviews"]
    assert ([], "none", {}, [], None) == (
        same["failsOn"],
        same["worst"],
        same["counts"],
        same["changes"],
        same["version"],
    )
    assert {"refused": 1, "data-loss": 1, "replacement": 1, "none": 10} == bad["counts"]
    refused, keys = bad["changes"][:2]
    assert ("gsi-changes-one-at-a-time", [{"IndexName": "GSI1", "Projection": {"ProjectionType": "ALL"}}]) == (
        refused["rule"],
        refused["old"],
    )
    assert [{"condition": "IsProd", "value": True}, {"condition": "IsDev", "value": False}] == keys["when"]
    assert ["Resources", "KVStorageTable", "Properties", "KeySchema", 0, "AttributeName"] == keys["path"]
    export = next(each for each in bad["changes"] if each["rule"] == "exports-stay")
    assert ("kv-storage-TableArn", False, None) == (export["old"], "new" in export, export["design"])
    assert ("major", False, "2.0.0") == tuple(bad["version"][name] for name in ("needed", "enough", "proposed"))


@settings(max_examples=30)
@given(found=st.lists(REVIEWS, max_size=2))
def test_reviews_keep_the_schema(found: list[Review]) -> None:
    """It is strict here: no member that it does not know."""
    schema = formats.review_schema()
    for each in (schema, *schema["$defs"].values()):
        if "properties" in each:
            each["additionalProperties"] = False
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(formats.json(found, "1.2.3"), parse_constant=pytest.fail)
    jsonschema.Draft202012Validator(schema).validate(data)


def test_the_schema_is_published(root: Path) -> None:
    """`cfn-table schema review > docs/schema/review.schema.json` after a change."""
    published = (root / "docs" / "schema" / "review.schema.json").read_text(encoding="utf-8")
    assert schema_text(formats.review_schema()) == published


# ---------------------------------------------------------------- code scanning


def run_of(*found: Review) -> dict[str, Any]:
    """The only run of a SARIF log."""
    log = json.loads(formats.sarif(found, "1.2.3"))
    assert ("2.1.0", 1) == (log["version"], len(log["runs"]))
    run: dict[str, Any] = log["runs"][0]
    return run


def test_a_review_in_code_scanning() -> None:
    """The line of the design is the place, the template's line a related one."""
    run = run_of(BAD)
    keys = next(each for each in run["results"] if each["ruleId"] == "keys-stay")
    assert "error" == keys["level"]
    (place,) = keys["locations"]
    physical = place["physicalLocation"]
    assert ("templates/kv-storage.yaml", 12, 21) == (
        physical["artifactLocation"]["uri"],
        physical["region"]["startLine"],
        physical["region"]["startColumn"],
    )
    assert "KVStorageTable.KeySchema[0].AttributeName" == place["logicalLocations"][0]["fullyQualifiedName"]
    (related,) = keys["relatedLocations"]
    assert 31 == related["physicalLocation"]["region"]["startLine"]
    assert {"effect": "data-loss", "certain": True, "breaking": True}.items() <= keys["properties"].items()
    assert "data is lost: the partition key becomes" in keys["message"]["text"]
    version = next(each for each in run["results"] if each["ruleId"] == words.VERSION_RULE)
    assert 2 == version["locations"][0]["physicalLocation"]["region"]["startLine"]
    (unseen,) = run["invocations"][0]["toolExecutionNotifications"]
    assert unseen["message"]["text"].endswith("the transform `AWS::LanguageExtensions` of `git:main`")


@settings(max_examples=30)
@given(found=st.lists(REVIEWS, max_size=2))
def test_every_result_names_a_rule_of_the_run(found: list[Review]) -> None:
    """By its index too, with a level that SARIF has and a region that counts from 1."""
    run = run_of(*found)
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        for place in (*result.get("locations", ()), *result.get("relatedLocations", ())):
            region = place.get("physicalLocation", {}).get("region", {"startLine": 1})
            assert region["startLine"] >= 1
            assert region.get("startColumn", 1) >= 1


def test_rules_say_what_they_are_about() -> None:
    """With the text of their documentation."""
    change = Change(RULES[0].NAME, Effect.NONE, Severity.NOTE, "it")
    (rule,) = run_of(Review("r", "a", "b", (change,)))["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"].endswith(".")
    assert "Use instead" in rule["help"]["text"]


# ---------------------------------------------------------------- annotations


def test_a_review_as_annotations() -> None:
    """The verdict, the version, then what is worst; harmless changes are none."""
    lines = formats.github([BAD, SAME]).splitlines()
    assert expected("bad.github.txt").splitlines() == lines
    assert not any("tag `team" in line for line in lines)


@settings(max_examples=30)
@given(found=st.lists(REVIEWS, max_size=2))
def test_every_line_is_one_annotation(found: list[Review]) -> None:
    """Whatever names hold."""
    for line in formats.github(found).split("\n")[:-1]:
        assert re.fullmatch(
            r"::(error|warning|notice) (file=[^,:]*,)?(line=\d+,)?(col=\d+,)?title=[^,:]*::[^\r\n]*", line
        )


# ---------------------------------------------------------------- all forms


@settings(max_examples=50)
@given(review=REVIEWS)
def test_order_does_not_matter(review: Review) -> None:
    """Changes come out sorted, however they came."""
    turned = replace(review, changes=review.changes[::-1])
    keys = [each.sort_key() for each in review.changes]
    if len(set(map(repr, keys))) == len(keys):
        for name, form in FORMS.items():
            assert form([review]) == form([turned]), name


@pytest.mark.parametrize("name", FORMS)
def test_nothing_is_a_review_too(name: str) -> None:
    """No reviews give an empty text or a document without any."""
    shown = FORMS[name]([])
    assert name in ("text", "github") or shown.endswith("\n")
    assert name not in ("text", "github") or not shown


@pytest.mark.parametrize("name", FORMS)
def test_nothing_commands_a_terminal(name: str) -> None:
    """No control character and no change of writing direction gets through."""
    shown = FORMS[name]([HOSTILE_REVIEW])
    assert not set(shown) & set("\x1b\u202e\r\x07")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"path": ("Resources", "T", "Properties", "A", 0, "B")}, "T.A[0].B"),
        ({"path": ("Resources", "T", "DeletionPolicy")}, "T.DeletionPolicy"),
        ({"path": ("Resources", "T"), "resource": "T"}, "T"),
        ({"path": ("Outputs", "Arn")}, "Outputs.Arn"),
        ({"path": ("entities", "user", "keys", "PK")}, "entities.user.keys.PK"),
        ({"resource": "T"}, "T"),
        ({}, ""),
    ],
)
def test_places_are_short(change: dict[str, Any], place: str) -> None:
    """As somebody would say it."""
    assert place == words.place(Change("x", Effect.NONE, Severity.NOTE, "it", **change))


def test_values_are_shown_where_they_say_more() -> None:
    """Not when the message has them, and not when they are long."""
    change = Change("x", Effect.NONE, Severity.NOTE, "it changes", old="PK", new=5)
    assert '"PK" -> 5' == words.values(change)
    assert "nothing -> 5" == words.values(Change("x", Effect.NONE, Severity.NOTE, "it changes", new=5))
    assert "" == words.values(replace(change, message="`PK` becomes `5`"))
    assert "" == words.values(replace(change, new="x" * 100))
    assert "" == words.values(replace(change, new={"a": 1}))


def test_who_gains_is_named() -> None:
    """Who can do more, before who may."""
    answer = next(each for each in answers(BAD) if each.question.startswith("Who"))
    assert "whoever has `ApiPolicy`" == answer.told
    undecided = Review("r", "a", "b", policies=BAD.policies[1:2])
    assert "permissions may be wider" == said(undecided)
    change = Change("x", Effect.NONE, Severity.WARNING, "it", access=Access.BOTH)
    assert "permissions are wider and narrower" == said(Review("r", "a", "b", (change,)))
