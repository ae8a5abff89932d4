"""A managed policy holds no character beyond U+00FF.

Why: IAM takes tab, line feed, carriage return and U+0020 to U+00FF only, and refuses the policy when it is created.

Example:
    Condition: {StringLike: {'aws:PrincipalTag/team': 'Łódź*'}}

Use instead: values in the characters that IAM takes, for example by a tag with another value.

Known problems: what variables stand for is not known.

Source: IAM API reference, CreatePolicy, pattern of PolicyDocument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import MANAGED_POLICY, Path, Problem, TemplateView

NAME = "managed-policies-are-latin-1"
SEVERITY = Severity.ERROR

_REFUSED = re.compile(r"[^\t\n\r\x20-\xff]")


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each text in a policy with such a character."""
    for policy in template.policies():
        if policy.resource.type == MANAGED_POLICY:
            for path, text, at_value in _texts(policy.document, policy.path):
                if found := _REFUSED.search(text):
                    code = f"U+{ord(found[0]):04X}"
                    message = f"policy `{policy.resource.id}` holds the character {code}, which IAM refuses"
                    yield Problem(path, message, "use characters up to U+00FF", at_value=at_value)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str, bool]]:
    if isinstance(value, str):
        yield path, value, True
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _texts(entry, (*path, index))
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield (*path, key), str(key), False
            yield from _texts(entry, (*path, key))
