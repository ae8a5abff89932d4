"""What CONTRIBUTING.md shows is true: its rule works as it stands there."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from types import ModuleType

from cfn_table.design.load import load_design
from cfn_table.design.rules import check_rule
from cfn_table.design.rules.document import read_docstring

DESIGN = """\
design: accounts
version: 1.0.0

table:
  key: {partition: PK}

entities:
  account:
    description: Who pays
    keys: {PK: "ACCOUNT#{accountId}"}
    attributes: {accountId: string}
  invoice:
    keys: {PK: "INVOICE#{invoiceId}"}
    attributes: {invoiceId: string}

access_patterns:
  get_account: {operation: GetItem, entity: account}
  get_invoice: {operation: GetItem, entity: invoice}
"""


def test_the_rule_of_the_walk_through_finds_what_it_says(root: Path, tmp_path: Path) -> None:
    """Pasted into a module and given a design, it finds the one entity without a description, at its name."""
    (block,) = re.findall(r"```python\n(.*?)```", (root / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL)
    rule = ModuleType("entities_are_described")
    exec(compile(textwrap.dedent(block), "CONTRIBUTING.md", "exec"), rule.__dict__)

    (tmp_path / "templates").mkdir()
    file = tmp_path / "templates" / "accounts.yaml"
    file.write_text(DESIGN, encoding="utf-8")
    (finding,) = check_rule(rule, load_design(file))

    assert ("entities-are-described", "warning") == (finding.rule, finding.severity)
    assert "entity `invoice` does not say what it is" == finding.message
    assert "add `description: …`" == finding.help
    assert finding.location is not None
    assert (12, 3) == (finding.location.line, finding.location.column)
    assert "Every entity says what it is." == read_docstring(rule.__doc__ or "").summary
