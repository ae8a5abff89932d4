"""YAML with positions: what is read, what is refused, and where."""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cfn_table.design.source import MAX_BYTES, MAX_DEPTH, Mapping, Sequence, Text, decode, parse, parse_any, read_file
from cfn_table.errors import InputError
from cfn_table.findings import Location
from tests.design.written import refusal, replaced, told


def read(text: str | bytes) -> Mapping:
    """The mapping that a file named `f` holds."""
    return parse(decode(text if isinstance(text, bytes) else text.encode(), "f"))


def why(text: str | bytes) -> str:
    """Why the file is refused, as `FILE:LINE:COLUMN: MESSAGE (HELP)`."""
    with pytest.raises(InputError) as caught:
        read(text)
    (line,) = told(caught.value)
    return line


WRITE_OUT = "(write the value out: what a reviewer reads must be what is generated)"
DROP = "(drop it, or put the value in quotes if it is a text that begins with `!`)"
BEGINS = "(put a value that begins with this character in quotes)"
REFUSED = {
    "anchor": ("a: &x 1", f"f:1:4: the anchor `&x` is refused {WRITE_OUT}"),
    "anchor of a key": ("&x a: 1", f"f:1:1: the anchor `&x` is refused {WRITE_OUT}"),
    "anchor of a mapping": ("a:\n  b: &x {c: 1}", f"f:2:6: the anchor `&x` is refused {WRITE_OUT}"),
    "anchor of a list": ("a: &x [1]", f"f:1:4: the anchor `&x` is refused {WRITE_OUT}"),
    "alias": ("a: 1\nb: *x", f"f:2:4: the alias `*x` is refused {WRITE_OUT}"),
    "alias as a key": ("*x : 1", f"f:1:1: the alias `*x` is refused {WRITE_OUT}"),
    "merge key": ("a: 1\n<<: {b: 2}", "f:2:1: the merge key `<<` is refused (write the fields out)"),
    "tag": (
        "a: !Ref B",
        f"f:1:4: the tag `!Ref` is refused {DROP}",
    ),
    "standard tag": (
        "a: !!str 1",
        f"f:1:4: the tag `tag:yaml.org,2002:str` is refused {DROP}",
    ),
    "duplicate": ("a: 1\nb: 2\na: 3", "f:3:1: `a` is here twice, first on line 1 (keep one of them)"),
    "duplicate in braces": ("x: {a: 1, a: 2}", "f:1:11: `a` is here twice, first on line 1 (keep one of them)"),
    "duplicate in quotes": ("a: 1\n'a': 3", "f:2:1: `a` is here twice, first on line 1 (keep one of them)"),
    "duplicate with a mark": (
        "email: 1\nemail?: 2",
        "f:2:1: `email?` is here twice, first on line 1 (as `email`) (keep one of them)",
    ),
    "duplicate without its mark": (
        "email?: 1\nemail: 2",
        "f:2:1: `email` is here twice, first on line 1 (as `email?`) (keep one of them)",
    ),
    "second document": ("a: 1\n---\nb: 2", "f:2:1: a second document (`---`) in one file (use one file each)"),
    "list as a key": (
        "[a]: 1",
        "f:1:1: a key must be a plain text (put it in quotes if it begins with `{` or `[`)",
    ),
    "mapping as a key": (
        "a:\n  {b: 1}: 2",
        "f:2:3: a key must be a plain text (put it in quotes if it begins with `{` or `[`)",
    ),
    "list instead of a mapping": ("- a", "f:1:1: the file must hold a mapping (`name: value` lines)"),
    "text instead of a mapping": ("\n  a", "f:2:3: the file must hold a mapping (`name: value` lines)"),
    "empty": ("", "f: `f` is empty (a design begins with `design: NAME`)"),
    "comments only": ("# a\n\n  # b\n", "f: `f` is empty (a design begins with `design: NAME`)"),
    "only a mark": ("---\n", "f: `f` is empty (a design begins with `design: NAME`)"),
    "tab": ("a:\n\tb: 1", "f:2:1: invalid YAML: a tab cannot indent YAML (indent with spaces)"),
    "tab behind spaces": ("a:\n  \t- b", "f:2:3: invalid YAML: a tab cannot indent YAML (indent with spaces)"),
    "colon in a value": (
        "a: b: c",
        "f:1:5: invalid YAML: mapping values are not allowed in this context (put a value that holds `: ` in quotes)",
    ),
    "at sign": (
        "a: @b",
        f"f:1:4: invalid YAML: found character that cannot start any token {BEGINS}",
    ),
    "NUL": (
        "a: \0",
        "f:1:4: the character U+0000 is not allowed in YAML (remove it, or write it as an escape in double quotes)",
    ),
    "escape character": (
        "ä: b\nc: \x1b",
        "f:2:4: the character U+001B is not allowed in YAML (remove it, or write it as an escape in double quotes)",
    ),
    "half a surrogate": ('a: "\\ud800"', "f:1:7: invalid YAML: found invalid Unicode character escape code"),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_makes_yaml_surprising_is_refused(text: str, expected: str) -> None:
    """Each refused feature is named at its line and column, with what to do."""
    assert expected == why(text)


def test_columns_count_characters() -> None:
    """A character is one column, however many bytes it has; so is one outside of the basic plane."""
    assert "f:2:8: the anchor `&x` is refused " + WRITE_OUT == why("é: 日本\n日: {😀: &x 1}")
    value = read("日本: {é😀: ö}")["日本"]["é😀"]
    assert Location("f", 1, 10) == value.location


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85"], ids=repr)
def test_every_line_break_counts(end: str) -> None:
    """Lines are those of the YAML reader, and a location shows the whole line without its end."""
    location = read(f"a: 1{end}b:{end}  - x{end}  - yz{end}")["b"][1].location
    assert (4, 5, "  - yz") == (location.line, location.column, location.text)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    """Files of Windows editors are read; columns of the first line are right."""
    read_value = read(b"\xef\xbb\xbfa: b")
    assert {"a": "b"} == read_value
    assert Location("f", 1, 4) == read_value["a"].location
    assert "f:1:4: the anchor `&x` is refused " + WRITE_OUT == why(b"\xef\xbb\xbfa: &x 1")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: \xff", "f:1:4: byte 0xff is not valid UTF-8 (save the file as UTF-8)"),
        (b"\xef\xbb\xbfa: 1\n\xc3\xa4: \xe4", "f:2:4: byte 0xe4 is not valid UTF-8 (save the file as UTF-8)"),
        ("a: 1\r\nb: ü".encode("latin-1"), "f:2:4: byte 0xfc is not valid UTF-8 (save the file as UTF-8)"),
        ("a: 1".encode("utf-16"), "f:1:1: byte 0xff is not valid UTF-8 (save the file as UTF-8)"),
        (b"\xed\xa0\x80", "f:1:1: byte 0xed is not valid UTF-8 (save the file as UTF-8)"),
    ],
)
def test_the_first_wrong_byte_is_named(data: bytes, expected: str) -> None:
    """A file that is not UTF-8 is refused at the line and column of its first wrong byte."""
    assert expected == why(data)


