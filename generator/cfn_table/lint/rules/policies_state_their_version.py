"""A policy says `Version: '2012-10-17'`.

Why: without it a policy has the version of 2008, in which `${aws:PrincipalTag/x}` and other policy variables are plain
text: what was meant to isolate tenants matches nothing, or is allowed to everybody who can write that text.

Example:
    PolicyDocument:
      Statement: [{Effect: Allow, Action: 'dynamodb:Query', Resource: '*'}]

Use instead: begin the document with `Version: '2012-10-17'`, in quotes.

Known problems: an error where the policy uses variables, a warning elsewhere. Other versions are left to cfn-lint
(E3510, W2511).

Source: IAM user guide, "IAM JSON policy elements: Version".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cfn_table.findings import Severity
from cfn_table.lint.rules._text import parts
from cfn_table.lint.rules._view import Problem, TemplateView, intrinsic

NAME = "policies-state-their-version"
SEVERITY = Severity.WARNING


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each policy without a version."""
    for policy in template.policies():
        if "Version" not in policy.document:
            variables = _has_variables(policy.document)
            yield Problem(
                policy.path,
                f"the policy of `{policy.resource.id}` states no version"
                + (", so that its variables are plain text" if variables else ""),
                "add `Version: '2012-10-17'`",
                Severity.ERROR if variables else None,
            )


def _has_variables(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_has_variables, value))
    if isinstance(value, dict) and not intrinsic(value):
        return any(map(_has_variables, value.values()))
    # `!Sub ${!aws:x}` is the text `${aws:x}`, and CloudFormation's own `${Table.Arn}` is no text at all.
    return any(isinstance(part, str) and "${" in part for part in parts(value))
