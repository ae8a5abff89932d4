"""Values that generated items and arguments are made of: a usual one, and near misses of it.

Near misses are values that a wrong key or a wrong condition would take for one another: `user` and `user2` (a prefix),
`user1` (a neighbour), other cases and scripts, 2 and 10 (which sort otherwise as texts). They follow from the design
alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from cfn_table.design.design import Design, EntityView
from cfn_table.design.expressions import attribute_of, operand
from cfn_table.design.items import InvalidItem, Item, check_value, complete_item
from cfn_table.design.keys import KeyTemplate, Placeholder, ValueRefused
from cfn_table.design.model import Attribute, PatternBase, Test
from cfn_table.design.values import WrongValue, convert, convert_json
from cfn_table.prove.paths import MISSING, steps_of, with_value

MOST: Final = 8
"""How many values of one attribute are tried."""

EXPIRED: Final = Decimal(1)
"""A second of 1970: time to live is over. What is over for more than five years is not deleted (developer guide, "How
it works: DynamoDB Time to Live"), and so it is there for as long as the patterns are executed."""

FUTURE: Final = Decimal(4102444800)
"""The first second of 2100."""


class Choices:
    """The values of each attribute, and of each placeholder that is stored only inside of keys."""

    def __init__(self, design: Design, prefix: str = "") -> None:
        """With a prefix all strings in partition keys of the table begin with it, so that nobody else's do."""
        self.design = design
        self.prefix = prefix
        self.samples = list(_samples(design))
        self._known: dict[tuple[str, str], list[Any]] = {}
        self._tested = _tested_values(design)

    def of(self, view: EntityView, name: str) -> list[Any]:
        """At least one value, the most usual first.

        Raises:
            Impossible: no value fits.
        """
        attribute = self.attribute(view, name)
        known = (name, repr(attribute))
        if known not in self._known:
            self._known[known] = self._made(view, name, attribute)
        return self._known[known]

    def attribute(self, view: EntityView, name: str) -> Attribute:
        """How an attribute or a placeholder is declared."""
        return view.attributes[name] if name in view.attributes else self.design.file.key_only[name]

    def fits(self, view: EntityView, name: str, value: Any) -> bool:
        """Whether the value is one of its type, and can stand in the keys that hold it."""
        attribute = self.attribute(view, name)
        try:
            check_value(attribute, convert(attribute.type, raw_of(value, attribute.type)))
            for template in view.templates.values():
                for part in template.parts:
                    if isinstance(part, Placeholder) and part.name == name:
                        KeyTemplate((part,)).render({name: value}, view.domains)
        except (WrongValue, ValueRefused, TypeError):
            return False
        return True

    def tested(self, view: EntityView) -> Iterator[dict[str, Any]]:
        """For each conjunction of tests in a filter the attributes that it is about, with each of their values."""
        for pattern in self.design.file.access_patterns.values():
            if pattern.entity and view.name not in pattern.entity:
                continue
            for group in pattern.filter or ():
                names = {attribute_of(test.path, view.stored) for test in group}
                values = {name: self.of(view, name) for name in sorted(names) if name in view.attributes}
                for number in range(max(map(len, values.values()), default=0)):
                    yield {
                        name: each[number % len(each)]
                        for name, each in values.items()
                        if name in view.attributes and self.fits(view, name, each[number % len(each)])
                    }

    def is_ours(self, view: EntityView) -> bool:
        """Whether the prefix is in the table's partition key of every item that is made of the entity."""
        in_key = {name for key in self.design.table_keys.partition for name in view.templates[key].placeholders}
        return not self.prefix or not in_key.isdisjoint(self.prefixed(view))

    def prefixed(self, view: EntityView) -> list[str]:
        """The placeholders of partition keys, also of indexes, that can carry the prefix."""
        keys = dict.fromkeys(key for keys in self.design.all_keys for key in keys.partition if key in view.templates)
        names = [name for key in keys for name in view.templates[key].placeholders]
        found = []
        for name in dict.fromkeys(names):
            attribute = self.attribute(view, name)
            if attribute.type == "string" and not attribute.values and self.fits(view, name, self.prefix + "x"):
                found.append(name)
        return found

    def _made(self, view: EntityView, name: str, attribute: Attribute) -> list[Any]:
        prefix = self.prefix if self.prefix and name in self._all_prefixed() else ""
        usual = [item.values[name] for item in self.samples if name in item.values]
        if name == self.design.file.table.time_to_live and attribute.type in ("number", "epoch"):
            # Others may be over before they are read, and gone.
            return [each for each in (FUTURE, FUTURE + 1, EXPIRED) if self.fits(view, name, each)]
        found: list[Any] = []
        for value in (*usual, *self._tested.get(name, ()), *self._plausible(name, attribute, usual)):
            ours = prefix + value if prefix and not str(value).startswith(prefix) else value
            if not any(_same(ours, other) for other in found) and self.fits(view, name, ours):
                found.append(ours)
        if not found:
            raise Impossible(f"no value of `{name}` could be made up: give entity `{view.name}` a sample")
        return found[:MOST]

    def _all_prefixed(self) -> set[str]:
        return {name for view in self.design.entities.values() for name in self.prefixed(view)}

    def _plausible(self, name: str, attribute: Attribute, usual: list[Any]) -> Iterator[Any]:
        if attribute.values:
            yield from (convert(attribute.type, value) for value in attribute.values)
            return
        kind = attribute.type
        if kind == "string":
            yield from _strings(attribute, usual[0] if usual else f"{name}1", self.design.file.table.delimiter)
        elif kind in ("number", "epoch"):
            first = usual[0] if usual else Decimal(2)
            yield from (first, first + 1, first - 1, Decimal(10), Decimal(2), EXPIRED, first * 10)
        elif kind == "boolean":
            yield from (True, False)
        elif kind in ("timestamp", "date"):
            yield from _moments(usual[0] if usual else "2024-01-31T12:00:00Z", kind)
        elif kind == "binary":
            yield from (b"\x00\x01", b"\x00", b"\x00\x01\x02", b"\xff\xfe", b"\x01")
        elif kind in ("map", "any"):
            yield from ({"name": "x", "size": Decimal(2)}, {}, {"name": "y", "list": [Decimal("1.5"), None, True]})
            if kind == "any":
                yield from ("text", Decimal(3), [True, "x"], None)
        elif kind == "list":
            yield from (["x", Decimal(2)], [], [{"name": "x"}])
        else:
            members: dict[str, list[Any]] = {"string_set": ["a", "ab", "b"], "binary_set": [b"\x00", b"\x01"]}
            values = members.get(kind, [Decimal(1), Decimal(2), Decimal(10)])
            yield from (values, values[:1], values[1:])


class Impossible(ValueError):
    """What an access pattern needs to be executed cannot be made up; the message says what."""


def raw_of(value: Any, kind: str = "string") -> Any:
    """A value of an attribute of this type as a sample writes it."""
    if kind in ("any", "map", "list"):
        return value  # a text would stay one
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(each, bytes | Decimal) for each in value):
        return [raw_of(each) for each in value]
    return value


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal for DynamoDB, for which true is not 1."""
    return type(one) is type(other) and bool(one == other)


def _samples(design: Design) -> Iterator[Item]:
    for name, view in design.entities.items():
        for raw in view.entity.samples:
            try:
                yield complete_item(design, name, raw)
            except InvalidItem:  # a finding of a design rule
                continue


def _strings(attribute: Attribute, first: str, delimiter: str) -> Iterator[str]:
    yield from (first, f"{first}2", first[:-1], f"{first[:-1]}{chr(ord(first[-1:] or 'a') + 1)}")
    yield from (first.swapcase(), f"{first}-\u00fc\u65e5\U0001f511", f"x{first}")
    if attribute.pattern is not None:
        yield from _matching(attribute.pattern, delimiter)


def _moments(first: str, kind: str) -> Iterator[str]:
    if kind == "date":
        day = datetime.date.fromisoformat(first[:10])
        yield from (str(day + datetime.timedelta(days=days)) for days in (0, 1, -1, 31, 366))
        return
    moment = datetime.datetime.fromisoformat(first).astimezone(datetime.UTC)
    for seconds in (0, 1, -1, 86400, -86400 * 40):
        yield (moment + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _matching(pattern: str, delimiter: str) -> Iterator[str]:
    """Some texts that a pattern matches, one with the delimiter where it may be there; none where it is not regular."""
    from cfn_table.languages import ANYTHING, PatternError, TooComplex, concat, literal, regex

    try:
        language = regex(pattern)
        joined = language.intersect(concat(ANYTHING, literal(delimiter), ANYTHING)).shortest()
        if joined:
            yield joined
        for _ in range(4):
            text = language.shortest()
            if text is None:
                return
            if text:
                yield text
            language = language.minus(literal(text))
    except (PatternError, TooComplex):
        return


def patterns_and_parts(design: Design) -> Iterator[PatternBase]:
    """All access patterns, and the parts of transactions."""
    for pattern in design.file.access_patterns.values():
        yield pattern
        yield from pattern.parts


def _tested_values(design: Design) -> dict[str, list[Any]]:
    """Attribute → the values that tests name, so that some items pass them, and values next to these.

    Of what is changed or tested inside of an attribute, values that have such an inside.
    """
    found: dict[str, list[Any]] = {}
    for pattern in patterns_and_parts(design):
        views = [design.entities[name] for name in pattern.entity] or list(design.entities.values())
        known = frozenset().union(*(view.stored for view in views))
        within: dict[str, Any] = {}
        for test in (*_tests(getattr(pattern, "filter", None)), *_tests(pattern.condition)):
            name = attribute_of(test.path, known)
            steps = steps_of(test.path[len(name) :])
            kinds = [view.attributes[name].type for view in views if name in view.attributes]
            for raw in test.operands if kinds else ():
                is_parameter = operand(name, raw).parameter is not None
                if steps:
                    value: Any = "x" if is_parameter else convert_json(raw)
                    found.setdefault(name, []).append(with_value(MISSING, steps, value))
                elif not is_parameter:
                    found.setdefault(name, []).extend(_around(kinds[0], raw))
        for path in (*pattern.set, *pattern.remove, *pattern.add):
            name = attribute_of(path, known)
            if path != name:
                leaf = Decimal(1) if path in pattern.add else "x"
                within[name] = with_value(within.get(name, MISSING), steps_of(path[len(name) :]), leaf)
        for name, value in within.items():
            found.setdefault(name, []).append(value)
    return found


def _tests(alternatives: Any) -> Iterable[Test]:
    return [test for group in alternatives for test in group] if isinstance(alternatives, tuple) else ()


def _around(kind: str, raw: Any) -> Iterator[Any]:
    """The value that a test is about, and those next to it."""
    try:
        value = convert(kind.removesuffix("_set") if isinstance(raw, str) else kind, raw)
    except WrongValue:
        return
    if kind.endswith("_set") or kind == "list":
        yield value if isinstance(value, list) else [value]
    elif isinstance(value, Decimal):
        yield from (value, value + 1, value - 1)
    elif isinstance(value, str):
        yield from (value, f"{value}2", f"x{value}")
    else:
        yield value
