"""What each access pattern sends to DynamoDB: keys, conditions and expressions, derived from the key templates."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from cfn_table.design.design import Design, EntityView, KeySchema
from cfn_table.design.expressions import PARAMETER, Expressions, Operand, attribute_of, operand
from cfn_table.design.keys import Domain, KeyTemplate, Placeholder, ValueRefused
from cfn_table.design.model import AccessPattern, PatternBase, SortKey, TransactionPart
from cfn_table.design.overlap import apart_at_a_glance, may_overlap
from cfn_table.design.suggest import did_you_mean

if TYPE_CHECKING:
    from cfn_table.languages import Language

MAX_CHARACTER: Final = "\U0010ffff"
"""Sorts last in UTF-8 byte order, which is how DynamoDB orders strings (developer guide, Query)."""

BATCHES: Final = ("BatchGetItem", "BatchWriteItem")
TRANSACTIONS: Final = ("TransactGetItems", "TransactWriteItems")


class Underivable(ValueError):
    """No request does what the access pattern says.

    Attributes:
        rule: the design rule that is broken.
        help: what to do.
        field: the field of the pattern that is wrong; empty for the pattern as a whole.
        part: index of the transaction's part that is meant; None for the pattern itself.
    """

    def __init__(self, rule: str, message: str, help: str = "", field: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.help = help
        self.field = field
        self.part: int | None = None


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """A condition on one key attribute: `equals`, `begins_with`, `between`, `gt`, `gte`, `lt` or `lte`."""

    attribute: str
    comparison: str
    templates: tuple[KeyTemplate, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One operation of an access pattern.

    Attributes:
        operation: DynamoDB's name of it; `ConditionCheck` inside a transaction.
        entities: names of the entities whose items it reads or writes.
        keys: the table or the index that it goes to.
        key: one condition per key attribute; empty for a Scan.
        types: values of the type attribute that a filter lets pass; empty where none is needed.
        expressions: the texts, by DynamoDB's parameter name (`KeyConditionExpression`, …).
        names: ExpressionAttributeNames.
        values: placeholder → what it stands for.
        returns: projected attributes; None for all.
        changes: attributes that an update writes, key attributes of indexes included.
        parts: the requests of a transaction.
        limit: the most items that are evaluated, a number or `{name}` for a parameter; None for no limit.
        renamed: parameter → the placeholder whose values it takes, where `with` or an update gave it another name.
    """

    operation: str
    entities: tuple[str, ...]
    keys: KeySchema
    key: tuple[KeyCondition, ...]
    types: tuple[str, ...] = ()
    expressions: AnyMapping[str, str] = field(default_factory=dict)
    names: AnyMapping[str, str] = field(default_factory=dict)
    values: AnyMapping[str, Operand] = field(default_factory=dict)
    returns: tuple[str, ...] | None = None
    changes: tuple[str, ...] = ()
    parts: tuple[Request, ...] = ()
    limit: int | str | None = None
    renamed: AnyMapping[str, str] = field(default_factory=dict)


def derive(design: Design, name: str) -> tuple[Request, ...]:
    """The requests of the access pattern `name`, one per operation.

    Raises:
        Underivable: no request does what the pattern says.
    """
    pattern = design.pattern(name)
    return tuple(_derive(design, pattern, operation) for operation in pattern.operation)


def parameters(design: Design, request: Request) -> dict[str, str]:
    """Name → type (of the design language) of every parameter of the request, in order of first use."""
    found: dict[str, str | None] = {}
    views = [design.entities[name] for name in request.entities] or list(design.entities.values())
    templates = [template for condition in request.key for template in condition.templates]
    for each in (*templates, *(value.template for value in request.values.values() if value.template is not None)):
        for placeholder in each.placeholders:
            original = request.renamed.get(placeholder, placeholder)
            domain = next((view.domains[original] for view in views if original in view.domains), None)
            found.setdefault(placeholder, domain.type if domain else None)
    for value in request.values.values():
        if value.parameter is not None and found.get(value.parameter) is None:
            kinds = [view.attributes[value.attribute].type for view in views if value.attribute in view.attributes]
            found[value.parameter] = kinds[0] if kinds else "any"
    if isinstance(request.limit, str):
        found.setdefault(request.limit.strip("{}"), "number")
    for part in request.parts:
        for parameter, part_kind in parameters(design, part).items():
            found.setdefault(parameter, part_kind)
    return {name: kind or "string" for name, kind in found.items()}


