"""Deleting the stack, or replacing the table, keeps the data.

Why: with `delete` a renamed logical id, a changed key or a removed stack deletes every item, in one step and for good.

Example:
    table: {key: {partition: PK}, on_delete: delete}

Use instead: `on_delete: retain`. Where the data really is disposable, such as in a stack of tests, suppress this rule
and say so.

Known problems: none.

Source: CloudFormation user guide, "DeletionPolicy attribute" and "UpdateReplacePolicy attribute".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "data-outlives-its-stack"
SEVERITY = Severity.WARNING


def check(design: Design) -> Iterator[Violation]:
    """A violation for `on_delete` and for `on_replace` where they say `delete`."""
    table = design.file.table
    if table.on_delete == "delete":
        also = "" if table.on_replace else ", and so does replacing it"
        message = f"deleting the stack deletes the table and its items{also}"
        yield Violation(
            message, ("table", "on_delete"), "write `on_delete: retain`, or suppress this rule with the reason"
        )
    if table.on_replace == "delete":
        message = "an update that replaces the table deletes its items"
        yield Violation(
            message, ("table", "on_replace"), "write `on_replace: retain`, or suppress this rule with the reason"
        )
