"""Key templates: parsing, rendering, matching, languages and IAM patterns."""

from __future__ import annotations

import base64
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cfn_table.design.keys import (
    KEY_TYPES,
    SCALAR_TYPES,
    Domain,
    KeyTemplate,
    Placeholder,
    TemplateError,
    ValueRefused,
    attribute_type,
    iam_literal,
)
from tests.strategies import keys_with_values

Case = tuple[KeyTemplate, dict[str, Domain], dict[str, str]]

NUMBER = Domain("number")
TEXT = Domain()


def render(template: str, domain: Domain = TEXT, **values: Any) -> str:
    """The key that the template gives; all placeholders have the same domain."""
    return KeyTemplate.parse(template).render(values, dict.fromkeys(values, domain))


def match(template: str, text: str, domain: Domain = TEXT) -> dict[str, str] | None:
    """The values that the template finds in the key."""
    parsed = KeyTemplate.parse(template)
    return parsed.match(text, dict.fromkeys(parsed.placeholders, domain))


def refused(template: str, domain: Domain = TEXT, **values: Any) -> str:
    """Why the values make no key."""
    with pytest.raises(ValueRefused) as caught:
        render(template, domain, **values)
    return str(caught.value)


class TestParsing:
    """From text to parts."""

    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("METADATA", ("METADATA",)),
            ("USER#{userId}", ("USER#", Placeholder("userId"))),
            ("{a}{b}", (Placeholder("a"), Placeholder("b"))),
            ("{seq:010}#x", (Placeholder("seq", "010"), "#x")),
            (
                "{seq:05}{e:lower}{c:upper}",
                (Placeholder("seq", "05"), Placeholder("e", "lower"), Placeholder("c", "upper")),
            ),
            ("{_a.b-c}", (Placeholder("_a.b-c"),)),
            ("日本#{x}", ("日本#", Placeholder("x"))),
            ("$*?", ("$*?",)),
        ],
    )
    def test_a_template_is_literals_and_placeholders(self, text: str, parts: tuple[str | Placeholder, ...]) -> None:
        """In order, and written back as it was."""
        assert parts == KeyTemplate.parse(text).parts
        assert text == str(KeyTemplate.parse(text))

    @pytest.mark.parametrize(
        ("text", "message", "offset"),
        [
            ("", "a key template cannot be empty", 0),
            ("{", "`{` stands alone", 0),
            ("a}b", "`}` stands alone", 1),
            ("USER#{userId", "`{` stands alone", 5),
            ("{a}}", "`}` stands alone", 3),
            ("{{a}}", "`{` stands alone", 0),
            ("{}", "`{}` is not a placeholder", 0),
            ("x{a b}", "`{a b}` is not a placeholder", 1),
            ("{1a}", "`{1a}` is not a placeholder", 0),
            ("{a:}", "`{a:}` is not a placeholder", 0),
            ("{a:10}", "`{a:10}` is not a placeholder", 0),
            ("{a:00}", "`{a:00}` is not a placeholder", 0),
            ("{a:0100}", "`{a:0100}` is not a placeholder", 0),
            ("{a:title}", "`{a:title}` is not a placeholder", 0),
            ("{é}", "`{é}` is not a placeholder", 0),
        ],
    )
    def test_a_text_that_is_no_template_says_where(self, text: str, message: str, offset: int) -> None:
        """The error tells the problem, its place in the text, and what to do."""
        with pytest.raises(TemplateError) as caught:
            KeyTemplate.parse(text)
        assert (message, offset) == (str(caught.value), caught.value.offset)
        assert caught.value.help

    def test_what_a_template_knows_of_itself(self) -> None:
        """Its placeholders, its beginning, whether it is constant, whether it is one placeholder."""
        template = KeyTemplate.parse("A#{x}#{y}#{x}")
        assert (("x", "y"), "A#", False, None) == (
            template.placeholders,
            template.static_prefix,
            template.is_constant,
            template.whole,
        )
        assert Placeholder("x", "05") == KeyTemplate.parse("{x:05}").whole
        assert ("", "A") == (KeyTemplate.parse("{x}").static_prefix, KeyTemplate.parse("A").static_prefix)
        assert KeyTemplate.parse("A").is_constant

    @given(st.text(alphabet="ab{}:0#1lowerupper ", max_size=20))
    def test_parsing_is_total(self, text: str) -> None:
        """Any text is a template that is written back as it was, or an error with a place in the text."""
        try:
            parsed = KeyTemplate.parse(text)
        except TemplateError as error:
            place = error.offset
        else:
            place = 0
            assert text == str(parsed)
        assert 0 <= place <= len(text)


