"""The template's description has at most 1,024 bytes.

Why: CloudFormation counts bytes, so a text of 600 characters may be too long, and it refuses the template only when it
is deployed.

Example: a Description of 600 times `ä`, which is 1,200 bytes in UTF-8.

Use instead: a shorter text; what people should read belongs into Metadata.

Known problems: a text of more than 1,024 characters is left to cfn-lint (E1003).

Source: CloudFormation user guide, "Understand CloudFormation quotas".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Problem, TemplateView

NAME = "descriptions-fit-1024-bytes"
SEVERITY = Severity.ERROR

_LIMIT = 1024


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for a description that is short in characters and long in bytes."""
    text = template.data.get("Description")
    if isinstance(text, str) and len(text) <= _LIMIT < (size := len(text.encode())):
        yield Problem(
            ("Description",),
            f"the description has {size:,} bytes of at most {_LIMIT:,}",
            "shorten it; letters other than those of English take more than one byte",
        )
