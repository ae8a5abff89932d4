"""A retained resource does not leave its stack.

Why: with `DeletionPolicy: Retain` it stays in the account when it leaves the template, without an owner; with
`UpdateReplacePolicy: Retain`, or with deletion protection, the one that is replaced stays likewise. A template
that has it again does not find it: a table of that name "already exists", until it is imported.

Example:
    # a retained table is gone from the template

Use instead: keep it in the template; or plan who owns it, and how it comes back (`cfn-table emit import`).

Known problems: none.

Source: user guide, "DeletionPolicy attribute", and "Import AWS resources into a CloudFormation stack".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import KEPT, Pair
from cfn_table.review.renames import moved
from cfn_table.review.rules._made import made
from cfn_table.review.rules._settings import is_protected

NAME: Final = "retained-resources-stay-in-the-stack"
_HELP: Final = "to have it in a stack again, it must be imported"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each resource that stays behind when it is removed or replaced."""
    elsewhere = moved(pair)
    for position, change in enumerate(pair.resources):
        if change.old is None or (change.logical_id, change.when) in elsewhere:
            continue
        replacement = pair.replacements.get(position)
        if change.new is None and change.old.deletion_policy in (*KEPT, "Snapshot"):
            what = _left(change.old.deletion_policy)
            yield made(
                pair,
                NAME,
                change,
                (),
                f"`{change.logical_id}` leaves the stack, and {what}",
                effect=Effect.ORPHAN,
                help=_HELP,
            )
        elif replacement is not None and not replacement.kept_name and change.new is not None:
            protected = is_protected(change.old)
            policies = {change.old.replace_policy, change.new.replace_policy}
            if protected or policies <= {*KEPT, "Snapshot"}:
                leaves = "leaves" if replacement.certain else "may leave"
                what = "it stays in the account" if protected else _left(change.new.replace_policy)
                yield made(
                    pair,
                    NAME,
                    change,
                    ("UpdateReplacePolicy",),
                    f"the replaced `{change.logical_id}` {leaves} the stack, and {what}",
                    effect=Effect.ORPHAN,
                    certain=replacement.certain,
                    help="copy what it holds to what takes its place, then delete it by hand",
                )


def _left(policy: str) -> str:
    return "a snapshot of it stays" if policy == "Snapshot" else "it stays in the account"
