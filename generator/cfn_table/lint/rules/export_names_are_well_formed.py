"""Names of exports consist of letters, digits, colons and hyphens.

Why: CloudFormation refuses the template with "The Name field of every Export member must be specified and consist only
of alphanumeric characters, colons, or hyphens".

Example:
    Export:
      Name: !Sub ${AWS::StackName}_table.name

Use instead: `!Sub ${AWS::StackName}-TableName`.

Known problems: what variables stand for is not known; a stack's name is always fine. `Ref` and `GetAtt` of a resource
are left to cfn-lint (E1010, E1019, E1020).

Source: the service's own message, as in aws-cdk issues 5845 and 28563.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cfn_table.findings import Severity
from cfn_table.lint.rules._text import parts
from cfn_table.lint.rules._view import Problem, TemplateView, mapping

NAME = "export-names-are-well-formed"
SEVERITY = Severity.ERROR


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each export with another character in the plain parts of its name."""
    for name, output in template.section("Outputs").items():
        export = mapping(mapping(output).get("Export"))
        plain = "".join(part for part in parts(export.get("Name")) if isinstance(part, str))
        if wrong := sorted(set(re.findall(r"[^A-Za-z0-9:-]", plain))):
            yield Problem(
                ("Outputs", name, "Export", "Name"),
                f"the export of output `{name}` has {', '.join(map(repr, wrong))} in its name",
                "use letters, digits, colons and hyphens",
            )
        elif export.get("Name") == "":
            yield Problem(("Outputs", name, "Export", "Name"), f"the export of output `{name}` has no name")
