"""What reviewing a change has shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cfn_table.findings import Location
from cfn_table.publish.semver import Bump
from cfn_table.review.change import Change, Effect

LEVELS: Final = ("data-loss", "replacement", "breaking", "wider", "any")
"""What `--fail-on` takes. What the service refuses, and a version that says too little, always fail."""


@dataclass(frozen=True, slots=True)
class VersionStep:
    """The version that the change needs.

    Attributes:
        old, new: the versions of both sides.
        needed: the least bump.
        reasons: why, gravest first.
        enough: whether `new` is at least that far from `old`.
        proposed: a version that would do; empty where `new` does.
        location: of the version in the new design.
    """

    old: str
    new: str
    needed: Bump
    reasons: tuple[str, ...]
    enough: bool
    proposed: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A policy that is on either side.

    Attributes:
        policy: its name.
        relation: `equal`, `wider`, `narrower`, `different` (both wider and narrower), `new`, `removed` or `undecided`.
        gained, lost: example requests that are allowed now and were not, and that were allowed and are not.
        undecided: what could not be worked out, in words.
    """

    policy: str
    relation: str
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What became of one design or template.

    Attributes:
        name: the design's name, or the template's path.
        old, new: the two sides, as the user would name them; empty where a side does not exist.
        changes: sorted by `Change.sort_key`.
        policies: every policy whose meaning differs, sorted by name.
        version: None where a side has no version.
        undecided: what could not be looked at, such as macros, in words.
        notes: further remarks, such as what the comparison was made with.
    """

    name: str
    old: str
    new: str
    changes: tuple[Change, ...] = ()
    policies: tuple[PolicyChange, ...] = ()
    version: VersionStep | None = None
    undecided: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def worst(self) -> Effect:
        """The worst effect that is certain or may be."""
        return max((each.effect for each in self.changes), key=lambda effect: effect.rank, default=Effect.NONE)

    def fails(self, level: str) -> bool:
        """Whether it is more than a level of `LEVELS` allows: each level fails on all that the ones before it do.

        What may happen counts as what happens.
        """
        if self.version is not None and not self.version.enough:
            return True
        return any(_fails(each, level) for each in self.changes) or (level == "any" and bool(self.undecided))

    @property
    def counts(self) -> Mapping[str, int]:
        """Effect → how many changes have it; those that have none are left out."""
        return {str(effect): n for effect in reversed(Effect) if (n := sum(c.effect is effect for c in self.changes))}


def _fails(change: Change, level: str) -> bool:
    if change.effect in (Effect.REFUSED, Effect.DATA_LOSS):
        return True
    reached = LEVELS.index(level)
    return (
        (reached >= 1 and change.effect in (Effect.REPLACEMENT, Effect.ORPHAN))
        or (reached >= 2 and change.breaking)
        or (reached >= 3 and change.access.may_be_wider)
        or reached >= 4
    )
