"""From a place in a template back to the words in the design that made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cfn_table.design.design import Design
from cfn_table.design.names import alphanumeric
from cfn_table.findings import Location

_FIELDS: Final[Mapping[str, str]] = {
    "TableName": "name",
    "BillingMode": "billing",
    "KeySchema": "key",
    "AttributeDefinitions": "key",
    "ProvisionedThroughput": "provisioned_throughput",
    "OnDemandThroughput": "on_demand_throughput",
    "WarmThroughput": "warm_throughput",
    "PointInTimeRecoverySpecification": "point_in_time_recovery",
    "DeletionProtectionEnabled": "deletion_protection",
    "SSESpecification": "encryption",
    "TableClass": "table_class",
    "ContributorInsightsSpecification": "contributor_insights",
    "TimeToLiveSpecification": "time_to_live",
    "StreamSpecification": "stream",
    "KinesisStreamSpecification": "kinesis_stream",
    "ResourcePolicy": "resource_policy",
    "ImportSourceSpecification": "import_source",
    "Tags": "tags",
    "Replicas": "replicas",
    "MultiRegionConsistency": "consistency",
    "GlobalTableWitnesses": "witness",
}
"""Property of the table → the field of `table` that it comes from."""

_INDEX_FIELDS: Final[Mapping[str, str]] = {
    "IndexName": "name",
    "KeySchema": "key",
    "Projection": "projection",
    "ProvisionedThroughput": "provisioned_throughput",
    "OnDemandThroughput": "on_demand_throughput",
    "WarmThroughput": "warm_throughput",
    "ContributorInsightsSpecification": "contributor_insights",
}


def origin(design: Design, path: tuple[str | int, ...]) -> Location | None:
    """Where in the design or its policies the template's `path` comes from; None where no single place made it."""
    if len(path) < 2:
        return None
    section, name, *rest = path
    if section == "Parameters":
        for entry, parameter in design.context.parameters.items():
            if parameter.logical_id == name:
                return design.locate_key("context", entry)
        return design.locate_key("alarms") if design.file.alarms is not None else None
    if section == "Resources":
        return _resource_origin(design, str(name), rest)
    if section == "Outputs":
        for ref, suffix in design.exports.items():
            if suffix == name:
                return _index_origin(design, ref, ())
        return next((p.locate("policy") for p in design.policies if name == f"{p.logical_id}Arn"), None)
    return None


def _resource_origin(design: Design, name: str, rest: list[str | int]) -> Location | None:
    if name == design.logical_id:
        return _table_origin(design, rest[1:] if rest[:1] == ["Properties"] else rest)
    for policy in design.policies:
        if name.startswith(policy.logical_id) and name[len(policy.logical_id) :].isdigit() | (
            name == policy.logical_id
        ):
            return policy.locate("allow" if "Statement" in rest else "policy")
    if name.endswith("Alarm"):
        return design.locate_key("alarms")
    if name.endswith(("ScalableTarget", "ScalingPolicy")):
        return next(
            (
                _index_origin(design, ref, ("provisioned_throughput",))
                for ref in design.indexes
                if name.startswith(alphanumeric(ref))
            ),
            design.locate_key("table", "provisioned_throughput"),
        )
    return None


def _table_origin(design: Design, rest: list[str | int]) -> Location:
    if not rest:
        return design.locate_key("table")
    first = rest[0]
    if first in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes") and len(rest) > 1 and isinstance(rest[1], int):
        indexes = [ref for ref, index in design.indexes.items() if index.local == (first == "LocalSecondaryIndexes")]
        if rest[1] < len(indexes):
            property_name = str(rest[2]) if len(rest) > 2 else ""
            if property_name in design.indexes[indexes[rest[1]]].extra_properties:
                return _index_origin(design, indexes[rest[1]], ("extra_properties", property_name))
            field = _INDEX_FIELDS.get(property_name)
            return _index_origin(design, indexes[rest[1]], (field,) if field else ())
    if first in ("DeletionPolicy", "UpdateReplacePolicy"):
        return design.locate_key("table", "on_replace" if first == "UpdateReplacePolicy" else "on_delete")
    if first in design.file.table.extra_properties:
        return design.locate_key("table", "extra_properties", str(first))
    if first == "Tags":
        return _tag_origin(design, rest[1:])
    field = _FIELDS.get(str(first))
    if field == "resource_policy" and design.file.table.require_tls and not design.file.table.resource_policy:
        field = "require_tls"
    return design.locate("table", field) if field else design.locate_key("table")


def _tag_origin(design: Design, rest: list[str | int]) -> Location:
    """The line of one tag; tags stand in the template in the order of their names, the table's own win."""
    names = sorted({*design.file.tags, *design.file.table.tags})
    place = ("table", "tags") if design.file.table.tags else ("tags",)
    if rest and isinstance(rest[0], int) and rest[0] < len(names):
        name = names[rest[0]]
        place = (*(("table", "tags") if name in design.file.table.tags else ("tags",)), name)
    return design.locate(*place) if rest[-1:] == ["Value"] else design.locate_key(*place)


def _index_origin(design: Design, ref: str, field: tuple[str, ...]) -> Location:
    refs = {
        "indexes": [index.ref for index in design.file.indexes],
        "vector_indexes": [index.ref for index in design.file.vector_indexes],
    }
    for section, known in refs.items():
        for position, each in enumerate(known):
            if each == ref:
                return design.locate(section, position, *field) if field else design.locate(section, position, "name")
    return design.locate_key("indexes")
