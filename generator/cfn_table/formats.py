r"""How findings look: in a terminal, for programs, and in the places where reviewers look at them.

All formats are deterministic: findings are sorted, and nothing depends on time, locale or terminal. What a finding says
comes from files that anybody may have written, so no format lets it write anything but text: control characters and
characters that reorder text are shown as escapes (`\x1b`), and whatever has a meaning in the format is escaped.
"""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from cfn_table.errors import UsageError
from cfn_table.findings import Finding, Location, Severity

FORMATS: Final = ("text", "json", "sarif", "github", "junit", "markdown")
"""The names of all formats."""

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}
_TAB = 4
_NARROWEST = 40
# GitHub knows no notes; SARIF calls all three as we do.
_GITHUB_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_URL = re.compile(r"https?://[\w.~:/?#@!$&'*+,;=%-]*[\w/#=]")


def format_findings(
    findings: Iterable[Finding], format: str, *, tool_version: str, color: bool = False, width: int = 80
) -> str:
    """All findings in one of `FORMATS`, sorted by `Finding.sort_key`; ends with a line end unless it is empty.

    text: `path:line:column: severity: message [rule]`, the line with a caret below the place, the help; then how many
    there are. A help is wrapped at `width` columns (at least 40), a longer source line is cut around the place. `color`
    paints the severities.

    json: an object with `version` (1: a change of the meaning of a member makes it 2; members may be added), `tool`
    (`name`, `version`), `summary` (how many of each severity: `error`, `warning`, `note`) and `findings`, each with
    `rule`, `severity`, `message`, `help` (may be empty) and `location`: null, or `path`, `line` (1-based, null for the
    whole file), `column` (1-based, in characters, null for the whole line) and `text` (that line).

    sarif: SARIF 2.1.0 (OASIS standard), with every rule that spoke and its help.

    github: workflow commands (`::error file=…`), which GitHub shows as annotations of the changed lines.

    junit: a test suite in which each error is a failure; warnings and notes are output of tests that pass.

    markdown: a table (GitHub Flavored Markdown).

    Raises:
        UsageError: there is no format of that name.
    """
    ordered = sorted(findings, key=_whole_key)
    match format:
        case "text":
            return _text(ordered, color=color, width=max(width, _NARROWEST))
        case "json":
            return _json(ordered, tool_version)
        case "sarif":
            return _sarif(ordered, tool_version)
        case "github":
            return _github(ordered)
        case "junit":
            return _junit(ordered)
        case "markdown":
            return _markdown(ordered)
    raise UsageError(f"unknown format `{format}`", help=f"use one of {', '.join(FORMATS)}")


def _whole_key(finding: Finding) -> tuple[object, ...]:
    """`sort_key`, then all else that is shown: findings that come in another order must go out in the same."""
    return (finding.sort_key(), finding.severity, finding.help, finding.location.text if finding.location else "")


