"""IAM actions that exist, and what they work on: from the service authorization reference, as cfn-lint ships it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Final

from cfn_table import registry

USUAL_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamodb:select": ("ALL_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT"),
    "dynamodb:returnvalues": ("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"),
    "aws:securetransport": ("true", "false"),
    "aws:multifactorauthpresent": ("true", "false"),
}
"""Context keys with few values (DynamoDB developer guide, "Using IAM policy conditions"; IAM user guide, "Global
condition context keys"): a witness has one of these where it can."""


_ONE_PARTITION: Final = frozenset(
    f"dynamodb:{name}" for name in ("getitem", "putitem", "updateitem", "deleteitem", "conditioncheckitem", "query")
)


def has_one_value(action: str, key: str) -> bool:
    """Whether a key that could have several values never has more than one in requests of this action.

    These operations of DynamoDB name one partition key each; only batches name several.

    Args:
        action: in lower case, without wildcards.
        key: in lower case.
    """
    return key == "dynamodb:leadingkeys" and action in _ONE_PARTITION


@cache
def _spelling(service: str) -> Mapping[str, str]:
    """Name of an action in lower case → its spelling, which awacs knows and cfn-lint does not."""
    try:
        module = import_module(f"awacs.{service.replace('-', '_')}")
    except ImportError:
        return {}
    names = (getattr(value, "action", None) for value in vars(module).values())
    return {name.lower(): name for name in names if isinstance(name, str)}


def real_actions(services: Iterable[str]) -> Iterator[str]:
    """All actions of some services, in their usual spelling where that is known, else in lower case."""
    for service in sorted(set(services) & registry.services().keys()):
        spelling = _spelling(service)
        for name in sorted(registry.services().get(service, {}).get("Actions", {})):
            yield f"{service}:{spelling.get(name, name)}"


def is_real(action: str) -> bool:
    """Whether there is such an action."""
    service, _, name = action.lower().partition(":")
    return name in registry.services().get(service, {}).get("Actions", {})


def resources_of(action: str) -> list[str]:
    """An example of each kind of resource that the action works on; `*` where it works on none; empty if unknown."""
    service, _, name = action.lower().partition(":")
    known = registry.services().get(service, {})
    if name not in known.get("Actions", {}):
        return []
    kinds = known["Actions"][name].get("Resources", [])
    if not kinds:
        return ["*"]
    forms = (form for kind in kinds for form in known.get("Resources", {}).get(kind, {}).get("ARNFormats", []))
    return list(dict.fromkeys(_example(form) for form in forms))


def _example(form: str) -> str:
    text = form.replace(".*", "example")
    for name, value in (("Partition", "aws"), ("Region", "us-east-1"), ("Account", "123456789012")):
        text = text.replace(f"${{{name}}}", value)
    return text
