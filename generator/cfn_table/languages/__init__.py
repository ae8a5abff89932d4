"""Exact regular languages over Unicode strings: what two patterns have in common, with examples.

    one = concat(literal("USER#"), regex("[^#]+"))
    two = wildcard("USER#a*")
    one.intersect(two).shortest()       # "USER#a": a string that both produce
    two.includes(one)                   # False
    one.minus(two).shortest()           # "USER#b": why not

Answers are exact or `TooComplex`, never guesses, and come in bounded time whatever the patterns. Strings are what AWS
can store: any Unicode text without surrogates.
"""

from __future__ import annotations

from cfn_table.languages.automaton import MAX_POSITIONS
from cfn_table.languages.charset import ANY_CHARACTER, NO_CHARACTER, CharSet
from cfn_table.languages.errors import InvalidPattern, PatternError, TooComplex, Unsupported
from cfn_table.languages.language import (
    ANYTHING,
    EMPTY,
    Language,
    any_of,
    characters,
    concat,
    escape,
    literal,
    optional,
    plus,
    regex,
    repeat,
    star,
    union,
    wildcard,
)
from cfn_table.languages.products import LIMIT

__all__ = [
    "ANYTHING",
    "ANY_CHARACTER",
    "EMPTY",
    "LIMIT",
    "MAX_POSITIONS",
    "NO_CHARACTER",
    "CharSet",
    "InvalidPattern",
    "Language",
    "PatternError",
    "TooComplex",
    "Unsupported",
    "any_of",
    "characters",
    "concat",
    "escape",
    "literal",
    "optional",
    "plus",
    "regex",
    "repeat",
    "star",
    "union",
    "wildcard",
]
