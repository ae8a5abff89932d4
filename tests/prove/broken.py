"""Ways in which a policy can be wrong, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Statements = list[dict[str, Any]]


@dataclass(frozen=True)
class Broken:
    """A policy that is wrong, and the failure that is told.

    Attributes:
        change: makes it wrong.
        pattern: the access pattern that fails.
        says: words of the failure.
    """

    policy: str
    change: Callable[[Statements], object]
    pattern: str
    says: str
    design: str = "kv-storage"

    @property
    def logical_id(self) -> str:
        """The policy's name in the template."""
        return f"{self.policy.title()}Policy"


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

DENIED = "is denied, and it lists that"
ALLOWED = "is allowed, and it does not list that"

BROKEN: dict[str, Broken] = {
    "a statement is dropped": Broken("api", lambda found: found.pop(1), "list_keys_by_prefix", DENIED),
    "an action is dropped": Broken(
        "api",
        actions(lambda found: found.remove("dynamodb:UpdateItem")),
        "manage_key",
        f"{DENIED}: `dynamodb:UpdateItem on",
    ),
    "leading keys are widened": Broken("api", leading(["*"]), "get_user_by_id", ALLOWED),
    "leading keys of an index are narrowed": Broken("api", leading(["NS#*"], 1), "get_user_by_api_key", DENIED),
    "leading keys lose their wildcard": Broken("api", leading(["NS#"]), "get_namespace", DENIED),
    "conditions are dropped": Broken("reporting", condition(lambda found: found.clear()), "get_user_by_id", ALLOWED),
    "a statement is added": Broken(
        "reporting",
        lambda found: found.append({"Effect": "Allow", "Action": ["dynamodb:Query"], "Resource": [TABLE]}),
        "list_user_namespaces",
        f"{ALLOWED}: `dynamodb:Query on",
    ),
    "Scan is added": Broken(
        "reader",
        lambda found: [(each["Action"].append("dynamodb:Scan"), each.pop("Condition", None)) for each in found],
        "all_products",
        f"{ALLOWED}: `dynamodb:Scan on",
        design="everything",
    ),
    "the projection is not asked for": Broken(
        "reporting",
        condition(lambda found: found.pop("StringEquals")),
        "report_user",
        "is allowed without its projection",
    ),
    "attributes are not limited": Broken(
        "reporting",
        condition(lambda found: found.pop("ForAllValues:StringEquals")),
        "report_user",
        "is allowed with the hidden attribute `apiKey`",
    ),
    "an attribute is missing": Broken(
        "reporting",
        condition(lambda found: found["ForAllValues:StringEquals"]["dynamodb:Attributes"].remove("plan")),
        "report_user",
        DENIED,
    ),
    "a bound key is open": Broken(
        "tenant",
        leading(["NS#*"]),
        "manage_key",
        "is allowed to a caller whose `aws:PrincipalTag/namespace` is not that of the item",
    ),
    "a bound key runs on": Broken(
        "tenant",
        leading(["NS#${aws:PrincipalTag/namespace}*"]),
        "manage_key",
        "is allowed to a caller whose `aws:PrincipalTag/namespace` is not that of the item",
    ),
    "a key is bound to another tag": Broken("tenant", leading(["NS#${aws:PrincipalTag/team}"]), "manage_key", DENIED),
    "one grant's bound key is open": Broken(
        "directory",
        lambda found: [leading(["T#*"], at)(found) for at, each in enumerate(found) if "PutItem" in str(each)],
        "manage_member",
        "is allowed to a caller whose `aws:PrincipalTag/owned` is not that of the item",
        design="team-space",
    ),
    "an index's ARN is wrong": Broken(
        "api", resource([{"Fn::Sub": "${KVStorageTable.Arn}/index/GSI2"}], 1), "get_user_by_api_key", DENIED
    ),
    "an index's ARN is the table's": Broken("api", resource([TABLE], 1), "get_user_by_api_key", DENIED),
    "something is denied": Broken(
        "api", lambda found: found.append(DENY), "manage_key", f"{DENIED}: `dynamodb:PutItem on"
    ),
    "an unknown operator": Broken(
        "api",
        condition(lambda found: found.update({"StringIsh": {"aws:PrincipalTag/a": "b"}})),
        "get_namespace",
        "hangs on a condition operator that is not known",
    ),
    "a part of a transaction is missing": Broken(
        "checkout",
        lambda found: [
            each["Action"].remove("dynamodb:UpdateItem") for each in found if "dynamodb:UpdateItem" in each["Action"]
        ],
        "place_order",
        f"{DENIED}: `dynamodb:UpdateItem on",
        design="shop",
    ),
    "a transaction is forbidden as a whole": Broken(
        "checkout",
        lambda found: [
            each["Condition"].update({"Null": {"dynamodb:LeadingKeys": "false", "dynamodb:EnclosingOperation": "true"}})
            for each in found
            if "dynamodb:PutItem" in each["Action"]
        ],
        "register",
        "EnclosingOperation = TransactWriteItems",
        design="shop",
    ),
}
"""What is wrong → the policy with it."""
