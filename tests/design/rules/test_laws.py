"""Laws of the rules as a whole, over generated designs: they never fail, and what they let pass can be built."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cfn_table.design.design import Design
from cfn_table.design.items import InvalidItem, complete_item
from cfn_table.design.load import load_design
from cfn_table.design.requests import derive
from cfn_table.design.rules import check_design
from cfn_table.errors import InputError
from cfn_table.findings import Severity
from cfn_table.project import Project
from cfn_table.synth.template import synthesize, to_plain

KINDS: dict[str, Any] = {
    "a": "string",
    "b": "string",
    "plan": ["x", "y"],
    "count": "number",
    "at": "epoch",
    "tags": "string_set",
    "tree": "map",
    "blob": "binary",
    "flag": "boolean",
}
TYPES = st.sampled_from(["string", "number", "epoch", "string_set", "map", "binary", "boolean", "any", "date"])
NAMES = st.sampled_from([*KINDS, "kind", "GSI1PK"])
PIECES = st.sampled_from(
    ["A", "#", "A#", "{a}", "{b}", "{count}", "{count:05}", "{tags}", "{a:lower}", "{k}", "{plan}"]
)
SCALARS = st.sampled_from(["x", "1", "{a}", "{p}", "true", "a#b", ""])
SORT_KEYS = ["SK#{rest}", "A#{a}", "A#{a}#", "A#", "{at}", "META", "{free}"]
PATTERN_FIELDS = ("returns", "filter", "set", "add", "remove", "condition", "sort_key", "order", "limit", "index")


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Now and then something odd: a design that is odd everywhere breaks one law and says nothing of the others."""
    return st.sampled_from([True] * 12 + [False]).flatmap(lambda sound: usual if sound else odd)


def templates(*sound: str) -> st.SearchStrategy[str]:
    """Mostly one of these templates, else anything."""
    return mostly(st.sampled_from(sound), st.lists(PIECES, min_size=1, max_size=4).map("".join))


def attributes(draw: st.DrawFn) -> dict[str, Any]:
    """All attributes, mostly of their usual types, those that keys hold seldom optional."""
    found = {}
    for name, kind in KINDS.items():
        optional = (
            draw(st.booleans())
            if name not in ("a", "b", "count", "at")
            else draw(mostly(st.just(False), st.just(True)))
        )
        found[f"{name}?" if optional else name] = draw(mostly(st.just(kind), TYPES))
    return found


def entity(draw: st.DrawFn, letter: str) -> dict[str, Any]:
    """Keys that mostly begin with a letter of their own, attributes, a type, samples."""
    keys = {
        "PK": draw(templates(f"{letter}#{{a}}", "A#{a}", f"{letter}#{{a}}#{{b}}")),
        "SK": draw(templates("SK#{b}", "META", "A#{a}", f"{letter}#{{count:05}}", "K#{k}", f"P#{{plan}}#{letter}")),
    }
    if draw(st.booleans()):
        keys[draw(st.sampled_from(["GSI1PK", "GSI1PK?"]))] = draw(templates(f"{letter}#{{b}}", "PLAN#{plan}"))
        keys["GSI1SK"] = draw(templates("SK#{b}", "META", f"{letter}#{{a}}"))
    value = {
        "a": "a1",
        "b": "b1",
        "plan": "x",
        "count": "5",
        "at": "1",
        "k": "k1",
        "tags": ["t"],
        "tree": {},
        "flag": "true",
    }
    sample = {**value, "blob": "AA=="}
    odd = st.dictionaries(NAMES, SCALARS, max_size=3).map(lambda change: {**sample, **change})
    found = {"keys": keys, "attributes": attributes(draw), "samples": draw(st.just([]) | st.lists(odd, max_size=1))}
    found["type"] = draw(mostly(st.just(letter), st.just("X")))
    return found


def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """A filter or condition."""
    sound = st.sampled_from(
        [{"plan": "x"}, {"count": {"gt": "5"}}, {"b": {"begins_with": "x"}}, {"tags": {"contains": "t"}}]
    )
    tests = SCALARS | st.dictionaries(
        st.sampled_from(["gt", "begins_with", "contains", "in"]), SCALARS, min_size=1, max_size=1
    )
    odd = st.dictionaries(NAMES | st.sampled_from(["tree.x", "nothing", "PK"]), tests, min_size=1, max_size=2)
    found: dict[str, Any] = draw(mostly(sound, odd))
    return found


