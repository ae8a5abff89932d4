"""Whether a request is allowed, by which statement, and why.

Source: IAM User Guide, "Policy evaluation logic" and "Multivalued context keys"; requests within one account, and
between two accounts where a resource policy is given.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cfn_table.access.globs import action_pattern, resource_pattern
from cfn_table.access.operators import Operator, predicate
from cfn_table.access.policy import (
    ConditionTest,
    Effect,
    Policy,
    Principals,
    Quantifier,
    Statement,
    canonical_principal,
)
from cfn_table.access.request import ANYBODY, Request
from cfn_table.access.variables import Pieces, resolve

ValueOf = Callable[[str], str | None]
"""The value of a policy variable, whose name is given in lower case."""


class Outcome(enum.StrEnum):
    """What becomes of a request."""

    ALLOW = "Allow"
    EXPLICIT_DENY = "ExplicitDeny"
    IMPLICIT_DENY = "ImplicitDeny"
    UNDECIDED = "Undecided"
    """A condition operator is unknown, and it would decide."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a request.

    Attributes:
        effect: see `Outcome`.
        reason: one line.
        statements: the statements that decided, with their policies; empty for an implicit deny.
    """

    effect: Outcome
    reason: str
    statements: tuple[tuple[Policy, Statement], ...] = ()


def evaluate(
    request: Request,
    identity: Sequence[Policy] = (),
    resource: Sequence[Policy] = (),
    boundaries: Sequence[Policy] = (),
) -> Decision:
    """Decide one request.

    Args:
        request: see `Request`.
        identity: the policies of the principal that asks.
        resource: the policies of the resource that is asked for.
        boundaries: the principal's permissions boundary; empty where there is none, and no limit.
    """
    of_identity, of_resource = _Matches(request, identity), _Matches(request, resource, asks_principal=True)
    of_boundary = _Matches(request, boundaries)
    for matches in (of_identity, of_resource, of_boundary):
        if matches.denying:
            return Decision(Outcome.EXPLICIT_DENY, f"{_titles(matches.denying)} denies it", matches.denying)
    unsure = [*of_identity.unsure, *of_resource.unsure, *of_boundary.unsure]
    decision = _allowed(request, of_identity, of_resource, of_boundary, bool(boundaries))
    if _could_change(decision.effect is Outcome.ALLOW, unsure):
        return Decision(Outcome.UNDECIDED, f"{_titles(tuple(unsure))} has a condition operator that is not known")
    return decision


def judge(policies: Sequence[Policy], request: Request, *, asks_principal: bool = False) -> Outcome:
    """What some policies alone say to a request, whatever others say.

    Args:
        policies: identity policies, or with `asks_principal` policies of resources.
        request: see `Request`.
        asks_principal: whether the statements are about certain principals.
    """
    matches = _Matches(request, policies, asks_principal=asks_principal)
    if matches.denying:
        return Outcome.EXPLICIT_DENY
    if _could_change(bool(matches.allowing), matches.unsure):
        return Outcome.UNDECIDED
    return Outcome.ALLOW if matches.allowing else Outcome.IMPLICIT_DENY


def _could_change(is_allowed: bool, unsure: Iterable[tuple[Policy, Statement]]) -> bool:
    """Whether statements that may match or not decide: a Deny where it is allowed, else an Allow."""
    return any((each.effect is Effect.DENY) == is_allowed for _, each in unsure)


def _allowed(
    request: Request, identity: _Matches, resource: _Matches, boundary: _Matches, has_boundary: bool
) -> Decision:
    is_other_account = _is_other_account(request)
    by_resource = resource.direct if not is_other_account else resource.allowing
    if is_other_account:
        if not by_resource:
            return Decision(Outcome.IMPLICIT_DENY, "the policy of a resource in another account does not allow it")
        if not identity.allowing:
            return Decision(Outcome.IMPLICIT_DENY, "only the resource's account allows it, the caller's does not")
    elif by_resource and (not has_boundary or boundary.allowing or _escapes_boundary(request, by_resource)):
        return Decision(Outcome.ALLOW, f"{_titles(by_resource)} of the resource allows it", by_resource)
    if not identity.allowing:
        return Decision(Outcome.IMPLICIT_DENY, "no statement allows it")
    if has_boundary and not boundary.allowing:
        return Decision(Outcome.IMPLICIT_DENY, "the permissions boundary does not allow it")
    return Decision(Outcome.ALLOW, f"{_titles(identity.allowing)} allows it", identity.allowing)


def _escapes_boundary(request: Request, allowing: Iterable[tuple[Policy, Statement]]) -> bool:
    """Whether a boundary does not limit what the resource policy grants.

    That is so where it names the IAM user or the session itself, or everybody with the key `aws:PrincipalArn` (IAM User
    Guide, "Evaluating effective permissions with boundaries" and "AWS JSON policy elements: Principal").
    """
    who = canonical_principal(request.principal)
    is_direct = re.match(r"arn:[^:]+:(iam::\d*:user/|sts::\d*:)", who) is not None
    for _, statement in allowing:
        principals = statement.principals
        if principals is None or principals.excluded:
            continue
        if is_direct and f"AWS:{who}" in principals.values:
            return True
        if "*" in principals.values and any(test.key == "aws:principalarn" for test in statement.tests):
            return True
    return False


class _Matches:
    """The statements of some policies that match a request."""

    def __init__(self, request: Request, policies: Sequence[Policy], *, asks_principal: bool = False) -> None:
        matching = [
            (policy, statement, found)
            for policy in policies
            for statement in policy.statements
            if (found := statement_matches(policy, statement, request, asks_principal=asks_principal)) is not False
        ]
        sure = tuple((policy, statement) for policy, statement, found in matching if found)
        self.denying = tuple(pair for pair in sure if pair[1].effect is Effect.DENY)
        self.allowing = tuple(pair for pair in sure if pair[1].effect is Effect.ALLOW)
        self.unsure = [(policy, statement) for policy, statement, found in matching if found is None]
        # An account as principal leaves it to the account's own policies.
        self.direct = tuple(pair for pair in self.allowing if _names_directly(pair[1].principals, request.principal))


def statement_matches(
    policy: Policy, statement: Statement, request: Request, *, asks_principal: bool = False
) -> bool | None:
    """Whether a statement applies to a request; None where that hangs on an unknown operator."""
    if not any(action_pattern(each).matches(request.action) for each in statement.actions) ^ statement.actions_excluded:
        return False
    value_of = request.value if policy.has_variables else _nothing
    if statement.resources is not None:
        patterns = [_resolved(policy, each, value_of) for each in statement.resources]
        # A variable without a value makes the element match nothing, whichever of the two it is.
        if statement.resources_excluded and None in patterns:
            return False
        found = any(each is not None and resource_pattern(each).matches(request.resource) for each in patterns)
        if not found ^ statement.resources_excluded:
            return False
    if asks_principal and not principal_matches(statement.principals, request.principal):
        return False
    answers = [condition_holds(policy, test, request) for test in statement.tests]
    if False in answers:
        return False
    return None if None in answers else True


def _nothing(name: str) -> None:
    del name


def _resolved(policy: Policy, pattern: str, value_of: ValueOf) -> Pieces | None:
    return resolve(pattern, value_of, policy.has_variables)


def condition_holds(policy: Policy, test: ConditionTest, request: Request) -> bool | None:
    """Whether a condition holds for a request; None where its operator is not known."""
    if test.operator is None:
        return None
    values = [_resolved(policy, value, request.value) for value in test.values]
    return holds(test, values, request.values(test.key))


def holds(test: ConditionTest, wanted: Sequence[Pieces | None], present: tuple[str, ...] | None) -> bool:
    """Whether a condition holds for the values of its key; None for an absent key.

    Args:
        test: its operator is known.
        wanted: the values of the policy, resolved; None for one that matches nothing.
        present: the values of the request.
    """
    operator = test.operator
    assert operator is not None
    if operator.is_null:
        is_null = not present
        return any(is_null == (_text(value).lower() == "true") for value in wanted if value is not None)
    if test.quantifier is Quantifier.ALL:
        return all(value_holds(operator, wanted, each) for each in present or ())
    if not present:
        if test.quantifier is Quantifier.ANY:
            return test.if_exists and present is None
        return test.if_exists or operator.negated
    if test.quantifier is Quantifier.NONE and operator.negated:
        return all(value_holds(operator, wanted, each) for each in present)
    return any(value_holds(operator, wanted, each) for each in present)


def value_holds(operator: Operator, wanted: Iterable[Pieces | None], value: str) -> bool:
    """Whether one value of a request matches: one of the wanted values, or with a negated operator none of them."""
    found = any(
        (asked := predicate(operator, each)) is not None and asked.matches(value) for each in wanted if each is not None
    )
    return found != operator.negated


def _text(pieces: Pieces) -> str:
    return "".join(part for part, _ in pieces)


_KINDS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_ACCOUNT: Final = re.compile(r"AWS:(\d{12}|\$\{AWS::AccountId\})")
_PRINCIPAL: Final = re.compile(r"arn:(\$\{[^}]*\}|[^:]+):(?:iam|sts)::(\$\{[^}]*\}|[^:]*):(.+)", re.DOTALL)


def principal_matches(principals: Principals | None, principal: str) -> bool:
    """Whether a statement of a resource policy is about the principal; everybody where no principal is given."""
    if principals is None:
        return True
    if principal == ANYBODY:
        return principals.excluded or "*" in principals.values
    names = set(_names_of(principal))
    if principals.excluded:
        # An account among the excluded does not spare all its users (IAM User Guide, "NotPrincipal").
        names -= {name for name in names if _ACCOUNT.fullmatch(name)} - {f"AWS:{canonical_principal(principal)}"}
    found = "*" in principals.values or any(value in names for value in principals.values)
    return found != principals.excluded


def _names_of(principal: str) -> Iterator[str]:
    """All names under which a policy can mean the principal: its own, that of its role, its account."""
    if not principal.startswith("arn:"):
        yield principal
        if principal.partition(":")[0] not in _KINDS:
            yield from (f"{kind}:{principal}" for kind in _KINDS)
        return
    yield f"AWS:{canonical_principal(principal)}"
    match = _PRINCIPAL.fullmatch(principal)
    if match is None:
        return
    partition, account, rest = match.groups()
    yield f"AWS:{account}"
    if rest.startswith("assumed-role/"):
        yield f"AWS:arn:{partition}:iam::{account}:role/{rest.split('/')[1]}"


def _names_directly(principals: Principals | None, principal: str) -> bool:
    if principals is None or principals.excluded or "*" in principals.values:
        return True
    match = _PRINCIPAL.fullmatch(principal)
    account = f"AWS:{match[2]}" if match else ""
    return any(value in principals.values for value in _names_of(principal) if value != account)


def _is_other_account(request: Request) -> bool:
    match = _PRINCIPAL.fullmatch(request.principal)
    parts = request.resource.split(":")
    return bool(match and len(parts) > 5 and parts[4] and parts[4] != match[2])


def _titles(statements: Sequence[tuple[Policy, Statement]]) -> str:
    policy, statement = statements[0]
    more = f" and {len(statements) - 1} more" if len(statements) > 1 else ""
    return f"`{statement.title}` of policy `{policy.name}`{more}"
