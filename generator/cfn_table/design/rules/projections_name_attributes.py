"""A projection includes attributes that some entity has, each once, and no key attributes, which are always there.

Why: an index is as it was created: a misspelt attribute in its projection needs a new index under a new name.

Example:
    projection: {include: [stauts]}

Use instead: `projection: {include: [status]}`.

Known problems: none.

Source: CloudFormation template reference, Projection: key attributes are projected automatically.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.model import Index, VectorIndex
from cfn_table.design.rules.violation import Violation
from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity

NAME = "projections-name-attributes"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation for every name in a projection that is wrong or says nothing."""
    known = {name for view in design.entities.values() for name in view.stored}
    for section in ("indexes", "vector_indexes"):
        indexes: tuple[Index | VectorIndex, ...] = getattr(design.file, section)
        for position, index in enumerate(indexes):
            names = index.projection if isinstance(index.projection, tuple) else ()
            keys = (*design.table_keys.names, *(index.key.names if isinstance(index, Index) else ()))
            for place, name in enumerate(names):
                path = (section, position, "projection", "include", place)
                if name not in known:
                    message = f"the index `{index.ref}` projects `{name}`, which no entity has"
                    yield Violation(message, path, did_you_mean(name, known))
                elif name in names[:place]:
                    yield Violation(f"the index `{index.ref}` projects `{name}` twice", path, "keep one of them")
                elif name in keys:
                    message = f"the index `{index.ref}` projects its key attribute `{name}`, which it always holds"
                    yield Violation(message, path, "leave it out", Severity.WARNING)
