"""What the regular languages refuse: a pattern that they cannot read, and a question that costs too much.

These exceptions carry data and no place in a file, since a pattern may come from anywhere; who reads the file
translates them.
"""

from __future__ import annotations


class PatternError(ValueError):
    """A regular expression that has no language here.

    Attributes:
        message: what is wrong, one line, lower case, no full stop.
        pattern: the whole regular expression.
        offset: index of the offending construct in `pattern`, from 0 to its length.
    """

    def __init__(self, message: str, pattern: str, offset: int) -> None:
        super().__init__(f"{message} at offset {offset}")
        self.message = message
        self.pattern = pattern
        self.offset = offset


class InvalidPattern(PatternError):
    """The text is not a regular expression: Python's `re` refuses it too, with the same message and offset."""


class Unsupported(PatternError):
    r"""The regular expression is valid, but uses a construct that this library does not read.

    Attributes:
        construct: the offending part of the pattern as it is written, such as `(?=` or `\b`.
    """

    def __init__(self, message: str, pattern: str, offset: int, construct: str) -> None:
        super().__init__(message, pattern, offset)
        self.construct = construct


class TooComplex(Exception):
    """The answer would take more states or steps than allowed; it is unknown, neither yes nor no.

    Attributes:
        limit: the number (of states, positions, or steps) that was not enough.
    """

    def __init__(self, message: str, limit: int) -> None:
        super().__init__(message)
        self.limit = limit
