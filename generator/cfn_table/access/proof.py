"""The proof that generated policies allow what their access patterns need, and nothing else.

Nothing else means: nothing that IAM can tell apart. IAM sees action, resource, leading keys, attributes, Select and
ReturnValues of a request. Access patterns that are not listed in a policy but cannot be told apart from those that are
get allowed with them; they are listed, so that nobody is surprised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cfn_table.access.compare import Comparison, Relation, compare
from cfn_table.access.evaluate import Outcome, judge
from cfn_table.access.policy import Policy
from cfn_table.access.specification import examples, specification
from cfn_table.access.templates import FoundPolicy, find_policies
from cfn_table.design.design import Design
from cfn_table.design.design import Policy as DesignPolicy
from cfn_table.findings import Finding, Severity

RULE = "policies-allow-only-their-patterns"
"""The rule name of findings about policies that allow too much or too little."""


@dataclass(frozen=True, slots=True)
class PolicyProof:
    """What was shown of one policy of a design.

    Attributes:
        policy: its name.
        comparison: what the template's policy is, seen from what it is to allow; `EQUAL` is the proof.
        also_allows: access patterns that the policy does not list and that it allows whole, sorted.
    """

    policy: str
    comparison: Comparison
    also_allows: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the policy allows exactly what it is to allow."""
        return self.comparison.relation is Relation.EQUAL


def prove_policies(design: Design, template: Mapping[str, Any]) -> list[PolicyProof]:
    """Compare each policy of a template with what the design's policy file says, both ways.

    Args:
        design: the design.
        template: the template that was made from it, as plain data with long intrinsics.
    """
    found = identity_policies(find_policies(template))
    return [
        _proof(design, policy, [policy_of(each) for part in parts_of(found, policy) for each in part])
        for policy in design.policies
    ]


def identity_policies(policies: Iterable[FoundPolicy]) -> dict[str, list[FoundPolicy]]:
    """The policies of principals by the logical id of their resource; of one resource all variants."""
    found: dict[str, list[FoundPolicy]] = {}
    for each in policies:
        if each.kind == "identity":
            found.setdefault(each.logical_id, []).append(each)
    return found


def parts_of(found: Mapping[str, list[FoundPolicy]], policy: DesignPolicy) -> list[list[FoundPolicy]]:
    """The resources that were made of one policy file, each with its variants: the first, and its numbered parts."""
    parts = [found[policy.logical_id]] if policy.logical_id in found else []
    number = 2
    while (name := f"{policy.logical_id}{number}") in found:
        parts.append(found[name])
        number += 1
    return parts


def policy_of(found: FoundPolicy) -> Policy:
    """What a policy of a template means."""
    return Policy.from_document(found.document, found.name)


def _proof(design: Design, policy: DesignPolicy, parts: list[Policy]) -> PolicyProof:
    comparison = compare(specification(design, policy), parts)
    listed = {grant.pattern for grant in policy.file.allow}
    also = [name for name in sorted(design.file.access_patterns) if name not in listed and _allows(design, name, parts)]
    return PolicyProof(policy.name, comparison, tuple(also))


def _allows(design: Design, pattern: str, policies: list[Policy]) -> bool:
    requests = list(examples(design, pattern))
    return bool(requests) and all(judge(policies, request) is Outcome.ALLOW for request in requests)


def findings_of(design: Design, proofs: Iterable[PolicyProof]) -> Iterator[Finding]:
    """An error for each policy that is not shown to allow exactly what it is to allow."""
    places = {policy.name: policy for policy in design.policies}
    for proof in proofs:
        if proof.holds:
            continue
        place = places[proof.policy].locate("allow")
        help = "take the change out of the hook; if there is none, this is an error of cfn-table: please report it"
        for difference in proof.comparison.gained:
            message = f"policy `{proof.policy}` allows what no access pattern of it needs: `{difference.request}`"
            yield Finding(RULE, Severity.ERROR, message, help, place)
        for difference in proof.comparison.lost:
            message = (
                f"policy `{proof.policy}` does not allow what an access pattern of it needs: `{difference.request}`"
            )
            yield Finding(RULE, Severity.ERROR, message, help, place)
        for reason in proof.comparison.undecided:
            message = f"what policy `{proof.policy}` allows cannot be decided: {reason}"
            yield Finding(RULE, Severity.ERROR, message, help, place)
