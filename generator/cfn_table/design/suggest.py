"""`did you mean`: the one place that turns a wrong name and the right names into a help text."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(wrong: str, names: Iterable[str]) -> str:
    """A help text: the nearest of `names`, else all of them when they are few, else nothing.

    Nearness is that of `difflib.get_close_matches`, ignoring case.
    """
    from difflib import get_close_matches

    known = {str(name).lower(): str(name) for name in names}
    near = get_close_matches(str(wrong).lower(), known, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{known[near[0]]}`?"
    if not known:
        return ""
    if len(known) > 12:
        return ""
    listed = sorted(known.values())
    return f"use {'' if len(listed) == 1 else 'one of '}" + ", ".join(f"`{name}`" for name in listed)
