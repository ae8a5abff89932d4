"""Condition operators: which texts match which values, and samples of all kinds of texts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_table.access.operators import (
    OPERATORS,
    Kind,
    Predicate,
    predicate,
    read_bytes,
    read_date,
    read_network,
    read_number,
    samples,
)


def asked(operator: str, value: str) -> Predicate | None:
    """What an operator asks of a text for a value."""
    return predicate(OPERATORS[operator.lower()], ((value, False),))


@pytest.mark.parametrize(
    ("operator", "value", "text", "expected"),
    [
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEqualsIgnoreCase", "aB", "Ab", True),
        ("StringLike", "a*", "ab", True),
        ("StringLike", "A*", "ab", False),
        ("NumericEquals", "10", "1e1", True),
        ("NumericEquals", "0.1", "0.10", True),
        ("NumericLessThan", "10", "9.99", True),
        ("NumericLessThan", "10", "x", False),
        ("NumericGreaterThanEquals", "10", "10", True),
        ("DateLessThan", "2024-01-01", "2023-12-31T23:59:59Z", True),
        ("DateEquals", "2024-01-01T00:00:00Z", "1704067200", True),
        ("DateEquals", "2024", "2024-01-01", True),
        ("DateGreaterThan", "2024-01-01T00:00:00+02:00", "2023-12-31T22:00:00Z", False),
        ("Bool", "True", "true", True),
        ("Bool", "true", "false", False),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("BinaryEquals", "QQ==", "Qg==", False),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", "10.0.0.0/8", "11.1.2.3", False),
        ("IpAddress", "10.0.0.0/8", "10.0.0.0/7", False),
        ("IpAddress", "2001:db8::/32", "2001:DB8::1", True),
        ("ArnLike", "arn:aws:s3:::*", "arn:aws:s3:::b", True),
    ],
)
def test_matching(operator: str, value: str, text: str, expected: bool) -> None:
    """As IAM's documentation of the operator says."""
    found = asked(operator, value)
    assert found is not None
    assert expected == found.matches(text)


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("NumericEquals", "ten"),
        ("NumericEquals", "1" * 101),
        ("NumericEquals", "1e9999"),
        ("DateEquals", "yesterday"),
        ("IpAddress", "10.0.0.0/99"),
        ("BinaryEquals", "%"),
        ("ArnLike", "arn"),
    ],
)
def test_a_value_of_another_kind_matches_nothing(operator: str, value: str) -> None:
    """Nor is it an error: IAM takes such policies."""
    assert None is asked(operator, value)


@pytest.mark.parametrize("text", ["", " ", "1/2", "1_000", "٣", "nan", "inf", "1e", "e5", "--1", "0x10", "1e1e1"])
def test_what_is_no_number(text: str) -> None:
    """Python would take some of them for one."""
    assert None is read_number(text)


@given(text=st.text(max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    """As nothing, if it is none."""
    for read in (read_number, read_date, read_network, read_bytes):
        read(text)


numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000).map(str)
odd_numbers = st.sampled_from(["1e300", "-1e300", "1e-300", "9" * 100, f"0.{'0' * 97}1", f"0.{'0' * 90}1e-300"])


@settings(deadline=None)
@given(bounds=st.lists(numbers | odd_numbers, min_size=1, max_size=4), probe=numbers)
def test_samples_of_numbers_are_of_all_kinds(bounds: list[str], probe: str) -> None:
    """Any number compares with the bounds as one of the samples does; so does what is no number."""
    names = [name for name, each in OPERATORS.items() if each.kind is Kind.NUMBER and not each.negated]
    predicates = [found for bound in bounds for name in names if (found := asked(name, bound)) is not None]
    kinds = {tuple(each.matches(text) for each in predicates) for text in samples(predicates)}
    assert tuple(each.matches(probe) for each in predicates) in kinds
    for each in bounds:
        assert tuple(one.matches(each) for one in predicates) in kinds
    assert (False,) * len(predicates) in kinds
    values = sorted({read_number(each) or Fraction(0) for each in bounds})
    assert len(kinds) == 2 * len(values) + 2


dates = st.datetimes().map(lambda instant: f"{instant.isoformat()}Z")


@settings(deadline=None)
@given(bounds=st.lists(dates, min_size=1, max_size=3), probe=dates)
def test_samples_of_dates_are_of_all_kinds(bounds: list[str], probe: str) -> None:
    """The first and the last years of the calendar included."""
    names = [name for name, each in OPERATORS.items() if each.kind is Kind.DATE and not each.negated]
    predicates = [found for bound in bounds for name in names if (found := asked(name, bound)) is not None]
    kinds = {tuple(each.matches(text) for each in predicates) for text in samples(predicates)}
    assert tuple(each.matches(probe) for each in predicates) in kinds
    assert len(kinds) == 2 * len({read_date(each) for each in bounds}) + 2


networks = st.builds(
    lambda number, length: f"10.{number >> 8 & 255}.{number & 255}.0/{length}",
    st.integers(0, 2**16 - 1),
    st.integers(8, 24),
)


@settings(deadline=None)
@given(values=st.lists(networks, min_size=1, max_size=4), probe=st.integers(0, 2**24 - 1))
def test_samples_of_addresses_are_of_all_kinds(values: list[str], probe: int) -> None:
    """Any address is in the networks in which one of the samples is."""
    predicates = [found for value in values if (found := asked("IpAddress", value)) is not None]
    kinds = {tuple(each.matches(text) for each in predicates) for text in samples(predicates)}
    address = f"10.{probe >> 16}.{probe >> 8 & 255}.{probe & 255}"
    assert tuple(each.matches(address) for each in predicates) in kinds
    assert (False,) * len(predicates) in kinds


def test_samples_of_bytes() -> None:
    """The bytes that are named, others, and what is no base64."""
    predicates = [found for value in ("QQ==", "eA==") if (found := asked("BinaryEquals", value)) is not None]
    kinds = {tuple(each.matches(text) for each in predicates) for text in samples(predicates)}
    assert {(True, False), (False, True), (False, False)} == kinds
