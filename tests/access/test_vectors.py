"""The evaluator of policies agrees with AWS's documentation, vector by vector (see `vectors/README.md`)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parent / "vectors"
TOPICS = sorted(path.stem for path in VECTORS.glob("*.json"))
EFFECTS = {"Allow", "ExplicitDeny", "ImplicitDeny"}
SOURCES = ("https://docs.aws.amazon.com/", "https://www.w3.org/TR/NOTE-datetime")
CASE = {"name", "source", "because", "identity", "requests"}
OPTIONAL = {"resource", "boundary", "principal"}
REQUEST = {"action", "resource", "expected"}

Document = dict[str, Any]


@dataclass(frozen=True)
class Vector:
    """One request, the policies that apply to it and the decision that the documentation demands."""

    topic: str
    id: str
    case: Document
    request: Document

    @property
    def principal(self) -> str:
        """Who asks: the ARN or the name of a service; the request's own before the case's."""
        principal = self.request.get("principal", self.case.get("principal", ""))
        if isinstance(principal, dict):
            (principal,) = principal.values()
        return str(principal)

    @property
    def context(self) -> dict[str, str | tuple[str, ...]]:
        """The keys of the request; a list is a multivalued key."""
        given: dict[str, str | list[str]] = self.request.get("context", {})
        return {key: value if isinstance(value, str) else tuple(value) for key, value in given.items()}


def cases(topic: str) -> list[Document]:
    """The cases of one file."""
    loaded: list[Document] = json.loads((VECTORS / f"{topic}.json").read_text("utf-8"))
    return loaded


def vectors() -> Iterator[Vector]:
    """Every request of every case."""
    for topic in TOPICS:
        for case in cases(topic):
            for number, request in enumerate(case["requests"], start=1):
                slug = case["name"].replace(" ", "-")
                yield Vector(topic, f"{topic}/{slug}/{number}-{request['expected']}", case, request)


ALL = list(vectors())


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector.id)
def test_decision_is_the_documented_one(vector: Vector) -> None:
    """A request is decided as the documentation of AWS says."""
    from cfn_table.access import Policy, Request, evaluate

    case, request = vector.case, vector.request

    def policies(kind: str) -> list[Policy]:
        given = case.get(kind, [])
        documents = given if isinstance(given, list) else [given]
        return [Policy.from_document(document, name=f"{kind}-{n}") for n, document in enumerate(documents, start=1)]

    decision = evaluate(
        Request(request["action"], request["resource"], vector.context, vector.principal),
        identity=policies("identity"),
        resource=policies("resource"),
        boundaries=policies("boundary"),
    )

    assert request["expected"] == decision.effect, f"{case['because']} ({case['source']})"


def test_there_are_enough_vectors() -> None:
    """The table holds at least 200 requests, each under an id of its own."""
    assert len(ALL) >= 200
    assert len(ALL) == len({vector.id for vector in ALL})


def test_names_of_cases_are_unique() -> None:
    """A name says which case failed, so no two cases share one."""
    names = Counter(case["name"] for topic in TOPICS for case in cases(topic))

    assert [] == [name for name, count in names.items() if count > 1]


@pytest.mark.parametrize("topic", TOPICS)
def test_every_case_has_the_documented_form(topic: str) -> None:
    """A case names its source, the rule that decides it, its policies and its requests, and nothing else."""
    for case in cases(topic):
        name = case["name"]
        assert CASE <= case.keys() <= CASE | OPTIONAL, name
        assert case["source"].startswith(SOURCES), name
        assert case["because"].strip(), name
        assert isinstance(case["identity"], list), name
        assert isinstance(case.get("resource", {}), dict), name
        assert isinstance(case.get("boundary", []), list), name
        assert case["requests"], name


@pytest.mark.parametrize("topic", TOPICS)
def test_every_request_has_the_documented_form(topic: str) -> None:
    """A request has an action, a resource and an expected effect; its keys hold a text or a list of texts."""
    for vector in ALL:
        if vector.topic != topic:
            continue
        request = vector.request
        assert REQUEST <= request.keys() <= REQUEST | {"context", "principal"}, vector.id
        assert request["expected"] in EFFECTS, vector.id
        assert ":" in request["action"], vector.id
        for value in vector.context.values():
            assert isinstance(value, str) or all(isinstance(one, str) for one in value), vector.id
        # A resource policy cannot be evaluated for nobody.
        assert vector.principal or "resource" not in vector.case, vector.id


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_allow_and_deny(topic: str) -> None:
    """A topic that only allows or only denies would pass with a constant answer."""
    effects = {request["expected"] for case in cases(topic) for request in case["requests"]}

    assert "Allow" in effects
    assert effects & {"ExplicitDeny", "ImplicitDeny"}


@pytest.mark.parametrize("topic", TOPICS)
def test_no_case_asks_the_same_twice(topic: str) -> None:
    """A repeated request would be counted twice and prove nothing more."""
    for case in cases(topic):
        asked = Counter(json.dumps(request, sort_keys=True) for request in case["requests"])
        assert [] == [request for request, count in asked.items() if count > 1], case["name"]
