"""Ways in which a policy can be wrong, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Statements = list[dict[str, Any]]


def leading(keys: list[str], place: int = 0) -> Callable[[Statements], None]:
    """Other leading keys."""

    def change(statements: Statements) -> None:
        statements[place]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = keys

    return change


def all_leading(keys: list[str]) -> Callable[[Statements], None]:
    """Other leading keys in each statement."""

    def change(statements: Statements) -> None:
        for place in range(len(statements)):
            leading(keys, place)(statements)

    return change


def resource(value: Any, place: int = 0) -> Callable[[Statements], None]:
    """Another resource."""

    def change(statements: Statements) -> None:
        statements[place]["Resource"] = value

    return change


def actions(change: Callable[[list[str]], Any], place: int = 0) -> Callable[[Statements], None]:
    """Other actions."""
    return lambda statements: change(statements[place]["Action"])


def condition(change: Callable[[dict[str, Any]], Any], place: int = 0) -> Callable[[Statements], None]:
    """Other conditions."""
    return lambda statements: change(statements[place]["Condition"])


TABLE = {"Fn::GetAtt": ["KVStorageTable", "Arn"]}
DENY = {"Effect": "Deny", "Action": ["dynamodb:PutItem"], "Resource": ["*"]}

BROKEN: dict[str, tuple[str, str, Callable[[Statements], object], tuple[str, str, str]]] = {
    "a statement is dropped": (
        "kv-storage",
        "ApiPolicy",
        lambda found: found.pop(1),
        ("api", "list_keys_by_prefix", "is denied, and it lists that"),
    ),
    "an action is dropped": (
        "kv-storage",
        "ApiPolicy",
        actions(lambda found: found.remove("dynamodb:UpdateItem")),
        ("api", "manage_key", "is denied, and it lists that: `dynamodb:UpdateItem on"),
    ),
    "leading keys are widened": (
        "kv-storage",
        "ApiPolicy",
        leading(["*"]),
        ("api", "get_user_by_id", "is allowed, and it does not list that"),
    ),
    "leading keys of an index are narrowed": (
        "kv-storage",
        "ApiPolicy",
        leading(["NS#*"], 1),
        ("api", "get_user_by_api_key", "is denied, and it lists that"),
    ),
    "leading keys lose their wildcard": (
        "kv-storage",
        "ApiPolicy",
        leading(["NS#"]),
        ("api", "get_namespace", "is denied, and it lists that"),
    ),
    "conditions are dropped": (
        "kv-storage",
        "ReportingPolicy",
        condition(lambda found: found.clear()),
        ("reporting", "get_user_by_id", "is allowed, and it does not list that"),
    ),
    "a statement is added": (
        "kv-storage",
        "ReportingPolicy",
        lambda found: found.append({"Effect": "Allow", "Action": ["dynamodb:Query"], "Resource": [TABLE]}),
        ("reporting", "list_user_namespaces", "is allowed, and it does not list that: `dynamodb:Query on"),
    ),
    "Scan is added": (
        "everything",
        "ReaderPolicy",
        lambda found: [(each["Action"].append("dynamodb:Scan"), each.pop("Condition", None)) for each in found],
        ("reader", "all_products", "is allowed, and it does not list that: `dynamodb:Scan on"),
    ),
    "the projection is not asked for": (
        "kv-storage",
        "ReportingPolicy",
        condition(lambda found: found.pop("StringEquals")),
        ("reporting", "report_user", "is allowed without its projection"),
    ),
    "attributes are not limited": (
        "kv-storage",
        "ReportingPolicy",
        condition(lambda found: found.pop("ForAllValues:StringEquals")),
        ("reporting", "report_user", "is allowed with the hidden attribute `apiKey`"),
    ),
    "an attribute is missing": (
        "kv-storage",
        "ReportingPolicy",
        condition(lambda found: found["ForAllValues:StringEquals"]["dynamodb:Attributes"].remove("plan")),
        ("reporting", "report_user", "is denied, and it lists that"),
    ),
    "a bound key is open": (
        "kv-storage",
        "TenantPolicy",
        leading(["NS#*"]),
        ("tenant", "manage_key", "is allowed to a caller whose `aws:PrincipalTag/namespace` is not that of the item"),
    ),
    "a bound key runs on": (
        "kv-storage",
        "TenantPolicy",
        leading(["NS#${aws:PrincipalTag/namespace}*"]),
        ("tenant", "manage_key", "is allowed to a caller whose `aws:PrincipalTag/namespace` is not that of the item"),
    ),
    "a key is bound to another tag": (
        "kv-storage",
        "TenantPolicy",
        leading(["NS#${aws:PrincipalTag/team}"]),
        ("tenant", "manage_key", "is denied, and it lists that"),
    ),
    "one grant's bound key is open": (
        "team-space",
        "DirectoryPolicy",
        lambda found: [leading(["T#*"], at)(found) for at, each in enumerate(found) if "PutItem" in str(each)],
        ("directory", "manage_member", "is allowed to a caller whose `aws:PrincipalTag/owned` is not that of the item"),
    ),
    "an index's ARN is wrong": (
        "kv-storage",
        "ApiPolicy",
        resource([{"Fn::Sub": "${KVStorageTable.Arn}/index/GSI2"}], 1),
        ("api", "get_user_by_api_key", "is denied, and it lists that"),
    ),
    "an index's ARN is the table's": (
        "kv-storage",
        "ApiPolicy",
        resource([TABLE], 1),
        ("api", "get_user_by_api_key", "is denied, and it lists that"),
    ),
    "something is denied": (
        "kv-storage",
        "ApiPolicy",
        lambda found: found.append(DENY),
        ("api", "manage_key", "is denied, and it lists that: `dynamodb:PutItem on"),
    ),
    "an unknown operator": (
        "kv-storage",
        "ApiPolicy",
        condition(lambda found: found.update({"StringIsh": {"aws:PrincipalTag/a": "b"}})),
        ("api", "get_namespace", "hangs on a condition operator that is not known"),
    ),
    "a part of a transaction is missing": (
        "shop",
        "CheckoutPolicy",
        lambda found: [
            each["Action"].remove("dynamodb:UpdateItem") for each in found if "dynamodb:UpdateItem" in each["Action"]
        ],
        ("checkout", "place_order", "is denied, and it lists that: `dynamodb:UpdateItem on"),
    ),
    "a transaction is forbidden as a whole": (
        "shop",
        "CheckoutPolicy",
        lambda found: [
            each["Condition"].update({"Null": {"dynamodb:LeadingKeys": "false", "dynamodb:EnclosingOperation": "true"}})
            for each in found
            if "dynamodb:PutItem" in each["Action"]
        ],
        ("checkout", "register", "EnclosingOperation = TransactWriteItems"),
    ),
}
"""What is wrong → design, logical id of the policy, change, and policy, pattern and words of a failure that is told."""
