"""Whether each policy allows what its access patterns really sent, and nothing that IAM can tell apart from it.

Whether IAM can tell a request of another pattern apart is asked of `access.specification`: a policy that allows just
the listed patterns. So a pattern of several operations, or a transaction, of which a listed pattern needs a part, may
be allowed in that part, and so may a key that happens to be one of a listed pattern; each single request must be
answered as the specification answers it. A listed pattern's requests must be allowed, whatever the specification says.

Source: IAM User Guide, "Policy evaluation logic"; developer guide, "Using IAM policy conditions for fine-grained access
control".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cfn_table.access.evaluate import Outcome
from cfn_table.access.evaluate import judge as outcome_of
from cfn_table.access.policy import Policy
from cfn_table.access.proof import identity_policies, parts_of
from cfn_table.access.request import Request, Values
from cfn_table.access.specification import READS, specification
from cfn_table.access.templates import TemplatePolicies, find_policies
from cfn_table.design.design import Design
from cfn_table.design.design import Policy as DesignPolicy
from cfn_table.design.model import Grant
from cfn_table.design.requests import Names
from cfn_table.prove.callers import caller, context_key, first_item, others, whose, with_context, with_fixed
from cfn_table.prove.iam_requests import iam_requests, without_projection
from cfn_table.prove.report import Allowed
from cfn_table.prove.sent import Sent
from cfn_table.prove.variants import MOST, TooMany, Variant, variants_of, with_parameters

ATTRIBUTES: Final = "dynamodb:Attributes"


@dataclass(frozen=True, slots=True)
class AccessResult:
    """What the policies of a design say to what was sent; the fields are those of `report.Report`.

    Attributes:
        policies: their names.
        access: access pattern → for each policy whether it allows what was sent.
        failures: for each policy that does not do what it says, what is wrong, in words.
    """

    policies: tuple[str, ...]
    access: Mapping[str, tuple[Allowed, ...]]
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Execution:
    """One request to DynamoDB, and the requests to IAM that it makes, all of which must be allowed."""

    sent: Sent
    requests: tuple[Request, ...]
    unprojected: tuple[Request, ...]
    """The same without its projection."""


def judge(
    design: Design,
    template: Mapping[str, Any],
    sent: Sequence[Sent],
    names: Names,
    parameters: Mapping[str, str] | None = None,
) -> AccessResult:
    """Ask every policy of a design about everything that was sent.

    Args:
        design: the design.
        template: the template that was made from it, as plain data with long intrinsics.
        sent: what was sent.
        names: of the table and the indexes that it was sent to.
        parameters: what the template was deployed with; they decide which variants of a policy are asked. Without
            them, all are.
    """
    found = find_policies(template if parameters is None else with_parameters(template, parameters))
    executions: dict[str, list[Execution]] = {name: [] for name in design.file.access_patterns}
    for each in sent:
        executions[each.pattern].append(
            Execution(
                each,
                tuple(iam_requests(design, each, names)),
                tuple(iam_requests(design, without_projection(each), names)),
            )
        )
    failures: dict[str, None] = {}
    columns = [_column(design, template, found, policy, executions, failures) for policy in design.policies]
    access = {name: tuple(column[name] for column in columns) for name in executions}
    return AccessResult(tuple(policy.name for policy in design.policies), access, tuple(failures))


def _column(
    design: Design,
    template: Mapping[str, Any],
    found: TemplatePolicies,
    policy: DesignPolicy,
    executions: Mapping[str, Sequence[Execution]],
    failures: dict[str, None],
) -> dict[str, Allowed]:
    """What one policy says to every pattern; what is wrong is added to `failures`."""
    parts = parts_of(identity_policies(found), policy)
    own = re.compile(rf"{re.escape(policy.logical_id)}\d*")
    unread = [each.reason for each in found.undecided if len(each.path) > 1 and own.fullmatch(str(each.path[1]))]
    trouble = f"cannot be read: {unread[0]}" if unread else ""
    variants: list[Variant] = []
    if not parts and policy.logical_id not in template.get("Resources", {}) and policy.file.allow:
        trouble = f"is not in the template, which has no `{policy.logical_id}`"
    try:
        variants = variants_of(parts)
    except TooMany:
        trouble = f"has more than {MOST} combinations of documents"
    if trouble:
        failures[f"policy `{policy.name}` {trouble}"] = None
    needs = _Needs(design, policy)
    listed = {grant.pattern for grant in policy.file.allow}
    cells: dict[str, Allowed] = {}
    for pattern, sent in executions.items():
        answers = set()
        for variant in variants if sent else ():
            cell = _Cell(design, policy, needs, variant, pattern)
            answers.add(cell.judged(sent, is_listed=pattern in listed))
            failures.update(cell.failures)
        if trouble and sent and pattern in listed:
            answers.add(Allowed.WRONG)
        # A deployment's conditions may leave a policy out: then there is nobody to be allowed anything.
        order = (Allowed.WRONG, Allowed.NO, Allowed.ALSO, Allowed.LISTED)
        cells[pattern] = next((each for each in order if each in answers), Allowed.UNKNOWN)
    return cells


class _Cell:
    """One variant of a policy, and one access pattern."""

    def __init__(self, design: Design, policy: DesignPolicy, needs: _Needs, variant: Variant, pattern: str) -> None:
        self.design = design
        self.policy = policy
        self.needs = needs
        self.variant = variant
        self.pattern = pattern
        self.failures: dict[str, None] = {}
        self._told: set[tuple[str, str]] = set()

    def judged(self, sent: Sequence[Execution], *, is_listed: bool) -> Allowed:
        """The answer to everything that was sent for the pattern."""
        allowed = [self._listed(each) if is_listed else self._unlisted(each) for each in sent]
        if self.failures:
            return Allowed.WRONG
        if is_listed:
            return Allowed.LISTED
        return Allowed.ALSO if all(allowed) else Allowed.NO

    def _listed(self, execution: Execution) -> bool:
        for grant in self.policy.file.allow:
            if grant.pattern == self.pattern:
                self._granted(grant, execution)
        return True

    def _granted(self, grant: Grant, execution: Execution) -> None:
        """Everything that a grant promises: what is allowed, to whom, and how much of it may be seen."""
        bind = _bind(self.policy, grant)
        texts = whose(self.design, execution.sent, execution.requests)
        who = caller(bind, texts)
        unknown = sorted(name for name in bind if name not in texts)
        if unknown:
            self._fail("unbound", f"says nothing of `{unknown[0]}`, which it is bound to", execution.requests[0])
            return
        fixed = {name: value for name, value in bind.items() if context_key(value) is None}
        moved = {name: value for name, value in fixed.items() if texts[name] != value}
        for request in execution.requests:
            own = with_context(first_item(request) if bind else request, who)
            if moved:
                free = self.needs.bound_otherwise(bind, moved)
                self._must_deny("moved", f"for another `{min(moved)}` than `{fixed[min(moved)]}`", own, free)
                own = with_fixed(self.design, self.pattern, own, moved)
            self._must_allow(own)
            for placeholder, key, value in self._variables(bind, texts):
                free = self.needs.bound_otherwise(bind, [placeholder])
                for other in others(value):
                    title = f"to a caller whose `{key}` is not that of the item"
                    self._must_deny("caller", title, with_context(own, {key: other}), free)
        self._hidden(execution, who)

    def _variables(self, bind: Mapping[str, str], texts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
        for placeholder, bound in bind.items():
            key = context_key(bound)
            if key is not None:
                yield placeholder, key, texts[placeholder]

    def _hidden(self, execution: Execution, who: Mapping[str, Values]) -> None:
        """What the policy's `attributes` promise: no whole items, no other attribute, no old or new item returned."""
        entities = _entities(self.design, self.pattern)
        limited = [name for name in entities if name in self.policy.file.attributes]
        if not limited:
            return
        # Of a transaction with entities that are not limited, the requests for those are free to see everything.
        free = self.needs.all if len(limited) < len(entities) else self.needs.unlimited
        shown = {name for entity in limited for name in self.policy.file.attributes[entity]}
        stored = {name for entity in limited for name in self.design.entities[entity].stored}
        more = {*shown, *self.design.key_attributes, self.design.file.table.type_attribute}
        for request, whole in zip(execution.requests, execution.unprojected, strict=True):
            if request.action.partition(":")[2] in READS:
                self._must_deny("whole", "without its projection", with_context(first_item(whole), who), free)
            else:
                loud = with_context(request, {**who, "dynamodb:ReturnValues": "ALL_OLD"})
                self._must_deny("loud", "with ReturnValues ALL_OLD", loud, free)
            named = request.values(ATTRIBUTES.lower()) or ()
            for name in sorted(stored - more - set(named))[:1]:
                peeping = with_context(request, {**who, ATTRIBUTES: tuple(sorted({*named, name}))})
                self._must_deny("hidden", f"with the hidden attribute `{name}`", peeping, free)

    def _unlisted(self, execution: Execution) -> bool:
        """Whether the pattern's execution is allowed, to the caller that the items belong to."""
        bind: dict[str, str] = {}
        for grant in self.policy.file.allow:
            bind = {**_bind(self.policy, grant), **bind}
        who = caller(bind, whose(self.design, execution.sent, execution.requests))
        allowed = True
        for request in execution.requests:
            own = with_context(request, who)
            found = self._answer(own)
            allowed = allowed and found is Outcome.ALLOW
            asked = [own, request] if who else [own]
            for each in asked:
                self._must_be_as_specified(each)
        return allowed

    def _must_be_as_specified(self, request: Request) -> None:
        found = self._answer(request)
        is_same = outcome_of([self.needs.all], request) is Outcome.ALLOW
        if found is Outcome.UNDECIDED:
            self._fail("undecided", "hangs on a condition operator that is not known", request)
        elif found is Outcome.ALLOW and not is_same:
            self._fail("more", "is allowed, and it does not list that", request)
        elif found is not Outcome.ALLOW and is_same:
            self._fail("less", "is denied, though IAM cannot tell it from what it lists", request)

    def _must_allow(self, request: Request) -> None:
        found = self._answer(request)
        if found is Outcome.UNDECIDED:
            self._fail("undecided", "hangs on a condition operator that is not known", request)
        elif found is not Outcome.ALLOW:
            self._fail("denied", "is denied, and it lists that", request)

    def _must_deny(self, kind: str, title: str, request: Request, free: Policy) -> None:
        """Deny it, unless something else that the policy lists needs the very same."""
        is_open = self._answer(request) in (Outcome.ALLOW, Outcome.UNDECIDED)
        if is_open and outcome_of([free], request) is not Outcome.ALLOW:
            self._fail(kind, f"is allowed {title}", request)

    def _answer(self, request: Request) -> Outcome:
        return outcome_of(self.variant.policies, request)

    def _fail(self, kind: str, what: str, request: Request) -> None:
        """Tell a failure, one of each kind for each action: the next case would say the same."""
        if (kind, request.action) in self._told:
            return
        self._told.add((kind, request.action))
        of = f"policy `{self.policy.name}`{self.variant.title}: access pattern `{self.pattern}`"
        self.failures[f"{of} {what}: `{request}`"] = None


