"""Stacks and what may become of them, for hypothesis."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from tests.review.model import TYPES, Thing

Draw = Callable[[st.SearchStrategy[Any]], Any]
Stack = tuple[dict[str, Thing], dict[str, Any]]
"""Resources by logical id, and exports: name → a text, or `@Table` for what `Ref` of it gives."""

IDS: Final = ("First", "Second", "Third", "Fourth")
TABLE_FIELDS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "key": st.sampled_from([("PK", "SK"), ("PK",), ("PK", "RK")]),
    "types": st.dictionaries(st.sampled_from(["PK", "G1", "G2"]), st.just("N"), max_size=2),
    "global": st.dictionaries(
        st.sampled_from(["by-a", "by-b", "by-c"]),
        st.fixed_dictionaries(
            {"key": st.sampled_from(["G1", "G2"]), "projection": st.sampled_from(["ALL", "KEYS_ONLY"])}
        ),
        max_size=3,
    ),
    "local": st.dictionaries(
        st.just("local"),
        st.fixed_dictionaries({"key": st.just("L1"), "projection": st.sampled_from(["ALL", "KEYS_ONLY"])}),
    ),
    "expiry": st.none() | st.tuples(st.sampled_from(["ttl", "expires"]), st.booleans()),
    "stream": st.sampled_from([None, "NEW_IMAGE", "KEYS_ONLY"]),
    "protected": st.booleans(),
}
POLICY_FIELDS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "path": st.sampled_from(["/", "/team/"]),
    "description": st.sampled_from(["reads", "writes"]),
}
_FIELDS: Final[dict[str, dict[str, st.SearchStrategy[Any]]]] = {"table": TABLE_FIELDS, "policy": POLICY_FIELDS}
names: Final = st.sampled_from([None, "name-a", "name-b"])
unknown_names: Final = names | st.sampled_from([{"Fn::Sub": "name-${Stage}"}, {"Ref": "Stage"}])
_kept: Final = st.sampled_from([None, "Delete", "Retain"])


@st.composite
def things(draw: Draw, kinds: tuple[str, ...] = tuple(TYPES)[:-1], named: st.SearchStrategy[Any] = names) -> Thing:
    """A resource."""
    kind = draw(st.sampled_from(kinds))
    more = {name: draw(each) for name, each in _FIELDS.get(kind, {}).items()}
    return Thing(kind, draw(named), draw(_kept), draw(_kept), draw(st.sampled_from(["1", "2"])), more)


@st.composite
def stacks(draw: Draw, named: st.SearchStrategy[Any] = names) -> Stack:
    """A stack that can be there: no two resources of a kind have one name."""
    found: dict[str, Thing] = {}
    for name in IDS[: draw(st.integers(1, 3))]:
        found[name] = draw(things(named=named))
    return _sound(found), draw(_exports(found))


@st.composite
def changed(draw: Draw, stack: Stack, named: st.SearchStrategy[Any] = names) -> Stack:
    """A stack after some changes, few or many."""
    found, exports = dict(stack[0]), dict(stack[1])
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from([name for name in sorted(found) if found[name].kind != "reader"]))
        thing = found[name]
        match draw(
            st.sampled_from(["field", "field", "field", "own", "own", "own", "remove", "rename", "add", "export"])
        ):
            case "field":
                place = draw(st.sampled_from(["name", "deletion", "replace", "tag"]))
                value = draw({"name": named, "tag": st.sampled_from(["1", "2"])}.get(place, _kept))
                found[name] = dataclasses.replace(thing, **{place: value})
            case "own" if thing.kind in _FIELDS:
                fields = _FIELDS[thing.kind]
                place = draw(st.sampled_from(sorted(fields)))
                found[name] = dataclasses.replace(thing, more={**thing.more, place: draw(fields[place])})
            case "remove" if len(found.keys() & set(IDS)) > 1:
                del found[name]
            case "rename":
                found[draw(st.sampled_from(IDS))] = found.pop(name)
            case "add":
                found[draw(st.sampled_from(IDS))] = draw(things(named=named))
            case "export":
                exports = draw(_exports(found))
    return _sound(found), {name: value for name, value in exports.items() if value[1:] in found or value[0] != "@"}


def _exports(found: dict[str, Thing]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(
        st.sampled_from(["export-a", "export-b"]), st.sampled_from(["text", "other", *(f"@{name}" for name in found)])
    )


def _sound(found: dict[str, Thing]) -> dict[str, Thing]:
    """The resources with names that exclude each other, and sometimes a reader of each topic."""
    taken: set[tuple[str, str]] = set()
    for name, thing in list(found.items()):
        if thing.name is not None and (thing.kind, str(thing.name)) in taken:
            found[name] = dataclasses.replace(thing, name=None)
        taken.add((thing.kind, str(thing.name)))
        reader = f"{name}Reader"
        found.pop(reader, None)
        if thing.kind == "topic":
            found[reader] = Thing("reader", more={"topic": name})
    return {name: thing for name, thing in found.items() if thing.kind != "reader" or thing.get("topic") in found}
