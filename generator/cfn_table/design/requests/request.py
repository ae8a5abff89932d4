"""What a request is, and why there may be none."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from typing import Final

from cfn_table.design.design import Design, EntityView, KeySchema
from cfn_table.design.expressions import Expressions, Operand
from cfn_table.design.keys import KeyTemplate
from cfn_table.design.model import PatternBase

BATCHES: Final = ("BatchGetItem", "BatchWriteItem")

TRANSACTIONS: Final = ("TransactGetItems", "TransactWriteItems")


class Underivable(ValueError):
    """No request does what the access pattern says.

    Attributes:
        rule: the design rule that is broken.
        help: what to do.
        field: the field of the pattern that is wrong; empty for the pattern as a whole.
        part: index of the transaction's part that is meant; None for the pattern itself.
    """

    def __init__(self, rule: str, message: str, help: str = "", field: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.help = help
        self.field = field
        self.part: int | None = None


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """A condition on one key attribute: `equals`, `begins_with`, `between`, `gt`, `gte`, `lt` or `lte`."""

    attribute: str
    comparison: str
    templates: tuple[KeyTemplate, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One operation of an access pattern.

    Attributes:
        operation: DynamoDB's name of it; `ConditionCheck` inside a transaction.
        entities: names of the entities whose items it reads or writes.
        keys: the table or the index that it goes to.
        key: one condition per key attribute; empty for a Scan, a transaction, and a batch of several entities.
        keys_by_entity: entity → the conditions that give the whole key of one of its items; a batch has one for each of
            its entities. Empty for a Query, a Scan and a transaction.
        types: values of the type attribute that a filter lets pass; empty where none is needed.
        expressions: the texts, by DynamoDB's parameter name (`KeyConditionExpression`, …).
        names: ExpressionAttributeNames.
        values: placeholder → what it stands for.
        returns: projected attributes; None for all.
        changes: attributes that an update writes, key attributes of indexes included.
        parts: the requests of a transaction.
        order: `ascending` or `descending` by the sort key; None where the operation knows no order.
        limit: the most items that are evaluated, a number or `{name}` for a parameter; None for no limit.
        renamed: parameter → the placeholder whose values it takes, where `with` or an update gave it another name.
    """

    operation: str
    entities: tuple[str, ...]
    keys: KeySchema
    key: tuple[KeyCondition, ...]
    keys_by_entity: AnyMapping[str, tuple[KeyCondition, ...]] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    expressions: AnyMapping[str, str] = field(default_factory=dict)
    names: AnyMapping[str, str] = field(default_factory=dict)
    values: AnyMapping[str, Operand] = field(default_factory=dict)
    returns: tuple[str, ...] | None = None
    changes: tuple[str, ...] = ()
    parts: tuple[Request, ...] = ()
    order: str | None = None
    limit: int | str | None = None
    renamed: AnyMapping[str, str] = field(default_factory=dict)


def views_of(design: Design, pattern: PatternBase) -> list[EntityView]:
    """The entities that a pattern names."""
    return [design.entities[name] for name in pattern.entity]


def finished(request: Request, texts: Expressions, expressions: dict[str, str]) -> Request:
    """The request with its expressions, and with the names and values that they use, sorted."""
    return replace(
        request,
        expressions={key: value for key, value in expressions.items() if value},
        names=dict(sorted(texts.names.items())),
        values=dict(sorted(texts.values.items())),
    )


def require_keys(view: EntityView, keys: KeySchema) -> None:
    """Raise Underivable where the entity writes not every key attribute of `keys`."""
    missing = [name for name in keys.names if name not in view.templates]
    if missing:
        listed = " and ".join(f"`{name}`" for name in missing)
        raise Underivable(
            "entities-write-the-keys-of-their-patterns",
            f"entity `{view.name}` never writes {listed} of the key of {keys.title}",
            f"add `{missing[0]}: TEMPLATE` to the keys of `{view.name}`",
            "entity",
        )
