"""A table without the setting `SSEEnabled: true` names no kind of encryption and no key.

Why: `SSEEnabled: false` means a key that AWS owns. Whoever names KMS or a key beside it believes that it is used.

Example:
    SSESpecification: {SSEEnabled: false, SSEType: KMS}

Use instead: `SSEEnabled: true` with SSEType and KMSMasterKeyId, or `SSEEnabled: false` alone.

Known problems: none.

Source: CloudFormation template reference, AWS::DynamoDB::Table SSESpecification.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Problem, TemplateView, mapping, said_no

NAME = "sse-settings-need-encryption"
SEVERITY = Severity.ERROR


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each setting that has no effect."""
    for table in template.tables():
        settings = mapping(table.properties.get("SSESpecification"))
        if said_no(settings.get("SSEEnabled")):
            for key in ("SSEType", "KMSMasterKeyId"):
                if key in settings:
                    yield Problem(
                        (*table.path, "SSESpecification", key),
                        f"table `{table.id}` has `{key}` and `SSEEnabled: false`",
                        "write `SSEEnabled: true`, or remove it",
                    )
