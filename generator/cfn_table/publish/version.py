"""Which version may follow which, and the bump that a change of contract needs.

`check_succession` and `check_bump` refuse a version that comes too late or does not say enough. Versions themselves are
`cfn_table.publish.semver`, and what a change of contract breaks is `cfn_table.publish.compatibility`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cfn_table.errors import RefusedError
from cfn_table.findings import Location
from cfn_table.publish.compatibility import required_bump
from cfn_table.publish.semver import Bump, Version

__all__ = [
    "Bump",
    "Version",
    "check_bump",
    "check_succession",
    "joined",
    "next_free",
    "predecessor_of",
    "required_bump",
]

REASONS_SHOWN = 5


def predecessor_of(new: Version, published: Iterable[Version]) -> Version | None:
    """The published version that `new` is compared with: the greatest release below it.

    A pre-release promises nothing, so `1.1.0` after `1.0.0` and `1.1.0-rc.1` is compared with `1.0.0`: what depends on
    `1.0.0` must not be broken by what `1.1.0-rc.1` dropped first. Only where no release is lower is it the greatest
    pre-release, which is worth a comparison but is owed nothing.
    """
    lower = [version for version in published if version < new]
    return max([version for version in lower if not version.is_prerelease] or lower, default=None)


def check_succession(new: Version, published: Iterable[Version], *, location: Location | None = None) -> Version | None:
    """The predecessor of `new` (see `predecessor_of`), if `new` may be published beside `published`.

    Allowed are the highest version; a hotfix, which is the highest of its major.minor line (`1.0.2` beside `1.1.0`);
    and the next minor of a major that is still maintained, being the highest of it (`1.3.0` beside `1.2.0` and
    `2.0.0`). A version that is published already is no new one and passes.

    Raises:
        RefusedError: `new` would come before a version that its dependents may use already: it is lower than everything
            published, or slots in behind a higher version that was never compared with it.
    """
    versions = set(published)
    predecessor = predecessor_of(new, versions)
    higher = [version for version in versions if version > new]
    if new in versions or not higher:
        return predecessor
    lower = versions - set(higher)
    in_line = [version for version in higher if version.line == new.line]
    in_major = [version for version in higher if version.major == new.major]
    if not in_line and any(version.line == new.line for version in lower):
        return predecessor
    if not in_major and any(version.major == new.major for version in lower):
        return predecessor
    blocking = max(in_line or in_major or higher)
    steps: dict[Version, list[str]] = {}
    for bump in (Bump.PATCH, Bump.MINOR, Bump.MAJOR):
        steps.setdefault(next_free(blocking, bump, versions), []).append(str(bump))
    free = " or ".join(f"`{version}` ({', '.join(bumps)})" for version, bumps in steps.items())
    raise RefusedError(
        f"version `{new}` comes too late: `{blocking}` is published",
        help=f"the next free version is {free}",
        location=location,
    )


def next_free(base: Version, bump: Bump, published: Iterable[Version]) -> Version:
    """The lowest release that is `base` moved by at least `bump` and is allowed beside `published`."""
    versions = {*published, base}
    if bump is Bump.MAJOR:
        return max(versions).bump_major()
    if bump is Bump.MINOR:
        return max(version for version in versions if version.major == base.major).bump_minor()
    return max(version for version in versions if version.line == base.line).bump_patch()


def check_bump(
    new: Version,
    predecessor: Version,
    needed: Bump,
    reasons: Collection[str],
    *,
    published: Iterable[Version] = (),
    location: Location | None = None,
) -> None:
    """Pass when `new` is at least `predecessor` moved by `needed`; a pre-release counts as the release it leads to.

    A predecessor that is a pre-release promises nothing, so everything passes. `published` is what the version that the
    help names has to be free of.

    Raises:
        RefusedError: `new` promises its dependents more than it keeps.
    """
    if predecessor.is_prerelease or new.core >= predecessor.bumped(needed).core:
        return
    raise RefusedError(
        f"version `{new}` is too small a step after `{predecessor}`: this change needs a {needed} bump",
        help=f"set `version: {next_free(predecessor, needed, published)}`, because {joined(reasons)}",
        location=location,
    )


def joined(reasons: Collection[str]) -> str:
    """The first reasons as one text, and how many more there are."""
    shown = list(reasons)[:REASONS_SHOWN]
    more = len(reasons) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")
