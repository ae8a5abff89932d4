"""It is known which items a policy reaches beyond those of its access patterns.

Why: IAM sees the action, the table or index, and the partition key; never the sort key. A pattern allowed on `NS#*` is
allowed on every item of these partitions, of whatever entity, and a pattern such as `u#*` covers `u#1#timeline` too.

Example:
    key:       {keys: {PK: "NS#{namespace}", SK: "KEY#{key}"}, …}
    namespace: {keys: {PK: "NS#{namespace}", SK: METADATA}, …}
    allow: [manage_key]   # may also write the namespace's own item

Use instead: a partition of its own for what must be kept apart; or nothing: it is a note, so that reviewers know.

Known problems: what costs too much to compare counts as reached.

Source: service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design, EntityView, Policy
from cfn_table.design.rules._facts import Use, listed, uses
from cfn_table.design.rules._reach import limits_partitions, partition_templates, pattern_text, reaches
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "shared-partitions-are-known"
SEVERITY = Severity.NOTE


def check(design: Design) -> Iterator[Violation]:
    """A violation for every entity that a policy's statements reach, and that none of its patterns is about."""
    for policy in design.policies:
        own = [use for use in uses(design) if use.policy is policy]
        for index in dict.fromkeys(use.request.keys.index for use in own):
            on_index = [use for use in own if use.request.keys.index == index]
            for view in design.entities.values():
                yield from _beyond(design, policy, on_index, view)


def _beyond(design: Design, policy: Policy, own: list[Use], view: EntityView) -> Iterator[Violation]:
    """What the policy allows on items of `view` although no pattern with that action is about it."""
    meant = {use.action for use in own if view.name in use.request.entities}
    found = [use for use in own if use.action not in meant and use.request.entities and reaches(design, use, view)]
    if not found:
        return
    actions = sorted({use.action for use in found})
    patterns = sorted({use.grant.pattern for use in found})
    where = sorted({each for use in found for each in _where(design, use)})
    limits = policy.file.attributes
    some = all(entity in limits for use in found for entity in use.request.entities)
    only = ", limited to the listed attributes" if some and limits else ""
    reached = f"on items of `{view.name}` too, in {listed(where)} of {found[0].request.keys.title}{only}"
    message = f"policy `{policy.name}` thereby allows {', '.join(actions)} {reached}"
    help_ = f"needed for {listed(patterns)}: IAM sees the partition key, and nothing finer"
    yield Violation(message, found[0].path, help_, policy=policy)


def _where(design: Design, use: Use) -> list[str]:
    if not limits_partitions(design, use.request):
        return ["*"]
    return [pattern_text(template, use.bind) for template in partition_templates(design, use.request).values()]
