"""Names that generated types export stay.

Why: programs import them. A name that is gone breaks their build as soon as they take the new version, also where the
table and its requests are as they were: a second operation of an access pattern gives the function of the first one
another name.

Example:
    manage_note:
      operation: [PutItem, DeleteItem]       # was PutItem: manageNote is manageNotePutItem now

Use instead: a second access pattern.

Known problems: names of an entity, an index, an access pattern or an operation that was removed are not told here,
since `entities-stay`, `indexes-stay` and `access-patterns-stay` tell that once; the same holds for a name that only
contains such a name. A version of before that has no types says nothing.

Source: `cfn_table.publish.compatibility`; SemVer 2.0.0, item 8.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.publish.compatibility import LANGUAGES
from cfn_table.publish.exported_names import names_gone, plain
from cfn_table.review.change import Change
from cfn_table.review.contracts import change_of, changes_in, is_breaking, place_of, section_of
from cfn_table.review.pair import Pair

NAME = "generated-names-stay"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each language in which names are gone that nothing else explains."""
    for found in changes_in(pair, "types"):
        if not is_breaking(found):
            continue
        left = names_gone(pair.old.contract or {}, pair.new.contract or {}, found.path[1])
        if left:
            verb = "is" if len(left) == 1 else "are"
            names = ", ".join(f"`{name}`" for name in left)
            language = LANGUAGES.get(found.path[1], found.path[1])
            yield change_of(
                pair,
                NAME,
                found,
                message=f"importers of the generated types for {language} break: {names} {verb} gone",
                help="keep what gave the name, or rename it where it is imported",
                design=place_of(pair, _owner(pair, left[0])),
            )


def _owner(pair: Pair, exported: str) -> tuple[str, ...]:
    """The place in the contract of what gave a name: that with the longest name in it."""
    found = [
        (section, name)
        for section in ("accessPatterns", "entities")
        for name in section_of(pair.new.contract, section)
        if plain(name) in plain(exported)
    ]
    return max(found, key=lambda each: len(each[1]), default=("types",))