def visible(text: str) -> str:
    r"""The text in one line, with what a terminal would obey, hide or reorder shown as `\x1b` or `\u202e`."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    code = ord(character)
    # Cc: controls; Cf: invisible ones, among them those for writing direction; Cs: half of a pair; Zl, Zp: line ends.
    if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} and code & 0xFFFE != 0xFFFE:
        return character
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


# ---------------------------------------------------------------- text


def _text(findings: Sequence[Finding], *, color: bool, width: int) -> str:
    blocks = ["\n".join(_text_lines(finding, color, width)) for finding in findings]
    return "\n\n".join([*blocks, _summary(findings)]) + "\n"


def _text_lines(finding: Finding, color: bool, width: int) -> Iterable[str]:
    place = finding.location
    severity = f"\x1b[1;{_COLOURS[finding.severity]}m{finding.severity}\x1b[0m" if color else str(finding.severity)
    where = f"{visible(str(place))}: " if place is not None else ""
    yield f"{where}{severity}: {visible(finding.message)} [{visible(finding.rule)}]"
    if place is not None and place.line and place.text.strip():
        yield from source_lines(place, width)
    if finding.help:
        yield from textwrap.wrap(
            visible(finding.help),
            width,
            initial_indent="help: ",
            subsequent_indent="      ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def source_lines(place: Location, width: int) -> Iterable[str]:
    """The line of a place behind a margin with its number, and a caret below the column."""
    margin = f"{place.line} | "
    room = width - len(margin) - 1
    at = max(place.column - 1, 0)
    # A template of one line may have a million characters: only those near the place can be shown.
    before = _expanded(place.text[max(at - 2 * room, 0) : at])
    after = _expanded(place.text[at : at + 2 * room].rstrip())
    if at > 2 * room or columns(before + after) > room:
        # Two thirds of the room are for what stands before the place.
        before = beginning(before[::-1], room * 2 // 3)[::-1]
        after = beginning(after, room - columns(before))
    yield f"{margin}{before}{after}".rstrip()
    if place.column:
        yield f"{' ' * (len(margin) - 2)}| {' ' * columns(before)}^"


def beginning(text: str, room: int) -> str:
    """As much of the start of a text as has room, with `…` at the end where that is not all."""
    if columns(text) <= room:
        return text
    while columns(text) >= room:
        text = text[:-1]
    return f"{text}…"


def _expanded(text: str) -> str:
    return visible(text.replace("\t", " " * _TAB))


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(it) else 2 if unicodedata.east_asian_width(it) in "WF" else 1 for it in text)


def wrapped(line: str, room: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of whole words, broken at spaces only; `textwrap` would count wide characters as narrow ones.

    Args:
        line: what is wrapped; its spaces stay as they are, but for those where it breaks.
        room: columns of each line.
        first: what the first line begins with.
        rest: what the others begin with.
    """
    found = [first]
    is_empty = True
    for word in line.split(" "):
        if not is_empty and columns(f"{found[-1]} {word}") > room:
            found.append(rest)
            is_empty = True
        found[-1] += word if is_empty else f" {word}"
        is_empty = False
    return [each.rstrip(" ") for each in found]


def _summary(findings: Sequence[Finding]) -> str:
    counts = [(severity, sum(it.severity is severity for it in findings)) for severity in Severity]
    return ", ".join(f"{count} {severity}{'s' * (count > 1)}" for severity, count in counts if count) or "no findings"


# ---------------------------------------------------------------- for programs


def _json(findings: Sequence[Finding], tool_version: str) -> str:
    return dumped(
        {
            "version": 1,
            "tool": {"name": "cfn-table", "version": tool_version},
            "summary": {severity.value: sum(it.severity is severity for it in findings) for severity in Severity},
            "findings": [finding_for_programs(it) for it in findings],
        }
    )


def finding_for_programs(finding: Finding) -> dict[str, Any]:
    """A finding in JSON results: null, not 0, where line or column are not known."""
    data = finding.to_data(text=True)
    if data["location"]:
        data["location"] |= {name: data["location"][name] or None for name in ("line", "column")}
    return data


def _sarif(findings: Sequence[Finding], tool_version: str) -> str:
    from cfn_table.sarif import sarif_location, sarif_log

    helps: dict[str, dict[str, None]] = {}
    for finding in findings:
        helps.setdefault(finding.rule, {}).update({finding.help: None} if finding.help else {})
    names = sorted(helps)
    rules = [{"id": name, **({"help": {"text": "\n".join(helps[name])}} if helps[name] else {})} for name in names]
    results = [
        {
            "ruleId": finding.rule,
            "ruleIndex": names.index(finding.rule),
            "level": finding.severity.value,
            "message": {"text": finding.message + (f"\nhelp: {finding.help}" if finding.help else "")},
            **({"locations": [sarif_location(finding.location)]} if finding.location else {}),
        }
        for finding in findings
    ]
    return dumped(sarif_log(rules, results, tool_version))


def dumped(data: Mapping[str, Any]) -> str:
    """JSON in ASCII, which no terminal and no decoder can misunderstand; ends with a line end."""
    return json.dumps(data, indent=2) + "\n"


# ---------------------------------------------------------------- where reviewers look


def _github(findings: Sequence[Finding]) -> str:
    """GitHub's documentation, "Workflow commands for GitHub Actions"; what to escape is in actions/toolkit."""
    return "".join(f"{_github_line(finding)}\n" for finding in findings)


def _github_line(finding: Finding) -> str:
    lines = [finding.message, *([f"help: {finding.help}"] if finding.help else [])]
    return github_command(finding.severity, finding.rule, lines, finding.location)


