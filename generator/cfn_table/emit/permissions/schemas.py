"""What the registry's schemas and IAM's service list say of permissions."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Mapping
from typing import Final

from cfn_table.registry import schema_of, services

HANDLERS: Final = ("create", "read", "update", "delete")
"""The handlers that deploying a stack runs. `list` serves Cloud Control and resource scans: no deployment lists."""


@functools.cache
def handlers(resource_type: str, region: str) -> Mapping[str, tuple[str, ...]]:
    """Handler → the permissions that the type's schema names, as it spells them; empty for an unknown type."""
    schema = schema_of(resource_type, region)
    return {
        name: tuple(dict.fromkeys(schema["handlers"][name].get("permissions", ())))
        for name in HANDLERS
        if name in schema.get("handlers", {})
    }


def has_system_tags(resource_type: str, region: str) -> bool:
    """Whether CloudFormation adds tags of its own (`aws:cloudformation:…`) to such a resource."""
    return bool(schema_of(resource_type, region).get("tagging", {}).get("cloudFormationSystemTags"))


def exists(action: str) -> bool:
    """Whether IAM knows the action; some handlers name actions that it does not, such as `s3:GetObjectMetadata`."""
    service, _, name = action.partition(":")
    return name.lower() in services().get(service, {}).get("Actions", {})


def resources_of(action: str) -> tuple[str, ...]:
    """The kinds of resources that the action can be limited to; none where it takes `*` only."""
    service, _, name = action.partition(":")
    return tuple(services()[service]["Actions"][name.lower()].get("Resources", ()))


def arn_formats(action: str) -> tuple[str, ...]:
    """The ARNs of these resources, with `${Partition}`, `${Region}` and `${Account}`, and `*` for the rest."""
    service = action.partition(":")[0]
    kinds = services()[service]["Resources"]
    found = [form for kind in resources_of(action) for form in kinds.get(kind, {}).get("ARNFormats", ())]
    return tuple(dict.fromkeys(form.replace(".*", "*") for form in found))


def matches(action: str, patterns: tuple[str, ...]) -> bool:
    """Whether the action is one of the patterns, which may end in `*`."""
    return any(fnmatch.fnmatchcase(action, pattern) for pattern in patterns)
