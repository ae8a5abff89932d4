"""Contracts for hypothesis, and the ways to add to one that break nobody."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Contract = dict[str, Any]

KV_STORAGE: Contract = {
    "format": 1,
    "design": "kv-storage",
    "version": "1.0.0",
    "table": {
        "logicalId": "KVStorageTable",
        "type": "AWS::DynamoDB::Table",
        "key": {"partition": [{"name": "PK", "type": "S"}], "sort": [{"name": "SK", "type": "S"}]},
        "attributes": {"PK": "S", "SK": "S", "GSI1PK": "S"},
        "timeToLive": None,
        "stream": None,
    },
    "indexes": {
        "GSI1": {
            "name": "GSI1",
            "local": False,
            "key": {"partition": [{"name": "GSI1PK", "type": "S"}], "sort": []},
            "projection": ["email", "plan"],
        }
    },
    "exports": {"TableName": "TableName", "TableArn": "TableArn"},
    "parameters": {"Stage": {"type": "String", "default": "dev", "allowedValues": ["dev", "prod"]}},
    "entities": {
        "user": {
            "type": "USER",
            "keys": {"PK": "USER#{userId}", "SK": "METADATA"},
            "sparse": [],
            "attributes": {
                "userId": {"type": "string", "optional": False},
                "email": {"type": "string", "optional": True},
                "plan": {"type": "string", "optional": False, "values": ["free", "pro"]},
                "ttl": {"type": "number", "optional": True},
            },
        }
    },
    "accessPatterns": {
        "get_user": {
            "operations": ["GetItem"],
            "index": None,
            "entities": ["user"],
            "parameters": {"userId": "string"},
            "keyCondition": {"PK": "USER#{userId}"},
            "returns": ["email", "plan"],
            "requests": {
                "GetItem": {
                    "key": {"PK": {"equals": ["USER#{userId}"]}},
                    "ProjectionExpression": "#email, #plan",
                    "ConditionExpression": "#a = :free",
                    "ExpressionAttributeNames": {"#email": "email", "#plan": "plan", "#a": "plan"},
                    "ExpressionAttributeValues": {":free": "free"},
                }
            },
        }
    },
    "policies": {
        "api": {
            "export": "ApiPolicyArn",
            "allows": ["get_user"],
            "attributes": {"user": ["email", "plan"]},
            "bind": {"userId": "${aws:userid}"},
            "readStream": False,
            "parts": 1,
        }
    },
}


def changed(contract: Contract, path: str, value: Any = None) -> Contract:
    """A copy with another value at a path of keys joined by `/`; without a value the key is gone."""
    result = copy.deepcopy(contract)
    *parents, last = path.split("/")
    at = result
    for parent in parents:
        at = at[parent]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return result


NAMES = st.sampled_from(["a", "b", "c"])
TYPES = st.sampled_from(["string", "number"])
ATTRIBUTES = st.fixed_dictionaries(
    {"type": TYPES, "optional": st.booleans()},
    optional={"values": st.lists(NAMES, unique=True), "description": st.sampled_from(["one", "two"])},
)
KEYS = st.fixed_dictionaries(
    {
        "partition": st.lists(st.fixed_dictionaries({"name": NAMES, "type": st.just("S")}), min_size=1, max_size=1),
        "sort": st.lists(st.fixed_dictionaries({"name": NAMES, "type": st.just("S")}), max_size=1),
    }
)


def _named(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(NAMES, values, max_size=2)


CONTRACTS: st.SearchStrategy[Contract] = st.fixed_dictionaries(
    {
        "format": st.just(1),
        "design": st.just("d"),
        "version": st.sampled_from(["1.0.0", "2.3.4"]),
        "table": st.fixed_dictionaries(
            {
                "logicalId": NAMES,
                "type": st.just("AWS::DynamoDB::Table"),
                "key": KEYS,
                "attributes": _named(st.sampled_from(["S", "N"])),
                "timeToLive": st.none() | NAMES,
                "stream": st.none() | st.just("NEW_IMAGE"),
            }
        ),
        "indexes": _named(
            st.fixed_dictionaries(
                {
                    "name": NAMES,
                    "local": st.booleans(),
                    "key": KEYS,
                    "projection": st.sampled_from(["ALL", "KEYS_ONLY"]) | st.lists(NAMES, unique=True),
                }
            )
        ),
        "exports": _named(NAMES),
        "parameters": _named(
            st.fixed_dictionaries(
                {"type": st.just("String")}, optional={"default": NAMES, "allowedValues": st.lists(NAMES)}
            )
        ),
        "entities": _named(
            st.fixed_dictionaries({"type": NAMES, "keys": _named(NAMES), "attributes": _named(ATTRIBUTES)})
        ),
        "accessPatterns": _named(
            st.fixed_dictionaries(
                {
                    "operations": st.lists(st.sampled_from(["GetItem", "Query"]), unique=True),
                    "index": st.none() | NAMES,
                    "entities": st.lists(NAMES, unique=True),
                    "parameters": _named(TYPES),
                    "keyCondition": NAMES,
                    "returns": st.none() | st.lists(NAMES, unique=True),
                }
            )
        ),
        "policies": _named(
            st.fixed_dictionaries(
                {
                    "export": NAMES,
                    "allows": st.lists(NAMES, unique=True),
                    "bind": _named(NAMES),
                    "parts": st.integers(1, 2),
                }
            )
        ),
    }
)


def _add_to(path: str, value: Any) -> Callable[[Contract], Contract]:
    return lambda contract: changed(contract, path, value)


def _add_inside(section: str, name: str, value: Any) -> Callable[[Contract], Contract]:
    """Add to every member of a section: a member of a list, or a name of a mapping."""

    def add(contract: Contract) -> Contract:
        result = copy.deepcopy(contract)
        for member in result[section].values():
            if isinstance(member.get(name), list):
                member[name].append(value)
            elif isinstance(member.get(name), dict):
                member[name]["added"] = value
        return result

    return add


# Names that no generated contract has, so that the same thing can be added to two contracts.
ADDITIONS: dict[str, Callable[[Contract], Contract]] = {
    "an export": _add_to("exports/Added", "Added"),
    "an index": _add_to("indexes/Added", {"name": "Added", "local": False, "key": {}, "projection": "ALL"}),
    "a parameter with a default": _add_to("parameters/Added", {"type": "String", "default": "x"}),
    "an entity": _add_to("entities/added", {"type": "ADDED", "keys": {"PK": "x"}, "attributes": {}}),
    "an access pattern": _add_to("accessPatterns/added", {"operations": ["GetItem"], "entities": [], "parameters": {}}),
    "a policy": _add_to("policies/added", {"export": "Added", "allows": [], "bind": {}, "parts": 1}),
    "a projected attribute": _add_inside("indexes", "projection", "added"),
    "a key": _add_inside("entities", "keys", "ADDED#{a}"),
    "an optional attribute": _add_inside("entities", "attributes", {"type": "string", "optional": True}),
    "an operation": _add_inside("accessPatterns", "operations", "Scan"),
    "a returned attribute": _add_inside("accessPatterns", "returns", "added"),
    "a pattern of a policy": _add_inside("policies", "allows", "added"),
}
