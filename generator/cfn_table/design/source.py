"""YAML with positions: every text, mapping and list of a file knows its line and column.

Scalars are read as text and converted later, by the field that holds them, so `1.10`, `2024-01-01`, `on`, `N` and
`null` mean what they say. What makes YAML surprising is refused here, once: duplicate keys, anchors, aliases, merge
keys and tags.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cfn_table.design.suggest import shown
from cfn_table.errors import InputError
from cfn_table.findings import Location

if TYPE_CHECKING:
    import yaml

MAX_BYTES: Final = 4 * 1024 * 1024
"""Largest file that is read. A design of two thousand entities needs less than one MiB."""

MAX_DEPTH: Final = 64
"""Deepest nesting that is read; a sample item of DynamoDB nests at most 32 levels (service quota)."""

_LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line by the rules of YAML 1.1, by which the reader counts."""


class SourceFile:
    """A file that was read: its name as the user knows it and its lines, for error messages."""

    __slots__ = ("path", "text", "_lines")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._lines: list[str] | None = None

    def location(self, line: int = 0, column: int = 0) -> Location:
        """The place `line`:`column` (1-based; 0 for the file as a whole) with the text of its line."""
        if self._lines is None:
            self._lines = _LINE_BREAK.split(self.text)
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        return Location(self.path, line, column, text)


class _Placed:
    """What a file holds at a place."""

    __slots__ = ()
    source: SourceFile
    line: int
    column: int

    @property
    def location(self) -> Location:
        """Where it begins."""
        return self.source.location(self.line, self.column)


class Text(str, _Placed):
    """A scalar: its text, where it stands, whether it was written plain, and whether an expression gave it."""

    __slots__ = ("source", "line", "column", "plain", "computed")
    plain: bool
    computed: bool


class Mapping(dict[str, Any], _Placed):
    """A mapping whose keys are `Text`; `line` and `column` say where it begins, `flow` that it is written `{…}`."""

    __slots__ = ("source", "line", "column", "flow")
    flow: bool

    def key(self, name: str) -> Text | None:
        """The key `name` as it stands in the file."""
        return next((key for key in self if key == name and isinstance(key, Text)), None)


class Sequence(list[Any], _Placed):
    """A list; `line` and `column` are where it begins."""

    __slots__ = ("source", "line", "column", "flow")
    flow: bool


def read_file(path: Path, *, name: str | None = None) -> SourceFile:
    """Read a UTF-8 file.

    Args:
        path: the file.
        name: how the user names it; `path` itself by default.

    Raises:
        InputError: it is missing, a folder or a pipe, unreadable, too large (`MAX_BYTES`), or not UTF-8.
    """
    named = name or str(path)
    place = Location(named)
    try:
        if path.is_fifo() and not str(path).startswith("/dev/"):  # opening it would wait for a writer
            raise InputError(f"`{named}` is a pipe, not a file", help="name a file, or `-`", location=place)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(
                f"`{named}` is larger than {MAX_BYTES // 1024**2} MiB", help="split it with `include`", location=place
            )
    except FileNotFoundError:
        raise InputError(f"there is no file `{named}`", help="check the path", location=place) from None
    except IsADirectoryError:
        raise InputError(f"`{named}` is a folder, not a file", help="name a file in it", location=place) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"`{named}` cannot be read: {reason.lower()}", location=place) from None
    return decode(data, named)


def decode(data: bytes, name: str) -> SourceFile:
    """The file `name` with content `data`, which must be UTF-8 (a byte order mark is dropped).

    Raises:
        InputError: it is not UTF-8; the place is that of the first wrong byte.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return SourceFile(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = _LINE_BREAK.split(data[: error.start].decode("utf-8"))
        line, column = len(before), len(before[-1]) + 1
        raise InputError(
            f"byte 0x{data[error.start]:02x} is not valid UTF-8",
            help="save the file as UTF-8",
            location=Location(name, line, column),
        ) from None


def parse(source: SourceFile) -> Mapping:
    """The one mapping that a YAML file holds.

    Raises:
        InputError: it is empty, not a mapping, not valid YAML, or uses a refused feature (see the module).
    """
    root = parse_any(source)
    if not isinstance(root, Mapping):
        raise InputError("the file must hold a mapping (`name: value` lines)", location=root.location)
    return root


def parse_any(source: SourceFile) -> Text | Mapping | Sequence:
    """The one value that a YAML file holds; raises `InputError` like `parse`."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        try:
            root = _Builder(source).build(yaml.parse(source.text, Loader=loader))
        except yaml.MarkedYAMLError as error:
            if (start := text_before_too_deep(source.text, error)) is None:
                raise
            root = _Builder(source).build(yaml.parse(start, Loader=loader))
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(source, error) from None
    except yaml.reader.ReaderError as error:
        raise _character_error(source, error) from None
    if root is None:
        raise InputError(
            f"`{source.path}` is empty", help="a design begins with `design: NAME`", location=source.location()
        )
    return root


def text_before_too_deep(text: str, error: yaml.MarkedYAMLError) -> str | None:
    """What was read before PyYAML's own limit on nesting was passed; None for another error.

    PyYAML 6.0.4 refuses more than 1,000 levels, earlier ones had no limit. It looks ahead, so its error comes before
    the events: reading what is before it again is how our lower limit is met, at its place.
    """
    if error.problem_mark is None or "maximum nesting depth" not in (error.problem or ""):
        return None
    return text[: error.problem_mark.index]


