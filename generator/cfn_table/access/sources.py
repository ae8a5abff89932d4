"""The policies of a template, or of a policy document, by name; and what became of each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cfn_table.access.compare import Comparison, compare
from cfn_table.access.policy import Policy
from cfn_table.access.templates import FoundPolicy, find_policies
from cfn_table.errors import InputError
from cfn_table.findings import Location

ASKS_WHO = frozenset({"resource", "trust"})
"""The kinds of policies whose statements say for whom they are."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where policies are: a design, a template or a policy document.

    Attributes:
        name: as the user names it.
        policies: name → the documents that make up one policy (its parts).
        of_resources: names of those that belong to resources and say for whom they are.
        undecided: what in it could not be understood.
        is_document: whether it is one policy document, whose name says nothing but where it was.
    """

    name: str
    policies: Mapping[str, tuple[Policy, ...]]
    of_resources: frozenset[str] = frozenset()
    undecided: tuple[str, ...] = ()
    is_document: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One policy on both sides of a comparison.

    Attributes:
        policy: its name.
        before: whether the old side has it.
        after: whether the new side has it.
        comparison: what the new one is, seen from the old one.
    """

    policy: str
    before: bool
    after: bool
    comparison: Comparison


def source_of_document(name: str, document: Mapping[str, Any], shown: str) -> Source:
    """One policy document; `shown` is its file."""
    policy = Policy.from_document(document, Path(shown).stem, location=Location(shown))
    about_principals = any(statement.principals for statement in policy.statements)
    return Source(
        name, {policy.name: (policy,)}, frozenset({policy.name} if about_principals else ()), is_document=True
    )


def source_of_template(name: str, template: Mapping[str, Any], shown: str) -> Source:
    """Every policy of a template; `shown` is its file."""
    found = find_policies(template)
    policies: dict[str, list[Policy]] = {}
    of_resources = set()
    undecided = [f"{'/'.join(map(str, each.path))}: {each.reason}" for each in found.undecided]
    for each in found.policies:
        title = title_of(each)
        try:
            policy = Policy.from_document(each.document, title, location=Location(shown))
        except InputError as error:
            undecided.append(error.message)
            continue
        policies.setdefault(title, []).append(policy)
        if each.kind in ASKS_WHO:
            of_resources.add(title)
    return Source(
        name,
        {title: tuple(parts) for title, parts in policies.items()},
        frozenset(of_resources),
        tuple(undecided),
    )


def title_of(found: FoundPolicy) -> str:
    """How messages name a policy of a template: with its conditions, where it has variants."""
    if found.kind == "trust":
        return f"{found.name} (trust)"
    return f"{found.name} when {conditions_in_words(found.when)}" if found.when else found.name


def conditions_in_words(when: tuple[tuple[str, bool], ...]) -> str:
    """Conditions with their values: `IsProd is true, IsEU is false`."""
    return ", ".join(f"{condition} is {str(value).lower()}" for condition, value in when)


def compare_sources(old: Source, new: Source) -> Iterator[Change]:
    """The comparison of each policy that either side has, by name; two documents are two sides of one policy."""
    if old.is_document and new.is_document:
        (name,), (before,) = new.policies, old.policies.values()
        old = replace(old, policies={name: before}, of_resources=frozenset({name} if old.of_resources else ()))
    for name in sorted({*old.policies, *new.policies}):
        comparison = compare(
            old.policies.get(name, ()),
            new.policies.get(name, ()),
            asks_principal=name in old.of_resources | new.of_resources,
        )
        yield Change(name, name in old.policies, name in new.policies, comparison)
