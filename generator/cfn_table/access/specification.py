"""What the policies of a design are to allow, worked out from its key templates alone.

This is the other half of the proof that a generated policy allows its access patterns and nothing more, so it shares
nothing with `cfn_table.synth`, which writes the policies: no merging, no splitting, one statement for each request, and
patterns of keys made here. What both share is what an access pattern sends (`cfn_table.design.requests`).

Source: service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cfn_table.access.policy import Policy
from cfn_table.access.request import Request as IamRequest
from cfn_table.access.request import Values
from cfn_table.design.context import Parametric
from cfn_table.design.design import Design
from cfn_table.design.design import Policy as DesignPolicy
from cfn_table.design.keys import KeyTemplate
from cfn_table.design.requests import Request, derive
from cfn_table.languages import escape

READS: Final = ("GetItem", "BatchGetItem", "Query", "Scan")
SILENT_WRITES: Final = ["NONE", "UPDATED_OLD", "UPDATED_NEW"]
"""Values of ReturnValues that show no attribute but those that were written."""

ANY_TEXT: Final = "\U000f0000\U000f0001"
"""Stands for the text of a placeholder: characters of a private area, which no template and no policy has."""


def specification(design: Design, policy: DesignPolicy) -> Policy:
    """The policy as one statement for each request of each pattern that it allows, and for each of its options."""
    statements: list[dict[str, Any]] = []
    for grant in policy.file.allow:
        bind = {**policy.file.bind, **grant.bind}
        statements += [_statement(design, policy, request, bind) for request in _requests(design, grant.pattern)]
    statements += _options(design, policy)
    return Policy.from_document({"Version": "2012-10-17", "Statement": statements}, policy.name)


def examples(design: Design, pattern: str) -> Iterator[IamRequest]:
    """What a pattern sends, as IAM sees it: each of its requests with any text for its placeholders.

    A policy that allows a request with `ANY_TEXT` allows it with every text that the placeholder can have, as long as
    no statement takes permission away.
    """
    for request in _requests(design, pattern):
        context: dict[str, Values] = {}
        keys = _leading(design, request)
        if keys is not None:
            context["dynamodb:LeadingKeys"] = tuple(_text(template) for template in keys)
        if request.operation in READS:
            context["dynamodb:Select"] = "ALL_ATTRIBUTES" if request.returns is None else "SPECIFIC_ATTRIBUTES"
            if request.returns is not None:
                context["dynamodb:Attributes"] = tuple(sorted({*request.returns, *_own_names(design, request)}))
        for resource in resource_arns(design, request.keys.index):
            yield IamRequest(f"dynamodb:{_action(request)}", resource, context)


def table_arns(design: Design) -> list[str]:
    """The table's ARN in each of its Regions, with symbols for what is known when it is deployed."""
    name = design.file.table.name
    table = f"${{{design.logical_id}}}" if name is None else _plain(name)
    regions = sorted(replica.region for replica in design.file.table.replicas) or ["${AWS::Region}"]
    return [f"arn:${{AWS::Partition}}:dynamodb:{region}:${{AWS::AccountId}}:table/{table}" for region in regions]


def resource_arns(design: Design, index: str | None) -> list[str]:
    """The ARN of the table, or of the index with an id, in each of the table's Regions; see `table_arns`."""
    tail = "" if index is None else f"/index/{_plain(design.indexes[index].name)}"
    return [f"{arn}{tail}" for arn in table_arns(design)]


def _plain(value: Any) -> str:
    """A value of the design as the text of a template, with symbols for its parameters."""
    if isinstance(value, Parametric):
        return "".join(part if isinstance(part, str) else f"${{{part.logical_id}}}" for part in value.parts)
    return str(value)


def _requests(design: Design, pattern: str) -> Iterator[Request]:
    for request in derive(design, pattern):
        # IAM checks the parts of a transaction, and knows no action for the whole.
        yield from request.parts or (request,)


def _action(request: Request) -> str:
    return "ConditionCheckItem" if request.operation == "ConditionCheck" else request.operation


