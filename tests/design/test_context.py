"""Settings and expressions: what `{{ NAME }}` gives, and what it never does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.design.context import Context, Parametric, evaluate, read_context, substitute
from cfn_table.design.load import load_design
from cfn_table.design.source import SourceFile, Text, parse
from cfn_table.errors import InputError
from tests.design.written import BASE, load, told, write


def context(
    text: str, options: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
) -> Context:
    """The context that `text` declares, with overrides."""
    return read_context(parse(SourceFile("f", text)), options or {}, environment or {})


def why_not(text: str, **options: str) -> str:
    """Why the context is refused."""
    with pytest.raises(InputError) as caught:
        context(text, options)
    (line,) = told(caught.value)
    return line


def scalar(text: str) -> Text:
    """A scalar of a file that begins at line 7, column 3."""
    value = Text(text)
    value.computed = False
    value.source, value.line, value.column, value.plain = SourceFile("f", "\n" * 6 + "  x"), 7, 3, False
    return value


def result(text: str, declared: str = "{A: one, B: two, EMPTY: ''}", **options: str) -> str | Parametric:
    """What a scalar gives."""
    return evaluate(scalar(text), context(declared, options))


def wrong(text: str, declared: str = "{A: one, B: two, P: {default: x}}") -> str:
    """Why a scalar's expression is refused."""
    with pytest.raises(InputError) as caught:
        evaluate(scalar(text), context(declared))
    (line,) = told(caught.value)
    return line


