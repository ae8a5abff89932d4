"""Writes a template in another way that means the same, knowing nothing of how reviews compare."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, Final

import yaml

UNORDERED: Final = frozenset(
    {"AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "NonKeyAttributes", "Replicas", "Tags"}
)
STATED: Final[dict[str, dict[str, Any]]] = {
    "AWS::DynamoDB::Table": {
        "BillingMode": "PROVISIONED",
        "DeletionProtectionEnabled": False,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False},
        "SSESpecification": {"SSEEnabled": False},
        "TableClass": "STANDARD",
        "ContributorInsightsSpecification": {"Enabled": False},
    },
    "AWS::DynamoDB::GlobalTable": {"BillingMode": "PROVISIONED", "SSESpecification": {"SSEEnabled": False}},
    "AWS::IAM::ManagedPolicy": {"Path": "/"},
    "AWS::IAM::Role": {"Path": "/", "MaxSessionDuration": 3600},
}
"""What the template reference says of a property that is left out."""
_REPLICA: Final[dict[str, Any]] = {
    "DeletionProtectionEnabled": False,
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False},
    "TableClass": "STANDARD",
}
EITHER: Final = "EitherWay"


class Rewriter:
    """Rewrites a template.

    Args:
        generator: decides what is written how.
        rate: how often something is written otherwise.
    """

    def __init__(self, generator: random.Random, rate: float = 0.3) -> None:
        self._random = generator
        self._rate = rate

    def template(self, template: dict[str, Any]) -> dict[str, Any]:
        """The whole template, rewritten."""
        found = {**template, "Description": "another text", "Metadata": {"Anything": [self._random.random()]}}
        found["Resources"] = {
            name: self._resource(resource) for name, resource in self._shuffled(template.get("Resources", {}))
        }
        if "Outputs" in template:
            found["Outputs"] = {name: self._output(output) for name, output in self._shuffled(template["Outputs"])}
        either = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}
        found["Conditions"] = dict(self._shuffled({**template.get("Conditions", {}), EITHER: either}))
        return dict(self._shuffled(found))

    def _often(self) -> bool:
        return self._random.random() < self._rate

    def _shuffled(self, mapping: dict[str, Any]) -> list[tuple[str, Any]]:
        items = list(mapping.items())
        self._random.shuffle(items)
        return items

    def _resource(self, resource: dict[str, Any]) -> dict[str, Any]:
        properties = dict(resource.get("Properties", {}))
        stated = STATED.get(resource["Type"], {})
        for name, value in stated.items():
            if name not in properties and self._often():
                properties[name] = value if self._often() else {"Ref": "AWS::NoValue"}
        if resource["Type"] == "AWS::DynamoDB::GlobalTable" and isinstance(properties.get("Replicas"), list):
            properties["Replicas"] = [
                {**{name: value for name, value in _REPLICA.items() if self._often()}, **each}
                for each in properties["Replicas"]
            ]
        if isinstance(indexes := properties.get("GlobalSecondaryIndexes"), list) and "Replicas" not in properties:
            off = {"ContributorInsightsSpecification": {"Enabled": False}}
            properties["GlobalSecondaryIndexes"] = [{**(off if self._often() else {}), **each} for each in indexes]
        found = {**resource, "Metadata": {"Note": "another"}}
        if properties:
            found["Properties"] = self._mapping(properties)
        depends = resource.get("DependsOn")
        if isinstance(depends, list):
            found["DependsOn"] = self._random.sample(depends, len(depends))
        elif isinstance(depends, str):
            found["DependsOn"] = [depends]
        return dict(self._shuffled(found))

    def _output(self, output: dict[str, Any]) -> dict[str, Any]:
        found = {**output, "Description": "another", "Value": self._value(output["Value"])}
        if "Export" in output:
            found["Export"] = {"Name": self._value(output["Export"]["Name"])}
        return dict(self._shuffled(found))

    def _mapping(self, mapping: dict[str, Any]) -> dict[str, Any]:
        found = {}
        for name, value in self._shuffled(mapping):
            if name in UNORDERED and isinstance(value, list):
                items = self._random.sample(value, len(value))
                if self._often():
                    items.insert(self._random.randint(0, len(items)), {"Ref": "AWS::NoValue"})
                found[name] = self._value(items)
            else:
                found[name] = self._value(value)
        return found

    def _value(self, value: Any) -> Any:
        found = self._inner(value)
        if self._often() and found != {"Ref": "AWS::NoValue"}:
            return {"Fn::If": [EITHER, found, self._inner(value)]}
        return found

    def _inner(self, value: Any) -> Any:
        if isinstance(value, dict):
            if len(value) == 1 and (name := next(iter(value))) in ("Ref", "Fn::GetAtt", "Fn::Sub"):
                return self._reference(name, value[name])
            if any(name.startswith("Fn::") for name in value):
                return value
            return self._mapping(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        return self._scalar(value) if self._often() else value

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        if not isinstance(value, str):
            return value
        if value in ("true", "false"):
            return value == "true"
        if value.isascii() and value.isdigit() and str(int(value)) == value:
            return int(value)
        if "${" in value:
            return value
        at = self._random.randint(0, len(value))
        return self._random.choice(
            [{"Fn::Sub": value}, {"Fn::Join": ["", [value[:at], value[at:]]]}, {"Fn::Select": [1, ["x", value]]}]
        )

    def _reference(self, name: str, argument: Any) -> Any:
        if not self._often() or argument == "AWS::NoValue":
            return {name: argument}
        if name == "Ref":
            forms: list[Any] = [{"Fn::Sub": f"${{{argument}}}"}, {"Fn::Join": ["", [{"Ref": argument}]]}]
        elif name == "Fn::GetAtt":
            dotted = argument if isinstance(argument, str) else ".".join(argument)
            forms = [{"Fn::GetAtt": dotted}, {"Fn::Sub": f"${{{dotted}}}"}, {"Fn::Join": ["", [{name: argument}]]}]
        else:
            forms = [{"Fn::Join": ["", [{name: argument}, ""]]}]
            if isinstance(argument, str):
                forms.append({"Fn::Sub": [f"${{Whole}}{argument}", {"Whole": ""}]})
        return self._random.choice(forms)


class _Dumper(yaml.SafeDumper):
    """Writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML's signature
        return True