def _statement(design: Design, policy: DesignPolicy, request: Request, bind: Mapping[str, str]) -> dict[str, Any]:
    conditions: dict[str, Any] = {}
    keys = _leading(design, request)
    if keys is not None:
        patterns = [_pattern(template, bind) for template in keys]
        conditions["ForAllValues:StringLike"] = {"dynamodb:LeadingKeys": patterns}
        conditions["Null"] = {"dynamodb:LeadingKeys": "false"}
    shown = {name for entity in request.entities for name in policy.file.attributes.get(entity, ())}
    if any(entity in policy.file.attributes for entity in request.entities):
        shown |= _own_names(design, request)
        conditions["ForAllValues:StringEquals"] = {"dynamodb:Attributes": sorted(shown)}
        if request.operation in READS:
            conditions["StringEquals"] = {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
        else:
            conditions["StringEqualsIfExists"] = {"dynamodb:ReturnValues": SILENT_WRITES}
    return {
        "Effect": "Allow",
        "Action": f"dynamodb:{_action(request)}",
        "Resource": resource_arns(design, request.keys.index),
        "Condition": conditions,
    }


def _own_names(design: Design, request: Request) -> set[str]:
    """Attributes that the request names whether it wants to see them or not."""
    names = {*design.table_keys.names, *request.keys.names}
    if request.operation == "UpdateItem":
        names |= set(request.changes) & set(design.key_attributes)
    if request.types and design.file.table.type_attribute:
        names.add(design.file.table.type_attribute)
    return names


def _leading(design: Design, request: Request) -> list[KeyTemplate] | None:
    """The templates of the partition keys that the request can name; None where IAM knows no text of them."""
    partition = request.keys.partition
    if request.operation == "Scan" or len(partition) != 1 or design.key_types[partition[0]] != "S":
        return None
    named = [condition for condition in request.key if condition.attribute == partition[0]]
    if named and not request.operation.startswith("Batch"):
        return list(dict.fromkeys(named[0].templates))
    return list(dict.fromkeys(design.entities[name].templates[partition[0]] for name in request.entities))


def _pattern(template: KeyTemplate, bind: Mapping[str, str]) -> str:
    """The texts that the template gives, as a pattern: anything for a placeholder, or what it is bound to."""
    found = ""
    for part in template.parts:
        if isinstance(part, str):
            found += escape(part)
        elif part.name in bind:
            value = bind[part.name]
            found += value if value.startswith("${") else escape(value)
        else:
            found += "*"
    return found


def _text(template: KeyTemplate) -> str:
    return "".join(part if isinstance(part, str) else ANY_TEXT for part in template.parts)


def _options(design: Design, policy: DesignPolicy) -> Iterator[dict[str, Any]]:
    if design.file.policies.describe_table and policy.file.allow:
        yield {"Effect": "Allow", "Action": "dynamodb:DescribeTable", "Resource": table_arns(design)}
    if policy.file.read_stream:
        stream = f"{table_arns(design)[0]}/stream/${{{design.logical_id}.StreamLabel}}"
        reading = [f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator")]
        yield {"Effect": "Allow", "Action": reading, "Resource": stream}
        # A request for the list of streams names none (service authorization reference).
        yield {"Effect": "Allow", "Action": "dynamodb:ListStreams", "Resource": "*"}
    keys = [design.file.table.encryption, *(replica.kms_key for replica in design.file.table.replicas)]
    for key in keys:
        if key in ("aws_owned", "aws_managed", None):
            continue
        conditions: dict[str, Any] = {"StringEquals": {"kms:ViaService": "dynamodb.${AWS::Region}.${AWS::URLSuffix}"}}
        resource = _plain(key)
        if isinstance(key, str) and key.startswith("alias/"):
            conditions["ForAnyValue:StringEquals"] = {"kms:ResourceAliases": key}
            resource = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"
        yield {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:DescribeKey"],
            "Resource": resource,
            "Condition": conditions,
        }
