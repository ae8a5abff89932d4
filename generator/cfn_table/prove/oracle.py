"""What access patterns return and change, worked out in memory from the design alone.

This is the other half of the proof, so it knows nothing of expressions, indexes or pages: a read is a filter over all
items, a write a change of one of them. What it takes from the design is what the design's author wrote: which entities
an access pattern is about, the placeholders of their key templates, and the pattern's own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any, Final

from cfn_table.design.design import Design, EntityView, KeySchema
from cfn_table.design.expressions import PARAMETER, attribute_of, parameter_of
from cfn_table.design.items import Item
from cfn_table.design.keys import KeyTemplate, Placeholder
from cfn_table.design.model import AccessPattern, PatternBase, SortKey, Test, TransactionPart
from cfn_table.design.values import WrongValue, convert, convert_json
from cfn_table.prove.paths import MISSING, drop, inside, put, steps_of

_EXACT: Final = Context(prec=38)
"""DynamoDB's numbers have 38 digits (developer guide, "Data types")."""

Attributes = dict[str, Any]
Arguments = Mapping[str, Any]


class Oracle:
    """Answers for one design."""

    def __init__(self, design: Design) -> None:
        self.design = design

    def read(self, pattern: AccessPattern, operation: str, arguments: Arguments, items: Iterable[Item]) -> list[Item]:
        """The items that a Query, a Scan or a GetItem is about, in no order."""
        keys = self.design.keys_of(pattern.index)
        found = []
        for item in items:
            if pattern.entity and item.entity not in pattern.entity:
                continue
            if any(name not in item.attributes for name in keys.names):
                continue
            view = self.design.entities[item.entity]
            if operation == "GetItem":
                matches = self._named(view, keys.names, item, arguments, {})
            elif operation == "Query":
                matches = self._named(view, keys.partition, item, arguments, {}) and self._sorted(
                    pattern, keys, view, item, arguments
                )
            else:
                matches = True
            if matches and (not pattern.filter or self.passes(pattern, pattern.filter, item.attributes, arguments)):
                found.append(item)
        return found

    def shown(self, pattern: PatternBase, keys: KeySchema, item: Item) -> Attributes:
        """The attributes of an item that a read returns."""
        attributes = dict(item.attributes)
        names = {*self.design.table_keys.names, *keys.names}
        if pattern.returns is None:
            if keys.index is None or keys.projection == "all":
                return attributes
            names |= set(keys.projection) if isinstance(keys.projection, tuple) else set()
            return {name: value for name, value in attributes.items() if name in names}
        result: Attributes = {}
        for path in pattern.returns:
            name = attribute_of(path, self.design.entities[item.entity].stored)
            steps = steps_of(path[len(name) :])
            value = inside(attributes.get(name, MISSING), steps)
            if value is not MISSING:
                put(result, name, steps, value)
        return result

    def sort_value(self, keys: KeySchema, item: Item) -> tuple[Any, ...]:
        """What a Query orders by; strings and binaries by their bytes (developer guide, "Querying tables")."""
        return tuple(_ordered(item.attributes[name]) for name in keys.sort)

    def _named(
        self,
        view: EntityView,
        attributes: Sequence[str],
        item: Item,
        arguments: Arguments,
        bindings: Mapping[str, str],
    ) -> bool:
        """Whether the arguments name these key attributes of the item."""
        for name in attributes:
            for part in view.templates[name].parts:
                if isinstance(part, Placeholder):
                    wanted = self.argument(view, part.name, arguments, bindings)
                    if _written(part, wanted) != _written(part, item.values[part.name]):
                        return False
        return True

    def argument(self, view: EntityView, placeholder: str, arguments: Arguments, bindings: Mapping[str, str]) -> Any:
        """The value that a placeholder has for these arguments."""
        bound = bindings.get(placeholder)
        if bound is None:
            return arguments[placeholder]
        other = PARAMETER.match(bound)
        return arguments[other[1]] if other else convert(view.domains[placeholder].type, bound)

    def _sorted(
        self, pattern: AccessPattern, keys: KeySchema, view: EntityView, item: Item, arguments: Arguments
    ) -> bool:
        stated = pattern.sort_key
        if stated == "any":
            return True
        if stated is None:
            # Left out, it says nothing but what the partition's own placeholders say of a sort key that repeats them.
            known = {name for each in keys.partition for name in view.templates[each].placeholders}
            same = [name for name in keys.sort if set(view.templates[name].placeholders) <= known]
            return len(pattern.entity) > 1 or self._named(view, same, item, arguments, {})
        conditions = stated if isinstance(stated, dict) else {keys.sort[0]: stated}
        return all(self._compares(name, each, item, arguments) for name, each in conditions.items())

    def _compares(self, name: str, condition: SortKey, item: Item, arguments: Arguments) -> bool:
        value = item.attributes[name]
        if not isinstance(value, str):
            kind = "binary" if isinstance(value, bytes) else "number"
            bounds = [
                arguments[each.whole.name] if each.whole else convert(kind, str(each)) for each in condition.templates
            ]
        else:
            bounds = [_text(template, arguments) for template in condition.templates]
        return _holds(condition.comparison, value, bounds)

    def passes(
        self,
        pattern: PatternBase,
        alternatives: Iterable[Iterable[Test]],
        attributes: Mapping[str, Any],
        arguments: Arguments,
    ) -> bool:
        """Whether an item passes tests: one of the alternatives, and of that all."""
        views = self._views(pattern)
        return any(all(self._passes(views, test, attributes, arguments) for test in group) for group in alternatives)

    def is_askable(self, pattern: PatternBase, arguments: Arguments) -> bool:
        """Whether DynamoDB takes tests with these arguments: it refuses ranges that end before they begin."""
        tests = tests_of(pattern)
        return all(_askable(test.comparison, self.bounds(self._views(pattern), test, arguments)) for test in tests)

    def bounds(self, views: Sequence[EntityView], test: Test, arguments: Arguments) -> list[Any]:
        """The values that a test compares with."""
        name = attribute_of(test.path, frozenset().union(*(view.stored for view in views)))
        kind = "any"
        if name == test.path:
            kind = next((view.attributes[name].type for view in views if name in view.attributes), "")
            types = {"S": "string", "N": "number", "B": "binary"}
            kind = kind or types[self.design.key_types.get(name, "S")]
        return [_operand(test.path, raw, kind, arguments) for raw in test.operands]

    def _views(self, pattern: PatternBase) -> list[EntityView]:
        return [self.design.entities[name] for name in pattern.entity] or list(self.design.entities.values())

    def _passes(
        self, views: Sequence[EntityView], test: Test, attributes: Mapping[str, Any], arguments: Arguments
    ) -> bool:
        name = attribute_of(test.path, frozenset().union(*(view.stored for view in views)))
        value = inside(attributes.get(name, MISSING), steps_of(test.path[len(name) :]))
        if test.comparison in ("exists", "not_exists"):
            return (value is not MISSING) == (test.comparison == "exists")
        bounds = self.bounds(views, test, arguments)
        if test.comparison == "not_equals":
            return value is MISSING or not _equal(value, bounds[0])
        return value is not MISSING and _holds(test.comparison, value, bounds)

    def writes(self, pattern: PatternBase, operation: str, arguments: Arguments, stored: Item | None) -> bool:
        """Whether a write's condition holds of the item that is stored under its key, if any."""
        default = {"PutItem": "not_exists", "UpdateItem": "exists", "ConditionCheck": "exists"}.get(operation, "none")
        condition: Any = default if pattern.condition is None else pattern.condition
        if condition == "none":
            return True
        if condition in ("exists", "not_exists"):
            return (stored is not None) is bool(condition == "exists")
        return self.passes(pattern, condition, stored.attributes if stored else {}, arguments)

    def updated(
        self, pattern: PatternBase, view: EntityView, key: Attributes, arguments: Arguments, stored: Item | None
    ) -> Attributes:
        """The attributes of an item after an update; `key` is its key, with the placeholders that it is made of.

        Raises:
            KeyError: an argument is missing.
        """
        attributes = dict(stored.attributes) if stored else {n: key[n] for n in self.design.table_keys.names}
        values = {**(stored.values if stored else {}), **key}
        in_key = {each for name in self.design.table_keys.names for each in view.templates[name].placeholders}
        fixed = {*in_key, *self.design.table_keys.names}
        changes = dict(pattern.set)
        if not (pattern.set or pattern.add or pattern.remove):
            changes = {n: f"{{{n}}}" for n, each in view.attributes.items() if not each.optional and n not in fixed}
        for path, raw in changes.items():
            self._assign(view, attributes, path, raw, arguments)
        for path, raw in pattern.add.items():
            name = attribute_of(path, view.stored)
            kind = view.attributes[name].type if name == path else "any"
            more = _operand(path, raw, kind, arguments)
            now = inside(attributes.get(name, MISSING), steps_of(path[len(name) :]))
            if isinstance(more, list):
                total: Any = sorted([*more, *(each for each in ([] if now is MISSING else now) if each not in more)])
            else:
                total = more if now is MISSING else _EXACT.add(now, more)
            put(attributes, name, steps_of(path[len(name) :]), total)
        removed = set()
        for path in pattern.remove:
            name = attribute_of(path, view.stored)
            if name == path:
                attributes.pop(name, None)
                removed.add(name)
            else:
                drop(attributes, name, steps_of(path[len(name) :]))
        changed = {attribute_of(path, view.stored) for path in (*changes, *pattern.add)}
        values.update({name: attributes[name] for name in changed if name in attributes})
        for name, template in view.templates.items():
            if name in fixed or (template.whole is not None and template.whole.name == name):
                continue
            if removed.intersection(template.placeholders):
                attributes.pop(name, None)
            elif changed.intersection(template.placeholders):
                whole = template.whole
                is_text = self.design.key_types[name] == "S"
                attributes[name] = _text(template, values) if is_text or whole is None else values[whole.name]
        return attributes

    def _assign(self, view: EntityView, attributes: Attributes, path: str, raw: Any, arguments: Arguments) -> None:
        name = attribute_of(path, view.stored)
        kind = view.attributes[name].type if name == path and name in view.attributes else "any"
        put(attributes, name, steps_of(path[len(name) :]), _operand(path, raw, kind, arguments))


