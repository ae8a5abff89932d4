"""An output that is not exported keeps its name.

Why: scripts and pipelines read outputs by name (`describe-stacks`), and so do stacks that contain this one.

Example:
    # Outputs.TableName is gone

Use instead: keep it.

Known problems: who reads an output is not known.

Source: user guide, "Outputs".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair, plain
from cfn_table.review.values import certainly_differ

NAME: Final = "outputs-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each output without an export that is not as it was."""
    for each in pair.outputs:
        path = ("Outputs", each.name)
        if each.old is not None and each.old.export is None and each.new is None:
            message, severity = f"output `{each.name}` is removed", Severity.WARNING
        elif each.new is not None and each.new.export is None and each.old is None:
            message, severity = f"output `{each.name}` is added", Severity.NOTE
        elif (
            each.old is not None
            and each.new is not None
            and each.old.export is None
            and each.new.export is None
            and each.old.value != each.new.value
        ):
            message, severity = f"output `{each.name}` has another value", Severity.NOTE
        else:
            continue
        removed = each.new is None
        yield Change(
            NAME,
            Effect.NONE,
            severity,
            message,
            path=path,
            old=plain(each.old.value) if each.old is not None else plain(None),
            new=plain(each.new.value) if each.new is not None else plain(None),
            certain=each.old is None or each.new is None or certainly_differ(each.old.value, each.new.value),
            when=each.when,
            breaking=removed,
            location=pair.locate(path, old=removed),
            design=pair.origin(path, old=removed),
        )
