"""Which entities can have items with the same table key, worked out once per design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cfn_table.design.design import Design, EntityView
from cfn_table.design.keys import attribute_type
from cfn_table.design.memory import once_per_design
from cfn_table.design.overlap import Collision, Undecided, find_collision

Pair = tuple[str, str]


@once_per_design
def shared_keys(design: Design) -> Mapping[Pair, Collision | None]:
    """Pairs of entities that can share a table key, with an example; None where that was not found out.

    Entities without templates for the whole key, or with another type of a key attribute, are left out.
    """
    found: dict[Pair, Collision | None] = {}
    names = design.table_keys.names
    for one, other in _candidates(design):
        templates = [view.templates[name] for view in (one, other) for name in names]
        mine, theirs = templates[: len(names)], templates[len(names) :]
        kinds = [
            [attribute_type(each, one.domains) for each in mine],
            [attribute_type(each, other.domains) for each in theirs],
        ]
        if kinds[0] != kinds[1]:
            continue
        try:
            collision = find_collision(mine, one.domains, theirs, other.domains)
        except Undecided:
            found[one.name, other.name] = None
        else:
            if collision is not None:
                found[one.name, other.name] = collision
    return found


def _candidates(design: Design) -> Iterator[tuple[EntityView, EntityView]]:
    """Pairs in the order of declaration whose first key attributes may begin alike.

    Sorted by the literal text that they begin with, whatever begins with a text follows it directly.
    """
    names = design.table_keys.names
    order = {name: position for position, name in enumerate(design.entities)}
    views = [view for view in design.entities.values() if all(name in view.templates for name in names)]
    views.sort(key=lambda view: view.templates[names[0]].static_prefix)
    for position, one in enumerate(views):
        prefix = one.templates[names[0]].static_prefix
        for other in views[position + 1 :]:
            if not other.templates[names[0]].static_prefix.startswith(prefix):
                break
            yield (one, other) if order[one.name] < order[other.name] else (other, one)
