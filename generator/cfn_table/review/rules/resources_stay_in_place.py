"""A resource is updated and not replaced.

Why: a replaced resource has another identity. What refers to it from outside of the stack no longer reaches it, and
what it held goes with it. CloudFormation refuses to replace a resource that keeps its name, and to change the
`ServiceToken` of a custom resource or what a KMS key is for.

Example:
    BucketName: logs-2      # was logs

Use instead: the old value; or a second resource beside the first, until everybody has moved.

Known problems: a resource type that is not in the registry (of a macro, a module, or a custom resource) may be
replaced by any change. Of some properties the registry says only that they replace under conditions that it does not
state.

Source: createOnlyProperties and conditionalCreateOnlyProperties of each type's registry schema; user guide, "Update
behaviors of stack resources"; CloudFormation coverage roadmap, issue 802 (`ServiceToken`); template reference,
AWS::KMS::Key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.replacement import FIXED, is_custom
from cfn_table.review.rules import policies_keep_their_arn
from cfn_table.review.rules._made import of_difference
from cfn_table.review.rules._replaced import replaced
from cfn_table.review.values import TABLE_TYPES

NAME: Final = "resources-stay-in-place"
_OTHERS: Final = TABLE_TYPES | {policies_keep_their_arn.TYPE}


def check(pair: Pair) -> Iterator[Change]:
    """A change for each resource that is replaced; tables and managed policies have rules of their own."""
    for change in pair.resources:
        if change.new is not None and is_custom(change.new.type):
            for each in change.at("ServiceToken"):
                message = f"custom resource `{change.logical_id}` cannot get another `ServiceToken`"
                help = "give it another logical id"
                yield of_difference(pair, NAME, change, each, message, effect=Effect.REFUSED, help=help)
        for name in FIXED.get(change.new.type, ()) if change.new is not None else ():
            for each in change.at(name):
                message = f"key `{change.logical_id}` cannot get another `{name}`"
                help = "give it another logical id, and keep the old key until nothing is encrypted with it"
                yield of_difference(pair, NAME, change, each, message, effect=Effect.REFUSED, help=help)
    yield from replaced(
        pair,
        NAME,
        lambda kind, _: kind not in _OTHERS,
        wanted="keep the value, or add a second resource and remove the first when nobody uses it",
        kept="CloudFormation cannot replace a resource under its name: give it another name",
    )