def test_scalars_are_texts() -> None:
    """Nothing is converted while reading: `1.10`, dates, `on`, `N` and `null` mean what they say."""
    plain = ["1.10", "2024-01-01", "on", "N", "null", "~", "0x1f", "1_000", "12:30", "1e3", ".inf", "true"]
    assert plain == read("a: [" + ", ".join(plain) + "]")["a"]
    assert [True] * len(plain) == [text.plain for text in read("a: [" + ", ".join(plain) + "]")["a"]]


@pytest.mark.parametrize("written", ["'1'", '"1"', "|-\n  1", ">-\n  1"])
def test_quoted_and_block_texts_are_known_as_such(written: str) -> None:
    """A value in quotes or in a block is a text, whatever it looks like."""
    value = read(f"a: {written}")["a"]
    assert ("1", False) == (value, value.plain)


def test_everything_knows_its_place() -> None:
    """Mappings, lists, texts and keys have a line and a column; flow style is remembered."""
    root = read("a:\n  b: {c: [d]}\n  e:\n    - f\n")
    inner = root["a"]
    key = inner.key("e")
    assert isinstance(key, Text)
    assert (3, 3) == (key.line, key.column)
    assert (2, 6, True) == (inner["b"].line, inner["b"].column, inner["b"].flow)
    assert (2, 10, True) == (inner["b"]["c"].line, inner["b"]["c"].column, inner["b"]["c"].flow)
    assert (4, 5, False) == (inner["e"].line, inner["e"].column, inner["e"].flow)
    assert None is inner.key("nothing")


def test_nesting_has_an_end() -> None:
    """The deepest allowed nesting is read, one level more is refused where it begins."""
    deepest = "a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert ["a"] == list(read(deepest))
    for text in ("a: " + "[" * MAX_DEPTH, "a: " + "[" * 200_000, "a: " + "{a: " * 200_000):
        assert why(text).startswith("f:1:")
        assert f"nested deeper than {MAX_DEPTH} levels" in why(text)
    blocks = "".join(f"{' ' * level}a:\n" for level in range(MAX_DEPTH + 50))
    assert f"f:{MAX_DEPTH + 1}:{MAX_DEPTH + 1}: nested deeper than {MAX_DEPTH} levels" == why(blocks)


