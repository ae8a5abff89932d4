"""Generated designs with their policies, for hypothesis: valid by construction, and as odd as they may be.

Every drawn project loads, each of its access patterns has a request, and each of its policies fits IAM.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from cfn_table.design.keys import Domain, KeyTemplate, Placeholder
from tests.strategies_templates import NASTY_TEXTS
from tests.yaml_writer import Plain, write_yaml

Draw = Callable[[st.SearchStrategy[Any]], Any]

nasty_texts: Final = (
    st.sampled_from([text for text in NASTY_TEXTS if text])
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
).filter(lambda text: "{{" not in text and "{%" not in text and "{#" not in text)
"""Texts that some reader or writer takes for something else, but no expressions."""

identifiers: Final = st.from_regex(r"[a-z][A-Za-z0-9]{0,7}", fullmatch=True)
odd_names: Final = nasty_texts.filter(lambda text: not text.endswith("?") and len(text.encode()) < 200)
"""Names of attributes that stand in no key."""

KINDS: Final = ("string", "number", "timestamp", "date", "epoch", "boolean", "choice", "pattern")
_TIMESTAMPS: Final = ("2024-01-31T12:00:00Z", "1999-12-31T23:59:59.999+02:00", "2024-02-29T00:00:00.1-11:30")


@dataclass
class Project:
    """A design and its policies as values, before they are written.

    Attributes:
        design: the design file's fields.
        policies: policy name → the policy file's fields.
        name: the design's name.
    """

    design: dict[str, Any]
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    name: str = "generated"

    def write(self, folder: Path, layout: random.Random | None = None, *, split: bool = False) -> Path:
        """Write the project's files; returns the design's path.

        Args:
            folder: the project's folder; files of an earlier project in it are removed.
            layout: the variety of the YAML; see `write_yaml`.
            split: whether entities and access patterns stand in included files.
        """
        files: dict[str, dict[str, Any]] = {f"policies/{self.name}/{key}.yaml": p for key, p in self.policies.items()}
        design = dict(self.design)
        if split:
            for number, section in enumerate(("entities", "access_patterns")):
                names = list(design[section])
                moved, kept = names[::2], names[1::2]
                files[f"templates/parts/{number}.yaml"] = {section: {name: design[section][name] for name in moved}}
                design[section] = {name: design[section][name] for name in kept}
            design["include"] = ["parts/*.yaml"]
        files[f"templates/{self.name}.yaml"] = design
        for old in folder.rglob("*.yaml"):
            old.unlink()
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(write_yaml(content, layout), encoding="utf-8", newline="\n")
        return folder / f"templates/{self.name}.yaml"


def attribute_of(kind: str, delimiter: str) -> Any:
    """How a design declares an attribute of this kind."""
    if kind == "choice":
        return ["alpha", "Beta", "null"]
    if kind == "pattern":
        return {"type": "string", "pattern": f"[a-z]+({'[' + delimiter[0] + ']'}[a-z]+)?"}
    return kind


def values_of(kind: str, delimiter: str) -> st.SearchStrategy[str]:
    """Texts that an attribute of this kind may have in a key."""
    if kind == "choice":
        return st.sampled_from(["alpha", "Beta", "null"])
    if kind == "pattern":
        return st.from_regex(rf"[a-z]{{1,3}}({'[' + delimiter[0] + ']'}[a-z]{{1,3}})?", fullmatch=True)
    if kind in ("number", "epoch"):
        return st.integers(0, 10**9).map(str)
    if kind == "timestamp":
        return st.sampled_from(_TIMESTAMPS)
    if kind == "date":
        return st.dates().map(lambda date: date.isoformat())
    if kind == "boolean":
        return st.sampled_from(["true", "false"])
    letters = st.characters(exclude_categories=["Cs"])
    return st.text(letters, min_size=1, max_size=6).filter(lambda text: delimiter not in text)


@st.composite
def keys_with_values(draw: Draw) -> tuple[KeyTemplate, dict[str, Domain], dict[str, str]]:
    """A key template that can be read back, what its placeholders may hold, and values for them.

    Each placeholder but those of `pattern` ends at the delimiter or at the end of the template.
    """
    delimiter = draw(st.sampled_from(["#", "|", "::"]))
    names = draw(st.lists(st.from_regex("[A-Za-z_][A-Za-z0-9_.-]{0,5}", fullmatch=True), max_size=4, unique=True))
    parts: list[str | Placeholder] = []
    domains, values = {}, {}
    for position, name in enumerate(names):
        kind = draw(st.sampled_from([each for each in KINDS if each != "pattern" or position == len(names) - 1]))
        literal = draw(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"), max_size=5))
        parts += [literal + delimiter if parts or literal else "", Placeholder(name)]
        declared = attribute_of(kind, delimiter)
        domains[name] = Domain(
            declared if isinstance(declared, str) else "string",
            declared["pattern"] if isinstance(declared, dict) else None,
            tuple(declared) if isinstance(declared, list) else (),
            delimiter,
        )
        values[name] = draw(values_of(kind, delimiter))
    parts.append(draw(st.sampled_from([delimiter, delimiter + "END", ""])) if parts else "END")
    return KeyTemplate(tuple(part for part in parts if part)), domains, values


@dataclass
class _Entity:
    """What the patterns need to know of a drawn entity."""

    name: str
    delimiter: str
    keys: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    placeholders: set[str] = field(default_factory=set)
    free: list[str] = field(default_factory=list)
    partition: str = ""

    def placeholder(self, draw: Draw, kinds: tuple[str, ...] = KINDS) -> str:
        """The name of a fresh attribute that stands in a key."""
        kind = draw(st.sampled_from(kinds))
        name = f"{kind}{len(self.attributes)}"
        self.attributes[name] = attribute_of(kind, self.delimiter)
        self.placeholders.add(name)
        return name

    def template(self, draw: Draw, prefix: str) -> str:
        """A text key: literal texts and placeholders, each of which ends at the delimiter."""
        names = [self.placeholder(draw) for _ in range(draw(st.integers(0, 2)))]
        if draw(st.booleans()):
            names.append(f"{self.placeholder(draw, ('number', 'epoch'))}:010")
        return self.delimiter.join([prefix, *(f"{{{name}}}" for name in names)])


def _entities(draw: Draw, delimiter: str, indexes: list[dict[str, Any]]) -> list[_Entity]:
    names = draw(st.lists(identifiers, min_size=1, max_size=4, unique_by=str.lower))
    found: list[_Entity] = []
    for number, name in enumerate(names):
        entity = _Entity(name, delimiter)
        collection = draw(st.sampled_from(found)) if found and draw(st.booleans()) else None
        if collection is None:
            owner = entity.placeholder(draw, ("string", "timestamp", "choice"))
            entity.partition = entity.keys["PK"] = f"E{number}{delimiter}{{{owner}}}"
        else:
            owner = next(iter(KeyTemplate.parse(collection.partition).placeholders))
            entity.attributes[owner] = collection.attributes[owner]
            entity.placeholders.add(owner)
            entity.partition = entity.keys["PK"] = collection.partition
        entity.keys["SK"] = entity.template(draw, f"S{number}")
        for index in indexes:
            if draw(st.booleans()):
                _enter(draw, entity, index, number)
        for odd in draw(st.lists(odd_names, max_size=3, unique=True)):
            if odd not in entity.attributes:
                kinds = ["string", "number", "any", "map", "list", "string_set", "binary"]
                entity.attributes[odd] = draw(st.sampled_from(kinds))
                entity.free.append(odd)
        entity.attributes["count"], entity.attributes["note"] = "number", "string"
        entity.free += ["count", "note"]
        found.append(entity)
    return found


def _enter(draw: Draw, entity: _Entity, index: dict[str, Any], number: int) -> None:
    """Give the entity the key attributes of an index, all of them sparse or none."""
    mark = draw(st.sampled_from(["", "?"]))
    for name in [*index["partition"], *index["sort"]]:
        if name in ("PK", "SK"):
            continue
        if name in index["numbers"]:
            entity.keys[name + mark] = f"{{{entity.placeholder(draw, ('number',))}}}"
        else:
            entity.keys[name + mark] = entity.template(draw, f"{name}{number}")
    index["entities"].append(entity)


def _indexes(draw: Draw) -> list[dict[str, Any]]:
    """Global indexes with one to four partition and none to four sort attributes, and local ones."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        local = draw(st.integers(0, 3)) == 0
        partition = ["PK"] if local else [f"G{number}P{at}" for at in range(draw(st.sampled_from([1, 1, 2, 4])))]
        sort = [f"G{number}S{at}" for at in range(1 if local else draw(st.sampled_from([0, 1, 1, 3])))]
        numbers = [name for name in [*partition, *sort] if name != "PK" and draw(st.integers(0, 3)) == 0]
        projection = draw(st.sampled_from(["all", "all", "keys_only", "include"]))
        found.append(
            {
                "id": f"X{number}",
                "local": local,
                "partition": partition,
                "sort": sort,
                "numbers": numbers,
                "projection": {"include": ["kind", "note", "count"]} if projection == "include" else projection,
                "entities": [],
            }
        )
    return found