def bindings_of(pattern: PatternBase) -> Mapping[str, str]:
    """What `with` gives the placeholders of a transaction's part."""
    return pattern.bindings if isinstance(pattern, TransactionPart) else {}


def tests_of(pattern: PatternBase) -> list[Test]:
    """All tests of a pattern's filter and condition."""
    found = (getattr(pattern, "filter", None), pattern.condition)
    return [test for each in found if isinstance(each, tuple) for group in each for test in group]


def _askable(comparison: str, bounds: Sequence[Any]) -> bool:
    if comparison == "begins_with":
        return isinstance(bounds[0], str | bytes)
    if comparison in ("gt", "gte", "lt", "lte", "between"):
        ordered = all(isinstance(each, str | bytes | Decimal | int) and not isinstance(each, bool) for each in bounds)
        same = len({_type(each) for each in bounds}) == 1
        return ordered and same and _ordered(bounds[0]) <= _ordered(bounds[-1])
    return True


def _operand(path: str, raw: Any, kind: str, arguments: Arguments) -> Any:
    """The value of a test or an update: an argument, or what the design says, read as the attribute's type."""
    parameter = parameter_of(path, raw)
    if parameter is not None:
        return arguments[parameter]
    if kind in ("any", "map", "list"):
        return convert_json(raw)
    try:
        return convert(kind.removesuffix("_set") if isinstance(raw, str) else kind, raw)
    except WrongValue:
        return str(raw)  # a part of a timestamp, for `begins_with`


