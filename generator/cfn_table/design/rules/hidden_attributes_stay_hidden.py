"""A policy that lists an entity's attributes keeps all others from its users.

Why: `attributes` promises that nothing else can be read or changed. IAM holds a request against attributes only where
the request names them: a read must project, and a PutItem or DeleteItem cannot be limited. And since IAM sees only the
partition key, another allowed pattern on the same partition would give the hidden attributes away.

Example:
    attributes: {user: [userId, plan]}
    allow: [get_user]   # which returns all attributes

Use instead: a pattern with `returns: [userId, plan]`, and no other pattern that reaches the same items without such a
list.

Known problems: none.

Source: DynamoDB developer guide, "Using IAM policy conditions for fine-grained access control": dynamodb:Attributes,
dynamodb:Select.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design, Policy
from cfn_table.design.expressions import attribute_of
from cfn_table.design.model import AccessPattern, PatternBase
from cfn_table.design.requests import TRANSACTIONS
from cfn_table.design.rules._facts import Use, listed, uses
from cfn_table.design.rules._reach import reaches
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "hidden-attributes-stay-hidden"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False

_READS = ("GetItem", "BatchGetItem", "Query", "Scan")
_UNLIMITED = ("PutItem", "DeleteItem", "BatchWriteItem")


def check(design: Design) -> Iterator[Violation]:
    """A violation for every allowed request that could name or return more than the policy lists."""
    for policy in design.policies:
        if not policy.file.attributes:
            continue
        own = [use for use in uses(design) if use.policy is policy]
        seen: set[tuple[int, str]] = set()
        for use in own:
            for violation in (*_limits(design, use), *_leaks(design, use)):
                if (use.position, violation.message) not in seen:
                    seen.add((use.position, violation.message))
                    yield violation
        yield from _unused(policy, own)


def _unused(policy: Policy, own: list[Use]) -> Iterator[Violation]:
    used = {entity for use in own for entity in use.request.entities}
    for entity in policy.file.attributes:
        if entity not in used:
            message = f"no allowed access pattern is about entity `{entity}`"
            path = ("attributes", entity)
            yield Violation(message, path, "remove it, or allow a pattern", Severity.WARNING, policy)


def _limits(design: Design, use: Use) -> Iterator[Violation]:
    """The request itself stays within the list."""
    limits, request = use.policy.file.attributes, use.request
    limited = [entity for entity in request.entities if entity in limits]
    if not limited:
        return
    what = f"access pattern `{use.grant.pattern}`"
    free = [entity for entity in request.entities if entity not in limits]
    if free:
        message = f"{what} is about {listed(request.entities)}, and only {listed(limited)} is limited"
        yield Violation(message, use.path, f"list attributes of {listed(free)} too", policy=use.policy)
    if request.operation in _UNLIMITED:
        message = f"{what}: {request.operation} cannot be limited to attributes"
        yield Violation(message, use.path, "use UpdateItem, or another policy", policy=use.policy)
        return
    if request.operation in _READS and request.returns is None:
        message = f"{what} returns all attributes, and the policy allows only some of `{limited[0]}`"
        yield Violation(message, use.path, f"add `returns: [{', '.join(limits[limited[0]])}]`", policy=use.policy)
    allowed = {*design.table_keys.names, *request.keys.names}
    allowed |= {name for entity in limited for name in limits[entity]}
    if request.types and design.file.table.type_attribute:
        allowed.add(design.file.table.type_attribute)
    if request.operation == "UpdateItem":
        allowed |= set(design.key_attributes)
    known = {name for entity in request.entities for name in design.entities[entity].stored}
    paths = (*(request.returns or ()), *request.changes, *_tested(design, use))
    named = [attribute_of(path, known) for path in paths]
    hidden = sorted({name for name in named if name not in allowed})
    if hidden:
        message = f"{what} names {listed(hidden)}, which the policy hides"
        yield Violation(message, use.path, "add it to `attributes`, or leave it out of the pattern", policy=use.policy)


def _tested(design: Design, use: Use) -> Iterator[str]:
    """Attributes that conditions and filters name: whoever may test an attribute can find out its value."""
    pattern = design.pattern(use.grant.pattern)
    sources: list[PatternBase] = [pattern]
    if set(pattern.operation) & set(TRANSACTIONS):
        sources = [part for part in pattern.parts if part.operation[0] == use.request.operation]
        sources = [part for part in sources if part.entity == use.request.entities]
    for source in sources:
        filters = source.filter if isinstance(source, AccessPattern) and source.filter else ()
        conditions = source.condition if isinstance(source.condition, tuple) else ()
        writes = use.request.operation in ("UpdateItem", "ConditionCheck")
        for group in (*filters, *(conditions if writes else ())):
            yield from (test.path for test in group)


def _leaks(design: Design, use: Use) -> Iterator[Violation]:
    """No other request of the policy returns hidden attributes of an entity that it happens to reach."""
    limits = use.policy.file.attributes
    if use.request.operation not in _READS:
        return
    shown: set[str] | None = None  # all
    if use.request.entities and all(entity in limits for entity in use.request.entities):
        shown = {name for entity in use.request.entities for name in limits[entity]}
    keys = use.request.keys
    for entity, names in limits.items():
        view = design.entities[entity]
        if entity in use.request.entities or not reaches(design, use, view):
            continue
        public = {*names, *design.key_attributes, design.file.table.type_attribute}
        stored = view.stored if keys.projection == "all" or keys.index is None else view.stored & set(keys.projection)
        hidden = sorted((stored if shown is None else stored & shown) - public)
        if hidden:
            what = f"access pattern `{use.grant.pattern}`"
            message = f"{what} also reaches items of `{entity}`, whose {listed(hidden)} the policy hides"
            yield Violation(
                message, use.path, "allow it in another policy, or list its attributes too", policy=use.policy
            )