class TestRendering:
    """From values to a key."""

    @pytest.mark.parametrize(
        ("kind", "value", "text"),
        [
            ("string", "abc", "abc"),
            ("string", " ", " "),
            ("string", "日本\n", "日本\n"),
            ("number", 5, "5"),
            ("number", "5.0", "5"),
            ("number", Decimal("1E+3"), "1000"),
            ("number", -0.5, "-0.5"),
            ("number", "-0", "0"),
            ("number", "0.10", "0.1"),
            ("number", "12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
            ("number", Decimal("0.1234567890123456789012345678901234567"), "0.1234567890123456789012345678901234567"),
            ("epoch", 1704067200, "1704067200"),
            ("boolean", True, "true"),
            ("boolean", "false", "false"),
            ("binary", b"\x00\xff", "AP8="),
            ("binary", "AP8=", "AP8="),
            ("binary", bytearray(b"abc"), "YWJj"),
            ("timestamp", "2024-01-31T12:00:00.5+02:00", "2024-01-31T12:00:00.5+02:00"),
            ("date", "2024-01-31", "2024-01-31"),
        ],
    )
    def test_each_type_has_one_text(self, kind: str, value: Any, text: str) -> None:
        """A number in its shortest form with all its digits, a binary in base64, a boolean in lower case."""
        assert f"K#{text}" == render("K#{v}", Domain(kind), v=value)

    @pytest.mark.parametrize(
        ("domain", "value", "message"),
        [
            (TEXT, "", "`{v}`: an empty value cannot be part of a key"),
            (TEXT, "a#b", "`{v}`: `a#b` holds the delimiter `#`, which would make it part of another key"),
            (TEXT, "#", "`{v}`: `#` holds the delimiter `#`, which would make it part of another key"),
            (TEXT, 5, "`{v}`: `5` is not a text"),
            (TEXT, None, "`{v}`: `None` is not a text"),
            (
                Domain(delimiter="::"),
                "a::b",
                "`{v}`: `a::b` holds the delimiter `::`, which would make it part of another key",
            ),
            (Domain(pattern="[a-z]+"), "A", "`{v}`: `A` does not match the pattern `[a-z]+`"),
            (Domain(values=("free", "pro")), "Free", "`{v}`: `Free` is not one of `free`, `pro`"),
            (NUMBER, "five", "`{v}`: `five` is not a number"),
            (NUMBER, True, "`{v}`: `True` is not a number"),
            (NUMBER, float("nan"), "`{v}`: `nan` is not a number"),
            (NUMBER, "1e999999999", "`{v}`: `1e999999999` is outside the range of a DynamoDB number"),
            (NUMBER, "1" * 39, f"`{{v}}`: `{'1' * 39}` has more than 38 digits"),
            (Domain("epoch"), -1, "`{v}`: `-1` is not an epoch"),
            (Domain("epoch"), "1.5", "`{v}`: `1.5` is not an epoch"),
            (Domain("boolean"), "yes", "`{v}`: `yes` is not a boolean"),
            (Domain("binary"), "a b", "`{v}`: `a b` is not base64"),
            (Domain("date"), "31.1.2024", "`{v}`: `31.1.2024` is not a date"),
            (Domain("timestamp"), "2024-01-31", "`{v}`: `2024-01-31` is not a timestamp"),
        ],
    )
    def test_a_value_that_cannot_stand_in_a_key_is_refused(self, domain: Domain, value: Any, message: str) -> None:
        """The message begins with the placeholder and says what is wrong with the value."""
        assert message == refused("K#{v}", domain, v=value)

    def test_a_pattern_may_allow_the_delimiter(self) -> None:
        """So may a value of a list: that is said, not crafted."""
        assert "K#a#b" == render("K#{v}", Domain(pattern=".+"), v="a#b")
        assert "K#a#b" == render("K#{v}", Domain(values=("a#b",)), v="a#b")
        assert "K#a#b" == render("K#{v}", Domain(delimiter=""), v="a#b")

    def test_a_missing_value_is_a_key_error(self) -> None:
        """The caller forgot it; that is no wrong value."""
        with pytest.raises(KeyError, match="userId"):
            KeyTemplate.parse("USER#{userId}").render({}, {})

    def test_forms(self) -> None:
        """Zeros in front, lower case, upper case."""
        assert "0000000042" == render("{n:010}", NUMBER, n=42)
        assert "007" == render("{n:03}", n="7")
        assert "a@b.c" == render("{e:lower}", e="A@B.c")
        assert "STRASSE" == render("{e:upper}", e="Straße")
        assert "Ab/ab/AB" == render("{e}/{e:lower}/{e:upper}", e="Ab")

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (-1, "`{n:03}`: `-1` cannot be zero-padded: only whole numbers from 0 keep their order as text"),
            ("1.5", "`{n:03}`: `1.5` cannot be zero-padded: only whole numbers from 0 keep their order as text"),
            (1000, "`{n:03}`: `1000` has more than 3 digits"),
        ],
    )
    def test_what_cannot_be_padded_is_refused(self, value: Any, message: str) -> None:
        """Its text would stand in the wrong order."""
        assert message == refused("{n:03}", NUMBER, n=value)

    def test_a_changed_case_cannot_make_the_delimiter(self) -> None:
        """`X` is no delimiter `x` until it is written in lower case."""
        assert refused("{v:lower}", Domain(delimiter="x"), v="aXb") == "`{v:lower}`: `axb` holds the delimiter `x`"

    @given(one=st.integers(0, 10**10 - 1), other=st.integers(0, 10**10 - 1))
    def test_padding_keeps_the_order_of_numbers(self, one: int, other: int) -> None:
        """The texts are in the order of the numbers."""
        assert (one < other) == (render("{n:010}", NUMBER, n=one) < render("{n:010}", NUMBER, n=other))

    @given(one=st.decimals(allow_nan=False, allow_infinity=False, places=5), other=st.integers())
    def test_equal_numbers_have_equal_texts(self, one: Decimal, other: int) -> None:
        """And different numbers different ones, so that they never share a key."""
        assume(abs(one) < 10**30)
        assume(abs(other) < 10**30)
        assert (one == other) == (render("{n}", NUMBER, n=one) == render("{n}", NUMBER, n=other))
        assert render("{n}", NUMBER, n=one) == render("{n}", NUMBER, n=str(one) + "0" * ("." in str(one)))