TAKEN_BY: Final[AnyMapping[str, tuple[str, ...]]] = {
    "entity": ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheck", "Query", "Scan", *BATCHES),
    "index": ("Query", "Scan"),
    "sort_key": ("Query",),
    "filter": ("Query", "Scan"),
    "order": ("Query",),
    "limit": ("Query", "Scan"),
    "condition": ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheck"),
    "returns": ("GetItem", "Query", "Scan", "BatchGetItem"),
    "set": ("UpdateItem",),
    "add": ("UpdateItem",),
    "remove": ("UpdateItem",),
    "parts": TRANSACTIONS,
}
"""Field of an access pattern → the operations that take it (DynamoDB API reference, each operation's parameters)."""


def _refuse_senseless_fields(pattern: PatternBase, operations: tuple[str, ...]) -> None:
    for name, takers in TAKEN_BY.items():
        if name in pattern.model_fields_set and not set(takers) & set(operations):
            listed = takers[0] if len(takers) == 1 else f"{', '.join(takers[:-1])} and {takers[-1]}"
            raise Underivable(
                "patterns-say-what-their-operation-takes",
                f"{operations[0]} takes no `{name}`",
                "its parts have entities" if name == "entity" else f"only {listed} take{'s' * (len(takers) == 1)} it",
                name,
            )


def _derive(design: Design, pattern: AccessPattern, operation: str) -> Request:
    _refuse_senseless_fields(pattern, pattern.operation)
    if operation in TRANSACTIONS:
        return _transaction(design, pattern, operation)
    if not pattern.entity and operation != "Scan":
        raise Underivable("patterns-say-what-their-operation-takes", "`entity` is missing", "add `entity: NAME`")
    if operation == "Query":
        return _query(design, pattern)
    if operation == "Scan":
        return _scan(design, pattern)
    if len(pattern.entity) > 1 and operation not in BATCHES:
        raise Underivable(
            "patterns-say-what-their-operation-takes", f"{operation} takes one entity", "write a pattern each", "entity"
        )
    return _item(design, pattern, operation)


def _views(design: Design, pattern: PatternBase) -> list[EntityView]:
    return [design.entities[name] for name in pattern.entity]


def _finish(request: Request, texts: Expressions, expressions: dict[str, str]) -> Request:
    return replace(
        request,
        expressions={key: value for key, value in expressions.items() if value},
        names=dict(sorted(texts.names.items())),
        values=dict(sorted(texts.values.items())),
    )


def _item(
    design: Design, pattern: PatternBase, operation: str, bindings: AnyMapping[str, str] | None = None
) -> Request:
    keys = design.table_keys
    for view in _views(design, pattern):
        _require_keys(view, keys)
    view = design.entities[pattern.entity[0]]
    key = tuple(KeyCondition(name, "equals", (_bound(view, name, bindings),)) for name in keys.names)
    texts = Expressions(view.stored)
    expressions: dict[str, str] = {}
    changes: tuple[str, ...] = ()
    if operation == "UpdateItem":
        changes = _update(design, pattern, view, texts, expressions, bindings)
    elif operation in ("PutItem", "BatchWriteItem"):
        changes = tuple(sorted(view.stored))
    if operation in ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheck"):
        expressions["ConditionExpression"] = _condition(design, pattern, operation, texts)
    if pattern.returns is not None and operation in ("GetItem", "BatchGetItem"):
        expressions["ProjectionExpression"] = ", ".join(texts.name(each) for each in pattern.returns)
    returns = pattern.returns if operation in ("GetItem", "BatchGetItem") else None
    request = Request(operation, pattern.entity, keys, key, returns=returns, changes=changes)
    renamed = _renamed({**(pattern.set if operation == "UpdateItem" else {}), **(bindings or {})})
    return _finish(replace(request, renamed=renamed), texts, expressions)


