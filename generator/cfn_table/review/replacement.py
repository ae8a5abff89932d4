"""Which resources an update replaces, why, and whether CloudFormation refuses to.

Sources: `createOnlyProperties`, `conditionalCreateOnlyProperties`, `primaryIdentifier` and `replacementStrategy` of the
registry's schemas; for tables also the template reference, AWS::DynamoDB::Table ("Update requires"), and the user
guide, "Custom names", which says that a named resource cannot be replaced under its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cfn_table.access.templates.shapes import SHAPES
from cfn_table.registry import schema_of
from cfn_table.review.pair import Pair, ResourceChange
from cfn_table.review.streams import attribute, moving_streams
from cfn_table.review.values import TABLE_TYPES, Unknown, Value, differences, references

_SURE: Final[Mapping[str, frozenset[str]]] = {
    "AWS::DynamoDB::Table": frozenset({"/properties/KeySchema"}),
    "AWS::DynamoDB::GlobalTable": frozenset({"/properties/KeySchema", "/properties/LocalSecondaryIndexes"}),
}
"""Conditional create-only properties of which the template reference says that every change replaces."""

_NAMES: Final[Mapping[str, str]] = {
    "AWS::Batch::ComputeEnvironment": "ComputeEnvironmentName",
    "AWS::Batch::JobQueue": "JobQueueName",
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::EKS::Nodegroup": "NodegroupName",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::RDS::DBCluster": "DBClusterIdentifier",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
}
"""Names of types that the registry identifies by something else, or that it calls otherwise."""

FIXED: Final[Mapping[str, frozenset[str]]] = {
    "AWS::KMS::Key": frozenset({"KeySpec", "KeyUsage", "MultiRegion", "Origin"}),
}
"""Properties of which the template reference says that an update of them fails, and replaces nothing."""

_CUSTOM: Final = ("Custom::", "AWS::CloudFormation::CustomResource")
_MACROS: Final = ("AWS::Serverless::",)
"""Types of which the registry knows the properties and not what becomes of them: a macro makes resources of them."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A property that makes an update replace a resource.

    Attributes:
        path: below `Properties`; empty where no property is known to be the cause.
        certain: False where it may turn out not to.
        through: the resource whose replacement changes the property; empty where its own value changes.
    """

    path: tuple[str, ...]
    certain: bool
    through: str = ""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A resource that is replaced.

    Attributes:
        change: the resource.
        causes: what makes it so, at least one.
        kept_name: the property that states its name, where the name stays: CloudFormation refuses to replace it.
        name: that name.
    """

    change: ResourceChange
    causes: tuple[Cause, ...]
    kept_name: str = ""
    name: Value = field(default="", compare=False)

    @property
    def certain(self) -> bool:
        """Whether it surely happens."""
        return any(each.certain for each in self.causes)


def replacements(pair: Pair) -> dict[int, Replacement]:
    """Every resource that is, or may be, replaced: position in `pair.resources` → how.

    A resource whose create-only property refers to one that is replaced is replaced with it.
    """
    found: dict[int, Replacement] = {}
    for position, change in enumerate(pair.resources):
        causes = tuple(_causes(change))
        if causes:
            found[position] = _replacement(change, causes)
    streams = moving_streams(pair)
    spread = True
    while spread:
        spread = False
        gone: dict[str, list[Replacement]] = {}
        for each in found.values():
            if not each.kept_name:  # what is refused does not happen
                gone.setdefault(each.change.logical_id, []).append(each)
        for position, change in enumerate(pair.resources):
            if position not in found and (causes := tuple(_through(pair, change, streams, gone))):
                found[position] = _replacement(change, causes)
                spread = True
    return found


def moving(found: Mapping[int, Replacement]) -> dict[str, bool]:
    """The resources whose identity changes, and whether it surely does; what is refused does not happen."""
    gone: dict[str, bool] = {}
    for each in found.values():
        if not each.kept_name:
            name = each.change.logical_id
            gone[name] = gone.get(name, False) or each.certain
    return gone


def _replacement(change: ResourceChange, causes: tuple[Cause, ...]) -> Replacement:
    assert change.new is not None
    name = name_property(change.new.type)
    old, new = change.values(*name) if name else (None, None)
    strategy = schema_of(change.new.type).get("replacementStrategy")
    kept = name is not None and isinstance(new, str) and old == new and strategy != "delete_then_create"
    return Replacement(change, causes, ".".join(name or ()) if kept else "", new if kept else "")


