"""Values of a template as they are compared: what means the same is the same.

Intrinsics are resolved to canonical texts (see `cfn_table.access.templates.symbols`), numbers and booleans are texts.
Lists whose order has no meaning are sorted; where their entries have names of their own, they are mappings by these
names. Properties that state their default are left out. What only CloudFormation can work out stays as it is written,
and is never said to be equal to anything but itself.

Sources: `insertionOrder` and `default` of the registry's schemas; for DynamoDB, whose schema says neither, the template
reference of AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.access.templates.intrinsics import NO_VALUE, Resolver, intrinsic
from cfn_table.access.templates.symbols import sole_symbol, symbols
from cfn_table.access.templates.view import Path, Unresolvable
from cfn_table.registry import schema_of

NAMES: Final = ("IndexName", "AttributeName", "Key", "Region", "Id", "Name", "Sid")
"""Properties that name an entry of a list, where the order of the list has no meaning."""

TABLE_TYPES: Final = frozenset({"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"})

_UNORDERED: Final = frozenset(
    {
        "AttributeDefinitions",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "NonKeyAttributes",
        "Replicas",
        "Tags",
        "VectorIndexes",
    }
)

_OFF: Final[Mapping[str, Mapping[str, str]]] = {
    "ContributorInsightsSpecification": {"Enabled": "false"},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "false"},
    "SSESpecification": {"SSEEnabled": "false"},
    "TimeToLiveSpecification": {"Enabled": "false"},
}
"""Properties of a table, of a replica and of an index that say no more than their absence."""

_REPLICA_DEFAULTS: Final[Mapping[str, str]] = {"DeletionProtectionEnabled": "false", "TableClass": "STANDARD"}
"""What a property of a replica means that is left out."""

_DEFAULTS: Final[Mapping[str, Mapping[str, str]]] = {
    "AWS::DynamoDB::Table": {
        "BillingMode": "PROVISIONED",
        "DeletionProtectionEnabled": "false",
        "TableClass": "STANDARD",
    },
    "AWS::DynamoDB::GlobalTable": {"BillingMode": "PROVISIONED"},
    "AWS::IAM::ManagedPolicy": {"Path": "/"},
    "AWS::IAM::Role": {"Path": "/", "MaxSessionDuration": "3600"},
    "AWS::IAM::User": {"Path": "/"},
    "AWS::IAM::Group": {"Path": "/"},
    "AWS::IAM::InstanceProfile": {"Path": "/"},
}
"""What a property means that is left out (template reference of each type)."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only CloudFormation can work out.

    Attributes:
        text: how it is written, as JSON.
        reason: why it is not known.
    """

    text: str
    reason: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


Value = Any
"""A text, a list, a mapping or `Unknown`."""


class Normalizer:
    """Values of one template under one combination of its conditions.

    Args:
        resolver: resolves the template's intrinsics.
        mark: makes a text that is not known, and that means something else on the other side, another one.
    """

    def __init__(self, resolver: Resolver, mark: Callable[[str], str] = str) -> None:
        self._resolver = resolver
        self._mark = mark

    def properties(self, resource_type: str, raw: Mapping[str, Any], path: Path) -> dict[str, Value]:
        """The properties of a resource."""
        schema = schema_of(resource_type)
        found = self._mapping(raw, path, _Node(schema, schema, resource_type))
        for name, default in _DEFAULTS.get(resource_type, {}).items():
            if found.get(name) == default:
                del found[name]
        if resource_type in TABLE_TYPES:
            _simplify_table(found)
        return found

    def value(self, raw: Any, path: Path, node: _Node | None = None) -> Value:
        """Any value; NO_VALUE for what `AWS::NoValue` leaves out."""
        node = node or _Node({}, {}, "")
        try:
            raw, path = self._resolver.branch(raw, path)
            if isinstance(raw, dict) and intrinsic(raw) is None:
                if any(str(key).startswith("Fn::") for key in raw):
                    raise Unresolvable(path, "only CloudFormation can run this macro")
                return self._mapping(raw, path, node)
            if isinstance(raw, list):
                return self._list(raw, path, node)
            found = self._resolver.value(raw, path)
        except Unresolvable as error:
            text = json.dumps(_named(raw), sort_keys=True, default=str, ensure_ascii=False)
            return Unknown(self._mark(text), error.reason)
        return _whole(self._mark(found)) if isinstance(found, str) else _ordered(self._marked(found), node)

    def _marked(self, value: Value) -> Value:
        if isinstance(value, dict):
            return {key: self._marked(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._marked(item) for item in value]
        return self._mark(value) if isinstance(value, str) else value

    def _mapping(self, raw: Mapping[str, Any], path: Path, node: _Node) -> dict[str, Value]:
        found = {}
        for key, item in raw.items():
            inner = node.of(str(key))
            value = self.value(item, (*path, str(key)), inner)
            if value is not NO_VALUE and not (inner.default is not None and value == inner.default):
                found[str(key)] = value
        return found

    def _list(self, raw: list[Any], path: Path, node: _Node) -> Value:
        values = [self.value(item, (*path, index), node.items) for index, item in enumerate(raw)]
        return _ordered([value for value in values if value is not NO_VALUE], node)


class _Node:
    """The part of a schema that is about one value.

    Args:
        schema: that part.
        whole: the type's schema, whose definitions it refers to.
        name: of the property, or of the resource type at the top.
    """

    def __init__(self, schema: Mapping[str, Any], whole: Mapping[str, Any], name: str) -> None:
        seen = 0
        while isinstance(reference := schema.get("$ref"), str) and seen < 10:
            schema = whole.get("definitions", {}).get(reference.rpartition("/")[2], {})
            seen += 1
        self._schema = schema
        self._whole = whole
        self.name = name

    def of(self, name: str) -> _Node:
        """The part about a property."""
        found = self._schema.get("properties", {}).get(name, {})
        return _Node(found if isinstance(found, dict) else {}, self._whole, name)

    @property
    def items(self) -> _Node:
        """The part about the entries of a list."""
        found = self._schema.get("items", {})
        return _Node(found if isinstance(found, dict) else {}, self._whole, "")

    @property
    def is_unordered(self) -> bool:
        """Whether the order of a list has no meaning."""
        if self._schema.get("insertionOrder") is False or self.name == "Tags":
            return True
        return self._whole.get("typeName") in TABLE_TYPES and self.name in _UNORDERED

    @property
    def default(self) -> str | None:
        """What the value is where it is left out, as canonical text."""
        found = self._schema.get("default")
        if isinstance(found, bool):
            return str(found).lower()
        return str(found) if isinstance(found, str | int | float) else None


def _named(raw: Any) -> Any:
    """Data as it is written, whose keys are texts: others, such as `null`, are in no order."""
    if isinstance(raw, dict):
        return {str(key): _named(item) for key, item in raw.items()}
    return [_named(item) for item in raw] if isinstance(raw, list) else raw


def _whole(text: str) -> str:
    """A number without what does not change it: `5.0` is `5`."""
    return text[:-2] if re.fullmatch(r"-?\d+\.0", text) else text


def _ordered(value: Value, node: _Node) -> Value:
    """A list whose order has no meaning, sorted or by name."""
    if not isinstance(value, list):
        return value
    if node.name == "KeySchema":
        return sorted(value, key=lambda part: isinstance(part, dict) and part.get("KeyType") == "RANGE")
    if not node.is_unordered:
        return value
    for name in NAMES:
        named = {item[name]: item for item in value if isinstance(item, dict) and isinstance(item.get(name), str)}
        if value and len(named) == len(value):
            return {each: named[each] for each in sorted(named)}
    return sorted(value, key=dumped)


def _simplify_table(properties: dict[str, Value]) -> None:
    """Leave out what says no more than its absence."""
    replicas = [each for each in _entries(properties, "Replicas") if isinstance(each, dict)]
    for replica in replicas:
        for name, default in _REPLICA_DEFAULTS.items():
            if replica.get(name) == default:
                del replica[name]
    tables = [properties, *replicas]
    indexes = [each for table in tables for each in _entries(table, "GlobalSecondaryIndexes") if isinstance(each, dict)]
    for owner in (*tables, *indexes):
        for name, off in _OFF.items():
            value = owner.get(name)
            if isinstance(value, dict) and all(value.get(key) == text for key, text in off.items()):
                del owner[name]
    encryption = properties.get("SSESpecification")
    if isinstance(encryption, dict):
        # `SSEEnabled: true` alone is KMS with the key of DynamoDB (template reference, SSESpecification).
        if encryption.get("SSEType") == "KMS":
            del encryption["SSEType"]
        if encryption.get("KMSMasterKeyId") == "alias/aws/dynamodb":
            del encryption["KMSMasterKeyId"]
    for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if properties.get(name) in ({}, []):
            del properties[name]


def _entries(owner: Mapping[str, Value], name: str) -> Iterable[Value]:
    """The entries of a list, whether it has become a mapping by their names or not."""
    value = owner.get(name)
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def dumped(value: Value) -> str:
    """A value as one text, the same for the same value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=lambda unknown: {"?": unknown.text})


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two values differ.

    Attributes:
        path: below the compared values; entries of lists by their names where they have some.
        old, new: the values; `NO_VALUE` where there is none.
        certain: False where they could turn out to be the same.
    """

    path: Path
    old: Value
    new: Value
    certain: bool


def differences(old: Value, new: Value, path: Path = ()) -> Iterator[Difference]:
    """The smallest parts in which two values differ."""
    if old is new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from differences(old.get(key, NO_VALUE), new.get(key, NO_VALUE), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, (*path, index))
    elif old != new:
        yield Difference(path, old, new, certainly_differ(old, new))


def certainly_differ(old: Value, new: Value) -> bool:
    """Whether two values that are not written alike cannot turn out to be the same."""
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return False
    both = (old, new)
    if all(isinstance(each, dict) for each in both) or (
        all(isinstance(each, list) for each in both) and len(old) == len(new)
    ):
        return any(each.certain for each in differences(old, new))
    if not isinstance(old, str) or not isinstance(new, str):
        # A list or a mapping, or nothing at all, against something else; a symbol may be any of them.
        return not any(isinstance(each, str) and sole_symbol(each) for each in both)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    # A symbol that has begun is part of what differs.
    start = _before_symbol(old, start)
    rest, other = old[start:], new[start:]
    if not symbols(rest) and not symbols(other):
        return True
    # What stands before the first symbol of each is there whatever the symbols are.
    heads = [each.partition("${")[0] for each in (rest, other)]
    shortest = min(map(len, heads))
    return heads[0][:shortest] != heads[1][:shortest]


def _before_symbol(text: str, index: int) -> int:
    """The index, or where the symbol begins in which it is."""
    begin = text.rfind("${", 0, index)
    return index if begin < 0 or "}" in text[begin:index] else begin


def references(value: Value) -> Iterator[str]:
    """The names of all symbols in a value: parameters, resources, and attributes of resources as `Table.Arn`."""
    if isinstance(value, str):
        for name in symbols(value):
            yield name
            yield from re.findall(r"<([^<>]+)>", name)  # what a function is given
    elif isinstance(value, dict):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, Unknown):
        yield from symbols(value.text)
