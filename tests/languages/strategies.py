"""Random regular expressions, and the brute force that every answer about them is held against."""

from __future__ import annotations

import itertools
import re

from hypothesis import strategies as st

ALPHABET = "abc"
WORDS = ["".join(letters) for length in range(6) for letters in itertools.product(ALPHABET, repeat=length)]
"""All words of up to five letters, shorter ones first, each length in alphabetical order."""

# What an item of a pattern can be, each valid wherever an item may stand, also before a quantifier.
_ITEMS = st.sampled_from(
    ["a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", "[^ab]", "(?:)", "(?s:.)", r"\x61", r"\w", r"[^\Wa]", "(?i:B)"]
)
_QUANTIFIERS = st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{,2}", "{1,3}", "*?", "+?", "??", "{1,2}?", "{0}"])
_GROUPS = st.sampled_from(["(", "(?:", "(?s:", "(?-i:"])


def _larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(smaller, min_size=2, max_size=3).map("".join),
        st.tuples(_GROUPS, st.lists(smaller, min_size=2, max_size=3).map("|".join)).map(
            lambda parts: f"{''.join(parts)})"
        ),
        st.tuples(_GROUPS, smaller, _QUANTIFIERS).map(lambda parts: f"{parts[0]}{parts[1]}){parts[2]}"),
    )


def patterns() -> st.SearchStrategy[str]:
    """Valid regular expressions of supported constructs, most of which match some words over `ALPHABET`."""
    return st.recursive(_ITEMS, _larger, max_leaves=6)


def matched(pattern: str) -> set[str]:
    """Those of `WORDS` that `re` says the pattern matches."""
    reads = re.compile(pattern)
    return {word for word in WORDS if reads.fullmatch(word)}
