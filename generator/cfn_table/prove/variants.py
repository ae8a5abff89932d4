"""Which documents a design's policy is made of where a template is deployed, under each combination of conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.access.policy import Policy
from cfn_table.access.proof import policy_of
from cfn_table.access.templates import FoundPolicy

MOST: Final = 256
"""The most combinations of one policy's documents that are looked at."""


class TooMany(Exception):
    """A policy's documents can be combined in more than `MOST` ways."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One combination of the documents that a policy is made of.

    Attributes:
        when: condition → its value, for those that were asked for.
        policies: the documents, in the order of the policy's parts.
    """

    when: Mapping[str, bool]
    policies: tuple[Policy, ...]

    @property
    def title(self) -> str:
        """How messages name it: with a space before it; empty where there is but one."""
        listed = ", ".join(f"`{name}` is {str(value).lower()}" for name, value in sorted(self.when.items()))
        return f" where {listed}" if listed else ""


def with_parameters(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The template with its conditions decided as far as the parameters decide them.

    A parameter that is not given has its default; what one of Systems Manager's holds is not known. Only conditions are
    changed: elsewhere a parameter stays a symbol, as it is one in the requests.
    """
    declared = template.get("Parameters", {})
    values = {name: each["Default"] for name, each in declared.items() if "Default" in each}
    values = {
        name: str(value)
        for name, value in (values | dict(parameters)).items()
        if name in declared and not str(declared[name].get("Type")).startswith("AWS::SSM::Parameter::Value")
    }
    return {**template, "Conditions": _filled_in(template.get("Conditions", {}), values)}


def _filled_in(raw: Any, values: Mapping[str, str]) -> Any:
    if isinstance(raw, Mapping):
        if len(raw) == 1 and isinstance(raw.get("Ref"), str) and raw["Ref"] in values:
            return values[raw["Ref"]]
        return {name: _filled_in(each, values) for name, each in raw.items()}
    if isinstance(raw, list):
        return [_filled_in(each, values) for each in raw]
    return raw


def variants_of(parts: Sequence[Sequence[FoundPolicy]]) -> list[Variant]:
    """Every combination of the parts' variants of which the conditions do not contradict each other.

    Known limits: that a part may be missing altogether under a condition which no other part asks for makes no
    combination of its own; cfn-table makes no such part.

    Raises:
        TooMany: there are more than `MOST`.
    """
    found: list[tuple[dict[str, bool], tuple[FoundPolicy, ...]]] = [({}, ())]
    for part in parts:
        longer = []
        for when, chosen in found:
            fitting = [each for each in part if all(when.get(name, value) is value for name, value in each.when)]
            longer += [(when | dict(each.when), (*chosen, each)) for each in fitting] or [(when, chosen)]
        found = longer
        if len(found) > MOST:
            raise TooMany
    return [Variant(when, tuple(map(policy_of, chosen))) for when, chosen in found if chosen]