def field(draw: st.DrawFn, name: str) -> Any:
    """A value of an access pattern's field."""
    if name in ("filter", "condition"):
        return conditions(draw)
    usual: dict[str, st.SearchStrategy[Any]] = {
        "returns": st.lists(st.sampled_from(["a", "b", "plan", "PK"]), min_size=1, max_size=3, unique=True),
        "set": st.sampled_from([["plan"], {"plan": "x"}, ["b", "plan"], {"flag": "true"}, {"count": "{n}"}]),
        "add": st.sampled_from([{"count": "1"}, {"tags": ["t"]}]),
        "remove": st.sampled_from([["blob"], ["tree"]]),
        "sort_key": st.just("any")
        | st.tuples(st.sampled_from(["equals", "begins_with", "gt", "gte", "lte"]), st.sampled_from(SORT_KEYS)).map(
            lambda pair: {pair[0]: pair[1]}
        ),
        "order": st.just("descending"),
        "limit": st.sampled_from(["5", "{size}"]),
        "index": st.sampled_from(["GSI1", "LSI1"]),
    }
    odd = st.lists(NAMES, min_size=1, max_size=2) if name in ("returns", "set", "remove") else usual[name]
    return draw(mostly(usual[name], odd))


TAKES = {
    "GetItem": ("returns",),
    "PutItem": ("condition",),
    "UpdateItem": ("set", "add", "remove", "condition"),
    "DeleteItem": ("condition",),
    "Query": ("returns", "filter", "sort_key", "order", "limit", "index"),
    "Scan": ("returns", "filter", "index"),
    "BatchGetItem": ("returns",),
    "BatchWriteItem": (),
}


def pattern(draw: st.DrawFn) -> dict[str, Any]:
    """An access pattern, mostly with fields that its operation takes."""
    operation = draw(st.sampled_from([*TAKES, "Query", "Query", "TransactWriteItems", "TransactGetItems"]))
    if operation.startswith("Transact"):
        actions = (
            ["GetItem"]
            if operation == "TransactGetItems"
            else ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheck"]
        )
        parts = [
            {
                "operation": draw(st.sampled_from(actions)),
                "entity": name,
                "with": {"a": draw(st.sampled_from(["{x}", "a1", "a#b"]))},
            }
            for name in draw(st.sampled_from([["one"], ["one", "two"], ["one", "one"]]))
        ]
        return {"operation": operation, "parts": parts}
    found: dict[str, Any] = {
        "operation": operation,
        "entity": draw(st.sampled_from(["one", "one", "two", ["one", "two"]])),
    }
    possible = draw(mostly(st.just(TAKES[operation]), st.just(PATTERN_FIELDS)))
    for name in draw(st.lists(st.sampled_from(possible), max_size=2, unique=True)) if possible else ():
        found[name] = field(draw, name)
    return found


def policy_file(draw: st.DrawFn) -> dict[str, Any]:
    """A policy, perhaps bound, perhaps limited to attributes."""
    found: dict[str, Any] = {"policy": "p", "allow": draw(st.sampled_from([["first"], ["first", "second"]]))}
    if draw(st.booleans()):
        found["bind"] = {
            draw(st.sampled_from(["a", "b"])): draw(st.sampled_from(["${aws:PrincipalTag/a}", "x", "a#b", "${"]))
        }
    if draw(st.booleans()):
        found["attributes"] = {
            "one": draw(st.lists(st.sampled_from(["a", "b", "plan", "count"]), max_size=4, unique=True))
        }
    return found


