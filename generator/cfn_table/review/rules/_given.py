"""What somebody is given, or limited by, that is allowed or denied elsewhere: in managed policies of no template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cfn_table.access.templates.intrinsics import NO_VALUE
from cfn_table.review.change import Access
from cfn_table.review.pair import Pair, Resource, ResourceChange
from cfn_table.review.rules._made import shown
from cfn_table.review.values import Value, certainly_differ

_LISTS: Final = {
    "AWS::IAM::Group": {"ManagedPolicyArns": "managed policy"},
    "AWS::IAM::Role": {"ManagedPolicyArns": "managed policy"},
    "AWS::IAM::User": {"ManagedPolicyArns": "managed policy", "Groups": "group"},
    "AWS::SSO::PermissionSet": {
        "CustomerManagedPolicyReferences": "managed policy",
        "ManagedPolicies": "managed policy",
    },
}
"""Properties that give what is allowed elsewhere, and what they list."""

_BOUNDED: Final = frozenset({"AWS::IAM::Role", "AWS::IAM::User", "AWS::SSO::PermissionSet"})
_BOUNDARY: Final = "PermissionsBoundary"

_GIVERS: Final = {
    "AWS::IAM::UserToGroupAddition": ("Users", "GroupName"),
    "AWS::SSO::Assignment": ("PrincipalId", "PermissionSetArn"),
}
"""Resources that do nothing but give: the properties that say to whom, and what."""


@dataclass(frozen=True, slots=True)
class Gift:
    """What a resource gives or takes by one property.

    Attributes:
        name: of the property.
        words: what it does, a part for each value.
        access: what that does to permissions.
        certain: whether it surely does.
    """

    name: str
    words: tuple[str, ...]
    access: Access
    certain: bool


def gifts(pair: Pair, change: ResourceChange) -> Iterator[Gift]:
    """Each property by which somebody is given something else than before, or limited otherwise.

    The managed policies of the template are not among it: they are compared with all others.
    """
    resource = change.new or change.old
    assert resource is not None
    for name, what in _LISTS.get(resource.type, {}).items():
        had, has = _foreign(pair, change, name)
        parts = list(_parts(had, has, f"is given {what}", f"may be given {what}", f"loses {what}", Access.WIDER))
        yield from _gift(name, parts)
    if resource.type in _BOUNDED and change.old is not None and change.new is not None:
        had, has = _foreign(pair, change, _BOUNDARY)
        words = ("is limited by boundary", "may be limited by boundary", "is no longer limited by boundary")
        yield from _gift(_BOUNDARY, list(_parts(had, has, *words, Access.NARROWER)))
    yield from _giver(change)


def _giver(change: ResourceChange) -> Iterator[Gift]:
    if change.old is not None and change.new is not None and not change.differences:
        return
    certain = not change.differences or any(each.certain for each in change.differences)
    parts = []
    for side, verb, access in (
        (change.new, "gives" if certain else "may give", Access.WIDER),
        (change.old, "no longer gives" if certain else "may no longer give", Access.NARROWER),
    ):
        if side is not None and side.type in _GIVERS:
            whom, what = (shown(side.properties.get(name)) or "nobody" for name in _GIVERS[side.type])
            parts.append((f"{verb} {whom} what {what} allows", access, certain))
    kinds = [side.type for side in (change.new, change.old) if side is not None and side.type in _GIVERS]
    if kinds:
        yield from _gift(_GIVERS[kinds[0]][1], parts)


_Part = tuple[str, Access, bool]


def _gift(name: str, parts: list[_Part]) -> Iterator[Gift]:
    if parts:
        accesses = {access for _, access, _ in parts}
        access = accesses.pop() if len(accesses) == 1 else Access.BOTH
        yield Gift(name, tuple(words for words, _, _ in parts), access, any(certain for _, _, certain in parts))


def _parts(had: list[Value], has: list[Value], gets: str, may: str, loses: str, access: Access) -> Iterator[_Part]:
    """What becomes of the values of a property; one that may be another one takes its place."""
    lost = [each for each in had if each not in has]
    for value in has:
        if value in had:
            continue
        before = next((each for each in lost if not certainly_differ(each, value)), None)
        if before is None:
            yield f"{gets} {shown(value)}", access, True
        else:
            lost.remove(before)
            yield f"{may} {shown(value)} instead of {shown(before)}", Access.UNDECIDED, False
    for value in lost:
        yield f"{loses} {shown(value)}", Access.NARROWER if access is Access.WIDER else Access.WIDER, True


def _foreign(pair: Pair, change: ResourceChange, name: str) -> tuple[list[Value], list[Value]]:
    """The values of a property on both sides that are no managed policies of the template."""
    old, new = change.values(name)
    return (
        [each for each in _listed(name, old) if not _is_policy((other.old for other in pair.resources), each)],
        [each for each in _listed(name, new) if not _is_policy((other.new for other in pair.resources), each)],
    )


def _listed(name: str, value: Value) -> list[Value]:
    """The entries of a list, however it is compared; what is not known, or no list, is one entry."""
    if value is None or value is NO_VALUE:
        return []
    if isinstance(value, Mapping) and name != _BOUNDARY:
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _is_policy(resources: Iterable[Resource | None], value: Value) -> bool:
    """Whether it is the ARN of a managed policy among some resources."""
    if not isinstance(value, str):
        return False
    for each in resources:
        if each is not None and each.type == "AWS::IAM::ManagedPolicy":
            name = each.properties.get("ManagedPolicyName", f"${{{each.logical_id}.ManagedPolicyName}}")
            if value.endswith(f":policy{each.properties.get('Path', '/')}{name}"):
                return True
    return False