def _renamed(values: AnyMapping[str, Any]) -> dict[str, str]:
    """`{other}` given for a name, as other → name."""
    found = {name: PARAMETER.match(value) for name, value in values.items() if isinstance(value, str)}
    return {match[1]: str(name) for name, match in found.items() if match is not None}


def _require_keys(view: EntityView, keys: KeySchema) -> None:
    missing = [name for name in keys.names if name not in view.templates]
    if missing:
        listed = " and ".join(f"`{name}`" for name in missing)
        raise Underivable(
            "entities-write-the-keys-of-their-patterns",
            f"entity `{view.name}` never writes {listed} of the key of {keys.title}",
            f"add `{missing[0]}: TEMPLATE` to the keys of `{view.name}`",
            "entity",
        )


def _bound(view: EntityView, attribute: str, bindings: AnyMapping[str, Any] | None) -> KeyTemplate:
    """The template of a key attribute with bound placeholders replaced: by a fixed value, or by `{other}`."""
    template = view.templates[attribute]
    if not bindings:
        return template
    parts: list[str | Placeholder] = []
    for part in template.parts:
        bound = part
        if isinstance(part, Placeholder) and part.name in bindings:
            bound = _bound_part(part, str(bindings[part.name]), view.domains)
        if isinstance(bound, str) and parts and isinstance(parts[-1], str):
            bound = parts.pop() + bound  # type: ignore[operator]  # the last part is a text, as was just asked
        parts.append(bound)
    return KeyTemplate(tuple(parts))


def _bound_part(part: Placeholder, value: str, domains: AnyMapping[str, Domain]) -> str | Placeholder:
    other = PARAMETER.match(value)
    if other is not None:
        return Placeholder(other[1], part.format)
    try:
        text = KeyTemplate((part,)).render({part.name: value}, domains)
    except ValueRefused as error:
        raise Underivable("values-fit-their-attributes", str(error), "write a value that its key can hold") from None
    if "{" in text or "}" in text:
        raise Underivable("values-fit-their-attributes", f"`{text}` cannot stand in a key: it holds a brace")
    return text


def _condition(design: Design, pattern: PatternBase, operation: str, texts: Expressions) -> str:
    default = {"PutItem": "not_exists", "UpdateItem": "exists", "ConditionCheck": "exists"}.get(operation, "none")
    condition = default if pattern.condition is None else pattern.condition
    if condition == "none":
        if operation == "ConditionCheck":
            raise Underivable(
                "patterns-say-what-their-operation-takes", "a ConditionCheck checks a condition", "", "condition"
            )
        return ""
    partition = design.table_keys.partition[0]
    if isinstance(condition, str):
        return texts.compare(partition, condition, ())
    return texts.tests(condition)


