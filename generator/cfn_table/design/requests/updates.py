"""What an UpdateItem changes, and the index keys that it must rewrite."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping

from cfn_table.design.design import Design, EntityView
from cfn_table.design.expressions import Expressions, Operand, attribute_of, operand
from cfn_table.design.model import PatternBase
from cfn_table.design.requests.bindings import bound_template
from cfn_table.design.requests.request import Underivable


def update_expression(
    design: Design,
    pattern: PatternBase,
    view: EntityView,
    texts: Expressions,
    expressions: dict[str, str],
    bindings: AnyMapping[str, str] | None,
) -> tuple[str, ...]:
    """Add the update's clauses to `expressions`; the attributes that it writes, keys of indexes included."""
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
        rebuilt = Operand(name, template=bound_template(view, name, {**fresh, **(bindings or {})}))
        clauses.append(f"{texts.name(name)} = {texts.value(rebuilt)}")
    adds = [f"{texts.name(path)} {texts.value(operand(path, raw))}" for path, raw in pattern.add.items()]
    parts = [("SET", clauses), ("ADD", adds), ("REMOVE", removed)]
    expressions["UpdateExpression"] = " ".join(f"{word} {', '.join(items)}" for word, items in parts if items)
    return tuple(sorted({*changed, *rewritten}))