class TestPrecedence:
    """Where a setting's value comes from."""

    def test_the_default_is_what_the_file_says(self) -> None:
        """Without overrides, and values are texts: `1.10` stays `1.10`."""
        found = context("{A: one, B: 1.10, C: on}")
        assert {"A": "one", "B": "1.10", "C": "on"} == found.values
        assert ((), ()) == (found.from_environment, found.from_options)

    def test_the_environment_wins_over_the_default(self) -> None:
        """An environment variable of the declared name, even an empty one."""
        found = context("{A: one, B: two}", environment={"A": "env", "B": "", "PATH": "x"})
        assert {"A": "env", "B": ""} == found.values
        assert ("A", "B") == found.from_environment

    def test_an_option_wins_over_the_environment(self) -> None:
        """`--context` is the last word, and is recorded as such."""
        found = context("{A: one, B: two}", {"A": "option"}, {"A": "env", "B": "env"})
        assert {"A": "option", "B": "env"} == found.values
        assert (("B",), ("A",)) == (found.from_environment, found.from_options)

    def test_undeclared_names_are_not_looked_up(self) -> None:
        """Neither options nor the environment can add a setting."""

        asked = set()

        class Watched(dict[str, str]):
            def __contains__(self, key: object) -> bool:
                asked.add(str(key))
                return super().__contains__(key)

        environment = Watched({"HOME": "/root", "A": "env"})
        found = context("{A: one}", {"OTHER": "x"}, environment)
        assert {"A": "env"} == found.values
        assert {"A"} == asked

    def test_parameters_are_not_looked_up(self) -> None:
        """What is known at deploy time is not taken from the environment of the generator."""
        found = context("{P: {default: a}}", environment={"P": "env"})
        assert "a" == found.parameters["P"].default
        assert () == found.from_environment

    def test_a_parameter_cannot_be_set_by_an_option(self) -> None:
        """The message says how it is set instead."""
        assert why_not("\nA: one\nTABLE: {default: a}", TABLE="b") == (
            "f:3:1: `TABLE` is a deploy-time parameter and cannot be set when the template is generated "
            "(pass it when you deploy: --parameter-overrides TABLE=b)"
        )

    def test_the_process_environment_is_the_default(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """`load_design` looks declared names up in `os.environ` where it is given no other environment."""
        path = write(tmp_path, BASE + "context: {NOTE: file}\ndescription: '{{ NOTE }}'\n")
        monkeypatch.setitem(os.environ, "NOTE", "environment")
        assert "environment" == load_design(path).file.description
        assert "file" == load_design(path, environment={}).file.description
        assert "option" == load_design(path, context={"NOTE": "option"}).file.description


class TestSettings:
    """Values that refer to values."""

    def test_a_value_may_refer_to_others_in_any_order(self) -> None:
        """Also to ones that are declared later, and to overridden ones."""
        text = "{NAME: '{{ TEAM }}-{{ STAGE }}', TEAM: shop, STAGE: dev}"
        assert "shop-dev" == context(text).values["NAME"]
        assert "shop-prod" == context(text, {"STAGE": "prod"}).values["NAME"]

    def test_an_override_is_no_expression(self) -> None:
        """A value from outside is text, whatever it looks like."""
        found = context("{A: one, B: '{{ A }}'}", {"A": "{{ B }}"}, {"B": "{{ A }}{% x %}"})
        assert {"A": "{{ B }}", "B": "{{ A }}{% x %}"} == found.values

    def test_circles_are_shown(self) -> None:
        """The message walks the whole circle."""
        assert why_not("A: '{{ B }}'\nB: x{{ C }}\nC: '{{ A }}'\n") == (
            "f:1:4: context values refer to each other in a circle: `A` → `B` → `C` → `A`"
        )
        assert why_not("A: '{{ A }}'") == "f:1:4: context values refer to each other in a circle: `A` → `A`"

    def test_an_override_breaks_a_circle(self) -> None:
        """What is overridden refers to nothing."""
        assert {"A": "x", "B": "x"} == context("{A: '{{ B }}', B: '{{ A }}'}", {"A": "x"}).values

    def test_a_name_in_quotes_is_no_reference(self) -> None:
        """`{{ 'A' }}` in A is the text A, no circle."""
        assert {"A": "A1"} == context("{A: \"{{ 'A' ~ 1 }}\"}").values

    def test_unknown_names_get_the_nearest_one(self) -> None:
        """The place is that of the value that names it."""
        assert why_not("STAGE: dev\nNAME: '{{ STAG }}'") == (
            "f:2:7: `STAG` is not declared in `context` (did you mean `STAGE`?)"
        )

    def test_a_setting_cannot_hold_a_parameter(self) -> None:
        """Its value must be known now."""
        assert why_not("P: {default: a}\nA: 'x{{ P }}'") == (
            "f:2:4: the context value `A` cannot hold a deploy-time parameter (use it in the field itself)"
        )

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("[a]", "f:1:1: `context` must be a mapping of names to values"),
            ("A: [x]", "f:1:4: `A` must be a text, or a mapping that declares a parameter"),
            ("1A: x", "f:1:1: `1A` cannot name a context value"),
            ("A-B: x", "f:1:1: `A-B` cannot name a context value"),
            ("_A: x", "f:1:1: `_A` cannot name a context value"),
            ("ä: x", "f:1:1: `ä` cannot name a context value"),
        ],
    )
    def test_declarations_that_are_none(self, text: str, expected: str) -> None:
        """Each wrong declaration is named at its place."""
        from cfn_table.design.source import parse_any

        with pytest.raises(InputError) as caught:
            read_context(parse_any(SourceFile("f", text)), {}, {})
        assert told(caught.value)[0].startswith(expected)


