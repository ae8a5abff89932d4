"""A statement that allows something under ForAllValues also demands that the key is there.

Why: ForAllValues is true when the request has no such key. A statement that means to allow some partitions or
attributes then allows every request without the key, all of them in the case of a Scan and `dynamodb:LeadingKeys`.

Example:
    Effect: Allow
    Condition:
      ForAllValues:StringLike: {'dynamodb:LeadingKeys': ['USER#*']}

Use instead: add `'Null': {'dynamodb:LeadingKeys': 'false'}` to the Condition.

Known problems: a warning only, since with some actions the key is always there. `dynamodb:Attributes` is there when
`dynamodb:Select` must be `SPECIFIC_ATTRIBUTES`.

Source: IAM user guide, "Set operators for multivalued context keys"; DynamoDB developer guide, "Using IAM policy
conditions for fine-grained access control".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Problem, TemplateView, intrinsic, mapping, said_no

NAME = "for-all-values-needs-the-key"
SEVERITY = Severity.WARNING


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each key under ForAllValues without a Null that refuses its absence."""
    for policy in template.policies():
        for path, statement in policy.statements():
            conditions = mapping(statement.get("Condition"))
            if statement.get("Effect") != "Allow" or intrinsic(conditions):
                continue
            present = {key.lower() for key in demanded_keys(conditions)}
            if _demands_projection(conditions):
                present.add("dynamodb:attributes")
            for operator, keys in conditions.items():
                for key in mapping(keys) if operator.lower().startswith("forallvalues:") else ():
                    if key.lower() not in present:
                        yield Problem(
                            (*path, "Condition", operator, key),
                            f"a request without `{key}` passes `{operator}`",
                            f"add `'Null': {{'{key}': 'false'}}` to the Condition",
                        )


def demanded_keys(conditions: object) -> Iterator[str]:
    """The keys that a Condition demands to be there, as they are written."""
    for operator, keys in mapping(conditions).items():
        if operator.lower() == "null":
            for key, absent in mapping(keys).items():
                if all(map(said_no, absent if isinstance(absent, list) else [absent])):
                    yield key


def _demands_projection(conditions: object) -> bool:
    """Whether a read must name its attributes; each says in `dynamodb:Select` whether it does."""
    return any(
        key.lower() == "dynamodb:select" and value in ("SPECIFIC_ATTRIBUTES", ["SPECIFIC_ATTRIBUTES"])
        for operator, keys in mapping(conditions).items()
        if operator.lower() in ("stringequals", "stringequalsifexists")
        for key, value in mapping(keys).items()
    )