class _Builder:
    """Builds values from PyYAML's events, which alone tell anchors, aliases, tags and styles apart."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source

    def build(self, events: Iterator[yaml.Event]) -> Text | Mapping | Sequence | None:
        import yaml

        root: Text | Mapping | Sequence | None = None
        stack: list[Mapping | Sequence] = []
        pending: list[Text | None] = []  # the key that waits for its value, one per open mapping
        documents = 0
        for event in events:
            value: Text | Mapping | Sequence
            if isinstance(event, yaml.ScalarEvent):
                self.refuse_extras(event)
                value = self.scalar(event)
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                self.refuse_extras(event)
                value = Mapping() if isinstance(event, yaml.MappingStartEvent) else Sequence()
                value.source = self.source
                value.line, value.column = _start(event)
                value.flow = bool(event.flow_style)
                if len(stack) >= MAX_DEPTH:
                    raise InputError(f"nested deeper than {MAX_DEPTH} levels", location=value.location)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                if isinstance(stack.pop(), Mapping):
                    pending.pop()
                continue
            elif isinstance(event, yaml.AliasEvent):
                raise InputError(
                    f"the alias {shown(f'*{event.anchor}')} is refused",
                    help="write the value out: what a reviewer reads must be what is generated",
                    location=self.at(event),
                )
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise InputError(
                        "a second document (`---`) in one file", help="use one file each", location=self.at(event)
                    )
                continue
            else:
                continue
            if not stack:
                root = value
            elif isinstance(parent := stack[-1], Sequence):
                parent.append(value)
            elif pending[-1] is None:
                pending[-1] = self.key(parent, value)
            else:
                parent[pending[-1]] = value
                pending[-1] = None
            if not isinstance(value, Text):
                stack.append(value)
                if isinstance(value, Mapping):
                    pending.append(None)
        if isinstance(root, Text) and root.plain and not root:
            return None
        return root

    def at(self, event: yaml.Event) -> Location:
        return self.source.location(*_start(event))

    def refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            raise InputError(
                f"the anchor {shown(f'&{event.anchor}')} is refused",
                help="write the value out: what a reviewer reads must be what is generated",
                location=self.at(event),
            )
        if event.tag is not None:
            raise InputError(
                f"the tag {shown(event.tag)} is refused",
                help="drop it, or put the value in quotes if it is a text that begins with `!`",
                location=self.at(event),
            )

    def scalar(self, event: yaml.ScalarEvent) -> Text:
        text = Text(event.value)
        text.source = self.source
        text.line, text.column = _start(event)
        text.plain, text.computed = not event.style, False
        return text

    def key(self, parent: Mapping, value: Text | Mapping | Sequence) -> Text:
        if not isinstance(value, Text):
            raise InputError(
                "a key must be a plain text",
                help="put it in quotes if it begins with `{` or `[`",
                location=value.location,
            )
        if value == "<<" and value.plain:
            raise InputError("the merge key `<<` is refused", help="write the fields out", location=value.location)
        other = value[:-1] if value.endswith("?") else value + "?"
        if value in parent or other in parent:
            twin = parent.key(value if value in parent else other) or value
            also = "" if twin == value else f" (as {shown(twin)})"
            raise InputError(
                f"{shown(value)} is here twice, first on line {twin.line}{also}",
                help="keep one of them",
                location=value.location,
            )
        return value


def _start(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def _syntax_error(source: SourceFile, error: yaml.MarkedYAMLError) -> InputError:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "invalid YAML"
    unclosed = "unexpected end of stream" in problem and "quoted scalar" in (error.context or "")
    if unclosed and error.context_mark:
        mark, problem = error.context_mark, "the quote that begins here never ends"
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    place = source.location(line, column)
    help_ = ""
    if unclosed:
        help_ = "close it, or escape a quote inside it"
    elif "\t" in place.text[: max(column, 1)] or "'\\t'" in problem:
        problem, help_ = "a tab cannot indent YAML", "indent with spaces"
    elif "mapping values are not allowed" in problem:
        help_ = "put a value that holds `: ` in quotes"
    elif "cannot start any token" in problem:
        help_ = "put a value that begins with this character in quotes"
    elif "expected ',' or" in problem:
        help_ = "close the bracket, and put a value that holds `#`, `{` or `,` in quotes"
    elif "expected <block end>" in problem or "could not find expected ':'" in problem:
        help_ = "check the indentation and the quotes of this line and the one before"
    return InputError(f"invalid YAML: {problem}", help=help_, location=place)


def _character_error(source: SourceFile, error: Any) -> InputError:
    match = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", source.text)
    if match is None:
        return InputError(f"invalid YAML: {error.reason}", location=source.location())
    before = _LINE_BREAK.split(source.text[: match.start()])
    line, column = len(before), len(before[-1]) + 1
    return InputError(
        f"the character U+{ord(match[0]):04X} is not allowed in YAML",
        help="remove it, or write it as an escape in double quotes",
        location=source.location(line, column),
    )
