"""The text of a template as nodes that know their place; `cfn_table.synth.read` makes data of them.

YAML and JSON give the same nodes. Both are read without recursion that a text could drive too deep, and neither parser
resolves aliases here, so that a small text cannot become a large tree.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from cfn_table.design.source import text_before_too_deep
from cfn_table.errors import InputError
from cfn_table.findings import Location

MAX_DEPTH: Final = 200
"""The deepest nesting that is read. Templates nest some thirty levels; more than this would only exhaust a stack."""

_MAX_DIGITS: Final = 1000
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_BLANKS: Final = re.compile(r"[ \t\n\r]*")
# What neither version of YAML allows in a text (YAML 1.1 §4.1.1, 1.2 §5.1).
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_YAML_TAG: Final = "tag:yaml.org,2002:"
_CONVERTED: Final = frozenset({"null", "bool", "int", "float"})
_HELP_FOR_PROBLEM: Final = {
    "cannot start any token": "quote a text that begins with this character; indent with spaces, not tabs",
    "mapping values are not allowed": "quote a text that holds `: `, and indent keys of one mapping alike",
    "did not find expected key": "indent all keys of one mapping alike",
    "did not find expected '-' indicator": "indent all entries of one list alike",
    "did not find expected <document start>": "indent all keys of one mapping alike",
    "found unexpected end of stream": "close the quote that begins here",
}


@dataclass(slots=True)
class Scalar:
    """A single value.

    Attributes:
        start: index of its first character in the text; that of its tag, where it has one.
        tag: the tag of a short intrinsic (`!Ref`), or None.
        text: the scalar as text, without quotes and escapes.
        value: what it is by its form or its standard tag: a text, a boolean, a number or None.
        merge: whether it is a merge key, `<<`.
    """

    start: int
    tag: str | None
    text: str
    value: Any
    merge: bool = False


@dataclass(slots=True)
class Sequence:
    """A list: `start` and `tag` as in `Scalar`, and its entries."""

    start: int
    tag: str | None
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """A mapping: `start` and `tag` as in `Scalar`, and its keys with their values, duplicates included."""

    start: int
    tag: str | None
    pairs: list[tuple[Node, Node]] = field(default_factory=list)


Node = Scalar | Sequence | Mapping


class Source:
    """A template's text and its name, for places in it."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self._lines: list[int] | None = None

    def location(self, index: int) -> Location:
        """The place of the character with that index; lines end as in editors, not at U+0085 as in YAML 1.1."""
        if self._lines is None:
            self._lines = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        line = bisect_right(self._lines, index)
        start = self._lines[line - 1]
        end = _LINE_END.search(self.text, start)
        return Location(self.path, line, index - start + 1, self.text[start : end.start() if end else None])

    def error(self, message: str, index: int, help: str = "") -> InputError:
        """The error to raise about the character with that index."""
        return InputError(message, help=help, location=self.location(index))

    def too_deep(self, index: int) -> InputError:
        """The error to raise where nesting passes `MAX_DEPTH`."""
        return self.error(f"the template nests deeper than {MAX_DEPTH} levels", index)


def parse_json(source: Source) -> Node:
    """Read JSON.

    Raises:
        InputError: it is no JSON, nests too deeply, or holds a number or a text that a template cannot hold.
    """
    return _Json(source).document()


def parse_yaml(source: Source) -> Node | None:
    """Read YAML 1.1; None for a text without any value.

    PyYAML's own composer is not used: it recurses without a limit (in C, where that ends the process).

    Raises:
        InputError: it is no YAML, nests too deeply, or holds a number, a text or a tag that a template cannot hold.
    """
    import yaml

    if found := _FORBIDDEN.search(source.text):
        raise source.error(f"YAML does not allow the character U+{ord(found.group()):04X}", found.start())
    try:
        return _events_of(source, source.text)
    except yaml.MarkedYAMLError as error:
        if (start := text_before_too_deep(source.text, error)) is not None:
            return _events_of(source, start)
        problem = " ".join(str(error.problem or error.context or "syntax error").split())
        # An open quote is a mistake where it begins, not at the end of the text.
        unclosed = "end of stream" in problem
        mark = (unclosed and error.context_mark) or error.problem_mark
        index = mark.index if mark else 0
        help = next((advice for part, advice in _HELP_FOR_PROBLEM.items() if part in problem), "")
        if source.text.startswith("!", index) and not unclosed:
            help = "a value has one tag: write the outer function in its long form, such as `Fn::ImportValue: !Sub …`"
        raise source.error(f"not YAML: {problem}", index, help) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The last two: an escape such as "\UFFFFFFFF" in PyYAML's Python scanner, which gives no place.
        raise InputError("not YAML: the text cannot be decoded", location=Location(source.path)) from error


