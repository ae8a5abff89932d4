"""No two outputs of a template export the same name.

Why: names of exports are unique in an account and a Region; the second one makes the deployment fail and roll back.

Example:
    Outputs:
      TableName: {Value: !Ref A, Export: {Name: !Sub '${AWS::StackName}-Table'}}
      OtherName: {Value: !Ref B, Export: {Name: !Sub '${AWS::StackName}-Table'}}

Use instead: a name of its own for each.

Known problems: outputs with a Condition are left out, since they may exclude each other.

Source: CloudFormation user guide, "Outputs".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cfn_table.findings import Severity
from cfn_table.lint.rules._text import UNKNOWN, Part, parts
from cfn_table.lint.rules._view import Problem, TemplateView, mapping

NAME = "export-names-are-unique"
SEVERITY = Severity.ERROR


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each output that exports what an earlier one exports."""
    exported: dict[Sequence[Part], str] = {}
    for name, output in template.section("Outputs").items():
        found = parts(mapping(mapping(output).get("Export")).get("Name"))
        if "Condition" in mapping(output) or not found or UNKNOWN in found:
            continue
        first = exported.setdefault(found, name)
        if first != name:
            yield Problem(
                ("Outputs", name, "Export", "Name"),
                f"output `{name}` exports the same name as `{first}`",
                "give each export a name of its own",
            )