def _update(
    design: Design,
    pattern: PatternBase,
    view: EntityView,
    texts: Expressions,
    expressions: dict[str, str],
    bindings: AnyMapping[str, str] | None,
) -> tuple[str, ...]:
    in_key = {placeholder for name in design.table_keys.names for placeholder in view.templates[name].placeholders}
    fixed = {*in_key, *design.table_keys.names}
    sets = dict(pattern.set)
    if not (pattern.set or pattern.add or pattern.remove):
        sets = {
            name: f"{{{name}}}" for name, each in view.attributes.items() if not each.optional and name not in fixed
        }
    paths = (*sets, *pattern.add, *pattern.remove)
    if not paths or len(set(paths)) < len(paths):
        raise Underivable(
            "patterns-say-what-their-operation-takes",
            "the update changes a value twice" if paths else "the update changes nothing",
            "say once what becomes of each attribute" if paths else "add `set: [ATTRIBUTE]`",
        )
    changed = {attribute_of(path, view.stored) for path in paths}
    for name in sorted(changed):
        if name in fixed:
            raise Underivable(
                "updates-keep-the-key",
                f"an update cannot change `{name}`, a part of the item's key",
                "delete the item and put another",
                "set",
            )
        if name not in view.stored:
            raise Underivable("patterns-name-attributes", f"entity `{view.name}` has no attribute `{name}`", "", "set")
    clauses = [f"{texts.name(path)} = {texts.value(operand(path, raw))}" for path, raw in sets.items()]
    removed = [texts.name(path) for path in pattern.remove]
    rewritten = []
    for name, template in view.templates.items():
        touched = changed.intersection(template.placeholders)
        if name in fixed or name in changed or not touched or name in template.placeholders:
            continue
        known = {*in_key, *sets}
        rewritten.append(name)
        if touched.intersection(pattern.remove):
            removed.append(texts.name(name))
            continue
        unknown = [each for each in template.placeholders if each not in known]
        if unknown:
            raise Underivable(
                "updates-keep-the-key",
                f"the update changes index key `{name}`, which also holds `{unknown[0]}`",
                f"set `{unknown[0]}` too, so that `{name}` can be rebuilt",
                "set",
            )
        fresh = {path: raw for path, raw in sets.items() if path in template.placeholders and isinstance(raw, str)}
        rebuilt = Operand(name, template=_bound(view, name, {**fresh, **(bindings or {})}))
        clauses.append(f"{texts.name(name)} = {texts.value(rebuilt)}")
    adds = [f"{texts.name(path)} {texts.value(operand(path, raw))}" for path, raw in pattern.add.items()]
    parts = [("SET", clauses), ("ADD", adds), ("REMOVE", removed)]
    expressions["UpdateExpression"] = " ".join(f"{word} {', '.join(items)}" for word, items in parts if items)
    return tuple(sorted({*changed, *rewritten}))


def _transaction(design: Design, pattern: AccessPattern, operation: str) -> Request:
    rule = "patterns-say-what-their-operation-takes"
    if not pattern.parts:
        raise Underivable(rule, f"{operation} needs `parts`", "list its actions, each like an access pattern")
    if len(pattern.parts) > 100:
        raise Underivable(rule, "a transaction has at most 100 parts", "split it", "parts")
    reads = operation == "TransactGetItems"
    requests = []
    for position, part in enumerate(pattern.parts):
        action = part.operation[0]
        if reads != (action == "GetItem"):
            raise Underivable(rule, f"{action} cannot be part of {operation}", "", "parts")
        if len(part.entity) != 1:
            raise Underivable(rule, "a part of a transaction has one entity", "add `entity: NAME`", "parts")
        try:
            requests.append(_part_request(design, part))
        except Underivable as error:
            error.part = position
            raise
    entities = tuple(dict.fromkeys(part.entity[0] for part in pattern.parts))
    return Request(operation, entities, design.table_keys, (), parts=tuple(requests))


def _part_request(design: Design, part: TransactionPart) -> Request:
    _refuse_senseless_fields(part, part.operation)
    view = design.entities[part.entity[0]]
    placeholders = {name for template in view.templates.values() for name in template.placeholders}
    for name in part.bindings:
        if name not in placeholders:
            raise Underivable(
                "patterns-name-attributes",
                f"the keys of entity `{view.name}` hold no `{{{name}}}`",
                did_you_mean(name, placeholders),
                "with",
            )
    return _item(design, part, part.operation[0], part.bindings)


def _scan(design: Design, pattern: AccessPattern) -> Request:
    keys = design.keys_of(pattern.index)
    views = _views(design, pattern)
    for view in views:
        _require_keys(view, keys)
    others = [view for view in design.entities.values() if view.is_in(keys) and view not in views] if views else []
    types = _type_filter(design, views, others, keys)
    return _read(design, pattern, "Scan", keys, (), types)


