"""Code stands on one line where it fits, and is broken from the outside in where it does not."""

from __future__ import annotations

from cfn_table.emit.types.layout import HARD, SPACE, Doc, Indent, bracketed, columns, group, joined, laid_out


def text_of(document: Doc, width: int = 20) -> str:
    """The document in few columns."""
    return laid_out(document, width=width, step=2)


def test_what_fits_is_on_one_line() -> None:
    """Without the comma that broken brackets have behind the last entry."""
    assert "call({ a, b })" == text_of(("call(", bracketed("{", ["a", "b"], "}", edge=SPACE), ")"))
    assert "[]" == text_of(bracketed("[", [], "]"))


def test_the_outermost_group_breaks_first() -> None:
    """Each entry has a line of its own, and inner groups stay whole where they fit."""
    inner = bracketed("[", ["1", "2"], "]")
    assert "[\n  first,\n  [1, 2],\n  [1, 2],\n]" == text_of(bracketed("[", ["first", inner, inner], "]"))


def test_what_follows_counts_up_to_the_next_break() -> None:
    """The semicolon behind a group must fit, too; what stands on the next line need not."""
    document = bracketed("[", ["12345", "12345678901"], "]")
    assert "[12345, 12345678901]" == text_of(document)
    assert "[\n  12345,\n  12345678901,\n];" == text_of((document, ";"))
    assert "[12345, 12345678901]\nthe next line is longer than that" == text_of(
        (document, HARD, "the next line is longer than that")
    )


def test_what_always_breaks_breaks_all_around_it() -> None:
    """A group with a hard line in it is broken, and so is the one around it."""
    block = ("{", Indent((HARD, "body")), HARD, "}")
    assert "[\n  a,\n  {\n    body\n  },\n]" == text_of(bracketed("[", ["a", group(*block)], "]"))
    assert "[\n  a,\n]" == text_of(bracketed("[", ["a"], "]", broken=True))


def test_the_margin_counts() -> None:
    """Lines after the first begin behind the margin, which is taken from the width."""
    document = bracketed("[", ["12345", "123456"], "]")
    assert "[\n      12345,\n      123456,\n    ]" == laid_out(document, width=18, step=2, margin=4)
    assert "[12345, 123456]" == laid_out(document, width=19, step=2, margin=4)


def test_wide_characters_take_two_columns() -> None:
    """As in a terminal, which is what formatters count."""
    assert 6 == columns("日本語")
    assert 1 == columns("e\u0301")
    assert "[\n  日本語,\n  日本語,\n  日本,\n]" == text_of(bracketed("[", ["日本語", "日本語", "日本"], "]"))


def test_nothing_is_left_at_the_end_of_a_line() -> None:
    """An empty line inside of something indented has no spaces."""
    assert "{\n  a\n\n  b\n}" == text_of(("{", Indent((HARD, joined((HARD, HARD), ["a", "b"]))), HARD, "}"))
