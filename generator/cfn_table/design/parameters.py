"""Deploy-time parameters: a context entry that is a mapping becomes an entry of the template's `Parameters`.

Source: CloudFormation user guide, "CloudFormation template Parameters syntax".
"""

from __future__ import annotations

import re
import warnings
from typing import Any, Final

from cfn_table.design.context import Parameter
from cfn_table.design.names import pascal_case
from cfn_table.design.source import Mapping, Sequence, Text
from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.errors import InputError

TYPES: Final = (
    "String",
    "Number",
    "CommaDelimitedList",
    "AWS::SSM::Parameter::Value<String>",
    "AWS::SSM::Parameter::Value<Number>",
)
"""Parameter types that a design's fields can hold."""

FIELDS: Final = {
    "type": ("Type", "one of " + ", ".join(f"`{each}`" for each in TYPES) + "; `String` by default"),
    "parameter": ("", "the parameter's name in the template; by default the entry's name in PascalCase"),
    "default": ("Default", "the value that a deployment gets when it names none"),
    "allowed_values": ("AllowedValues", "the values that a deployment may choose from"),
    "allowed_pattern": ("AllowedPattern", "a regular expression that the value must match"),
    "description": ("Description", "what the parameter is for"),
    "constraint_description": ("ConstraintDescription", "what the deployer reads when the value is refused"),
    "min_length": ("MinLength", "shortest text"),
    "max_length": ("MaxLength", "longest text"),
    "min_value": ("MinValue", "smallest number"),
    "max_value": ("MaxValue", "largest number"),
    "no_echo": ("NoEcho", "`true` hides the value in the console"),
}
"""Field of a parameter's declaration → its CloudFormation name and its meaning."""


def read_parameter(name: str, raw: Mapping) -> Parameter:
    """The parameter that the context entry `name` declares.

    Raises:
        InputError: an unknown field or type, a default that the parameter itself would refuse, a name that is not
            alphanumeric.
    """
    for key in raw:
        if key not in FIELDS:
            raise InputError(
                f"unknown field {shown(key)} in the parameter {shown(name)}",
                help=did_you_mean(key, FIELDS),
                location=_place(raw, key),
            )
    for key, value in raw.items():
        if not isinstance(value, Text) and not (key == "allowed_values" and isinstance(value, Sequence)):
            raise InputError(
                f"{shown(key)} must be a {'list' if key == 'allowed_values' else 'single value'}",
                location=value.location,
            )
    logical_id = str(raw.get("parameter") or pascal_case(name))
    if not re.fullmatch(r"[A-Za-z0-9]{1,255}", logical_id):
        raise InputError(
            f"{shown(logical_id)} cannot name a parameter",
            help="use letters and digits only",
            location=_place(raw, "parameter"),
        )
    kind = str(raw.get("type") or "String")
    if kind not in TYPES:
        raise InputError(
            f"{shown(kind)} is not a parameter type of a design",
            help=did_you_mean(kind, TYPES),
            location=_place(raw, "type"),
        )
    properties: dict[str, Any] = {"Type": kind}
    for key, (cfn_name, _) in FIELDS.items():
        if key in raw and cfn_name and key != "type":
            properties[cfn_name] = _convert(key, raw[key], kind)
    _check_default(name, raw, kind, properties)
    return Parameter(name, logical_id, properties)


def _place(raw: Mapping, key: str) -> Any:
    found = raw.key(key)
    return found.location if found is not None else raw.location


def _convert(key: str, value: Any, kind: str) -> Any:
    if key == "allowed_values":
        for item in value:
            if not isinstance(item, Text):
                raise InputError("an allowed value must be a single value", location=item.location)
        if not value:
            raise InputError("`allowed_values` must name a value", location=value.location)
        return [_number(item, key) if kind == "Number" else str(item) for item in value]
    if key in ("min_length", "max_length", "min_value", "max_value") or (key == "default" and kind == "Number"):
        return _number(value, key)
    if key == "no_echo":
        if value not in ("true", "false"):
            raise InputError("`no_echo` must be `true` or `false`", location=value.location)
        return value == "true"
    if key == "allowed_pattern":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # CloudFormation evaluates it, and in Java `[[a]` is no ambiguity
                re.compile(str(value))
        except (re.error, OverflowError, RecursionError) as error:
            raise InputError(
                f"`allowed_pattern` is not a regular expression: {error}", location=value.location
            ) from None
    return str(value)


def _number(value: Any, key: str) -> int | float:
    if isinstance(value, Text) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, Text) and re.fullmatch(r"-?[0-9]{1,18}\.[0-9]{1,18}", value):
        return float(value)
    raise InputError(f"{shown(key)} must be a number", location=value.location)


def _check_default(name: str, raw: Mapping, kind: str, properties: dict[str, Any]) -> None:
    default = properties.get("Default")
    if default is None or kind.startswith("AWS::SSM"):
        return
    problem = ""
    values = properties.get("AllowedValues")
    pattern = properties.get("AllowedPattern")
    # Of a list each value is checked, without the blanks around it (CloudFormation user guide, parameter types).
    each = [part.strip() for part in default.split(",")] if kind == "CommaDelimitedList" else [default]
    if values is not None and any(item not in values for item in each):
        problem = "is not one of its allowed values"
    elif pattern is not None and any(not re.fullmatch(pattern, str(item)) for item in each):
        problem = "does not match its allowed pattern"
    elif isinstance(default, str) and not (
        properties.get("MinLength", 0) <= len(default) <= properties.get("MaxLength", len(default))
    ):
        problem = "is shorter or longer than it allows"
    elif not isinstance(default, str) and not (
        properties.get("MinValue", default) <= default <= properties.get("MaxValue", default)
    ):
        problem = "is outside its range"
    if problem:
        raise InputError(
            f"the default {shown(default)} of the parameter {shown(name)} {problem}",
            help="change one of them",
            location=_place(raw, "default"),
        )
