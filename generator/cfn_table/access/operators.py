"""Condition operators: which texts of a request match a value of a policy, and which texts stand for all others.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import binascii
import enum
import ipaddress
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Final

from cfn_table.access.globs import Glob, arn_pattern, text_pattern
from cfn_table.access.variables import Pieces

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Kind(enum.Enum):
    """What an operator compares."""

    TEXT = enum.auto()
    TEXT_WITHOUT_CASE = enum.auto()
    PATTERN = enum.auto()
    ARN = enum.auto()
    NUMBER = enum.auto()
    DATE = enum.auto()
    BOOLEAN = enum.auto()
    BYTES = enum.auto()
    ADDRESS = enum.auto()
    NULL = enum.auto()


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator, without set operator and `IfExists`.

    Attributes:
        name: as IAM spells it.
        kind: see `Kind`.
        negated: whether none of the values may match; an absent key then matches.
        comparison: `==`, `<`, `<=`, `>` or `>=`, of numbers and dates.
    """

    name: str
    kind: Kind
    negated: bool = False
    comparison: str = "=="

    @property
    def is_null(self) -> bool:
        """Whether the operator asks whether a key is there, not for its value."""
        return self.kind is Kind.NULL


def _operators() -> Iterator[Operator]:
    yield Operator("StringEquals", Kind.TEXT)
    yield Operator("StringNotEquals", Kind.TEXT, negated=True)
    yield Operator("StringEqualsIgnoreCase", Kind.TEXT_WITHOUT_CASE)
    yield Operator("StringNotEqualsIgnoreCase", Kind.TEXT_WITHOUT_CASE, negated=True)
    yield Operator("StringLike", Kind.PATTERN)
    yield Operator("StringNotLike", Kind.PATTERN, negated=True)
    for name, kind in (("Numeric", Kind.NUMBER), ("Date", Kind.DATE)):
        yield Operator(f"{name}Equals", kind)
        yield Operator(f"{name}NotEquals", kind, negated=True)
        yield Operator(f"{name}LessThan", kind, comparison="<")
        yield Operator(f"{name}LessThanEquals", kind, comparison="<=")
        yield Operator(f"{name}GreaterThan", kind, comparison=">")
        yield Operator(f"{name}GreaterThanEquals", kind, comparison=">=")
    yield Operator("Bool", Kind.BOOLEAN)
    yield Operator("BinaryEquals", Kind.BYTES)
    yield Operator("IpAddress", Kind.ADDRESS)
    yield Operator("NotIpAddress", Kind.ADDRESS, negated=True)
    for name in ("ArnEquals", "ArnLike"):
        yield Operator(name, Kind.ARN)
        yield Operator(f"ArnNot{name.removeprefix('Arn')}", Kind.ARN, negated=True)
    yield Operator("Null", Kind.NULL)


OPERATORS: Final = {operator.name.lower(): operator for operator in _operators()}
"""Name in lower case → operator."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A number or an instant on one side of a bound.

    Attributes:
        kind: `NUMBER` or `DATE`.
        comparison: see `Operator`.
        bound: the number; of a date, its seconds since 1970.
    """

    kind: Kind
    comparison: str
    bound: Fraction

    def matches(self, text: str) -> bool:
        """Whether the text is such a number or date; one that is none of them never matches."""
        value = read_number(text) if self.kind is Kind.NUMBER else read_date(text)
        if value is None:
            return False
        return {
            "==": value == self.bound,
            "<": value < self.bound,
            "<=": value <= self.bound,
            ">": value > self.bound,
            ">=": value >= self.bound,
        }[self.comparison]


@dataclass(frozen=True, slots=True)
class Within:
    """An IP address in a network."""

    network: Network

    def matches(self, text: str) -> bool:
        """Whether the text is an address, or a network, that lies in the network."""
        inner = read_network(text)
        if inner is None or inner.version != self.network.version:
            return False
        first, last = int(self.network.network_address), int(self.network.broadcast_address)
        return first <= int(inner.network_address) and int(inner.broadcast_address) <= last


@dataclass(frozen=True, slots=True)
class Bytes:
    """The same bytes, in base64."""

    content: bytes

    def matches(self, text: str) -> bool:
        """Whether the text is base64 of these bytes."""
        return read_bytes(text) == self.content


Predicate = Glob | Ordered | Within | Bytes


