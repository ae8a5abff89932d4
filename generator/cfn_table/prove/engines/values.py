"""What a template's parameters and intrinsics are where there is no CloudFormation to resolve them.

Sources: CloudFormation user guide, parameters, and intrinsic function reference.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.errors import UsageError
from cfn_table.prove.engines.deployed import EngineRefused

SSM: Final = "AWS::SSM::Parameter::Value<"
"""How the types of parameters begin whose value is the name of an SSM parameter, which holds the real value."""

# AWS::NoValue: the member or item that has it is not there.
_NO_VALUE: Final = object()


def parameter_values(template: Mapping[str, Any], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """A value for every parameter of a template, as text: the given one, the default, or one that it allows.

    A parameter without a default gets the first of its allowed values, or the shortest text that its allowed pattern
    matches, or the least number that it allows.

    Raises:
        UsageError: a given value has no parameter or is not allowed; a parameter has no default, and nothing tells what
            it can be.
    """
    declared: Mapping[str, Mapping[str, Any]] = template.get("Parameters", {})
    for name, text in (given or {}).items():
        if name not in declared:
            raise UsageError(
                f"the template has no parameter {shown(name)}",
                help=did_you_mean(name, declared) or "the template has no parameters",
            )
        if problem := _problem(declared[name], text):
            raise UsageError(
                f"the value {shown(text)} of the parameter `{name}` {problem}",
                help=f"give another one: `--parameter {name}=VALUE`",
            )
    found = {}
    for name, parameter in declared.items():
        value = given[name] if given and name in given else _usual(parameter)
        if value is None:
            raise UsageError(
                f"the parameter `{name}` has no default", help=f"give a value for it: `--parameter {name}=VALUE`"
            )
        found[name] = value
    return found


def _usual(parameter: Mapping[str, Any]) -> str | None:
    if "Default" in parameter:
        return _text(parameter["Default"])
    if parameter["Type"].startswith(SSM):
        return None
    if parameter.get("AllowedValues"):
        return _text(parameter["AllowedValues"][0])
    if parameter["Type"] == "Number":
        least = math.ceil(float(parameter.get("MinValue", min(1.0, float(parameter.get("MaxValue", 1))))))
        return None if _problem(parameter, str(least)) else str(least)
    if "AllowedPattern" in parameter:
        return _example(parameter)
    return None


def _example(parameter: Mapping[str, Any]) -> str | None:
    """The shortest text that the pattern and the lengths allow; None where there is none, or it cannot be told."""
    from cfn_table.languages import ANY_CHARACTER, PatternError, TooComplex, characters, regex, repeat

    most = parameter.get("MaxLength")
    lengths = repeat(characters(ANY_CHARACTER), int(parameter.get("MinLength", 0)), None if most is None else int(most))
    try:
        text = regex(str(parameter["AllowedPattern"])).intersect(lengths).shortest()
    except (PatternError, TooComplex):  # such as look-ahead, which is not regular
        return None
    return None if text is None or _problem(parameter, text) else text


def _problem(parameter: Mapping[str, Any], value: str) -> str:
    """What is wrong with a value, as CloudFormation checks it; empty when nothing is."""
    kind = parameter["Type"]
    if kind.startswith(SSM):
        return ""
    if kind == "Number":
        try:
            number = float(value)
        except ValueError:
            return "is no number"
        if not float(parameter.get("MinValue", number)) <= number <= float(parameter.get("MaxValue", number)):
            return "is outside its range"
    elif not int(parameter.get("MinLength", 0)) <= len(value) <= int(parameter.get("MaxLength", len(value))):
        return "is shorter or longer than it allows"
    # Of a list each value is checked, without the blanks around it.
    each = [part.strip() for part in value.split(",")] if kind == "CommaDelimitedList" else [value]
    allowed = parameter.get("AllowedValues")
    if allowed is not None and any(item not in map(_text, allowed) for item in each):
        return "is not one of its allowed values"
    pattern = parameter.get("AllowedPattern")
    try:
        if pattern is not None and any(not re.fullmatch(str(pattern), item) for item in each):
            return "does not match its allowed pattern"
    except re.error:  # CloudFormation's patterns are Java's
        return ""
    return ""


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What pseudo parameters are where a table is made without CloudFormation.

    Attributes:
        region: the Region.
        stack_name: the name of the stack that there would be.
        account: the account's twelve digits.
    """

    region: str
    stack_name: str
    account: str = "000000000000"

    def pseudo(self, name: str) -> Any:
        """The value of a pseudo parameter; None for one that is not known."""
        return {
            "AWS::AccountId": self.account,
            "AWS::NoValue": _NO_VALUE,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackName": self.stack_name,
            "AWS::URLSuffix": "amazonaws.com",
        }.get(name)


