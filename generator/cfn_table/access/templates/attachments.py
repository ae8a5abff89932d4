"""What policies are attached to: references in both directions, as logical ids where they are of the template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from cfn_table.access.templates import sam
from cfn_table.access.templates.conditions import Choices, Conditions, TooManyVariants, explore
from cfn_table.access.templates.intrinsics import Resolver
from cfn_table.access.templates.sites import Spot, Target, along
from cfn_table.access.templates.symbols import sole_symbol
from cfn_table.access.templates.view import Path, Unresolvable, View

_PRINCIPALS: Final = frozenset({"AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"})
_LIMIT: Final = 16
"""The most combinations of conditions that are looked at for one reference."""


class Attachments:
    """The references to policies and from policies in one template."""

    def __init__(self, view: View, conditions: Conditions, guards: Mapping[str, Mapping[str, bool]]) -> None:
        self._view = view
        self._conditions = conditions
        self._owners: dict[str, set[str]] = defaultdict(set)
        self._arns: dict[str, set[str]] = {}
        self._attached: dict[tuple[bool, str], list[tuple[str, Mapping[str, bool]]]] = defaultdict(list)
        self._known: dict[tuple[Path, tuple[tuple[str, bool], ...]], set[str]] = {}
        for name, resource in view.resources.items():
            for text in self._names(name):
                self._owners[text].add(name)
            given = guards.get(name)
            if resource.type == "AWS::IAM::ManagedPolicy":
                self._arns[name] = self._all(Spot({"Ref": name}, (), {}))
            elif given is not None and resource.type in _PRINCIPALS:
                whole = Spot(resource.properties, resource.path, given)
                self._attach(name, along(whole, ["ManagedPolicyArns", "*"]), boundary=False)
                self._attach(name, along(whole, ["PermissionsBoundary"]), boundary=True)
            elif given is not None and resource.type in sam.WITH_ROLE:
                self._attach(f"{name}Role", sam.managed(resource, given), boundary=False)
                for condition in sam.own_role(resource, given):
                    whole = Spot(resource.properties, resource.path, condition)
                    self._attach(f"{name}Role", along(whole, ["PermissionsBoundary"]), boundary=True)

    def of_policy(self, name: str, when: Mapping[str, bool], *, boundary: bool) -> set[str]:
        """The principals of the template that a managed policy may be attached to, or that it may bound."""
        return {
            principal
            for text in self._arns.get(name, ())
            for principal, guards in self._attached.get((boundary, text), ())
            if self._together(guards, when)
        }

    def of_targets(self, targets: Iterable[Target], when: Mapping[str, bool]) -> set[str]:
        """What references may mean."""
        found = set()
        for target in targets:
            guards = target.spot.guards
            if self._together(guards, when):
                spot = Spot(target.spot.raw, target.spot.path, {**guards, **when})
                found |= {owner for text in self._all(spot) for owner in self._owner(text, target.types)}
        return found

    def _attach(self, principal: str, spots: Iterable[Spot], *, boundary: bool) -> None:
        for spot in spots:
            for text in self._all(spot):
                self._attached[boundary, text].append((principal, spot.guards))

    def _together(self, one: Mapping[str, bool], other: Mapping[str, bool]) -> bool:
        if any(other.get(name, value) is not value for name, value in one.items()):
            return False
        return not one or self._conditions.consistent({**one, **other})

    def _owner(self, text: str, types: frozenset[str]) -> set[str]:
        owners = {name for name in self._owners.get(text, ()) if not types or self._view.resources[name].type in types}
        if owners:
            return owners
        # A resource of a type whose references are not known in detail, or one of another macro's making.
        name = (sole_symbol(text) or "").split(".")[0]
        return {name} if name in self._view.resources else {text}

    def _names(self, name: str) -> set[str]:
        texts = self._all(Spot({"Ref": name}, (), {}))
        for attribute in ("Arn", "TopicArn", "PolicyArn"):
            texts |= self._all(Spot({"Fn::GetAtt": [name, attribute]}, (), {}))
        return texts

    def _all(self, spot: Spot) -> set[str]:
        """The texts that a reference may be, in lists too; nothing where that is not known."""
        key = (spot.path, tuple(sorted(spot.guards.items())))
        if spot.path and key in self._known:
            return self._known[key]

        def body(choices: Choices) -> list[Any]:
            value = Resolver(self._view, choices).value(spot.raw, spot.path)
            return [value] if isinstance(value, str) else value if isinstance(value, list) else []

        found: set[str] = set()
        try:
            for _, result in explore(self._conditions, spot.guards, body, _LIMIT):
                if not isinstance(result, Unresolvable):
                    found |= {text for text in result if isinstance(text, str)}
        except TooManyVariants:
            pass
        if spot.path:
            self._known[key] = found
        return found
