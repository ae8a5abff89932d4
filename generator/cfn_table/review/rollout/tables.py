"""Tables of a template, as far as steps have to know them.

Names of indexes and Regions are compared by what they resolve to; an entry in an `Fn::If` is known by the name inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cfn_table.access.templates.intrinsics import Resolver
from cfn_table.access.templates.view import Unresolvable, View

TABLE: Final = "AWS::DynamoDB::Table"
GLOBAL_TABLE: Final = "AWS::DynamoDB::GlobalTable"
GLOBAL: Final = "GlobalSecondaryIndexes"
LOCAL: Final = "LocalSecondaryIndexes"
CAPACITY: Final = ("ProvisionedThroughput", "WriteProvisionedThroughputSettings", "ReadProvisionedThroughputSettings")
ON_DEMAND: Final = ("OnDemandThroughput", "WriteOnDemandThroughputSettings", "ReadOnDemandThroughputSettings")
BILLING: Final = ("BillingMode", *CAPACITY, *ON_DEMAND)
"""Properties that belong to the billing mode, of a table, of an index and of a replica."""


class Texts:
    """What values of a template resolve to, with unknown texts as `${…}`."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        """See the class."""
        self._resolver = Resolver(View.of(template), lambda _: True)

    def of(self, value: Any) -> str:
        """The canonical text of a value; its JSON where that is not known."""
        try:
            found = self._resolver.value(value, ())
        except Unresolvable:
            return _json(value)
        return found if isinstance(found, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def section(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The entries of a section that are mappings."""
    found = template.get(name)
    return {key: each for key, each in found.items() if isinstance(each, dict)} if isinstance(found, dict) else {}


def resources(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every resource of a template by its logical id."""
    return section(template, "Resources")


def properties(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a resource; empty where they are computed or absent."""
    found = resource.get("Properties")
    return found if isinstance(found, dict) else {}


def tables(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The resources that make tables."""
    return {name: each for name, each in resources(template).items() if each.get("Type") in (TABLE, GLOBAL_TABLE)}


def table_name(template: Mapping[str, Any], logical_id: str) -> str | None:
    """The resolved name of a table; None where CloudFormation makes one up."""
    name = properties(resources(template)[logical_id]).get("TableName")
    return None if name is None else Texts(template).of(name)


def entries(owner: Mapping[str, Any], kind: str, name: str, texts: Texts) -> dict[str, Any] | None:
    """The entries of a list by a text in them, such as the indexes of a table; None where the list is computed."""
    listed = owner.get(kind, [])
    if not isinstance(listed, list):
        return None
    found: dict[str, Any] = {}
    for entry in listed:
        inner = inside(entry)
        found[texts.of(inner[name]) if name in inner else _json(entry)] = entry
    return found


def indexes(resource: Mapping[str, Any], texts: Texts) -> dict[str, Any] | None:
    """The global secondary indexes of a table by name; None where they are computed."""
    return entries(properties(resource), GLOBAL, "IndexName", texts)


def replicas(resource: Mapping[str, Any], texts: Texts) -> dict[str, Any] | None:
    """The replicas of a global table by Region; None where they are computed."""
    return entries(properties(resource), "Replicas", "Region", texts)


def inside(entry: Any) -> Mapping[str, Any]:
    """The entry itself, or the first that an `Fn::If` chooses between."""
    if isinstance(entry, dict) and isinstance(entry.get("Fn::If"), list) and len(entry["Fn::If"]) == 3:
        found = [inside(each) for each in entry["Fn::If"][1:]]
        return next((each for each in found if each and "Ref" not in each), {})
    return entry if isinstance(entry, dict) else {}


def is_same_index(old: Any, new: Any) -> bool:
    """Whether an index stays what it is: neither its key, nor its projection, nor its condition changes."""
    return bool(_identity(old) == _identity(new))


def _identity(entry: Any) -> Any:
    index = inside(entry)
    projection = index.get("Projection")
    if isinstance(projection, dict) and isinstance(projection.get("NonKeyAttributes"), list):
        projection = {**projection, "NonKeyAttributes": sorted(map(_json, projection["NonKeyAttributes"]))}
    condition = entry["Fn::If"][0] if isinstance(entry, dict) and index is not entry else None
    return _json([index.get("KeySchema"), projection, condition])


def key_attributes(value: Any) -> Iterator[str]:
    """Every attribute that a key names, anywhere below a table's or an index's properties, as JSON or text."""
    if isinstance(value, list):
        for each in value:
            yield from key_attributes(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name in ("KeySchema", "SearchSchema"):
                yield from _named(each)
            elif name != "AttributeDefinitions":
                yield from key_attributes(each)


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _named(each)
    elif isinstance(value, dict):
        if "AttributeName" in value:
            yield _text(value["AttributeName"])
        else:
            for each in value.values():
                yield from _named(each)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def definitions(owner: Mapping[str, Any]) -> dict[str, Any]:
    """The attribute definitions of a table's properties by name; empty where they are computed."""
    found = owner.get("AttributeDefinitions")
    if not isinstance(found, list):
        return {}
    return {_text(each["AttributeName"]): each for each in found if isinstance(each, dict) and "AttributeName" in each}


def is_on(value: Any) -> bool:
    """Whether a boolean of a template is plainly true."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def expiry(owner: Mapping[str, Any]) -> Any:
    """The attribute that items of a table expire by; None where they do not."""
    found = owner.get("TimeToLiveSpecification")
    if not isinstance(found, dict) or "AttributeName" not in found or found.get("Enabled") in (False, "false"):
        return None
    return found["AttributeName"]


def view_type(owner: Mapping[str, Any]) -> Any:
    """What a table's stream holds; None where it has none."""
    found = owner.get("StreamSpecification")
    return found.get("StreamViewType") if isinstance(found, dict) else None