def name_property(resource_type: str) -> tuple[str, ...] | None:
    """The path of the property by which a user names such a resource; None where users cannot."""
    shape = SHAPES.get(resource_type)
    if shape is not None:
        return (shape.name,) if shape.name else None
    if resource_type in _NAMES:
        return (_NAMES[resource_type],)
    schema = schema_of(resource_type)
    identifiers = schema.get("primaryIdentifier", ())
    if len(identifiers) != 1 or identifiers[0] in schema.get("readOnlyProperties", ()):
        return None
    path = _below(identifiers[0])
    created = identifiers[0] in schema.get("createOnlyProperties", ())
    return path if created and len(path) == 1 and path[0].endswith(("Name", "Id")) else None


def is_custom(resource_type: str) -> bool:
    """Whether it is a custom resource, of which CloudFormation refuses to change the provider (`ServiceToken`)."""
    return resource_type.startswith(_CUSTOM)


def _causes(change: ResourceChange) -> Iterator[Cause]:
    """The properties of a resource whose own values make the update replace it."""
    if change.old is None or change.new is None or change.old.type != change.new.type or not change.differences:
        return
    kind = change.new.type
    schema = schema_of(kind)
    if not schema or kind.startswith((*_CUSTOM, *_MACROS)):
        # What a change does is known to the macro, the module or the provider of a custom resource only.
        for name in dict.fromkeys(str(each.path[0]) for each in change.differences):
            if not (is_custom(kind) and name == "ServiceToken"):
                yield Cause((name,), False)
        return
    for name in dict.fromkeys(str(each.path[0]) for each in change.differences):
        if name.startswith("Fn::"):  # a macro, such as AWS::Include, which can give any property
            yield Cause((name,), False)
    sure = _SURE.get(kind, frozenset())
    for pointer in schema.get("createOnlyProperties", ()):
        yield from _cause(change, _below(pointer), True)
    for pointer in schema.get("conditionalCreateOnlyProperties", ()):
        yield from _cause(change, _below(pointer), pointer in sure)
    if kind in TABLE_TYPES:
        for each in change.at("AttributeDefinitions"):
            if len(each.path) == 3 and each.path[2] == "AttributeType":
                yield Cause(tuple(map(str, each.path)), each.certain)


def _cause(change: ResourceChange, path: tuple[str, ...], sure: bool) -> Iterator[Cause]:
    assert change.old is not None
    assert change.new is not None
    old, new = (list(_at(side.properties, path)) for side in (change.old, change.new))
    found = list(differences(old, new))
    if found:
        yield Cause(path, sure and any(each.certain for each in found))


def _through(
    pair: Pair, change: ResourceChange, streams: Mapping[str, bool], gone: Mapping[str, list[Replacement]]
) -> Iterator[Cause]:
    """The create-only properties, surely or perhaps replacing, that refer to a resource or a stream that is another."""
    if change.old is None or change.new is None or change.old.type != change.new.type:
        return
    schema, sure = schema_of(change.new.type), _SURE.get(change.new.type, frozenset())
    pointers = {pointer: pointer in sure for pointer in schema.get("conditionalCreateOnlyProperties", ())}
    pointers |= dict.fromkeys(schema.get("createOnlyProperties", ()), True)
    for pointer, replaces in pointers.items():
        path = _below(pointer)
        for value in _at(change.new.properties, path):
            for symbol in dict.fromkeys(references(value)):
                name = symbol.partition(".")[0]
                if symbol in streams:
                    yield Cause(path, replaces and streams[symbol], attribute(symbol))
                elif name != change.logical_id:
                    yield from _with(pair, change, path, gone.get(name, ()), replaces)


def _with(
    pair: Pair, change: ResourceChange, path: tuple[str, ...], replaced: Iterable[Replacement], replaces: bool
) -> Iterator[Cause]:
    """The replacement of a resource by that of another one, where both can be in one deployment."""
    together = [each for each in replaced if pair.possible(change.when, each.change.when)]
    if together:
        certain = any(each.certain and pair.implies(change.when, each.change.when) for each in together)
        yield Cause(path, replaces and certain, together[0].change.logical_id)


def _below(pointer: str) -> tuple[str, ...]:
    return tuple(pointer.removeprefix("/properties/").split("/"))


def _at(value: Value, path: tuple[str, ...]) -> Iterator[Any]:
    """The values at a path of a schema, whose `*` are all entries of a list."""
    if not path or isinstance(value, Unknown):
        yield value
    elif path[0] == "*":
        for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
            yield from _at(item, path[1:])
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:])