class TestExpressions:
    """The expression language."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{{ A }}", "one"),
            ("{{A}}{{B}}", "onetwo"),
            ("x-{{ A }}-y {{ B }}z", "x-one-y twoz"),
            ("{{ EMPTY }}", ""),
            ("{{ A ~ '-' ~ B }}", "one-two"),
            ("{{ A | upper }}", "ONE"),
            ("{{ 'x' if A == 'one' else 'y' }}", "x"),
            ("{{ 'x' if A == B or not B == 'two' else 'y' }}", "y"),
            ("{{ A in 'one two' }}", "true"),
            ("{{ A == 'one' and B != 'two' }}", "false"),
            ("{{ ' a ' | trim }}b", "ab"),
            ("{{ 'a b' | title }}", "A B"),
            ("{{ 5 }}", "5"),
            ("{{ A }}\n{{ B }}\n", "one\ntwo\n"),
            ("{ {{ A }} }", "{ one }"),
            ("a }} b{{ A }}", "a }} bone"),
            ("{# {{ A }} #}", "{# one #}"),
            ("{{ '{{ B }}' }}", "{{ B }}"),
        ],
    )
    def test_what_an_expression_gives(self, text: str, expected: str) -> None:
        """Names, texts, `~`, comparisons, choices and four filters; everything around them stays."""
        found = result(text)
        assert isinstance(found, Text)
        assert (expected, "f", 7, 3, False) == (found, found.source.path, found.line, found.column, found.plain)

    @pytest.mark.parametrize(
        "text",
        [
            "{{ A.upper() }}",
            "{{ A.__class__ }}",
            "{{ A['x'] }}",
            "{{ A[0] }}",
            "{{ A[:1] }}",
            "{{ A * 1000000000 }}",
            "{{ 9 ** 9 ** 9 }}",
            "{{ 1 + 1 }}",
            "{{ -1 }}",
            "{{ range(10) }}",
            "{{ [A] }}",
            "{{ {'a': A} }}",
            "{{ (A, B) }}",
            "{{ A is defined }}",
            "{{ A | length }}",
            "{{ A | attr('x') }}",
            "{{ A | upper(x=1) }}",
            "{{ A | format(1) }}",
            "{{ " + "(" * 5000 + "A" + ")" * 5000 + " }}",
            "{{ " + "not " * 5000 + "A }}",
            "{{ " + " ~ ".join(["A"] * 5000) + " }}",
        ],
        ids=lambda text: text[:20],
    )
    def test_an_expression_computes_nothing_else(self, text: str) -> None:
        """No calls, no attributes, no arithmetic, no other filters, nothing endless."""
        assert wrong(text).startswith("f:7:3: the expression does more than a design may (use names, texts, ")

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{{ }}", "f:7:3: the expression is wrong: "),
            ("{{ A", "f:7:3: the expression is wrong: "),
            ("{{ A B }}", "f:7:3: the expression is wrong: "),
            ("{{ 'A }}", "f:7:3: the expression is wrong: "),
            ("{{ A | nothing }}", "f:7:3: the expression does more than a design may"),
            ("{% if A %}x{% endif %}", "f:7:3: only `{{ … }}` expressions are evaluated, not `{% … %}`"),
            ("{{ A }}{% set B = 1 %}", "f:7:3: only `{{ … }}` expressions are evaluated, not `{% … %}`"),
            ("{{ C }}", "f:7:3: `C` is not declared in `context` (use one of `A`, `B`, `P`)"),
            ("{{ A ~ C }}", "f:7:3: `C` is not declared in `context` (use one of `A`, `B`, `P`)"),
            ("{{ self }}", "f:7:3: `self` is not declared in `context`"),
            ("{{ range }}", "f:7:3: `range` is not declared in `context`"),
            ("{{ A | upper(1, 2) }}", "f:7:3: the expression cannot be evaluated: "),
            ("{{ A if B == 'x' }}", "f:7:3: the expression does more than a design may"),
        ],
    )
    def test_wrong_expressions_are_refused_at_their_place(self, text: str, expected: str) -> None:
        """Syntax, unknown names and wrong use are errors of the scalar's line and column."""
        assert wrong(text).startswith(expected)

    def test_a_result_has_a_greatest_length(self) -> None:
        """A text can grow to ten thousand characters and no further."""
        assert "x" * 10_000 == result("{{ A }}", A="x" * 10_000)
        with pytest.raises(InputError, match="gives more than 10000 characters"):
            result("{{ A }}x", A="x" * 10_000)


NASTY = [
    "{{ A }}",
    "{% raw %}",
    "}} {{",
    "a: b",
    "x\ny: z",
    "- a\n- b",
    "{a: b}",
    "[a]",
    "# no comment",
    "'",
    '"',
    "\n\n  table: {name: evil}\n",
    "&a *a !t <<",
    "null",
    "true",
    "\x00\x07",
    "日本\u2028\x85",
]