@lru_cache(maxsize=8192)
def predicate(operator: Operator, value: Pieces) -> Predicate | None:
    """What a value of a policy asks of a text; None where it is no value of that kind, so that nothing matches."""
    text = "".join(part for part, _ in value)
    match operator.kind:
        case Kind.TEXT:
            return text_pattern(value, wild=False)
        case Kind.TEXT_WITHOUT_CASE:
            return text_pattern(value, ignores_case=True, wild=False)
        case Kind.PATTERN:
            return text_pattern(value)
        case Kind.BOOLEAN:
            return text_pattern(value, ignores_case=True, wild=False)
        case Kind.ARN:
            return arn_pattern(value)
        case Kind.NUMBER | Kind.DATE:
            if len(text) > MAX_BOUND:
                return None
            bound = read_number(text) if operator.kind is Kind.NUMBER else read_date(text)
            return None if bound is None else Ordered(operator.kind, operator.comparison, bound)
        case Kind.ADDRESS:
            network = read_network(text)
            return None if network is None else Within(network)
        case Kind.BYTES:
            content = read_bytes(text)
            return None if content is None else Bytes(content)
        case Kind.NULL:
            raise ValueError("Null asks for no value")


MAX_BOUND: Final = 100
"""How long a number in a policy may be; a longer one is meant to hurt, and nothing matches it."""

_MAX_EXPONENT: Final = 300
_MAX_NUMBER: Final = 2 * (MAX_BOUND + _MAX_EXPONENT)  # what lies between two bounds can be written with so many digits


def read_number(text: str) -> Fraction | None:
    """An integer or a decimal, exactly; None where the text is none (or so large that it is meant to hurt)."""
    if len(text) > _MAX_NUMBER or not text.isascii() or "/" in text or "_" in text:
        return None
    try:
        _, _, exponent = text.strip().lower().partition("e")
        return Fraction(text) if not exponent or abs(int(exponent)) <= _MAX_EXPONENT else None
    except ValueError:
        return None


def read_date(text: str) -> Fraction | None:
    """Seconds since 1970 of a date in a W3C form of ISO 8601, or of seconds since 1970; without a zone it is UTC."""
    seconds = read_number(text)
    if seconds is not None and not (text.isdigit() and len(text) == 4):
        return seconds
    parts = text.split("-")
    padded = text if "T" in text or len(parts) >= 3 else "-".join([*parts, *["01"] * (3 - len(parts))])
    try:
        instant = datetime.fromisoformat(padded)
    except ValueError:
        return None
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return Fraction(since // timedelta(microseconds=1), 1_000_000)


def read_network(text: str) -> Network | None:
    """An IPv4 or IPv6 network; an address alone is a network of one. None where the text is neither."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def read_bytes(text: str) -> bytes | None:
    """What base64 stands for; None where the text is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def samples(predicates: Iterable[Predicate]) -> list[str]:
    """Texts, one at least of each kind that the predicates which are no `Glob` can tell apart, natural ones first."""
    predicates = list(predicates)
    found: dict[str, None] = {}
    numbers = sorted({each.bound for each in predicates if isinstance(each, Ordered) and each.kind is Kind.NUMBER})
    dates = sorted({each.bound for each in predicates if isinstance(each, Ordered) and each.kind is Kind.DATE})
    networks = {each.network for each in predicates if isinstance(each, Within)}
    found.update(dict.fromkeys(_number(value) for value in _between(numbers)))
    found.update(dict.fromkeys(_date(value) for value in _between(dates)))
    found.update(dict.fromkeys(_addresses(networks)))
    for each in predicates:
        if isinstance(each, Bytes):
            found[base64.b64encode(each.content).decode()] = None
    if found:
        found["x"] = None
        if any(isinstance(each, Bytes) for each in predicates):
            other = b"x"
            while any(isinstance(each, Bytes) and each.content == other for each in predicates):
                other += b"x"
            found[base64.b64encode(other).decode()] = None
    return list(found)


def _between(bounds: Sequence[Fraction]) -> Iterator[Fraction]:
    """Each bound, a value between neighbours, and one beyond each end."""
    for at, bound in enumerate(bounds):
        if at == 0:
            yield bound - 1
        yield bound
        yield (bound + bounds[at + 1]) / 2 if at + 1 < len(bounds) else bound + 1


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    # Halves of decimals are decimals, so this ends.
    digits = next(count for count in itertools.count(1) if 10**count % value.denominator == 0)
    text = str(abs(value.numerator) * 10**digits // value.denominator).rjust(digits + 1, "0")
    return f"{'-' if value < 0 else ''}{text[:-digits]}.{text[-digits:]}"


def _date(value: Fraction) -> str:
    try:
        if value.denominator == 1:
            instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(value))
            return instant.isoformat().replace("+00:00", "Z")
    except OverflowError:
        pass
    return _number(value)


def _addresses(networks: Iterable[Network]) -> Iterator[str]:
    """The ends of each network and the addresses next to them; networks are nested or apart, so these suffice."""
    kinds: dict[int, type[Address]] = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}
    for network in sorted(networks, key=lambda each: (each.version, int(each.network_address), each.prefixlen)):
        first, last = int(network.network_address), int(network.broadcast_address)
        for number in (first, last, first - 1, last + 1):
            if 0 <= number < 2**network.max_prefixlen:
                yield str(kinds[network.version](number))
    if networks:
        yield from ("203.0.113.1", "2001:db8::1")  # for documentation, RFC 5737 and RFC 3849
