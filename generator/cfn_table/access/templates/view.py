"""A template's sections as this package looks at them, whatever is in them, and how failing is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.access.templates.symbols import literal, sole_symbol

Path = tuple[str | int, ...]

MAX_DEPTH: Final = 60
"""How deep values may be nested, functions included; CloudFormation's own limit on policies is far below."""
MAX_TEXT: Final = 200_000
"""The most characters that one text may have; CloudFormation takes templates of 1 MB, and policies of 20 KB."""
MAX_TOTAL: Final = 2_000_000
"""The most values that are looked at for one template, over all its policies and their variants."""


class Unresolvable(Exception):
    """A value that cannot be known, or that CloudFormation would refuse. Never leaves this package.

    Attributes:
        path: where in the template.
        reason: one line, lower case, no full stop.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of the template, or one that SAM makes."""

    type: str
    properties: dict[str, Any]
    path: Path
    """Of the properties."""


@dataclass(slots=True)
class View:
    """A template's sections, without entries of the wrong type."""

    parameters: dict[str, dict[str, Any]]
    mappings: dict[str, dict[str, Any]]
    conditions: dict[str, Any]
    resources: dict[str, Resource]
    left: int = MAX_TOTAL
    """How many values may still be looked at."""

    @classmethod
    def of(cls, template: Mapping[str, Any]) -> View:
        """The view of any template."""
        resources = {}
        for name, resource in section(template, "Resources").items():
            if isinstance(resource, dict) and isinstance(resource.get("Type"), str):
                properties = resource.get("Properties")
                path: Path = ("Resources", name, "Properties")
                resources[name] = Resource(resource["Type"], properties if isinstance(properties, dict) else {}, path)
        return cls(
            {name: value for name, value in section(template, "Parameters").items() if isinstance(value, dict)},
            {name: value for name, value in section(template, "Mappings").items() if isinstance(value, dict)},
            section(template, "Conditions"),
            resources,
        )

    def count(self, path: Path) -> None:
        """Count one value that is looked at."""
        self.left -= 1
        if self.left < 0:
            raise Unresolvable(path, "the template has more policies and combinations of conditions than are looked at")

    def allowed(self, text: str) -> list[str] | None:
        """The values that a resolved text can have, where it is a parameter with `AllowedValues`."""
        name = sole_symbol(text)
        definition = self.parameters.get(name or "")
        # Of a parameter in Parameter Store the name is limited, and of a list each item.
        if definition is None or definition.get("Type") not in ("String", "Number"):
            return None
        values = definition.get("AllowedValues")
        if not isinstance(values, list) or not values:
            return None
        texts = [plain_text(value) for value in values]
        return [text for text in texts if text is not None] if None not in texts else None


def section(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A section's entries whose keys are texts."""
    found = template.get(name)
    return {key: value for key, value in found.items() if isinstance(key, str)} if isinstance(found, dict) else {}


def plain_text(value: object) -> str | None:
    """A scalar of the template as canonical text, or None for what is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        try:
            return str(value)
        except ValueError:  # Python refuses to write integers of thousands of digits
            return None
    return None
