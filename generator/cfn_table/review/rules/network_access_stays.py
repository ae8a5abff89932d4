"""A security group lets in and out what it did.

Why: a rule that comes opens a way to what is behind the group, for whoever it names; one that goes closes it. Both
are updates in place, which a reviewer takes for details.

Example:
    SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]

Use instead: the narrowest rule that does, such as another security group instead of addresses.

Known problems: rules are compared as they are written: one that is covered by another is told all the same. Routes and
network ACLs are not looked at.

Source: template reference, AWS::EC2::SecurityGroup, AWS::EC2::SecurityGroupIngress and AWS::EC2::SecurityGroupEgress.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cfn_table.findings import Severity
from cfn_table.review.change import Access, Change
from cfn_table.review.pair import Pair, Resource, ResourceChange
from cfn_table.review.rules._made import made, shown
from cfn_table.review.values import Value, certainly_differ

NAME: Final = "network-access-stays"
LISTS: Final = ("SecurityGroupIngress", "SecurityGroupEgress")
"""Properties of a security group that hold rules."""

_GROUP: Final = "AWS::EC2::SecurityGroup"
_RULES: Final = {"AWS::EC2::SecurityGroupIngress": LISTS[0], "AWS::EC2::SecurityGroupEgress": LISTS[1]}
_SILENT: Final = frozenset({"Description", "GroupId", "GroupName"})
"""Properties of a rule that say nothing of what it lets through."""


def check(pair: Pair) -> Iterator[Change]:
    """A change for each property of a group, and each rule that is a resource, that lets through something else."""
    for change in pair.resources:
        side = change.new or change.old
        assert side is not None
        if side.type == _GROUP:
            for name in LISTS:
                old, new = (_listed(each, name) for each in (change.old, change.new))
                yield from _told(pair, change, name, ("Properties", name), old, new)
        elif side.type in _RULES:
            old, new = (_alone(each) for each in (change.old, change.new))
            yield from _told(pair, change, _RULES[side.type], ("Properties",), old, new)


def _told(
    pair: Pair, change: ResourceChange, name: str, below: tuple[str, ...], old: list[Value], new: list[Value]
) -> Iterator[Change]:
    comes, goes = [each for each in new if each not in old], [each for each in old if each not in new]
    if not comes and not goes:
        return
    # What may turn out to be the same is neither more nor less.
    certain = not (comes and goes) or any(certainly_differ(one, other) for one in comes for other in goes)
    access = Access.BOTH if comes and goes else Access.WIDER if comes else Access.NARROWER
    way = "in" if name == LISTS[0] else "out"
    parts = [f"lets {way} {shown(each)}" for each in comes] + [f"no longer lets {way} {shown(each)}" for each in goes]
    yield made(
        pair,
        NAME,
        change,
        below,
        f"`{change.logical_id}` {', '.join(parts)}",
        severity=Severity.WARNING,
        old=goes or None,
        new=comes or None,
        certain=certain,
        access=access if certain else Access.UNDECIDED,
    )


def _listed(side: Resource | None, name: str) -> list[Value]:
    value = side.properties.get(name) if side is not None and side.type == _GROUP else None
    items = value if isinstance(value, list) else list(value.values()) if isinstance(value, Mapping) else []
    return [_bare(each) for each in items]


def _alone(side: Resource | None) -> list[Value]:
    return [_bare(side.properties)] if side is not None and side.type in _RULES else []


def _bare(rule: Value) -> Value:
    if not isinstance(rule, Mapping):
        return rule
    return {key: value for key, value in rule.items() if key not in _SILENT}
