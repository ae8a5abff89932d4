"""Access patterns name attributes that their entities have.

Why: DynamoDB knows no schema: a misspelt attribute in a projection, filter or update is simply absent, or is written
beside the real one.

Example:
    get_user: {operation: GetItem, entity: user, returns: [userId, pln]}

Use instead: the attribute's name: `plan`.

Known problems: paths into maps (`address.city`) are checked up to their first name, since maps have no schema here.

Source: follows from the data model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cfn_table.design.design import Design, EntityView
from cfn_table.design.expressions import attribute_of
from cfn_table.design.model import AccessPattern, PatternBase, Test
from cfn_table.design.rules._facts import Path, breaches_by_pattern, listed, patterns_and_parts, views_of
from cfn_table.design.rules.violation import Violation
from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity

NAME = "patterns-name-attributes"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every name that is no attribute of any of the pattern's entities."""
    found: set[str] = set()
    for pattern_name, path, pattern in patterns_and_parts(design):
        views = views_of(design, pattern)
        known = {name for view in views for name in view.stored}
        for name, where, key in _names(pattern) if views else ():
            attribute = attribute_of(name, known)
            if attribute not in known:
                found.add(pattern_name)
                message = f"access pattern `{pattern_name}`: {_have(views)} no attribute `{attribute}`"
                yield Violation(message, (*path, *where), _help(design, attribute, known), key=key)
    for name, violation in breaches_by_pattern(design, NAME):
        if name not in found:
            yield violation


def _have(views: list[EntityView]) -> str:
    word = "entity" if len(views) == 1 else "entities"
    verb = "has" if len(views) == 1 else "have"
    return f"{word} {listed(view.name for view in views)} {verb}"


def _help(design: Design, name: str, known: set[str]) -> str:
    if name in design.file.key_only:
        return f"`{name}` is stored only inside keys"
    return did_you_mean(name, known)


def _names(pattern: PatternBase) -> Iterator[tuple[str, Path, bool]]:
    """Every name, where it stands, and whether it is the key there."""
    for field in ("returns", "remove"):
        for position, name in enumerate(getattr(pattern, field) or ()):
            yield name, (field, position), False
    for field in ("set", "add"):
        for position, name in enumerate(getattr(pattern, field)):
            yield name, (field, position, name), True
    if isinstance(pattern, AccessPattern) and pattern.filter:
        yield from _tested(pattern.filter, "filter")
    if isinstance(pattern.condition, tuple):
        yield from _tested(pattern.condition, "condition")


def _tested(alternatives: Iterable[Iterable[Test]], field: str) -> Iterator[tuple[str, Path, bool]]:
    for position, group in enumerate(alternatives):
        for test in group:
            yield test.path, (field, position, test.path), True
