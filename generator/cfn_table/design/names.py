"""From the names that people write to the names that CloudFormation and IAM take (alphanumeric)."""

from __future__ import annotations

import re


def pascal_case(name: str) -> str:
    """`name` in PascalCase, letters and digits only: `TABLE_NAME` → `TableName`, `kv-storage` → `KvStorage`.

    A part in mixed case keeps its case: `readModel` → `ReadModel`.
    """
    parts = re.findall(r"[A-Za-z0-9]+", name)
    return "".join(
        part.capitalize() if part.isupper() and len(parts) > 1 else part[:1].upper() + part[1:] for part in parts
    )


def alphanumeric(name: str) -> str:
    """`name` without every character that a logical id or an export's last part cannot hold."""
    return re.sub(r"[^A-Za-z0-9]", "", name)
