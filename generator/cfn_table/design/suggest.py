"""What users wrote, in messages: a value by its text, a wrong name beside the right ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

LONGEST: Final = 60
"""Longest text of a user that a message repeats, in characters."""

MOST_NAMES: Final = 15
"""How many names a help lists; more would not be read."""


def shown(value: Any) -> str:
    """A raw value as it is named in a message: one line, in backticks, and not too long."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None or value == "":
        return "an empty value"
    text = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", lambda match: repr(match[0])[1:-1], str(value))
    return f"`{text if len(text) <= LONGEST else text[: LONGEST - 3] + '...'}`"


def did_you_mean(wrong: str, names: Iterable[str]) -> str:
    """A help text: the nearest of `names`, else all of them when they are few, else nothing.

    Nearness is that of `difflib.get_close_matches`, ignoring case.
    """
    from difflib import get_close_matches

    known = {str(name).lower(): str(name) for name in names}
    near = get_close_matches(str(wrong).lower(), known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {shown(known[near[0]])}?"
    if not known or len(known) > MOST_NAMES:
        return ""
    listed = sorted(known.values())
    return f"use {'' if len(listed) == 1 else 'one of '}" + ", ".join(shown(name) for name in listed)
