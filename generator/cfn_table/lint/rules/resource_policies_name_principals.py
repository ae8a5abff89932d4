"""Each statement of a table's resource policy says to whom it applies.

Why: a policy on a resource needs Principal or NotPrincipal; DynamoDB refuses the policy when the table is created.

Example:
    ResourcePolicy:
      PolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Deny, Action: 'dynamodb:*', Resource: '*'}]

Use instead: `Principal: '*'` for everybody, or the ARNs of accounts and roles.

Known problems: none.

Source: IAM user guide, "AWS JSON policy elements: Principal".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Problem, TemplateView

NAME = "resource-policies-name-principals"
SEVERITY = Severity.ERROR


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each statement without a principal."""
    for policy in template.policies():
        for path, statement in policy.statements() if policy.of_table else ():
            if "Principal" not in statement and "NotPrincipal" not in statement:
                yield Problem(
                    path,
                    f"a statement of the resource policy of `{policy.resource.id}` names no principal",
                    "add `Principal`; `'*'` means everybody",
                )
