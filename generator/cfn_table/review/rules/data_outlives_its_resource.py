"""What holds data is kept when it is removed or replaced.

Why: without `DeletionPolicy: Retain` CloudFormation deletes a table that leaves the template, and without
`UpdateReplacePolicy: Retain` the one that is replaced, with all items.

Example:
    # the table is gone from the template, and had no DeletionPolicy

Use instead: `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` in an update of its own, before the one that
removes.

Known problems: whether a resource holds data follows from its type, by cfn-lint's list. For a removal the policy of
the deployed template counts, for a replacement that of both: where they differ, it may be lost. A bucket that still has
objects is not deleted: CloudFormation gives up on it, and it is in no stack.

Source: user guide, "DeletionPolicy attribute" and "UpdateReplacePolicy attribute".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.findings import Severity
from cfn_table.registry import stateful_types
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import KEPT, Pair, ResourceChange
from cfn_table.review.renames import moved
from cfn_table.review.rules._made import made
from cfn_table.review.rules._settings import is_protected

NAME: Final = "data-outlives-its-resource"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each resource whose data goes with it, and for each that is kept no longer."""
    elsewhere = moved(pair)
    for position, change in enumerate(pair.resources):
        if (
            change.old is None
            or change.old.type not in stateful_types()
            or (change.logical_id, change.when) in elsewhere
        ):
            continue
        replacement = pair.replacements.get(position)
        if change.new is None:
            yield from _removed(pair, change)
        elif replacement is not None and not replacement.kept_name:
            yield from _replaced(pair, change, replacement.certain)
        else:
            yield from _kept(pair, change)


def _removed(pair: Pair, change: ResourceChange) -> Iterator[Change]:
    assert change.old is not None
    policy = change.old.deletion_policy
    if policy in KEPT or policy == "Snapshot" or is_protected(change.old):
        return  # see retained-resources-stay-in-the-stack and protected-resources-stay
    certain = bool(policy)
    yield made(
        pair,
        NAME,
        change,
        (),
        f"`{change.logical_id}` {'is' if certain else 'may be'} deleted with all its data",
        effect=Effect.DATA_LOSS,
        certain=certain,
        help="deploy `DeletionPolicy: Retain` first; then it stays when it leaves the template",
    )


def _replaced(pair: Pair, change: ResourceChange, certain: bool) -> Iterator[Change]:
    assert change.old is not None
    assert change.new is not None
    policies = (change.old.replace_policy, change.new.replace_policy)
    if all(policy in KEPT or policy == "Snapshot" for policy in policies) or is_protected(change.old):
        return
    certain = certain and policies == ("Delete", "Delete")
    yield made(
        pair,
        NAME,
        change,
        ("UpdateReplacePolicy",),
        f"the replaced `{change.logical_id}` {'is' if certain else 'may be'} deleted with all its data",
        effect=Effect.DATA_LOSS,
        certain=certain,
        help="deploy `UpdateReplacePolicy: Retain` first, and copy the data to what takes its place",
    )


def is_given_up(resource_type: str, old: str, new: str) -> bool:
    """Whether a policy kept data, and does not any more."""
    return resource_type in stateful_types() and old in (*KEPT, "Snapshot") and new not in (*KEPT, "Snapshot")


def _kept(pair: Pair, change: ResourceChange) -> Iterator[Change]:
    assert change.old is not None
    assert change.new is not None
    for key, old, new in (
        ("DeletionPolicy", change.old.deletion_policy, change.new.deletion_policy),
        ("UpdateReplacePolicy", change.old.replace_policy, change.new.replace_policy),
    ):
        if is_given_up(change.old.type, old, new):
            when = "removed" if key == "DeletionPolicy" else "replaced"
            yield made(
                pair,
                NAME,
                change,
                (key,),
                f"`{change.logical_id}` will be deleted with its data when it is {when}: `{key}` is no longer `{old}`",
                severity=Severity.WARNING,
                help=f"keep `{key}: {old}`",
                old=old,
                new=new or None,
                certain=bool(new),
            )
