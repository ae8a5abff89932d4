"""`docs/troubleshooting.md`, made from the same data as the policies.

`python -m cfn_table.emit.troubleshooting > docs/troubleshooting.md` makes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.emit.permissions.features import (
    TYPES,
    WILDCARDS,
    Feature,
    features_of,
)
from cfn_table.emit.permissions.schemas import exists, handlers, has_system_tags
from cfn_table.emit.permissions.stack import OTHER_ACTIONS, STACK_ACTIONS

REGION = "us-east-1"
"""The Region whose schemas the page shows."""

Row = tuple[str, str, str]


def troubleshooting_markdown() -> str:
    """The whole page, in Markdown."""
    from cfn_table.emit.texts import render_text

    types = []
    for kind in TYPES:
        rows = list(_rows(kind))
        unknown = [f"`{action}`" for action, _, _ in rows if not exists(action)]
        types.append((kind, [row for row in rows if exists(row[0])], " and ".join(unknown)))
    return render_text("troubleshooting.md.j2", stack=[*STACK_ACTIONS.items(), *OTHER_ACTIONS.items()], types=types)


def _rows(kind: str) -> Iterator[Row]:
    found: dict[str, list[str]] = {}
    for handler, permissions in handlers(kind, REGION).items():
        for permission in permissions:
            for action in WILDCARDS.get(permission, (permission,)):
                names = found.setdefault(action, [])
                if handler not in names:
                    names.append(handler)
    for action in sorted(found):
        yield action, needed_for(kind, action), ", ".join(found[action])


def needed_for(kind: str, action: str) -> str:
    """When a permission of a type is granted, in words."""
    if action.endswith(":TagResource") and has_system_tags(kind, REGION):
        return "always: CloudFormation adds tags of its own"
    groups = features_of(kind, action)
    if not all(groups):
        return "nothing that a design makes: not granted"
    return "; and ".join(_words(group) for group in groups) or "always"


def _words(features: tuple[Feature, ...]) -> str:
    return ", or ".join(feature.words for feature in features)


if __name__ == "__main__":
    import sys

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]  # TextIO says less than it can
    print(troubleshooting_markdown(), end="")
