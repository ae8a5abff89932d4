"""Policies in templates of AWS SAM (`Transform: AWS::Serverless-2016-10-31`).

A function or state machine without `Role` gets a role of its own, `<LogicalId>Role`, and its `Policies` become that
role's policies `<LogicalId>RolePolicy<n>`. What SAM adds of itself (logging, queues and streams that trigger a
function, permissions for its API) is not in the template and not found here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cfn_table.access.templates import sam_templates
from cfn_table.access.templates.documents import Document, read_document
from cfn_table.access.templates.intrinsics import Resolver, intrinsic
from cfn_table.access.templates.sites import Site, Spot, along, alternatives, entries
from cfn_table.access.templates.view import Path, Resource, Unresolvable, View

WITH_ROLE: Final = frozenset({"AWS::Serverless::Function", "AWS::Serverless::StateMachine"})
"""The types that get a role of their own."""


def add_roles(view: View, globals_: Mapping[str, Any]) -> None:
    """Add the roles that SAM makes to the view, so that references to them are known."""
    function = globals_.get("Function")
    for name, resource in list(view.resources.items()):
        if resource.type in WITH_ROLE and "Role" not in resource.properties:
            shared = function if isinstance(function, dict) and resource.type.endswith("Function") else {}
            properties = {**shared, **resource.properties}
            made = {"Path": properties["RolePath"]} if "RolePath" in properties else {}
            view.resources.setdefault(f"{name}Role", Resource("AWS::IAM::Role", made, resource.path))


def own_role(resource: Resource, guards: Mapping[str, bool]) -> Iterator[Mapping[str, bool]]:
    """Under which conditions a function has a role of its own."""
    role = resource.properties.get("Role")
    if "Role" not in resource.properties:
        yield guards
        return
    taken = [spot.path for spot in alternatives(Spot(role, (), guards))]
    for spot in _branches(Spot(role, (), guards)):
        if spot.path not in taken:
            yield spot.guards


def _branches(spot: Spot) -> Iterator[Spot]:
    """As `alternatives`, with those that are no value."""
    match spot.raw:
        case {"Fn::If": [str(name), yes, no]} if len(spot.raw) == 1 and len(spot.path) < 100:
            for index, raw in ((1, yes), (2, no)):
                if spot.guards.get(name, index == 1) is (index == 1):
                    yield from _branches(Spot(raw, (*spot.path, "Fn::If", index), {**spot.guards, name: index == 1}))
        case _:
            yield spot


def sites_of(logical_id: str, resource: Resource, guards: Mapping[str, bool]) -> Iterator[Site]:
    """The policies of a function's own role, with the role's trust policy where the template states it."""
    role = f"{logical_id}Role"
    for condition in own_role(resource, guards):
        whole = Spot(resource.properties, resource.path, condition)
        for spot in along(whole, ["AssumeRolePolicyDocument"]):
            label = f"{logical_id}/AssumeRolePolicyDocument"
            yield Site(logical_id, resource.type, "trust", spot, label, fixed=(role,))
        if "Policies" in resource.properties:
            path: Path = (*resource.path, "Policies")
            for spot in entries(Spot(resource.properties["Policies"], path, condition)):
                if _is_managed(spot.raw):
                    continue
                index = next((part for part in spot.path[len(path) :] if isinstance(part, int)), 0)
                if len(spot.path) > len(path) and spot.path[len(path)] == "Fn::If":
                    index = next((part for part in spot.path[len(path) + 2 :] if isinstance(part, int)), 0)
                label = f"{logical_id}/{role}Policy{index}"
                read = read_document if isinstance(spot.raw, dict) and "Statement" in spot.raw else read_template
                yield Site(logical_id, resource.type, "identity", spot, label, fixed=(role,), read=read)


def managed(resource: Resource, guards: Mapping[str, bool]) -> Iterator[Spot]:
    """The managed policies that a function's own role has."""
    for condition in own_role(resource, guards):
        if "Policies" in resource.properties:
            for spot in entries(Spot(resource.properties["Policies"], (*resource.path, "Policies"), condition)):
                if _is_managed(spot.raw):
                    yield spot


def _is_managed(raw: Any) -> bool:
    """A name, an ARN, or a function that gives one."""
    return isinstance(raw, str) or (isinstance(raw, dict) and intrinsic(raw) is not None)


def read_template(resolver: Resolver, raw: Any, path: Path) -> Document:
    """A policy template's document."""
    if not isinstance(raw, dict) or len(raw) != 1 or not isinstance(name := next(iter(raw)), str):
        raise Unresolvable(path, "an entry of `Policies` is a name, a document or a policy template")
    if name not in sam_templates.NAMES:
        raise Unresolvable(path, f"the policy template `{name}` is not known")
    arguments = raw[name]
    if not isinstance(arguments, dict) or set(arguments) != sam_templates.parameters(name):
        needed = ", ".join(f"`{parameter}`" for parameter in sorted(sam_templates.parameters(name))) or "no parameter"
        raise Unresolvable((*path, name), f"the policy template `{name}` takes {needed}")
    found = read_document(resolver, sam_templates.document(name, arguments), path)
    if found is None:
        raise Unresolvable(path, f"the policy template `{name}` gives no document")
    return Document(found.data, (path,) * len(found.statement_paths))
