"""A template has at most 1,000,000 bytes.

Why: CloudFormation takes no larger template, not even from S3.

Example: a template with some thousand statements in its policies.

Use instead: two templates, where one imports what the other exports.

Known problems: cfn-lint knows the limit and looks at files on disk only (E1002).

Source: CloudFormation user guide, "Understand CloudFormation quotas": 1 MB for a template in S3, 51,200 bytes in a
request.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Problem, TemplateView

NAME = "templates-fit-1-mb"
SEVERITY = Severity.ERROR

_LIMIT = 1_000_000


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for a template that is too large."""
    if template.size > _LIMIT:
        message = f"the template has {template.size:,} bytes of at most {_LIMIT:,}"
        yield Problem((), message, "split it into two templates that share exports")
