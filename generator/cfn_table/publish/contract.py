"""`contract.json`: what others rely on in a published version, whatever its template looks like.

Exports and their meaning, keys, entities, access patterns with their requests, what each policy allows, and the names
that the generated types export. A change
here decides the version's bump (see `cfn_table.publish.version`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cfn_table.design.context import Parametric
from cfn_table.design.design import Design, EntityView
from cfn_table.design.model import Attribute, Key
from cfn_table.design.requests import KeyCondition, Request, derive, parameters

FORMAT = 1


def contract(
    design: Design, exports: dict[str, str], parts: dict[str, int], types: Mapping[str, Iterable[str]]
) -> dict[str, Any]:
    """The contract of `design`.

    Args:
        design: the design.
        exports: last part of each export's name → the output's value in short, such as `TableName` → `KVStorageTable`.
        parts: policy → the number of managed policies that it was split into.
        types: language → the names that its generated types export.

    Raises:
        Underivable: an access pattern has no request (the design rules report it before).
    """
    table = design.file.table
    return {
        "format": FORMAT,
        "design": design.name,
        "version": design.version,
        "table": {
            "logicalId": design.logical_id,
            "type": "AWS::DynamoDB::GlobalTable" if design.is_global else "AWS::DynamoDB::Table",
            "key": _key(design, table.key),
            "attributes": dict(design.key_types),
            "timeToLive": table.time_to_live,
            "stream": table.stream.view if table.stream else None,
        },
        "indexes": {
            ref: {
                "name": _value(index.name),
                "local": index.local,
                "key": _key(design, index.key),
                "projection": sorted(index.projection)
                if isinstance(index.projection, tuple)
                else index.projection.upper(),
            }
            for ref, index in design.indexes.items()
        },
        "exports": exports,
        "parameters": {
            each.logical_id: _parameter(dict(each.properties)) for each in design.context.parameters.values()
        },
        "entities": {name: _entity(view) for name, view in design.entities.items()},
        "accessPatterns": {name: _pattern(design, name) for name in design.file.access_patterns},
        "policies": {
            policy.name: {
                "export": f"{policy.logical_id}Arn",
                "allows": sorted({grant.pattern for grant in policy.file.allow}),
                "bind": {
                    **{name: str(variable) for name, variable in policy.file.bind.items()},
                    **{
                        f"{grant.pattern}.{name}": str(variable)
                        for grant in policy.file.allow
                        for name, variable in grant.bind.items()
                    },
                },
                "attributes": {name: sorted(names) for name, names in policy.file.attributes.items()},
                "readStream": policy.file.read_stream,
                "parts": parts[policy.name],
            }
            for policy in design.policies
        },
        "types": {language: sorted(names) for language, names in types.items()},
    }


def contract_bytes(value: dict[str, Any]) -> bytes:
    """The text of `contract.json`: sorted keys, two spaces, a final newline."""
    return (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _key(design: Design, key: Key) -> dict[str, Any]:
    return {
        name: [{"name": each.name, "type": design.key_types[each.name]} for each in attributes]
        for name, attributes in (("partition", key.partition), ("sort", key.sort))
    }


def _value(value: str | Parametric) -> str:
    if not isinstance(value, Parametric):
        return value
    return "".join(part if isinstance(part, str) else f"${{{part.logical_id}}}" for part in value.parts)


def _parameter(properties: dict[str, Any]) -> dict[str, Any]:
    names = {"Type": "type", "Default": "default", "AllowedValues": "allowedValues", "AllowedPattern": "allowedPattern"}
    return {names[name]: value for name, value in properties.items() if name in names}


def _entity(view: EntityView) -> dict[str, Any]:
    return {
        "type": view.type,
        "keys": {name: str(template) for name, template in view.templates.items()},
        "sparse": sorted(name for name in view.templates if view.may_lack(name)),
        "attributes": {name: _attribute(attribute) for name, attribute in view.attributes.items()},
    }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    described: dict[str, Any] = {"type": attribute.type, "optional": attribute.optional}
    if attribute.values:
        described["values"] = sorted(attribute.values)
    if attribute.pattern is not None:
        described["pattern"] = attribute.pattern
    return described


def _pattern(design: Design, name: str) -> dict[str, Any]:
    pattern = design.pattern(name)
    requests = derive(design, name)
    taken: dict[str, str] = {}
    for request in requests:
        taken.update(parameters(design, request))
    return {
        "operations": sorted(pattern.operation),
        "index": pattern.index,
        "entities": list(requests[0].entities),
        "parameters": taken,
        "returns": None if pattern.returns is None else sorted(pattern.returns),
        "order": pattern.order,
        "requests": {request.operation: _request(request) for request in requests},
    }


def _conditions(key: Iterable[KeyCondition]) -> dict[str, Any]:
    return {each.attribute: {each.comparison: [str(template) for template in each.templates]} for each in key}


def _request(request: Request) -> dict[str, Any]:
    described: dict[str, Any] = {}
    if request.key:
        described["key"] = _conditions(request.key)
    elif request.keys_by_entity:
        described["keys"] = {entity: _conditions(key) for entity, key in request.keys_by_entity.items()}
    described.update(request.expressions)
    if request.names:
        described["ExpressionAttributeNames"] = dict(request.names)
    if request.values:
        described["ExpressionAttributeValues"] = {name: value.text for name, value in request.values.items()}
    if request.parts:
        described["parts"] = [{"operation": part.operation, **_request(part)} for part in request.parts]
    return described