def test_alias_bombs_do_not_go_off() -> None:
    """A file that would grow to a billion values is refused at its first anchor."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in itertools.pairwise("abcdefghij")
    )
    assert f"f:1:4: the anchor `&a` is refused {WRITE_OUT}" == why(bomb)


class TestFiles:
    """`read_file`: what can be wrong with a file before its text matters."""

    def why(self, path: Path) -> str:
        """Why the file is refused."""
        with pytest.raises(InputError) as caught:
            read_file(path, name="shop.yaml")
        (line,) = told(caught.value)
        return line

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        """The message names the file as the user did."""
        assert "shop.yaml: there is no file `shop.yaml` (check the path)" == self.why(tmp_path / "none.yaml")

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        """A folder with the file's name is not read."""
        assert "shop.yaml: `shop.yaml` is a folder, not a file (name a file in it)" == self.why(tmp_path)

    def test_a_huge_file_is_not_read(self, tmp_path: Path) -> None:
        """A file above the limit is refused, one of just that size is read."""
        path = tmp_path / "huge.yaml"
        path.write_bytes(b"#" * MAX_BYTES)
        assert MAX_BYTES == len(read_file(path).text)
        path.write_bytes(b"#" * (MAX_BYTES + 1))
        assert "shop.yaml: `shop.yaml` is larger than 4 MiB (split it with `include`)" == self.why(path)

    @pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a file that cannot be read")
    def test_an_unreadable_file_says_why(self, tmp_path: Path) -> None:
        """The operating system's reason is told."""
        path = tmp_path / "secret.yaml"
        path.write_text("a: 1")
        path.chmod(0)
        assert "shop.yaml: `shop.yaml` cannot be read: permission denied" == self.why(path)

    def test_a_name_that_no_file_can_have_is_refused(self) -> None:
        """A NUL in a path is an error with a place, not a crash."""
        assert "cannot be read" in self.why(Path("a\0b"))

    @pytest.mark.skipif(sys.platform == "win32", reason="needs symlinks")
    def test_a_circle_of_symlinks_is_refused(self, tmp_path: Path) -> None:
        """It is an error with a place, not a crash."""
        (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
        assert self.why(tmp_path / "loop.yaml").startswith("shop.yaml: `shop.yaml` cannot be read: ")


QUOTE = {
    "a mapping and a comment": (
        "PK: {State}#{Date}",
        'shop.yaml:10:7: a key template is a text, not a mapping (put it in quotes: "{State}#{Date}")',
    ),
    "a comment": (
        "PK: #META#",
        "shop.yaml:10:7: a value is missing (put a text that begins with `#` in quotes: YAML reads it as a comment)",
    ),
    "a mapping": (
        "PK: {userId}",
        'shop.yaml:10:7: a key template is a text, not a mapping (put it in quotes: "{State}#{Date}")',
    ),
    "a list": (
        "PK: [USER]",
        "shop.yaml:10:7: a text is needed here, not a list (put a text that begins with `[` in quotes)",
    ),
}


@pytest.mark.parametrize(("line", "expected"), QUOTE.values(), ids=QUOTE)
def test_a_key_template_without_quotes_gets_the_hint(line: str, expected: str, tmp_path: Path) -> None:
    """What YAML makes of `{…}` and `#…` is told at its line, with the cure: quotes."""
    keys = f"\n      {line}\n      SK: PROFILE"
    assert expected in refusal(tmp_path, replaced(' {PK: "USER#{userId}", SK: PROFILE}', keys))


def test_a_key_template_in_braces_gets_the_hint(tmp_path: Path) -> None:
    """Between braces a comment swallows the rest of the line."""
    (line,) = refusal(tmp_path, replaced('"USER#{userId}"', "#META#"))
    assert "shop.yaml:10:" in line
    assert "put a value that holds `#`, `{` or `,` in quotes" in line


def place_or_value(data: bytes) -> object:
    """The value of a file, or where it is refused."""
    try:
        return parse_any(decode(data, "f"))
    except InputError as error:
        return error.location


@given(st.text(max_size=60) | st.text(alphabet="ab:-{}[]#&*!|>'\"%@`, \n\t?\\", max_size=60))
@example("a: {")
@example("? a\n? a")
@example("%YAML 9.9\n---\na: 1")
def test_reading_is_total(text: str) -> None:
    """Any text gives a value or one error with a place: never anything else."""
    found = place_or_value(text.encode("utf-8", "surrogatepass"))
    assert isinstance(found, (Text, Mapping, Sequence, Location))


@given(st.binary(max_size=40))
def test_reading_bytes_is_total(data: bytes) -> None:
    """Any bytes give a value or one error with a place."""
    assert isinstance(place_or_value(data), (Text, Mapping, Sequence, Location))
