"""Any CloudFormation template's text as plain data with long intrinsics, and the place of every path in it.

YAML is read by the rules of YAML 1.1, as CloudFormation's tools read it, with these differences, each on purpose:

- Dates stay text, as in the AWS CLI: `Version: 2012-10-17` means the text.
- Short intrinsics become long ones as in the AWS CLI and cfn-lint: `!GetAtt A.B` is `{"Fn::GetAtt": ["A", "B"]}`.
- Keys are texts. A key that YAML reads as something else (`Null`, `off`, `1_0`) is refused, because what it means
  depends on the reader; one that is written as JSON would write it (`123456789012`) is that text.
- Duplicate keys are refused; most YAML readers keep the last one silently.
- Aliases and merge keys are resolved, as the AWS CLI does before it uploads (CloudFormation itself knows neither),
  within a limit on what they grow to.
- Tags that CloudFormation does not support (`!!binary`, `!!omap`, `!!pairs`, `!!set`, `!!timestamp`; User Guide,
  "CloudFormation template format") are refused, and so are numbers that JSON cannot hold (`.inf`).

A text that begins with `{` is read as JSON first, then as YAML, as in the AWS CLI.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.synth import nodes
from cfn_table.synth.nodes import Node, Source

MAX_VALUES: Final = 250_000
"""The most values a template may have once its aliases are resolved; cfn-lint 1.58 has the same limit."""


class TemplateText:
    """A template that was read.

    Attributes:
        data: the template as plain dictionaries, lists, texts, booleans, numbers and None, with long intrinsics only.
            Nothing is shared: an aliased value is there as often as it is used.
        path: the file as the user named it.
        text: the text that was read, without a byte order mark.
    """

    __slots__ = ("_root", "_source", "data", "path", "text")

    def __init__(self, data: dict[str, Any], root: nodes.Mapping, source: Source) -> None:
        self.data = data
        self.path = source.path
        self.text = source.text
        self._root = root
        self._source = source

    def locate(self, path: Sequence[str | int], *, value: bool = False) -> Location:
        """The place of `path` in the text; of its deepest part that exists, where the whole does not.

        Args:
            path: keys and list indexes as in `data`, so with long intrinsics: `("Resources", "T", "Type")`.
            value: whether to give the place of the value instead of that of its key. An entry of a list has no key.
        """
        node: Node = self._root
        bare = False
        key = node.start
        for part in path:
            found = _step(node, bare, part)
            if found is None:
                break
            key, node, bare = found
        return self._source.location(node.start if value else key)


def read_template(text: str, path: str = "<template>") -> TemplateText:
    """Read a template in YAML or JSON.

    Args:
        text: the template; a byte order mark at its start is skipped.
        path: the file as the user named it, for messages.

    Raises:
        InputError: the text is no template that this module's rules accept; the error says where and what to do.
    """
    source = Source(text.removeprefix("\ufeff"), path)
    root: Node | None
    if source.text.lstrip(" \t\r\n").startswith("{"):
        try:
            root = nodes.parse_json(source)
        except InputError as not_json:
            # A YAML flow mapping begins with a brace as well; where it is neither, JSON is what was meant.
            try:
                root = nodes.parse_yaml(source)
            except InputError:
                raise not_json from None
    else:
        root = nodes.parse_yaml(source)
    if root is None or (isinstance(root, nodes.Scalar) and root.value is None and not root.tag):
        raise InputError("the template is empty", help="it needs at least `Resources`", location=Location(path))
    if not isinstance(root, nodes.Mapping) or root.tag:
        raise source.error("a template must be a mapping", root.start, "begin with a section, such as `Resources:`")
    return TemplateText(_Builder(source).mapping(root, 0), root, source)


def _long_name(tag: str) -> str:
    name = tag.removeprefix("!")
    return name if name in {"Ref", "Condition"} else f"Fn::{name}"


def _split_attribute(node: nodes.Scalar) -> list[str]:
    """The resource and the attribute of a short GetAtt: the AWS CLI and cfn-lint split at the first dot, too."""
    return node.text.split(".", 1)


def _step(node: Node, bare: bool, part: str | int) -> tuple[int, Node, bool] | None:
    """One part of a path further: the key's start, the value, and whether that is the value without its tag."""
    if node.tag and not bare:
        return (node.start, node, True) if part == _long_name(node.tag) else None
    if isinstance(node, nodes.Scalar):
        parts = _split_attribute(node) if node.tag == "!GetAtt" else []
        if not isinstance(part, int) or not 0 <= part < len(parts):
            return None
        return node.start, nodes.Scalar(node.start, None, parts[part], parts[part]), False
    if isinstance(node, nodes.Sequence):
        if not isinstance(part, int) or not 0 <= part < len(node.items):
            return None
        return node.items[part].start, node.items[part], False
    for key, value in node.pairs:
        if isinstance(key, nodes.Scalar) and not key.merge and key.text == part:
            return key.start, value, False
    for key, value in node.pairs:
        if isinstance(key, nodes.Scalar) and key.merge:
            for merged in value.items if isinstance(value, nodes.Sequence) else [value]:
                if found := _step(merged, False, part):
                    return found
    return None


