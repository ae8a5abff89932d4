"""Values from mappings that are another on both sides, though both look them up in the same way.

`!FindInMap [Images, !Ref AWS::Region, id]` is the symbol `${FindInMap:Images.<AWS::Region>.id}` in both templates.
Where an entry that it may stand for is another, the symbol of the new template says so: `${FindInMap:… (after)}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cfn_table.access.templates.symbols import REFERENCE
from cfn_table.access.templates.view import section

AFTER: Final = " (after)"
_FUNCTION: Final = "FindInMap:"


def changed_entries(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """The entries of mappings that differ, as `Images.eu-west-1.id`.

    What only comes under a first key, such as a new Region, is in use nowhere yet.
    """
    found = set()
    before, after = section(old, "Mappings"), section(new, "Mappings")
    for name in before.keys() & after.keys():
        for first, entries in _tables(before[name]).items():
            others = _tables(_tables(after[name]).get(first))
            for second in {*_tables(entries), *others}:
                if _tables(entries).get(second) != others.get(second):
                    found.add(f"{name}.{first}.{second}")
    return frozenset(found)


def _tables(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def marked(text: str, entries: frozenset[str]) -> str:
    """A resolved text in which the symbols say that what they stand for may be another."""
    if not entries or _FUNCTION not in text:
        return text
    return REFERENCE.sub(lambda match: f"${{{_marked(match[1], entries)}}}", text)


def _marked(symbol: str, entries: frozenset[str]) -> str:
    start = symbol.find(_FUNCTION)
    if start < 0:
        return symbol
    keys = symbol[start + len(_FUNCTION) :]
    if start:  # it stands in another function, whose other arguments follow: any entry may be it
        name = keys.partition(".")[0]
        return symbol + AFTER if any(entry.startswith(f"{name}.") for entry in entries) else symbol
    pattern = ".*".join(re.escape(part) for part in re.split(r"<[^<>]*>", keys))
    return symbol + AFTER if any(re.fullmatch(pattern, entry) for entry in entries) else symbol
