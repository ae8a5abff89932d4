"""Versions: what is one, and their order."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.publish import Bump, Version

# SemVer 2.0.0, item 11.
ORDERED = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "2.0.0",
    "2.1.0",
    "2.1.1",
]
NUMBERS = st.integers(0, 12)
IDENTIFIERS = st.integers(0, 12) | st.from_regex(
    re.compile(r"[0-9A-Za-z-]*[A-Za-z-][0-9A-Za-z-]*", re.ASCII), fullmatch=True
)
VERSIONS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS, st.lists(IDENTIFIERS, max_size=3).map(tuple)).filter(
    lambda version: len(str(version)) <= 128
)


def test_order_is_that_of_the_standards_example() -> None:
    """The standard's own list is in rising order, pair by pair."""
    versions = [Version.parse(text) for text in ORDERED]
    for (first, left), (second, right) in itertools.product(enumerate(versions), repeat=2):
        assert (first < second) == (left < right)
        assert (first == second) == (left == right)


@given(VERSIONS, VERSIONS, VERSIONS)
def test_order_is_total(first: Version, second: Version, third: Version) -> None:
    """Of two versions exactly one of lower, equal and higher holds, and the order carries over."""
    assert [first < second, first == second, first > second].count(True) == 1
    if first <= second <= third:
        assert first <= third


@given(VERSIONS)
def test_text_and_version_say_the_same(version: Version) -> None:
    """A version's text reads back as the same version."""
    assert version == Version.parse(str(version))
    assert str(version) == str(Version.parse(str(version)))


@given(VERSIONS)
def test_a_prerelease_comes_before_its_release(version: Version) -> None:
    """The pre-release part makes a version lower than its core, and nothing else does."""
    assert version.is_prerelease == (version < version.core)
    assert not version.core.is_prerelease


@given(VERSIONS)
def test_every_bump_is_a_higher_release(version: Version) -> None:
    """Bumps give releases above the version, the larger bump never the lower one."""
    patch, minor, major = version.bump_patch(), version.bump_minor(), version.bump_major()
    assert version < patch <= minor <= major
    assert [version, patch, minor, major] == [version.bumped(bump) for bump in Bump]
    assert not any(bumped.is_prerelease for bumped in (patch, minor, major))


@pytest.mark.parametrize(
    ("before", "bump", "after"),
    [
        ("1.2.3", Bump.PATCH, "1.2.4"),
        ("1.2.3", Bump.MINOR, "1.3.0"),
        ("1.2.3", Bump.MAJOR, "2.0.0"),
        ("1.2.3", Bump.NONE, "1.2.3"),
        ("1.2.3-rc.1", Bump.PATCH, "1.2.3"),
        ("1.2.3-rc.1", Bump.MINOR, "1.3.0"),
        ("1.2.0-rc.1", Bump.MINOR, "1.2.0"),
        ("1.2.0-rc.1", Bump.MAJOR, "2.0.0"),
        ("2.0.0-rc.1", Bump.MAJOR, "2.0.0"),
    ],
)
def test_a_prerelease_leads_to_its_own_release_first(before: str, bump: Bump, after: str) -> None:
    """A bump that the pre-release announces already gives its release."""
    assert after == str(Version.parse(before).bumped(bump))


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("1.0", "`1.0` is not a version: it does not start with three numbers", "three numbers"),
        ("", "`` is not a version: it does not start with three numbers", "three numbers"),
        ("1.0.0 ", "`1.0.0 ` is not a version: it does not start with three numbers", "three numbers"),
        ("1.0.0\n", "`1.0.0?` is not a version: it does not start with three numbers", "three numbers"),
        ("١.0.0", "`١.0.0` is not a version: it does not start with three numbers", "three numbers"),
        ("v1.0.0", "`v1.0.0` is not a version: it starts with a letter or sign", "write `1.0.0`"),
        ("01.0.0", "`01.0.0` is not a version: a number has a leading zero", "without leading zeros"),
        ("1.0.0-", "`1.0.0-` is not a version: a part of the pre-release is empty", "`1.0.0-rc.1`"),
        ("1.0.0-a..b", "`1.0.0-a..b` is not a version: a part of the pre-release is empty", "`1.0.0-rc.1`"),
        (
            "1.0.0-rc.01",
            "`1.0.0-rc.01` is not a version: the pre-release number `01` has a leading zero",
            "`1.0.0-rc.1`",
        ),
        (
            "1.0.0-rc_1",
            "`1.0.0-rc_1` is not a version: the pre-release part `rc_1` may hold only ASCII letters, digits, hyphens",
            "`1.0.0-rc.1`",
        ),
        (
            "1.0.0+5",
            "`1.0.0+5` is not a version: build metadata after `+` gives versions no order",
            "write `1.0.0`",
        ),
        ("1.0.0-../x", "`1.0.0-../x` is not a version: a part of the pre-release is empty", "`1.0.0-rc.1`"),
        ("9" * 200, f"`{'9' * 128}` is not a version: it is longer than 128 characters", "three numbers"),
    ],
)
def test_what_is_no_version_is_refused_with_place_and_help(text: str, message: str, help: str) -> None:
    """Every way not to be a version has its own words."""
    place = Location("templates/kv-storage.yaml", 2, 10)
    with pytest.raises(InputError) as caught:
        Version.parse(text, location=place)
    assert message == caught.value.message
    assert help in caught.value.help
    assert place == caught.value.location


@given(st.text(max_size=200))
def test_any_text_is_a_version_or_is_refused(text: str) -> None:
    """Nothing but an InputError of one line comes out of a bad text, and a good one reads back as it was."""
    found: str = text
    try:
        version = Version.parse(text)
    except InputError as error:
        found = error.message
    else:
        assert text == str(version)
    assert found.isprintable()
