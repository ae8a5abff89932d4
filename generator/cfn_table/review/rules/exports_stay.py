"""An export keeps its name and its value.

Why: while another stack imports it, CloudFormation refuses to remove it, to rename it, or to change its value, and
the whole update is rolled back.

Example:
    Export: {Name: !Sub '${AWS::StackName}-Table'}    # was ${AWS::StackName}-TableName

Use instead: keep the old export beside the new one for a version, until no stack imports it.

Known problems: who imports an export is known of a deployed stack only (`stack:NAME`); else it may be refused.

Source: user guide, "Exports"; aws-cdk, issue 7602 and pull request 12778.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.exports import ExportChange, export_changes
from cfn_table.review.pair import Pair, plain

NAME: Final = "exports-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each export that is not as it was."""
    for each in export_changes(pair):
        if each.old is None:
            yield _change(pair, each, Effect.NONE, f"export `{each.name}` is added", certain=True)
            continue
        importers = None if pair.old.imports is None else pair.old.imports.get(each.name, ())
        what = f"export `{each.name}` {each.what}"
        if importers:
            names = ", ".join(f"`{name}`" for name in importers)
            yield _change(pair, each, Effect.REFUSED, f"{what}, and is imported by {names}", certain=each.certain)
        elif importers is None:
            yield _change(pair, each, Effect.REFUSED, f"{what}: refused while a stack imports it", certain=False)
        else:
            yield _change(pair, each, Effect.NONE, f"{what}; no stack imports it", certain=each.certain)


def _change(pair: Pair, each: ExportChange, effect: Effect, message: str, *, certain: bool) -> Change:
    removed = each.new is None
    path = ("Outputs", each.output, *(() if removed or each.old is None else ("Value",)))
    refused = effect is Effect.REFUSED
    return Change(
        NAME,
        effect,
        Severity.NOTE if each.old is None else Severity.ERROR if refused and certain else Severity.WARNING,
        message,
        help="keep it for one more version, until `aws cloudformation list-imports` names no stack" if refused else "",
        path=path,
        old=plain(each.old),
        new=plain(each.new),
        certain=certain,
        when=each.when,
        breaking=each.old is not None,
        location=pair.locate(path, old=removed),
        design=pair.origin(path, old=removed),
    )
