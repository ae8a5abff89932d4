"""Deploy-time parameters: how they are declared, and what a text with one is."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_table.design.context import Context, Parameter, Parametric, evaluate, read_context
from cfn_table.design.parameters import FIELDS, TYPES
from cfn_table.design.source import SourceFile, Text, parse
from cfn_table.errors import InputError
from tests.design.written import told


def context(text: str) -> Context:
    """The context that `text` declares."""
    return read_context(parse(SourceFile("f", text)), {}, {})


def why_not(text: str) -> str:
    """Why the context is refused."""
    with pytest.raises(InputError) as caught:
        context(text)
    (line,) = told(caught.value)
    return line


def result(text: str, declared: str) -> str | Parametric:
    """What a scalar gives."""
    value = Text(text)
    value.computed = False
    value.source, value.line, value.column, value.plain = SourceFile("f", "x"), 1, 1, False
    return evaluate(value, context(declared))


def parameter(declaration: str, name: str = "TABLE_NAME") -> Parameter:
    """The parameter that the declaration makes."""
    return context(f"{name}: {declaration}").parameters[name]


class TestParameters:
    """Declarations of deploy-time parameters."""

    @pytest.mark.parametrize(
        ("declaration", "expected"),
        [
            ("{}", {"Type": "String"}),
            ("{type: Number}", {"Type": "Number"}),
            ("{default: a}", {"Type": "String", "Default": "a"}),
            ("{default: 5}", {"Type": "String", "Default": "5"}),
            ("{default: ''}", {"Type": "String", "Default": ""}),
            ("{type: Number, default: 5}", {"Type": "Number", "Default": 5}),
            ("{type: Number, default: -1.5}", {"Type": "Number", "Default": -1.5}),
            ("{allowed_values: [a, 1]}", {"Type": "String", "AllowedValues": ["a", "1"]}),
            ("{type: Number, allowed_values: [1, 2.5]}", {"Type": "Number", "AllowedValues": [1, 2.5]}),
            ("{allowed_pattern: '[a-z]+'}", {"Type": "String", "AllowedPattern": "[a-z]+"}),
            ("{description: What}", {"Type": "String", "Description": "What"}),
            ("{constraint_description: Letters}", {"Type": "String", "ConstraintDescription": "Letters"}),
            ("{min_length: 1, max_length: 9}", {"Type": "String", "MinLength": 1, "MaxLength": 9}),
            ("{type: Number, min_value: 1, max_value: 9}", {"Type": "Number", "MinValue": 1, "MaxValue": 9}),
            ("{no_echo: true}", {"Type": "String", "NoEcho": True}),
            ("{no_echo: false}", {"Type": "String", "NoEcho": False}),
            (
                "{type: CommaDelimitedList, default: 'a, b', allowed_values: [a, b, c]}",
                {"Type": "CommaDelimitedList", "Default": "a, b", "AllowedValues": ["a", "b", "c"]},
            ),
            (
                "{type: 'AWS::SSM::Parameter::Value<String>', default: /a/b}",
                {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a/b"},
            ),
        ],
    )
    def test_each_field_becomes_its_property(self, declaration: str, expected: dict[str, Any]) -> None:
        """In CloudFormation's words, numbers as numbers where the parameter is one."""
        assert expected == parameter(declaration).properties

    def test_every_field_and_type_can_be_declared(self) -> None:
        """Nothing that the reference lists is missing from the reader."""
        samples = {"type": "String", "allowed_values": "[a]", "no_echo": "true", "allowed_pattern": "a"}
        numbers = dict.fromkeys(("min_length", "max_length", "min_value", "max_value"), "1")
        for name in FIELDS:
            value = {**samples, **numbers}.get(name, "a")
            assert "TABLE_NAME" == parameter(f"{{{name}: {value}}}").name
        for kind in TYPES:
            assert kind == parameter(f"{{type: '{kind}'}}").properties["Type"]

    def test_its_name_in_the_template_is_pascal_case(self) -> None:
        """Unless the declaration names it."""
        assert "TableName" == parameter("{}").logical_id
        assert "MyTable" == parameter("{parameter: MyTable}").logical_id

    @pytest.mark.parametrize(
        ("declaration", "expected"),
        [
            (
                "{defaults: a}",
                "f:1:14: unknown field `defaults` in the parameter `TABLE_NAME` (did you mean `default`?)",
            ),
            ("{default: [a]}", "f:1:23: `default` must be a single value"),
            ("{allowed_values: {a: b}}", "f:1:30: `allowed_values` must be a list"),
            ("{allowed_values: []}", "f:1:30: `allowed_values` must name a value"),
            ("{allowed_values: [a, [b]]}", "f:1:34: an allowed value must be a single value"),
            ("{type: Strng}", "f:1:14: `Strng` is not a parameter type of a design (did you mean `String`?)"),
            ("{parameter: my-table}", "f:1:14: `my-table` cannot name a parameter (use letters and digits only)"),
            ("{type: Number, default: five}", "f:1:37: `default` must be a number"),
            ("{type: Number, allowed_values: [one]}", "f:1:45: `allowed_values` must be a number"),
            ("{min_length: long}", "f:1:26: `min_length` must be a number"),
            ("{no_echo: yes}", "f:1:23: `no_echo` must be `true` or `false`"),
            ("{allowed_pattern: '('}", "f:1:31: `allowed_pattern` is not a regular expression: "),
            ("{allowed_pattern: 'a{99999999999999}'}", "f:1:31: `allowed_pattern` is not a regular expression: "),
            (
                "{default: c, allowed_values: [a, b]}",
                "f:1:14: the default `c` of the parameter `TABLE_NAME` is not one of its allowed values",
            ),
            (
                "{type: CommaDelimitedList, default: 'a,x', allowed_values: [a, b]}",
                "f:1:40: the default `a,x` of the parameter `TABLE_NAME` is not one of its allowed values",
            ),
            (
                "{default: A, allowed_pattern: '[a-z]+'}",
                "f:1:14: the default `A` of the parameter `TABLE_NAME` does not match its allowed pattern",
            ),
            (
                "{default: abc, max_length: 2}",
                "f:1:14: the default `abc` of the parameter `TABLE_NAME` is shorter or longer than it allows",
            ),
            (
                "{default: a, min_length: 2}",
                "f:1:14: the default `a` of the parameter `TABLE_NAME` is shorter or longer than it allows",
            ),
            (
                "{type: Number, default: 5, max_value: 4}",
                "f:1:28: the default `5` of the parameter `TABLE_NAME` is outside its range",
            ),
            (
                "{type: Number, default: 5, min_value: 6}",
                "f:1:28: the default `5` of the parameter `TABLE_NAME` is outside its range",
            ),
        ],
    )
    def test_wrong_declarations_are_refused(self, declaration: str, expected: str) -> None:
        """Unknown fields, wrong values, and a default that the parameter itself would refuse."""
        assert why_not(f"TABLE_NAME: {declaration}").startswith(expected)

    def test_two_entries_cannot_be_one_parameter(self) -> None:
        """The second one is named, with the cure."""
        assert why_not("TABLE_NAME: {}\nTableName: {}\n") == (
            "f:2:1: `TableName` and `TABLE_NAME` are both the parameter `TableName` "
            "(name one of them with `parameter: NAME`)"
        )

    def test_text_can_stand_around_a_parameter(self) -> None:
        """The value keeps its parts, and tells what it may become."""
        found = result(
            "a-{{ P }}-{{ A }}-{{ Q }}", "{A: one, P: {default: x, allowed_values: [x, y]}, Q: {default: z}}"
        )
        assert isinstance(found, Parametric)
        p, q = found.parameters
        assert ("a-", p, "-one-", q) == found.parts
        assert None is found.parameter
        assert ["a-x-one-z", "a-y-one-z"] == list(found.possible_texts())

    def test_what_is_not_known_is_not_guessed(self) -> None:
        """Without a default and allowed values, and for SSM, there are no known texts."""
        declared = "{P: {}, Q: {default: z}, S: {type: 'AWS::SSM::Parameter::Value<String>', default: /x}}"
        for text in ("{{ P }}", "{{ S }}", "{{ Q }}{{ P }}"):
            found = result(text, declared)
            assert isinstance(found, Parametric)
            assert [] == list(found.possible_texts())

    @pytest.mark.parametrize("text", ["{{ P | upper }}", "{{ P ~ 'x' }}", "{{ 'a' if P == 'x' else 'b' }}"])
    def test_nothing_can_be_computed_with_a_parameter(self, text: str) -> None:
        """Its value is not known; the cure is shown."""
        with pytest.raises(InputError) as caught:
            result(text, "{P: {default: x}}")
        (line,) = told(caught.value)
        assert line == (
            "f:1:1: `P` is known only when the stack is deployed, so nothing can be computed with it here "
            "(use `{{ P }}` alone, with text around it)"
        )
