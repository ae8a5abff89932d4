"""Values of a template with their intrinsic functions resolved to canonical text (see `symbols`)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any, Final

from cfn_table.access.templates.shapes import SHAPES, Shape
from cfn_table.access.templates.symbols import (
    REFERENCE,
    dynamic,
    is_symbol,
    literal,
    sole_symbol,
    split,
    symbol,
    symbols,
)
from cfn_table.access.templates.view import MAX_DEPTH, MAX_TEXT, Path, Unresolvable, View, plain_text


class NoValue:
    """What `Ref: AWS::NoValue` gives: the property or the item is left out."""


NO_VALUE: Final = NoValue()
Value = str | list[Any] | dict[str, Any] | NoValue
_MAX_BRANCHES: Final = 2_000
_HOLE: Final = re.compile(r"\{(id|name|path)\}")


def intrinsic(raw: dict[Any, Any]) -> str | None:
    """The function that a mapping calls, if it calls one."""
    if len(raw) != 1:
        return None
    name = next(iter(raw))
    return name if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")) else None


class Resolver:
    """Resolves values under one combination of the template's conditions.

    Args:
        view: the template.
        choose: whether a condition holds.
    """

    def __init__(self, view: View, choose: Callable[[str], bool]) -> None:
        self._view = view
        self._choose = choose
        self._names: dict[str, str] = {}
        self._open: set[str] = set()
        self._plain: frozenset[str] | None = None

    def branch(self, raw: Any, path: Path) -> tuple[Any, Path]:
        """A value behind its `Fn::If`, and its place."""
        for _ in range(_MAX_BRANCHES):
            if not (isinstance(raw, dict) and len(raw) == 1 and "Fn::If" in raw):
                return raw, path
            match raw["Fn::If"]:
                case [str(name), _, _] as arguments:
                    index = 1 if self._choose(name) else 2
                    raw, path = arguments[index], (*path, "Fn::If", index)
                case _:
                    raise Unresolvable(path, "`Fn::If` takes the name of a condition and two values")
        raise Unresolvable(path, "`Fn::If` is nested too deeply")

    def value(self, raw: Any, path: Path, depth: int = 0) -> Value:
        """Any value: texts, lists and mappings only, without what `AWS::NoValue` removes."""
        self._view.count(path)
        raw, path = self.branch(raw, path)
        if depth > MAX_DEPTH:
            raise Unresolvable(path, "values are nested too deeply")
        if isinstance(raw, dict):
            name = intrinsic(raw)
            found = self._mapping(raw, path, depth) if name is None else self._call(name, raw[name], path, depth)
        elif isinstance(raw, list):
            found = self._items(raw, path, depth)
        else:
            text = plain_text(raw)
            if text is None:
                reason = "`null` is no value in a template" if raw is None else "a value is no text, number or boolean"
                raise Unresolvable(path, reason)
            found = text
        if isinstance(found, str):
            if len(found) > MAX_TEXT:
                raise Unresolvable(path, f"a text has more than {MAX_TEXT:,} characters")
            return dynamic(found)
        return found

    def text(self, raw: Any, path: Path, depth: int = 0) -> str:
        """A value that must be a text."""
        found = self.value(raw, path, depth)
        if not isinstance(found, str):
            raise Unresolvable(path, "a text is needed here")
        return found

    def reference(self, name: str, path: Path, depth: int = 0) -> Value:
        """What `Ref` gives."""
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._view.parameters:
            allowed = self._view.allowed(f"${{{name}}}")
            if allowed is not None and len(allowed) == 1:
                return allowed[0]
        elif (shape := self._shape(name)) is not None:
            return self._fill(shape.ref, name, shape, depth)
        if not is_symbol(name):
            raise Unresolvable(path, f"the template has no `{name}`; is `${{!{name}}}` meant, a variable of IAM?")
        return f"${{{name}}}"

    def attribute(self, name: str, attribute: str, path: Path, depth: int = 0) -> str:
        """What `Fn::GetAtt` gives."""
        shape = self._shape(name)
        if shape is not None and attribute in shape.attributes:
            return self._fill(shape.attributes[attribute], name, shape, depth)
        if not is_symbol(f"{name}.{attribute}"):
            raise Unresolvable(path, f"`{name}.{attribute}` is no attribute of a resource")
        return f"${{{name}.{attribute}}}"

    def is_resource(self, name: str) -> bool:
        """Whether the template has this resource."""
        return name in self._view.resources

    def _mapping(self, raw: dict[Any, Any], path: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, item in raw.items():
            if not isinstance(key, str):
                raise Unresolvable(path, "a key is no text")
            if key.startswith("Fn::"):
                raise Unresolvable((*path, key), f"only CloudFormation can run `{key}` here")
            value = self.value(item, (*path, key), depth + 1)
            if value is not NO_VALUE:
                found[key] = value
        return found

    def _items(self, raw: list[Any], path: Path, depth: int) -> list[Any]:
        values = [self.value(item, (*path, index), depth + 1) for index, item in enumerate(raw)]
        return [value for value in values if value is not NO_VALUE]

    def _shape(self, name: str) -> Shape | None:
        resource = self._view.resources.get(name)
        if resource is None:
            return None
        # The name of a rule on another bus is no name alone, and its ARN depends on whether the bus is given by ARN.
        bus = resource.properties.get("EventBusName", "default") if resource.type == "AWS::Events::Rule" else "default"
        return SHAPES.get(resource.type) if bus == "default" else None

    def _fill(self, form: str, name: str, shape: Shape, depth: int) -> str:
        def hole(match: re.Match[str]) -> str:
            if match[1] == "id":
                return name
            if match[1] == "path":
                return self._property(name, "Path", f"${{{name}.Path}}", "/", depth)
            unknown = f"${{{shape.unnamed.replace('{id}', name)}}}"
            return self._property(name, shape.name, unknown, unknown, depth) if shape.name else unknown

        return _HOLE.sub(hole, form)

    def _property(self, name: str, key: str, unknown: str, default: str, depth: int) -> str:
        """A resource's property: its canonical text, `unknown` where it has none, `default` where it is left out."""
        at = f"{name}.{key}"
        if at in self._names:
            return self._names[at]
        if at in self._open:
            return unknown
        resource = self._view.resources[name]
        self._open.add(at)
        try:
            value: Value = NO_VALUE
            if key in resource.properties:
                value = self.value(resource.properties[key], (*resource.path, key), depth + 1)
            found = value if isinstance(value, str) and value else default if value is NO_VALUE else unknown
        except Unresolvable:
            found = unknown
        finally:
            self._open.discard(at)
        self._names[at] = found
        return found

    def _call(self, name: str, raw: Any, path: Path, depth: int) -> Value:
        at = (*path, name)
        match name:
            case "Ref":
                return self.reference(self.text(raw, at, depth + 1), path, depth)
            case "Fn::GetAtt":
                return self._get_att(raw, at, depth)
            case "Fn::Sub":
                return self._sub(raw, at, depth)
            case "Fn::Join":
                return self._join(raw, at, depth)
            case "Fn::Select":
                return self._select(raw, at, depth)
            case "Fn::Split":
                return self._split(raw, at, depth)
            case "Fn::FindInMap":
                return self._find_in_map(raw, at, depth)
            case "Fn::ImportValue":
                return symbol("Import", self.text(raw, at, depth + 1))
            case "Fn::GetAZs":
                return symbol("GetAZs", self.text(raw, at, depth + 1) or "${AWS::Region}")
            case "Fn::Base64":
                text = self.text(raw, at, depth + 1)
                if symbols(text):
                    return symbol("Base64", text)
                return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
            case "Fn::Cidr":
                return symbol("Cidr", *(_inner(item) for item in self._items(_list(raw, at), at, depth + 1)))
            case "Fn::Length":
                value = self.value(raw, at, depth + 1)
                return str(len(value)) if isinstance(value, list) else symbol("Length", _inner(value))
            case "Fn::ToJsonString":
                return json.dumps(_data(self.value(raw, at, depth + 1), at), ensure_ascii=False)
        raise Unresolvable(at, f"only CloudFormation can run `{name}` here")

    def _get_att(self, raw: Any, path: Path, depth: int) -> str:
        parts = raw.split(".", 1) if isinstance(raw, str) else _list(raw, path)
        if len(parts) < 2:
            raise Unresolvable(path, "`Fn::GetAtt` takes a resource and an attribute")
        name, *attribute = (self.text(part, (*path, index), depth + 1) for index, part in enumerate(parts))
        return self.attribute(name, ".".join(attribute), path, depth)

    def _sub(self, raw: Any, path: Path, depth: int) -> str:
        text, given = raw, {}
        if isinstance(raw, list):
            if len(raw) != 2 or not isinstance(raw[1], dict):
                raise Unresolvable(path, "`Fn::Sub` takes a text, or a list of a text and a mapping")
            text, given = raw
        if not isinstance(text, str):
            raise Unresolvable(path, "`Fn::Sub` takes a text")
        parts, end = [], 0
        for match in REFERENCE.finditer(text):
            self._view.count(path)
            parts.append(literal(text[end : match.start()]))
            end = match.end()
            name = match[1].strip()
            value: Value
            if name.startswith("!"):
                value = literal(f"${{{name[1:]}}}")
            elif name in given:
                value = self.text(given[name], (*path, 1, name), depth + 1)
            elif "." in name and ":" not in name:
                resource, _, attribute = name.partition(".")
                value = self.attribute(resource, attribute, path, depth)
            else:
                value = self.reference(name, path, depth)
            if not isinstance(value, str):
                raise Unresolvable(path, f"`${{{name}}}` is no text")
            parts.append(value)
        return _joined("", [*parts, literal(text[end:])], path)

    def _join(self, raw: Any, path: Path, depth: int) -> str:
        separator, values = self._pair("Fn::Join", raw, path, depth)
        if isinstance(values, str):
            return symbol("Join", separator, values)
        if not all(isinstance(value, str) for value in values):
            raise Unresolvable(path, "`Fn::Join` takes a list of texts")
        return _joined(separator, values, path)

    def _pair(self, name: str, raw: Any, path: Path, depth: int) -> tuple[str, str | list[Any]]:
        """A text, and a list or the symbol of one."""
        arguments = _list(raw, path)
        if len(arguments) != 2:
            raise Unresolvable(path, f"`{name}` takes two values")
        first = self.text(arguments[0], (*path, 0), depth + 1)
        second = self.value(arguments[1], (*path, 1), depth + 1)
        if isinstance(second, list) or (isinstance(second, str) and sole_symbol(second) is not None):
            return first, second
        raise Unresolvable((*path, 1), f"`{name}` takes a list")

    def _select(self, raw: Any, path: Path, depth: int) -> Value:
        index, values = self._pair("Fn::Select", raw, path, depth)
        if isinstance(values, str) or symbols(index):
            return symbol("Select", index, _inner(values))
        if not re.fullmatch(r"[0-9]{1,6}", index) or int(index) >= len(values):
            raise Unresolvable(path, f"`Fn::Select` has no item `{index}`")
        chosen: Value = values[int(index)]
        return chosen

    def _split(self, raw: Any, path: Path, depth: int) -> Value:
        arguments = _list(raw, path)
        if len(arguments) != 2:
            raise Unresolvable(path, "`Fn::Split` takes two texts")
        separator, text = (self.text(item, (*path, index), depth + 1) for index, item in enumerate(arguments))
        if not separator:
            raise Unresolvable(path, "`Fn::Split` needs a separator")
        if self._plain is None:
            resources = self._view.resources.items()
            shapes = ((name, SHAPES.get(resource.type)) for name, resource in resources)
            self._plain = frozenset(
                shape.unnamed.replace("{id}", name) for name, shape in shapes if shape is not None and shape.plain
            )
        parts = None if symbols(separator) else split(text, separator, self._plain)
        return symbol("Split", separator, text) if parts is None else list(parts)

    def _find_in_map(self, raw: Any, path: Path, depth: int) -> Value:
        arguments = _list(raw, path)
        if len(arguments) not in (3, 4):
            raise Unresolvable(path, "`Fn::FindInMap` takes a mapping and two keys")
        keys = [self.text(item, (*path, index), depth + 1) for index, item in enumerate(arguments[:3])]
        default = arguments[3].get("DefaultValue") if len(arguments) == 4 and isinstance(arguments[3], dict) else None
        tables: list[Any] = [self._view.mappings]
        for key in keys:
            found = []
            for table in tables:
                if isinstance(table, dict):
                    possible = self._view.allowed(key) or (table if symbols(key) else [key])
                    found += [table[name] for name in possible if name in table]
            tables = found
        values = [self.value(value, path, depth + 1) for value in tables]
        if default is not None and (any(symbols(key) for key in keys) or not values):
            values.append(self.value(default, (*path, 3, "DefaultValue"), depth + 1))
        if not values:
            raise Unresolvable(path, f"the template's mappings have no `{'.'.join(keys)}`")
        if all(value == values[0] for value in values):
            return values[0]
        return symbol("FindInMap", ".".join(keys))


def _list(raw: Any, path: Path) -> list[Any]:
    if not isinstance(raw, list):
        raise Unresolvable(path, "a list is needed here")
    return raw


def _joined(separator: str, parts: list[str], path: Path) -> str:
    if sum(map(len, parts)) + len(separator) * len(parts) > MAX_TEXT:
        raise Unresolvable(path, f"a text has more than {MAX_TEXT:,} characters")
    return separator.join(parts)


def _inner(value: Value) -> str:
    """A value as it stands inside of a symbol."""
    return value if isinstance(value, str) else json.dumps(_data(value, ()), ensure_ascii=False)


def _data(value: Value, path: Path) -> Any:
    if isinstance(value, NoValue):
        raise Unresolvable(path, "a value is needed here, and `AWS::NoValue` is none")
    return value