def github_command(severity: Severity, title: str, lines: Iterable[str], place: Location | None = None) -> str:
    """The workflow command that annotates a place."""
    properties = {"title": title}
    if place is not None:
        numbers = {"line": place.line, "col": place.column}
        properties = {"file": place.path, **{name: str(it) for name, it in numbers.items() if it}, **properties}
    said = ",".join(f"{name}={_escaped(visible(value), '%:,')}" for name, value in properties.items())
    return f"::{_GITHUB_COMMANDS[severity]} {said}::{'%0A'.join(_escaped(visible(it), '%') for it in lines)}"


def _escaped(text: str, characters: str) -> str:
    return "".join(f"%{ord(it):02X}" if it in characters else it for it in text)


def _junit(findings: Sequence[Finding]) -> str:
    from xml.sax.saxutils import escape, quoteattr

    cases = []
    for finding in findings:
        place = finding.location
        whole = escape("\n".join(map(visible, _plain_lines(finding))))
        attribute = quoteattr(visible(finding.message))
        inner = (
            f"<failure type={quoteattr(visible(finding.rule))} message={attribute}>{whole}</failure>"
            if finding.severity is Severity.ERROR
            else f"<system-out>{whole}</system-out>"
        )
        name = quoteattr(visible(f"{finding.rule} {place}" if place else finding.rule))
        where = quoteattr(visible(place.path if place else "cfn-table"))
        cases.append(f"    <testcase name={name} classname={where}>{inner}</testcase>\n")
    if not cases:
        # A suite without tests counts as a broken one in several tools.
        cases = ['    <testcase name="no findings" classname="cfn-table"/>\n']
    failures = sum(it.severity is Severity.ERROR for it in findings)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="cfn-table" {counts}>\n  <testsuite name="cfn-table" {counts}>\n'
        f"{''.join(cases)}  </testsuite>\n</testsuites>\n"
    )


def _plain_lines(finding: Finding) -> Iterable[str]:
    yield f"{finding.severity}: {finding.message} [{finding.rule}]"
    if finding.location is not None:
        yield str(finding.location)
        if finding.location.quotable.strip():
            yield finding.location.quotable
    if finding.help:
        yield f"help: {finding.help}"


def _markdown(findings: Sequence[Finding]) -> str:
    if not findings:
        return "No findings.\n"
    rows = [
        "| Severity | Place | Finding | Rule |",
        "| --- | --- | --- | --- |",
        *(
            f"| {finding.severity} | {cell(str(finding.location or ''))} | {_markdown_finding(finding)} "
            f"| {cell(finding.rule)} |"
            for finding in findings
        ),
    ]
    return "\n".join([f"{_summary(findings)}:", "", *rows]) + "\n"


def _markdown_finding(finding: Finding) -> str:
    message = cell(finding.message)
    return f"{message}<br>{cell(finding.help)}" if finding.help else message


def markdown_table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table (GitHub Flavored Markdown); the first row is its head, and every cell is Markdown."""
    for number, row in enumerate(rows):
        yield f"| {' | '.join(row)} |"
        if number == 0:
            yield f"|{' --- |' * len(row)}"


def code(text: str, *, in_table: bool = True) -> str:
    """Text in code font as it is: nobody is told of it and nothing is linked.

    Args:
        text: what is shown.
        in_table: whether it may stand in a cell of a table, where a `|` needs a backslash that shows elsewhere.
    """
    shown = visible(text)
    if not shown.strip(" ") or (in_table and "\\|" in shown):
        # A table ends its cell at the `|` of `\\|` even in a code span, and a code span cannot be empty.
        return f"<code>{re.sub(r'[^ a-zA-Z0-9]', lambda found: f'&#{ord(found[0])};', shown)}</code>"
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    span = f"{fence}{space}{shown}{space}{fence}"
    return span.replace("|", "\\|") if in_table else span


def cell(text: str) -> str:
    """Text in a cell of a table: everything in it stands for itself, except that links stay links."""
    shown = visible(text)
    parts: list[str] = []
    end = 0
    for found in _URL.finditer(shown):
        parts += [_literal(shown[end : found.start()]), f"<{found[0]}>"]
        end = found.end()
    return "".join([*parts, _literal(shown[end:])])


def _literal(text: str) -> str:
    # `@` would notify people, and `#1` link to an issue: a backslash does not help there, a character reference does.
    text = re.sub(r"[&<>@#]", lambda found: f"&#{ord(found[0])};", text)
    return re.sub(r"[\\`*_{}\[\]|~!$]", r"\\\g<0>", text)
