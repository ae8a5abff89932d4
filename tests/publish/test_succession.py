"""Which version may follow which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.errors import RefusedError
from cfn_table.findings import Location
from cfn_table.publish import Bump, Version, check_bump, check_succession, next_free
from tests.publish.test_semver import VERSIONS

PUBLISHED = st.sets(VERSIONS, max_size=6)


def versions(text: str) -> list[Version]:
    """The versions in a text, separated by spaces."""
    return [Version.parse(each) for each in text.split()]


@pytest.mark.parametrize(
    ("new", "published", "predecessor"),
    [
        ("1.0.0", "", None),
        ("1.1.0", "1.0.0", "1.0.0"),
        # a hotfix, compared with its own predecessor
        ("1.0.2", "1.0.0 1.0.1 1.1.0", "1.0.1"),
        # the next minor of a major that is still maintained
        ("1.3.0", "1.2.0 2.0.0", "1.2.0"),
        # a release is compared with the last release, not with what a pre-release dropped first
        ("1.1.0", "1.0.0 1.1.0-rc.1", "1.0.0"),
        ("1.1.0-rc.2", "1.0.0 1.1.0-rc.1", "1.0.0"),
        # without a release before it, with the last pre-release
        ("1.0.0", "1.0.0-rc.1 1.0.0-rc.2", "1.0.0-rc.2"),
        # the same version again is no new one
        ("1.0.0-rc.1", "1.0.0-rc.1 1.0.0-rc.2 1.0.0", None),
        ("1.0.0", "1.0.0 1.1.0", None),
    ],
)
def test_a_version_may_follow(new: str, published: str, predecessor: str | None) -> None:
    """The highest version, a hotfix and a maintained major may be published; each has its own predecessor."""
    expected = None if predecessor is None else Version.parse(predecessor)
    assert expected == check_succession(Version.parse(new), versions(published))


@pytest.mark.parametrize(
    ("new", "published", "blocking", "help"),
    [
        ("0.9.0", "1.0.0", "1.0.0", "`1.0.1` (patch) or `1.1.0` (minor) or `2.0.0` (major)"),
        ("1.0.1", "1.0.0 1.0.2 1.1.0", "1.0.2", "`1.0.3` (patch) or `1.2.0` (minor) or `2.0.0` (major)"),
        ("1.1.0-rc.1", "1.0.0 1.1.0", "1.1.0", "`1.1.1` (patch) or `1.2.0` (minor) or `2.0.0` (major)"),
        ("1.0.0-rc.1", "1.0.0-rc.2", "1.0.0-rc.2", "`1.0.0` (patch, minor, major)"),
        ("1.1.0", "1.0.0 1.2.0", "1.2.0", "`1.2.1` (patch) or `1.3.0` (minor) or `2.0.0` (major)"),
        ("1.0.0", "0.9.0 2.0.0", "2.0.0", "`2.0.1` (patch) or `2.1.0` (minor) or `3.0.0` (major)"),
    ],
)
def test_a_version_that_comes_too_late_is_refused(new: str, published: str, blocking: str, help: str) -> None:
    """Below everything, or behind one that was never compared with it: the help names the next free versions."""
    place = Location("templates/kv-storage.yaml", 2)
    with pytest.raises(RefusedError) as caught:
        check_succession(Version.parse(new), versions(published), location=place)
    assert f"version `{new}` comes too late: `{blocking}` is published" == caught.value.message
    assert f"the next free version is {help}" == caught.value.help
    assert place == caught.value.location
    assert caught.value.exit_status == 1


@given(VERSIONS, PUBLISHED)
def test_a_predecessor_is_published_and_lower(new: Version, published: set[Version]) -> None:
    """Whatever is allowed has a lower predecessor, or none only where nothing lower is published."""
    try:
        predecessor = check_succession(new, published)
    except RefusedError:
        assert any(version > new for version in published)
        return
    lower = [version for version in published if version < new]
    assert (predecessor is None) == (not lower)
    assert predecessor is None or predecessor in lower


@given(PUBLISHED.filter(bool), st.sampled_from([Bump.PATCH, Bump.MINOR, Bump.MAJOR]), st.data())
def test_the_next_free_version_is_free_and_allowed(published: set[Version], bump: Bump, data: st.DataObject) -> None:
    """The version that a help names passes the checks that refused the other one."""
    base = data.draw(st.sampled_from(sorted(published)))
    free = next_free(base, bump, published)
    assert free not in published
    assert free >= base.bumped(bump)
    check_succession(free, published)
    check_bump(free, base, bump, ["a reason"])


@pytest.mark.parametrize(
    ("new", "predecessor", "needed", "passes"),
    [
        ("1.0.1", "1.0.0", Bump.PATCH, True),
        ("1.0.1", "1.0.0", Bump.MINOR, False),
        ("1.1.0", "1.0.0", Bump.MINOR, True),
        ("1.1.0", "1.0.0", Bump.MAJOR, False),
        ("2.0.0", "1.0.0", Bump.MAJOR, True),
        ("2.0.0-rc.1", "1.0.0", Bump.MAJOR, True),
        ("1.1.0-rc.1", "1.0.0", Bump.MAJOR, False),
        ("1.0.0", "1.0.0-rc.1", Bump.MAJOR, True),
        ("0.2.0", "0.1.0", Bump.MINOR, True),
    ],
)
def test_a_step_has_to_be_large_enough(new: str, predecessor: str, needed: Bump, passes: bool) -> None:
    """A pre-release counts as the release it leads to; a pre-release as predecessor is owed nothing."""
    if passes:
        check_bump(Version.parse(new), Version.parse(predecessor), needed, [])
        return
    with pytest.raises(RefusedError) as caught:
        check_bump(Version.parse(new), Version.parse(predecessor), needed, ["export `A` was removed"])
    assert f"version `{new}` is too small a step after `{predecessor}`: this change needs a {needed} bump" == (
        caught.value.message
    )
    expected = f"set `version: {Version.parse(predecessor).bumped(needed)}`, because export `A` was removed"
    assert expected == caught.value.help


def test_many_reasons_are_counted() -> None:
    """A help shows five reasons and says how many more there are."""
    with pytest.raises(RefusedError) as caught:
        check_bump(Version(1, 0, 1), Version(1, 0, 0), Bump.MAJOR, [f"r{number}" for number in range(8)])
    assert "set `version: 2.0.0`, because r0; r1; r2; r3; r4; and 3 more" == caught.value.help