class _Needs:
    """What some of a policy's grants need, as policies that allow just that."""

    def __init__(self, design: Design, policy: DesignPolicy) -> None:
        self._design = design
        self._policy = policy
        self._made: dict[tuple[int, ...], Policy] = {}

    @property
    def all(self) -> Policy:
        """All grants."""
        return self._of(lambda _: True)

    def bound_otherwise(self, bind: Mapping[str, str], placeholders: Collection[str]) -> Policy:
        """The grants that bind one of these placeholders to something else, or not at all."""
        return self._of(lambda grant: any(_bind(self._policy, grant).get(each) != bind[each] for each in placeholders))

    @property
    def unlimited(self) -> Policy:
        """The grants that are about an entity of which everything may be seen."""
        limited = self._policy.file.attributes
        return self._of(lambda grant: any(each not in limited for each in _entities(self._design, grant.pattern)))

    def _of(self, wanted: Callable[[Grant], bool]) -> Policy:
        grants = self._policy.file.allow
        places = tuple(place for place, grant in enumerate(grants) if wanted(grant))
        if places not in self._made:
            file = self._policy.file.model_copy(update={"allow": tuple(grants[place] for place in places)})
            self._made[places] = specification(self._design, replace(self._policy, file=file))
        return self._made[places]


def _bind(policy: DesignPolicy, grant: Grant) -> dict[str, str]:
    return {**policy.file.bind, **grant.bind}


def _entities(design: Design, pattern: str) -> list[str]:
    """The entities that a pattern is about: those it names, those of its parts, all for a Scan that names none."""
    file = design.pattern(pattern)
    named = [*file.entity, *(name for part in file.parts for name in part.entity)]
    return list(dict.fromkeys(named)) or list(design.entities)
