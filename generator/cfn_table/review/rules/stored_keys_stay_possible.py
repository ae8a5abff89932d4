"""Every key that could be stored can still be asked for: what a key's placeholders may hold only grows.

Why: a key template that stays the same loses items all the same when a placeholder in it may hold less. An item under
`PLAN#pro` is stored, and no program that was made from the new design can name its key.

Example:
    keys: {PK: "PLAN#{plan}"}
    attributes: {plan: [free]}               # was [free, pro]

Use instead: keep the value, the type or the pattern, and let writers use the narrower one until no other is stored.

Known problems: whether an item has such a key is not looked up. What a placeholder of `key_only` may hold is known with
the designs of both sides only. A pattern that is not regular counts as any text.

Source: follows from the design alone; `cfn_table.languages` decides whether one set of keys is in the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.review.change import Change, Effect
from cfn_table.review.contracts import place_of, section_of
from cfn_table.review.keys import EntityKey, impossible_now, indexes_with, is_table_key
from cfn_table.review.pair import Pair

NAME = "stored-keys-stay-possible"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each key whose template stays and that can no longer be every text that it could be."""
    old, new = (section_of(side.contract, "entities") for side in (pair.old, pair.new))
    by_design = pair.old.design is not None and pair.new.design is not None
    for entity in sorted(old.keys() & new.keys()):
        keys = section_of(new, entity, "keys")
        for key, template in sorted(section_of(old, entity, "keys").items()):
            if keys.get(key) != template:
                continue
            sides = (EntityKey.of(side, entity, key, by_design=by_design) for side in (pair.old, pair.new))
            found = impossible_now(*sides)
            if found is not None:
                yield _change(pair, entity, key, str(template), *found)


def _change(pair: Pair, entity: str, key: str, template: str, names: tuple[str, ...], example: str) -> Change:
    indexes = ", ".join(f"`{name}`" for name in indexes_with(pair.new.contract, key))
    lost = "out of reach" if is_table_key(pair.new.contract, key) else f"out of reach by index {indexes}"
    held = ", ".join(f"`{name}`" for name in names)
    return Change(
        NAME,
        Effect.DATA_LOSS,
        Severity.ERROR,
        f"stored items of entity `{entity}` may be {lost}: by what {held} may hold now, key `{key}` can no longer be"
        f" `{example}`",
        help="let it hold what it could hold, until no stored item has such a key",
        path=("entities", entity, "keys", key),
        old=template,
        new=template,
        certain=False,
        breaking=True,
        design=place_of(pair, ("entities", entity, "attributes", names[0])),
    )
