"""`DEPLOY.md`: the commands that deploy a published version, and what it protects."""

from __future__ import annotations

from typing import Final

from cfn_table.design.design import Design

INLINE_LIMIT: Final = 51_200
"""Largest template body in bytes that `--template-file` sends without a bucket (CloudFormation quotas)."""


def deploy_notes(design: Design, template_bytes: int) -> str:
    """The text of `DEPLOY.md` for a version whose `template.yaml` has `template_bytes` bytes."""
    from cfn_table.emit.texts import render_text

    parameters = sorted(design.context.parameters.values(), key=lambda each: each.logical_id)
    optional = [
        (each.logical_id, each.default, each.properties.get("Description", ""))
        for each in parameters
        if each.default is not None
    ]
    if design.file.alarms is not None:
        optional.append((design.file.alarms.topic_parameter, "", "ARN of the SNS topic that alarms notify"))
    folder = f"build/{design.name}/{design.version}"
    return render_text(
        "deploy.md.j2",
        overrides=design.texts,
        design=design,
        folder=folder,
        stack=design.name,
        capability="CAPABILITY_NAMED_IAM" if design.file.policies.name_prefix is not None else "CAPABILITY_IAM",
        needs_capability=bool(design.policies),
        required=[each for each in parameters if each.default is None],
        optional=optional,
        too_large=template_bytes > INLINE_LIMIT,
        template_bytes=template_bytes,
    )