def _query(design: Design, pattern: AccessPattern) -> Request:
    keys = design.keys_of(pattern.index)
    views = _views(design, pattern)
    for view in views:
        _require_keys(view, keys)
    conditions = []
    for name in keys.partition:
        templates = {view.templates[name] for view in views}
        if len(templates) > 1:
            listed = ", ".join(f"`{template}`" for template in sorted(map(str, templates)))
            raise Underivable(
                "query-gives-whole-partition-key",
                f"the entities have different templates for partition key `{name}`: {listed}",
                "one Query reads one partition: write a pattern for each entity",
                "entity",
            )
        conditions.append(KeyCondition(name, "equals", (templates.pop(),)))
    known = {placeholder for condition in conditions for placeholder in condition.templates[0].placeholders}
    conditions += _sort_conditions(pattern, keys, views, known, design)
    strangers = [
        view
        for view in design.entities.values()
        if view not in views and _may_be_returned(view, keys, conditions, views)
    ]
    types = _type_filter(design, views, strangers, keys)
    return _read(design, pattern, "Query", keys, tuple(conditions), types)


def _read(
    design: Design,
    pattern: AccessPattern,
    operation: str,
    keys: KeySchema,
    key: tuple[KeyCondition, ...],
    types: tuple[str, ...],
) -> Request:
    views = _views(design, pattern) or design.entities.values()
    texts = Expressions(frozenset().union(keys.names, *(view.stored for view in views)))
    expressions: dict[str, str] = {}
    if key:
        expressions["KeyConditionExpression"] = " AND ".join(
            texts.compare(
                each.attribute,
                each.comparison,
                (Operand(each.attribute, template=template) for template in each.templates),
            )
            for each in key
        )
    tests = []
    type_attribute = design.file.table.type_attribute
    if types and type_attribute:
        operands = [Operand(type_attribute, constant=each) for each in types]
        tests.append(texts.compare(type_attribute, "equals" if len(operands) == 1 else "in", operands))
    if pattern.filter:
        for group in pattern.filter:
            for test in group:
                if test.path in keys.names and operation == "Query":
                    raise Underivable(
                        "filters-leave-keys-alone",
                        f"a Query cannot filter by its key attribute `{test.path}`",
                        "use `sort_key`, or filter by another attribute",
                        "filter",
                    )
        text = texts.tests(pattern.filter)
        tests.append(f"({text})" if tests and len(pattern.filter) > 1 else text)
    expressions["FilterExpression"] = " AND ".join(tests)
    if pattern.returns is not None:
        expressions["ProjectionExpression"] = ", ".join(texts.name(each) for each in pattern.returns)
    request = Request(operation, pattern.entity, keys, key, types, returns=pattern.returns, limit=pattern.limit)
    return _finish(request, texts, expressions)


def _type_filter(
    design: Design, views: list[EntityView], strangers: list[EntityView], keys: KeySchema
) -> tuple[str, ...]:
    """The types that a filter must let pass so that exactly the named entities are returned."""
    if not strangers:
        return ()
    types = {view.type for view in views}
    clash = [view for view in strangers if view.type is None or view.type in types or None in types]
    attribute = design.file.table.type_attribute
    if (
        not clash
        and keys.projection != "all"
        and attribute not in (*_included(keys), *keys.names, *design.table_keys.names)
    ):
        raise Underivable(
            "queries-return-exactly-their-entities",
            f"{keys.title} also holds `{strangers[0].name}`, without `{attribute}`, which tells them apart",
            f"project `{attribute}`, or narrow the sort key condition",
            "entity",
        )
    if clash:
        raise Underivable(
            "queries-return-exactly-their-entities",
            f"it also returns items of `{clash[0].name}`, and nothing tells them apart",
            "give the entities different types, narrow the sort key condition, or name both entities",
            "entity",
        )
    return tuple(sorted(each for each in types if each is not None))


def _included(keys: KeySchema) -> tuple[str, ...]:
    """The projected attributes that are no keys, where they are listed."""
    return keys.projection if isinstance(keys.projection, tuple) else ()