class TestMatching:
    """From a key back to values."""

    @given(keys_with_values())
    def test_a_key_gives_its_values_back(self, case: Case) -> None:
        """For every template whose placeholders end at the delimiter."""
        template, domains, values = case
        texts = {name: domains[name].text_of(value) for name, value in values.items()}
        assert texts == template.match(template.render(values, domains), domains)

    @pytest.mark.parametrize(
        ("template", "text", "expected"),
        [
            ("METADATA", "METADATA", {}),
            ("METADATA", "METADATA2", None),
            ("USER#{id}", "USER#a", {"id": "a"}),
            ("USER#{id}", "USER#", None),
            ("USER#{id}", "USER#a#b", None),
            ("USER#{id}", "XUSER#a", None),
            ("{a}#{b}", "x#y", {"a": "x", "b": "y"}),
            ("{a}#{a}", "x#x", {"a": "x"}),
            ("{a}#{a}", "x#y", None),
            ("A.{a}", "AXx", None),
            ("{a}", "x\ny", {"a": "x\ny"}),
        ],
    )
    def test_only_whole_keys_match(self, template: str, text: str, expected: dict[str, str] | None) -> None:
        """Literals mean themselves, a value has at least one character, and none is the delimiter."""
        assert expected == match(template, text)

    def test_padding_is_removed(self) -> None:
        """A padded number comes back as the number's text, and only with its width."""
        assert {"n": "42"} == match("N#{n:05}", "N#00042", NUMBER)
        assert {"n": "0"} == match("N#{n:05}", "N#00000", NUMBER)
        assert None is match("N#{n:05}", "N#42", NUMBER)
        assert {"n": "42"} == match("{n:05}#{n}", "00042#42", NUMBER)
        assert None is match("{n:05}#{n}", "00042#43", NUMBER)

    def test_a_changed_case_comes_back_where_it_can(self) -> None:
        """From the plain placeholder of the same name; else as it is written in the key."""
        assert {"e": "ab"} == match("{e:lower}", "ab")
        assert None is match("{e:lower}", "Ab")
        assert {"e": "Ab"} == match("{e}#{e:lower}", "Ab#ab")
        assert {"e": "Ab"} == match("{e:lower}#{e}", "ab#Ab")
        assert None is match("{e}#{e:lower}", "Ab#Ab")
        assert {"e": "FREE"} == match("{e:upper}", "FREE", Domain(values=("free", "pro")))
        assert None is match("{e:upper}", "GOLD", Domain(values=("free", "pro")))

    @pytest.mark.parametrize("kind", [kind for kind in SCALAR_TYPES if kind != "string"])
    def test_a_text_that_is_not_of_the_type_does_not_match(self, kind: str) -> None:
        """The domain decides, not only the delimiter."""
        assert None is match("K#{v}", "K#~", Domain(kind))


