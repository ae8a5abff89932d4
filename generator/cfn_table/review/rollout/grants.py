"""What policies allow on an index that is there for a while only, or not yet."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from cfn_table.review.rollout.tables import Texts, properties, table_name

_POLICIES: Final = ("ManagedPolicy", "Policy", "RolePolicy", "UserPolicy", "GroupPolicy")
_HOLDERS: Final = ("Role", "User", "Group")
_ELEMENTS: Final = ("Resource", "NotResource")


class IndexArns:
    """Recognises what names an index of one table of a template."""

    def __init__(self, template: Mapping[str, Any], table: str) -> None:
        """See the class."""
        self._texts = Texts(template)
        name = table_name(template, table)
        arn = self._texts.of({"Fn::GetAtt": [table, "Arn"]})
        self._tables = tuple(dict.fromkeys([arn, f":table/${{{table}}}", *([f":table/{name}"] if name else [])]))

    def names(self, value: Any, indexes: Collection[str]) -> bool:
        """Whether a value is the ARN of one of these indexes, or of something below it."""
        text = self._texts.of(value)
        return any(
            text.endswith(f"{table}/index/{name}") or f"{table}/index/{name}/" in text
            for table in self._tables
            for name in indexes
        )

    def scales(self, resource: Mapping[str, Any], indexes: Collection[str]) -> bool:
        """Whether a resource scales or watches one of these indexes."""
        owned = properties(resource)
        target = self._texts.of(owned.get("ResourceId", ""))
        if any(target.endswith(f"/index/{name}") for name in indexes) and any(
            f"table/{table.rpartition('/')[2]}/" in target for table in self._tables
        ):
            return True
        dimensions = owned.get("Dimensions", [])
        found = {
            str(each.get("Name")): self._texts.of(each.get("Value"))
            for each in (dimensions if isinstance(dimensions, list) else [])
            if isinstance(each, dict)
        }
        is_of_table = any(table.endswith(f"/{found.get('TableName')}") for table in self._tables)
        return is_of_table and found.get("GlobalSecondaryIndexName") in indexes


def documents(resource: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The identity policies of a resource, each with what tells it from others of the resource."""
    kind = str(resource.get("Type", "")).removeprefix("AWS::IAM::")
    owned = properties(resource)
    if kind in _POLICIES and isinstance(owned.get("PolicyDocument"), dict):
        yield "", owned["PolicyDocument"]
    elif kind in _HOLDERS and isinstance(owned.get("Policies"), list):
        for each in owned["Policies"]:
            if isinstance(each, dict) and isinstance(each.get("PolicyDocument"), dict):
                yield str(each.get("PolicyName")), each["PolicyDocument"]


def statements(document: Mapping[str, Any]) -> list[Any]:
    """The statements of a policy document."""
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def prune(resource: dict[str, Any], arns: IndexArns, indexes: Collection[str]) -> bool:
    """Remove what a resource allows on indexes that are not there; False where nothing of it is left."""
    emptied = False
    for _, document in list(documents(resource)):
        found = [each for each in (_without(it, arns, indexes) for it in statements(document)) if each]
        if not found and statements(document):
            emptied = True
        if found != statements(document):
            document["Statement"] = found
    if not emptied:
        return True
    owned = properties(resource)
    if isinstance(owned.get("Policies"), list):
        owned["Policies"] = [each for each in owned["Policies"] if not isinstance(each, dict) or _says_something(each)]
        return True
    return False


def _says_something(policy: Mapping[str, Any]) -> bool:
    document = policy.get("PolicyDocument")
    return not isinstance(document, dict) or bool(statements(document))


def _without(statement: Any, arns: IndexArns, indexes: Collection[str]) -> Any:
    """A statement without these indexes; None where it is about nothing else."""
    if not isinstance(statement, dict):
        return statement
    found = dict(statement)
    for element in _ELEMENTS:
        if element in found:
            listed = found[element] if isinstance(found[element], list) else [found[element]]
            left = [each for each in listed if not arns.names(each, indexes)]
            if not left:
                return None
            if len(left) < len(listed):
                found[element] = left
    return found


def keep_grants(old: Mapping[str, Any], resource: dict[str, Any], arns: IndexArns, indexes: Collection[str]) -> None:
    """Add what a resource of the old template allows on these indexes to what the new one's allows."""
    given = dict(documents(old))
    for key, document in documents(resource):
        found = (_only(each, arns, indexes) for each in statements(given.get(key, {})))
        kept = [each for each in found if each is not None]
        if not kept:
            continue
        own = list(statements(document))
        sids = {repr(each.get("Sid")) for each in own if isinstance(each, dict)}
        for each in kept:
            if repr(each.get("Sid")) in sids and "Sid" in each:
                each["Sid"] = f"{each['Sid']}Before"
            own.append(each)
        document["Statement"] = own


def _only(statement: Any, arns: IndexArns, indexes: Collection[str]) -> dict[str, Any] | None:
    """What an allowing statement says about these indexes; None where that is nothing."""
    if not isinstance(statement, dict) or statement.get("Effect") != "Allow" or "Resource" not in statement:
        return None
    listed = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    found = [each for each in listed if arns.names(each, indexes)]
    return {**copy.deepcopy(statement), "Resource": found} if found else None
