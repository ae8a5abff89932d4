"""A parameter has the given value, its default, or one that it allows; anything else is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_table.errors import UsageError
from cfn_table.prove.engines.values import parameter_values


def of(parameter: dict[str, Any], given: dict[str, str] | None = None) -> str:
    """The value of a template's only parameter."""
    return parameter_values({"Parameters": {"Stage": {"Type": "String", **parameter}}}, given)["Stage"]


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ({"Default": "test"}, "test"),
        ({"Type": "Number", "Default": 5}, "5"),
        ({"AllowedValues": ["live", "test"]}, "live"),
        ({"Type": "Number", "MinValue": 20, "MaxValue": 90}, "20"),
        ({"Type": "Number", "MaxValue": 0}, "0"),
        ({"AllowedPattern": "arn:aws[a-z-]*:kms:.+"}, "arn:aws:kms: "),
        ({"AllowedPattern": "[a-z]+", "MinLength": 3}, "aaa"),
        ({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a/b"}, "/a/b"),
    ],
)
def test_a_value_is_found(parameter: dict[str, Any], expected: str) -> None:
    """The default; else the first allowed value, the least number, or the shortest text of the pattern."""
    found = of(parameter)
    if "AllowedPattern" in parameter:
        assert len(expected) == len(found)
        assert found.startswith(expected.rstrip(" a"))
    else:
        assert expected == found


def test_a_given_value_wins() -> None:
    """Over the default."""
    assert "live" == of({"Default": "test"}, {"Stage": "live"})


@pytest.mark.parametrize(
    "parameter", [{}, {"AllowedPattern": "(?=a)b"}, {"AllowedPattern": "a", "MinLength": 2}, {"MinLength": 3}]
)
def test_a_parameter_without_a_value_is_asked_for(parameter: dict[str, Any]) -> None:
    """Nothing is invented that could be a name of something; the help says how to give it."""
    with pytest.raises(UsageError) as refused:
        of(parameter)
    assert "the parameter `Stage` has no default" == refused.value.message
    assert "give a value for it: `--parameter Stage=VALUE`" == refused.value.help


@pytest.mark.parametrize(
    ("parameter", "value", "problem"),
    [
        ({"AllowedValues": ["live", "test"]}, "liv", "is not one of its allowed values"),
        ({"AllowedPattern": "[a-z]+"}, "A", "does not match its allowed pattern"),
        ({"Type": "Number"}, "many", "is no number"),
        ({"Type": "Number", "MaxValue": 5}, "6", "is outside its range"),
        ({"MinLength": 3}, "ab", "is shorter or longer than it allows"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, "a, c", "is not one of its allowed values"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(parameter: dict[str, Any], value: str, problem: str) -> None:
    """As the service refuses it when a stack is deployed."""
    with pytest.raises(UsageError) as refused:
        of(parameter, {"Stage": value})
    assert f"the value `{value}` of the parameter `Stage` {problem}" == refused.value.message


def test_an_unknown_parameter_is_refused() -> None:
    """With the one that may be meant."""
    with pytest.raises(UsageError) as refused:
        of({"Default": "test"}, {"Stag": "live"})
    assert ("the template has no parameter `Stag`", "did you mean `Stage`?") == (
        refused.value.message,
        refused.value.help,
    )