def _index_file(draw: Draw, index: dict[str, Any]) -> dict[str, Any]:
    key = {name: index[name][0] if len(index[name]) == 1 else index[name] for name in ("partition", "sort")}
    names = [f"index-{index['id']}", f"{{{{ PREFIX }}}}.{index['id']}", f"{{{{ STAGE }}}}-{index['id']}"]
    return {
        "name": draw(st.sampled_from(names)),
        "id": index["id"],
        "key": key if index["sort"] else {"partition": key["partition"]},
        "projection": index["projection"],
        **({"local": Plain("true")} if index["local"] else {}),
    }


def _changes(draw: Draw, entity: _Entity) -> dict[str, Any]:
    """What an update does; only attributes that stand in no key."""
    names = draw(st.permutations(entity.free))
    changes: list[dict[str, Any]] = [
        {"set": names[:2]},
        {"set": {names[0]: "{parameter}"}, "remove": names[1:2]},
        {"add": {"count": Plain("1")}, "set": {"note": "{text}"}},
        {"set": {"note": "constant"}, "condition": {"count": {"gt": Plain("1"), "lte": "{most}"}}},
    ]
    return changes[draw(st.integers(0, len(changes) - 1))]


def _tests(draw: Draw, entity: _Entity) -> Any:
    """A filter or a condition over attributes that stand in no key."""
    name = draw(st.sampled_from(entity.free))
    return draw(
        st.sampled_from(
            [
                {name: "{wanted}"},
                {"count": {"between": [Plain("1"), Plain("5")]}, "note": {"begins_with": "{start}"}},
                [{"count": {"in": [Plain("1"), Plain("2")]}}, {name: {"exists": Plain("false")}, "note": "x"}],
                {"note": {"contains": "a", "not_equals": "{other}"}},
            ]
        )
    )