class _Short:
    """A function in its short form."""

    def __init__(self, name: str, argument: Any) -> None:
        self.tag = "!" + name.removeprefix("Fn::")
        self.argument = argument


def _represent(dumper: yaml.SafeDumper, short: _Short) -> yaml.Node:
    if isinstance(short.argument, str):
        return dumper.represent_scalar(short.tag, short.argument, style='"')
    return dumper.represent_sequence(short.tag, short.argument)


_Dumper.add_representer(_Short, _represent)


def as_json(template: dict[str, Any]) -> str:
    """The template as JSON."""
    return json.dumps(template)


def as_yaml(template: dict[str, Any]) -> str:
    """The template as YAML with long functions."""
    return yaml.dump(template, Dumper=_Dumper, sort_keys=False)


def as_short_yaml(template: dict[str, Any]) -> str:
    """The template as YAML with short functions, wherever one is not directly below another."""
    return yaml.dump(_shortened(template), Dumper=_Dumper, sort_keys=False)


WRITERS: Final[tuple[Callable[[dict[str, Any]], str], ...]] = (as_json, as_yaml, as_short_yaml)


def _shortened(value: Any, *, below: bool = False) -> Any:
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and not below:
        ((name, argument),) = value.items()
        if name == "Fn::GetAtt" and isinstance(argument, list):
            return _Short(name, ".".join(argument))
        if name in ("Ref", "Fn::Sub", "Fn::GetAtt", "Fn::ImportValue") and isinstance(argument, str):
            return _Short(name, argument)
        if name.startswith("Fn::") and isinstance(argument, list):
            return _Short(name, [_shortened(item) for item in argument])
    return {name: _shortened(item, below=name.startswith("Fn::")) for name, item in value.items()}
