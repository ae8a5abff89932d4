"""DeletionPolicy and UpdateReplacePolicy are written out.

Why: CloudFormation takes no intrinsic function there and refuses the template when it is deployed; whoever wanted to
keep production data by a parameter learns that late.

Example:
    DeletionPolicy: !Ref OnDelete

Use instead: `DeletionPolicy: Retain`. The transform AWS::LanguageExtensions allows intrinsic functions there.

Known problems: none.

Source: CloudFormation template reference, "DeletionPolicy attribute" and "AWS::LanguageExtensions transform".
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Problem, TemplateView, intrinsic

NAME = "deletion-policies-are-literal"
SEVERITY = Severity.ERROR


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each computed policy."""
    transforms = template.data.get("Transform")
    if "AWS::LanguageExtensions" in (transforms if isinstance(transforms, list) else [transforms]):
        return
    for resource in template.resources():
        for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
            if name := intrinsic(resource.whole.get(attribute)):
                yield Problem(
                    ("Resources", resource.id, attribute),
                    f"`{attribute}` of `{resource.id}` is computed by `{name}`",
                    "write `Retain` or `Delete`; CloudFormation computes nothing here",
                )
