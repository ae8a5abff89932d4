"""No statement allows a Scan under a condition on `dynamodb:LeadingKeys`.

Why: a Scan has no such key. Under ForAllValues it is allowed for the whole table, all tenants included; under every
other operator it is never allowed. Neither is what somebody meant who wrote the two together.

Example:
    Action: [dynamodb:Query, dynamodb:Scan]
    Condition:
      ForAllValues:StringLike: {'dynamodb:LeadingKeys': ['${aws:PrincipalTag/tenant}#*']}

Use instead: no Scan in that statement; a Scan that is really needed, in a statement of its own.

Known problems: `dynamodb:*` with `'Null': {'dynamodb:LeadingKeys': 'false'}` is fine, since it leaves the Scan out.

Source: DynamoDB developer guide, "Using IAM policy conditions for fine-grained access control"; service authorization
reference (LeadingKeys is no condition key of Scan).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Problem, TemplateView, each, mapping
from cfn_table.lint.rules.for_all_values_needs_the_key import demanded_keys

NAME = "scans-are-not-limited-by-leading-keys"
SEVERITY = Severity.ERROR

_KEY = "dynamodb:leadingkeys"
_SCAN = "dynamodb:scan"


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each action that includes the Scan in a statement with that condition."""
    for policy in template.policies():
        for path, statement in policy.statements():
            conditions = mapping(statement.get("Condition"))
            keys = {key.lower() for operator in conditions.values() for key in mapping(operator)}
            if statement.get("Effect") != "Allow" or _KEY not in keys:
                continue
            refuses_absence = _KEY in {key.lower() for key in demanded_keys(conditions)}
            for place, action in each(statement.get("Action"), (*path, "Action")):
                named = isinstance(action, str) and fnmatch.fnmatchcase(_SCAN, action.lower())
                if named and (action.lower() == _SCAN or not refuses_absence):
                    yield Problem(
                        place,
                        f"`{action}` allows a Scan, which `dynamodb:LeadingKeys` does not limit",
                        "leave the Scan out, or allow it in a statement of its own",
                        at_value=True,
                    )