def _sort_key(draw: Draw, entity: _Entity) -> dict[str, Any]:
    """A condition on the table's sort key; nothing for the default."""
    start = KeyTemplate.parse(entity.keys["SK"]).static_prefix
    conditions: list[dict[str, Any]] = [
        {},
        {"sort_key": "any"},
        {"sort_key": {"begins_with": start + "{rest}"}},
        {"sort_key": {"between": [start + "{low}", start + "{high}"]}},
        {"sort_key": {draw(st.sampled_from(["gt", "gte", "lte"])): start + "{edge}"}},
        {"sort_key": {"equals": entity.keys["SK"]}},
    ]
    return conditions[draw(st.integers(0, len(conditions) - 1))]


def _patterns(draw: Draw, entities: list[_Entity], indexes: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entity in entities:
        one: dict[str, Any] = {"entity": entity.name}
        returns = {"returns": draw(st.lists(st.sampled_from(entity.free), min_size=1, unique=True))}
        together = [each.name for each in entities if each.partition == entity.partition]
        options: dict[str, dict[str, Any]] = {
            "get": {"operation": "GetItem", **one, **(returns if draw(st.booleans()) else {})},
            "put": {"operation": "PutItem", **one, "condition": draw(st.sampled_from(["none", "not_exists"]))},
            "update": {"operation": "UpdateItem", **one, **_changes(draw, entity)},
            "delete": {"operation": "DeleteItem", **one, "condition": _tests(draw, entity)},
            "manage": {"operation": ["GetItem", "PutItem", "UpdateItem", "DeleteItem"], **one, "set": ["note"]},
            "query": {"operation": "Query", **one, **_sort_key(draw, entity), "filter": _tests(draw, entity)},
            "collection": {"operation": "Query", "entity": together, "sort_key": "any", "order": "descending"},
            "scan": {"operation": "Scan", **(one if draw(st.booleans()) else {}), "limit": "{page}"},
            "batch_get": {"operation": "BatchGetItem", "entity": [each.name for each in entities]},
            "batch_write": {"operation": "BatchWriteItem", **one},
            "read": {"operation": "TransactGetItems", "parts": [{"operation": "GetItem", **one, **returns}]},
            "write": {"operation": "TransactWriteItems", "parts": _parts(draw, entity)},
        }
        chosen = draw(st.lists(st.sampled_from(sorted(options)), min_size=1, max_size=5, unique=True))
        found |= {f"{key}_{entity.name}": options[key] for key in chosen}
    for index in indexes:
        lonely = len(index["entities"]) == 1
        for entity in index["entities"][: 2 if lonely or index["projection"] != "keys_only" else 0]:
            query = {"operation": "Query", "index": index["id"], "entity": entity.name}
            found[f"query_{index['id']}_{entity.name}"] = query | {"description": draw(nasty_texts)}
    return found


def _parts(draw: Draw, entity: _Entity) -> list[dict[str, Any]]:
    owner = next(iter(KeyTemplate.parse(entity.partition).placeholders))
    return [
        {"operation": "PutItem", "entity": entity.name},
        {"operation": "UpdateItem", "entity": entity.name, "with": {owner: "{another}"}, **_changes(draw, entity)},
        {"operation": "ConditionCheck", "entity": entity.name, "with": {owner: "alpha"}, "condition": "exists"}
        if entity.attributes[owner] != "timestamp"
        else {"operation": "DeleteItem", "entity": entity.name, "with": {owner: "{third}"}},
    ]


_TABLES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"name": "{{ TABLE }}", "billing": "PAY_PER_REQUEST", "on_demand_throughput": {"max_read": Plain("100")}},
    {"billing": "{{ BILLING }}", "provisioned_throughput": {"read": Plain("5"), "write": "{{ UNITS }}"}},
    {
        "name": "data-{{ STAGE }}",
        "billing": "PROVISIONED",
        "provisioned_throughput": {"read": {"min": Plain("1"), "max": Plain("9")}, "write": Plain("2")},
    },
    {"stream": "KEYS_ONLY", "encryption": "aws_managed", "require_tls": Plain("true"), "on_delete": "delete"},
    {"encryption": "alias/some-key", "time_to_live": "expires", "table_class": "STANDARD_INFREQUENT_ACCESS"},
    {"replicas": ["eu-west-1", {"region": "us-east-1", "deletion_protection": Plain("true")}]},
    {"point_in_time_recovery": {"enabled": "{{ BACKUPS }}", "recovery_period_days": Plain("7")}},
    {"extra_properties": {"Extra": [Plain("1.50"), Plain("null"), "null", {"Deep": "{{ TABLE }}"}]}},
)
_CONTEXT: Final[dict[str, Any]] = {
    "PREFIX": "pre",
    "STAGE": "{{ PREFIX }}-dev",
    "TABLE": {"default": "data", "allowed_pattern": "[a-z]+"},
    "BILLING": {"default": "PAY_PER_REQUEST", "allowed_values": ["PAY_PER_REQUEST", "PROVISIONED"]},
    "UNITS": {"type": "Number", "default": Plain("5"), "min_value": Plain("1")},
    "BACKUPS": {"default": Plain("true"), "allowed_values": ["true", "false"]},
}
_EXTRAS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"regions": ["eu-west-1", "us-east-1"]},
    {"alarms": Plain("true"), "latency_target_ms": Plain("10")},
    {"alarms": {"latency": Plain("false"), "period_seconds": Plain("300")}},
    {"policies": {"path": "/team/", "name_prefix": "{{ TABLE }}-", "describe_table": Plain("true")}},
    {"lint": {"suppress": {"W1030": "the parameter is checked elsewhere"}}},
)