@st.composite
def designs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A design as JSON writes it, and perhaps a policy."""
    projection = mostly(st.just("all"), st.sampled_from(["keys_only", {"include": ["a", "count"]}]))
    table: dict[str, Any] = {
        "key": draw(mostly(st.just({"partition": "PK", "sort": "SK"}), st.just({"partition": "PK"})))
    }
    table["type_attribute"] = draw(mostly(st.just("kind"), st.just("none")))
    odd: dict[str, Any] = {
        "billing": "PROVISIONED",
        "time_to_live": draw(st.sampled_from(["at", "b"])),
        "delimiter": draw(st.sampled_from(["##", "|"])),
        "replicas": ["us-east-1", "us-west-2"],
        "consistency": "STRONG",
        "on_delete": "delete",
    }
    for name in draw(mostly(st.just([]), st.lists(st.sampled_from(list(odd)), max_size=2, unique=True))):
        table[name] = odd[name]
    indexes = [
        {"name": "GSI1", "key": {"partition": "GSI1PK", "sort": "GSI1SK"}, "projection": draw(projection)},
        {"name": "LSI1", "local": True, "key": {"partition": "PK", "sort": "at"}, "projection": draw(projection)},
    ]
    design = {
        "design": "d",
        "version": "1.0.0",
        "table": table,
        "indexes": indexes,
        "key_only": {"k": draw(st.sampled_from(["string", {"pattern": ".+"}, {"pattern": "(?=a).+"}]))},
        "entities": {"one": entity(draw, "A"), "two": entity(draw, "B")},
        "access_patterns": {"first": pattern(draw), "second": pattern(draw)},
    }
    return design, policy_file(draw) if draw(st.booleans()) else None


def read(design: dict[str, Any], policy: dict[str, Any] | None) -> Design | None:
    """The design, or None where a name refers to nothing or the language refuses it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "d.yaml").write_text(json.dumps(design), encoding="utf-8")
        if policy is not None:
            (folder / "policies" / "d").mkdir(parents=True)
            (folder / "policies" / "d" / "p.yaml").write_text(json.dumps(policy), encoding="utf-8")
        try:
            return load_design(folder / "d.yaml", project=Project(folder), environment={})
        except InputError:
            return None


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], max_examples=120)
@given(designs())
def test_what_the_rules_let_pass_can_be_built(drawn: tuple[dict[str, Any], dict[str, Any] | None]) -> None:
    """The rules never fail; without an error, every pattern has its requests, and the template can be made."""
    design = read(*drawn)
    assume(design is not None)
    assert design is not None
    errors = [each for each in check_design(design) if each.severity is Severity.ERROR]
    assert all(each.location is not None and each.location.line for each in errors)
    if not errors:
        assert all(derive(design, name) for name in design.file.access_patterns)
        assert to_plain(synthesize(design))["Resources"]


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], max_examples=60)
@given(designs(), st.data())
def test_items_of_two_entities_never_meet(
    drawn: tuple[dict[str, Any], dict[str, Any] | None], data: st.DataObject
) -> None:
    """Where two items of different entities have the same key, the rule has said so, or that it does not know."""
    design = read(*drawn)
    assume(design is not None)
    assert design is not None
    raws = [data.draw(st.fixed_dictionaries(dict(values(design, name))), label=name) for name in ("one", "two")]
    try:
        one, two = (complete_item(design, name, raw) for name, raw in zip(("one", "two"), raws, strict=True))
    except InvalidItem:
        return
    if one.key == two.key and None not in one.key:
        found = [each.rule for each in check_design(design)]
        assert "entities-never-share-a-key" in found or "key-attributes-have-one-type" in found


def values(design: Design, entity: str) -> Iterator[tuple[str, st.SearchStrategy[Any]]]:
    """For each attribute and key-only placeholder of the entity, values of its type."""
    of_type: dict[str, st.SearchStrategy[Any]] = {
        "number": st.sampled_from(["0", "1", "12"]),
        "epoch": st.sampled_from(["0", "1"]),
        "boolean": st.just("true"),
        "binary": st.sampled_from(["AA==", "AAE="]),
        "date": st.just("2024-01-01"),
        "string_set": st.just(["x"]),
        "map": st.just({}),
    }
    view = design.entities[entity]
    used = {name for template in view.templates.values() for name in template.placeholders}
    for name, domain in view.domains.items():
        if name in view.attributes or name in used:
            texts = of_type.get(domain.type, st.sampled_from(["a", "b", "A", "a#b", "1"]))
            yield name, st.sampled_from(domain.values) if domain.values else texts
