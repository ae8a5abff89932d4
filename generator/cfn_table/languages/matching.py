r"""Which characters `re` means by a category such as `\w`, and by a character or class whose case is ignored.

`re` itself is asked, so that the answers are its answers, in every version of Python and Unicode. Loaded only for
regular expressions, since it imports `re`.
"""

from __future__ import annotations

import re
import warnings
from array import array
from functools import lru_cache

from cfn_table.languages.charset import CharSet

# Planes 4 to 13 hold no characters, plane 14 only tags and variation selectors, 15 and 16 are private use: nothing in
# them is a digit, a letter or a space, or has another case.
_END_OF_SCRIPTS = 0x40000


def compile_quietly(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, without its warnings about what a class may mean one day; raises what that raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(pattern, flags)


@lru_cache(maxsize=16)
def category(letter: str, ascii_only: bool) -> CharSet:
    r"""The characters of the category `\d`, `\D`, `\s`, `\S`, `\w` or `\W`, named by its letter."""
    if letter.isupper():
        return category(letter.lower(), ascii_only).complement()
    reads = re.compile(rf"\{letter}+", re.ASCII if ascii_only else 0)
    found: list[tuple[int, int]] = []
    for start, end in [(0, 0x80)] if ascii_only else [(0, 0xD800), (0xE000, _END_OF_SCRIPTS)]:
        spans = (match.span() for match in reads.finditer(_span(start, end)))
        found += ((start + first, start + after - 1) for first, after in spans)
    return CharSet(found)


@lru_cache(maxsize=4096)
def ignoring_case(token: str, plain: CharSet, ascii_only: bool) -> CharSet:
    """The characters that a character or class matches when case is ignored.

    Args:
        token: an escaped character or a class, as a regular expression.
        plain: what it matches when case matters.
        ascii_only: whether only ASCII letters have a case, as under the flag `a`.
    """
    cased, cased_set = _cased()
    matched = compile_quietly(token, re.IGNORECASE | (re.ASCII if ascii_only else 0)).findall(cased)
    return plain.minus(cased_set).union(CharSet.of("".join(matched)))


@lru_cache(maxsize=1)
def _cased() -> tuple[str, CharSet]:
    """All characters that have another case: the others match the same whether case is ignored or not."""
    everything = _span(0, 0xD800) + _span(0xE000, _END_OF_SCRIPTS)
    cased = "".join(each for each in everything if each.lower() != each or each.upper() != each)
    return cased, CharSet.of(cased)


def _span(start: int, end: int) -> str:
    """The characters from one code point up to another that is left out."""
    return array("I", range(start, end)).tobytes().decode(_UTF_32)


# The byte order of `array` is the machine's.
_UTF_32 = "utf-32-le" if array("I", [1]).tobytes()[0] else "utf-32-be"
