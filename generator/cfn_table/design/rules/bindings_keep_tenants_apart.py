"""A bound placeholder limits every allowed pattern to one tenant's partitions.

Why: `bind` promises that a caller reaches only items of its own. A pattern without the placeholder in its partition
key, or a `*` that runs on into another tenant's keys, breaks that promise in silence.

Example:
    bind: {tenant: "${aws:PrincipalTag/tenant}"}
    allow: [list_orders]   # whose partition key is T#{tenant}{region}: tenant `a` also reaches `T#ab…`

Use instead: the placeholder in the partition key of every pattern, with the delimiter behind it: `T#{tenant}#{region}`.
A variable is a whole value, such as `${aws:PrincipalTag/tenant}`.

Known problems: items of entities without the placeholder are notes of `shared-partitions-are-known`. That a variable's
value is one which the placeholder can hold is up to whoever sets it: a principal tagged `a#b` is not refused.

Source: IAM user guide, "Policy variables"; DynamoDB developer guide, "Using IAM policy conditions for fine-grained
access control".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cfn_table.design.ambiguity import TooManyStates, find_foreign_key
from cfn_table.design.design import Design, EntityView, Policy
from cfn_table.design.keys import Domain, Placeholder, ValueRefused
from cfn_table.design.memory import once_per_design
from cfn_table.design.rules._facts import Path, Use, uses
from cfn_table.design.rules._reach import limits_partitions, partition_templates, pattern_text
from cfn_table.design.rules.violation import Violation
from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity

NAME = "bindings-keep-tenants-apart"
SEVERITY = Severity.ERROR
SUPPRESSIBLE = False

_VARIABLE = re.compile(r"\$\{[A-Za-z0-9.-]+(:[A-Za-z0-9_-]+(/[\w .:/=+@-]+)?)?(, *'[^']*')?\}")


def check(design: Design) -> Iterator[Violation]:
    """A violation for every binding that is wrong, and for every allowed pattern that it does not limit."""
    for policy in design.policies:
        yield from _bindings(design, policy, policy.file.bind, ("bind",))
        for position, grant in enumerate(policy.file.allow):
            yield from _bindings(design, policy, grant.bind, ("allow", position, grant.pattern))
    in_partitions = _placeholders(design)
    seen: set[tuple[str, int, str]] = set()
    for use in uses(design):
        for name in use.bind:
            where = (use.policy.name, use.position, name)
            violation = next(_limits(design, use, name), None)
            if violation is not None and name in in_partitions and where not in seen:
                seen.add(where)
                yield violation


@once_per_design
def _placeholders(design: Design) -> Mapping[str, Domain]:
    """The placeholders of partition keys, each with what it may hold."""
    return {
        placeholder: view.domains[placeholder]
        for view in design.entities.values()
        for keys in design.all_keys
        for attribute in keys.partition
        if attribute in view.templates
        for placeholder in view.templates[attribute].placeholders
        if placeholder in view.domains
    }


def _bindings(design: Design, policy: Policy, bind: Mapping[str, str], where: Path) -> Iterator[Violation]:
    in_partitions = _placeholders(design)
    for name, value in bind.items():
        path = (*where, name)
        if name not in in_partitions:
            message = f"no partition key holds the placeholder `{{{name}}}`"
            yield Violation(message, path, did_you_mean(name, in_partitions), policy=policy)
        elif "${" in value:
            if not _VARIABLE.fullmatch(value):
                message = f"`{value}` is no policy variable"
                yield Violation(message, path, "write one variable alone: `${aws:PrincipalTag/NAME}`", policy=policy)
        else:
            try:
                in_partitions[name].text_of(value)
            except ValueRefused as error:
                yield Violation(f"`{name}` cannot be bound: {error}", path, "", policy=policy)


def _limits(design: Design, use: Use, name: str) -> Iterator[Violation]:
    what, title = f"access pattern `{use.grant.pattern}`", use.request.keys.title
    if not limits_partitions(design, use.request):
        reason = (
            "a Scan reads every partition" if use.action == "Scan" else f"IAM cannot limit the partition key of {title}"
        )
        yield Violation(
            f"{what}: {reason}, so `{name}` is not bound", use.path, "leave the pattern out", policy=use.policy
        )
        return
    attribute = use.request.keys.partition[0]
    for entity, template in partition_templates(design, use.request).items():
        part = next((each for each in template.parts if isinstance(each, Placeholder) and each.name == name), None)
        if part is None:
            message = f"{what}: the partition key `{template}` of {title} does not hold the bound `{{{name}}}`"
            yield Violation(message, use.path, "leave the pattern out, or bind nothing", policy=use.policy)
        elif part.format:
            message = f"{what}: the key holds `{part}`, and a policy variable is not rewritten like that"
            yield Violation(message, use.path, f"use `{{{name}}}` in the key", policy=use.policy)
        else:
            for other in sorted(design.entities.values(), key=lambda each: each.name != entity):
                if attribute in other.templates and name in other.templates[attribute].placeholders:
                    yield from _foreign(use, name, design.entities[entity], attribute, other)


def _foreign(use: Use, name: str, view: EntityView, attribute: str, other: EntityView) -> Iterator[Violation]:
    template, theirs = view.templates[attribute], other.templates[attribute]
    where = f"access pattern `{use.grant.pattern}`"
    try:
        found = find_foreign_key(template, view.domains, name, tuple(use.bind), theirs, other.domains)
    except TooManyStates:
        message = f"{where}: whether `{template}` keeps values of `{name}` apart was not found out"
        yield Violation(message, use.path, "simplify the patterns of its placeholders", Severity.WARNING, use.policy)
        return
    if found is not None:
        pattern = pattern_text(template, {**dict.fromkeys(use.bind, "*"), name: found.one[name]})
        message = f"{where}: {name} `{found.one[name]}` also reaches `{found.text}` of {name} `{found.other[name]}`"
        help_ = (
            f"its pattern is `{pattern}`: put the delimiter behind `{{{name}}}`, and let no value beside it hold that"
        )
        yield Violation(message, use.path, help_, policy=use.policy)
