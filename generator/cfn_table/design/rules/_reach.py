"""Which items a policy reaches: what IAM sees of a request is its action, its resource and the partition key."""

from __future__ import annotations

from collections.abc import Mapping

from cfn_table.design.design import Design, EntityView
from cfn_table.design.keys import KeyTemplate, Placeholder
from cfn_table.design.overlap import STATES, apart_at_a_glance
from cfn_table.design.requests import BATCHES, Request
from cfn_table.design.rules._facts import Use


def limits_partitions(design: Design, request: Request) -> bool:
    """Whether `dynamodb:LeadingKeys` can limit the request: not a Scan, and only keys of one string are documented."""
    partition = request.keys.partition
    return request.operation != "Scan" and len(partition) == 1 and design.key_types[partition[0]] == "S"


def partition_templates(design: Design, request: Request) -> Mapping[str, KeyTemplate]:
    """Entity of the request → the template of its partition key, what a transaction fixed filled in."""
    name = request.keys.partition[0]
    if request.key and request.operation not in BATCHES:
        return dict.fromkeys(request.entities, request.key[0].templates[0])
    return {entity: design.entities[entity].templates[name] for entity in request.entities}


def reaches(design: Design, use: Use, view: EntityView) -> bool:
    """Whether the policy that allows the request thereby allows its action on items of `view` too."""
    keys = use.request.keys
    if not view.is_in(keys):
        return False
    if not limits_partitions(design, use.request):
        return True
    theirs = view.templates[keys.partition[0]]
    return any(
        _matches(template, use, design.entities[entity], theirs, view)
        for entity, template in partition_templates(design, use.request).items()
    )


def pattern_text(template: KeyTemplate, bind: Mapping[str, str]) -> str:
    """How messages write the partition keys that are allowed: `NS#*`."""
    return template.iam_pattern(bind)


def _matches(template: KeyTemplate, use: Use, asked: EntityView, theirs: KeyTemplate, view: EntityView) -> bool:
    """Whether the IAM pattern made from `template` matches a key of `theirs`; True where that is too costly to say."""
    if apart_at_a_glance(template, theirs):
        return False
    if template == theirs:
        return True
    from cfn_table.languages import ANYTHING, Language, TooComplex, concat, literal

    def part_language(part: str | Placeholder) -> Language:
        if isinstance(part, str):
            return literal(part)
        variable = use.bind.get(part.name)
        if variable is None:
            return ANYTHING
        return KeyTemplate((part,)).language(asked.domains) if variable.startswith("${") else literal(variable)

    try:
        allowed = concat(*(part_language(part) for part in template.parts))
        return not allowed.intersect(theirs.language(view.domains)).is_empty(limit=STATES)
    except TooComplex:
        return True
