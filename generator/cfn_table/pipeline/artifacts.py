"""The files of one version: everything that `generate` publishes, from one `Design`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.access.proof import PolicyProof, prove_policies
from cfn_table.design.design import Design
from cfn_table.emit.deploy import deploy_notes
from cfn_table.emit.stack_policy import stack_policy
from cfn_table.emit.types import emit_types
from cfn_table.errors import InputError, InternalError
from cfn_table.publish.contract import contract, contract_bytes
from cfn_table.synth.policies import logical_ids
from cfn_table.synth.render import render_json, render_yaml
from cfn_table.synth.template import synthesize, to_plain

TYPES: Final = "types"
"""The folder in a version that holds the generated types."""


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The files of one version.

    Attributes:
        files: content by file name; all but `manifest.json`. The generated types are `types/…`.
        yaml: the text of `template.yaml`.
        json: the text of `template.json`.
        template: the template as plain data.
        proofs: what was shown of each policy, in the order of the design's policies.
    """

    files: Mapping[str, bytes]
    yaml: str
    json: str
    template: Mapping[str, Any]
    proofs: tuple[PolicyProof, ...]


def make_artifacts(design: Design) -> Artifacts:
    """Every file of the design's version.

    Raises:
        InputError: the template cannot be made (see `synthesize`).
        RefusedError: a policy's statement is longer than IAM takes.
    """
    template = _plain(design)
    yaml, json = render_yaml(template), render_json(template)
    exports = {"TableName": design.logical_id, "TableArn": design.logical_id}
    exports.update({suffix: ref for ref, suffix in design.exports.items()})
    if design.file.table.stream is not None:
        exports["StreamArn"] = design.logical_id
    parts: dict[str, int] = {}
    for policy in design.policies:
        ids = logical_ids(design, policy)
        parts[policy.name] = len(ids)
        exports.update({f"{logical_id}Arn": logical_id for logical_id in ids})
    types = emit_types(design)
    names = {language: each.exports for language, each in types.items()}
    files = {
        "template.yaml": yaml.encode(),
        "template.json": json.encode(),
        "contract.json": contract_bytes(contract(design, exports, parts, names)),
        "stack-policy.json": stack_policy(design).encode(),
    }
    files["DEPLOY.md"] = deploy_notes(design, len(files["template.yaml"])).encode()
    files |= {f"{TYPES}/{each.name}": each.text.encode() for each in types.values()}
    return Artifacts(files, yaml, json, template, tuple(prove_policies(design, template)))


def _plain(design: Design) -> dict[str, Any]:
    template = synthesize(design)
    try:
        return to_plain(template)
    except InternalError as error:
        if design.file.extend is None:
            raise
        raise InputError(
            f"the hook `{design.file.extend}` left something in the template that cannot be written",
            help=f"{error}",
            location=design.locate("extend"),
        ) from error