def _text(template: KeyTemplate, arguments: Arguments) -> str:
    return "".join(part if isinstance(part, str) else _written(part, arguments[part.name]) for part in template.parts)


def _written(part: Placeholder, value: Any) -> str:
    """A value as it stands in a key."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, Decimal):
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
    elif isinstance(value, bytes):
        import base64

        text = base64.b64encode(value).decode()
    else:
        text = str(value)
    if part.format[:1] == "0":
        return "0" * (int(part.format) - len(text)) + text
    return {"lower": text.lower(), "upper": text.upper()}.get(part.format, text)


def _ordered(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return _type(one) is _type(other) and bool(one == other)


def _type(value: Any) -> type:
    return Decimal if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _holds(comparison: str, value: Any, bounds: Sequence[Any]) -> bool:
    """Whether one comparison holds; values of different types are never ordered."""
    first = bounds[0]
    if comparison == "in":
        return any(_equal(value, each) for each in bounds)
    if comparison == "equals":
        return _equal(value, first)
    if comparison == "contains":
        if isinstance(value, str):
            return isinstance(first, str) and first in value
        if isinstance(value, bytes):
            return isinstance(first, bytes) and first in value
        return isinstance(value, list) and any(_equal(each, first) for each in value)
    if any(_type(each) is not _type(value) for each in bounds) or not isinstance(value, str | bytes | Decimal | int):
        return False
    if comparison == "begins_with":
        return not isinstance(value, Decimal | int) and value.startswith(first)
    here, *limits = map(_ordered, (value, *bounds))
    if comparison == "between":
        return bool(limits[0] <= here <= limits[1])
    if here == limits[0]:
        return comparison in ("gte", "lte")
    return bool(here > limits[0]) == (comparison in ("gt", "gte"))