class Resolver:
    """Values of a template with their intrinsics resolved, before any of its resources exists.

    Args:
        template: the whole template, in the JSON form.
        values: the value of every parameter, as `parameter_values` gives them.
        surroundings: for pseudo parameters.
    """

    def __init__(self, template: Mapping[str, Any], values: Mapping[str, str], surroundings: Surroundings) -> None:
        self._template = template
        self._values = values
        self._surroundings = surroundings

    def resolve(self, value: Any) -> Any:
        """The value; what `AWS::NoValue` stands for is left out.

        Raises:
            EngineRefused: only a deployment tells what it is, such as an import or another resource's attribute.
        """
        if isinstance(value, list):
            items = [self.resolve(item) for item in value]
            return [item for item in items if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref":
                return self._reference(argument)
            if name == "Fn::If":
                condition, yes, no = argument
                return self.resolve(yes if self.holds(condition) else no)
            if name.startswith("Fn::"):
                return self._call(name, argument)
        members = {name: self.resolve(item) for name, item in value.items()}
        return {name: item for name, item in members.items() if item is not _NO_VALUE}

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template holds."""
        return self._holds(self._template["Conditions"][condition])

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Fn::Sub":
            text, own = (argument, {}) if isinstance(argument, str) else argument
            return self._substituted(text, {key: self.resolve(item) for key, item in own.items()})
        if name == "Fn::Join":
            delimiter, items = argument
            return str(delimiter).join(_text(item) for item in self.resolve(items))
        if name == "Fn::Split":
            delimiter, text = argument
            return str(self.resolve(text)).split(delimiter)
        if name == "Fn::Select":
            index, items = argument
            return self.resolve(items)[int(self.resolve(index))]
        if name == "Fn::FindInMap":
            place, first, second, *_ = (self.resolve(item) for item in argument)
            return self._template["Mappings"][place][first][second]
        raise _unknown(f"`{name}`")

    def _reference(self, name: str) -> Any:
        pseudo = self._surroundings.pseudo(name)
        if pseudo is not None:
            return pseudo
        if name not in self._values:
            raise _unknown(f"`Ref: {name}`")
        kind = self._template["Parameters"][name]["Type"]
        if kind.startswith(SSM):
            raise _unknown(f"`{name}`, which names an SSM parameter")
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            return [part.strip() for part in self._values[name].split(",")]
        return self._values[name]

    def _substituted(self, text: str, own: Mapping[str, Any]) -> str:
        def replaced(match: re.Match[str]) -> str:
            name = match[1].strip()
            # `${!Name}` is how Fn::Sub writes a literal `${Name}`.
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            return _text(own[name] if name in own else self._reference(name))

        return re.sub(r"\$\{([^}]*)\}", replaced, text)

    def _holds(self, condition: Any) -> bool:
        ((name, argument),) = condition.items()
        if name == "Condition":
            return self.holds(argument)
        if name == "Fn::Not":
            return not self._holds(argument[0])
        if name == "Fn::And":
            return all(self._holds(item) for item in argument)
        if name == "Fn::Or":
            return any(self._holds(item) for item in argument)
        if name == "Fn::Equals":
            left, right = (self.resolve(item) for item in argument)
            return bool(_text(left) == _text(right))
        raise _unknown(f"`{name}`")


def _unknown(what: str) -> EngineRefused:
    return EngineRefused(
        f"the table depends on {what}: only a deployment tells what that is",
        help="deploy the template and prove its stack: `--stack-name STACK`",
    )
