"""Statements in a form in which those that mean the same look the same, as far as that takes no search.

A statement that names several actions or resources is several statements with one each; so is one whose
`ForAllValues` test names several patterns of a key that has one value. Policies that are written differently, merged or
split, are often equal in this form; where they are not, `cfn_table.access.compare` decides.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cfn_table.access.actions import has_one_value
from cfn_table.access.operators import Kind
from cfn_table.access.policy import ConditionTest, Quantifier, Statement

MAX_PARTS: Final = 20_000
"""How many statements may become of those given; beyond, each is one part."""

MAX_ELEMENTS: Final = 2_000
"""How many pairs of an action and a resource a statement may have to be split."""

MAX_SPLIT: Final = 100
"""How many combinations of values the tests of a statement may have to be split."""


@dataclass(frozen=True, slots=True)
class Part:
    """A statement with one action, one resource, and a value for each key that has one.

    Attributes:
        statement: without the parts that its other attributes name, and without names.
        has_variables: whether its policy's language has variables.
    """

    statement: Statement
    has_variables: bool


def parts_of(statements: Sequence[tuple[Statement, bool]]) -> frozenset[Part]:
    """The parts of statements, each given with whether its policy's language has variables."""
    found: set[Part] = set()
    for statement, has_variables in statements:
        for part in _split(statement) if len(found) < MAX_PARTS else (statement,):
            found.add(Part(part, has_variables))
    return frozenset(found)


def _split(statement: Statement) -> Iterator[Statement]:
    actions = sorted({action.lower() for action in statement.actions})
    resources = None if statement.resources is None else sorted(set(statement.resources))
    if len(actions) * len(resources or ()) > MAX_ELEMENTS:
        yield replace(statement, actions=tuple(actions), resources=tuple(resources or ()))
        return
    for action in [actions] if statement.actions_excluded else [[action] for action in actions]:
        one_action = "" if statement.actions_excluded or "*" in action[0] or "?" in action[0] else action[0]
        for tests in _tests(statement.tests, one_action):
            plain = replace(statement, actions=tuple(action), tests=tests)
            if resources is None or statement.resources_excluded:
                yield replace(plain, resources=None if resources is None else tuple(resources))
                continue
            for resource in resources:
                yield replace(plain, resources=(resource,))


def _tests(tests: Sequence[ConditionTest], action: str) -> Iterator[tuple[ConditionTest, ...]]:
    """The tests, sorted, in all ways to keep one value of each that may be split."""
    plain = {replace(test, values=tuple(sorted(set(test.values)))) for test in tests}
    ordered = sorted(
        plain, key=lambda test: (test.key, repr(test.operator), test.unknown, test.quantifier, test.values)
    )
    splits = [_can_be_split(test, action) for test in ordered]
    if math.prod(len(test.values) for test, split in zip(ordered, splits, strict=True) if split) > MAX_SPLIT:
        splits = [False] * len(ordered)
    yield from itertools.product(
        *(
            [replace(test, values=(value,)) for value in test.values] if split else [test]
            for test, split in zip(ordered, splits, strict=True)
        )
    )


def _can_be_split(test: ConditionTest, action: str) -> bool:
    """Whether one of the values must match, and no more than one value is compared with them."""
    operator = test.operator
    if operator is None or operator.negated or operator.kind is Kind.NULL or not test.values:
        return False
    return test.quantifier is not Quantifier.ALL or has_one_value(action, test.key)
