"""Anchors of regular expressions that match whole values."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def without_anchors(pattern: str) -> str:
    r"""A regular expression that matches a whole value, without `^`, `$`, `\A` and `\Z` at its ends.

    They say nothing there, and inside of a key's expression they would look at the key instead of the value.
    """
    alternatives = [""]
    depth, in_class = 0, False
    for token in re.findall(r"\\.|\[\^?\]?|[\s\S]", pattern, re.DOTALL):
        if token[0] == "[" and not in_class:
            in_class = True
        elif token[0] == "[":  # a class holds it as any other character
            in_class = not token.endswith("]")
        elif token == "]":
            in_class = False
        elif token in "()" and not in_class:
            depth += 1 if token == "(" else -1
        elif token == "|" and not depth and not in_class:
            alternatives.append("")
            continue
        alternatives[-1] += token
    return "|".join(re.sub(r"\A(?:\^|\\A)+", "", _without_end(each)) for each in alternatives)


def _without_end(pattern: str) -> str:
    found = re.search(r"(?<!\\)((?:\\\\)*)(?:\$|\\Z)+\Z", pattern)
    return pattern if found is None else pattern[: found.end(1)]