class TestInjection:
    """A value is a text, whatever it holds."""

    @pytest.mark.parametrize("value", NASTY, ids=repr)
    def test_a_value_never_becomes_structure(self, value: str, tmp_path: Path) -> None:
        """It arrives as the one text that it is, and every other field is as it was."""
        text = BASE + "context: {NOTE: x}\ndescription: 'a {{ NOTE }} b'\ntags: {note: \"{{ NOTE }}\"}\n"
        usual = load(tmp_path, text)
        found = load(tmp_path, text, NOTE=value)
        assert f"a {value} b" == found.file.description
        assert {"note": value} == found.file.tags
        same = {name: getattr(usual.file, name) for name in ("description", "tags", "context")}
        assert usual.file == found.file.model_copy(update=same)

    @given(value=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
    def test_any_value_is_itself(self, value: str) -> None:
        """For every text, alone and inside of another."""
        assert value == result("{{ A }}", A=value)
        assert f"<{value}>two" == result("<{{ A }}>{{ B }}", A=value)

    @given(value=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
    def test_any_value_is_itself_where_something_is_computed(self, value: str) -> None:
        """Joined, chosen and compared values are not evaluated a second time either."""
        assert f"{value}!" == result("{{ A ~ '!' }}", A=value)
        assert value == result("{{ A if A == A else '' }}", A=value)

    def test_a_nested_expression_is_not_evaluated(self) -> None:
        """Two settings cannot put an expression together."""
        assert "{{ B }}" == result("{{ A }}B{{ C }}", "{A: '', B: secret, C: ''}", A="{{ ", C=" }}")


class TestUntouched:
    """Fields in which braces mean something else."""

    def test_samples_patterns_and_access_patterns_are_left_alone(self) -> None:
        """Their braces are data, regular expressions and key templates."""
        raw = parse(
            SourceFile(
                "f",
                "context: {A: '{{ x }}'}\n"
                "access_patterns: {p: {sort_key: {equals: 'x{{ A }}'}}}\n"
                "entities: {e: {samples: [{a: '{{ A }}'}], attributes: {a: {pattern: 'a{{1}}'}}}}\n"
                "every_entity: {attributes: {a: {pattern: '{{ A }}'}}}\n"
                "key_only: {k: {pattern: '{{ A }}'}}\n",
            )
        )
        before = repr(raw)
        substitute(raw, context("{A: one}"))
        assert before == repr(raw)

    def test_names_that_look_like_them_are_not(self) -> None:
        """A tag `context`, an entity `samples` and an attribute `pattern` are ordinary names."""
        raw = parse(
            SourceFile(
                "f",
                "tags: {context: '{{ A }}', samples: '{{ A }}', pattern: '{{ A }}', access_patterns: '{{ A }}'}\n"
                "entities: {samples: {type: '{{ A }}', attributes: {pattern: '{{ A }}', samples: ['{{ A }}']}}}\n",
            )
        )
        substitute(raw, context("{A: one}"))
        assert {"context": "one", "samples": "one", "pattern": "one", "access_patterns": "one"} == raw["tags"]
        entity = raw["entities"]["samples"]
        assert ("one", "one", ["one"]) == (
            entity["type"],
            entity["attributes"]["pattern"],
            entity["attributes"]["samples"],
        )

    def test_policies_hold_expressions(self, tmp_path: Path) -> None:
        """A policy's fields are evaluated with the design's context."""
        pattern = "access_patterns: {get_user: {operation: GetItem, entity: user}}\ncontext: {WHO: us, TAG: team}\n"
        policy = (
            "policy: reader\ndescription: For {{ WHO }}\n"
            "bind: {userId: '${aws:PrincipalTag/{{ TAG }}}'}\nallow: [get_user]\n"
        )
        (found,) = load(tmp_path, BASE + pattern, {"policies/shop/reader.yaml": policy}).policies
        assert ("For us", {"userId": "${aws:PrincipalTag/team}"}) == (found.file.description, found.file.bind)