def _sort_conditions(
    pattern: AccessPattern, keys: KeySchema, views: list[EntityView], known: set[str], design: Design
) -> Iterator[KeyCondition]:
    stated = pattern.sort_key
    if stated == "any" or not keys.sort:
        if stated not in (None, "any"):
            raise Underivable(
                "patterns-say-what-their-operation-takes",
                f"{keys.title} has no sort key",
                "leave `sort_key` out",
                "sort_key",
            )
        return
    if isinstance(stated, dict):
        yield from _several_sort_conditions(stated, keys, views, design)
        return
    attribute = keys.sort[0]
    if isinstance(stated, SortKey):
        yield _stated(stated, attribute, views, design)
        return
    for name in keys.sort:
        condition = _narrowest(name, [view.templates[name] for view in views], known, design.key_types[name])
        if condition is None:
            return
        yield condition
        if condition.comparison != "equals":
            return


def _several_sort_conditions(
    stated: AnyMapping[str, SortKey], keys: KeySchema, views: list[EntityView], design: Design
) -> Iterator[KeyCondition]:
    names = list(stated)
    if tuple(names) != keys.sort[: len(names)]:
        raise Underivable(
            "query-gives-whole-partition-key",
            "sort key attributes must be given from the left: " + ", ".join(f"`{name}`" for name in keys.sort),
            "",
            "sort_key",
        )
    for position, (name, condition) in enumerate(stated.items()):
        if condition.comparison != "equals" and position < len(names) - 1:
            raise Underivable(
                "query-gives-whole-partition-key",
                f"only the last sort key attribute can be a range, not `{name}`",
                "",
                "sort_key",
            )
        yield _stated(condition, name, views, design)


def _narrowest(attribute: str, templates: list[KeyTemplate], known: set[str], kind: str) -> KeyCondition | None:
    """Equality where all entities have one template of known parts; else begins_with their common prefix."""
    first, *rest = templates
    if all(template == first for template in rest) and set(first.placeholders) <= known:
        return KeyCondition(attribute, "equals", (first,))
    if kind != "S":
        return None
    prefix = _common_prefix([_known_prefix(template, known) for template in templates])
    return KeyCondition(attribute, "begins_with", (KeyTemplate(prefix),)) if prefix else None


def _known_prefix(template: KeyTemplate, known: set[str]) -> tuple[str | Placeholder, ...]:
    parts: list[str | Placeholder] = []
    for part in template.parts:
        if isinstance(part, Placeholder) and part.name not in known:
            break
        parts.append(part)
    return tuple(parts)


def _common_prefix(templates: list[tuple[str | Placeholder, ...]]) -> tuple[str | Placeholder, ...]:
    common: list[str | Placeholder] = []
    for parts in zip(*templates, strict=False):
        if all(part == parts[0] for part in parts):
            common.append(parts[0])
            continue
        if all(isinstance(part, str) for part in parts):
            text = _shared_text([str(part) for part in parts])
            if text:
                common.append(text)
        break
    if common and isinstance(common[-1], Placeholder):
        common.pop()  # a whole value without what follows it would also match longer values
    return tuple(common)


def _shared_text(texts: list[str]) -> str:
    first, last = min(texts), max(texts)
    length = next(
        (index for index, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first)
    )
    return first[:length]


def _stated(stated: SortKey, attribute: str, views: list[EntityView], design: Design) -> KeyCondition:
    templates = stated.templates
    own = [view.templates[attribute] for view in views]
    if design.key_types[attribute] != "S":
        if stated.comparison == "begins_with":
            raise Underivable(
                "sort-conditions-match-their-templates",
                f"begins_with needs a string, and `{attribute}` is none",
                "",
                "sort_key",
            )
        return KeyCondition(attribute, stated.comparison, templates)
    names = {name for template in own for name in template.placeholders}
    if (
        stated.comparison == "begins_with"
        and isinstance(templates[0].parts[-1], Placeholder)
        and templates[0].parts[-1].name in names
    ):
        last = templates[0].parts[-1]
        raise Underivable(
            "sort-conditions-match-their-templates",
            f"`{{{last.name}}}` stands for a whole value, and begins_with also finds longer ones",
            f"add the delimiter behind it, or use another name for a part of a value, such as `{{{last.name}Prefix}}`",
            "sort_key",
        )
    condition = KeyCondition(attribute, stated.comparison, templates)
    for view in views:
        if not _may_match(condition, view, view):
            raise Underivable(
                "sort-conditions-match-their-templates",
                f"the condition never matches `{view.templates[attribute]}`, the `{attribute}` of entity `{view.name}`",
                "begin it as the template begins",
                "sort_key",
            )
    return _inside_prefix(condition, own)


