"""What changes is updated in place.

Why: it is what a reviewer reads last: neither data nor identity nor dependents are touched, as far as is known.

Example:
    Tags: [{Key: team, Value: storage}]

Use instead: nothing.

Known problems: the registry does not say which updates interrupt a resource: of other types than tables that is not
known. Which rules of a security group come and go is told, and not what they open together.

Source: user guide, "Update behaviors of stack resources".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.review.change import Change
from cfn_table.review.pair import Pair, ResourceChange
from cfn_table.review.renames import renamed
from cfn_table.review.replacement import FIXED, is_custom
from cfn_table.review.rules import network_access_stays
from cfn_table.review.rules._given import gifts
from cfn_table.review.rules._made import made, step
from cfn_table.review.rules.data_outlives_its_resource import is_given_up
from cfn_table.review.values import TABLE_TYPES, Difference

NAME: Final = "updates-are-in-place"

_OTHERS: Final = frozenset(
    {
        "AttributeDefinitions",
        "BillingMode",
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "StreamSpecification",
        "TableClass",
        "TimeToLiveSpecification",
    }
)
"""Properties of tables that have rules of their own."""

_DOCUMENTS: Final = frozenset({"AssumeRolePolicyDocument", "KeyPolicy", "PolicyDocument", "ResourcePolicy"})
"""Properties that hold policies, which `permissions-stay` compares by their meaning."""


def check(pair: Pair) -> Iterator[Change]:
    """A change for each property that no other rule is about, and for each resource that is added."""
    moved = [each.new for each in renamed(pair) if pair.implies(each.new.when, each.old.when)]
    for position, change in enumerate(pair.resources):
        if change.old is None:
            if change not in moved:
                yield made(pair, NAME, change, (), f"`{change.logical_id}` is added")
            continue
        replacement = pair.replacements.get(position)
        causes = {cause.path[:1] for cause in replacement.causes} if replacement is not None else set()
        names = dict.fromkeys(str(each.path[0]) for each in change.differences if _is_ours(change, each))
        given = {gift.name for gift in gifts(pair, change)}
        for name in names:
            if (name,) in causes or name in given:
                continue
            found = change.at(name)
            certain = any(each.certain for each in found)
            yield made(
                pair,
                NAME,
                change,
                ("Properties", *(found[0].path if len(found) == 1 else (name,))),
                f"`{name}` of `{change.logical_id}` {'changes' if certain else 'may change'}",
                old=change.values(name)[0],
                new=change.values(name)[1],
                certain=certain,
            )
        yield from _policies(pair, change)


def _policies(pair: Pair, change: ResourceChange) -> Iterator[Change]:
    """What becomes of the resource when it is removed or replaced, where that does not give up its data."""
    if change.old is None or change.new is None or change.old.type != change.new.type:
        return
    for key, old, new in (
        ("DeletionPolicy", change.old.deletion_policy, change.new.deletion_policy),
        ("UpdateReplacePolicy", change.old.replace_policy, change.new.replace_policy),
    ):
        if old != new and not is_given_up(change.old.type, old, new):
            message = f"`{key}` of `{change.logical_id}` {step(old or None, new or None)}"
            yield made(pair, NAME, change, (key,), message, old=old or None, new=new or None)


def _is_ours(change: ResourceChange, difference: Difference) -> bool:
    name = difference.path[0]
    kind = change.new.type if change.new is not None else ""
    if name in _DOCUMENTS or (name == "Policies" and kind.startswith("AWS::IAM::")):
        return False
    if kind not in TABLE_TYPES:
        if kind == "AWS::EC2::SecurityGroup" and name in network_access_stays.LISTS:
            return difference.path[-1] == "Description"
        return not (is_custom(kind) and name == "ServiceToken") and name not in FIXED.get(kind, ())
    if name == "StreamSpecification":
        return len(difference.path) > 1 and difference.path[1] != "StreamViewType"
    if name == "GlobalSecondaryIndexes":
        return len(difference.path) > 2 and difference.path[2] not in ("KeySchema", "Projection")
    if name == "VectorIndexes":
        return False
    if name == "Replicas":
        comes_or_goes = len(difference.path) == 2 and NO_VALUE in (difference.old, difference.new)
        return not comes_or_goes and not (len(difference.path) > 2 and difference.path[2] in _OTHERS)
    return name not in _OTHERS and name != "LocalSecondaryIndexes"
