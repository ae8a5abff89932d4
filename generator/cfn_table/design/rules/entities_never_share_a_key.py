"""No two entities can produce the same table key.

Why: an item of one entity would overwrite an item of the other, without any error, for values that tests seldom have.

Example:
    user:   {keys: {PK: "USER#{id}", SK: "{email}"}, attributes: {id: string, email: string}}
    orders: {keys: {PK: "USER#{id}", SK: "{orderId}"}, attributes: {id: string, orderId: string}}

Use instead: literal text that tells them apart: `SK: EMAIL#{email}` and `SK: ORDER#{orderId}`.

Known problems: where neither a shared key is found nor its absence proved, that is a warning: lossy forms
(`{name:lower}`), patterns that are not regular, and placeholders that occur in several key attributes with different
forms can lead there.

Source: DynamoDB developer guide, "Core components": the primary key identifies an item; the example is rendered from
both templates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cfn_table.design.design import Design
from cfn_table.design.overlap import Collision
from cfn_table.design.rules._facts import listed
from cfn_table.design.rules._shared_keys import shared_keys
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "entities-never-share-a-key"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False


def check(design: Design) -> Iterator[Violation]:
    """A violation for every pair of entities, at the keys of the one that is declared later."""
    names = design.table_keys.names
    for (one, other), collision in shared_keys(design).items():
        path = ("entities", other, "keys", names[-1])
        if collision is None:
            message = f"whether entities `{one}` and `{other}` can have the same key was not found out"
            yield Violation(message, path, "begin their keys with different text", severity=Severity.WARNING)
            continue
        key = ", ".join(f"`{name}` `{text}`" for name, text in zip(names, collision.key, strict=True))
        message = f"entities `{one}` and `{other}` can have the same key: {key}"
        advice = f"make {listed(names, 'or')} begin with different text"
        yield Violation(message, path, f"{_how(one, other, collision)}; {advice}")


def _how(one: str, other: str, collision: Collision) -> str:
    return f"{_with(one, collision.one)}, {_with(other, collision.other)}"


def _with(name: str, values: Mapping[str, str]) -> str:
    given = ", ".join(f"{placeholder} `{value}`" for placeholder, value in values.items())
    return f"`{name}` has it with {given}" if given else f"`{name}` always has it"
