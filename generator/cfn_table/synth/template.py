"""`synthesize`: from a `Design` to a troposphere `Template`, which callers may extend."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from typing import Any

from troposphere import AWSObject, Template, encode_to_dict
from troposphere import Parameter as TemplateParameter

from cfn_table.design.design import Design
from cfn_table.design.requests import Underivable
from cfn_table.errors import InputError, InternalError
from cfn_table.synth.alarms import alarm_resources
from cfn_table.synth.conditions import add_billing_conditions, add_topic_condition
from cfn_table.synth.global_table import global_table_resource
from cfn_table.synth.outputs import outputs
from cfn_table.synth.policies import policy_resources
from cfn_table.synth.scaling import scaling_resources
from cfn_table.synth.table import table_resource
from cfn_table.synth.values import to_template


def synthesize(design: Design) -> Template:
    """The template of `design`, with the design's own hook applied.

    Raises:
        InputError: two resources would have one logical id, or the hook cannot be loaded or fails.
        RefusedError: a policy's statement is longer than IAM takes.
    """
    template = Template()
    template.set_version("2010-09-09")
    if design.file.description:
        template.set_description(design.file.description)
    template.set_metadata(
        {
            "CfnTable": {
                "Design": design.name,
                "Version": design.version,
                "InputsDigest": f"sha256:{design.inputs_digest}",
            }
        }
    )
    _add_parameters(template, design)
    add_billing_conditions(template, design)
    table = _table(design)
    resources = [table, *scaling_resources(design)]
    for policy in design.policies:
        try:
            resources += policy_resources(design, policy)
        except Underivable as error:  # `check_design` says it better, and for every pattern
            raise InputError(str(error), help=error.help, location=policy.locate("allow")) from None
    resources += alarm_resources(design)
    for resource in resources:
        if resource.title in template.resources:
            raise InputError(
                f"two resources would have the logical id `{resource.title}`",
                help="rename the policy or the index, or give the table another `logical_id`",
                location=design.locate_key("table", "logical_id"),
            )
        template.add_resource(resource)
    for output in outputs(design):
        if output.title in template.outputs:
            raise InputError(
                f"two outputs would have the name `{output.title}`",
                help="give an index another `id`, or rename a policy",
                location=design.locate_key("indexes"),
            )
        template.add_output(output)
    if design.file.extend is not None:
        _apply_hook(template, design, design.file.extend)
    return template


def to_plain(template: Template) -> dict[str, Any]:
    """The template as plain JSON values with long intrinsics.

    Raises:
        InternalError: troposphere cannot encode it, or a value is not JSON.
    """
    try:
        plain = encode_to_dict(template.to_dict())
        json.dumps(plain, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InternalError(f"the template cannot be encoded: {error}") from error
    if not isinstance(plain, dict):
        raise InternalError("the template is not a mapping")
    return plain


def _add_parameters(template: Template, design: Design) -> None:
    for name in sorted(design.context.parameters, key=lambda each: design.context.parameters[each].logical_id):
        parameter = design.context.parameters[name]
        template.add_parameter(TemplateParameter(parameter.logical_id, **parameter.properties))
    alarms = design.file.alarms
    if alarms is None or not any(True for _ in alarm_resources(design)):
        return
    if alarms.topic_parameter in template.parameters:
        raise InputError(
            f"the parameter `{alarms.topic_parameter}` is declared in `context` already",
            help="name another with `topic_parameter`",
            location=design.locate_key("alarms"),
        )
    template.add_parameter(
        TemplateParameter(
            alarms.topic_parameter,
            Type="String",
            Default="",
            Description="ARN of the SNS topic that alarms notify; empty for none",
        )
    )
    add_topic_condition(template, alarms.topic_parameter)


def _table(design: Design) -> AWSObject:
    try:
        table: AWSObject = global_table_resource(design) if design.is_global else table_resource(design)
        table.validate()
    except (TypeError, ValueError) as error:  # troposphere checks some rules of the resource itself
        message = " ".join(str(error).split())
        raise InputError(
            f"the table cannot be made: {message[:1].lower()}{message[1:]}", location=design.locate_key("table")
        ) from None
    _add_extra_properties(table, design)
    return table


def _add_extra_properties(table: AWSObject, design: Design) -> None:
    """Merge `extra_properties` past troposphere's check of names: lint checks them against the current schema."""
    table.properties.update(to_template(design.file.table.extra_properties))
    for section in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        indexes = [index for index in design.indexes.values() if index.local == section.startswith("Local")]
        for resource, index in zip(table.properties.get(section, ()), indexes, strict=False):
            resource.properties.update(to_template(index.extra_properties))
    replicas = sorted(design.file.table.replicas, key=lambda each: each.region)
    for resource, replica in zip(table.properties.get("Replicas", ()), replicas, strict=False):
        resource.properties.update(to_template(replica.extra_properties))


def _apply_hook(template: Template, design: Design, hook: str) -> None:
    file, _, function_name = hook.partition(":")
    place = design.locate("extend")
    path = design.root / file
    module = types.ModuleType(f"cfn_table_hook_{design.name.replace('-', '_')}")
    module.__file__ = str(path)
    try:
        # Not imported: a compiled file would stay in the project, and be run instead of an edit in the same second.
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
        function: Callable[[Template, Design], object] = getattr(module, function_name)
        function(template, design)
    except AttributeError as error:
        if not hasattr(module, function_name):
            raise InputError(f"`{file}` has no function `{function_name}`", location=place) from None
        raise _hook_failed(hook, error, place) from error
    except (Exception, SystemExit) as error:  # whatever the user's own code raises is about the user's own code
        raise _hook_failed(hook, error, place) from error


def _hook_failed(hook: str, error: BaseException, place: Any) -> InputError:
    return InputError(
        f"the hook `{hook}` failed: {type(error).__name__}: {error}",
        help="a hook is a function of the troposphere Template and the Design",
        location=place,
    )