class _Builder:
    """Turns nodes into data, and counts what aliases make of them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._values = 0

    def value(self, node: Node, depth: int) -> Any:
        self._values += 1
        if self._values > MAX_VALUES:
            message = f"a template may have {MAX_VALUES:,} values, and this one has more once its aliases are resolved"
            raise self._source.error(message, node.start, "write the values out, or use fewer aliases")
        if depth > nodes.MAX_DEPTH:
            raise self._source.too_deep(node.start)
        data: Any
        if isinstance(node, nodes.Mapping):
            data = self.mapping(node, depth)
        elif isinstance(node, nodes.Sequence):
            data = [self.value(item, depth + 1) for item in node.items]
        elif node.tag is None:
            return node.value
        else:
            # A tagged scalar is text whatever it looks like: `!Ref 1` names a resource.
            data = _split_attribute(node) if node.tag == "!GetAtt" else node.text
        return {_long_name(node.tag): data} if node.tag else data

    def mapping(self, node: nodes.Mapping, depth: int) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        first: dict[str | None, int] = {}
        own: list[tuple[str, Node]] = []
        for key, value in node.pairs:
            name = self._key(key)
            if name in first:
                line = self._source.location(first[name]).line
                help = f"line {line} has it already; keep one of them"
                raise self._source.error(f"duplicate key `{'<<' if name is None else name}`", key.start, help)
            first[name] = key.start
            if name is None:
                merged = self._merged(value, depth)
            else:
                own.append((name, value))
        # The order of PyYAML, and so of the AWS CLI: what is merged comes first.
        return merged | {name: self.value(value, depth + 1) for name, value in own}

    def _merged(self, node: Node, depth: int) -> dict[str, Any]:
        """What a merge key adds. Of several mappings the first wins (YAML 1.1, "Merge Key")."""
        result: dict[str, Any] = {}
        sources = node.items if isinstance(node, nodes.Sequence) and node.tag is None else [node]
        for source in reversed(sources):
            if not isinstance(source, nodes.Mapping) or source.tag:
                raise self._source.error("a merge key `<<` takes a mapping or a list of mappings", source.start)
            result.update(self.value(source, depth + 1))
        return result

    def _key(self, node: Node) -> str | None:
        """The key's text, or None for a merge key."""
        if not isinstance(node, nodes.Scalar) or node.tag:
            raise self._source.error("a key must be a text", node.start, "quote it if it is meant as text")
        if node.merge:
            return None
        if isinstance(node.value, str):
            return node.value
        read = json.dumps(node.value)
        if node.value is None or read != node.text:
            message = f"YAML reads the key `{node.text}` as `{read}`" if node.text else "a key is missing"
            raise self._source.error(message, node.start, f"quote it: `'{node.text}'`")
        return node.text
