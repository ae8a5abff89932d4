"""What several rules ask about a design, worked out once per design."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cfn_table.design.design import Design, EntityView, Policy
from cfn_table.design.items import InvalidItem, Item, ItemProblem, complete_item
from cfn_table.design.memory import once_per_design
from cfn_table.design.model import AccessPattern, Grant, PatternBase, TransactionPart
from cfn_table.design.requests import TRANSACTIONS, Request, Underivable, derive
from cfn_table.design.rules.violation import Violation

T = TypeVar("T")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an access pattern has no request; the fields are those of `Violation`."""

    law: str
    violation: Violation


@once_per_design
def outcomes(design: Design) -> Mapping[str, tuple[Request, ...] | Refusal]:
    """Access pattern → its requests, or why there are none."""
    return {name: _outcome(design, name) for name in design.file.access_patterns}


def _outcome(design: Design, name: str) -> tuple[Request, ...] | Refusal:
    try:
        return derive(design, name)
    except Underivable as error:
        path: Path = ("access_patterns", name)
        path += () if error.part is None else ("parts", error.part)
        path += (error.field,) if error.field else ()
        return Refusal(error.rule, Violation(f"access pattern `{name}`: {error}", path, error.help))


def breaches(design: Design, law: str) -> Iterator[Violation]:
    """A violation for every access pattern that has no request because of this law."""
    return (violation for _, violation in breaches_by_pattern(design, law))


def breaches_by_pattern(design: Design, law: str) -> Iterator[tuple[str, Violation]]:
    """The same, each with the pattern's name."""
    for name, outcome in outcomes(design).items():
        if isinstance(outcome, Refusal) and outcome.law == law:
            yield name, outcome.violation


def requests(design: Design) -> Iterator[tuple[str, Request]]:
    """Every access pattern that has requests, with each of them; of a transaction, with each of its parts."""
    for name, outcome in outcomes(design).items():
        for request in outcome if isinstance(outcome, tuple) else ():
            for part in request.parts if request.operation in TRANSACTIONS else (request,):
                yield name, part


def patterns_and_parts(design: Design) -> Iterator[tuple[str, Path, AccessPattern | TransactionPart]]:
    """Every access pattern and every part of a transaction: the pattern's name, its path, and what is written there."""
    for name, pattern in design.file.access_patterns.items():
        yield name, ("access_patterns", name), pattern
        for position, part in enumerate(pattern.parts):
            yield name, ("access_patterns", name, "parts", position), part


def views_of(design: Design, pattern: PatternBase) -> list[EntityView]:
    """The entities that a pattern names; of a Scan that names none, all that are in what it scans."""
    if pattern.entity or not isinstance(pattern, AccessPattern):
        return [design.entities[name] for name in pattern.entity]
    keys = design.keys_of(pattern.index)
    return [view for view in design.entities.values() if "Scan" in pattern.operation and view.is_in(keys)]


@dataclass(frozen=True, slots=True)
class Use:
    """One request that a policy allows.

    Attributes:
        policy: the policy.
        position: the index of the grant in `allow`.
        grant: the allowed pattern.
        bind: placeholder → variable, the policy's and the grant's own.
        request: the request; of a transaction, one of its parts.
    """

    policy: Policy
    position: int
    grant: Grant
    bind: Mapping[str, str]
    request: Request

    @property
    def action(self) -> str:
        """The IAM action that it needs, without its prefix."""
        return "ConditionCheckItem" if self.request.operation == "ConditionCheck" else self.request.operation

    @property
    def path(self) -> Path:
        """Where the policy's file allows it."""
        return ("allow", self.position)


@once_per_design
def uses(design: Design) -> tuple[Use, ...]:
    """Everything that the policies allow, in their order; patterns without a request are left out."""
    found: list[Use] = []
    for policy in design.policies:
        for position, grant in enumerate(policy.file.allow):
            outcome = outcomes(design)[grant.pattern]
            bind = {**policy.file.bind, **grant.bind}
            for request in outcome if isinstance(outcome, tuple) else ():
                parts = request.parts if request.operation in TRANSACTIONS else (request,)
                found += [Use(policy, position, grant, bind, part) for part in parts]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample item: its entity, where it is, and the stored item, or else what is wrong with it."""

    view: EntityView
    path: Path
    item: Item | None
    problems: tuple[ItemProblem, ...] = ()


@once_per_design
def samples(design: Design) -> tuple[Sample, ...]:
    """Every sample item."""
    found = []
    for name, view in design.entities.items():
        for position, raw in enumerate(view.entity.samples):
            path: Path = ("entities", name, "samples", position)
            try:
                found.append(Sample(view, path, complete_item(design, name, raw)))
            except InvalidItem as error:
                found.append(Sample(view, path, None, error.problems))
    return tuple(found)


def a(word: str) -> str:
    """A word of the design language with its article: `a map`, `an epoch`."""
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"


def listed(names: Iterable[object], word: str = "and") -> str:
    """At least one name, in backticks, as a sentence lists them."""
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} {word} {last}" if most else last
