"""cfn-lint's matches as findings: their places as an editor counts them, their messages in the form of ours."""

from __future__ import annotations

import ast
import functools
import re
from typing import TYPE_CHECKING

from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from cfnlint.match import Match

_SEVERITIES = {"E": Severity.ERROR, "W": Severity.WARNING}
_WITHOUT_PLACE = frozenset({"E0002", "E0003"})
# Beyond so many allowed values, a message that lists them all helps nobody.
_LONG_LIST = 20
# The line breaks of YAML 1.1, by which cfn-lint counts lines, and those by which everybody else does.
_YAML_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_BREAK = re.compile("\r\n|\n|\r")


class Places:
    """Places that cfn-lint names, as an editor counts them."""

    def __init__(self, text: str, path: str) -> None:
        """`text` is the whole template, `path` how it is named."""
        self._text = text
        self.path = path

    @functools.cached_property
    def _yaml_starts(self) -> list[int]:
        return [0, *(found.end() for found in _YAML_BREAK.finditer(self._text))]

    def place(self, line: int, column: int) -> Location:
        """The place with the line's text; a line that the text does not have gives the file as a whole."""
        if not 1 <= line <= len(self._yaml_starts):
            return Location(self.path)
        before = _BREAK.split(self._text[: self._yaml_starts[line - 1]])
        rest = _BREAK.split(self._text[self._yaml_starts[line - 1] :], maxsplit=1)[0]
        return Location(self.path, len(before), len(before[-1]) + max(column, 1), before[-1] + rest)


def finding_of(match: Match, places: Places) -> Finding:
    """The finding that says what a match says."""
    rule = match.rule
    message, advice = _with_short_list(sentence(match.message))
    source = f" ({rule.source_url})" if rule.source_url else ""
    return Finding(
        rule.id,
        _SEVERITIES.get(rule.id[:1], Severity.NOTE),
        message,
        help=f"{advice}{sentence(rule.shortdesc)}{source}",
        location=Location(places.path)
        if rule.id in _WITHOUT_PLACE
        else places.place(match.linenumber, match.columnnumber),
        path=_template_path(match),
    )


def _template_path(match: Match) -> tuple[str | int, ...]:
    """Where in the template a match is; empty for one that is about the text as a whole."""
    # cfn-lint's own kinds of str and int, which know their line, become plain ones.
    steps = getattr(match, "path", ())
    return tuple(int(step) if isinstance(step, int) else str(step) for step in steps)


def sentence(message: str) -> str:
    """A message of cfn-lint in the form of ours: one line, no full stop, and no capital where it is only the start."""
    line = " ".join(message.split()).removesuffix(".")
    first, _, rest = line.partition(" ")
    if rest and first != "Ref" and re.fullmatch(r"[A-Z][a-z]+", first):
        return f"{first.lower()} {rest}"
    return line


def _with_short_list(message: str) -> tuple[str, str]:
    """`'x' is not one of [a hundred values]` without the values, and advice that names the closest ones."""
    parts = re.fullmatch(r"'([^']*)' is not one of (\[.*\])", message)
    if parts is None:
        return message, ""
    try:
        allowed = [str(value) for value in ast.literal_eval(parts[2])]
    except (ValueError, SyntaxError, TypeError):
        return message, ""
    advice = did_you_mean(parts[1], allowed)
    if len(allowed) > _LONG_LIST:
        message = f"'{parts[1]}' is not one of the {len(allowed)} allowed values"
    return message, f"{advice} " if advice else ""
