"""What the function sends is what cfn-table derives, for everything that the design language can say."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from cfn_table.design.design import Design
from cfn_table.design.generated_names import snake_case
from cfn_table.design.keys import Domain, ValueRefused
from cfn_table.design.load import load_design
from cfn_table.design.requests import Names, call_parameters, derive, stored_item
from cfn_table.emit.consumer import sample_event
from cfn_table.emit.consumer.events import application_view, plain
from cfn_table.emit.consumer.functions import Module
from cfn_table.emit.consumer.handler import handler_code
from cfn_table.emit.consumer.kinds import argument_kinds
from cfn_table.emit.consumer.readers import Kind
from cfn_table.emit.queries.calls import index_variables
from cfn_table.emit.samples import sample_inputs
from cfn_table.emit.types.calls import calls_of
from cfn_table.prove.choices import Choices
from cfn_table.prove.items import Builder
from tests.engines.install import ROOT
from tests.projects import NAMES

GRAMMAR = {path.stem: path for path in sorted((ROOT / "tests" / "prove" / "designs").glob("*.yaml"))}
"""Designs that use every construct of access patterns."""

EVERY = (*NAMES, "kv-storage", "hurting", *GRAMMAR)
ANSWERS: dict[str, Any] = {"Items": [], "UnprocessedKeys": {}, "UnprocessedItems": {}}


@dataclass
class Sent:
    """The function of all access patterns of a design, whose requests reach no service.

    Attributes:
        design: the design.
        made: what the function is made of.
        code: its module's text.
        module: its module.
        requests: operation and body of each request.
    """

    design: Design
    made: Module
    code: str
    module: dict[str, Any] = field(default_factory=dict)
    requests: list[tuple[str, Any]] = field(default_factory=list)

    def listen(self, client: Any) -> None:
        """Keep what a client sends, and answer it with nothing."""
        client.meta.events.register("before-call.dynamodb", self._keep)

    def _keep(self, model: Any, params: Any, **_: Any) -> Any:
        body = json.loads(params["body"])
        body.pop("ClientRequestToken", None)  # botocore makes one for each transaction
        self.requests.append((model.name, in_order(body)))
        answer = {**ANSWERS, "Responses": {} if model.name == "BatchGetItem" else []}
        return SimpleNamespace(status_code=200), answer


def in_order(value: Any) -> Any:
    """A body with one text for each number and one order of each set."""
    if isinstance(value, list):
        return [in_order(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((kind, inner),) = value.items()
        if kind == "N":
            return {"N": Decimal(inner)}
        if kind == "NS":
            return {"NS": sorted(map(Decimal, inner))}
        if kind in ("SS", "BS"):
            return {kind: sorted(inner)}
    return {name: in_order(each) for name, each in value.items()}


@pytest.fixture
def sent(
    request: pytest.FixtureRequest, designs: dict[str, Design], hurting: Design, monkeypatch: pytest.MonkeyPatch
) -> Sent:
    """The function of one design."""
    design = hurting if request.param == "hurting" else designs.get(request.param)
    design = design or load_design(GRAMMAR[request.param], environment={})
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("TABLE_NAME", "the-table")
    for ref, variable in index_variables(design).items():
        monkeypatch.setenv(variable, f"index-{ref}")
    code, made = handler_code(design, calls_of(design), '"""All of it."""', stream=False, bound=False)
    found = Sent(design, made, code, {"__name__": "index"})
    exec(compile(code, "index.py", "exec"), found.module)
    found.listen(found.module["table"].meta.client)
    return found


@pytest.mark.parametrize("sent", EVERY, indirect=True)
def test_every_event_sends_its_request(sent: Sent) -> None:
    """Called with values of the samples, each function sends just what `call_parameters` gives."""
    design = sent.design
    client = boto3.client("dynamodb", region_name="us-east-1")
    sent.listen(client)
    names = Names("the-table", {ref: f"index-{ref}" for ref in design.indexes})
    for offer in sent.made.offers:
        name = offer.call.pattern
        (request,) = [each for each in derive(design, name) if each.operation == offer.call.operation]
        inputs = sample_inputs(design, design.pattern(name), request)
        answer = sent.module["handler"](json.loads(json.dumps(sample_event(design, offer))), None)
        assert ["result"] == list(answer), (offer.name, answer)
        getattr(client, snake_case(request.operation))(**call_parameters(design, request, inputs, names))
        by_function, by_hand = sent.requests
        assert by_hand == by_function, offer.name
        sent.requests.clear()


@pytest.mark.parametrize("sent", EVERY, indirect=True)
def test_items_are_stored_as_the_design_says(sent: Sent) -> None:
    """Also the items that are easily taken for others: the longest keys, other scripts, prefixes of each other."""
    design, module = sent.design, sent.module
    entities = {each.entity for offer in sent.made.offers for each in offer.call.items}
    for item in Builder(design, Choices(design), 1).dataset(sorted(entities)):
        name = next(each for each in sent.made.shapes if each.removesuffix("_") == item.entity.upper())
        given = json.loads(json.dumps(plain(application_view(design, item))))
        store = module.get(f"stored_{item.entity}", dict)
        made = store(module["read"](given, module[name], "item"))
        assert in_order(encoded(stored_item(design, item))) == in_order(encoded(wire(made))), item


@pytest.mark.parametrize("sent", EVERY, indirect=True)
def test_what_no_key_can_hold_is_refused(sent: Sent) -> None:
    """A text is refused just where the key templates refuse it, before anything is sent."""
    delimiter = sent.design.file.table.delimiter
    texts = ["", "a", f"a{delimiter}b", delimiter, "0", "free", "\n", "A b", "é", "x" * 300]
    for offer in sent.made.offers:
        event = sample_event(sent.design, offer)
        for name, kind in argument_kinds(sent.design, offer.call).items():
            if not isinstance(kind, Kind) or not kind.in_key or kind.type != "string" or kind.width:
                continue
            for text in texts:
                changed = {**event, "parameters": {**event["parameters"], name: text}}
                answer = sent.module["handler"](changed, None)
                assert is_refused(kind, text) == ("error" in answer), (offer.name, name, text)


def is_refused(kind: Kind, text: str) -> bool:
    """Whether a key template takes no such text."""
    try:
        Domain(kind.type, kind.pattern, kind.values, kind.delimiter).text_of(text)
    except ValueRefused:
        return True
    return False


def wire(made: dict[str, Any]) -> dict[str, Any]:
    """An item as boto3's resources send it."""
    from boto3.dynamodb.types import TypeSerializer

    return {name: TypeSerializer().serialize(value) for name, value in made.items()}


def encoded(value: Any) -> Any:
    """A value in the API's form with base64 for bytes."""
    if isinstance(value, dict):
        return {name: encoded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [encoded(each) for each in value]
    is_binary = isinstance(value, bytes) or hasattr(value, "value")
    return base64.b64encode(bytes(getattr(value, "value", value))).decode() if is_binary else value


@pytest.mark.parametrize("sent", EVERY, indirect=True)
def test_the_code_of_every_construct_is_laid_out_as_ruff_does(sent: Sent) -> None:
    """And nothing in it is unused."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    for options in (["format"], ["check", "--select", "B,E4,E7,E9,F,I,UP"]):
        done = subprocess.run(
            [ruff, *options, "--isolated", "--line-length", "80", "-"],
            input=sent.code.encode(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert 0 == done.returncode, done.stdout.decode()
        assert options != ["format"] or sent.code == done.stdout.decode()
