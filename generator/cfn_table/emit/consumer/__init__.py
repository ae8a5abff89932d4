"""`cfn-table emit consumer`: a stack that imports the table and one of its policies, as a starter."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

from cfn_table.design.design import Design
from cfn_table.design.requests import derive
from cfn_table.design.suggest import shown
from cfn_table.emit.consumer.code import docstring
from cfn_table.emit.consumer.events import event_of, plain
from cfn_table.emit.consumer.functions import Module, Offer
from cfn_table.emit.consumer.handler import handler_code
from cfn_table.emit.consumer.stack import (
    RUNTIME,
    STACK_NAME,
    TAG_VALUE,
    Tag,
    chosen_policy,
    consumer_name,
    other_variables,
    role_tags,
    valid_name,
)
from cfn_table.emit.deploy import INLINE_LIMIT
from cfn_table.emit.queries.calls import index_variables
from cfn_table.emit.queries.shell import quote
from cfn_table.emit.samples import sample_inputs
from cfn_table.emit.texts import render_text
from cfn_table.emit.types.calls import calls_of
from cfn_table.errors import UsageError
from cfn_table.synth.policies import logical_ids
from cfn_table.synth.render import yaml_text

__all__ = ["emit_consumer", "sample_event"]


def emit_consumer(
    design: Design, *, policy: str | None = None, stack_name: str | None = None, name: str | None = None
) -> str:
    """A CloudFormation template in YAML: a Lambda function that runs the access patterns which a policy allows.

    Args:
        design: the design, without errors.
        policy: the policy's name; may be left out where the design has one.
        stack_name: name of the stack that the design is deployed as; by default the design's name.
        name: name of the consumer's stack; by default that of the design and the policy.

    Raises:
        RefusedError: an entity has no samples, and no item of it can be made up for the example.
        UsageError: there is no such policy, or none at all, or a name is none of a stack.
    """
    chosen = chosen_policy(design, policy)
    producer = valid_name(stack_name, design.name)
    consumer = valid_name(name, consumer_name(design, chosen))
    if producer == consumer:
        raise UsageError(f"{shown(consumer)} is the producer's name already", help="give the consumer another `--name`")
    allowed = dict.fromkeys(grant.pattern for grant in chosen.file.allow)
    known = calls_of(design)
    calls = [call for pattern in allowed for call in known if call.pattern == pattern]
    tags, others = role_tags(chosen), list(other_variables(chosen))
    code, module = handler_code(
        design,
        calls,
        docstring(f"What policy {chosen.name} of {design.name} allows", 0),
        stream=chosen.file.read_stream,
        bound=bool(tags or others),
    )
    values = {
        "design": design,
        "policy": chosen,
        "producer": producer,
        "consumer": consumer,
        "stack_name_pattern": STACK_NAME,
        "folder": f"build/{design.name}/{design.version}",
        "producer_capability": "CAPABILITY_NAMED_IAM"
        if design.file.policies.name_prefix is not None
        else "CAPABILITY_IAM",
        "producer_parameters": sorted(
            each.logical_id for each in design.context.parameters.values() if each.default is None
        ),
        "policies": [f"{each}Arn" for each in logical_ids(design, chosen)],
        "tags": tags,
        "tag_values": {tag.parameter: quote(_tag_value(design, module, tag)) for tag in tags if tag.default is None},
        "others": others,
        "example": _example(design, module),
        "environment": _environment(design, module),
        "stream": chosen.file.read_stream,
        "has_patterns": bool(calls),
        "runtime": RUNTIME,
        "code": textwrap.indent(code, " " * 10),
        "yaml": yaml_text,
    }
    text = render_text("consumer.yaml.j2", overrides=design.texts, **values, bucket=False)
    if len(text.encode()) > INLINE_LIMIT:
        return render_text("consumer.yaml.j2", overrides=design.texts, **values, bucket=True)
    return text


def sample_event(design: Design, offer: Offer) -> dict[str, Any]:
    """The event that calls an access pattern with values of the samples."""
    pattern = design.pattern(offer.call.pattern)
    request = next(each for each in derive(design, offer.call.pattern) if each.operation == offer.call.operation)
    return event_of(design, offer, sample_inputs(design, pattern, request))


def _environment(design: Design, module: Module) -> dict[str, str]:
    """Environment variable → the last part of the export that is its value."""
    if not module.offers:
        return {}
    variables = index_variables(design)
    return {
        "TABLE_NAME": "TableName",
        **{str.__str__(variables[ref]): design.exports[ref] for ref in sorted(module.indexes)},
    }


def _example(design: Design, module: Module) -> str:
    """The payload of the first read, else of the first access pattern, as a word of a shell; empty without any."""
    reads = [each for each in module.offers if each.call.operation in ("GetItem", "Query")]
    for offer in reads or module.offers:
        return quote(json.dumps(sample_event(design, offer)))
    return ""


def _tag_value(design: Design, module: Module, tag: Tag) -> str:
    """A value of a tag with which the example works."""
    for offer in module.offers:
        given = sample_event(design, offer).get("parameters")
        values = given if isinstance(given, dict) else {}
        for each in (values, *(inner for inner in values.values() if isinstance(inner, dict))):
            value = str(plain(each.get(tag.placeholder, "")))
            if re.fullmatch(TAG_VALUE, value):
                return value
    return "VALUE"
