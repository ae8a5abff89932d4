"""Tags have keys and values that AWS takes.

Why: a tag that begins with `aws:` is refused when the stack is deployed, and so are long ones and too many.

Example:
    tags: {"aws:owner": payments}

Use instead: `tags: {owner: payments}`.

Known problems: values of deploy-time parameters are not looked at.

Source: DynamoDB developer guide, "Tagging restrictions in DynamoDB": 50 tags, keys of 128 and values of 256 characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import Path
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "tags-are-allowed"
SEVERITY = Severity.ERROR

TAGS: Final = 50
KEY_CHARACTERS: Final = 128
VALUE_CHARACTERS: Final = 256


def check(design: Design) -> Iterator[Violation]:
    """A violation for every tag that AWS refuses."""
    table = design.file.table
    layers: list[tuple[Path, Mapping[str, Any]]] = [(("tags",), design.file.tags), (("table", "tags"), table.tags)]
    if table.stream is not None:
        layers.append((("table", "stream", "tags"), table.stream.tags))
    together = {*design.file.tags, *table.tags}
    for position, replica in enumerate(table.replicas):
        layers.append((("table", "replicas", position, "tags"), replica.tags))
    most = max([len(together), *(len({*together, *replica.tags}) for replica in table.replicas)])
    if most > TAGS:
        yield Violation(f"a table has at most {TAGS} tags, not {most}", ("table",), "use fewer", key=True)
    for path, tags in layers:
        for key, value in tags.items():
            yield from _tag((*path, key), key, value)


def _tag(path: Path, key: str, value: Any) -> Iterator[Violation]:
    if key.lower().startswith("aws:"):
        yield Violation(f"the tag `{key}` begins with `aws:`, which is reserved", path, "rename it", key=True)
    if not 1 <= len(key) <= KEY_CHARACTERS:
        message = f"a tag's key has 1 to {KEY_CHARACTERS} characters, not {len(key)}"
        yield Violation(message, path, "shorten it", key=True)
    if isinstance(value, str) and len(value) > VALUE_CHARACTERS:
        message = (
            f"the value of the tag `{key}` has {len(value)} characters, and at most {VALUE_CHARACTERS} are allowed"
        )
        yield Violation(message, path, "shorten it")
