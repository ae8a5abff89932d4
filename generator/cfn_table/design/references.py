"""Names must refer to something. What fails here cannot become a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cfn_table.design.context import Parametric
from cfn_table.design.design import Design, Policy
from cfn_table.design.model import Index, VectorIndex
from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.findings import Finding, Location, Severity

RULE = "names-refer-to-something"


def check_references(design: Design) -> Iterator[Finding]:
    """A finding for every name in the design or its policies that refers to nothing, or to two things."""
    yield from _indexes(design)
    yield from _entities(design)
    yield from _patterns(design)
    for policy in design.policies:
        yield from _policy(design, policy)
    yield from _policy_names(design)


def _error(message: str, help_: str, place: Location) -> Finding:
    return Finding(RULE, Severity.ERROR, message, help=help_, location=place)


def _indexes(design: Design) -> Iterator[Finding]:
    seen: dict[str, Location] = {}
    sections: dict[str, tuple[Index | VectorIndex, ...]] = {
        "indexes": design.file.indexes,
        "vector_indexes": design.file.vector_indexes,
    }
    for section, indexes in sections.items():
        for position, index in enumerate(indexes):
            place = design.locate(section, position, "id" if index.id else "name")
            if index.ref in seen:
                yield _error(f"two indexes have the id {shown(index.ref)}", "give one of them another `id`", place)
            seen[index.ref] = place
            if isinstance(index.name, Parametric) and index.id is None:
                yield _error(
                    "an index whose name is a deploy-time parameter needs an `id`",
                    "add `id: NAME`: access patterns and exports use it",
                    place,
                )
            elif not index.ref.isascii() or not any(character.isalnum() for character in index.ref):
                yield _error(
                    f"the index {shown(index.ref)} needs an `id` of letters and digits", "add `id: NAME`", place
                )


def _entities(design: Design) -> Iterator[Finding]:
    known = design.key_attributes
    for name, view in design.entities.items():
        for key in view.entity.keys:
            if key not in known:
                help_ = did_you_mean(key, known)
                yield _error(
                    f"{shown(key)} is no key attribute of the table or an index",
                    help_ or "keep it under `attributes`",
                    design.locate_key("entities", name, "keys", key),
                )
        for key, template in view.entity.keys.items():
            for placeholder in template.placeholders:
                if placeholder not in view.domains:
                    help_ = did_you_mean(placeholder, view.domains)
                    if not help_.startswith("did"):
                        help_ = f"add `{placeholder}` to the attributes, or to `key_only` if it is stored nowhere else"
                    place = design.locate("entities", name, "keys", key)
                    yield _error(f"placeholder `{{{placeholder}}}` is no attribute of entity `{name}`", help_, place)


def _patterns(design: Design) -> Iterator[Finding]:
    for name, pattern in design.file.access_patterns.items():
        where = ("access_patterns", name)
        yield from _names(design, pattern.entity, design.entities, "entity", (*where, "entity"))
        if pattern.index is not None:
            yield from _names(design, [pattern.index], design.indexes, "index", (*where, "index"))
        for position, part in enumerate(pattern.parts):
            yield from _names(design, part.entity, design.entities, "entity", (*where, "parts", position, "entity"))


def _names(
    design: Design, names: Iterable[str], known: Iterable[str], kind: str, where: tuple[str | int, ...]
) -> Iterator[Finding]:
    for position, name in enumerate(names):
        if name not in known:
            place = design.locate(*where, position)
            yield _error(f"there is no {kind} {shown(name)}", did_you_mean(name, known), place)


def _policy(design: Design, policy: Policy) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, grant in enumerate(policy.file.allow):
        place = policy.locate("allow", position)
        if grant.pattern not in design.file.access_patterns:
            yield _error(
                f"there is no access pattern {shown(grant.pattern)}",
                did_you_mean(grant.pattern, design.file.access_patterns),
                place,
            )
        if grant.pattern in seen and not grant.bind:
            yield _error(f"{shown(grant.pattern)} is allowed twice", "keep one of them", place)
        seen.add(grant.pattern)
    for entity, names in policy.file.attributes.items():
        if entity not in design.entities:
            yield _error(
                f"there is no entity {shown(entity)}",
                did_you_mean(entity, design.entities),
                policy.locate("attributes", entity),
            )
            continue
        known = design.entities[entity].stored
        for position, name in enumerate(names):
            if name not in known:
                yield _error(
                    f"entity {shown(entity)} has no attribute {shown(name)}",
                    did_you_mean(name, known) or "name attributes of the entity",
                    policy.locate("attributes", entity, position),
                )
    if policy.file.read_stream and design.file.table.stream is None:
        yield _error(
            "the table has no stream", "add `stream: NEW_AND_OLD_IMAGES` to the table", policy.locate("read_stream")
        )


def _policy_names(design: Design) -> Iterator[Finding]:
    seen: dict[str, Policy] = {}
    for policy in design.policies:
        if policy.logical_id in seen:
            yield _error(
                f"`{policy.name}` and `{seen[policy.logical_id].name}` have the same logical id `{policy.logical_id}`",
                "rename one of them",
                policy.locate("policy"),
            )
        seen[policy.logical_id] = policy
