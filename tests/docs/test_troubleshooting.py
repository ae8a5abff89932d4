"""docs/troubleshooting.md says what the schemas and the policies say."""

from __future__ import annotations

import re

from cfn_table.emit.permissions.features import TYPES, WILDCARDS
from cfn_table.emit.permissions.schemas import exists, handlers
from cfn_table.emit.permissions.stack import STACK_ACTIONS
from cfn_table.emit.troubleshooting import troubleshooting_markdown
from tests.engines.install import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"


def test_the_page_is_fresh() -> None:
    """It is made from the same data as the policies."""
    anew = "make it anew: python -m cfn_table.emit.troubleshooting > docs/troubleshooting.md"
    assert troubleshooting_markdown() == PAGE.read_text(encoding="utf-8"), anew


def test_every_permission_is_on_the_page() -> None:
    """Each permission of each type has a row below its type, and each action on the stack one of its own."""
    sections = dict(
        part.partition("\n")[::2] for part in re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    for action in STACK_ACTIONS:
        assert f"| `{action}` |" in sections["CloudFormation itself"]
    for kind in TYPES:
        for permissions in handlers(kind, "us-east-1").values():
            for action in (name for each in permissions for name in WILDCARDS.get(each, (each,))):
                assert (f"| `{action}` |" in sections[kind]) == exists(action)
                assert f"`{action}`" in sections[kind]
