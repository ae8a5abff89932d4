"""What a review says of each pair of templates, exactly: every change, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.review.pairs import FOLDER, cases, expected, file_of, review_of, told


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_pair_is_reviewed_exactly(folder: Path) -> None:
    """The changes are those that are expected, each with its rule, effect, place and words."""
    found = [told(change) for change in review_of(folder).changes]
    key = lambda each: (each["rule"], each["path"], each["message"])  # noqa: E731  # one line says it
    assert sorted(expected(folder), key=key) == sorted(found, key=key)


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_the_rule_of_the_folder_is_what_the_pair_is_about(folder: Path) -> None:
    """The rule of the folder is among what is expected, or a comment says why the pair is a near miss."""
    rules = {each["rule"] for each in expected(folder)}
    comment = file_of(folder, "old").read_text("utf-8").partition("\n")[0]
    assert comment.startswith("# ")
    assert (folder.parent.name in rules) != comment.startswith("# Near miss: ")


def test_what_nobody_can_see_is_undecided() -> None:
    """A macro and a nested stack with another template are said, since their resources are in neither template."""
    nested = review_of(FOLDER / "resources-stay-in-place" / "nested-stack")
    macro = review_of(FOLDER / "resources-stay-in-place" / "of-a-macro")

    assert ("what becomes of the resources of the nested stack `Inner` is not looked at",) == nested.undecided
    assert ("what the macro `AWS::Serverless-2016-10-31` makes of the template is not looked at",) == macro.undecided