def iam_matches(pattern: str, text: str) -> bool:
    """Whether IAM's StringLike matches: `*` and `?`, and their escapes `${*}`, `${?}` and `${$}`."""
    tokens = re.findall(r"\$\{[*?$]\}|.", pattern, re.DOTALL)
    wild = {"*": "(?s:.*)", "?": "(?s:.)"}
    return re.fullmatch("".join(wild.get(t) or re.escape(t[2] if len(t) == 4 else t) for t in tokens), text) is not None


class TestLanguages:
    """All keys of a template, as a regular language and as an IAM pattern."""

    @given(keys_with_values())
    def test_every_key_is_in_the_language(self, case: Case) -> None:
        """What a template renders, its language has."""
        template, domains, values = case
        assert template.language(domains).contains(template.render(values, domains))

    @given(keys_with_values(), st.sampled_from(["lower", "upper"]))
    def test_every_key_in_another_case_is_in_the_language(self, case: Case, form: str) -> None:
        """Also where placeholders change the case."""
        template, domains, values = case
        parts = [Placeholder(part.name, form) if isinstance(part, Placeholder) else part for part in template.parts]
        changed = KeyTemplate(tuple(parts))
        key = changed.render(values, domains)
        assert changed.language(domains).contains(key)
        assert changed.match(key, domains) is not None

    @pytest.mark.parametrize("kind", ["number", "epoch"])
    def test_padded_numbers_are_in_the_language(self, kind: str) -> None:
        """With all their zeros, and only with these."""
        language = KeyTemplate.parse("N#{n:05}").language({"n": Domain(kind)})
        assert language.contains("N#00042")
        assert not language.contains("N#42")

    def test_a_pattern_that_is_not_regular_counts_as_any_text(self) -> None:
        """Never as fewer texts than it matches."""
        language = KeyTemplate.parse("K#{v}").language({"v": Domain(pattern=r"(?=a)a\b.*")})
        assert language.contains("K#anything#at all")
        assert not language.contains("X#")

    @given(keys_with_values())
    def test_the_iam_pattern_matches_every_key(self, case: Case) -> None:
        """A policy for a template allows all of its keys."""
        template, domains, values = case
        assert iam_matches(template.iam_pattern(), template.render(values, domains))

    @pytest.mark.parametrize(
        ("template", "pattern"),
        [
            ("METADATA", "METADATA"),
            ("USER#{id}", "USER#*"),
            ("{a}", "*"),
            ("{a}{b}", "*"),
            ("{a}#{b}#x", "*#*#x"),
            ("a*b?c$d{x}", "a${*}b${?}c${$}d*"),
            ("${x}", "${$}*"),
        ],
    )
    def test_literals_are_escaped(self, template: str, pattern: str) -> None:
        """`*`, `?` and `$` of a literal mean themselves; neighbouring placeholders are one `*`."""
        assert pattern == KeyTemplate.parse(template).iam_pattern()

    def test_bound_placeholders_become_their_variable(self) -> None:
        """All others stay `*`."""
        template = KeyTemplate.parse("T#{tenant}#{id}")
        variable = "${aws:PrincipalTag/tenant}"
        assert f"T#{variable}#*" == template.iam_pattern({"tenant": variable})
        assert "T#*#*" == template.iam_pattern({"other": variable})

    @given(st.text(alphabet="ab*?$#{}", max_size=8))
    def test_an_escaped_literal_matches_itself_alone(self, text: str) -> None:
        """No text but the literal."""
        assume("${" not in text)
        assert iam_matches(iam_literal(text), text)
        assert not iam_matches(iam_literal(text), text + "x")
        assert not iam_matches(iam_literal(text + "*"), text + "x")


class TestTypesOfKeyAttributes:
    """S, N or B."""

    @pytest.mark.parametrize("kind", SCALAR_TYPES)
    def test_a_bare_placeholder_has_its_own_type(self, kind: str) -> None:
        """A number, a binary; everything else is a string."""
        assert KEY_TYPES.get(kind, "S") == attribute_type(KeyTemplate.parse("{v}"), {"v": Domain(kind)})

    @pytest.mark.parametrize("template", ["N#{v}", "{v:05}", "{v}{v}", "N"])
    def test_everything_else_is_a_string(self, template: str) -> None:
        """Also a padded number and a number with text around it."""
        assert "S" == attribute_type(KeyTemplate.parse(template), {"v": NUMBER})

    def test_base64_in_keys_is_standard(self) -> None:
        """So that any program can build the same key."""
        assert base64.b64encode(bytes(range(255, 240, -1))).decode() == render(
            "{v}", Domain("binary"), v=bytes(range(255, 240, -1))
        )
