"""A design with every construct that requests are derived from, and what tests ask of a request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.requests import Request, Underivable, derive
from tests.design.written import load

STORE = """\
design: shop
version: 1.0.0
table:
  key: {partition: PK, sort: SK}
  type_attribute: kind
indexes:
  - {name: GSI1, key: {partition: GSI1PK, sort: GSI1SK}}
  - {name: GSI2, key: {partition: status, sort: [year, month, day]}}
  - {name: GSI3, key: {partition: [country, city], sort: score}}
  - {name: GSI4, key: {partition: GSI4PK}, projection: keys_only}
  - {name: LSI1, key: {partition: PK, sort: LSI1SK}, local: true, projection: {include: [total]}}
key_only: {part: string}
entities:
  user:
    type: USER
    keys: {PK: "USER#{userId}", SK: PROFILE, GSI1PK: "MAIL#{email:lower}", GSI1SK: PROFILE}
    attributes: {userId: string, email: string, name: string, visits?: number, tags?: string_set, address?: map}
  order:
    type: ORDER
    keys:
      PK: "USER#{userId}"
      SK: "ORDER#{placedAt}#{orderId}"
      GSI1PK: "ORDER#{orderId}"
      GSI1SK: "{placedAt}"
      year: "{year:04}"
      month: "{month:02}"
      day: "{day:02}"
      LSI1SK?: "TOTAL#{total:010}"
      GSI4PK: "DAY#{day}"
    attributes:
      userId: string
      orderId: string
      placedAt: timestamp
      status: [open, paid]
      year: number
      month: number
      day: number
      total: number
      lines: list
  player:
    type: PLAYER
    keys: {PK: "GAME#{game}#{part}", SK: "P#{playerId}"}
    attributes: {game: string, playerId: string, country: string, city: string, score: number, size?: number}
  guest:
    type: GUEST
    keys: {PK: "GUEST#{guestId}", SK: GUEST, GSI4PK: "DAY#{guestId}"}
    attributes: {guestId: string, "odd.name": string, "list[0]": string, select: string, größe: number, "a b?": string}
"""

Derived = tuple[str, dict[str, str], dict[str, str], dict[str, str]]


def requests(folder: Path, pattern: str, design: str = STORE) -> tuple[Request, ...]:
    """The requests of an access pattern of the design."""
    return derive(load(folder, f"{design}access_patterns:\n  p: {pattern}\n"), "p")


def request(folder: Path, pattern: str, design: str = STORE) -> Request:
    """The one request of an access pattern."""
    (one,) = requests(folder, pattern, design)
    return one


def sent(one: Request) -> dict[str, Any]:
    """What is sent, with every value as a contract writes it."""
    return {**one.expressions, **one.names, **{name: value.text for name, value in one.values.items()}}


def keys(one: Request) -> list[str]:
    """The conditions on key attributes."""
    return [f"{each.attribute} {each.comparison} {' '.join(map(str, each.templates))}" for each in one.key]


def why_not(folder: Path, pattern: str, design: str = STORE) -> tuple[str, str, str, str]:
    """The rule, the message, the help and the field of a pattern that has no request."""
    with pytest.raises(Underivable) as caught:
        requests(folder, pattern, design)
    return caught.value.rule, str(caught.value), caught.value.help, caught.value.field


TAKES = "patterns-say-what-their-operation-takes"
