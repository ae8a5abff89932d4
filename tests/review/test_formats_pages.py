"""Reviews in a pull request and as a page: short first, complete, and nothing in them acts as more than text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.formats import visible
from cfn_table.review import formats
from cfn_table.review.change import Change
from cfn_table.review.formats.comment import LIMIT, MARKER
from cfn_table.review.report import Review
from tests.review.reviews import ALL, BAD, GOOD, HOSTILE, HOSTILE_REVIEW, REVIEWS, SAME, big, expected

# ---------------------------------------------------------------- a comment


def test_a_review_in_a_pull_request() -> None:
    """The marker, the verdict, a table of what matters, and folds."""
    assert expected("all.markdown.txt") == formats.markdown(ALL)


def test_hostile_names_are_text_in_markdown() -> None:
    """No markup, no mention, no cell or fold that ends early."""
    assert expected("hostile.markdown.txt") == formats.markdown([HOSTILE_REVIEW])


def test_a_comment_begins_with_its_marker() -> None:
    """Alone on the first line, so that the next run finds the comment."""
    for found in ((), (SAME,), ALL):
        assert MARKER == formats.markdown(found).splitlines()[0]


def test_a_harmless_change_is_a_short_comment() -> None:
    """A heading, and the rest is folded away."""
    shown = formats.markdown([GOOD])
    assert "### `kv-storage 1.0.0 -> 1.0.1`: updates in place, nothing is lost, replaced or broken" in shown
    folds = [line for line in shown.splitlines() if line.startswith("<details>")]
    assert ["Version", "2 harmless changes", "Notes"] == [re.sub("<.*?>", "", line) for line in folds]
    assert "| --- |" not in shown
    assert [MARKER, "", "### `orders`: nothing changes"] == formats.markdown([SAME]).splitlines()


@settings(max_examples=50)
@given(found=st.lists(REVIEWS, max_size=3))
def test_every_fold_ends(found: list[Review]) -> None:
    """And each begins where a paragraph has ended."""
    lines = formats.markdown(found).split("\n")
    opened = [at for at, line in enumerate(lines) if line.startswith("<details>")]
    closed = [at for at, line in enumerate(lines) if line == "</details>"]
    assert len(opened) == len(closed)
    assert all(start < end for start, end in zip(opened, closed, strict=True))
    assert all(not lines[at - 1] and not lines[at + 1] for at in (*opened, *closed) if at + 1 < len(lines))


@settings(max_examples=50)
@given(review=REVIEWS)
def test_rows_have_as_many_cells_as_their_head(review: Review) -> None:
    """Whatever names hold."""
    for line in formats.markdown([review]).splitlines():
        if line.startswith("| "):
            assert 4 == len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)), line


@pytest.mark.parametrize(
    "found",
    [
        [big(1000)],
        [big(30, f"design-{at}") for at in range(300)],
        [big(0, f"design-{at}-{'x' * 500}") for at in range(3000)],
        [replace(BAD, name="中" * 30_000, old="", version=None)],
        [replace(BAD, changes=tuple(replace(each, message="中|" * 40_000) for each in BAD.changes))],
        [replace(BAD, notes=("`" * 70_000,), undecided=("@" * 30_000,))],
        [replace(SAME, name="中" * 70_000)] * 100,
    ],
    ids=["changes", "designs", "quiet designs", "long name", "long messages", "long notes", "long names"],
)
def test_a_comment_has_room_on_github(found: list[Review]) -> None:
    """What has none is left out, and that is told; every fold still ends."""
    shown = formats.markdown(found)
    assert len(shown.encode("utf-8")) <= LIMIT
    assert shown.count("<details>") == shown.count("</details>")


def test_what_was_left_out_is_told() -> None:
    """At the end, with the way to see it."""
    last = formats.markdown([big(1000)]).splitlines()[-1]
    assert re.fullmatch(r"\d+ parts of this review had no room here; `cfn-table review` shows everything\.", last)
    assert "had no room" not in formats.markdown(ALL)


def test_the_worst_review_comes_first() -> None:
    """However many there are, a reviewer sees the one that loses data."""
    headings = [line for line in formats.markdown([*ALL[1:], BAD]).splitlines() if line.startswith("### ")]
    assert headings[0].startswith("### `kv-storage 1.0.0 -> 1.1.0`: **DATA IS LOST**")


# ---------------------------------------------------------------- a page


class Page(HTMLParser):
    """What a browser would see: tags in pairs, texts, and the values of attributes."""

    VOID = frozenset({"meta", "br"})
    KNOWN = frozenset(
        re.findall(
            r"\w+",
            "html head meta title style body h1 h2 h3 h4 section p span table tr th td article code small ul li b br "
            "div figure figcaption pre i details summary",
        )
    )

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Only what the template writes."""
        assert tag in self.KNOWN
        assert {name for name, _ in attrs} <= {"lang", "charset", "name", "content", "class", "scope"}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Each closes the one that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """A text that is shown."""
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """Everything that is shown."""
        return " ".join(" ".join(self.texts).split())


def test_a_review_as_a_page() -> None:
    """Every question with its answer, every change with its place, every request."""
    shown = Page(formats.html(ALL)).text
    for piece in (
        "Is data lost? yes: KVStorageTable.KeySchema[0].AttributeName",
        "Does the deployment work? no: KVStorageTable.GlobalSecondaryIndexes",
        "Is anything replaced? perhaps: ApiPolicy.ManagedPolicyName",
        "Who can do what they could not? whoever has ApiPolicy",
        "templates/kv-storage.yaml:12:21",
        "dynamodb:LeadingKeys = [NS#myapp]",
        "8 harmless changes",
        "Nothing to look at",
    ):
        assert piece in shown.replace(" ,", ",").replace(": ", ": ")


@settings(max_examples=50)
@given(found=st.lists(REVIEWS, max_size=2))
def test_every_page_is_well_formed(found: list[Review]) -> None:
    """Tags in pairs, and none that the template does not write."""
    Page(formats.html(found))


def test_hostile_names_are_text_on_a_page() -> None:
    """No tag, no script, no template, nothing hidden."""
    shown = Page(formats.html([HOSTILE_REVIEW]))
    assert " ".join(visible(HOSTILE).split()).replace("`b`", "b") in shown.text.replace("`b`", "b")
    assert "{{ 7*7 }}" in shown.text


def test_a_page_needs_nothing_else() -> None:
    """No script, no address that a browser would fetch."""
    shown = formats.html(ALL)
    assert not re.search(r"<script|<link|<img|@import|url\(|src=|href=", shown)


def test_a_page_with_hundreds_of_changes() -> None:
    """All of them are there."""
    review = big(400)
    assert 400 == formats.html([review]).count("<article")


def test_values_keep_their_lines() -> None:
    """A reader sees the structure of a value, as far as it is not too long."""
    shown = formats.html([BAD])
    assert "[<br>  {<br>    &#34;IndexName&#34;: &#34;GSI1&#34;,<br>" in shown
    long: tuple[Change, ...] = (replace(BAD.changes[0], old=["x" * 100] * 1000),)
    assert len(formats.html([replace(BAD, changes=long)])) < 50_000
