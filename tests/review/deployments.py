"""Templates with conditions, and what each deployment makes of them: parameters and conditions resolved by hand."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from hypothesis import strategies as st

from tests.review.model import template_of
from tests.review.strategies import Stack, changed, stacks, unknown_names

Draw = Callable[[st.SearchStrategy[Any]], Any]
Template = dict[str, Any]

PARAMETERS: Final[Template] = {
    "Stage": {"Type": "String", "Default": "dev"},
    "Flag": {"Type": "String", "Default": "true", "AllowedValues": ["true", "false"]},
}
VALUES: Final = {"Stage": ("dev", "prod", "name-a", "else"), "Flag": ("true", "false")}
NO_VALUE: Final = {"Ref": "AWS::NoValue"}
_IS: Final = [{"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, {"Fn::Equals": ["dev", {"Ref": "Stage"}]}]
_FLAG: Final = {"Fn::Equals": [{"Ref": "Flag"}, "true"]}
_FORMULAS: Final[list[Any]] = [
    *_IS,
    _FLAG,
    {"Fn::Not": [_FLAG]},
    {"Fn::And": [{"Condition": "Basic"}, _IS[0]]},
    {"Fn::Or": [{"Condition": "Basic"}, {"Fn::Equals": [{"Fn::Sub": "${Stage}-${Flag}"}, "dev-false"]}]},
    {"Fn::Not": [{"Condition": "Basic"}]},
]


def deployments() -> Iterator[dict[str, str]]:
    """Values of all parameters, in every combination."""
    for values in itertools.product(*VALUES.values()):
        yield dict(zip(VALUES, values, strict=True))


@st.composite
def conditional_pairs(draw: Draw) -> tuple[Template, Template]:
    """A template and what becomes of it; in both much depends on conditions."""
    first = draw(stacks(unknown_names))
    old = _joined(draw, first, draw(changed(first, unknown_names)))
    second = draw(changed(first, unknown_names))
    return old, _joined(draw, second, draw(changed(second, unknown_names)), draw(st.sampled_from([old, {}])))


def _joined(draw: Draw, one: Stack, other: Stack, like: Template | None = None) -> Template:
    """A template that is one stack under a condition, and the other one else."""
    conditions = (like or {}).get("Conditions") or {
        "Basic": draw(st.sampled_from(_FORMULAS[:4])),
        "Either": draw(st.sampled_from(_FORMULAS)),
    }
    name = draw(st.sampled_from(["Basic", "Either"]))
    conditions = {**conditions, f"Not{name}": {"Fn::Not": [{"Condition": name}]}}
    first, second = template_of(*one), template_of(*other)
    found: Template = {"Parameters": PARAMETERS, "Conditions": conditions}
    for section in ("Resources", "Outputs"):
        entries = {}
        for key in dict.fromkeys((*first.get(section, {}), *second.get(section, {}))):
            entries[key] = _entry(draw, name, first.get(section, {}).get(key), second.get(section, {}).get(key))
        if entries:
            found[section] = entries
    return found


def _entry(draw: Draw, name: str, one: Any, other: Any) -> Any:
    """A resource or an output."""
    if one is None or other is None:
        return {**(one or other), "Condition": name if other is None else f"Not{name}"}
    found = dict(one)
    for key in ("Properties", "Value"):
        if key in one and one.get("Type") == other.get("Type"):
            found[key] = _choice(draw, name, one[key], other[key])
    return found


def _choice(draw: Draw, name: str, one: Any, other: Any, depth: int = 0) -> Any:
    if one == other and draw(st.integers(0, 9)):
        return one
    mappings = isinstance(one, dict) and isinstance(other, dict) and not {"Ref", "Fn::Sub"} & {*one, *other}
    if mappings and (depth == 0 or draw(st.booleans())):
        keys = dict.fromkeys((*one, *other))
        return {key: _choice(draw, name, one.get(key, NO_VALUE), other.get(key, NO_VALUE), depth + 1) for key in keys}
    return {"Fn::If": [name, one, other]}


def deployed(template: Template, parameters: Mapping[str, str]) -> Template:
    """The template without parameters and conditions, as a deployment has it."""
    holds: dict[str, bool] = {}

    def value(raw: Any) -> Any:
        if isinstance(raw, list):
            return [found for item in raw if (found := value(item)) != NO_VALUE]
        if not isinstance(raw, dict):
            return raw
        if "Fn::If" in raw:
            name, one, other = raw["Fn::If"]
            return value(one if condition(name) else other)
        if raw.get("Ref") in parameters:
            return parameters[raw["Ref"]]
        if isinstance(raw.get("Fn::Sub"), str):
            return re.sub(r"\$\{(\w+)\}", lambda match: parameters.get(match[1], match[0]), raw["Fn::Sub"])
        return {key: found for key, item in raw.items() if (found := value(item)) != NO_VALUE}

    def condition(name: str) -> bool:
        if name not in holds:
            holds[name] = formula(template["Conditions"][name])
        return holds[name]

    def formula(raw: Any) -> bool:
        ((function, argument),) = raw.items()
        match function:
            case "Condition":
                return condition(argument)
            case "Fn::Equals":
                return bool(value(argument[0]) == value(argument[1]))
            case "Fn::Not":
                return not formula(argument[0])
            case "Fn::And":
                return all(formula(each) for each in argument)
        return any(formula(each) for each in argument)

    return {
        section: {
            key: value({name: item for name, item in entry.items() if name != "Condition"})
            for key, entry in template.get(section, {}).items()
            if "Condition" not in entry or condition(entry["Condition"])
        }
        for section in ("Resources", "Outputs")
    }


def holding(template: Template, parameters: Mapping[str, str]) -> dict[str, bool]:
    """Which conditions of a template hold in a deployment."""
    found = {}
    for name in template["Conditions"]:
        probe = {"Conditions": template["Conditions"], "Resources": {"X": {"Type": "T", "Condition": name}}}
        found[name] = bool(deployed(probe, parameters)["Resources"])
    return found