def _inside_prefix(condition: KeyCondition, own: list[KeyTemplate]) -> KeyCondition:
    """A half-open range of strings would run on into other entities; it is closed at the templates' common prefix."""
    prefix = _common_prefix([template.parts for template in own])
    text = prefix[0] if prefix and isinstance(prefix[0], str) else ""
    if not text or condition.comparison not in ("gt", "gte", "lt", "lte"):
        return condition
    (template,) = condition.templates
    if not template.static_prefix.startswith(text):
        raise Underivable(
            "sort-conditions-match-their-templates",
            f"`{condition.comparison}: {template}` leaves the keys that begin with `{text}`",
            f"begin it with `{text}`",
            "sort_key",
        )
    top = KeyTemplate((text + MAX_CHARACTER,))
    if condition.comparison == "gte":
        return KeyCondition(condition.attribute, "between", (template, top))
    if condition.comparison == "gt":  # the next string after any x is x followed by U+0000
        return KeyCondition(condition.attribute, "between", (_append(template, "\0"), top))
    if condition.comparison == "lte":
        return KeyCondition(condition.attribute, "between", (KeyTemplate((text,)), template))
    raise Underivable(
        "sort-conditions-match-their-templates",
        f"`lt` would also return everything that sorts before `{text}`",
        "use `lte`, or `between` with the first and the last key",
        "sort_key",
    )


def _append(template: KeyTemplate, text: str) -> KeyTemplate:
    *head, last = template.parts
    return KeyTemplate((*head, last + text) if isinstance(last, str) else (*head, last, text))


def _condition_language(condition: KeyCondition, view: EntityView) -> Language:
    """The sort key texts that the condition can match; never fewer than it does."""
    from cfn_table.languages import ANYTHING, concat, literal

    free = {name: view.domains[name] for name in view.domains}
    first = condition.templates[0]
    if condition.comparison in ("equals", "begins_with"):
        exact = concat(
            *(
                literal(part)
                if isinstance(part, str)
                else KeyTemplate((part,)).language(free)
                if part.name in free
                else ANYTHING
                for part in first.parts
            )
        )
        return exact if condition.comparison == "equals" else concat(exact, ANYTHING)
    shared = (
        _common_prefix([template.parts for template in condition.templates]) if len(condition.templates) > 1 else ()
    )
    text = shared[0] if shared and isinstance(shared[0], str) else ""
    return concat(literal(text.rstrip(MAX_CHARACTER)), ANYTHING)


def _may_be_returned(
    view: EntityView, keys: KeySchema, conditions: list[KeyCondition], asked: list[EntityView]
) -> bool:
    return view.is_in(keys) and all(
        any(_may_match(condition, each, view) for each in asked) for condition in conditions
    )


def _may_match(condition: KeyCondition, asked: EntityView, view: EntityView) -> bool:
    """Whether the condition of a query for `asked` may match a key of `view`; True where that is too costly to say."""
    first, template = condition.templates[0], view.templates[condition.attribute]
    if condition.comparison == "equals" and asked.domains.keys() >= set(first.placeholders):
        return may_overlap(first, asked.domains, template, view.domains)
    if condition.comparison == "begins_with":
        if apart_at_a_glance(KeyTemplate((*first.parts, Placeholder("rest"))), template):
            return False
        if template.static_prefix.startswith(first.static_prefix) and not asked.domains.keys() & first.placeholders:
            return True
    from cfn_table.languages import TooComplex

    try:
        matched = _condition_language(condition, asked)
        return not matched.intersect(template.language(view.domains)).is_empty()
    except TooComplex:
        return True