def _events_of(source: Source, text: str) -> Node | None:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        return _Yaml(source).document(loader)
    finally:
        loader.dispose()


def _checked(source: Source, node: Scalar) -> Scalar:
    """The scalar, if JSON and UTF-8 can hold it."""
    if isinstance(node.value, float) and not math.isfinite(node.value):
        raise source.error(
            f"a template cannot hold the number `{node.text}`", node.start, "quote it if it is meant as text"
        )
    if not node.text.isascii() and _SURROGATE.search(node.text):
        raise source.error("half of a surrogate pair is not a character", node.start)
    return node


class _Json:
    """JSON as nodes: the standard library gives no places."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._position = 0
        self._scalar = json.JSONDecoder(parse_constant=self._constant).raw_decode

    def document(self) -> Node:
        self._next()
        root = self._value(0)
        if self._next():
            raise self._source.error("something follows the end of the JSON", self._position)
        return root

    def _next(self) -> str:
        """Skip blanks; the character that follows, or an empty text at the end."""
        if match := _BLANKS.match(self._text, self._position):
            self._position = match.end()
        return self._text[self._position : self._position + 1]

    def _value(self, depth: int) -> Node:
        start = self._position
        if depth > MAX_DEPTH:
            raise self._source.too_deep(start)
        opening = self._text[start : start + 1]
        if opening == "{":
            mapping = Mapping(start, None)
            while self._more(start, "}", bool(mapping.pairs)):
                if self._text[self._position] != '"':
                    raise self._source.error("a key in JSON is a text in double quotes", self._position)
                key = self._value(depth + 1)
                if self._next() != ":":
                    raise self._source.error("a key in JSON is followed by `:`", self._position)
                self._position += 1
                self._next()
                mapping.pairs.append((key, self._value(depth + 1)))
            return mapping
        if opening == "[":
            sequence = Sequence(start, None)
            while self._more(start, "]", bool(sequence.items)):
                sequence.items.append(self._value(depth + 1))
            return sequence
        try:
            value, self._position = self._scalar(self._text, start)
        except json.JSONDecodeError as error:
            problem = f"{error.msg[:1].lower()}{error.msg[1:]}"
            raise self._source.error(f"not JSON: {problem}", min(error.pos, len(self._text))) from error
        except ValueError as error:  # Python converts at most 4,300 digits
            raise self._source.error("a number of a template cannot be that long", start) from error
        written = self._text[start : self._position]
        return _checked(self._source, Scalar(start, None, value if isinstance(value, str) else written, value))

    def _more(self, start: int, closing: str, after: bool) -> bool:
        """Whether another entry follows, with the position at its start; else the position is behind the end."""
        if not after:
            self._position += 1
        character = self._next()
        if character == closing:
            self._position += 1
            return False
        if character and after:
            if character != ",":
                raise self._source.error(f"expected `,` or `{closing}`", self._position)
            self._position += 1
            character = self._next()
            if character == closing:
                raise self._source.error(f"expected another entry before `{closing}`", self._position)
        if not character:
            raise self._source.error(f"`{self._text[start]}` is never closed", start)
        return True

    def _constant(self, name: str) -> NoReturn:
        raise self._source.error(f"JSON has no `{name}`", self._position)


class _Yaml:
    """YAML as nodes, from the parser's events."""

    def __init__(self, source: Source) -> None:
        from yaml.constructor import SafeConstructor
        from yaml.resolver import Resolver

        self._source = source
        self._resolvers = Resolver.yaml_implicit_resolvers
        self._constructor = SafeConstructor()
        # None until the anchored value ends: an alias inside would make it endless.
        self._anchors: dict[str, Node | None] = {}

    def document(self, loader: Any) -> Node | None:
        from yaml import events

        root: Node | None = None
        documents = 0
        # Open collections: the node, its anchor, and what it holds so far (of a mapping, keys and values in turn).
        open_: list[tuple[Sequence | Mapping, str | None, list[Node]]] = []
        while not isinstance(event := loader.get_event(), events.StreamEndEvent):
            start: int = event.start_mark.index
            node: Node
            if isinstance(event, events.ScalarEvent):
                node = self._scalar(event, start)
                if event.anchor:
                    self._anchors[event.anchor] = node
            elif isinstance(event, events.AliasEvent):
                node = self._alias(str(event.anchor), start)
            elif isinstance(event, events.CollectionStartEvent):
                if len(open_) > MAX_DEPTH:
                    raise self._source.too_deep(start)
                if isinstance(event, events.MappingStartEvent):
                    opened: Sequence | Mapping = Mapping(start, self._tag(event.tag, "map", start))
                else:
                    opened = Sequence(start, self._tag(event.tag, "seq", start))
                if event.anchor:
                    self._anchors[event.anchor] = None
                open_.append((opened, event.anchor, []))
                continue
            elif isinstance(event, events.CollectionEndEvent):
                node, anchor, inside = open_.pop()
                if isinstance(node, Mapping):
                    node.pairs = list(zip(inside[::2], inside[1::2], strict=True))
                else:
                    node.items = inside
                if anchor:
                    self._anchors[anchor] = node
            else:
                documents += isinstance(event, events.DocumentStartEvent)
                if documents > 1:
                    raise self._source.error("a template is one YAML document", start, "remove the `---`")
                continue
            if open_:
                open_[-1][2].append(node)
            else:
                root = node
        return root

    def _alias(self, name: str, start: int) -> Node:
        if name not in self._anchors:
            raise self._source.error(f"the alias `*{name}` has no anchor `&{name}` above it", start)
        node = self._anchors[name]
        if node is None:
            raise self._source.error(f"the anchor `&{name}` contains itself", start)
        return node

    def _tag(self, tag: str | None, standard: str, start: int) -> str | None:
        """The tag of a short intrinsic; None where the value is an ordinary one of the `standard` kind."""
        if tag is None or tag in ("!", _YAML_TAG + standard):
            return None
        if tag.startswith("!"):
            return tag
        written = f"!!{tag.removeprefix(_YAML_TAG)}" if tag.startswith(_YAML_TAG) else f"!<{tag}>"
        raise self._source.error(f"CloudFormation does not support the tag `{written}` here", start, "remove the tag")

    def _scalar(self, event: Any, start: int) -> Scalar:
        text, tag = event.value, event.tag
        kind = "str"
        if event.implicit[0]:
            found = (implicit for implicit, pattern in self._resolvers.get(text[:1], ()) if pattern.match(text))
            kind, tag = next(found, "str").removeprefix(_YAML_TAG), None
        elif tag is not None and tag.removeprefix(_YAML_TAG) in _CONVERTED:
            kind, tag = tag.removeprefix(_YAML_TAG), None
        node = Scalar(start, self._tag(tag, "str", start), text, text, merge=kind == "merge")
        if kind in _CONVERTED:
            node.value = self._converted(kind, node)
        return _checked(self._source, node)

    def _converted(self, kind: str, node: Scalar) -> Any:
        from yaml.nodes import ScalarNode

        if len(node.text) > _MAX_DIGITS:
            raise self._source.error("a number of a template cannot be that long", node.start, "quote a text")
        try:
            return getattr(self._constructor, f"construct_yaml_{kind}")(ScalarNode(_YAML_TAG + kind, node.text))
        except (ValueError, KeyError, IndexError) as error:  # `0x_`, `!!bool maybe`, `!!int ''`
            message = f"`{node.text}` looks like a value of type {kind} and is none"
            raise self._source.error(message, node.start, "quote it if it is meant as text") from error
