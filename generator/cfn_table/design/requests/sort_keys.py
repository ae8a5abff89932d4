"""Conditions on sort keys: derived or stated, kept inside the entities' templates, and what else they match."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from typing import TYPE_CHECKING, Final

from cfn_table.design.design import Design, EntityView, KeySchema
from cfn_table.design.keys import KeyTemplate, Placeholder
from cfn_table.design.model import AccessPattern, SortKey
from cfn_table.design.overlap import apart_at_a_glance, may_overlap
from cfn_table.design.requests.request import KeyCondition, Underivable

if TYPE_CHECKING:
    from cfn_table.languages import Language

MAX_CHARACTER: Final = "\U0010ffff"
"""Sorts last in UTF-8 byte order, which is how DynamoDB orders strings (developer guide, Query)."""


def sort_conditions(
    pattern: AccessPattern, keys: KeySchema, views: list[EntityView], known: set[str], design: Design
) -> Iterator[KeyCondition]:
    """The conditions on sort key attributes: stated, or the narrowest that the entities' templates allow."""
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


def may_be_returned(view: EntityView, keys: KeySchema, conditions: list[KeyCondition], asked: list[EntityView]) -> bool:
    """Whether a query with these conditions may return items of an entity that it does not ask for."""
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
