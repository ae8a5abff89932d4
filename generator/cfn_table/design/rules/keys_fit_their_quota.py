"""Keys are not longer than DynamoDB takes: 2,048 bytes for partition keys, 1,024 for sort keys.

Why: a write with a longer key is refused; for an index's key as well.

Example:
    keys: {PK: "USER#{userId}", SK: "{path}"}
    samples: [{userId: "1", path: …}]   # where the path has 1,500 characters

Use instead: a shorter value in the key, such as a digest, beside an attribute that holds it in full.

Known problems: what values of applications are like is known only from samples.

Source: DynamoDB developer guide, "Quotas in Amazon DynamoDB": partition key length, sort key length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cfn_table.design.design import Design
from cfn_table.design.keys import PARTITION_KEY_BYTES, SORT_KEY_BYTES, Domain, KeyTemplate, Placeholder
from cfn_table.design.rules._facts import samples
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "keys-fit-their-quota"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation for every template and every sample whose key is too long."""
    limits = _limits(design)
    for name, view in design.entities.items():
        for key, template in view.entity.keys.items():
            shortest = _shortest(template, view.domains)
            if key in limits and shortest > limits[key]:
                message = (
                    f"`{key}` of entity `{name}` has at least {shortest} bytes, and at most {limits[key]} are allowed"
                )
                yield Violation(message, ("entities", name, "keys", key), "shorten its text")
    for sample in samples(design):
        for key, most in limits.items():
            value = sample.item.attributes.get(key) if sample.item is not None else None
            size = len(value.encode()) if isinstance(value, str) else len(value) if isinstance(value, bytes) else 0
            if size > most:
                message = (
                    f"`{key}` of a sample of `{sample.view.name}` has {size} bytes, and at most {most} are allowed"
                )
                yield Violation(message, sample.path, "shorten what it is made of")


def _limits(design: Design) -> dict[str, int]:
    """Key attribute → its longest value in bytes; that of a sort key where it is both."""
    limits: dict[str, int] = {}
    for keys in design.all_keys:
        for names, most in ((keys.partition, PARTITION_KEY_BYTES), (keys.sort, SORT_KEY_BYTES)):
            for name in names:
                limits[name] = min(most, limits.get(name, most))
    return limits


def _shortest(template: KeyTemplate, domains: Mapping[str, Domain]) -> int:
    """Bytes of the shortest key: literal text, and one byte or the shortest listed value for each placeholder."""
    return sum(
        _of_placeholder(part, domains) if isinstance(part, Placeholder) else len(part.encode())
        for part in template.parts
    )


def _of_placeholder(part: Placeholder, domains: Mapping[str, Domain]) -> int:
    values = domains[part.name].values if part.name in domains else ()
    return part.width or min((len(value.encode()) for value in values), default=1)