@st.composite
def projects(draw: Draw) -> Project:
    """A design with its policies."""
    delimiter = draw(st.sampled_from(["#", "#", "|", "::"]))
    indexes = _indexes(draw)
    entities = _entities(draw, delimiter, indexes)
    design: dict[str, Any] = {"design": "generated", "version": draw(st.sampled_from(["1.0.0", "0.10.2-rc.1"]))}
    design["description"] = draw(nasty_texts)
    design["context"] = _CONTEXT
    table = {"key": {"partition": "PK", "sort": "SK"}, "type_attribute": "kind", **draw(st.sampled_from(_TABLES))}
    design["table"] = table | ({"delimiter": delimiter} if delimiter != "#" else {})
    if indexes:
        design["indexes"] = [_index_file(draw, index) for index in indexes]
    design["every_entity"] = {"attributes": {"createdAt": "timestamp", "expires?": "epoch"}}
    design["entities"] = {
        entity.name: {
            "type": f"T{number}",
            "description": draw(nasty_texts),
            "keys": entity.keys,
            "attributes": {
                name + ("?" if name in entity.free and draw(st.booleans()) else ""): kind
                for name, kind in entity.attributes.items()
            },
        }
        for number, entity in enumerate(entities)
    }
    design["access_patterns"] = _patterns(draw, entities, indexes)
    design["tags"] = draw(st.dictionaries(st.sampled_from(["team", "cost:centre", "stage"]), nasty_texts, max_size=3))
    design |= draw(st.sampled_from(_EXTRAS))
    # What is drawn may be changed: nothing of it is shared with the next one.
    return Project(*copy.deepcopy((design, _policies(draw, design, entities))))


def _policies(draw: Draw, design: dict[str, Any], entities: list[_Entity]) -> dict[str, dict[str, Any]]:
    found = {}
    for name in draw(st.lists(st.sampled_from(["api", "read-only", "admin-2"]), max_size=3, unique=True)):
        patterns = draw(st.lists(st.sampled_from(sorted(design["access_patterns"])), min_size=1, unique=True))
        allow: list[Any] = [
            {each: {"tenant": "${aws:PrincipalTag/tenant}"}} if draw(st.integers(0, 4)) == 0 else each
            for each in patterns
        ]
        policy: dict[str, Any] = {"policy": name, "description": draw(nasty_texts), "allow": allow}
        if draw(st.booleans()):
            entity = draw(st.sampled_from(entities))
            policy["attributes"] = {entity.name: draw(st.permutations(entity.free))}
        if "stream" in design["table"] and draw(st.booleans()):
            policy["read_stream"] = Plain("true")
        found[name] = policy
    return found
