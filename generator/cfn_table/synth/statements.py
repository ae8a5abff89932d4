"""What a policy grants, as values: which actions on which resource for which leading keys, attributes and projections.

IAM sees action, resource, leading key, attributes, Select and ReturnValues of a DynamoDB request, nothing finer
(service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from cfn_table.design.design import Design, Policy
from cfn_table.design.keys import iam_literal
from cfn_table.design.model import Grant
from cfn_table.design.names import pascal_case
from cfn_table.design.requests import TRANSACTIONS, Request, derive

ACTIONS: Final = {
    "ConditionCheck": "ConditionCheckItem",
    **{
        name: name
        for name in (
            "GetItem",
            "PutItem",
            "UpdateItem",
            "DeleteItem",
            "Query",
            "Scan",
            "BatchGetItem",
            "BatchWriteItem",
        )
    },
}
"""Operation → IAM action. Transactions have none of their own: their parts' actions are checked."""

READS: Final = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})
BATCHES: Final = frozenset({"BatchGetItem", "BatchWriteItem"})

TABLE: Final = ""
"""The resource that is the table itself; any other resource is an index id."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One Allow statement of a policy.

    Attributes:
        actions: DynamoDB actions without their prefix, sorted.
        resource: `TABLE`, or the id of an index.
        leading_keys: patterns of `dynamodb:LeadingKeys`, sorted; None where IAM cannot limit the partition (Scan, and
            keys that
            are no single string).
        attributes: the only attributes that may be named, sorted; None for all.
        patterns: the access patterns that need it, sorted.
    """

    actions: tuple[str, ...]
    resource: str
    leading_keys: tuple[str, ...] | None
    attributes: tuple[str, ...] | None = None
    patterns: tuple[str, ...] = ()

    @property
    def sid(self) -> str:
        """The statement's Sid: the patterns that need it, in PascalCase."""
        names = [pascal_case(pattern) for pattern in self.patterns]
        while len("".join(names)) > 60 and len(names) > 1:
            names.pop()
        left = len(self.patterns) - len(names)
        return "".join(names) + (f"And{left}More" if left else "")


def policy_statements(design: Design, policy: Policy) -> tuple[Statement, ...]:
    """The statements of `policy`, merged where the merged one allows nothing more, in a fixed order.

    Raises:
        Underivable: an allowed access pattern has no request (the design rules report it before).
    """
    single: dict[tuple[str, str, tuple[str, ...] | None], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    wholes: list[Statement] = []
    for statement in _wanted(design, policy):
        (action,) = statement.actions
        if action in BATCHES or action == "Scan" or statement.leading_keys is None:
            wholes.append(statement)
            continue
        for key in statement.leading_keys:
            single[(statement.resource, key, statement.attributes)][action].update(statement.patterns)
    by_actions: dict[tuple[str, tuple[str, ...], tuple[str, ...] | None], dict[str, set[str]]] = defaultdict(dict)
    for (resource, key, attributes), actions in single.items():
        patterns = {pattern for each in actions.values() for pattern in each}
        by_actions[(resource, tuple(sorted(actions)), attributes)][key] = patterns
    merged = [
        Statement(
            actions,
            resource,
            tuple(sorted(keys)),
            attributes,
            tuple(sorted({pattern for patterns in keys.values() for pattern in patterns})),
        )
        for (resource, actions, attributes), keys in by_actions.items()
    ]
    return tuple(sorted(_same_scope([*merged, *wholes]), key=_order))


def _same_scope(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Statements with the same resource, keys and attributes become one; Scan stays alone (it ignores LeadingKeys)."""
    groups: dict[tuple[object, ...], list[Statement]] = defaultdict(list)
    for statement in statements:
        groups[(statement.resource, statement.leading_keys, statement.attributes, "Scan" in statement.actions)].append(
            statement
        )
    for group in groups.values():
        yield replace(
            group[0],
            actions=tuple(sorted({action for each in group for action in each.actions})),
            patterns=tuple(sorted({pattern for each in group for pattern in each.patterns})),
        )


def _order(statement: Statement) -> tuple[object, ...]:
    return (
        statement.resource,
        "Scan" in statement.actions,
        statement.actions,
        statement.leading_keys or (),
        statement.attributes or (),
    )


def _wanted(design: Design, policy: Policy) -> Iterator[Statement]:
    for grant in policy.file.allow:
        bind = {**policy.file.bind, **grant.bind}
        for request in derive(design, grant.pattern):
            for part in request.parts if request.operation in TRANSACTIONS else (request,):
                yield _statement(design, policy, grant, bind, part)


def _statement(design: Design, policy: Policy, grant: Grant, bind: dict[str, str], request: Request) -> Statement:
    return Statement(
        (ACTIONS[request.operation],),
        request.keys.index or TABLE,
        leading_keys(design, request, bind),
        allowed_attributes(design, policy, request),
        (grant.pattern,),
    )


def leading_keys(design: Design, request: Request, bind: dict[str, str]) -> tuple[str, ...] | None:
    """The partition-key patterns that limit `request`; None where IAM cannot limit it.

    What LeadingKeys holds for numbers, binaries and keys of several attributes is not documented, so such a key is not
    limited (the rule `policies-limit-partitions` reports it).
    """
    if request.operation == "Scan":
        return None
    partition = request.keys.partition
    if len(partition) > 1 or design.key_types[partition[0]] != "S":
        return None
    variables = {
        name: variable if variable.startswith("${") else iam_literal(variable) for name, variable in bind.items()
    }
    templates = {design.entities[name].templates[partition[0]] for name in request.entities}
    if request.operation not in BATCHES and request.key:
        templates = set(request.key[0].templates)  # a transaction's part may have fixed a placeholder
    return tuple(sorted(template.iam_pattern(variables) for template in templates))


def allowed_attributes(design: Design, policy: Policy, request: Request) -> tuple[str, ...] | None:
    """The attributes that `policy` lets `request` name; None for all.

    Key attributes are added, since every request names them, and so is the type attribute where the request filters
    by it.
    """
    named = [policy.file.attributes[name] for name in request.entities if name in policy.file.attributes]
    if not named:
        return None
    keys = {*design.table_keys.names, *request.keys.names}
    if request.operation == "UpdateItem":
        keys.update(name for name in request.changes if name in design.key_attributes)
    if request.types and design.file.table.type_attribute:
        keys.add(design.file.table.type_attribute)
    return tuple(sorted({name for names in named for name in names} | keys))
