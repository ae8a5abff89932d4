"""Sides that come from CloudFormation: what is deployed as a stack, and who imports what it exports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.pipeline.sources.found import Found, SourceOptions
from cfn_table.publish.aws_errors import Codes, aws_client, error_code, explaining_aws
from cfn_table.review.side import Side

PREFIX: Final = "stack:"
"""What the name of a side that is deployed begins with."""

_DENIED: Final = ("access is denied", "allow cloudformation:DescribeStacks and cloudformation:GetTemplate")
_CODES: Final[Codes] = {"AccessDenied": _DENIED, "AccessDeniedException": _DENIED}
_SETTLED: Final = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
_HIDDEN: Final = "****"
"""What CloudFormation shows of a value with NoEcho."""


def stack_side(name: str, options: SourceOptions) -> Found:
    """What is deployed as a stack: its template, the values of its parameters, and who imports its exports.

    Args:
        name: the stack's name or ARN.
        options: where it is.

    Raises:
        InputError: it is not there, cannot be read, or there are no credentials.
    """
    from cfn_table.synth.read import read_template

    place = f"{PREFIX}{name}"

    def refused(why: str, help: str) -> InputError:
        return InputError(f"the stack `{name}` cannot be read: {why}", help=help, location=Location(place))

    with explaining_aws("CloudFormation", refused, codes=_CODES, again="run the command again"):
        client = aws_client(
            "cloudformation",
            options.endpoint_url,
            options.region,
            options.profile,
            stand_in=options.endpoint_url is not None,
        )
        stack = _stack(client, name)
        status = str(stack.get("StackStatus", ""))
        if status == "REVIEW_IN_PROGRESS":
            return Found(Side("", None), (f"the stack `{name}` has a change set, and nothing is deployed yet",))
        text = _template_text(client, name)
        imports, notes = _imports(client, stack)
    if status not in _SETTLED:
        notes = (*notes, f"the stack `{name}` is {status}: what is deployed may be another template than it tells")
    template = read_template(text, place)
    return Found(Side(place, template, parameters=_parameters(stack, template.data), imports=imports), notes)


def _stack(client: Any, name: str) -> Mapping[str, Any]:
    from botocore.exceptions import ClientError

    try:
        stacks = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        stacks = []
    if not stacks or stacks[0].get("StackStatus") == "DELETE_COMPLETE":
        raise InputError(
            f"there is no stack `{name}` in `{client.meta.region_name}`",
            help="correct its name, or name the Region and the account's profile that it is in",
            location=Location(f"{PREFIX}{name}"),
        )
    found: Mapping[str, Any] = stacks[0]
    return found


def _template_text(client: Any, name: str) -> str:
    """The template as it was given; with macros expanded where that is all that there is."""
    answer = client.get_template(StackName=name, TemplateStage="Original")
    body = answer.get("TemplateBody")
    if not body and "Processed" in answer.get("StagesAvailable", ()):
        body = client.get_template(StackName=name, TemplateStage="Processed").get("TemplateBody")
    # botocore parses JSON, and leaves YAML as it is.
    return body if isinstance(body, str) else json.dumps(body or {}, indent=2, ensure_ascii=False)


def _parameters(stack: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, str]:
    """Name → value; of an SSM parameter what it holds, and none that is hidden."""
    declared = template.get("Parameters")
    values = {}
    for each in stack.get("Parameters") or ():
        name, value = str(each["ParameterKey"]), str(each.get("ResolvedValue", each.get("ParameterValue", "")))
        properties = declared.get(name) if isinstance(declared, Mapping) else None
        hidden = isinstance(properties, Mapping) and str(properties.get("NoEcho", "")).lower() == "true"
        if value != _HIDDEN and not hidden:
            values[name] = value
    return values


def _imports(client: Any, stack: Mapping[str, Any]) -> tuple[Mapping[str, tuple[str, ...]] | None, tuple[str, ...]]:
    """Export → the stacks that import it, and a note where that may not be read."""
    from botocore.exceptions import ClientError

    exports = [str(each["ExportName"]) for each in stack.get("Outputs") or () if each.get("ExportName")]
    found = {}
    for export in sorted(exports):
        try:
            found[export] = _importers(client, export)
        except ClientError as error:
            if error_code(error) not in ("AccessDenied", "AccessDeniedException"):
                raise
            return None, ("which exports are imported is not known: cloudformation:ListImports is denied",)
    return found, ()


def _importers(client: Any, export: str) -> tuple[str, ...]:
    from botocore.exceptions import ClientError

    stacks: list[str] = []
    try:
        for page in client.get_paginator("list_imports").paginate(ExportName=export):
            stacks += page.get("Imports") or ()
    except ClientError as error:
        # This is how CloudFormation says that nobody does.
        if "not imported" not in str(error):
            raise
    return tuple(sorted(set(stacks)))
