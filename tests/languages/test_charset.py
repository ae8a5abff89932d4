"""Sets of characters behave as sets of code points do, without surrogates and in natural order."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.languages import ANY_CHARACTER, NO_CHARACTER, CharSet
from cfn_table.languages.charset import partition

# Near the ends of the universe, of the surrogates, and of ASCII, so that random ranges touch, overlap and wrap around.
_EDGES = [*range(4), *range(0x2E, 0x34), *range(0x5F, 0x64), *range(0xD7FE, 0xE002), *range(0x10FFFD, 0x110000)]
_CODES = [code for code in _EDGES if not 0xD800 <= code <= 0xDFFF]
_RANGES = st.lists(st.tuples(st.sampled_from(_EDGES), st.sampled_from(_EDGES)).map(lambda ends: (min(ends), max(ends))))
_SETS = _RANGES.map(CharSet)


def _codes(characters: CharSet) -> set[int]:
    """The members among the code points that the tests look at."""
    return {code for code in _CODES if characters.contains(code)}


@given(_RANGES)
def test_a_set_holds_exactly_what_its_ranges_hold(ranges: list[tuple[int, int]]) -> None:
    """Ranges may come in any order, overlapping, touching, or with surrogates inside."""
    expected = {code for code in _CODES if any(first <= code <= last for first, last in ranges)}
    assert expected == _codes(CharSet(ranges))


@given(_SETS)
def test_ranges_are_sorted_and_apart(characters: CharSet) -> None:
    """Equal sets have equal ranges, since touching ranges are one range."""
    ends = [end for ends in characters.ranges for end in ends]
    assert ends == sorted(ends)
    gaps = [after - before for (_, before), (after, _) in itertools.pairwise(characters.ranges)]
    assert all(gap > 1 for gap in gaps)
    assert characters == CharSet(characters.ranges)
    assert hash(characters) == hash(CharSet(characters.ranges))
    assert repr(characters) == f"CharSet({list(characters.ranges)})"


@given(_SETS, _SETS)
def test_operations_are_those_of_sets(one: CharSet, other: CharSet) -> None:
    """Union, intersection, complement, difference and inclusion agree with Python's sets."""
    assert _codes(one) | _codes(other) == _codes(one.union(other))
    assert _codes(one) & _codes(other) == _codes(one.intersect(other))
    assert _codes(one) - _codes(other) == _codes(one.minus(other))
    assert set(_CODES) - _codes(one) == _codes(one.complement())
    assert (not one.minus(other)) == other.includes(one)


@given(_SETS, _SETS, _SETS)
def test_union_takes_any_number_of_sets(one: CharSet, two: CharSet, three: CharSet) -> None:
    """A union of several sets is the union of their unions."""
    assert one.union(two).union(three) == one.union(two, three)
    assert one == one.union()


@given(_SETS)
def test_complement_twice_is_the_set_itself(characters: CharSet) -> None:
    """Nothing is lost by complements, surrogates are never won, and sizes add up to the universe."""
    assert characters == characters.complement().complement()
    assert len(ANY_CHARACTER) == len(characters) + len(characters.complement())
    assert not characters.complement().contains(0xD800)


def test_the_universe_has_no_surrogates() -> None:
    """AWS stores UTF-8, in which surrogates have no form."""
    assert 0x110000 - 0x800 == len(ANY_CHARACTER)
    assert ((0, 0xD7FF), (0xE000, 0x10FFFF)) == ANY_CHARACTER.ranges
    assert CharSet.of("\ud800") == NO_CHARACTER
    assert not NO_CHARACTER
    assert "\udfff" not in ANY_CHARACTER


@given(_SETS)
def test_members_come_in_natural_order(characters: CharSet) -> None:
    """Each member comes once; letters and digits before other ASCII, controls last."""
    members = list(itertools.islice(characters, 100))
    assert len(members) == len(set(members)) == min(len(characters), 100)
    assert all(member in characters for member in members)

    def kind(member: str) -> int:
        if member.isascii():
            return 0 if member.isalnum() else 1 if member.isprintable() else 3
        return 2 if ord(member) > 0xA0 else 3

    assert sorted(map(kind, members)) == list(map(kind, members))


@pytest.mark.parametrize(
    ("expected", "characters"),
    [
        ("a", ANY_CHARACTER),
        ("b", CharSet.of("zbZ0#")),
        ("0", CharSet([(0, ord("Z"))])),
        ("A", CharSet([(ord("A"), ord("Z"))])),
        ("-", CharSet.of(" -~é")),
        (" ", CharSet.of(" é\n")),
        ("é", CharSet.of("é\n\x7f")),
        ("\x7f", CharSet.of("\n\x7f")),
        ("\n", CharSet.of("\n")),
    ],
)
def test_pick_prefers_what_people_type(expected: str, characters: CharSet) -> None:
    """A letter or digit, else printable ASCII, else other text, controls only when nothing else is left."""
    assert expected == characters.pick()


def test_an_empty_set_has_no_member_to_pick() -> None:
    """Asking the empty set for a member is an error of the caller."""
    with pytest.raises(ValueError, match="no member"):
        NO_CHARACTER.pick()


@pytest.mark.parametrize("ends", [(5, 4), (-1, 3), (0, 0x110000)])
def test_a_range_must_be_one(ends: tuple[int, int]) -> None:
    """A range that ends before it begins, or leaves Unicode, is refused."""
    with pytest.raises(ValueError, match="no range"):
        CharSet([ends])


@given(st.lists(_SETS, max_size=5))
def test_a_partition_tells_apart_what_some_set_tells_apart(sets: list[CharSet]) -> None:
    """Classes are disjoint, cover the union, and all members of a class are in the same sets."""
    classes = partition(sets)
    for code in _CODES:
        holders = sum(1 << index for index, each in enumerate(sets) if each.contains(code))
        found = [members for characters, members in classes if characters.contains(code)]
        assert found == ([holders] if holders else [])
    assert len(classes) == len({members for _, members in classes})
