"""What the caller of CloudFormation needs beside its resources' permissions: actions on the stack, and its inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.emit.permissions.surroundings import Surroundings

STACK_ACTIONS: Final = {
    "cloudformation:CreateChangeSet": "`aws cloudformation deploy`, and `create-change-set`",
    "cloudformation:DescribeChangeSet": "`deploy` waits for the change set with it; `describe-change-set` shows it",
    "cloudformation:ExecuteChangeSet": "`deploy`, and `execute-change-set`",
    "cloudformation:DeleteChangeSet": "removing a change set that nobody executes",
    "cloudformation:DescribeStacks": "`deploy` looks for the stack with it, and waits for it",
    "cloudformation:GetTemplateSummary": "`deploy` asks with it which parameters the stack has already",
    "cloudformation:DescribeStackEvents": "`describe-stack-events`, which says why a deployment failed",
    "cloudformation:SetStackPolicy": "`set-stack-policy`, as DEPLOY.md says",
    "cloudformation:UpdateTerminationProtection": "`update-termination-protection`, as DEPLOY.md says",
    "cloudformation:DeleteStack": "`delete-stack`; not with `--no-delete`",
}
"""Action on the stack → what needs it. The calls are those of awscli 1.46, `customizations/cloudformation/deployer.py`.

Not among them: ValidateTemplate (`deploy` does not call it, and it cannot be limited to a stack), ListExports and
ListImports (CloudFormation looks exports up itself), CreateStack and UpdateStack (`deploy` uses change sets).
"""

DELETING: Final = "cloudformation:DeleteStack"

OTHER_ACTIONS: Final = {
    "ssm:GetParameters": "a parameter of the template whose value is in Parameter Store",
    "s3:PutObject": "`deploy --s3-bucket` uploads the template; with `--s3-bucket`",
    "s3:GetObject": "CloudFormation reads the template from there as the caller; with `--s3-bucket`",
    "iam:PassRole": "`deploy --role-arn` hands the role to CloudFormation; with `--service-role`",
}
"""Other actions → what needs them (CloudFormation user guide, "Use AWS CloudFormation-supplied parameter types",
"CloudFormation service role")."""


def stored_parameters(place: Surroundings) -> Iterator[str]:
    """The ARNs of the Parameter Store's parameters that the template reads."""
    for name, declared in place.template.get("Parameters", {}).items():
        if declared.get("Type", "").startswith("AWS::SSM::Parameter::Value"):
            known = [declared["Default"]] if "Default" in declared else []
            given = [place.parameters[name]] if name in place.parameters else None
            for text in given or [*known, *declared.get("AllowedValues", ())] or ["*"]:
                yield from place.arns("ssm", f"parameter/{str(text).lstrip('/')}")
