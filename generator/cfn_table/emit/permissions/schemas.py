"""What the registry's schemas and IAM's service list say, as data from cfn-lint's files.

cfn-lint itself is not imported, which would take half a second: its package is located, and its JSON is read.
A resource type's schema is found through its Region's list: `schemas/providers/us-east-1.json` maps the type to the
stem of a file in `schemas/resources/`. The service list, `AdditionalSpecs/Policies.json`, is that of the Service
Authorization Reference: names in lower case, and for each action the kinds of resources that it can be limited to.
"""

from __future__ import annotations

import fnmatch
import functools
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cfn_table.errors import InternalError

HANDLERS: Final = ("create", "read", "update", "delete")
"""The handlers that deploying a stack runs. `list` serves Cloud Control and resource scans: no deployment lists."""


@functools.cache
def handlers(resource_type: str, region: str) -> Mapping[str, tuple[str, ...]]:
    """Handler → the permissions that the type's schema names, as it spells them; empty for an unknown type."""
    schema = _schema(resource_type, region)
    return {
        name: tuple(dict.fromkeys(schema["handlers"][name].get("permissions", ())))
        for name in HANDLERS
        if name in schema.get("handlers", {})
    }


def has_system_tags(resource_type: str, region: str) -> bool:
    """Whether CloudFormation adds tags of its own (`aws:cloudformation:…`) to such a resource."""
    return bool(_schema(resource_type, region).get("tagging", {}).get("cloudFormationSystemTags"))


def exists(action: str) -> bool:
    """Whether IAM knows the action; some handlers name actions that it does not, such as `s3:GetObjectMetadata`."""
    service, _, name = action.partition(":")
    return name.lower() in _services().get(service, {}).get("Actions", {})


def resources_of(action: str) -> tuple[str, ...]:
    """The kinds of resources that the action can be limited to; none where it takes `*` only."""
    service, _, name = action.partition(":")
    return tuple(_services()[service]["Actions"][name.lower()].get("Resources", ()))


def arn_formats(action: str) -> tuple[str, ...]:
    """The ARNs of these resources, with `${Partition}`, `${Region}` and `${Account}`, and `*` for the rest."""
    service = action.partition(":")[0]
    kinds = _services()[service]["Resources"]
    found = [form for kind in resources_of(action) for form in kinds.get(kind, {}).get("ARNFormats", ())]
    return tuple(dict.fromkeys(form.replace(".*", "*") for form in found))


def matches(action: str, patterns: tuple[str, ...]) -> bool:
    """Whether the action is one of the patterns, which may end in `*`."""
    return any(fnmatch.fnmatchcase(action, pattern) for pattern in patterns)


@functools.cache
def _schema(resource_type: str, region: str) -> Mapping[str, Any]:
    stem = _types(region).get(resource_type)
    if stem is None:
        return {}
    found: Mapping[str, Any] = _read(f"schemas/resources/{stem}.json")
    return found


@functools.cache
def _types(region: str) -> Mapping[str, str]:
    if not (_data() / f"schemas/providers/{region}.json").is_file():
        region = "us-east-1"  # a Region that is newer than cfn-lint: its types are those of the oldest
    types: Mapping[str, str] = _read(f"schemas/providers/{region}.json")
    return types


@functools.cache
def _services() -> Mapping[str, Any]:
    services: Mapping[str, Any] = _read("AdditionalSpecs/Policies.json")
    return services


def _read(name: str) -> Any:
    return json.loads((_data() / name).read_text(encoding="utf-8"))


@functools.cache
def _data() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or spec.origin is None:
        raise InternalError("cfn-lint is not installed, and with it the registry's schemas are missing")
    return Path(spec.origin).parent / "data"
