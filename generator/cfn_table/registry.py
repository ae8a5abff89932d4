"""What CloudFormation's registry and IAM's service list say, as data from cfn-lint's files.

cfn-lint itself is not imported, which would take half a second: its package is located, and its JSON is read.
A resource type's schema is found through its Region's list: `schemas/providers/us-east-1.json` maps the type to the
stem of a file in `schemas/resources/`.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cfn_table.errors import InternalError

DEFAULT_REGION: Final = "us-east-1"
"""The Region with the most resource types."""


@functools.cache
def schema_of(resource_type: str, region: str = DEFAULT_REGION) -> Mapping[str, Any]:
    """The registry's schema of a resource type; empty for a type that the registry does not have."""
    stem = _types(region).get(resource_type)
    if stem is None:
        return {}
    found: Mapping[str, Any] = _read(f"schemas/resources/{stem}.json")
    return found


@functools.cache
def services() -> Mapping[str, Any]:
    """The Service Authorization Reference: service → its `Actions` and `Resources`, names in lower case."""
    found: Mapping[str, Any] = _read("AdditionalSpecs/Policies.json")
    return found


@functools.cache
def stateful_types() -> frozenset[str]:
    """The resource types that hold data (cfn-lint's list, which its rule I3011 asks for a DeletionPolicy)."""
    return frozenset(_read("AdditionalSpecs/StatefulResources.json")["ResourceTypes"])


@functools.cache
def _types(region: str) -> Mapping[str, str]:
    if not (_data() / f"schemas/providers/{region}.json").is_file():
        region = DEFAULT_REGION  # a Region that is newer than cfn-lint: its types are those of the oldest
    types: Mapping[str, str] = _read(f"schemas/providers/{region}.json")
    return types


def _read(name: str) -> Any:
    return json.loads((_data() / name).read_text(encoding="utf-8"))


@functools.cache
def _data() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or spec.origin is None:
        raise InternalError("cfn-lint is not installed, and with it the registry's schemas are missing")
    return Path(spec.origin).parent / "data"
