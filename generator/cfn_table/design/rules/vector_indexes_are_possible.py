"""A vector index is about attributes that some entity has, and indexes of one attribute have the same dimensions.

Why: an index of an attribute that nobody writes stays empty, and it cannot be changed afterwards.

Example:
    vector_indexes: [{name: ByMeaning, attribute: embeding, dimensions: 1024, distance: COSINE}]

Use instead: `attribute: embedding`, declared as `embedding?: list`.

Known problems: of what type the entries of a list are is not known.

Source: API reference, CreateVectorIndexAction: indexes that reference the same attribute must all use the same number
of dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import a
from cfn_table.design.rules.violation import Violation
from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity

NAME = "vector-indexes-are-possible"
SEVERITY = Severity.ERROR

_VECTORS = ("list", "binary", "any")


def check(design: Design) -> Iterator[Violation]:
    """A violation for every attribute of a vector index that is missing or of the wrong type."""
    known = {name for view in design.entities.values() for name in view.stored}
    kinds = {name: each.type for view in design.entities.values() for name, each in view.attributes.items()}
    dimensions: dict[str, int] = {}
    for position, index in enumerate(design.file.vector_indexes):
        where = ("vector_indexes", position)
        named = [(index.attribute, ("attribute",)), *((name, ("filters", at)) for at, name in enumerate(index.filters))]
        if index.partition is not None:
            named.append((index.partition, ("partition",)))
        for name, path in named:
            if name not in known:
                message = f"the vector index `{index.ref}` is about `{name}`, which no entity has"
                yield Violation(message, (*where, *path), did_you_mean(name, known))
        kind = kinds.get(index.attribute)
        if index.attribute in design.key_attributes or (kind is not None and kind not in _VECTORS):
            what = "a key attribute" if index.attribute in design.key_attributes else a(str(kind))
            message = f"the vector index `{index.ref}` needs a list of numbers, and `{index.attribute}` is {what}"
            yield Violation(message, (*where, "attribute"), "use an attribute of type `list`")
        first = dimensions.setdefault(index.attribute, index.dimensions)
        if first != index.dimensions:
            message = f"indexes of `{index.attribute}` have {first} and {index.dimensions} dimensions"
            yield Violation(message, (*where, "dimensions"), "use the same number in all of them")
