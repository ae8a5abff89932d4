"""Pairs of small policies, and all requests of a small universe, for hypothesis.

The alphabets are small, so that statements overlap often, and the universe is rich enough to tell any two such policies
apart that differ: it has texts for each way in which the patterns can meet.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st

from cfn_table.access import Effect, Outcome, Policy, Request, Statement
from cfn_table.access.evaluate import judge, statement_matches
from cfn_table.access.request import Values

Document = dict[str, Any]

ACTIONS: Final = ("s:a", "s:b", "s:*", "s:a*", "s:?b", "*", "S:A")
RESOURCES: Final = ("a", "b", "ab", "a*", "*b", "?", "*", "a?", "*a*")
WITH_VARIABLES: Final = ("${aws:username}", "a${aws:username}", "${aws:username}*", "a/${aws:username}", "*")
TEXTS: Final = ("a", "b", "ab", "a*", "?", "*b", "*")
NUMBERS: Final = ("1", "2", "2.5")
NETWORKS: Final = ("10.0.0.0/8", "10.1.0.0/16", "192.168.0.1")

USED_ACTIONS: Final = ("s:a", "s:b", "s:ab", "s:bb", "s:c", "t:a", "t:b")
USED_RESOURCES: Final = ("a", "b", "c", "ab", "ac", "cb", "cc", "aab", "ba", "cac", "acb", "bb", "aa", "acc", "ccb")
WITH_SLASH: Final = ("a/", "a/a", "a/b", "a/c", "a/ab", "a/cb", "b/a")
NAMES: Final = (None, "a", "b", "c", "ab", "ca", "cb", "")
SINGLE: Final[tuple[Values | None, ...]] = (None, "", "a", "b", "c", "ab", "ac", "cb", "cc")
SEVERAL: Final[tuple[Values | None, ...]] = (
    None,
    (),
    *((text,) for text in ("a", "b", "c", "ab", "ac", "cb", "cc")),
    *itertools.combinations(("a", "b", "c", "ab", "ac", "cb", "cc"), 2),
    ("a", "b", "cc"),
    ("ab", "ac", "cb"),
    ("a", "ab", "cc"),
    ("a", "ab", "b", "ac", "cb", "c", "cc"),
)
COUNTS: Final = (None, "0", "1", "1.5", "2", "2.25", "2.5", "3", "x")
FLAGS: Final = (None, "true", "false", "x")
ADDRESSES: Final = (None, "10.0.0.1", "10.1.0.1", "192.168.0.1", "203.0.113.1", "x")

KEYS: Final[dict[str, tuple[Values | None, ...]]] = {
    "s:text": SINGLE,
    "s:texts": SEVERAL,
    "s:count": COUNTS,
    "s:flag": FLAGS,
    "s:address": ADDRESSES,
    "aws:username": NAMES,
}
"""Context key → its values in the universe."""


def _listed(elements: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(elements, min_size=1, max_size=2, unique=True)


@st.composite
def conditions(draw: st.DrawFn, *, variables: bool, keys: tuple[str, ...]) -> Document:
    """One test."""
    key = draw(st.sampled_from(keys))
    if draw(st.integers(0, 9)) == 0:
        return {"Null": {key: draw(st.sampled_from(["true", "false"]))}}
    if_exists = draw(st.sampled_from(["", "", "IfExists"]))
    texts = _listed(st.sampled_from((*TEXTS, "${aws:username}", "a${aws:username}") if variables else TEXTS))
    if key in ("s:text", "s:texts", "aws:username"):
        names = ["StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringEqualsIgnoreCase"]
        quantifier = draw(st.sampled_from(["ForAllValues:", "ForAnyValue:"])) if key == "s:texts" else ""
        operator, values = quantifier + draw(st.sampled_from(names)), draw(texts)
    elif key == "s:count":
        names = ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"]
        operator, values = draw(st.sampled_from(names)), draw(_listed(st.sampled_from(NUMBERS)))
    elif key == "s:flag":
        operator, values = "Bool", draw(_listed(st.sampled_from(["true", "false"])))
    else:
        operator = draw(st.sampled_from(["IpAddress", "NotIpAddress"]))
        values = draw(_listed(st.sampled_from(NETWORKS)))
    return {operator + if_exists: {draw(st.sampled_from([key, key.upper()])): values}}


@st.composite
def statements(draw: st.DrawFn, *, variables: bool, keys: tuple[str, ...]) -> Document:
    """One statement: an Allow more often than a Deny."""
    texts = WITH_VARIABLES + RESOURCES if variables else RESOURCES
    action = draw(st.sampled_from(["Action"] * 5 + ["NotAction"]))
    resource = draw(st.sampled_from(["Resource"] * 5 + ["NotResource"]))
    found: Document = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        action: draw(_listed(st.sampled_from(ACTIONS))),
        resource: draw(_listed(st.sampled_from(texts))),
    }
    condition: Document = {}
    for test in draw(st.lists(conditions(variables=variables, keys=keys), max_size=2)):
        for operator, of_keys in test.items():
            condition.setdefault(operator, {}).update(of_keys)
    return found | ({"Condition": condition} if condition else {})


def documents(
    *, variables: bool = False, keys: tuple[str, ...] = ("s:text", "s:texts", "s:count", "s:flag", "s:address")
) -> st.SearchStrategy[Document]:
    """One policy document with up to three statements."""
    return st.lists(statements(variables=variables, keys=keys), min_size=1, max_size=3).map(
        lambda found: {"Version": "2012-10-17", "Statement": found}
    )


@st.composite
def pairs(draw: st.DrawFn, *, variables: bool) -> tuple[Document, Document]:
    """Two policies that test at most two keys; the second is often the first with a change."""
    names = tuple(draw(st.lists(st.sampled_from(sorted(set(KEYS) - {"aws:username"})), min_size=1, max_size=2)))
    names = tuple(dict.fromkeys((*names, "aws:username") if variables else names))
    first = draw(documents(variables=variables, keys=names))
    if draw(st.booleans()):
        return first, draw(documents(variables=variables, keys=names))
    changed = list(first["Statement"])
    changed[draw(st.integers(0, len(changed) - 1))] = draw(statements(variables=variables, keys=names))
    return first, first | {"Statement": changed}


def policy(document: Document, name: str = "policy") -> Policy:
    """The document, read."""
    return Policy.from_document(document, name)


def differing(old: Document, new: Document) -> dict[bool, Request]:
    """Requests of the universe that only the new policy allows (True), and only the old one (False), if there are any.

    All requests are looked at, but those that the same statements match are not asked for twice.
    """
    sides = policy(old), policy(new)
    rows = [(side, statement) for side in sides for statement in side.statements]
    text = repr((old, new)).lower()
    keys = [key for key in KEYS if key in text and key != "aws:username"]
    resources = (*USED_RESOURCES, *WITH_SLASH) if "${" in text else USED_RESOURCES
    found: dict[bool, Request] = {}
    for name in NAMES if "aws:username" in text else (None,):
        fixed: dict[str, Values] = {} if name is None else {"aws:username": name}
        parts: list[dict[int, Values | None]] = [
            {_mask(rows, Request(each, "", fixed), "action"): each for each in USED_ACTIONS},
            {_mask(rows, Request("", each, fixed), "resource"): each for each in resources},
            {_mask(rows, Request("", "", fixed), "aws:username"): None},
        ]
        for key in keys:
            contexts = {value: fixed if value is None else {**fixed, key: value} for value in KEYS[key]}
            parts.append({_mask(rows, Request("", "", context), key): value for value, context in contexts.items()})
        for masks in itertools.product(*parts):
            action, resource, _, *values = (part[mask] for part, mask in zip(parts, masks, strict=True))
            allowed = [_allows(rows, side, masks) for side in sides]
            if allowed[0] == allowed[1] or allowed[1] in found:
                continue
            context = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
            request = Request(str(action), str(resource), {**fixed, **context})
            judged = [judge([side], request) is Outcome.ALLOW for side in sides]
            assert judged == allowed, "the universe contradicts the evaluator"
            found[allowed[1]] = request
    return found


Rows = list[tuple[Policy, Statement]]


def _mask(rows: Rows, request: Request, part: str) -> int:
    """The statements that one part of a request does not rule out: what the evaluator says of that part alone."""
    mask = 0
    for at, (side, statement) in enumerate(rows):
        alone = replace(
            statement,
            actions=statement.actions if part == "action" else ("*",),
            actions_excluded=statement.actions_excluded and part == "action",
            resources=statement.resources if part == "resource" else None,
            resources_excluded=statement.resources_excluded and part == "resource",
            tests=tuple(test for test in statement.tests if test.key == part),
        )
        mask |= bool(statement_matches(side, alone, request)) << at
    return mask


def _allows(rows: Rows, side: Policy, masks: Iterable[int]) -> bool:
    together = -1
    for mask in masks:
        together &= mask
    effects = {row.effect for at, (owner, row) in enumerate(rows) if owner is side and together >> at & 1}
    return effects == {Effect.ALLOW}
